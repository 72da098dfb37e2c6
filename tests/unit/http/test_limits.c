#include "http/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macro.h"

enum {
	MANY = 2000,
};

static struct limits *make(unsigned total, unsigned per_host, usec gap)
{
	struct limits_options options = {.total = total, .per_host = per_host, .gap = gap};
	struct limits *limits;

	assert_int_equal(limits_new(&options, &limits), 0);
	return limits;
}

static void enter(struct limits *limits, struct limits_ticket *ticket, const char *host, usec now)
{
	assert_int_equal(limits_enter(limits, ticket, host, now), 0);
}

static void test_limits_let_one_at_a_time_to_a_host(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(64, 1, 0);
	struct limits_ticket a = {0};
	struct limits_ticket b = {0};

	(void)state;
	enter(limits, &a, "x", 0);
	enter(limits, &b, "x", 0);
	assert_ptr_equal(limits_next(limits, 0), &a);
	assert_null(limits_next(limits, 0));
	limits_leave(limits, &a, 5);
	assert_ptr_equal(limits_next(limits, 5), &b);
	limits_leave(limits, &b, 6);
	assert_null(limits_next(limits, 7));
}

static void test_limits_keep_the_gap_between_starts(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(64, 1, USEC_SEC);
	struct limits_ticket a = {0};
	struct limits_ticket b = {0};

	(void)state;
	enter(limits, &a, "x", 100);
	assert_ptr_equal(limits_next(limits, 100), &a);
	limits_leave(limits, &a, 200);
	enter(limits, &b, "x", 300);
	assert_null(limits_next(limits, 300));
	assert_int_equal(limits_wake(limits), 100 + USEC_SEC);
	assert_null(limits_next(limits, 99 + USEC_SEC));
	assert_ptr_equal(limits_next(limits, 100 + USEC_SEC), &b);
	limits_leave(limits, &b, 100 + USEC_SEC);
	assert_int_equal(limits_wake(limits), USEC_INFINITY);
}

static void test_limits_count_the_gap_from_when_a_request_goes_out(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(64, 2, USEC_SEC);
	struct limits_ticket a = {0};
	struct limits_ticket b = {0};

	(void)state;
	enter(limits, &a, "x", 100);
	enter(limits, &b, "x", 100);
	assert_ptr_equal(limits_next(limits, 100), &a);
	limits_sent(limits, &a, 700); /* it took so long to connect */
	assert_null(limits_next(limits, 100 + USEC_SEC));
	assert_int_equal(limits_wake(limits), 700 + USEC_SEC);
	assert_ptr_equal(limits_next(limits, 700 + USEC_SEC), &b);
	limits_leave(limits, &a, 2 * USEC_SEC);
	limits_leave(limits, &b, 2 * USEC_SEC);
}

static void test_limits_open_another_connection_only_where_the_answer_takes_long(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(64, 2, 0);
	struct limits_ticket tickets[3] = {0};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		enter(limits, &tickets[i], "x", 0);
	assert_ptr_equal(limits_next(limits, 0), &tickets[0]);
	assert_null(limits_next(limits, 0));
	limits_leave(limits, &tickets[0], 50 * USEC_MSEC);
	assert_ptr_equal(limits_next(limits, 50 * USEC_MSEC), &tickets[1]);
	assert_null(limits_next(limits, 149 * USEC_MSEC));
	assert_int_equal(limits_wake(limits), 150 * USEC_MSEC);
	assert_ptr_equal(limits_next(limits, 150 * USEC_MSEC), &tickets[2]);
	limits_leave(limits, &tickets[1], 200 * USEC_MSEC);
	limits_leave(limits, &tickets[2], 200 * USEC_MSEC);
}

static void test_limits_use_a_free_connection_beside_a_slow_one_at_once(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(64, 2, 0);
	struct limits_ticket tickets[3] = {0};

	(void)state;
	enter(limits, &tickets[0], "x", 0);
	enter(limits, &tickets[1], "x", 0);
	assert_ptr_equal(limits_next(limits, 0), &tickets[0]);
	assert_ptr_equal(limits_next(limits, 100 * USEC_MSEC), &tickets[1]);
	limits_leave(limits, &tickets[1], 120 * USEC_MSEC);
	enter(limits, &tickets[2], "x", 130 * USEC_MSEC);
	assert_ptr_equal(limits_next(limits, 130 * USEC_MSEC), &tickets[2]);
	limits_leave(limits, &tickets[0], 200 * USEC_MSEC);
	limits_leave(limits, &tickets[2], 200 * USEC_MSEC);
}

static void test_limits_bound_the_total(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(2, 1, 0);
	struct limits_ticket tickets[3] = {0};
	static const char *const hosts[] = {"a", "b", "c"};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		enter(limits, &tickets[i], hosts[i], 0);
	assert_ptr_equal(limits_next(limits, 0), &tickets[0]);
	assert_ptr_equal(limits_next(limits, 0), &tickets[1]);
	assert_null(limits_next(limits, 0));
	limits_leave(limits, &tickets[1], 1);
	assert_ptr_equal(limits_next(limits, 1), &tickets[2]);
	limits_leave(limits, &tickets[0], 1);
	limits_leave(limits, &tickets[2], 1);
}

static void test_limits_let_no_host_starve_another(void **state)
{
	static struct limits_ticket crowd[MANY];
	_cleanup_(limits_freep) struct limits *limits = make(1, 1, 0);
	struct limits_ticket single = {0};
	size_t before = 0;

	(void)state;
	memset(crowd, 0, sizeof(crowd));
	for (size_t i = 0; i < MANY; i++)
		enter(limits, &crowd[i], "crowd", 0);
	enter(limits, &single, "single", 0);
	for (;;) {
		struct limits_ticket *ticket = limits_next(limits, before);

		assert_non_null(ticket);
		limits_leave(limits, ticket, before);
		if (ticket == &single)
			break;
		before++;
	}
	/* A run on the warm connection, no more. */
	assert_true(before <= 32);
	for (size_t i = before; i < MANY; i++) {
		struct limits_ticket *ticket = limits_next(limits, i);

		assert_ptr_equal(ticket, &crowd[i]);
		limits_leave(limits, ticket, i);
	}
}

/* Two hosts are asked at 0; at 10 `a` finds its address, which at 20 sends `b` back to wait. */
static void find_one_address(
	struct limits *limits, struct limits_ticket *a, struct limits_ticket *b)
{
	enter(limits, a, "a", 0);
	enter(limits, b, "b", 0);
	assert_ptr_equal(limits_next(limits, 0), a);
	assert_ptr_equal(limits_next(limits, 0), b);
	assert_true(limits_resolved(limits, a, "192.0.2.1", 10));
	assert_true(limits_resolved(limits, a, "192.0.2.1", 10));
	assert_false(limits_resolved(limits, b, "192.0.2.1", 20));
	limits_leave(limits, b, 20);
	enter(limits, b, "b", 20);
}

static void test_limits_count_names_of_one_address_together(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(64, 1, USEC_SEC);
	struct limits_ticket a = {0};
	struct limits_ticket b = {0};

	(void)state;
	find_one_address(limits, &a, &b);
	assert_null(limits_next(limits, 5 * USEC_SEC)); /* a is still there */
	limits_leave(limits, &a, 6 * USEC_SEC);
	assert_ptr_equal(limits_next(limits, 6 * USEC_SEC), &b);
	assert_true(limits_resolved(limits, &b, "192.0.2.1", 6 * USEC_SEC));
	limits_leave(limits, &b, 6 * USEC_SEC);
	/* The gap holds for the address as well. */
	enter(limits, &a, "a", 6 * USEC_SEC + 1);
	assert_null(limits_next(limits, 6 * USEC_SEC + 1));
	assert_int_equal(limits_wake(limits), 7 * USEC_SEC);
	assert_ptr_equal(limits_next(limits, 7 * USEC_SEC), &a);
	limits_leave(limits, &a, 7 * USEC_SEC);
}

static void test_limits_keep_the_gap_between_names_of_one_address_that_connect(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(64, 2, USEC_SEC);
	struct limits_ticket a = {0};
	struct limits_ticket b = {0};

	(void)state;
	/* Two may be under way, but they start one after the other. */
	find_one_address(limits, &a, &b);
	assert_null(limits_next(limits, USEC_SEC));
	assert_ptr_equal(limits_next(limits, USEC_SEC + 10), &b);
	assert_true(limits_resolved(limits, &b, "192.0.2.1", USEC_SEC + 10));
	limits_leave(limits, &a, USEC_SEC + 10);
	limits_leave(limits, &b, USEC_SEC + 10);
}

static void test_limits_serve_many_names_of_one_address_in_turn(void **state)
{
	enum {
		NAMES = 300,
	};
	_cleanup_(limits_freep) struct limits *limits = make(64, 1, USEC_SEC);
	static struct limits_ticket tickets[NAMES];
	static char names[NAMES][8];
	usec now = 0;

	(void)state;
	memset(tickets, 0, sizeof(tickets));
	/* Each name is seen once, so that its address is known. */
	for (size_t i = 0; i < NAMES; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "n%zu", i);
		enter(limits, &tickets[i], names[i], now);
		assert_ptr_equal(limits_next(limits, now), &tickets[i]);
		assert_true(limits_resolved(limits, &tickets[i], "192.0.2.1", now));
		limits_leave(limits, &tickets[i], now);
		now += 2 * USEC_SEC;
	}
	for (size_t i = 0; i < NAMES; i++)
		enter(limits, &tickets[i], names[i], now);
	for (size_t i = 0; i < NAMES; i++) {
		struct limits_ticket *ticket = limits_next(limits, now);

		assert_non_null(ticket);
		assert_null(limits_next(limits, now));
		limits_leave(limits, ticket, now + 1);
		if (i + 1 < NAMES)
			assert_int_equal(limits_wake(limits), now + USEC_SEC);
		now += USEC_SEC;
	}
}

static void test_limits_forget_a_ticket_that_leaves_while_it_waits(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(64, 1, 0);
	struct limits_ticket a = {0};
	struct limits_ticket b = {0};

	(void)state;
	enter(limits, &a, "x", 0);
	enter(limits, &b, "x", 0);
	limits_leave(limits, &a, 0);
	limits_leave(limits, &a, 0); /* a second time: nothing happens */
	assert_ptr_equal(limits_next(limits, 0), &b);
	limits_leave(limits, &b, 0);
	assert_null(limits_next(limits, 0));
}

static void test_limits_hold_bulk_tickets_back_and_no_others(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(64, 1, 0);
	struct limits_ticket feed = {.bulk = true};
	struct limits_ticket page = {0};

	(void)state;
	enter(limits, &feed, "x", 0);
	limits_hold(limits, true, 0);
	assert_null(limits_next(limits, 0));
	enter(limits, &page, "x", 1);
	assert_ptr_equal(limits_next(limits, 1), &page);
	limits_leave(limits, &page, 2);
	assert_null(limits_next(limits, 2));
	limits_hold(limits, false, 3);
	assert_ptr_equal(limits_next(limits, 3), &feed);
	limits_leave(limits, &feed, 3);
}

/* As with feeds of a host whose pages never end. */
static void test_limits_let_urgent_tickets_starve_no_bulk_one_of_their_host(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(64, 1, USEC_SEC);
	struct limits_ticket feeds[3] = {{.bulk = true}, {.bulk = true}, {.bulk = true}};
	struct limits_ticket pages[2] = {0};
	usec now = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(feeds); i++)
		enter(limits, &feeds[i], "x", now);
	enter(limits, &pages[0], "x", now);
	for (size_t i = 0; i < ARRAY_SIZE(feeds); i++) {
		struct limits_ticket *page = &pages[i % 2];

		assert_ptr_equal(limits_next(limits, now), page);
		enter(limits, &pages[(i + 1) % 2], "x", now);
		limits_leave(limits, page, now);
		now += USEC_SEC;
		assert_ptr_equal(limits_next(limits, now), &feeds[i]);
		limits_leave(limits, &feeds[i], now);
		now += USEC_SEC;
	}
}

static void test_limits_remember_a_block_and_never_shorten_it(void **state)
{
	_cleanup_(limits_freep) struct limits *limits = make(64, 1, 0);
	struct limits_ticket a = {0};

	(void)state;
	assert_int_equal(limits_blocked(limits, "x", 0), 0);
	enter(limits, &a, "x", 0);
	assert_int_equal(limits_block(limits, "x", 100, 0), 0);
	assert_int_equal(limits_block(limits, "x", 50, 0), 0);
	assert_int_equal(limits_blocked(limits, "x", 99), 100);
	assert_int_equal(limits_blocked(limits, "x", 100), 0);
	assert_int_equal(limits_blocked(limits, "y", 0), 0);
	assert_ptr_equal(limits_waiting(limits, "x"), &a);
	limits_leave(limits, &a, 0);
	assert_null(limits_waiting(limits, "x"));
	assert_null(limits_waiting(limits, "y"));
}

static void test_limits_forget_idle_hosts(void **state)
{
	enum {
		HOSTS = 20000,
	};
	_cleanup_(limits_freep) struct limits *limits = make(64, 1, 10);
	struct limits_ticket ticket = {0};
	char name[16];
	char address[16];

	(void)state;
	assert_int_equal(limits_block(limits, "kept", USEC_INFINITY, 0), 0);
	for (usec i = 0; i < HOSTS; i++) {
		usec now = i * 1000;

		(void)snprintf(name, sizeof(name), "h%u", (unsigned)i);
		(void)snprintf(address, sizeof(address), "10.0.%u.%u", (unsigned)i / 250,
			(unsigned)i % 250);
		enter(limits, &ticket, name, now);
		assert_ptr_equal(limits_next(limits, now), &ticket);
		assert_true(limits_resolved(limits, &ticket, address, now));
		limits_leave(limits, &ticket, now + 1);
	}
	/* What must not be forgotten was not. */
	assert_int_equal(limits_blocked(limits, "kept", 0), USEC_INFINITY);
}

/* Random comings and goings against the rules themselves. */
static void test_limits_hold_under_a_storm(void **state)
{
	enum {
		TICKETS = 400,
		HOSTS = 20,
		ADDRESSES = 7,
		STEPS = 200000,
	};
	_cleanup_(limits_freep) struct limits *limits = make(8, 1, 1000);
	static struct limits_ticket tickets[TICKETS];
	static int host_of[TICKETS];
	static char phase[TICKETS]; /* 0 out, 1 waiting, 2 granted, 3 resolved */
	unsigned running = 0;
	unsigned at_host[HOSTS] = {0};
	usec start[HOSTS] = {0};
	unsigned at_address[ADDRESSES] = {0};
	usec granted = 0;
	usec now = 1;

	(void)state;
	memset(tickets, 0, sizeof(tickets));
	memset(phase, 0, sizeof(phase));
	srandom(7);
	for (size_t step = 0; step < STEPS; step++) {
		size_t i = (size_t)random() % TICKETS;
		struct limits_ticket *next;
		char name[8];

		now += (usec)random() % 50;
		if (phase[i] == 0) {
			host_of[i] = (int)(random() % HOSTS);
			(void)snprintf(name, sizeof(name), "h%d", host_of[i]);
			tickets[i].bulk = random() % 2 == 0;
			enter(limits, &tickets[i], name, now);
			phase[i] = 1;
		} else if (phase[i] == 2) {
			int address = host_of[i] % ADDRESSES;
			char text[16];

			(void)snprintf(text, sizeof(text), "10.0.0.%d", address);
			if (limits_resolved(limits, &tickets[i], text, now)) {
				assert_int_equal(at_address[address]++, 0);
				phase[i] = 3;
			}
		} else if (phase[i] == 3 || random() % 4 == 0) {
			if (phase[i] == 3)
				at_address[host_of[i] % ADDRESSES]--;
			if (phase[i] >= 2) {
				at_host[host_of[i]]--;
				running--;
			}
			limits_leave(limits, &tickets[i], now);
			phase[i] = 0;
		}
		if (random() % 100 == 0)
			limits_hold(limits, random() % 2 == 0, now);
		next = limits_next(limits, now);
		if (next) {
			int host = host_of[next - tickets];

			assert_int_equal(phase[next - tickets], 1);
			phase[next - tickets] = 2;
			assert_int_equal(at_host[host]++, 0);
			assert_true(++running <= 8);
			assert_true(start[host] == 0 || now - start[host] >= 1000);
			start[host] = now;
			granted++;
		}
	}
	assert_true(granted > STEPS / 500);
	/* Whoever waits is served in the end. */
	limits_hold(limits, false, now);
	for (size_t i = 0; i < TICKETS; i++)
		if (phase[i] >= 2)
			limits_leave(limits, &tickets[i], now);
	for (size_t left = 0; left < TICKETS; left++)
		for (struct limits_ticket *next = limits_next(limits, now += 2000); next;
			next = limits_next(limits, now)) {
			phase[next - tickets] = 0;
			limits_leave(limits, next, now);
		}
	for (size_t i = 0; i < TICKETS; i++)
		assert_int_not_equal(phase[i], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits_let_one_at_a_time_to_a_host),
		cmocka_unit_test(test_limits_keep_the_gap_between_starts),
		cmocka_unit_test(test_limits_count_the_gap_from_when_a_request_goes_out),
		cmocka_unit_test(
			test_limits_open_another_connection_only_where_the_answer_takes_long),
		cmocka_unit_test(test_limits_use_a_free_connection_beside_a_slow_one_at_once),
		cmocka_unit_test(test_limits_bound_the_total),
		cmocka_unit_test(test_limits_let_no_host_starve_another),
		cmocka_unit_test(test_limits_count_names_of_one_address_together),
		cmocka_unit_test(
			test_limits_keep_the_gap_between_names_of_one_address_that_connect),
		cmocka_unit_test(test_limits_serve_many_names_of_one_address_in_turn),
		cmocka_unit_test(test_limits_forget_a_ticket_that_leaves_while_it_waits),
		cmocka_unit_test(test_limits_hold_bulk_tickets_back_and_no_others),
		cmocka_unit_test(test_limits_let_urgent_tickets_starve_no_bulk_one_of_their_host),
		cmocka_unit_test(test_limits_remember_a_block_and_never_shorten_it),
		cmocka_unit_test(test_limits_forget_idle_hosts),
		cmocka_unit_test(test_limits_hold_under_a_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
