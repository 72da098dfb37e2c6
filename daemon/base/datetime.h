/*
 * Dates as publishers write them, to seconds since 1970 UTC.  The tolerant reader takes RFC 822 and
 * its successors in all their mutilations, ISO 8601 and W3C-DTF, asctime(3), and month names of
 * some thirty languages; an impossible date (31 June, 25 o'clock) is refused, not rolled over.  A
 * missing zone is UTC.  Years from 1 to 9999.
 */
#pragma once

#include <stdint.h>

/* Seconds since 1970 UTC; absent dates are this. */
#define DATE_NONE INT64_MIN

enum {
	DATETIME_SIZE = sizeof("9999-12-31T23:59:59Z"),
	DATETIME_ZONED_SIZE = sizeof("9999-12-31T23:59:59+23:59"),
	DATETIME_BYTES_MAX = 128, /* a longer text is no date */
};

/* Reads a date in any known form.  Returns 0 or -EINVAL. */
int datetime_parse(const char *text, int64_t *ret_seconds);

/* The same, and the zone that it was said in: minutes east of UTC, less than a day. */
int datetime_parse_zoned(const char *text, int64_t *ret_seconds, int *ret_offset);

/* Reads exactly a date-time of RFC 3339; a fraction of a second is dropped. */
int datetime_parse_rfc3339(const char *text, int64_t *ret_seconds);

/* Reads an HTTP date in any of the three forms of RFC 9110 section 5.6.7. */
int datetime_parse_http(const char *text, int64_t *ret_seconds);

/* Writes RFC 3339 in UTC ("2024-05-01T08:00:00Z") and returns `ret`; years beyond 0 to 9999 are
 * brought to the nearest that RFC 3339 has. */
char *datetime_format(int64_t seconds, char ret[DATETIME_SIZE]);

/* The same as the clocks of a zone show it ("2024-05-01T10:00:00+02:00"). */
char *datetime_format_zoned(int64_t seconds, int offset, char ret[DATETIME_ZONED_SIZE]);

/* Days since 1970-01-01 of a date of the Gregorian calendar; `month` counts from 1. */
int64_t datetime_days(int64_t year, unsigned month, unsigned day);
