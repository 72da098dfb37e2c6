/* One exchange on its own, over the glue. */
#include "http/exchange.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "http/glue.h"
#include "raw_server.h"

struct fixture {
	struct event_base *base;
	struct raw_server *server;
	struct glue *glue;
	struct exchange *exchange;
	size_t bodies;
	CURLcode result;
	unsigned asked; /* whether an address may be used */
};

static void on_request(
	const char *path, const char *request, struct raw_reply *reply, void *userdata)
{
	(void)path;
	(void)request;
	(void)userdata;
	assert_int_equal(buffer_add_string(&reply->bytes,
				 "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
		0);
}

static void on_finished(CURL *easy, CURLcode result, void *userdata)
{
	struct fixture *fixture = userdata;

	assert_ptr_equal(exchange_of(easy), fixture->exchange);
	fixture->result = result;
	(void)event_base_loopbreak(fixture->base);
}

static bool on_address(struct exchange *exchange, const char *address, bool sends)
{
	struct fixture *fixture = exchange->owner;

	(void)sends;
	assert_string_equal(address, "127.0.0.1");
	fixture->asked++;
	return true;
}

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){.base = event_base_new()};
	assert_non_null(fixture.base);
	fixture.server = raw_server_new(fixture.base, "127.0.0.1", on_request, NULL);
	assert_int_equal(glue_new(fixture.base, on_finished, &fixture, &fixture.glue), 0);
	assert_int_equal(
		exchange_new(fixture.glue, on_address, &fixture.bodies, &fixture.exchange), 0);
	fixture.exchange->owner = &fixture;
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	exchange_free(fixture->exchange);
	glue_free(fixture->glue);
	raw_server_free(fixture->server);
	event_base_free(fixture->base);
	return 0;
}

static void perform(struct fixture *fixture)
{
	static const struct http_request request;
	char url[64];
	struct hop hop = {
		.request = &request,
		.url = url,
		.user_agent = "test",
		.allowed = "127.0.0.1",
		.timeout = 10 * USEC_SEC,
	};

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", raw_server_port(fixture->server));
	assert_int_equal(exchange_prepare(fixture->exchange, &hop), 0);
	assert_int_equal(glue_add(fixture->glue, fixture->exchange->easy), 0);
	(void)event_base_dispatch(fixture->base);
}

static void test_bodies_under_way_are_bounded_together(void **state)
{
	struct fixture *fixture = *state;
	char words[HTTP_WORDS_SIZE];

	fixture->bodies = HTTP_BODIES_MAX - 5;
	perform(fixture);
	assert_int_equal(exchange_judge(fixture->exchange, fixture->result, words), HTTP_OK);
	assert_int_equal(fixture->bodies, HTTP_BODIES_MAX);
	exchange_drop_body(fixture->exchange);
	assert_int_equal(fixture->bodies, HTTP_BODIES_MAX - 5);
	fixture->bodies++;
	perform(fixture);
	assert_int_equal(exchange_judge(fixture->exchange, fixture->result, words), HTTP_BROKEN);
	assert_non_null(strstr(words, "too many large documents at a time"));
	assert_int_equal(fixture->bodies, HTTP_BODIES_MAX - 4);
}

static void test_address_is_asked_for_at_connecting_and_before_each_request(void **state)
{
	struct fixture *fixture = *state;
	char words[HTTP_WORDS_SIZE];

	perform(fixture);
	assert_int_equal(exchange_judge(fixture->exchange, fixture->result, words), HTTP_OK);
	assert_int_equal(fixture->asked, 2);
	perform(fixture); /* on the kept connection */
	assert_int_equal(exchange_status(fixture->exchange), 200);
	assert_int_equal(fixture->asked, 3);
}

/* A time-out is told by how far the exchange had come; each is a failure (P8). */
static void test_a_time_out_is_the_names_the_connections_or_the_servers(void **state)
{
	static const struct {
		bool resolved;
		bool sent;
		enum http_failure failure;
	} cases[] = {
		{false, false, HTTP_DNS},
		{true, false, HTTP_CONNECT},
		{true, true, HTTP_TIMEOUT},
	};
	struct fixture *fixture = *state;
	char words[HTTP_WORDS_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fixture->exchange->resolved = cases[i].resolved;
		fixture->exchange->sent = cases[i].sent;
		assert_int_equal(exchange_judge(fixture->exchange, CURLE_OPERATION_TIMEDOUT, words),
			cases[i].failure);
		assert_non_null(strstr(words, "; check "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_bodies_under_way_are_bounded_together, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_address_is_asked_for_at_connecting_and_before_each_request, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_a_time_out_is_the_names_the_connections_or_the_servers, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
