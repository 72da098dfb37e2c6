#include "base/timespan.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* systemd.time(7), "Parsing Time Spans". */
static const struct {
	const char *name;
	usec factor;
} units[] = {
	{"seconds", USEC_SEC}, {"second", USEC_SEC}, {"sec", USEC_SEC}, {"s", USEC_SEC},
	{"minutes", USEC_MINUTE}, {"minute", USEC_MINUTE}, {"min", USEC_MINUTE},
	{"months", 2629800 * USEC_SEC}, {"month", 2629800 * USEC_SEC}, {"M", 2629800 * USEC_SEC},
	{"msec", USEC_MSEC}, {"ms", USEC_MSEC}, {"m", USEC_MINUTE}, {"hours", USEC_HOUR},
	{"hour", USEC_HOUR}, {"hr", USEC_HOUR}, {"h", USEC_HOUR}, {"days", USEC_DAY},
	{"day", USEC_DAY}, {"d", USEC_DAY}, {"weeks", 7 * USEC_DAY}, {"week", 7 * USEC_DAY},
	{"w", 7 * USEC_DAY}, {"years", 31557600 * USEC_SEC}, {"year", 31557600 * USEC_SEC},
	{"y", 31557600 * USEC_SEC}, {"usec", 1}, {"us", 1}, {"µs", 1},
	{"", USEC_SEC}, /* a bare number counts seconds */
};

static const char *skip_space(const char *text)
{
	return text + strspn(text, " \t\r\n");
}

/* Reads "12" or "1.5": the whole part and millionths. */
static const char *read_number(const char *text, usec *ret_whole, usec *ret_millionths)
{
	const char *start = text;
	usec whole = 0;
	usec millionths = 0;
	usec place = 100000;

	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
			__builtin_add_overflow(whole, (usec)(*text - '0'), &whole))
			return NULL;
	if (*text == '.') {
		for (text++; isdigit((unsigned char)*text); text++, place /= 10)
			millionths += place * (usec)(*text - '0');
		if (text - start == 1)
			return NULL;
	}
	*ret_whole = whole;
	*ret_millionths = millionths;
	return text > start ? text : NULL;
}

static const char *read_unit(const char *text, usec *ret_factor)
{
	size_t length = strcspn(text, " \t\r\n.0123456789");

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strlen(units[i].name) == length && memcmp(units[i].name, text, length) == 0) {
			*ret_factor = units[i].factor;
			return text + length;
		}
	return NULL;
}

/* Adds one number with its unit; returns what follows, or NULL. */
static const char *read_term(const char *text, usec *total)
{
	usec whole;
	usec millionths;
	usec factor;
	usec term;

	text = read_number(text, &whole, &millionths);
	if (!text)
		return NULL;
	text = read_unit(skip_space(text), &factor);
	if (!text || __builtin_mul_overflow(whole, factor, &term))
		return NULL;
	/* Dividing first keeps within 64 bits; only factors of whole seconds are large. */
	if (factor >= USEC_SEC)
		term = usec_add(term, factor / USEC_SEC * millionths);
	else
		term += factor * millionths / USEC_SEC;
	if (__builtin_add_overflow(*total, term, total) || *total == USEC_INFINITY)
		return NULL;
	return skip_space(text);
}

int timespan_parse(const char *text, usec *ret)
{
	usec total = 0;

	text = skip_space(text);
	if (strncmp(text, "infinity", 8) == 0 && *skip_space(text + 8) == '\0') {
		*ret = USEC_INFINITY;
		return 0;
	}
	do {
		text = read_term(text, &total);
		if (!text)
			return -EINVAL;
	} while (*text != '\0');
	*ret = total;
	return 0;
}

char *timespan_format(usec span, char ret[TIMESPAN_SIZE])
{
	static const struct {
		const char *name;
		usec factor;
	} shown[] = {
		{"d", USEC_DAY},
		{"h", USEC_HOUR},
		{"min", USEC_MINUTE},
		{"s", USEC_SEC},
		{"ms", USEC_MSEC},
		{"us", 1},
	};
	size_t length = 0;

	if (span == USEC_INFINITY)
		return memcpy(ret, "infinity", sizeof("infinity"));
	if (span == 0)
		return memcpy(ret, "0", sizeof("0"));
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		if (span < shown[i].factor)
			continue;
		length += (size_t)snprintf(ret + length, TIMESPAN_SIZE - length, "%s%llu%s",
			length > 0 ? " " : "", (unsigned long long)(span / shown[i].factor),
			shown[i].name);
		span %= shown[i].factor;
	}
	return ret;
}
