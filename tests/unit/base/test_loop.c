/* The loop looks for events again in the midst of long work. */
#include "base/loop.h"

#include <dlfcn.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include <cmocka.h>

enum {
	EVENTS = 5,
};

static unsigned looks; /* for events, by the loop */

/* Stands before the C library's. */
int epoll_wait(int fd, struct epoll_event *events, int most, int timeout)
{
	int (*real)(int, struct epoll_event *, int, int);
	void *symbol = dlsym(RTLD_NEXT, "epoll_wait");

	memcpy(&real, &symbol, sizeof(real));
	looks++;
	return real(fd, events, most, timeout);
}

static usec now(void)
{
	struct timespec time;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &time), 0);
	return (usec)time.tv_sec * USEC_SEC + (usec)time.tv_nsec / 1000;
}

static void on_event(evutil_socket_t fd, short what, void *userdata)
{
	unsigned *done = userdata;
	usec start = now();

	(void)fd;
	(void)what;
	/* libevent's clock is a coarse one: a tick of it may be as long as the bound. */
	while (now() - start < 4 * LOOP_TURN_MOST)
		;
	(*done)++;
}

static void test_a_turn_ends_though_more_is_ready(void **state)
{
	struct event_base *base = loop_new();
	struct event *events[EVENTS];
	unsigned done = 0;

	(void)state;
	assert_non_null(base);
	for (size_t i = 0; i < EVENTS; i++) {
		events[i] = event_new(base, -1, 0, on_event, &done);
		assert_non_null(events[i]);
		event_active(events[i], EV_TIMEOUT, 0);
	}
	looks = 0;
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(done, EVENTS);
	assert_int_equal(looks, EVENTS);
	for (size_t i = 0; i < EVENTS; i++)
		event_free(events[i]);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_turn_ends_though_more_is_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
