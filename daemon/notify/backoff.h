/*
 * When to try again: exponential back-off with full jitter (docs/ALERTS.md).  Pure: randomness is
 * the caller's.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"

/* Doubling ends here. */
#define BACKOFF_MAX (10 * USEC_HOUR)

/*
 * The wait before the next attempt after `attempts` (>= 1) failed ones: evenly from 0 to
 * first * 2^(attempts - 1), at most BACKOFF_MAX, as the 64 random bits say.
 */
usec backoff_delay(uint32_t attempts, usec first, uint64_t random);

/* As above without the jitter: the most that backoff_delay() gives. */
usec backoff_ceiling(uint32_t attempts, usec first);
