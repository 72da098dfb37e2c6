/* What the outbox makes of a wall clock that is stepped, while it runs and between two runs. */
#include "outbox_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "notify/lane.h"

static void test_clock_set_back_delays_nothing(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_commit_and_wake(room);
	receiver_answer(0, 500, NULL, NULL);
	room_turn(room);
	fake_clock_step(room->clock, -(int64_t)(30 * USEC_DAY));
	room_advance(room, 5 * USEC_SEC);
	assert_int_equal(receiver_count(), 2);
	receiver_answer(1, 200, NULL, NULL);
	room_turn(room);
	assert_int_equal(room_figures(room).pending, 0);
}

/* ... and hastens nothing: what failed just now would fail again. */
static void test_clock_set_back_is_no_reason_to_try(void **state)
{
	struct room *room = *state;
	size_t tried;

	room->hooks[0].retry_first = 4 * USEC_HOUR;
	room_set_hooks(room);
	for (unsigned i = 0; i < LANE_FAILURES_MAX - 1; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	while (receiver_waiting() > 0) {
		receiver_answer_all(500);
		room_turn(room);
	}
	tried = receiver_count();
	fake_clock_step(room->clock, -(int64_t)USEC_HOUR);
	room_advance(room, USEC_SEC);
	outbox_wake(room->outbox);
	room_turn(room);
	/* By chance one of them may have waited for a moment only. */
	assert_in_range(receiver_count(), tried, tried + 1);
}

static void test_clock_set_back_while_it_was_off_delays_nothing(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_commit_and_wake(room);
	receiver_answer(0, 500, NULL, NULL);
	room_turn(room);
	room_close(room);
	fake_clock_step(room->clock, -(int64_t)USEC_DAY);
	room_open(room);
	room_turn(room);
	assert_int_equal(receiver_count(), 2);
}

static void test_clock_set_forward_makes_no_dead_letter(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_commit_and_wake(room);
	fake_clock_step(room->clock, (int64_t)(30 * USEC_DAY));
	receiver_answer(0, 500, NULL, NULL);
	room_turn(room);
	assert_int_equal(room_figures(room).dead, 0);
	room_advance(room, 5 * USEC_SEC);
	assert_int_equal(receiver_count(), 2);
}

/* RetryFor= goes on where it was: in flight, queued or waiting when the clock leaps. */
static void test_what_failed_for_long_outlives_a_leap_of_the_clock(void **state)
{
	struct room *room = *state;

	room->hooks[0].retry_for = USEC_DAY;
	room_set_hooks(room);
	room_add(room, NULL);
	room_add(room, NULL);
	room_commit_and_wake(room);
	for (unsigned hour = 0; hour < 12; hour++) {
		receiver_answer_all(500);
		room_advance(room, USEC_HOUR);
	}
	assert_int_equal(room_figures(room).pending, 2);
	for (int64_t step = (int64_t)(5 * USEC_DAY); step != 0; step = step > 0 ? -step : 0) {
		fake_clock_step(room->clock, step);
		for (unsigned minute = 0; minute < 120; minute++) {
			receiver_answer_all(500);
			room_advance(room, USEC_MINUTE);
		}
		assert_int_equal(room_figures(room).dead, 0);
	}
	for (unsigned hour = 0; hour < 100 && room_figures(room).dead < 2; hour++) {
		receiver_answer_all(500);
		room_advance(room, USEC_HOUR);
	}
	assert_int_equal(room_figures(room).dead, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(test_clock_set_back_delays_nothing),
		ROOM_TEST(test_clock_set_back_is_no_reason_to_try),
		ROOM_TEST(test_clock_set_back_while_it_was_off_delays_nothing),
		ROOM_TEST(test_clock_set_forward_makes_no_dead_letter),
		ROOM_TEST(test_what_failed_for_long_outlives_a_leap_of_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
