#include "notify/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "notify/backoff.h"

#define NOON (UINT64_C(1792324800) * USEC_SEC)

static const struct hook hook = {
	.name = "desk",
	.retry_first = 5 * USEC_SEC,
	.retry_for = 3 * USEC_DAY,
};

static struct retry_facts facts_at(usec now)
{
	return (struct retry_facts){
		.hook = &hook, .started = NOON - USEC_DAY, .now = now, .random = UINT64_MAX};
}

static struct delivery pending(uint32_t attempts, usec created)
{
	return (struct delivery){
		.id = 7, .state = DELIVERY_PENDING, .attempts = attempts, .created = created};
}

static struct delivery decide(
	struct delivery delivery, struct outcome outcome, struct retry_facts facts)
{
	return retry_decide(&delivery, &outcome, &facts);
}

static const struct outcome failure = {.kind = OUTCOME_RETRY, .words = "no"};

static void test_success_delivers(void **state)
{
	struct delivery after = decide(
		pending(2, NOON), (struct outcome){.kind = OUTCOME_DELIVERED}, facts_at(NOON + 5));

	(void)state;
	assert_int_equal(after.state, DELIVERY_DELIVERED);
	assert_int_equal(after.attempts, 3);
	assert_true(after.last_attempt == NOON + 5);
	assert_null(after.error);
}

static void test_failure_is_tried_again_after_the_back_off(void **state)
{
	struct delivery after = decide(pending(2, NOON), failure, facts_at(NOON + 60));

	(void)state;
	assert_int_equal(after.state, DELIVERY_PENDING);
	assert_int_equal(after.attempts, 3);
	assert_true(after.next_attempt == NOON + 60 + 20 * USEC_SEC);
	assert_string_equal(after.error, "no");
}

static void test_retry_after_puts_off_longer_than_the_back_off(void **state)
{
	struct outcome busy = {.kind = OUTCOME_RETRY, .hold = USEC_HOUR, .words = "busy"};
	struct delivery after = decide(pending(0, NOON), busy, facts_at(NOON));

	(void)state;
	assert_true(after.next_attempt == NOON + USEC_HOUR);
}

static void test_last_attempt_is_at_the_deadline_then_a_dead_letter(void **state)
{
	usec deadline = NOON + hook.retry_for;
	struct delivery after = decide(pending(20, NOON), failure, facts_at(deadline - USEC_HOUR));

	(void)state;
	assert_int_equal(after.state, DELIVERY_PENDING);
	assert_true(after.next_attempt == deadline);
	after = decide(pending(21, NOON), failure, facts_at(deadline - 1));
	assert_int_equal(after.state, DELIVERY_PENDING);
	after = decide(pending(21, NOON), failure, facts_at(deadline));
	assert_int_equal(after.state, DELIVERY_DEAD);
	assert_string_equal(after.error, "no");
}

static void test_time_when_the_daemon_was_off_does_not_count_at_first(void **state)
{
	struct retry_facts facts = facts_at(NOON);

	(void)state;
	facts.started = NOON - USEC_MINUTE;
	assert_int_equal(
		decide(pending(0, NOON - 4 * USEC_DAY), failure, facts).state, DELIVERY_PENDING);
	assert_int_equal(
		decide(pending(RETRY_LATE_ATTEMPTS - 1, NOON - 4 * USEC_DAY), failure, facts).state,
		DELIVERY_DEAD);
	facts.started = NOON - hook.retry_for;
	assert_int_equal(
		decide(pending(0, NOON - 4 * USEC_DAY), failure, facts).state, DELIVERY_DEAD);
}

static void test_no_retry_for_means_one_attempt(void **state)
{
	const struct hook once = {.name = "once"};
	struct retry_facts facts = facts_at(NOON);

	(void)state;
	facts.hook = &once;
	assert_int_equal(decide(pending(0, NOON), failure, facts).state, DELIVERY_DEAD);
}

static void test_failure_that_will_repeat_ends_after_a_few(void **state)
{
	struct outcome failed = {.kind = OUTCOME_FAILED, .words = "exit status 1"};

	(void)state;
	assert_int_equal(decide(pending(RETRY_FAILED_MAX - 2, NOON), failed, facts_at(NOON)).state,
		DELIVERY_PENDING);
	assert_int_equal(decide(pending(RETRY_FAILED_MAX - 1, NOON), failed, facts_at(NOON)).state,
		DELIVERY_DEAD);
}

static void test_no_attempt_is_not_counted(void **state)
{
	struct outcome none = {.kind = OUTCOME_NONE, .words = "down"};
	struct delivery after = decide(pending(3, NOON), none, facts_at(NOON + 5));

	(void)state;
	assert_int_equal(after.state, DELIVERY_DEAD);
	assert_int_equal(after.attempts, 3);
	assert_true(after.last_attempt == 0);
	assert_string_equal(after.error, "down");
}

static void test_disabled_hook_makes_a_dead_letter(void **state)
{
	struct outcome gone = {.kind = OUTCOME_DISABLED, .words = "gone"};

	(void)state;
	assert_int_equal(decide(pending(0, NOON), gone, facts_at(NOON)).state, DELIVERY_DEAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_success_delivers),
		cmocka_unit_test(test_failure_is_tried_again_after_the_back_off),
		cmocka_unit_test(test_retry_after_puts_off_longer_than_the_back_off),
		cmocka_unit_test(test_last_attempt_is_at_the_deadline_then_a_dead_letter),
		cmocka_unit_test(test_time_when_the_daemon_was_off_does_not_count_at_first),
		cmocka_unit_test(test_no_retry_for_means_one_attempt),
		cmocka_unit_test(test_failure_that_will_repeat_ends_after_a_few),
		cmocka_unit_test(test_no_attempt_is_not_counted),
		cmocka_unit_test(test_disabled_hook_makes_a_dead_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
