/* The client against a real server on loopback: what it asks, and what it takes. */
#include "http/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "client_fixture.h"

#define HEADERS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_client_brings_status_headers_and_body(void **state)
{
	const struct result *result = client_get_path(*state, "/ok");

	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->status, 200);
	assert_string_equal(result->start, "hello");
	assert_string_equal(result->etag, "\"v\"");
	assert_string_equal(result->url, client_url(*state, "/ok"));
	assert_string_equal(result->permanent_url, "");
}

static void test_p13_p14_p15_request_says_no_more_than_it_should(void **state)
{
	struct fixture *fixture = *state;
	const char *request;

	(void)client_get_path(fixture, "/ok");
	request = raw_server_last(fixture->server);
	assert_ptr_equal(strstr(request, "GET /ok HTTP/1.1\r\n"), request);
	assert_non_null(
		strstr(request, "User-Agent: wirewatch/test (+mailto:ops@example.org)\r\n"));
	assert_non_null(strstr(request, "Accept-Encoding: gzip, br, zstd\r\n"));
	assert_null(strcasestr(request, "Cookie:"));
	assert_null(strcasestr(request, "Referer:"));
	assert_null(strcasestr(request, "Range:"));
}

static void test_p15_compression_is_offered_where_a_reader_unpacks(void **state)
{
	struct fixture *fixture = *state;
	const struct http_request plain = {.url = client_url(fixture, "/ok")};

	/* One handle serves both. */
	(void)client_get_path(fixture, "/ok");
	assert_non_null(strstr(raw_server_last(fixture->server), "Accept-Encoding: "));
	(void)client_get(fixture, &plain);
	assert_null(strstr(raw_server_last(fixture->server), "Accept-Encoding: "));
	(void)client_get_path(fixture, "/ok");
	assert_non_null(strstr(raw_server_last(fixture->server), "Accept-Encoding: "));
}

static void test_a_packed_body_comes_as_it_is(void **state)
{
	const struct result *result = client_get_path(*state, "/packed");

	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->length, 5);
	assert_string_equal(result->start, "bytes");
	assert_string_equal(result->encoding, "br, gzip, rot13");
	assert_string_equal(client_get_path(*state, "/ok")->encoding, "");
}

static void test_p15_connections_are_kept_alive(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 5; i++)
		assert_int_equal(client_get_path(fixture, "/ok")->failure, HTTP_OK);
	assert_int_equal(raw_server_requests(fixture->server), 5);
	assert_int_equal(raw_server_connections(fixture->server), 1);
}

static void test_client_minds_no_proxy_of_the_environment(void **state)
{
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:9/", 1), 0);
	assert_int_equal(client_get_path(*state, "/ok")->failure, HTTP_OK);
	assert_int_equal(unsetenv("http_proxy"), 0);
}

static void test_p10_only_the_permanent_beginning_of_a_chain_is_a_move(void **state)
{
	const struct result *result = client_get_path(*state, "/moved");

	assert_int_equal(result->status, 200);
	assert_string_equal(result->url, client_url(*state, "/ok"));
	assert_string_equal(result->permanent_url, client_url(*state, "/for-now"));
	result = client_get_path(*state, "/for-now");
	assert_int_equal(result->status, 200);
	assert_string_equal(result->permanent_url, "");
}

static void test_p10_an_at_sign_in_a_path_is_no_credential(void **state)
{
	struct fixture *fixture = *state;
	char url[URL_SIZE];

	assert_string_equal(
		client_get_path(fixture, "/@moved?@")->permanent_url, client_url(fixture, "/ok"));
	(void)snprintf(url, sizeof(url), "http://user:secret@127.0.0.1:%u/moved",
		raw_server_port(fixture->server));
	assert_string_equal(
		client_get(fixture, &(struct http_request){.url = url, .redirects_max = 10})
			->permanent_url,
		"");
}

static void test_p2_bound_headers_go_to_their_url_alone(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {
		.url = client_url(fixture, "/chain/2"),
		.headers = HEADERS("X-Common: yes"),
		.bound_headers = HEADERS("If-None-Match: \"v\""),
		.bound_url = client_url(fixture, "/chain/1"),
		.redirects_max = 10,
	};

	assert_int_equal(client_get(fixture, &request)->failure, HTTP_OK);
	assert_int_equal(raw_server_requests(fixture->server), 3);
	assert_int_equal(fixture->common_seen, 3);
	assert_int_equal(fixture->bound_seen, 1);
	request.bound_url = "http://elsewhere.example/";
	assert_int_equal(client_get(fixture, &request)->failure, HTTP_OK);
	assert_int_equal(fixture->common_seen, 6);
	assert_int_equal(fixture->bound_seen, 1);
}

static void test_p13_cookies_and_referer_are_not_sent_on(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(client_get_path(fixture, "/chain/3")->failure, HTTP_OK);
	assert_int_equal(fixture->cookies_seen, 0);
}

static void test_p10_ten_redirects_are_followed_and_no_more(void **state)
{
	const struct result *result = client_get_path(*state, "/chain/10");

	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->status, 200);
	result = client_get_path(*state, "/chain/11");
	assert_int_equal(result->failure, HTTP_TOO_MANY_REDIRECTS);
	assert_true(strlen(result->words) > 0);
}

static void test_redirects_are_answers_where_none_are_to_be_followed(void **state)
{
	struct fixture *fixture = *state;
	const struct result *result =
		client_get(fixture, &(struct http_request){.url = client_url(fixture, "/chain/1")});

	assert_int_equal(result->status, 302);
	result = client_get_path(fixture, "/nowhere");
	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->status, 302);
}

static void test_redirects_to_other_schemes_are_refused(void **state)
{
	static const char *const paths[] = {
		"/to?file:///etc/passwd", "/to?gopher://127.0.0.1/", "/to?ftp://127.0.0.1/x"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const struct result *result = client_get_path(*state, paths[i]);

		assert_int_equal(result->failure, HTTP_REFUSED_URL);
		assert_true(strlen(result->words) > 0);
	}
}

static void test_redirects_to_private_addresses_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct raw_server *secret =
		raw_server_new(fixture->base, "127.0.0.2", client_on_request, fixture);
	static const char *const hosts[] = {"127.0.0.2", "0x7f.2", "2130706434", "127.2",
		"0177.0.0.02", "[::ffff:127.0.0.2]", "[::1]"};
	char path[URL_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		(void)snprintf(
			path, sizeof(path), "/to?http://%s:%u/", hosts[i], raw_server_port(secret));
		assert_int_equal(client_get_path(fixture, path)->failure, HTTP_REFUSED_ADDRESS);
	}
	assert_int_equal(raw_server_connections(secret), 0);
	raw_server_free(secret);
}

static void test_connection_that_ends_while_idle_is_let_go(void **state)
{
	struct fixture *fixture = *state;
	int events = event_base_get_num_events(fixture->base, EVENT_BASE_COUNT_ADDED);
	struct raw_server *other =
		raw_server_new(fixture->base, "127.0.0.1", client_on_request, fixture);
	char url[URL_SIZE];
	struct http_request request = {.url = url};

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/ok", raw_server_port(other));
	assert_int_equal(client_get(fixture, &request)->failure, HTTP_OK);
	assert_int_equal(client_get(fixture, &request)->failure, HTTP_OK);
	assert_int_equal(raw_server_connections(other), 1);
	raw_server_free(other);
	(void)event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	assert_int_equal(event_base_get_num_events(fixture->base, EVENT_BASE_COUNT_ADDED), events);
	assert_int_equal(client_get(fixture, &request)->failure, HTTP_CONNECT);
	assert_int_equal(client_get_path(fixture, "/ok")->failure, HTTP_OK);
}

static void test_guard_looks_at_kept_connections_too(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {.url = client_url(fixture, "/ok")};

	assert_int_equal(client_get(fixture, &request)->failure, HTTP_OK);
	request.private_networks = "10.0.0.0/8";
	assert_int_equal(client_get(fixture, &request)->failure, HTTP_REFUSED_ADDRESS);
	assert_int_equal(raw_server_requests(fixture->server), 1);
	request.unguarded = true;
	assert_int_equal(client_get(fixture, &request)->failure, HTTP_OK);
}

static void test_guard_follows_a_changed_configuration(void **state)
{
	struct fixture *fixture = *state;
	struct http_options options = {
		.user_agent = "changed", .max_transfers = 8, .host_connections = 1};

	assert_int_equal(http_client_configure(fixture->client, &options), 0);
	assert_int_equal(client_get_path(fixture, "/ok")->failure, HTTP_REFUSED_ADDRESS);
}

static void test_document_is_bounded_as_asked(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {.url = client_url(fixture, "/bytes/1000"), .body_max = 1000};
	const struct result *result = client_get(fixture, &request);

	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->length, 1000);
	request.body_max = 999;
	assert_int_equal(client_get(fixture, &request)->failure, HTTP_TOO_LARGE);
	request.truncate = true;
	result = client_get(fixture, &request);
	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->length, 999);
}

static void test_broken_responses_are_failures_in_words(void **state)
{
	static const char *const paths[] = {
		"/close", "/reset", "/half", "/half-reset", "/chunk", "/garbage", "/two-lengths"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const struct result *result = client_get_path(*state, paths[i]);

		if (result->failure != HTTP_BROKEN)
			fail_msg("%s: %d", paths[i], result->failure);
		assert_true(strlen(result->words) > 20);
	}
}

static void test_a_server_that_hangs_is_given_up(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {
		.url = client_url(fixture, "/hang"), .timeout = 100 * USEC_MSEC};
	const struct result *result = client_get(fixture, &request);

	assert_int_equal(result->failure, HTTP_TIMEOUT);
	assert_true(strlen(result->words) > 20);
}

static void test_the_timeout_is_of_all_hops_together(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {
		.url = client_url(fixture, "/late/120"),
		.timeout = 400 * USEC_MSEC,
		.redirects_max = 10,
	};

	assert_int_equal(client_get(fixture, &request)->failure, HTTP_OK);
	request.timeout = 60 * USEC_MSEC;
	assert_int_equal(client_get(fixture, &request)->failure, HTTP_TIMEOUT);
}

static void test_a_port_where_nobody_listens_is_a_failure(void **state)
{
	struct fixture *fixture = *state;
	struct raw_server *gone =
		raw_server_new(fixture->base, "127.0.0.1", client_on_request, fixture);
	char url[URL_SIZE];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", raw_server_port(gone));
	raw_server_free(gone);
	assert_int_equal(
		client_get(fixture, &(struct http_request){.url = url})->failure, HTTP_CONNECT);
}

/* A port whose queue is full: who connects is not answered.  To be closed are all three. */
static uint16_t open_deaf_port(int sockets[3])
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof(address);

	for (size_t i = 0; i < 3; i++) {
		sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_true(sockets[i] >= 0);
	}
	assert_int_equal(bind(sockets[0], (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(sockets[0], 0), 0);
	assert_int_equal(getsockname(sockets[0], (struct sockaddr *)&address, &length), 0);
	for (size_t i = 1; i < 3; i++)
		(void)connect(sockets[i], (struct sockaddr *)&address, length);
	return ntohs(address.sin_port);
}

static void on_byte(evutil_socket_t fd, short what, void *userdata)
{
	char byte;

	(void)what;
	*(bool *)userdata = read(fd, &byte, 1) == 1;
}

/* Whether the loop hears of the descriptors that are opened next. */
static void assert_new_descriptors_are_heard(struct event_base *base)
{
	struct event *events[8];
	int ends[8][2];
	bool heard[8] = {false};

	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		assert_int_equal(pipe(ends[i]), 0);
		events[i] = event_new(base, ends[i][0], EV_READ, on_byte, &heard[i]);
		assert_int_equal(event_add(events[i], NULL), 0);
		assert_int_equal(write(ends[i][1], "x", 1), 1);
	}
	(void)event_base_loop(base, EVLOOP_NONBLOCK);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		assert_true(heard[i]);
		event_free(events[i]);
		(void)close(ends[i][0]);
		(void)close(ends[i][1]);
	}
}

/* libevent takes a descriptor for watched while an event of one before is left under its number. */
static void test_connections_given_up_leave_nothing_watched(void **state)
{
	struct fixture *fixture = *state;
	int sockets[3];
	char url[URL_SIZE];
	struct http_request given_up = {.url = url, .timeout = 100 * USEC_MSEC};
	const struct http_request looked_up = {.url = "http://nowhere.invalid/"};

	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/", raw_server_port(fixture->server));
	assert_int_not_equal(client_get(fixture, &given_up)->failure, HTTP_OK);
	assert_new_descriptors_are_heard(fixture->base);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", open_deaf_port(sockets));
	assert_int_equal(client_get(fixture, &given_up)->failure, HTTP_CONNECT);
	assert_new_descriptors_are_heard(fixture->base);
	/* libcurl hears of the name by a pair of sockets, one with the number that is free now. */
	assert_int_not_equal(client_get(fixture, &looked_up)->failure, HTTP_OK);
	assert_new_descriptors_are_heard(fixture->base);
	for (size_t i = 0; i < ARRAY_SIZE(sockets); i++)
		(void)close(sockets[i]);
}

static void test_what_is_no_url_is_refused_later_not_at_once(void **state)
{
	struct fixture *fixture = *state;
	static char url[URL_BYTES_MAX + 10];

	(void)client_begin(fixture, 1, &(struct http_request){.url = "nonsense"});
	assert_false(fixture->results[1].done);
	(void)snprintf(url, sizeof(url), "http://a/%0*d", (int)sizeof(url) - 10, 1);
	(void)client_begin(fixture, 2, &(struct http_request){.url = url});
	client_wait(fixture);
	assert_int_equal(fixture->results[1].failure, HTTP_REFUSED_URL);
	assert_int_equal(fixture->results[2].failure, HTTP_REFUSED_URL);
	assert_string_equal(fixture->results[2].url, "");
}

#define CLIENT_TEST(test) cmocka_unit_test_setup_teardown(test, client_setup, client_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(test_client_brings_status_headers_and_body),
		CLIENT_TEST(test_p13_p14_p15_request_says_no_more_than_it_should),
		CLIENT_TEST(test_p15_compression_is_offered_where_a_reader_unpacks),
		CLIENT_TEST(test_a_packed_body_comes_as_it_is),
		CLIENT_TEST(test_p15_connections_are_kept_alive),
		CLIENT_TEST(test_client_minds_no_proxy_of_the_environment),
		CLIENT_TEST(test_p10_only_the_permanent_beginning_of_a_chain_is_a_move),
		CLIENT_TEST(test_p10_an_at_sign_in_a_path_is_no_credential),
		CLIENT_TEST(test_p2_bound_headers_go_to_their_url_alone),
		CLIENT_TEST(test_p13_cookies_and_referer_are_not_sent_on),
		CLIENT_TEST(test_p10_ten_redirects_are_followed_and_no_more),
		CLIENT_TEST(test_redirects_are_answers_where_none_are_to_be_followed),
		CLIENT_TEST(test_redirects_to_other_schemes_are_refused),
		CLIENT_TEST(test_redirects_to_private_addresses_are_refused),
		CLIENT_TEST(test_connection_that_ends_while_idle_is_let_go),
		CLIENT_TEST(test_guard_looks_at_kept_connections_too),
		CLIENT_TEST(test_guard_follows_a_changed_configuration),
		CLIENT_TEST(test_document_is_bounded_as_asked),
		CLIENT_TEST(test_broken_responses_are_failures_in_words),
		CLIENT_TEST(test_a_server_that_hangs_is_given_up),
		CLIENT_TEST(test_the_timeout_is_of_all_hops_together),
		CLIENT_TEST(test_a_port_where_nobody_listens_is_a_failure),
		CLIENT_TEST(test_connections_given_up_leave_nothing_watched),
		CLIENT_TEST(test_what_is_no_url_is_refused_later_not_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
