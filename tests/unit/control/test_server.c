/* The control socket from both ends: a server on a thread's loop, the client and raw sockets. */
#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "control/client.h"
#include "control/later.h"
#include "control/server.h"
#include "support/scratch.h"

enum {
	ANSWER_MAX = 64 * 1024,
	UNREAD_MAX = 100 * 1000,
	STATUS_OK = 200,
	STATUS_MALFORMED = 400,
	STATUS_NOT_FOUND = 404,
	STATUS_METHOD = 405,
};

struct fixture {
	char folder[SCRATCH_FOLDER_BYTES];
	char path[SCRATCH_PATH_BYTES];
	struct event_base *base;
	struct control_server *server;
	pthread_t thread;
};

static void on_echo(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	(void)userdata;
	reply->status = STATUS_OK;
	reply->body = json_pack("{s:s?, s:s?, s:b}", "argument", request->argument, "limit",
		control_request_parameter(request, "limit"), "own", request->peer.user == getuid());
}

static void on_stop(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct timeval soon = {.tv_usec = 1000};
	struct fixture *fixture = userdata;

	(void)request;
	reply->status = STATUS_OK;
	reply->body = json_object();
	(void)event_base_loopexit(fixture->base, &soon);
}

static void on_nothing(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	(void)request;
	(void)reply;
	(void)userdata;
}

/* A request that is answered, or ended, a while after it came. */
static struct control_later *waiting;
static struct event *later_timer;
static unsigned left;

static void on_gone(void *userdata)
{
	(void)userdata;
	waiting = NULL;
	left++;
}

static void on_later_timer(evutil_socket_t fd, short what, void *userdata)
{
	struct control_later *later = waiting;

	(void)fd;
	(void)what;
	(void)userdata;
	event_free(later_timer);
	waiting = NULL;
	if (later)
		control_later_answer(later, STATUS_OK, json_pack("{s:s}", "late", "yes"));
}

static void on_later(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct timeval soon = {.tv_usec = 20 * 1000};
	const struct fixture *fixture = userdata;

	(void)reply;
	waiting = control_later_new(request, on_gone, NULL);
	later_timer = evtimer_new(fixture->base, on_later_timer, NULL);
	(void)evtimer_add(later_timer, &soon);
}

/* Lines until the reader has taken too few: their number is the last one. */
static void on_lines(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	struct control_later *later = control_later_new(request, on_gone, NULL);
	int number = 0;

	(void)reply;
	(void)userdata;
	control_later_begin(later);
	while (control_later_unread(later) < UNREAD_MAX)
		(void)control_later_add(later, json_pack("{s:i}", "number", ++number));
	control_later_end(later);
}

static const struct control_command commands[] = {
	{"GET", "/later", on_later},
	{"GET", "/lines", on_lines},
	{"GET", "/echo", on_echo},
	{"GET", "/echo/*", on_echo},
	{"POST", "/echo/*/twice", on_echo},
	{"GET", "/nothing", on_nothing},
	{"POST", "/stop", on_stop},
	{NULL, NULL, NULL},
};

static void *run_loop(void *userdata)
{
	const struct fixture *fixture = userdata;

	(void)event_base_dispatch(fixture->base);
	return NULL;
}

static int start(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	scratch_make(fixture->folder);
	scratch_path(fixture->folder, "control.sock", fixture->path);
	fixture->base = event_base_new();
	assert_non_null(fixture->base);
	assert_int_equal(control_server_new(fixture->base, fixture->path, -1, commands, fixture,
				 &fixture->server),
		0);
	assert_int_equal(pthread_create(&fixture->thread, NULL, run_loop, fixture), 0);
	*state = fixture;
	return 0;
}

static int stop(void **state)
{
	struct fixture *fixture = *state;
	json_t *body = NULL;
	int status;

	assert_int_equal(control_client_request(fixture->path, "POST", "/stop", &status, &body), 0);
	json_decref(body);
	assert_int_equal(pthread_join(fixture->thread, NULL), 0);
	control_server_free(fixture->server);
	event_base_free(fixture->base);
	assert_int_equal(access(fixture->path, F_OK), -1);
	scratch_remove(fixture->folder);
	free(fixture);
	return 0;
}

static json_t *ask(
	const struct fixture *fixture, const char *method, const char *path, int expected)
{
	json_t *body = NULL;
	int status = 0;
	int r;

	r = control_client_request(fixture->path, method, path, &status, &body);
	assert_int_equal(r, 0);
	assert_int_equal(status, expected);
	return body;
}

static void test_argument_and_parameter_are_decoded(void **state)
{
	json_t *body = ask(*state, "GET", "/echo/a%2Fb%20c%C3%A9?limit=1%2B1", STATUS_OK);

	assert_string_equal(json_string_value(json_object_get(body, "argument")), "a/b cé");
	assert_string_equal(json_string_value(json_object_get(body, "limit")), "1+1");
	assert_true(json_is_true(json_object_get(body, "own")));
	json_decref(body);
	body = ask(*state, "GET", "/echo", STATUS_OK);
	assert_true(json_is_null(json_object_get(body, "argument")));
	json_decref(body);
	body = ask(*state, "POST", "/echo/7/twice", STATUS_OK);
	assert_string_equal(json_string_value(json_object_get(body, "argument")), "7");
	json_decref(body);
}

static void test_unknown_path_and_method_are_refused_in_words(void **state)
{
	static const char *const unknown[] = {"/", "/ech", "/echo/", "/echo/a/b", "/echo/%00",
		"/echo/%FF", "/echo//twice", "//echo"};
	json_t *body;

	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		body = ask(*state, "GET", unknown[i], STATUS_NOT_FOUND);
		assert_non_null(json_string_value(json_object_get(body, "error")));
		json_decref(body);
	}
	body = ask(*state, "POST", "/echo", STATUS_METHOD);
	assert_non_null(json_string_value(json_object_get(body, "error")));
	json_decref(body);
}

static void test_malformed_query_is_refused_in_words(void **state)
{
	static const char *const paths[] = {"/echo?limit", "/echo?=1", "/echo?limit=1&&"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		json_t *body = ask(*state, "GET", paths[i], STATUS_MALFORMED);

		assert_non_null(strstr(
			json_string_value(json_object_get(body, "error")), "expected NAME=VALUE"));
		json_decref(body);
	}
}

static void test_answer_without_body_is_no_json(void **state)
{
	const struct fixture *fixture = *state;
	json_t *body = NULL;
	int status;

	assert_int_equal(
		control_client_request(fixture->path, "GET", "/nothing", &status, &body), -EBADMSG);
	assert_null(body);
}

static int dial(const struct fixture *fixture)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture->path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void test_answer_may_come_later(void **state)
{
	json_t *body = ask(*state, "GET", "/later", STATUS_OK);

	assert_string_equal(json_string_value(json_object_get(body, "late")), "yes");
	json_decref(body);
}

struct lines {
	int last;
	int most;
};

static bool take_line(int status, json_t *line, void *userdata)
{
	struct lines *lines = userdata;

	assert_int_equal(status, STATUS_OK);
	assert_int_equal(json_integer_value(json_object_get(line, "number")), lines->last + 1);
	return ++lines->last != lines->most;
}

static void test_answer_of_lines_comes_line_by_line(void **state)
{
	const struct fixture *fixture = *state;
	struct lines lines = {0};
	int status;

	assert_int_equal(
		control_client_follow(fixture->path, "/lines", take_line, &lines, &status), 0);
	assert_int_equal(status, STATUS_OK);
	assert_true(lines.last > 1000);
	lines = (struct lines){.most = 3};
	assert_int_equal(
		control_client_follow(fixture->path, "/lines", take_line, &lines, &status), 1);
	assert_int_equal(lines.last, 3);
}

static void test_asker_may_leave_before_the_answer(void **state)
{
	static const char request[] = "GET /later HTTP/1.1\r\nHost: x\r\n\r\n";
	const struct fixture *fixture = *state;
	json_t *body;

	for (unsigned i = 0; i < 5; i++) {
		int fd = dial(fixture);

		(void)send(fd, request, strlen(request), MSG_NOSIGNAL);
		(void)shutdown(fd, SHUT_RDWR);
		(void)close(fd);
		/* The timer of the one before ends first: requests come one after another. */
		body = ask(fixture, "GET", "/echo", STATUS_OK);
		json_decref(body);
		(void)usleep(40 * 1000);
	}
	body = ask(fixture, "GET", "/later", STATUS_OK);
	json_decref(body);
}

static void test_socket_is_for_owner_and_group(void **state)
{
	const struct fixture *fixture = *state;
	struct stat info;

	assert_int_equal(stat(fixture->path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0660);
}

static void test_second_daemon_is_refused(void **state)
{
	const struct fixture *fixture = *state;
	struct control_server *server = NULL;

	assert_int_equal(
		control_server_new(fixture->base, fixture->path, -1, commands, NULL, &server),
		-EADDRINUSE);
	assert_null(server);
	assert_int_equal(access(fixture->path, F_OK), 0);
}

/* Sends bytes and reads the answer's first line. */
static void exchange(
	const struct fixture *fixture, const char *bytes, size_t length, char *ret, size_t size)
{
	int fd = dial(fixture);
	ssize_t got;

	(void)send(fd, bytes, length, MSG_NOSIGNAL);
	got = recv(fd, ret, size - 1, 0);
	ret[got > 0 ? got : 0] = '\0';
	(void)close(fd);
}

static void test_headers_and_bodies_are_bounded(void **state)
{
	struct buffer request = BUFFER_INIT(1024 * 1024);
	char answer[256];

	(void)buffer_add_string(&request, "GET /echo HTTP/1.1\r\nHost: x\r\nX-Long: ");
	for (size_t i = 0; i < CONTROL_HEADERS_MAX; i++)
		(void)buffer_add_char(&request, 'a');
	(void)buffer_add_string(&request, "\r\n\r\n");
	exchange(*state, request.bytes, request.length, answer, sizeof(answer));
	assert_null(strstr(answer, " 200 "));
	buffer_reset(&request);
	(void)buffer_printf(&request,
		"POST /echo/1/twice HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n",
		CONTROL_BODY_MAX + 1);
	exchange(*state, request.bytes, request.length, answer, sizeof(answer));
	assert_non_null(strstr(answer, " 413 "));
	buffer_free(&request);
}

static void test_other_protocols_harm_nobody(void **state)
{
	static const char put[] = "PUT /echo HTTP/1.1\r\nHost: x\r\n\r\n";
	static const char garbage[] = "\x16\x03\x01\x00\xff\x00GET\r\n\r\n\r\n";
	char answer[256];
	json_t *body;

	exchange(*state, garbage, sizeof(garbage), answer, sizeof(answer));
	exchange(*state, put, strlen(put), answer, sizeof(answer));
	assert_null(strstr(answer, " 200 "));
	body = ask(*state, "GET", "/echo", STATUS_OK);
	json_decref(body);
}

/* Connections beyond the bound wait; when others close, they are served. */
static void test_connections_are_bounded(void **state)
{
	static const char request[] = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";
	const struct timeval quick = {.tv_usec = 200 * 1000};
	int fds[CONTROL_CONNECTIONS_MAX];
	char answer[1024];
	int late;

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = dial(*state);
		assert_int_equal(send(fds[i], request, strlen(request), 0), strlen(request));
		assert_true(recv(fds[i], answer, sizeof(answer), 0) > 0);
	}
	late = dial(*state);
	assert_int_equal(send(late, request, strlen(request), 0), strlen(request));
	assert_int_equal(setsockopt(late, SOL_SOCKET, SO_RCVTIMEO, &quick, sizeof(quick)), 0);
	assert_int_equal(recv(late, answer, sizeof(answer), 0), -1);
	(void)close(fds[0]);
	assert_int_equal(setsockopt(late, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = 5},
				 sizeof(quick)),
		0);
	assert_true(recv(late, answer, sizeof(answer), 0) > 0);
	(void)close(late);
	for (size_t i = 1; i < ARRAY_SIZE(fds); i++)
		(void)close(fds[i]);
}

static void test_stale_socket_is_replaced_but_no_file(void **state)
{
	struct event_base *base = event_base_new();
	struct control_server *server = NULL;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char folder[SCRATCH_FOLDER_BYTES];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	scratch_make(folder);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", folder);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	(void)close(fd);
	assert_int_equal(
		control_server_new(base, address.sun_path, -1, commands, NULL, &server), 0);
	control_server_free(server);
	server = NULL;
	scratch_write(folder, "s", "");
	assert_int_equal(
		control_server_new(base, address.sun_path, -1, commands, NULL, &server), -EEXIST);
	scratch_remove(folder);
	event_base_free(base);
}

/* Socket activation: systemd made the socket, and removes it. */
static void test_socket_that_was_passed_is_served_and_stays(void **state)
{
	struct fixture fixture = {0};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	json_t *body;

	(void)state;
	scratch_make(fixture.folder);
	scratch_path(fixture.folder, "s", fixture.path);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture.path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	fixture.base = event_base_new();
	assert_int_equal(control_server_new(fixture.base, "/nonexistent/unused", fd, commands,
				 &fixture, &fixture.server),
		0);
	assert_int_equal(pthread_create(&fixture.thread, NULL, run_loop, &fixture), 0);
	body = ask(&fixture, "GET", "/echo", STATUS_OK);
	json_decref(body);
	body = ask(&fixture, "POST", "/stop", STATUS_OK);
	json_decref(body);
	assert_int_equal(pthread_join(fixture.thread, NULL), 0);
	control_server_free(fixture.server);
	event_base_free(fixture.base);
	assert_int_equal(access(fixture.path, F_OK), 0);
	scratch_remove(fixture.folder);
}

static void test_missing_daemon_is_told_apart(void **state)
{
	json_t *body = NULL;
	int status;

	(void)state;
	assert_int_equal(
		control_client_request("/nonexistent/control.sock", "GET", "/echo", &status, &body),
		-ENOENT);
}

/* Once it is asked: before that, who asks may not have seen the connection yet. */
static void *hang_up(void *userdata)
{
	const int *listener = userdata;
	int fd = accept(*listener, NULL, NULL);
	char first;

	(void)!read(fd, &first, sizeof(first));
	(void)close(fd);
	return NULL;
}

static void test_daemon_that_ends_before_its_answer_is_told_apart(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char folder[SCRATCH_FOLDER_BYTES];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	json_t *body = NULL;
	pthread_t thread;
	int status;

	(void)state;
	scratch_make(folder);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", folder);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(pthread_create(&thread, NULL, hang_up, &fd), 0);
	assert_int_equal(control_client_request(address.sun_path, "GET", "/echo", &status, &body),
		-ECONNRESET);
	assert_int_equal(pthread_join(thread, NULL), 0);
	(void)close(fd);
	scratch_remove(folder);
}

/* Each has a server of its own: connections that others left count for a while. */
#define with_server(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_server(test_argument_and_parameter_are_decoded),
		with_server(test_unknown_path_and_method_are_refused_in_words),
		with_server(test_malformed_query_is_refused_in_words),
		with_server(test_answer_without_body_is_no_json),
		with_server(test_answer_may_come_later),
		with_server(test_answer_of_lines_comes_line_by_line),
		with_server(test_asker_may_leave_before_the_answer),
		with_server(test_socket_is_for_owner_and_group),
		with_server(test_second_daemon_is_refused),
		with_server(test_headers_and_bodies_are_bounded),
		with_server(test_other_protocols_harm_nobody),
		with_server(test_connections_are_bounded),
		cmocka_unit_test(test_stale_socket_is_replaced_but_no_file),
		cmocka_unit_test(test_socket_that_was_passed_is_served_and_stays),
		cmocka_unit_test(test_missing_daemon_is_told_apart),
		cmocka_unit_test(test_daemon_that_ends_before_its_answer_is_told_apart),
	};

	(void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
