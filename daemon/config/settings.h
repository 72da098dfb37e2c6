/*
 * The settings table: every key of every section, with its parser, default and help.  The manual
 * and the sample configuration are tested against it (tests/lint).  A section is what the parsers
 * write into; config.c makes the configuration of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/terms.h"
#include "config/values.h"
#include "model/feed.h"
#include "model/hook.h"
#include "model/topic.h"

enum {
	SECTION_SETTINGS_MAX = 32, /* of one kind of section */
};

enum section_kind {
	SECTION_DAEMON,
	SECTION_FEED,
	SECTION_FEED_LIST,
	SECTION_TOPIC,
	SECTION_LIST,
	SECTION_WEBHOOK,
	SECTION_EXEC,
	SECTION_MAIL,
	SECTION_KIND_MAX,
	SECTION_KIND_INVALID = -22,
};

const char *section_kind_to_string(enum section_kind kind);
enum section_kind section_kind_from_string(const char *string);

struct daemon_section {
	usec poll_interval;
	unsigned readers;
	const char *state_directory;
	const char *control_socket;
	const char *hook_socket;
	const char **notify;
	usec remember;
	usec keep;
	usec keep_alerts; /* 0: not given; likewise */
	usec keep_failed;
	usec backfill;
	unsigned host_connections;
	usec host_gap;
	unsigned max_transfers;
	const char *private_networks;
	const char *public_url;
	const char *listen;
	usec safety_interval;
	const char *user_agent;
	const char *contact;
	bool journal;
	bool group_may_change;
	const char *time_zone;
};

/* Also what the feeds of a [FeedList] have in common. */
struct feed_section {
	const char *url;
	const char *file;
	const char **tags;
	enum full_text full_text;
	usec poll_interval;
	usec backfill;
	const char *user_agent;
	const char *private_networks;
	const char *user;
	const char *password_credential;
	const char *password_file;
	const char *token_credential;
	const char *token_file;
	const char **headers;
	const char *proxy;
	const char *client_certificate;
	const char *client_key;
	const char *client_key_credential;
	const char *ca_file;
	bool cookies;
	bool verify_tls;
};

struct topic_section {
	const char *query; /* NULL: the key is missing, which differs from empty */
	const char *stem;
	bool regex;
	unsigned alert;
	enum full_text full_text;
	const char **feeds;
	const char **notify;
	const unsigned *spread;
	struct gathering gathering;
};

struct list_section {
	struct listed_terms *terms; /* of Terms=; NULL: none */
	const char *file;
};

struct hook_section {
	usec timeout;
	unsigned concurrency;
	usec retry_first;
	usec retry_for;
	struct rate rate;
	unsigned max_backlog;
	const char *url;
	const char *method;
	enum hook_format format;
	const char *template;
	const char *content_type;
	const char **headers;
	const char **secret_credentials;
	const char **secret_files;
	const char **command;
	const char *server;
	struct mailbox from;
	struct mailbox_list to;
	bool starttls;
	const char *user;
	const char *password_credential;
	const char *password_file;
	const char *ca_file;
};

struct section {
	enum section_kind kind;
	const char *name;
	const char *file;
	unsigned line;
	unsigned lines[SECTION_SETTINGS_MAX]; /* by setting_index(): where it was given; 0: not */
	struct section *next;
	union {
		struct daemon_section daemon;
		struct feed_section feed;
		struct topic_section topic;
		struct list_section list;
		struct hook_section hook;
	};
};

enum setting_flags {
	SETTING_LIST = 1 << 0,    /* given again, it adds to what is there */
	SETTING_RESTART = 1 << 1, /* a change needs a restart, else a reload does */
	SETTING_NEEDED = 1 << 2,  /* a section without it is faulty */
};

struct setting {
	enum section_kind section;
	const char *key;
	value_parse_fn parse;
	size_t offset;        /* in struct section */
	const char *fallback; /* the default as one would write it, or NULL */
	uint64_t flags;       /* of enum setting_flags */
	uint64_t least;       /* bounds of numbers and spans */
	uint64_t most;
	const char *help;
};

extern const struct setting settings_table[];
extern const size_t settings_count;

/* The settings of one kind of section stand together. */
const struct setting *settings_of(enum section_kind kind, size_t *ret_count);

/* The setting with the key in that kind of section, or NULL. */
const struct setting *setting_find(enum section_kind kind, const char *key);

/* The place of a setting among those of its kind of section. */
size_t setting_index(const struct setting *setting);

/* The nearest key of that kind of section, or NULL. */
const char *setting_nearest(enum section_kind kind, const char *key);

/* Which kind of section has such a key, for a hint; SECTION_KIND_INVALID where none has. */
enum section_kind setting_elsewhere(const char *key);
