#include "config/values.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/timespan.h"
#include "config/terms.h"
#include "config/words.h"
#include "model/hook.h"
#include "model/mailbox.h"
#include "model/topic.h"

enum {
	LOGIN_NAME_BYTES = 32, /* as useradd(8) */
	PATH_BYTES_MAX = 4096,
	SOCKET_PATH_MAX = 107, /* sun_path without its NUL (unix(7)) */
};

int value_refuse(struct value_context *context, const char *words)
{
	context->words = words;
	return -EINVAL;
}

int value_keep(const char *value, const char **target, struct value_context *context)
{
	*target = arena_strdup(context->arena, value);
	return *target ? 0 : -ENOMEM;
}

int value_add_words(const char **words, const char ***target, struct value_context *context)
{
	const char **all = words_unite(words[0] ? *target : NULL, words, context->arena);

	if (!all)
		return -ENOMEM;
	*target = all;
	return 0;
}

int value_boolean(const char *value, void *target, struct value_context *context)
{
	static const char *const yes[] = {"yes", "true", "on", "1"};
	static const char *const no[] = {"no", "false", "off", "0"};

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		if (strcasecmp(value, yes[i]) != 0 && strcasecmp(value, no[i]) != 0)
			continue;
		*(bool *)target = strcasecmp(value, yes[i]) == 0;
		return 0;
	}
	return value_refuse(context, "expected yes or no");
}

int value_number(const char *value, void *target, struct value_context *context)
{
	unsigned long long number;

	if (!ascii_number(value, &number) || number < context->least || number > context->most) {
		context->words = arena_printf(context->arena, "expected a number from %llu to %llu",
			(unsigned long long)context->least, (unsigned long long)context->most);
		return context->words ? -EINVAL : -ENOMEM;
	}
	*(unsigned *)target = (unsigned)number;
	return 0;
}

int value_timespan(const char *value, void *target, struct value_context *context)
{
	char least[TIMESPAN_SIZE];
	char most[TIMESPAN_SIZE];
	usec span;

	if (timespan_parse(value, &span) < 0)
		return value_refuse(context, "expected a time span such as 90s, 5min or 1h 30min");
	if (span < context->least || span > context->most) {
		context->words = arena_printf(context->arena, "expected a time span from %s to %s",
			timespan_format(context->least, least),
			timespan_format(context->most, most));
		return context->words ? -EINVAL : -ENOMEM;
	}
	*(usec *)target = span;
	return 0;
}

/* The longest time that a rate is over. */
#define RATE_SPAN_MAX (30 * USEC_DAY)

/* "20/1h"; the bounds are those of the count. */
int value_rate(const char *value, void *target, struct value_context *context)
{
	unsigned long long count;
	struct rate rate;
	char *end;

	errno = 0;
	count = strtoull(value, &end, 10);
	if (!isdigit((unsigned char)value[0]) || *end != '/' || errno != 0 ||
		count < context->least || count > context->most ||
		timespan_parse(end + 1, &rate.span) < 0 || rate.span < count ||
		rate.span > RATE_SPAN_MAX)
		return value_refuse(context, "expected a number and a time span such as 20/1min");
	rate.count = (unsigned)count;
	*(struct rate *)target = rate;
	return 0;
}

int value_text(const char *value, void *target, struct value_context *context)
{
	if (value[0] == '\0' || strlen(value) > VALUE_TEXT_MAX || strchr(value, '\t'))
		return value_refuse(context, "expected a text of 1 to 512 bytes");
	return value_keep(value, target, context);
}

/* It goes into "(+CONTACT)", a comment of RFC 9110 section 5.6.5. */
int value_contact(const char *value, void *target, struct value_context *context)
{
	if (value[0] == '\0' || strlen(value) > VALUE_TEXT_MAX || strpbrk(value, "()\\ \t"))
		return value_refuse(
			context, "expected a URL or mail address without blanks or parentheses");
	return value_keep(value, target, context);
}

int value_path(const char *value, void *target, struct value_context *context)
{
	if (value[0] != '/' || strlen(value) > PATH_BYTES_MAX)
		return value_refuse(context, "expected an absolute path");
	return value_keep(value, target, context);
}

int value_socket(const char *value, void *target, struct value_context *context)
{
	if (value[0] != '/' || strlen(value) > SOCKET_PATH_MAX)
		return value_refuse(context, "expected an absolute path of at most 107 bytes");
	return value_keep(value, target, context);
}

/* Empty for none. */
int value_hook_socket(const char *value, void *target, struct value_context *context)
{
	if (strcmp(value, "no") == 0)
		return value_keep("", target, context);
	if (value[0] != '/' || strlen(value) > SOCKET_PATH_MAX)
		return value_refuse(
			context, "expected no, or an absolute path of at most 107 bytes");
	return value_keep(value, target, context);
}

/* A path from the folder of the file in which it stands. */
static const char *resolve_path(const char *path, struct value_context *context)
{
	if (path[0] == '/')
		return arena_strdup(context->arena, path);
	return arena_printf(context->arena, "%s/%s", context->folder, path);
}

int value_file(const char *value, void *target, struct value_context *context)
{
	const char *path;

	if (value[0] == '\0' || strlen(value) > PATH_BYTES_MAX)
		return value_refuse(context, "expected the path of a file");
	path = resolve_path(value, context);
	if (!path)
		return -ENOMEM;
	*(const char **)target = path;
	return 0;
}

int value_words(const char *value, void *target, struct value_context *context)
{
	const char **words;
	int r;

	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	return value_add_words(words, target, context);
}

int value_command(const char *value, void *target, struct value_context *context)
{
	const char **words;
	int r;

	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	if (!words[0] || words[0][0] != '/')
		return value_refuse(
			context, "expected the absolute path of a program and its arguments");
	*(const char ***)target = words;
	return 0;
}

int value_files(const char *value, void *target, struct value_context *context)
{
	const char **words;
	int r;

	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	for (size_t i = 0; words[i]; i++) {
		words[i] = resolve_path(words[i], context);
		if (!words[i])
			return -ENOMEM;
	}
	return value_add_words(words, target, context);
}

static bool is_credential(const char *name)
{
	return !strchr(name, '/') && name[0] != '.' && name[0] != '\0';
}

int value_credentials(const char *value, void *target, struct value_context *context)
{
	const char **words;
	int r;

	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	for (size_t i = 0; words[i]; i++)
		if (!is_credential(words[i]))
			return value_refuse(
				context, "expected the name of a credential, not a path");
	return value_add_words(words, target, context);
}

int value_credential(const char *value, void *target, struct value_context *context)
{
	if (!is_credential(value))
		return value_refuse(context, "expected the name of a credential, not a path");
	return value_keep(value, target, context);
}

/* Empty ones are kept: room match refuses them, with the column. */
int value_query(const char *value, void *target, struct value_context *context)
{
	return value_keep(value, target, context);
}

/* An empty value begins the list anew. */
int value_terms(const char *value, void *target, struct value_context *context)
{
	struct listed_terms **terms = target;
	int r;

	if (!*terms || value[0] == '\0')
		*terms = arena_new_object(context->arena, struct listed_terms);
	if (!*terms)
		return -ENOMEM;
	r = terms_split(*terms, value, context->arena);
	return r == -EFBIG ? value_refuse(context, "too many terms; 100,000 are allowed") : r;
}

int value_stem(const char *value, void *target, struct value_context *context)
{
	if (strcmp(value, "english") != 0)
		return value_refuse(context, "expected english");
	return value_keep(value, target, context);
}

int value_alert(const char *value, void *target, struct value_context *context)
{
	static const struct {
		const char *name;
		unsigned bit;
	} kinds[] = {
		{"new", ALERT_ON_NEW},
		{"update", ALERT_ON_UPDATE},
		{"rewrite", ALERT_ON_REWRITE},
		{"reprint", ALERT_ON_REPRINT},
	};
	const char **words;
	unsigned bits = 0;
	int r;

	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	for (size_t i = 0; words[i]; i++) {
		size_t k = 0;

		while (k < ARRAY_SIZE(kinds) && strcmp(words[i], kinds[k].name) != 0)
			k++;
		if (k == ARRAY_SIZE(kinds))
			return value_refuse(
				context, "expected words of: new update rewrite reprint");
		bits |= kinds[k].bit;
	}
	*(unsigned *)target = bits;
	return 0;
}

int value_mailbox(const char *value, void *target, struct value_context *context)
{
	int r;

	r = mailbox_parse(value, context->arena, target);
	return r == -EINVAL ? value_refuse(context, "expected a mail address, or Name <address>")
			    : r;
}

int value_mailboxes(const char *value, void *target, struct value_context *context)
{
	int r;

	r = mailbox_list_parse(value, context->arena, target);
	if (r == -E2BIG)
		return value_refuse(context, "more than 100 addresses");
	return r == -EINVAL
		? value_refuse(
			  context, "expected mail addresses, or Name <address>, parted by commas")
		: r;
}

/* The form of useradd(8)'s names; whether there is such a user is seen when the command is run. */
int value_account(const char *value, void *target, struct value_context *context)
{
	static const char marks[] = "_-.";
	size_t length = 0;

	while (isalnum((unsigned char)value[length]) ||
		(length > 0 && value[length] != '\0' && strchr(marks, value[length])) ||
		value[length] == '_')
		length++;
	if (length == 0 || length > LOGIN_NAME_BYTES || value[length] != '\0')
		return value_refuse(context, "expected the name of a user of this machine");
	return value_keep(value, target, context);
}

int value_full_text(const char *value, void *target, struct value_context *context)
{
	enum full_text full_text = full_text_from_string(value);

	if (full_text < 0)
		return value_refuse(context, "expected yes, no or auto");
	*(enum full_text *)target = full_text;
	return 0;
}

int value_format(const char *value, void *target, struct value_context *context)
{
	enum hook_format format = hook_format_from_string(value);

	if (format < 0)
		return value_refuse(context,
			"expected json, cloudevents, slack, discord, mattermost, teams, ntfy, "
			"matrix "
			"or text");
	*(enum hook_format *)target = format;
	return 0;
}
