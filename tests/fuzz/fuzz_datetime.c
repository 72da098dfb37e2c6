/* Dates and time spans: what can be read is written in a form that reads back as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/datetime.h"
#include "base/macro.h"
#include "base/timespan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_date(int64_t seconds)
{
	char text[DATETIME_SIZE];
	int64_t again;

	if (datetime_parse_rfc3339(datetime_format(seconds, text), &again) < 0 || again != seconds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = malloc(size + 1);
	char span_text[TIMESPAN_SIZE];
	int64_t seconds;
	usec span;
	usec again;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (datetime_parse(text, &seconds) == 0)
		check_date(seconds);
	if (datetime_parse_http(text, &seconds) == 0)
		check_date(seconds);
	if (timespan_parse(text, &span) == 0 &&
		(timespan_parse(timespan_format(span, span_text), &again) < 0 || again != span))
		abort();
	return 0;
}
