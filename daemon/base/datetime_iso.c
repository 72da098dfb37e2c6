/* The forms of ISO 8601:2004 (and its profile W3C-DTF), as patterns. */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/datetime_fields.h"
#include "base/macro.h"

/* Moves past `digits` digits, or returns NULL. */
static const char *read_number(const char *text, int digits, int *ret)
{
	int value = 0;

	for (int i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)text[i]))
			return NULL;
		value = value * 10 + (text[i] - '0');
	}
	*ret = value;
	return text + digits;
}

/* A fraction of a second, which may be missing. */
static const char *skip_fraction(const char *text)
{
	size_t digits;

	if (*text != '.' && *text != ',')
		return text;
	digits = strspn(text + 1, "0123456789");
	return digits > 0 ? text + 1 + digits : NULL;
}

/*
 * Reads by a pattern: Y year, y two-digit year, M month, D day, O day of the year, w week, d day
 * of the week, h m s time, f fraction; the rest stands for itself.  Returns what follows, or NULL.
 */
static const char *read_pattern(
	const char *text, const char *pattern, struct datetime_fields *fields)
{
	const struct {
		char letter;
		int digits;
		int *field;
	} numbers[] = {
		{'Y', 4, &fields->year},
		{'y', 2, &fields->year},
		{'M', 2, &fields->month},
		{'D', 2, &fields->day},
		{'O', 3, &fields->ordinal},
		{'w', 2, &fields->week},
		{'d', 1, &fields->day},
		{'h', 2, &fields->hour},
		{'m', 2, &fields->minute},
		{'s', 2, &fields->second},
	};

	for (; text && *pattern; pattern++) {
		size_t i = 0;

		while (i < ARRAY_SIZE(numbers) && numbers[i].letter != *pattern)
			i++;
		if (i < ARRAY_SIZE(numbers))
			text = read_number(text, numbers[i].digits, numbers[i].field);
		else if (*pattern == 'f')
			text = skip_fraction(text);
		else
			text = *text == *pattern ? text + 1 : NULL;
		if (text && *pattern == 'y')
			fields->year = datetime_full_year(fields->year, 2);
	}
	return text;
}

/* Nothing, "Z", "+hh", "+hhmm" or "+hh:mm", to the end. */
static bool read_zone(const char *text, int *ret_offset)
{
	int hours;
	int minutes = 0;
	int sign;

	if (*text == ' ')
		text++;
	if (*text == '\0' || ((*text == 'Z' || *text == 'z') && text[1] == '\0'))
		return true;
	if (*text != '+' && *text != '-')
		return false;
	sign = *text == '-' ? -1 : 1;
	text = read_number(text + 1, 2, &hours);
	if (text && *text == ':')
		text = read_number(text + 1, 2, &minutes);
	else if (text && *text != '\0')
		text = read_number(text, 2, &minutes);
	if (!text || *text != '\0' || minutes > 59)
		return false;
	*ret_offset = sign * (hours * 60 + minutes);
	return true;
}

static bool read_time(const char *text, struct datetime_fields *fields)
{
	static const char *const patterns[] = {"h:m:sf", "h:m", "hmsf", "hm", "h"};

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		struct datetime_fields tried = *fields;
		const char *rest = read_pattern(text, patterns[i], &tried);

		if (rest && read_zone(rest, &tried.offset)) {
			*fields = tried;
			return true;
		}
	}
	return false;
}

int datetime_read_iso(const char *text, struct datetime_fields *ret)
{
	static const char *const patterns[] = {"Y-M-D", "YMDhms", "YMDhm", "YMD", "Y-M", "Y", "Y-O",
		"YO", "Y-Ww-d", "YWwd", "Y-Ww", "YWw", "y-M-D", "yMD", "y-O", "yO", "-y-M", "-yM",
		"-y"};

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		struct datetime_fields fields = {.month = 1, .day = 1};
		const char *rest = read_pattern(text, patterns[i], &fields);

		if (!rest)
			continue;
		if (*rest == '\0' || (strchr("Tt _", *rest) && read_time(rest + 1, &fields))) {
			*ret = fields;
			return 0;
		}
	}
	return -EINVAL;
}
