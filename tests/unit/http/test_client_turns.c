/* The client against a real server on loopback: whose turn it is, blocks, cancelling. */
#include "http/client.h"

#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "client_fixture.h"

#define HEADERS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void on_done_never(const struct http_response *response, void *userdata)
{
	(void)response;
	(void)userdata;
	fail();
}

static void set_limits(struct fixture *fixture, unsigned per_host, usec gap)
{
	struct http_options options = {
		.user_agent = "test",
		.private_networks = "yes",
		.max_transfers = 8,
		.host_connections = per_host,
		.host_gap = gap,
	};

	assert_int_equal(http_client_configure(fixture->client, &options), 0);
}

static void test_p11_polite_requests_to_a_host_go_one_by_one(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {.url = client_url(fixture, "/late/10"), .polite = true};

	set_limits(fixture, 1, 0);
	for (size_t i = 0; i < 6; i++)
		(void)client_begin(fixture, i, &request);
	client_wait(fixture);
	assert_int_equal(raw_server_peak(fixture->server), 1);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(fixture->results[i].order, i + 1);
}

static void test_p11_raised_limits_let_waiting_requests_go(void **state)
{
	struct fixture *fixture = *state;
	struct http_request hang = {.url = client_url(fixture, "/hang")};
	struct http_options options = {
		.user_agent = "test", .private_networks = "yes", .host_connections = 8};

	hang.polite = true;
	options.max_transfers = 1;
	assert_int_equal(http_client_configure(fixture->client, &options), 0);
	assert_int_equal(
		http_client_start(fixture->client, &hang, on_done_never, NULL, &fixture->victim),
		0);
	(void)client_begin(fixture, 0,
		&(struct http_request){.url = client_url(fixture, "/ok"), .polite = true});
	for (int i = 0; i < 5; i++)
		(void)event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	assert_false(fixture->results[0].done);
	options.max_transfers = 2;
	assert_int_equal(http_client_configure(fixture->client, &options), 0);
	client_wait(fixture);
	assert_int_equal(fixture->results[0].status, 200);
	http_transfer_cancel(fixture->victim);
}

static void test_p11_names_of_one_address_go_one_by_one(void **state)
{
	struct fixture *fixture = *state;
	char url[URL_SIZE];

	set_limits(fixture, 1, 0);
	(void)snprintf(
		url, sizeof(url), "http://localhost:%u/late/20", raw_server_port(fixture->server));
	for (size_t i = 0; i < 6; i++)
		(void)client_begin(fixture, i,
			&(struct http_request){
				.url = i % 2 == 0 ? client_url(fixture, "/late/20") : url,
				.polite = true});
	client_wait(fixture);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(fixture->results[i].failure, HTTP_OK);
	assert_int_equal(raw_server_peak(fixture->server), 1);
	assert_int_equal(raw_server_requests(fixture->server), 6);
}

static void test_p11_redirects_keep_the_gap_too(void **state)
{
	struct fixture *fixture = *state;
	usec begun = clock_monotonic(fixture->clock);

	set_limits(fixture, 1, 30 * USEC_MSEC);
	assert_int_equal(client_get_path(fixture, "/chain/3")->failure, HTTP_OK);
	assert_true(clock_monotonic(fixture->clock) - begun >= 3 * 30 * USEC_MSEC);
}

static void test_p7_a_blocked_host_is_asked_nothing(void **state)
{
	struct fixture *fixture = *state;
	const char *url = client_url(fixture, "/late/10");
	usec until = clock_now(fixture->clock) + USEC_DAY;

	set_limits(fixture, 1, 0);
	for (size_t i = 0; i < 3; i++)
		(void)client_begin(fixture, i, &(struct http_request){.url = url, .polite = true});
	assert_int_equal(http_client_block_host(fixture->client, url, until), 0);
	(void)client_begin(fixture, 3, &(struct http_request){.url = url, .polite = true});
	(void)client_begin(fixture, 4, &(struct http_request){.url = url});
	client_wait(fixture);
	assert_int_equal(fixture->results[0].failure, HTTP_OK); /* was under way */
	for (size_t i = 1; i <= 3; i++) {
		assert_int_equal(fixture->results[i].failure, HTTP_BLOCKED);
		assert_true(fixture->results[i].retry_at + USEC_SEC > until);
		assert_true(fixture->results[i].retry_at < until + USEC_SEC);
	}
	assert_int_equal(fixture->results[4].failure, HTTP_OK); /* not polite */
	assert_int_equal(raw_server_requests(fixture->server), 2);
	assert_int_equal(http_client_block_host(fixture->client, "nonsense", until), -EINVAL);
}

static void count_blocked(const struct http_response *response, void *userdata)
{
	assert_int_equal(response->failure, HTTP_BLOCKED);
	(*(unsigned *)userdata)++;
}

/* As after a 429 of a site with thousands of feeds. */
static void test_p7_many_that_a_block_ends_are_told_so_in_more_than_one_turn(void **state)
{
	struct fixture *fixture = *state;
	const char *url = client_url(fixture, "/ok");
	unsigned told = 0;

	assert_int_equal(
		http_client_block_host(fixture->client, url, clock_now(fixture->clock) + USEC_DAY),
		0);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(
			http_client_start(fixture->client,
				&(struct http_request){.url = url, .polite = true, .bulk = true},
				count_blocked, &told, NULL),
			0);
	while (told < 1000) {
		unsigned before = told;

		(void)event_base_loop(fixture->base, EVLOOP_ONCE);
		assert_in_range(told, before, before + 256);
	}
	assert_int_equal(http_client_active(fixture->client), 0);
}

static void test_bulk_requests_are_held_and_let_go(void **state)
{
	struct fixture *fixture = *state;
	const char *url = client_url(fixture, "/ok");

	http_client_hold(fixture->client, true);
	(void)client_begin(
		fixture, 0, &(struct http_request){.url = url, .polite = true, .bulk = true});
	(void)client_begin(fixture, 1, &(struct http_request){.url = url, .polite = true});
	while (!fixture->results[1].done)
		(void)event_base_loop(fixture->base, EVLOOP_ONCE);
	assert_false(fixture->results[0].done);
	http_client_hold(fixture->client, false);
	client_wait(fixture);
	assert_int_equal(fixture->results[0].failure, HTTP_OK);
}

static void test_post_sends_its_body_to_where_307_leads_and_no_further(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {
		.method = "POST",
		.url = client_url(fixture, "/ok"),
		.headers = HEADERS("Content-Type: application/json"),
		.body = "{\"a\":1}",
		.body_length = 7,
		.redirects_max = 10,
	};
	const char *sent;

	assert_int_equal(client_get(fixture, &request)->status, 200);
	sent = raw_server_last(fixture->server);
	assert_ptr_equal(strstr(sent, "POST /ok HTTP/1.1\r\n"), sent);
	assert_non_null(strstr(sent, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(sent, "Content-Length: 7\r\n"));
	assert_null(strcasestr(sent, "Expect:"));
	request.url = client_url(fixture, "/chain/1");
	assert_int_equal(client_get(fixture, &request)->status, 302);
	request.url = client_url(fixture, "/for-now");
	assert_int_equal(client_get(fixture, &request)->status, 301);
	sent = raw_server_last(fixture->server);
	assert_ptr_equal(strstr(sent, "POST /moved-again HTTP/1.1\r\n"), sent);
	assert_non_null(strstr(sent, "\r\n\r\n{\"a\":1}"));
	/* What a POST set up is not left behind for a GET. */
	assert_int_equal(client_get_path(fixture, "/ok")->status, 200);
	sent = raw_server_last(fixture->server);
	assert_ptr_equal(strstr(sent, "GET /ok HTTP/1.1\r\n"), sent);
	assert_null(strcasestr(sent, "Content-"));
}

static void test_cancelled_transfers_are_not_heard_of_again(void **state)
{
	struct fixture *fixture = *state;
	struct http_request running = {.url = client_url(fixture, "/hang"), .polite = true};
	struct http_request refused = {.url = "nonsense"};
	struct http_transfer *transfers[3];

	set_limits(fixture, 1, 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(http_client_start(fixture->client, i == 2 ? &refused : &running,
					 on_done_never, NULL, &transfers[i]),
			0);
	assert_int_equal(http_client_active(fixture->client), 3);
	http_transfer_cancel(transfers[2]); /* ended, not told */
	for (int i = 0; i < 5; i++)
		(void)event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	http_transfer_cancel(transfers[0]);
	http_transfer_cancel(transfers[1]);
	http_transfer_cancel(NULL);
	assert_int_equal(client_get_path(fixture, "/ok")->failure, HTTP_OK);
	assert_int_equal(http_client_active(fixture->client), 0);
}

static void on_done_cancelling(const struct http_response *response, void *userdata)
{
	struct fixture *fixture = userdata;

	http_transfer_cancel(fixture->victim);
	fixture->victim = NULL;
	(void)client_begin(fixture, 1, &(struct http_request){.url = client_url(fixture, "/ok")});
	client_record(fixture, 0, response);
}

static void test_callbacks_may_cancel_and_start_transfers(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(http_client_start(fixture->client,
				 &(struct http_request){.url = client_url(fixture, "/hang")},
				 on_done_never, NULL, &fixture->victim),
		0);
	assert_int_equal(http_client_start(fixture->client,
				 &(struct http_request){.url = client_url(fixture, "/ok")},
				 on_done_cancelling, fixture, NULL),
		0);
	fixture->pending++;
	client_wait(fixture);
	assert_int_equal(fixture->results[1].status, 200);
	assert_int_equal(http_client_active(fixture->client), 0);
}

static void test_client_may_go_with_transfers_in_flight(void **state)
{
	struct fixture *fixture = *state;
	struct http_request hang = {.url = client_url(fixture, "/hang"), .polite = true};

	for (int i = 0; i < 6; i++)
		assert_int_equal(
			http_client_start(fixture->client, &hang, on_done_never, NULL, NULL), 0);
	for (int i = 0; i < 5; i++)
		(void)event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	/* client_teardown() frees the client */
}

static void on_done_taking(const struct http_response *response, void *userdata)
{
	struct fixture *fixture = userdata;
	size_t length;
	char *body = http_response_take(response, &length);

	assert_non_null(body);
	assert_int_equal(length, 5);
	assert_memory_equal(body, "hello", 6);
	free(body);
	fixture->pending--;
	(void)event_base_loopbreak(fixture->base);
}

static void test_a_body_can_be_taken(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(http_client_start(fixture->client,
				 &(struct http_request){.url = client_url(fixture, "/ok")},
				 on_done_taking, fixture, NULL),
		0);
	fixture->pending++;
	client_wait(fixture);
	assert_int_equal(client_get_path(fixture, "/ok")->length, 5);
}

#define CLIENT_TEST(test) cmocka_unit_test_setup_teardown(test, client_setup, client_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(test_p11_polite_requests_to_a_host_go_one_by_one),
		CLIENT_TEST(test_p11_raised_limits_let_waiting_requests_go),
		CLIENT_TEST(test_p11_names_of_one_address_go_one_by_one),
		CLIENT_TEST(test_p11_redirects_keep_the_gap_too),
		CLIENT_TEST(test_p7_a_blocked_host_is_asked_nothing),
		CLIENT_TEST(test_p7_many_that_a_block_ends_are_told_so_in_more_than_one_turn),
		CLIENT_TEST(test_bulk_requests_are_held_and_let_go),
		CLIENT_TEST(test_post_sends_its_body_to_where_307_leads_and_no_further),
		CLIENT_TEST(test_cancelled_transfers_are_not_heard_of_again),
		CLIENT_TEST(test_callbacks_may_cancel_and_start_transfers),
		CLIENT_TEST(test_client_may_go_with_transfers_in_flight),
		CLIENT_TEST(test_a_body_can_be_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
