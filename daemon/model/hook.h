/*
 * A hook: a destination of alerts as configured ([Webhook], [Exec]; the journal is always there,
 * named "journal").  Owned by its configuration.
 */
#pragma once

#include <stddef.h>

#include "base/clock.h"

enum hook_kind {
	HOOK_WEBHOOK,
	HOOK_EXEC,
	HOOK_JOURNAL,
	HOOK_KIND_MAX,
	HOOK_KIND_INVALID = -22,
};

const char *hook_kind_to_string(enum hook_kind kind);

struct hook {
	const char *name;
	enum hook_kind kind;
	usec timeout;
	unsigned concurrency;
	usec retry_first; /* the first back-off; doubling from there */
	usec retry_for;   /* then a dead letter */
	/* [Webhook] */
	const char *url;
	const char *method;
	const char **headers;        /* "Name: value", NULL-terminated, or NULL */
	const unsigned char *secret; /* the key's bytes, or NULL: unsigned */
	size_t secret_length;
	const unsigned char *next_secret; /* a second one during rotation, or NULL */
	size_t next_secret_length;
	/* [Exec] */
	const char **argv; /* NULL-terminated */
};
