#include "status/status.h"

#include <jansson.h>
#include <stdio.h>

#include "base/json.h"
#include "base/timespan.h"

static const char *next_poll_words(const struct status_figures *figures, char *room, size_t size)
{
	char span[TIMESPAN_SIZE];

	if (figures->next_poll == USEC_INFINITY)
		return "no poll planned";
	if (figures->next_poll <= figures->now)
		return "polls due now";
	(void)timespan_format(
		(figures->next_poll - figures->now + USEC_SEC - 1) / USEC_SEC * USEC_SEC, span);
	(void)snprintf(room, size, "next poll in %s", span);
	return room;
}

const char *status_line(const struct status_figures *figures, char ret[STATUS_LINE_SIZE])
{
	char next[TIMESPAN_SIZE + 16];

	(void)snprintf(ret, STATUS_LINE_SIZE,
		"%zu feeds (%zu failing), %zu being polled, %s; %llu articles in %llu stories; "
		"%llu alerts, %llu deliveries waiting, %llu dead",
		figures->feeds, figures->failing, figures->polling,
		next_poll_words(figures, next, sizeof(next)), (unsigned long long)figures->articles,
		(unsigned long long)figures->stories, (unsigned long long)figures->alerts,
		(unsigned long long)figures->pending, (unsigned long long)figures->dead);
	return ret;
}

json_t *status_json(const struct status_figures *figures)
{
	/* The wall clock may have been set back since. */
	usec uptime = figures->now > figures->started ? figures->now - figures->started : 0;

	return json_pack("{s:s, s:o, s:I, s:{s:I, s:I, s:I, s:I, s:o}, s:I, s:I, s:I, s:I, s:I,"
			 " s:{s:I, s:I, s:I, s:I}, s:I, s:{s:I, s:I, s:I, s:I}, s:I}",
		"version", figures->version, "started", json_time(figures->started), "uptime",
		(json_int_t)(uptime / USEC_SEC), "feeds", "configured", (json_int_t)figures->feeds,
		"failing", (json_int_t)figures->failing, "polling", (json_int_t)figures->polling,
		"reading", (json_int_t)figures->reading, "next_poll", json_time(figures->next_poll),
		"topics", (json_int_t)figures->topics, "hooks", (json_int_t)figures->hooks,
		"articles", (json_int_t)figures->articles, "stories", (json_int_t)figures->stories,
		"alerts", (json_int_t)figures->alerts, "deliveries", "pending",
		(json_int_t)figures->pending, "dead", (json_int_t)figures->dead, "sending",
		(json_int_t)figures->sending, "delivered", (json_int_t)figures->delivered,
		"database_bytes", (json_int_t)figures->database_bytes, "pages", "waiting",
		(json_int_t)figures->pages_waiting, "fetched", (json_int_t)figures->pages_fetched,
		"used", (json_int_t)figures->pages_used, "fallback",
		(json_int_t)figures->pages_fallback, "hooks_disabled",
		(json_int_t)figures->hooks_disabled);
}
