#include "notify/retry.h"

#include "notify/backoff.h"

static usec max(usec a, usec b)
{
	return a > b ? a : b;
}

static usec deadline_of(const struct delivery *delivery, const struct retry_facts *facts)
{
	usec since = delivery->created;

	if (delivery->attempts < RETRY_LATE_ATTEMPTS)
		since = max(since, facts->started);
	return usec_add(since, facts->hook->retry_for);
}

/* The next attempt: after the back-off, and one last at the deadline; a hold comes before both. */
static usec next_attempt(const struct delivery *delivery, const struct outcome *outcome,
	const struct retry_facts *facts)
{
	usec deadline = deadline_of(delivery, facts);
	usec delay = backoff_delay(delivery->attempts, facts->hook->retry_first, facts->random);
	usec next = usec_add(facts->now, delay);

	if (next > deadline)
		next = deadline;
	return max(next, usec_add(facts->now, outcome->hold));
}

bool retry_is_over(const struct delivery *delivery, const struct retry_facts *facts)
{
	return facts->now >= deadline_of(delivery, facts);
}

struct delivery retry_decide(const struct delivery *delivery, const struct outcome *outcome,
	const struct retry_facts *facts)
{
	struct delivery after = *delivery;

	after.error = outcome->words;
	if (outcome->kind == OUTCOME_NONE) {
		after.state = DELIVERY_DEAD;
		return after;
	}
	after.attempts++;
	after.last_attempt = facts->now;
	if (outcome->kind == OUTCOME_DELIVERED) {
		after.state = DELIVERY_DELIVERED;
		after.error = NULL;
	} else if (outcome->kind == OUTCOME_DISABLED || retry_is_over(&after, facts) ||
		(outcome->kind == OUTCOME_FAILED && after.attempts >= RETRY_FAILED_MAX)) {
		after.state = DELIVERY_DEAD;
	} else {
		after.state = DELIVERY_PENDING;
		after.next_attempt = next_attempt(&after, outcome, facts);
	}
	return after;
}
