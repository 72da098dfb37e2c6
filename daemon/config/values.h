/*
 * Parsers of values, one for each kind of setting (config/settings.h).  They take the raw value,
 * write to `target`, and say in words what is wrong and what was expected.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum {
	VALUE_TEXT_MAX = 512, /* bytes of a name, a User-Agent, a contact */
};

struct value_context {
	struct arena *arena; /* for what stays */
	const char *folder;  /* of the file, for relative paths */
	uint64_t least;      /* bounds of numbers and of time spans (usec) */
	uint64_t most;
	const char *words; /* set with -EINVAL */
};

/*
 * Returns 0, -ENOMEM, or -EINVAL with context->words.  Strings and lists that stand at `target` are
 * the arena's; the list parsers add to the list that is there.
 */
typedef int (*value_parse_fn)(const char *value, void *target, struct value_context *context);

/* Refuses the value.  Returns -EINVAL. */
int value_refuse(struct value_context *context, const char *words);

/* Keeps a copy.  Returns 0 or -ENOMEM. */
int value_keep(const char *value, const char **target, struct value_context *context);

/* Lists grow with every line that gives them; no words begin them anew.  Returns 0 or -ENOMEM. */
int value_add_words(const char **words, const char ***target, struct value_context *context);

int value_boolean(const char *value, void *target, struct value_context *context);  /* bool */
int value_number(const char *value, void *target, struct value_context *context);   /* unsigned */
int value_timespan(const char *value, void *target, struct value_context *context); /* usec */
int value_rate(const char *value, void *target, struct value_context *context); /* struct rate */
int value_text(const char *value, void *target, struct value_context *context); /* const char * */
int value_contact(const char *value, void *target, struct value_context *context);
int value_path(const char *value, void *target, struct value_context *context);
int value_socket(const char *value, void *target, struct value_context *context);
int value_hook_socket(const char *value, void *target, struct value_context *context);
int value_file(const char *value, void *target, struct value_context *context);
int value_feed_url(const char *value, void *target, struct value_context *context);
int value_hook_url(const char *value, void *target, struct value_context *context);
int value_networks(const char *value, void *target, struct value_context *context);
int value_words(const char *value, void *target, struct value_context *context); /* const char ** */
int value_command(const char *value, void *target, struct value_context *context);
int value_header(const char *value, void *target, struct value_context *context);
int value_files(const char *value, void *target, struct value_context *context);
int value_credentials(const char *value, void *target, struct value_context *context);
int value_credential(
	const char *value, void *target, struct value_context *context); /* const char * */
int value_user(const char *value, void *target, struct value_context *context);
int value_proxy(const char *value, void *target, struct value_context *context);
int value_feed_header(
	const char *value, void *target, struct value_context *context); /* const char ** */
int value_listen(const char *value, void *target, struct value_context *context);
int value_query(const char *value, void *target, struct value_context *context);
int value_terms(
	const char *value, void *target, struct value_context *context); /* struct listed_terms * */
int value_stem(const char *value, void *target, struct value_context *context);
int value_alert(const char *value, void *target, struct value_context *context); /* unsigned */
int value_method(const char *value, void *target, struct value_context *context);
int value_mail_server(const char *value, void *target, struct value_context *context);
int value_mailbox(const char *value, void *target, struct value_context *context);
int value_mailboxes(const char *value, void *target, struct value_context *context);
int value_account(const char *value, void *target, struct value_context *context);
int value_media_type(const char *value, void *target, struct value_context *context);
int value_full_text(const char *value, void *target, struct value_context *context);
int value_format(const char *value, void *target, struct value_context *context);

/* const unsigned *, 0 at the end; const struct digest_times *; const struct quiet_times * */
int value_spread(const char *value, void *target, struct value_context *context);
int value_digest(const char *value, void *target, struct value_context *context);
int value_quiet(const char *value, void *target, struct value_context *context);
int value_time_zone(const char *value, void *target, struct value_context *context);
