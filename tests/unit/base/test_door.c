/* The door from outside: who says nothing whole, and a daemon that has no descriptor left. */
#include "base/door.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/http.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

enum {
	HEADERS_MAX = 4096,
	CONNECTIONS_MAX = 2,
	BODY_MAX = 1024 * 1024,
	TURNS_MAX = 60 * 1000, /* of a millisecond: far beyond what any of this takes */
};

static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

struct fixture {
	struct event_base *base;
	struct door *door;
	char name[sizeof(((struct sockaddr_un *)NULL)->sun_path)]; /* abstract: no file */
	size_t name_length;
};

static void on_request(struct evhttp_request *asked, void *userdata)
{
	(void)userdata;
	evhttp_send_reply(asked, 204, NULL, NULL);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length = sizeof(sa_family_t); /* the kernel chooses a name */
	struct door_options options = {
		.methods = EVHTTP_REQ_GET | EVHTTP_REQ_POST,
		.headers_max = HEADERS_MAX,
		.body_max = BODY_MAX,
		.connections_max = CONNECTIONS_MAX,
		.on_request = on_request,
		.patience = 60 * USEC_MSEC,
	};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_non_null(fixture);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(fd, 8), 0);
	length = sizeof(address);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	fixture->name_length = length;
	memcpy(fixture->name, address.sun_path, sizeof(address.sun_path));
	fixture->base = event_base_new();
	assert_non_null(fixture->base);
	options.base = fixture->base;
	assert_int_equal(door_new(&options, fd, &fixture->door), 0);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	door_free(fixture->door);
	event_base_free(fixture->base);
	free(fixture);
	return 0;
}

static int dial(const struct fixture *fixture)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(address.sun_path, fixture->name, sizeof(address.sun_path));
	assert_int_equal(
		connect(fd, (const struct sockaddr *)&address, (socklen_t)fixture->name_length), 0);
	return fd;
}

/* One turn of the loop, of a millisecond at most. */
static void turn(const struct fixture *fixture)
{
	const struct timeval most = {.tv_usec = 1000};

	assert_int_equal(event_base_loopexit(fixture->base, &most), 0);
	(void)event_base_dispatch(fixture->base);
}

static bool is_answered(int fd)
{
	char bytes[256];

	return recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0;
}

static bool is_cut_off(int fd)
{
	return send(fd, "E", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0;
}

static void test_first_request_has_to_come_in_time(void **state)
{
	const struct fixture *fixture = *state;
	int slow[CONNECTIONS_MAX];
	size_t left = CONNECTIONS_MAX;
	bool answered = false;
	int turns = 0;
	int late;

	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		slow[i] = dial(fixture);
	late = dial(fixture);
	assert_int_equal(send(late, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	for (; (left > 0 || !answered) && turns < TURNS_MAX; turns++) {
		turn(fixture);
		while (left > 0 && is_cut_off(slow[left - 1]))
			left--;
		answered = answered || is_answered(late);
		/* The bound holds until then: they are no fewer because they are forgotten. */
		assert_false(answered && left == CONNECTIONS_MAX);
	}
	assert_true(turns < TURNS_MAX);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		(void)close(slow[i]);
	(void)close(late);
}

static void test_who_leaves_without_a_request_makes_room(void **state)
{
	const struct fixture *fixture = *state;
	int turns = 0;
	int late;

	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		int fd = dial(fixture);

		turn(fixture);
		(void)close(fd);
	}
	late = dial(fixture);
	assert_int_equal(send(late, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	for (; !is_answered(late) && turns < TURNS_MAX; turns++)
		turn(fixture);
	assert_true(turns < TURNS_MAX);
	(void)close(late);
}

static int shorten(const struct event_base *base, const struct event *event, void *userdata)
{
	struct timeval *least = userdata;
	struct timeval expiry;

	(void)base;
	if (event_pending(event, EV_TIMEOUT, &expiry) && evutil_timercmp(&expiry, least, <))
		*least = expiry;
	return 0;
}

/* Whether the loop will wake of itself within an hour. */
static bool is_woken(const struct fixture *fixture)
{
	struct timeval hour = {.tv_sec = 60 * 60};
	struct timeval least;

	assert_int_equal(evutil_gettimeofday(&least, NULL), 0);
	evutil_timeradd(&least, &hour, &least);
	hour = least;
	(void)event_base_foreach_event(fixture->base, shorten, &least);
	return evutil_timercmp(&least, &hour, !=);
}

static void test_door_without_strangers_lets_the_daemon_sleep(void **state)
{
	const struct fixture *fixture = *state;
	int turns = 0;
	int fd;

	assert_false(is_woken(fixture));
	fd = dial(fixture);
	(void)event_base_loop(fixture->base, EVLOOP_ONCE);
	assert_true(is_woken(fixture));
	(void)close(fd);
	for (; is_woken(fixture) && turns < TURNS_MAX; turns++)
		turn(fixture);
	assert_true(turns < TURNS_MAX);
}

/* evhttp looks at a chunk when all of it is there. */
static void test_body_may_be_one_chunk(void **state)
{
	static const char head[] =
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"c0000\r\n";
	static const char tail[] = "\r\n0\r\n\r\n";
	static char body[sizeof(head) - 1 + 0xc0000 + sizeof(tail) - 1];
	const struct fixture *fixture = *state;
	size_t sent = 0;
	int turns = 0;
	int fd = dial(fixture);

	memset(body, 'x', sizeof(body));
	memcpy(body, head, sizeof(head) - 1);
	memcpy(body + sizeof(body) - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
	for (; !is_answered(fd) && turns < TURNS_MAX; turns++) {
		ssize_t n = send(fd, body + sent, sizeof(body) - sent, MSG_NOSIGNAL);

		sent += n > 0 ? (size_t)n : 0;
		turn(fixture);
	}
	assert_true(turns < TURNS_MAX);
	(void)close(fd);
}

/* Without a rest the loop would ask for the connection, in vain, in each of its turns. */
static void test_door_rests_while_there_are_no_descriptors(void **state)
{
	const struct fixture *fixture = *state;
	int events = event_base_get_num_events(fixture->base, EVENT_BASE_COUNT_ADDED);
	int fd = dial(fixture);
	struct rlimit before;
	struct rlimit none;
	int turns = 0;

	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = 1, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	/* One round: in a later one the rest may be over. */
	(void)event_base_loop(fixture->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	assert_int_equal(
		event_base_get_num_events(fixture->base, EVENT_BASE_COUNT_ADDED), events - 1);
	assert_true(is_woken(fixture));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	for (; !is_answered(fd) && turns < TURNS_MAX; turns++)
		turn(fixture);
	assert_true(turns < TURNS_MAX);
	(void)close(fd);
}

#define with_door(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_door(test_first_request_has_to_come_in_time),
		with_door(test_who_leaves_without_a_request_makes_room),
		with_door(test_door_without_strangers_lets_the_daemon_sleep),
		with_door(test_body_may_be_one_chunk),
		with_door(test_door_rests_while_there_are_no_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
