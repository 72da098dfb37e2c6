/* What a channel says of how often it wants to be asked: hints for poll/schedule. */
#include <ctype.h>

#include "base/ascii.h"
#include "parse/draft_convert.h"

static uint32_t parse_number(const char *text, size_t length, uint32_t maximum)
{
	uint64_t number = 0;

	for (size_t i = 0; i < length && isdigit((unsigned char)text[i]) && number <= maximum; i++)
		number = number * 10 + (uint64_t)(text[i] - '0');
	return number <= maximum ? (uint32_t)number : maximum;
}

static uint32_t number_of(const struct draft *draft, enum field field, uint32_t maximum)
{
	const struct draft_value *value = draft_next(draft, field, NULL);
	size_t length;
	const char *text;

	if (!value)
		return 0;
	text = draft_trimmed(draft, value, &length);
	return parse_number(text, length, maximum);
}

static uint8_t skip_day_bit(const char *text, size_t length)
{
	static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

	for (size_t i = 0; i < ARRAY_SIZE(days); i++)
		if (ascii_begins(text, length, days[i]))
			return (uint8_t)(1 << i);
	return 0;
}

/* RSS 1.0 module "Syndication": daily where it says nothing. */
static uint32_t update_minutes(const struct draft *draft)
{
	static const struct {
		const char *name;
		uint32_t minutes;
	} periods[] = {{"hourly", 60}, {"daily", 1440}, {"weekly", 10080}, {"monthly", 43200},
		{"yearly", 525600}};
	const struct draft_value *period = draft_next(draft, FIELD_UPDATE_PERIOD, NULL);
	uint32_t frequency = number_of(draft, FIELD_UPDATE_FREQUENCY, 10000);
	uint32_t minutes = 1440;

	if (!period && frequency == 0)
		return 0;
	for (size_t i = 0; period && i < ARRAY_SIZE(periods); i++) {
		size_t length;
		const char *text = draft_trimmed(draft, period, &length);

		if (ascii_begins(text, length, periods[i].name))
			minutes = periods[i].minutes;
	}
	minutes /= frequency > 0 ? frequency : 1;
	return minutes > 0 ? minutes : 1;
}

void draft_hints(const struct draft *draft, struct channel_hints *ret)
{
	ret->ttl_minutes = number_of(draft, FIELD_TTL, 366 * 1440);
	ret->update_minutes = update_minutes(draft);
	for (size_t i = 0; i < draft->count; i++) {
		const struct draft_value *value = &draft->values[i];
		size_t length;
		const char *text = draft_trimmed(draft, value, &length);

		if (value->field == FIELD_SKIP_DAY)
			ret->skip_days |= skip_day_bit(text, length);
		else if (value->field == FIELD_SKIP_HOUR && length > 0 &&
			isdigit((unsigned char)*text))
			ret->skip_hours |= UINT32_C(1) << (parse_number(text, length, 24) % 24);
	}
}
