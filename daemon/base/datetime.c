#include "base/datetime.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/datetime_fields.h"

#define SECONDS_PER_DAY INT64_C(86400)

enum {
	OFFSET_MAX = 24 * 60 - 1, /* RFC 3339 section 5.6: time-numoffset to 23:59 */
};

static bool is_leap_year(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

/* Counts from March, so that the leap day is the last of its year. */
int64_t datetime_days(int64_t year, unsigned month, unsigned day)
{
	int64_t shifted = month <= 2 ? year - 1 : year;
	int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int64_t of_era = shifted - era * 400;
	int64_t of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_from_days(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t of_era = shifted - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	*ret_day = (int)(of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = year + era * 400 + (*ret_month <= 2);
}

int datetime_full_year(int year, unsigned digits)
{
	if (digits == 2)
		return year < 50 ? 2000 + year : 1900 + year;
	return digits == 3 ? 1900 + year : year;
}

/* Monday of week 1 is that of the week which has 4 January (ISO 8601). */
static int64_t days_of_week_date(const struct datetime_fields *fields)
{
	int64_t fourth = datetime_days(fields->year, 1, 4);
	int64_t weekday = ((fourth + 3) % 7 + 7) % 7; /* 0 = Monday; 1970-01-01 was a Thursday */

	return fourth - weekday + (fields->week - 1) * 7 + (fields->day - 1);
}

static int days_from_fields(const struct datetime_fields *fields, int64_t *ret)
{
	if (fields->year < 1 || fields->year > 9999)
		return -EINVAL;
	if (fields->week > 0) {
		if (fields->week > 53 || fields->day < 1 || fields->day > 7)
			return -EINVAL;
		*ret = days_of_week_date(fields);
	} else if (fields->ordinal > 0) {
		if (fields->ordinal > (is_leap_year(fields->year) ? 366 : 365))
			return -EINVAL;
		*ret = datetime_days(fields->year, 1, 1) + fields->ordinal - 1;
	} else {
		if (fields->month < 1 || fields->month > 12 || fields->day < 1 ||
			fields->day > days_in_month(fields->year, fields->month))
			return -EINVAL;
		*ret = datetime_days(fields->year, (unsigned)fields->month, (unsigned)fields->day);
	}
	return 0;
}

/* 24:00:00 ends a day (ISO 8601); second 60 is a leap second, which POSIX time does not have. */
static bool is_time_of_day(const struct datetime_fields *fields)
{
	if (fields->hour == 24)
		return fields->minute == 0 && fields->second == 0;
	return fields->hour >= 0 && fields->hour < 24 && fields->minute >= 0 &&
		fields->minute < 60 && fields->second >= 0 && fields->second <= 60;
}

/* Checks all fields.  Returns 0 or -EINVAL. */
static int datetime_from_fields(const struct datetime_fields *fields, int64_t *ret_seconds)
{
	int64_t seconds;
	int64_t days;
	int r;

	r = days_from_fields(fields, &days);
	if (r < 0)
		return r;
	if (!is_time_of_day(fields) || fields->offset < -OFFSET_MAX || fields->offset > OFFSET_MAX)
		return -EINVAL;
	seconds = days * SECONDS_PER_DAY + fields->hour * 3600 + fields->minute * 60 +
		(fields->second < 60 ? fields->second : 59) - fields->offset * 60;
	if (seconds < datetime_days(1, 1, 1) * SECONDS_PER_DAY ||
		seconds >= datetime_days(10000, 1, 1) * SECONDS_PER_DAY)
		return -EINVAL;
	*ret_seconds = seconds;
	return 0;
}

/* Reads exactly `digits` digits and moves `text` past them. */
static bool read_digits(const char **text, unsigned digits, int *ret)
{
	int value = 0;

	for (unsigned i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)(*text)[i]))
			return false;
		value = value * 10 + ((*text)[i] - '0');
	}
	*text += digits;
	*ret = value;
	return true;
}

static bool read_char(const char **text, const char *any_of)
{
	if (**text == '\0' || !strchr(any_of, **text))
		return false;
	(*text)++;
	return true;
}

/* hh:mm:ss */
static bool read_clock(const char **text, struct datetime_fields *fields)
{
	return read_digits(text, 2, &fields->hour) && read_char(text, ":") &&
		read_digits(text, 2, &fields->minute) && read_char(text, ":") &&
		read_digits(text, 2, &fields->second);
}

/* "Z" or "+hh:mm", and nothing after it. */
static bool read_rfc3339_zone(const char *text, int *ret_offset)
{
	int hours;
	int minutes;
	bool west = *text == '-';

	if (read_char(&text, "Zz"))
		return *text == '\0';
	if (!read_char(&text, "+-") || !read_digits(&text, 2, &hours) || !read_char(&text, ":") ||
		!read_digits(&text, 2, &minutes) || minutes > 59 || *text != '\0')
		return false;
	*ret_offset = (hours * 60 + minutes) * (west ? -1 : 1);
	return true;
}

static int read_rfc3339(const char *text, struct datetime_fields *fields)
{
	if (!read_digits(&text, 4, &fields->year) || !read_char(&text, "-") ||
		!read_digits(&text, 2, &fields->month) || !read_char(&text, "-") ||
		!read_digits(&text, 2, &fields->day) || !read_char(&text, "Tt ") ||
		!read_clock(&text, fields))
		return -EINVAL;
	if (*text == '.') {
		size_t digits = strspn(text + 1, "0123456789");

		if (digits == 0)
			return -EINVAL;
		text += digits + 1;
	}
	return read_rfc3339_zone(text, &fields->offset) ? 0 : -EINVAL;
}

int datetime_parse_rfc3339(const char *text, int64_t *ret_seconds)
{
	struct datetime_fields fields = {0};
	int r = read_rfc3339(text, &fields);

	return r < 0 ? r : datetime_from_fields(&fields, ret_seconds);
}

static bool read_month(const char **text, int *ret)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (strncmp(*text, names + 3 * i, 3) == 0) {
			*text += 3;
			*ret = i + 1;
			return true;
		}
	return false;
}

/* IMF-fixdate "06 Nov 1994 08:49:37 GMT", or with `dash` RFC 850's "06-Nov-94 08:49:37 GMT". */
static bool read_http_date(const char *text, const char *separator, struct datetime_fields *fields)
{
	bool short_year = separator[0] == '-';

	if (!read_char(&text, " ") || !read_digits(&text, 2, &fields->day) ||
		!read_char(&text, separator) || !read_month(&text, &fields->month) ||
		!read_char(&text, separator) ||
		!read_digits(&text, short_year ? 2 : 4, &fields->year) || !read_char(&text, " ") ||
		!read_clock(&text, fields))
		return false;
	if (short_year)
		fields->year = datetime_full_year(fields->year, 2);
	return strcmp(text, " GMT") == 0;
}

/* asctime: "Nov  6 08:49:37 1994" */
static bool read_asctime(const char *text, struct datetime_fields *fields)
{
	if (!read_month(&text, &fields->month) || !read_char(&text, " "))
		return false;
	if (!(*text == ' ' ? read_char(&text, " ") && read_digits(&text, 1, &fields->day)
			   : read_digits(&text, 2, &fields->day)))
		return false;
	return read_char(&text, " ") && read_clock(&text, fields) && read_char(&text, " ") &&
		read_digits(&text, 4, &fields->year) && *text == '\0';
}

int datetime_parse_http(const char *text, int64_t *ret_seconds)
{
	struct datetime_fields fields = {0};
	const char *rest = text;
	bool read;

	while (isalpha((unsigned char)*rest))
		rest++;
	if (rest == text)
		return -EINVAL;
	if (*rest == ',' && rest - text == 3)
		read = read_http_date(rest + 1, " ", &fields);
	else if (*rest == ',')
		read = read_http_date(rest + 1, "-", &fields);
	else
		read = *rest == ' ' && read_asctime(rest + 1, &fields);
	return read ? datetime_from_fields(&fields, ret_seconds) : -EINVAL;
}

/* Seconds (9 or 10 digits) or milliseconds (13) since 1970, as programs write them. */
static bool read_epoch(const char *text, int64_t *ret_seconds)
{
	size_t digits = strspn(text, "0123456789");

	if (text[digits] != '\0' || (digits != 9 && digits != 10 && digits != 13))
		return false;
	*ret_seconds = strtoll(text, NULL, 10) / (digits == 13 ? 1000 : 1);
	return true;
}

/* "+0200" or a name, to the end. */
static bool read_rfc822_zone(const char *text, int *ret_offset)
{
	bool west = *text == '-';
	char name[5] = {0};
	int zone;

	if (read_char(&text, "+-")) {
		if (!read_digits(&text, 4, &zone) || zone % 100 > 59)
			return false;
		*ret_offset = (zone / 100 * 60 + zone % 100) * (west ? -1 : 1);
		return *text == '\0';
	}
	for (size_t i = 0; i < sizeof(name) - 1 && isalpha((unsigned char)*text); i++)
		name[i] = (char)tolower((unsigned char)*text++);
	return *text == '\0' && zone_from_word(name, (unsigned)strlen(name), ret_offset);
}

/* "Wed, 01 May 2024 10:00:00 +0200" or "GMT": what nearly all feeds have, read at once. */
static bool read_rfc822(const char *text, struct datetime_fields *fields)
{
	*fields = (struct datetime_fields){0};
	if (!isalpha((unsigned char)text[0]) || !isalpha((unsigned char)text[1]) ||
		!isalpha((unsigned char)text[2]) || text[3] != ',' || text[4] != ' ')
		return false;
	text += 5;
	if (!(isdigit((unsigned char)text[1]) ? read_digits(&text, 2, &fields->day)
					      : read_digits(&text, 1, &fields->day)))
		return false;
	if (!read_char(&text, " ") || !read_month(&text, &fields->month) ||
		!read_char(&text, " ") || !read_digits(&text, 4, &fields->year) ||
		!read_char(&text, " ") || !read_clock(&text, fields) || !read_char(&text, " "))
		return false;
	return read_rfc822_zone(text, &fields->offset);
}

int datetime_parse_zoned(const char *text, int64_t *ret_seconds, int *ret_offset)
{
	struct datetime_fields fields = {0};
	char copy[DATETIME_BYTES_MAX + 1] = {0};
	size_t length;
	int r = read_rfc3339(text, &fields);

	if (r == 0 && datetime_from_fields(&fields, ret_seconds) == 0) {
		*ret_offset = fields.offset;
		return 0;
	}
	text += strspn(text, " \t\r\n");
	length = strnlen(text, sizeof(copy));
	if (length == sizeof(copy))
		return -EINVAL;
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	memcpy(copy, text, length);
	if (read_epoch(copy, ret_seconds)) {
		*ret_offset = 0;
		return 0;
	}
	if (!read_rfc822(copy, &fields) && datetime_read_iso(copy, &fields) < 0 &&
		datetime_read_loose(copy, &fields) < 0)
		return -EINVAL;
	r = datetime_from_fields(&fields, ret_seconds);
	if (r == 0)
		*ret_offset = fields.offset;
	return r;
}

int datetime_parse(const char *text, int64_t *ret_seconds)
{
	int offset;

	return datetime_parse_zoned(text, ret_seconds, &offset);
}

static void put_digits(char *to, int digits, int64_t value)
{
	for (; digits-- > 0; value /= 10)
		to[digits] = (char)('0' + value % 10);
}

char *datetime_format(int64_t seconds, char ret[DATETIME_SIZE])
{
	const int64_t first = datetime_days(0, 1, 1) * SECONDS_PER_DAY;
	const int64_t last = datetime_days(10000, 1, 1) * SECONDS_PER_DAY - 1;
	int64_t days;
	int64_t year;
	int month;
	int day;

	memcpy(ret, "0000-00-00T00:00:00Z", DATETIME_SIZE);
	seconds = seconds < first ? first : seconds > last ? last : seconds;
	days = (seconds >= 0 ? seconds : seconds - (SECONDS_PER_DAY - 1)) / SECONDS_PER_DAY;
	seconds -= days * SECONDS_PER_DAY;
	date_from_days(days, &year, &month, &day);
	put_digits(ret, 4, year);
	put_digits(ret + 5, 2, month);
	put_digits(ret + 8, 2, day);
	put_digits(ret + 11, 2, seconds / 3600);
	put_digits(ret + 14, 2, seconds / 60 % 60);
	put_digits(ret + 17, 2, seconds % 60);
	return ret;
}

char *datetime_format_zoned(int64_t seconds, int offset, char ret[DATETIME_ZONED_SIZE])
{
	char utc[DATETIME_SIZE];
	int minutes = offset < 0 ? -offset : offset;
	int64_t local;

	if (__builtin_add_overflow(seconds, (int64_t)offset * 60, &local)) {
		local = seconds;
		minutes = offset = 0;
	}
	(void)datetime_format(local, utc);
	memcpy(ret, utc, DATETIME_SIZE);
	if (offset == 0)
		return ret;
	memcpy(ret + DATETIME_SIZE - 2, "+00:00", sizeof("+00:00"));
	if (offset < 0)
		ret[DATETIME_SIZE - 2] = '-';
	put_digits(ret + DATETIME_SIZE - 1, 2, minutes / 60 % 24);
	put_digits(ret + DATETIME_SIZE + 2, 2, minutes % 60);
	return ret;
}
