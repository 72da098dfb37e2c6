/*
 * What becomes of a delivery after an attempt: delivered, tried again later, or a dead letter
 * (docs/ALERTS.md).  Pure: clock and randomness are the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/alert.h"
#include "model/hook.h"
#include "notify/notifier.h"

enum {
	/* Failures that are likely to come again (OUTCOME_FAILED) end after so many attempts. */
	RETRY_FAILED_MAX = 5,
	/*
	 * A delivery that is older than RetryFor= because the daemon was off gets so many attempts
	 * all the same, unless the daemon has been up for RetryFor= since.
	 */
	RETRY_LATE_ATTEMPTS = 10,
};

struct retry_facts {
	const struct hook *hook;
	usec started; /* of the outbox, wall clock */
	usec now;     /* wall clock */
	uint64_t random;
};

/* Whether RetryFor= is over for the delivery, which has had delivery->attempts. */
bool retry_is_over(const struct delivery *delivery, const struct retry_facts *facts);

/*
 * The delivery as it is to be stored: state, attempts, times; `error` is the outcome's words,
 * borrowed.
 */
struct delivery retry_decide(const struct delivery *delivery, const struct outcome *outcome,
	const struct retry_facts *facts);
