/*
 * A date within a line of a page's text or metadata, with the zone that it was said in.  Years
 * before 1990 are counters, templates and historical articles, not dates of the web.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page_time {
	int64_t seconds; /* since 1970 */
	int offset;      /* minutes east of UTC; 0 where no zone is said */
};

/* Reads a text that is a date and nothing else; `day_first`: "3/5/2020" is in May. */
bool date_read(const char *text, size_t length, bool day_first, struct page_time *ret);

/* Reads a date within a line of text; false where there is none. */
bool date_find(const char *text, size_t length, bool day_first, struct page_time *ret);

/* Reads "3.5.20", which only a line that tells a date may mean. */
bool date_find_short(const char *text, size_t length, bool day_first, struct page_time *ret);

/* Whether four digits are a year. */
bool date_has_year(const char *text, size_t length);
