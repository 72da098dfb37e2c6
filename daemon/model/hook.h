/*
 * A hook: a destination of alerts as configured ([Webhook], [Exec], [Mail]; the journal is always
 * there, named "journal").  Owned by its configuration.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "model/mailbox.h"

#define HOOK_JOURNAL_NAME "journal"

enum hook_kind {
	HOOK_WEBHOOK,
	HOOK_EXEC,
	HOOK_MAIL,
	HOOK_JOURNAL,
	HOOK_KIND_MAX,
	HOOK_KIND_INVALID = -22,
};

const char *hook_kind_to_string(enum hook_kind kind);

/* What a webhook's body is made for. */
enum hook_format {
	HOOK_FORMAT_JSON, /* the event itself */
	HOOK_FORMAT_CLOUDEVENTS,
	HOOK_FORMAT_SLACK,
	HOOK_FORMAT_DISCORD,
	HOOK_FORMAT_MATTERMOST,
	HOOK_FORMAT_TEAMS,
	HOOK_FORMAT_NTFY,
	HOOK_FORMAT_MATRIX,
	HOOK_FORMAT_TEXT,
	HOOK_FORMAT_MAX,
	HOOK_FORMAT_INVALID = -22,
};

const char *hook_format_to_string(enum hook_format format);
enum hook_format hook_format_from_string(const char *string);

/* At most `count` within `span`; count 0: no limit. */
struct rate {
	unsigned count;
	usec span;
};

struct access;
struct template;

struct hook {
	const char *name;
	enum hook_kind kind;
	usec timeout;
	unsigned concurrency;
	usec retry_first;     /* the first back-off; doubling from there */
	usec retry_for;       /* then a dead letter */
	struct rate rate;     /* of attempts */
	unsigned max_backlog; /* pending deliveries; 0: no bound */
	/* [Webhook] */
	const char *url;
	const char *method;
	enum hook_format format;
	const char *content_type;        /* NULL: the format's */
	const struct template *template; /* NULL: the format's own form */
	const char **headers;            /* "Name: value", NULL-terminated, or NULL */
	const unsigned char *secret;     /* the key's bytes, or NULL: unsigned */
	size_t secret_length;
	const unsigned char *next_secret; /* a second one during rotation, or NULL */
	size_t next_secret_length;
	struct access *access; /* whom a receiver is known by (base/access.h), or NULL */
	/* [Exec] */
	const char **argv;  /* NULL-terminated */
	const char *socket; /* where systemd starts a unit for it (HookSocket=), or NULL */
	/* [Mail]; `url` is the server's */
	struct mailbox from;
	struct mailbox_list to;
	bool starttls;    /* demanded of smtp:// */
	const char *user; /* of the login; NULL: none.  [Exec]: whom the command runs as */
	const char *password;
	const char *ca_file; /* NULL: the system's */
};
