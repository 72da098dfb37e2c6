#include "cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/datetime.h"
#include "cli/complaint.h"
#include "cli/verbs.h"

enum {
	WORDS_MAX = 4096, /* bytes of a list of words in a cell */
};

static int print_value(json_t *value, size_t flags)
{
	_cleanup_(freep) char *text = value ? json_dumps(value, flags) : NULL;

	json_decref(value);
	if (!text)
		return fail_internal("output", -ENOMEM);
	(void)fputs(text, stdout);
	(void)fputc('\n', stdout);
	return EXIT_CODE_DONE;
}

int output_json(json_t *value)
{
	return print_value(
		value, isatty(STDOUT_FILENO) ? JSON_INDENT(2) | JSON_ENSURE_ASCII : JSON_COMPACT);
}

int output_json_line(json_t *value)
{
	return print_value(
		value, isatty(STDOUT_FILENO) ? JSON_COMPACT | JSON_ENSURE_ASCII : JSON_COMPACT);
}

int output_finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	(void)fprintf(stderr, "wirewatch: cannot write: %s\n", strerror(errno));
	return status != EXIT_CODE_DONE ? status : EXIT_CODE_INTERNAL;
}

/* The two largest units would be too many for a table: one is enough. */
static void span_format(int64_t seconds, char *room, size_t size)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	size_t unit = 0;

	while (unit + 1 < ARRAY_SIZE(units) && seconds < units[unit].seconds)
		unit++;
	(void)snprintf(
		room, size, "%lld%s", (long long)(seconds / units[unit].seconds), units[unit].name);
}

const char *when_format(const char *time, int64_t now, char ret[WHEN_SIZE])
{
	char span[WHEN_SIZE / 2];
	int64_t seconds;

	if (!time || datetime_parse_rfc3339(time, &seconds) < 0)
		return "-";
	span_format(seconds > now ? seconds - now : now - seconds, span, sizeof(span));
	(void)snprintf(ret, WHEN_SIZE, seconds > now ? "in %s" : "%s ago", span);
	return ret;
}

int64_t now_seconds(void)
{
	_cleanup_(clock_free_systemp) struct clock *clock = NULL;

	if (clock_new_system(NULL, &clock) < 0)
		return 0;
	return (int64_t)(clock_now(clock) / USEC_SEC);
}

const char *member_string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

long long member_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

char *member_words(const json_t *object, const char *key)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(WORDS_MAX);
	const json_t *list = json_object_get(object, key);

	for (size_t i = 0; i < json_array_size(list) && !buffer.failed; i++) {
		const char *word = json_string_value(json_array_get(list, i));

		(void)buffer_printf(&buffer, "%s%s", i > 0 ? " " : "", word ? word : "");
	}
	return buffer_take(&buffer);
}
