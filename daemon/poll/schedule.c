#include "poll/schedule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/datetime.h"
#include "base/hash.h"

enum {
	JITTER_PERCENT = 10,
	HOURS_A_DAY = 24,
	DAYS_A_WEEK = 7,
	EPOCH_WEEKDAY = 4,   /* 1 January 1970 was a Thursday; 0 = Sunday */
	GAP_WEIGHT = 4,      /* a new observation counts a quarter */
	SILENCE_SHARE = 10,  /* a feed silent for ten hours is asked hourly */
	MISSED_PERCENT = 90, /* so much of a document was unknown: some were missed (P5) */
};

#define SPREAD_A_FEED (5 * USEC_SEC) /* feeds that wait are started no faster than this (P12) */
#define BACKOFF_FIRST (10 * USEC_MINUTE)
#define BACKOFF_SECOND USEC_HOUR
#define BACKOFF_MOST USEC_DAY
#define LIMITED_FIRST USEC_HOUR
#define LIMITED_MOST USEC_DAY

static usec at_most(usec value, usec most)
{
	return value < most ? value : most;
}

static usec at_least(usec value, usec least)
{
	return value > least ? value : least;
}

usec schedule_jitter(const char *url, usec now, usec interval)
{
	uint64_t seed[2] = {hash_string(url), now};
	usec most = interval / 100 * JITTER_PERCENT;

	return most > 0 ? hash_bytes(seed, sizeof(seed)) % most : 0;
}

usec schedule_phase(const char *url, usec window)
{
	return window > 0 ? hash_string(url) % window : 0;
}

usec schedule_window(size_t count, usec interval)
{
	if (count >= USEC_INFINITY / SPREAD_A_FEED)
		return interval;
	return at_most((count > 0 ? count - 1 : 0) * SPREAD_A_FEED, interval);
}

/* Seconds as delta-seconds has them (RFC 9111 section 1.2.2); too many count as many. */
static bool parse_seconds(const char *text, usec *ret)
{
	char *end;
	unsigned long long seconds;

	text += strspn(text, " \t\"");
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	seconds = strtoull(text, &end, 10);
	end += strspn(end, " \t\"");
	if (*end != '\0' && *end != ',' && *end != ';' && *end != '.')
		return false;
	if (errno != 0 || seconds > USEC_INFINITY / USEC_SEC)
		*ret = USEC_INFINITY;
	else
		*ret = seconds * USEC_SEC;
	return true;
}

/* A directive of Cache-Control; *ret_value stands behind its "=" or is "". */
static bool find_directive(const char *field, const char *name, const char **ret_value)
{
	size_t length = strlen(name);

	while (*field != '\0') {
		field += strspn(field, ", \t");
		if (strncasecmp(field, name, length) == 0) {
			const char *rest = field + length + strspn(field + length, " \t");

			if (*rest == '=' || *rest == ',' || *rest == '\0') {
				*ret_value = *rest == '=' ? rest + 1 : "";
				return true;
			}
		}
		field += strcspn(field, ",");
	}
	return false;
}

static usec less_age(usec fresh, const char *age)
{
	usec old;

	if (!age || !parse_seconds(age, &old))
		return fresh;
	return fresh > old ? fresh - old : 0;
}

usec schedule_freshness(const struct freshness *freshness)
{
	int64_t date = (int64_t)(freshness->now / USEC_SEC);
	const char *value;
	int64_t expires;
	usec fresh;

	if (freshness->cache_control) {
		/* P6: these are no licence to poll faster, so they say nothing at all. */
		if (find_directive(freshness->cache_control, "no-store", &value) ||
			find_directive(freshness->cache_control, "no-cache", &value))
			return 0;
		if (find_directive(freshness->cache_control, "max-age", &value))
			return parse_seconds(value, &fresh) ? less_age(fresh, freshness->age) : 0;
	}
	if (!freshness->expires || datetime_parse_http(freshness->expires, &expires) < 0)
		return 0;
	if (freshness->date)
		(void)datetime_parse_http(freshness->date, &date);
	if (expires <= date)
		return 0;
	return less_age((usec)(expires - date) * USEC_SEC, freshness->age);
}

bool schedule_retry_after(const char *value, const char *date, usec now, usec *ret)
{
	int64_t until;
	int64_t from = (int64_t)(now / USEC_SEC);
	usec delay;

	if (!value)
		return false;
	if (!parse_seconds(value, &delay)) {
		if (datetime_parse_http(value, &until) < 0)
			return false;
		if (date)
			(void)datetime_parse_http(date, &from);
		delay = until > from ? (usec)(until - from) * USEC_SEC : 0;
	}
	*ret = at_most(delay, POLL_RETRY_AFTER_MOST);
	return true;
}

static usec doubled(usec first, uint32_t times, usec most)
{
	usec value = first;

	for (uint32_t i = 0; i < times && value < most; i++)
		value *= 2;
	return at_most(value, most);
}

usec schedule_limited(uint32_t in_a_row)
{
	return doubled(LIMITED_FIRST, in_a_row > 0 ? in_a_row - 1 : 0, LIMITED_MOST);
}

usec schedule_backoff(uint32_t failures)
{
	if (failures <= 1)
		return BACKOFF_FIRST;
	return doubled(BACKOFF_SECOND, failures - 2, BACKOFF_MOST);
}

/* The new estimate of the time between entries. */
static usec estimate_gap(const struct rhythm *rhythm)
{
	usec seen;

	if (rhythm->fresh == 0)
		return rhythm->gap;
	seen = at_most(rhythm->elapsed / rhythm->fresh, 30 * USEC_DAY);
	if (rhythm->gap == 0)
		return seen;
	return (rhythm->gap * (GAP_WEIGHT - 1) + seen) / GAP_WEIGHT;
}

/* P5: below the usual floor only where the server's own freshness says so. */
static usec floor_of(const struct rhythm *rhythm)
{
	usec least = at_most(rhythm->start, POLL_INTERVAL_DEFAULT);

	if (rhythm->hint > 0 && rhythm->hint < least)
		least = at_most(at_least(rhythm->hint, POLL_INTERVAL_LEAST), least);
	return least;
}

usec schedule_rhythm(const struct rhythm *rhythm, usec *ret_gap)
{
	usec interval = rhythm->interval > 0 ? rhythm->interval : rhythm->start;
	usec gap = estimate_gap(rhythm);
	usec wanted = at_least(gap / 2, rhythm->silence / SILENCE_SHARE);
	bool missed =
		rhythm->entries > 1 && rhythm->fresh * 100 >= rhythm->entries * MISSED_PERCENT;

	if (gap == 0 && rhythm->silence / SILENCE_SHARE < interval)
		wanted = interval; /* nothing known yet */
	if (missed)
		wanted = at_most(wanted, interval / 2);
	/* Down at once, up by half at a time: a lull is not the end. */
	interval = at_most(wanted, interval + interval / 2);
	*ret_gap = gap;
	return at_most(at_least(interval, floor_of(rhythm)), POLL_INTERVAL_MOST);
}

usec schedule_hint(usec freshness, const struct channel_hints *hints)
{
	usec ttl = hints->ttl_minutes * USEC_MINUTE;
	usec update = hints->update_minutes * USEC_MINUTE;

	return at_most(at_least(freshness, at_least(ttl, update)), POLL_HINT_MOST);
}

usec schedule_skip(usec at, const struct channel_hints *hints)
{
	for (unsigned i = 0; i <= HOURS_A_DAY; i++) {
		usec hours = at / USEC_HOUR + i;
		unsigned hour = (unsigned)(hours % HOURS_A_DAY);
		unsigned day = (unsigned)((hours / HOURS_A_DAY + EPOCH_WEEKDAY) % DAYS_A_WEEK);

		if (!(hints->skip_hours & (1U << hour)) && !(hints->skip_days & (1U << day)))
			return i == 0 ? at : hours * USEC_HOUR + at % USEC_HOUR;
	}
	return at + POLL_HINT_MOST;
}
