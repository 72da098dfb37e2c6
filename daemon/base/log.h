/*
 * What actors and doors say to the operator: to the journal with fields where systemd gave us its
 * stream, else to standard error, a line each.  Stages are silent: they return what went wrong and
 * the caller at the edge says it once.  Levels are syslog(3)'s.
 */
#pragma once

#include <stdbool.h>
#include <syslog.h>

#include "base/macro.h"

/* A journal field; the name is in journal form (FEED becomes WIREWATCH_FEED=). */
struct log_field {
	const char *name;  /* without the prefix; NULL ends the list */
	const char *value; /* NULL: the field is left out */
};

#define LOG_FIELDS(...) ((const struct log_field[]){__VA_ARGS__, {NULL, NULL}})

/* Chooses journal or standard error (by $JOURNAL_STREAM) and the most verbose level shown. */
void log_open(int max_level);

/* Says one message.  `message_id` is a catalog id of 32 hexadecimal digits or NULL; `fields` too.
 */
void log_write(int level, const char *message_id, const struct log_field *fields,
	const char *format, ...) _printf_(4, 5);

#define log_debug(...) log_write(LOG_DEBUG, NULL, NULL, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, NULL, NULL, __VA_ARGS__)
#define log_notice(...) log_write(LOG_NOTICE, NULL, NULL, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERR, NULL, NULL, __VA_ARGS__)

/* Says the message at LOG_ERR and returns `error`: `return log_fail(r, "cannot ...: %m")`. */
#define log_fail(error, ...)                                                                       \
	({                                                                                         \
		int error_ = (error);                                                              \
		errno = error_ < 0 ? -error_ : error_;                                             \
		log_error(__VA_ARGS__);                                                            \
		error_;                                                                            \
	})

/* Whether messages go to the journal. */
bool log_to_journal(void);
