/*
 * How a server is reached where that takes more than its URL: who we are to it, through which
 * proxy, and whom we trust.  Made once, then only read; shared by counting, because a request
 * outlives the configuration that it was made with.  The last owner wipes the secrets.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/macro.h"

/* The contents of a file, in malloc's memory; NULL: none. */
struct access_file {
	char *bytes;
	size_t length;
};

/* Strings are malloc's; NULL where a member is not wanted. */
struct access {
	unsigned owners;
	/* What tells two of them apart: digest of names and paths, not of the secrets there. */
	char identity[DIGEST_HEX];
	char *user; /* Basic, RFC 7617 */
	char *password;
	char *token;    /* Bearer, RFC 6750 */
	char **headers; /* "Name: value", NULL-terminated */
	char *proxy;    /* http, https or socks5h URL */
	struct access_file certificate;
	struct access_file key;
	struct access_file authorities; /* instead of the system's */
	bool cookies;                   /* sent back within a request's redirects */
	bool unverified;                /* the server's certificate is not looked at */
};

/* Returns an empty one with one owner, or NULL. */
struct access *access_new(void);

/* Another owner.  Takes NULL. */
struct access *access_ref(struct access *access);

/* One owner less.  Takes NULL. */
void access_unref(struct access *access);
DEFINE_CLEANUP(access_unrefp, struct access, access_unref)

/* Whether both are NULL, or both say the same. */
bool access_equal(const struct access *a, const struct access *b);
