/*
 * When a feed is polled next: the arithmetic of docs/POLLING.md P5 to P8 and P12.  Pure: times
 * come in, times go out.  Jitter lengthens only; hints are capped at a day, Retry-After at seven.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/entry.h"

/* The wall clock may step so far without counting as set back. */
#define POLL_CLOCK_SLACK (2 * USEC_SEC)

#define POLL_INTERVAL_LEAST (5 * USEC_MINUTE)    /* P5, where the server's freshness allows it */
#define POLL_INTERVAL_DEFAULT (30 * USEC_MINUTE) /* P5 */
#define POLL_INTERVAL_MOST USEC_DAY              /* P5 */
#define POLL_HINT_MOST USEC_DAY                  /* P6 */
#define POLL_RETRY_AFTER_MOST (7 * USEC_DAY)     /* P7 */

/* A share of the interval, the same for the same feed and time: added so that polls spread. */
usec schedule_jitter(const char *url, usec now, usec interval);

/* P12: the feed's own place within a window. */
usec schedule_phase(const char *url, usec window);

/* P12: how long the window is over which `count` waiting feeds are spread. */
usec schedule_window(size_t count, usec interval);

/* Freshness of a response as RFC 9111 section 4.2 has it; any field may be NULL. */
struct freshness {
	const char *cache_control;
	const char *age;
	const char *expires;
	const char *date;
	usec now; /* wall clock, for a response without a date (RFC 9110 section 6.6.1) */
};

/* For how long the response says it stays fresh; 0: not at all, or nothing was said. */
usec schedule_freshness(const struct freshness *freshness);

/*
 * P7: Retry-After as a delay from now: seconds, or a date relative to the Date field (or to `now`,
 * wall clock).  False: there is none, or none that can be read.
 */
bool schedule_retry_after(const char *value, const char *date, usec now, usec *ret);

/* P7 without Retry-After: 1 h, doubled with each answer in a row up to a day. */
usec schedule_limited(uint32_t in_a_row);

/* P8: 10 min, 1 h, doubled up to a day. */
usec schedule_backoff(uint32_t failures);

/* What P5 adapts by. */
struct rhythm {
	usec interval; /* the present one */
	usec start;    /* [Daemon] PollInterval= */
	usec gap;      /* between entries, as observed so far; 0: unknown */
	usec silence;  /* since an entry was last new */
	usec elapsed;  /* since the last poll that brought an answer */
	size_t entries;
	size_t fresh;
	usec hint; /* the publisher's, 0: none */
};

/* P5: the next interval; *ret_gap is the new estimate of the gap. */
usec schedule_rhythm(const struct rhythm *rhythm, usec *ret_gap);

/* P6: the longest of the hints, capped; 0: none. */
usec schedule_hint(usec freshness, const struct channel_hints *hints);

/* P6: the first time from `at` (wall clock) on that skipHours and skipDays let pass, within a day.
 */
usec schedule_skip(usec at, const struct channel_hints *hints);
