/* Values of local times: when digests go out, which hours are quiet; and numbers of sites. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/timezone.h"
#include "config/values.h"
#include "config/words.h"
#include "model/topic.h"

static const char expected_digest[] =
	"expected hourly, daily and times (07:00 19:00), or weekly with days and times (Mon 07:00)";
static const char expected_quiet[] = "expected times from and to, as 22:00-06:00";

/* "07:30" or "7:30", also "24:00" where `most` allows; the end is set.  False: no time. */
static bool read_time(const char *text, unsigned most, uint16_t *ret, const char **ret_end)
{
	unsigned parts[2] = {0};

	for (unsigned i = 0; i < 2; i++) {
		unsigned digits = 0;

		for (; isdigit((unsigned char)*text) && digits < 2; text++, digits++)
			parts[i] = parts[i] * 10 + (unsigned)(*text - '0');
		if (digits == 0 || (i == 1 && digits != 2) || (i == 0 && *text++ != ':'))
			return false;
	}
	if (parts[1] > 59 || parts[0] * 60 + parts[1] > most)
		return false;
	*ret = (uint16_t)(parts[0] * 60 + parts[1]);
	*ret_end = text;
	return true;
}

/* The bit of a day by its English name or the first three letters of it; 0: none. */
static unsigned read_weekday(const char *word)
{
	static const char *const names[] = {
		"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(word, names[i]) == 0 ||
			(strlen(word) == 3 && strncasecmp(word, names[i], 3) == 0))
			return 1U << i;
	return 0;
}

/* Keeps the times in order, each once.  False: too many. */
static bool add_time(struct digest_times *times, uint16_t minute)
{
	size_t at = times->count;

	for (size_t i = 0; i < times->count; i++)
		if (times->minutes[i] == minute)
			return true;
	if (times->count == DIGEST_TIMES_MAX)
		return false;
	for (; at > 0 && times->minutes[at - 1] > minute; at--)
		times->minutes[at] = times->minutes[at - 1];
	times->minutes[at] = minute;
	times->count++;
	return true;
}

/* The words after daily or weekly. */
static bool read_times(const char *const *words, bool weekly, struct digest_times *times)
{
	const char *end;
	uint16_t minute;

	times->weekdays = weekly ? 0 : ALL_WEEKDAYS;
	for (; weekly && *words && read_weekday(*words); words++)
		times->weekdays |= read_weekday(*words);
	for (; *words; words++)
		if (!read_time(*words, MINUTES_OF_DAY - 1, &minute, &end) || *end != '\0' ||
			!add_time(times, minute))
			return false;
	return times->weekdays != 0 && times->count > 0;
}

int value_digest(const char *value, void *target, struct value_context *context)
{
	struct digest_times *times = arena_new_object(context->arena, struct digest_times);
	const char **words;
	bool weekly;
	int r;

	if (!times)
		return -ENOMEM;
	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	if (!words[0])
		return value_refuse(context, expected_digest);
	weekly = strcmp(words[0], "weekly") == 0;
	if (strcmp(words[0], "hourly") == 0) {
		if (words[1])
			return value_refuse(context, expected_digest);
	} else if ((!weekly && strcmp(words[0], "daily") != 0) ||
		!read_times((const char *const *)words + 1, weekly, times)) {
		return value_refuse(context, expected_digest);
	}
	*(const struct digest_times **)target = times;
	return 0;
}

static bool read_window(const char *word, struct quiet_window *window)
{
	return read_time(word, MINUTES_OF_DAY - 1, &window->start, &word) && *word == '-' &&
		read_time(word + 1, MINUTES_OF_DAY, &window->end, &word) && *word == '\0' &&
		window->start != window->end &&
		(window->start != 0 || window->end != MINUTES_OF_DAY);
}

/* Whether some minute of the day is not quiet. */
static bool leaves_time(const struct quiet_times *quiet)
{
	for (unsigned minute = 0; minute < MINUTES_OF_DAY; minute++) {
		bool is_quiet = false;

		for (size_t i = 0; i < quiet->count; i++) {
			unsigned start = quiet->windows[i].start;
			unsigned end = quiet->windows[i].end;

			is_quiet |= start < end ? minute >= start && minute < end
						: minute >= start || minute < end;
		}
		if (!is_quiet)
			return true;
	}
	return false;
}

int value_quiet(const char *value, void *target, struct value_context *context)
{
	struct quiet_times *quiet = arena_new_object(context->arena, struct quiet_times);
	const char **words;
	int r;

	if (!quiet)
		return -ENOMEM;
	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	for (size_t i = 0; words[i]; i++)
		if (quiet->count == QUIET_WINDOWS_MAX ||
			!read_window(words[i], &quiet->windows[quiet->count++]))
			return value_refuse(context, expected_quiet);
	if (quiet->count == 0)
		return value_refuse(context, expected_quiet);
	if (!leaves_time(quiet))
		return value_refuse(
			context, "nothing would ever be told; expected a part of the day");
	*(const struct quiet_times **)target = quiet;
	return 0;
}

int value_time_zone(const char *value, void *target, struct value_context *context)
{
	if (!timezone_exists(value))
		return value_refuse(context,
			"no time zone of this system; expected a name such as Europe/Berlin or "
			"UTC (timedatectl list-timezones)");
	*(const char **)target = arena_strdup(context->arena, value);
	return *(const char **)target ? 0 : -ENOMEM;
}

/* Numbers of sites, rising, each once. */
int value_spread(const char *value, void *target, struct value_context *context)
{
	unsigned *spread = arena_array(context->arena, SPREAD_MAX + 1, sizeof(*spread));
	const char **words;
	size_t count = 0;
	int r;

	if (!spread)
		return -ENOMEM;
	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	for (; words[count] && count < SPREAD_MAX; count++) {
		r = value_number(words[count], &spread[count], context);
		if (r < 0)
			return r;
		if (count > 0 && spread[count] <= spread[count - 1])
			return value_refuse(context, "expected rising numbers, as 3 10 30");
	}
	if (count == 0 || words[count])
		return value_refuse(context, "expected one to eight numbers of sites, as 3 10 30");
	spread[count] = 0;
	*(const unsigned **)target = spread;
	return 0;
}
