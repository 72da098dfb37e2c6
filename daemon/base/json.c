#include "base/json.h"

#include <jansson.h>

#include "base/datetime.h"

struct json_t *json_text(const char *text)
{
	return text ? json_string(text) : json_null();
}

struct json_t *json_time(usec time)
{
	return json_date(
		time == 0 || time == USEC_INFINITY ? DATE_NONE : (int64_t)(time / USEC_SEC));
}

struct json_t *json_date_zoned(int64_t seconds, int offset)
{
	char text[DATETIME_ZONED_SIZE];

	return seconds == DATE_NONE ? json_null()
				    : json_string(datetime_format_zoned(seconds, offset, text));
}

struct json_t *json_date(int64_t seconds)
{
	return json_date_zoned(seconds, 0);
}
