/* The pieces of a date as they are read, and the checks that make seconds of them.  For the
 * datetime*.c files alone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct datetime_fields {
	int year;
	int month;   /* from 1; 0: `ordinal` or `week` says the day */
	int day;     /* of the month, or of the week (1 = Monday) */
	int ordinal; /* day of the year, from 1 */
	int week;    /* of ISO 8601, from 1 */
	int hour;
	int minute;
	int second;
	int offset; /* minutes east of UTC */
};

/* Brings a two- or three-digit year to four (RFC 5322 section 4.3). */
int datetime_full_year(int year, unsigned digits);

/* Reads the forms of ISO 8601 and W3C-DTF.  Returns 0, or -EINVAL where it is none of them. */
int datetime_read_iso(const char *text, struct datetime_fields *ret);

/* Reads a date in words and numbers of any order.  Returns 0 or -EINVAL. */
int datetime_read_loose(const char *text, struct datetime_fields *ret);

/* The month (from 1) whose name in some language the folded word begins, or 0. */
int month_from_word(const char *word, unsigned length);

/* Minutes east of UTC of a zone's name (folded).  Returns whether it is known. */
bool zone_from_word(const char *word, unsigned length, int *ret_offset);
