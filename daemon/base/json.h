/* Values of ours as JSON; null stands for what there is not.  NULL: memory is out. */
#pragma once

#include "base/clock.h"

struct json_t;

/* A string; NULL is null. */
struct json_t *json_text(const char *text);

/* RFC 3339 in UTC; 0 and USEC_INFINITY are null. */
struct json_t *json_time(usec time);

/* RFC 3339 in UTC, from seconds since 1970; DATE_NONE is null. */
struct json_t *json_date(int64_t seconds);

/* The same in the zone that it was said in. */
struct json_t *json_date_zoned(int64_t seconds, int offset);
