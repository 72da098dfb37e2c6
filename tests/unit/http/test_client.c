/* The client against a real server on loopback. */
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
#include <zstd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "http/bounds.h"
#include "raw_server.h"

enum {
	URL_SIZE = 256,
	RESULTS_MAX = 16,
};

#define HEADERS(...) ((const char *const[]){__VA_ARGS__, NULL})

struct result {
	bool done;
	unsigned order;
	enum http_failure failure;
	int status;
	size_t length;
	char url[URL_SIZE];
	char permanent_url[URL_SIZE];
	char words[HTTP_WORDS_SIZE];
	char etag[64];
	char start[64]; /* of the body */
	usec retry_at;
};

struct fixture {
	struct event_base *base;
	struct clock *clock;
	struct http_client *client;
	struct raw_server *server;
	unsigned pending;
	unsigned finished;
	struct result results[RESULTS_MAX];
	unsigned bound_seen;   /* requests with If-None-Match */
	unsigned common_seen;  /* requests with X-Common */
	unsigned cookies_seen; /* requests with a cookie or referer */
	struct http_transfer *victim;
};

static void reply_add(struct raw_reply *reply, const char *text)
{
	assert_int_equal(buffer_add_string(&reply->bytes, text), 0);
}

static void reply_body(struct raw_reply *reply, const void *body, size_t length)
{
	assert_int_equal(buffer_printf(&reply->bytes, "Content-Length: %zu\r\n\r\n", length), 0);
	assert_int_equal(buffer_add(&reply->bytes, body, length), 0);
}

static void reply_redirect(struct raw_reply *reply, int status, const char *location)
{
	assert_int_equal(buffer_printf(&reply->bytes,
				 "HTTP/1.1 %d Elsewhere\r\nSet-Cookie: a=b\r\nLocation: "
				 "%s\r\nContent-Length: 0\r\n\r\n",
				 status, location),
		0);
}

/* /zeros/N: N zero bytes, packed */
static void reply_packed(struct raw_reply *reply, size_t length)
{
	void *zeros = calloc(1, length);
	size_t room = ZSTD_compressBound(length);
	void *packed = malloc(room);
	size_t size;

	assert_non_null(zeros);
	assert_non_null(packed);
	size = ZSTD_compress(packed, room, zeros, length, 1);
	assert_false(ZSTD_isError(size));
	reply_add(reply, "HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n");
	reply_body(reply, packed, size);
	free(zeros);
	free(packed);
}

static void reply_bytes(struct raw_reply *reply, size_t length)
{
	char *bytes = malloc(length + 1);

	assert_non_null(bytes);
	memset(bytes, 'x', length);
	reply_add(reply, "HTTP/1.1 200 OK\r\n");
	reply_body(reply, bytes, length);
	free(bytes);
}

static void reply_fields(struct raw_reply *reply, unsigned long count)
{
	reply_add(reply, "HTTP/1.1 200 OK\r\n");
	for (unsigned long i = 1; i < count; i++)
		assert_int_equal(buffer_printf(&reply->bytes, "X-%lu: y\r\n", i), 0);
	reply_body(reply, "ok", 2);
}

static bool reply_by_name(const char *path, struct raw_reply *reply)
{
	static const struct {
		const char *path;
		const char *bytes;
		enum raw_end end;
	} replies[] = {
		{"/close", "", RAW_CLOSE},
		{"/reset", "", RAW_RESET},
		{"/half", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", RAW_CLOSE},
		{"/half-reset", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", RAW_RESET},
		{"/chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
			RAW_CLOSE},
		{"/garbage", "SMTP server ready\r\n\r\n", RAW_CLOSE},
		{"/unknown-coding",
			"HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\nContent-Length: 1\r\n\r\nx",
			RAW_KEEP},
		{"/bad-coding",
			"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
			"5\r\n\r\nplain",
			RAW_KEEP},
		{"/huge", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nx",
			RAW_KEEP},
		{"/two-lengths",
			"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
			RAW_CLOSE},
		{"/hang", "", RAW_KEEP},
		{"/nowhere", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", RAW_KEEP},
	};

	for (size_t i = 0; i < ARRAY_SIZE(replies); i++) {
		if (strcmp(path, replies[i].path) != 0)
			continue;
		reply_add(reply, replies[i].bytes);
		reply->end = replies[i].end;
		return true;
	}
	return false;
}

static void on_request(
	const char *path, const char *request, struct raw_reply *reply, void *userdata)
{
	struct fixture *fixture = userdata;
	const char *number = strrchr(path, '/') + 1;
	char next[URL_SIZE];

	fixture->bound_seen += strstr(request, "If-None-Match: \"v\"") != NULL;
	fixture->common_seen += strstr(request, "X-Common: yes") != NULL;
	fixture->cookies_seen +=
		strcasestr(request, "cookie:") != NULL || strcasestr(request, "referer:") != NULL;
	if (reply_by_name(path, reply))
		return;
	if (strncmp(path, "/chain/", 7) == 0 && strcmp(number, "0") != 0) {
		(void)snprintf(next, sizeof(next), "/chain/%ld", atol(number) - 1);
		reply_redirect(reply, 302, next);
	} else if (strcmp(path, "/moved") == 0) {
		reply_redirect(reply, 301, "/moved-on");
	} else if (strcmp(path, "/moved-on") == 0) {
		reply_redirect(reply, 308, "/for-now");
	} else if (strcmp(path, "/for-now") == 0) {
		reply_redirect(reply, 307, "/moved-again");
	} else if (strcmp(path, "/moved-again") == 0) {
		reply_redirect(reply, 301, "/ok");
	} else if (strncmp(path, "/to?", 4) == 0) {
		reply_redirect(reply, 302, path + 4);
	} else if (strncmp(path, "/bytes/", 7) == 0) {
		reply_bytes(reply, (size_t)atol(number));
	} else if (strncmp(path, "/zeros/", 7) == 0) {
		reply_packed(reply, (size_t)atol(number));
	} else if (strncmp(path, "/fields/", 8) == 0) {
		reply_fields(reply, (unsigned long)atol(number));
	} else if (strncmp(path, "/late/", 6) == 0) {
		reply->delay_ms = (unsigned)atol(number);
		reply_bytes(reply, 4);
	} else {
		reply_add(reply, "HTTP/1.1 200 OK\r\nETag: \"v\"\r\n");
		reply_body(reply, "hello", 5);
	}
}

static void record(struct fixture *fixture, size_t i, const struct http_response *response)
{
	struct result *result = &fixture->results[i];
	const char *etag = http_response_header(response, "etag");

	assert_false(result->done);
	*result = (struct result){
		.done = true,
		.order = ++fixture->finished,
		.failure = response->failure,
		.status = response->status,
		.length = response->length,
		.retry_at = response->retry_at,
	};
	(void)snprintf(result->url, URL_SIZE, "%s", response->url);
	(void)snprintf(result->permanent_url, URL_SIZE, "%s",
		response->permanent_url ? response->permanent_url : "");
	(void)snprintf(
		result->words, sizeof(result->words), "%s", response->words ? response->words : "");
	(void)snprintf(result->etag, sizeof(result->etag), "%s", etag ? etag : "");
	if (response->body)
		(void)snprintf(result->start, sizeof(result->start), "%s", response->body);
	if (--fixture->pending == 0)
		(void)event_base_loopbreak(fixture->base);
}

struct call {
	struct fixture *fixture;
	size_t index;
};

static void on_done(const struct http_response *response, void *userdata)
{
	struct call *call = userdata;
	struct fixture *fixture = call->fixture;
	size_t index = call->index;

	free(call);
	record(fixture, index, response);
}

static const char *url_of(struct fixture *fixture, const char *path)
{
	static char urls[4][URL_SIZE];
	static unsigned turn;
	char *url = urls[turn++ % 4];

	(void)snprintf(
		url, URL_SIZE, "http://127.0.0.1:%u%s", raw_server_port(fixture->server), path);
	return url;
}

static struct http_transfer *begin(
	struct fixture *fixture, size_t index, const struct http_request *request)
{
	struct call *call = malloc(sizeof(*call));
	struct http_transfer *transfer;

	assert_non_null(call);
	*call = (struct call){fixture, index};
	assert_int_equal(http_client_start(fixture->client, request, on_done, call, &transfer), 0);
	fixture->pending++;
	return transfer;
}

static void wait_all(struct fixture *fixture)
{
	if (fixture->pending > 0)
		(void)event_base_dispatch(fixture->base);
	assert_int_equal(fixture->pending, 0);
}

/* One request from beginning to end. */
static const struct result *get(struct fixture *fixture, const struct http_request *request)
{
	fixture->results[0].done = false;
	(void)begin(fixture, 0, request);
	wait_all(fixture);
	return &fixture->results[0];
}

static const struct result *get_path(struct fixture *fixture, const char *path)
{
	return get(fixture,
		&(struct http_request){
			.url = url_of(fixture, path), .polite = true, .redirects_max = 10});
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct http_options options = {
		.user_agent = "wirewatch/test (+mailto:ops@example.org)",
		.private_networks = "127.0.0.1/32",
		.max_transfers = 8,
		.host_connections = 4,
	};

	assert_non_null(fixture);
	fixture->base = options.base = event_base_new();
	assert_int_equal(clock_new_system(fixture->base, &fixture->clock), 0);
	options.clock = fixture->clock;
	assert_int_equal(http_client_new(&options, &fixture->client), 0);
	fixture->server = raw_server_new(fixture->base, "127.0.0.1", on_request, fixture);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	http_client_free(fixture->client);
	raw_server_free(fixture->server);
	clock_free_system(fixture->clock);
	event_base_free(fixture->base);
	free(fixture);
	return 0;
}

static void test_client_brings_status_headers_and_body(void **state)
{
	const struct result *result = get_path(*state, "/ok");

	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->status, 200);
	assert_string_equal(result->start, "hello");
	assert_string_equal(result->etag, "\"v\"");
	assert_string_equal(result->url, url_of(*state, "/ok"));
	assert_string_equal(result->permanent_url, "");
}

static void test_p13_p14_p15_request_says_no_more_than_it_should(void **state)
{
	struct fixture *fixture = *state;
	const char *request;

	(void)get_path(fixture, "/ok");
	request = raw_server_last(fixture->server);
	assert_ptr_equal(strstr(request, "GET /ok HTTP/1.1\r\n"), request);
	assert_non_null(
		strstr(request, "User-Agent: wirewatch/test (+mailto:ops@example.org)\r\n"));
	assert_non_null(strstr(request, "Accept-Encoding: "));
	assert_non_null(strstr(request, "gzip"));
	assert_non_null(strstr(request, "br"));
	assert_non_null(strstr(request, "zstd"));
	assert_null(strcasestr(request, "Cookie:"));
	assert_null(strcasestr(request, "Referer:"));
	assert_null(strcasestr(request, "Range:"));
}

static void test_p15_connections_are_kept_alive(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 5; i++)
		assert_int_equal(get_path(fixture, "/ok")->failure, HTTP_OK);
	assert_int_equal(raw_server_requests(fixture->server), 5);
	assert_int_equal(raw_server_connections(fixture->server), 1);
}

static void test_client_minds_no_proxy_of_the_environment(void **state)
{
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:9/", 1), 0);
	assert_int_equal(get_path(*state, "/ok")->failure, HTTP_OK);
	assert_int_equal(unsetenv("http_proxy"), 0);
}

static void test_p10_only_the_permanent_beginning_of_a_chain_is_a_move(void **state)
{
	const struct result *result = get_path(*state, "/moved");

	assert_int_equal(result->status, 200);
	assert_string_equal(result->url, url_of(*state, "/ok"));
	assert_string_equal(result->permanent_url, url_of(*state, "/for-now"));
	result = get_path(*state, "/for-now");
	assert_int_equal(result->status, 200);
	assert_string_equal(result->permanent_url, "");
}

static void test_p2_bound_headers_go_to_their_url_alone(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {
		.url = url_of(fixture, "/chain/2"),
		.headers = HEADERS("X-Common: yes"),
		.bound_headers = HEADERS("If-None-Match: \"v\""),
		.bound_url = url_of(fixture, "/chain/1"),
		.redirects_max = 10,
	};

	assert_int_equal(get(fixture, &request)->failure, HTTP_OK);
	assert_int_equal(raw_server_requests(fixture->server), 3);
	assert_int_equal(fixture->common_seen, 3);
	assert_int_equal(fixture->bound_seen, 1);
	request.bound_url = "http://elsewhere.example/";
	assert_int_equal(get(fixture, &request)->failure, HTTP_OK);
	assert_int_equal(fixture->common_seen, 6);
	assert_int_equal(fixture->bound_seen, 1);
}

static void test_p13_cookies_and_referer_are_not_sent_on(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(get_path(fixture, "/chain/3")->failure, HTTP_OK);
	assert_int_equal(fixture->cookies_seen, 0);
}

static void test_p10_ten_redirects_are_followed_and_no_more(void **state)
{
	const struct result *result = get_path(*state, "/chain/10");

	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->status, 200);
	result = get_path(*state, "/chain/11");
	assert_int_equal(result->failure, HTTP_TOO_MANY_REDIRECTS);
	assert_true(strlen(result->words) > 0);
}

static void test_redirects_are_answers_where_none_are_to_be_followed(void **state)
{
	struct fixture *fixture = *state;
	const struct result *result =
		get(fixture, &(struct http_request){.url = url_of(fixture, "/chain/1")});

	assert_int_equal(result->status, 302);
	result = get_path(fixture, "/nowhere");
	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->status, 302);
}

static void test_redirects_to_other_schemes_are_refused(void **state)
{
	static const char *const paths[] = {
		"/to?file:///etc/passwd", "/to?gopher://127.0.0.1/", "/to?ftp://127.0.0.1/x"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const struct result *result = get_path(*state, paths[i]);

		assert_int_equal(result->failure, HTTP_REFUSED_URL);
		assert_true(strlen(result->words) > 0);
	}
}

static void test_redirects_to_private_addresses_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct raw_server *secret = raw_server_new(fixture->base, "127.0.0.2", on_request, fixture);
	static const char *const hosts[] = {"127.0.0.2", "0x7f.2", "2130706434", "127.2",
		"0177.0.0.02", "[::ffff:127.0.0.2]", "[::1]"};
	char path[URL_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		(void)snprintf(
			path, sizeof(path), "/to?http://%s:%u/", hosts[i], raw_server_port(secret));
		assert_int_equal(get_path(fixture, path)->failure, HTTP_REFUSED_ADDRESS);
	}
	assert_int_equal(raw_server_connections(secret), 0);
	raw_server_free(secret);
}

static void test_guard_looks_at_kept_connections_too(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {.url = url_of(fixture, "/ok")};

	assert_int_equal(get(fixture, &request)->failure, HTTP_OK);
	request.private_networks = "10.0.0.0/8";
	assert_int_equal(get(fixture, &request)->failure, HTTP_REFUSED_ADDRESS);
	assert_int_equal(raw_server_requests(fixture->server), 1);
	request.unguarded = true;
	assert_int_equal(get(fixture, &request)->failure, HTTP_OK);
}

static void test_guard_follows_a_changed_configuration(void **state)
{
	struct fixture *fixture = *state;
	struct http_options options = {
		.user_agent = "changed", .max_transfers = 8, .host_connections = 1};

	assert_int_equal(http_client_configure(fixture->client, &options), 0);
	assert_int_equal(get_path(fixture, "/ok")->failure, HTTP_REFUSED_ADDRESS);
}

static void test_document_is_bounded_as_asked(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {.url = url_of(fixture, "/bytes/1000"), .body_max = 1000};
	const struct result *result = get(fixture, &request);

	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->length, 1000);
	request.body_max = 999;
	assert_int_equal(get(fixture, &request)->failure, HTTP_TOO_LARGE);
	request.truncate = true;
	result = get(fixture, &request);
	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->length, 999);
}

static void test_document_is_16_mib_at_most(void **state)
{
	const struct result *result = get_path(*state, "/bytes/16777216");

	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->length, 16777216);
	assert_int_equal(get_path(*state, "/bytes/16777217")->failure, HTTP_TOO_LARGE);
	assert_int_equal(get_path(*state, "/huge")->failure, HTTP_TOO_LARGE);
}

static void test_document_packed_beyond_the_ratio_is_refused(void **state)
{
	const struct result *result = get_path(*state, "/zeros/1048576");

	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->length, 1048576);
	result = get_path(*state, "/zeros/1048577");
	assert_int_equal(result->failure, HTTP_TOO_LARGE);
	assert_non_null(strstr(result->words, "document too large"));
}

static void test_headers_are_100_fields_at_most(void **state)
{
	assert_int_equal(get_path(*state, "/fields/100")->failure, HTTP_OK);
	assert_int_equal(get_path(*state, "/fields/101")->failure, HTTP_BROKEN);
}

static void test_broken_responses_are_failures_in_words(void **state)
{
	static const char *const paths[] = {"/close", "/reset", "/half", "/half-reset", "/chunk",
		"/garbage", "/unknown-coding", "/bad-coding", "/two-lengths"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const struct result *result = get_path(*state, paths[i]);

		if (result->failure != HTTP_BROKEN)
			fail_msg("%s: %d", paths[i], result->failure);
		assert_true(strlen(result->words) > 20);
	}
}

static void test_a_server_that_hangs_is_given_up(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {.url = url_of(fixture, "/hang"), .timeout = 100 * USEC_MSEC};
	const struct result *result = get(fixture, &request);

	assert_int_equal(result->failure, HTTP_TIMEOUT);
	assert_true(strlen(result->words) > 20);
}

static void test_the_timeout_is_of_all_hops_together(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {
		.url = url_of(fixture, "/late/120"),
		.timeout = 400 * USEC_MSEC,
		.redirects_max = 10,
	};

	assert_int_equal(get(fixture, &request)->failure, HTTP_OK);
	request.timeout = 60 * USEC_MSEC;
	assert_int_equal(get(fixture, &request)->failure, HTTP_TIMEOUT);
}

static void test_a_port_where_nobody_listens_is_a_failure(void **state)
{
	struct fixture *fixture = *state;
	struct raw_server *gone = raw_server_new(fixture->base, "127.0.0.1", on_request, fixture);
	char url[URL_SIZE];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", raw_server_port(gone));
	raw_server_free(gone);
	assert_int_equal(get(fixture, &(struct http_request){.url = url})->failure, HTTP_CONNECT);
}

static void test_what_is_no_url_is_refused_later_not_at_once(void **state)
{
	struct fixture *fixture = *state;
	static char url[URL_BYTES_MAX + 10];

	(void)begin(fixture, 1, &(struct http_request){.url = "nonsense"});
	assert_false(fixture->results[1].done);
	(void)snprintf(url, sizeof(url), "http://a/%0*d", (int)sizeof(url) - 10, 1);
	(void)begin(fixture, 2, &(struct http_request){.url = url});
	wait_all(fixture);
	assert_int_equal(fixture->results[1].failure, HTTP_REFUSED_URL);
	assert_int_equal(fixture->results[2].failure, HTTP_REFUSED_URL);
	assert_string_equal(fixture->results[2].url, "");
}

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
	struct http_request request = {.url = url_of(fixture, "/late/10"), .polite = true};

	set_limits(fixture, 1, 0);
	for (size_t i = 0; i < 6; i++)
		(void)begin(fixture, i, &request);
	wait_all(fixture);
	assert_int_equal(raw_server_peak(fixture->server), 1);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(fixture->results[i].order, i + 1);
}

static void test_p11_raised_limits_let_waiting_requests_go(void **state)
{
	struct fixture *fixture = *state;
	struct http_request hang = {.url = url_of(fixture, "/hang")};
	struct http_options options = {
		.user_agent = "test", .private_networks = "yes", .host_connections = 8};

	hang.polite = true;
	options.max_transfers = 1;
	assert_int_equal(http_client_configure(fixture->client, &options), 0);
	assert_int_equal(
		http_client_start(fixture->client, &hang, on_done_never, NULL, &fixture->victim),
		0);
	(void)begin(
		fixture, 0, &(struct http_request){.url = url_of(fixture, "/ok"), .polite = true});
	for (int i = 0; i < 5; i++)
		(void)event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	assert_false(fixture->results[0].done);
	options.max_transfers = 2;
	assert_int_equal(http_client_configure(fixture->client, &options), 0);
	wait_all(fixture);
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
		(void)begin(fixture, i,
			&(struct http_request){
				.url = i % 2 == 0 ? url_of(fixture, "/late/20") : url,
				.polite = true});
	wait_all(fixture);
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
	assert_int_equal(get_path(fixture, "/chain/3")->failure, HTTP_OK);
	assert_true(clock_monotonic(fixture->clock) - begun >= 3 * 30 * USEC_MSEC);
}

static void test_p7_a_blocked_host_is_asked_nothing(void **state)
{
	struct fixture *fixture = *state;
	const char *url = url_of(fixture, "/late/10");
	usec until = clock_now(fixture->clock) + USEC_DAY;

	set_limits(fixture, 1, 0);
	for (size_t i = 0; i < 3; i++)
		(void)begin(fixture, i, &(struct http_request){.url = url, .polite = true});
	assert_int_equal(http_client_block_host(fixture->client, url, until), 0);
	(void)begin(fixture, 3, &(struct http_request){.url = url, .polite = true});
	(void)begin(fixture, 4, &(struct http_request){.url = url});
	wait_all(fixture);
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

static void test_bulk_requests_are_held_and_let_go(void **state)
{
	struct fixture *fixture = *state;
	const char *url = url_of(fixture, "/ok");

	http_client_hold(fixture->client, true);
	(void)begin(fixture, 0, &(struct http_request){.url = url, .polite = true, .bulk = true});
	(void)begin(fixture, 1, &(struct http_request){.url = url, .polite = true});
	while (!fixture->results[1].done)
		(void)event_base_loop(fixture->base, EVLOOP_ONCE);
	assert_false(fixture->results[0].done);
	http_client_hold(fixture->client, false);
	wait_all(fixture);
	assert_int_equal(fixture->results[0].failure, HTTP_OK);
}

static void test_post_sends_its_body_and_follows_no_redirect(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {
		.method = "POST",
		.url = url_of(fixture, "/ok"),
		.headers = HEADERS("Content-Type: application/json"),
		.body = "{\"a\":1}",
		.body_length = 7,
		.redirects_max = 10,
	};
	const char *sent;

	assert_int_equal(get(fixture, &request)->status, 200);
	sent = raw_server_last(fixture->server);
	assert_ptr_equal(strstr(sent, "POST /ok HTTP/1.1\r\n"), sent);
	assert_non_null(strstr(sent, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(sent, "Content-Length: 7\r\n"));
	assert_null(strcasestr(sent, "Expect:"));
	request.url = url_of(fixture, "/chain/1");
	assert_int_equal(get(fixture, &request)->status, 302);
	/* What a POST set up is not left behind for a GET. */
	assert_int_equal(get_path(fixture, "/ok")->status, 200);
	sent = raw_server_last(fixture->server);
	assert_ptr_equal(strstr(sent, "GET /ok HTTP/1.1\r\n"), sent);
	assert_null(strcasestr(sent, "Content-"));
}

static void test_cancelled_transfers_are_not_heard_of_again(void **state)
{
	struct fixture *fixture = *state;
	struct http_request running = {.url = url_of(fixture, "/hang"), .polite = true};
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
	assert_int_equal(get_path(fixture, "/ok")->failure, HTTP_OK);
	assert_int_equal(http_client_active(fixture->client), 0);
}

static void on_done_cancelling(const struct http_response *response, void *userdata)
{
	struct fixture *fixture = userdata;

	http_transfer_cancel(fixture->victim);
	fixture->victim = NULL;
	(void)begin(fixture, 1, &(struct http_request){.url = url_of(fixture, "/ok")});
	record(fixture, 0, response);
}

static void test_callbacks_may_cancel_and_start_transfers(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(http_client_start(fixture->client,
				 &(struct http_request){.url = url_of(fixture, "/hang")},
				 on_done_never, NULL, &fixture->victim),
		0);
	assert_int_equal(http_client_start(fixture->client,
				 &(struct http_request){.url = url_of(fixture, "/ok")},
				 on_done_cancelling, fixture, NULL),
		0);
	fixture->pending++;
	wait_all(fixture);
	assert_int_equal(fixture->results[1].status, 200);
	assert_int_equal(http_client_active(fixture->client), 0);
}

static void test_client_may_go_with_transfers_in_flight(void **state)
{
	struct fixture *fixture = *state;
	struct http_request hang = {.url = url_of(fixture, "/hang"), .polite = true};

	for (int i = 0; i < 6; i++)
		assert_int_equal(
			http_client_start(fixture->client, &hang, on_done_never, NULL, NULL), 0);
	for (int i = 0; i < 5; i++)
		(void)event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	/* teardown() frees the client */
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
				 &(struct http_request){.url = url_of(fixture, "/ok")},
				 on_done_taking, fixture, NULL),
		0);
	fixture->pending++;
	wait_all(fixture);
	assert_int_equal(get_path(fixture, "/ok")->length, 5);
}

#define CLIENT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(test_client_brings_status_headers_and_body),
		CLIENT_TEST(test_p13_p14_p15_request_says_no_more_than_it_should),
		CLIENT_TEST(test_p15_connections_are_kept_alive),
		CLIENT_TEST(test_client_minds_no_proxy_of_the_environment),
		CLIENT_TEST(test_p10_only_the_permanent_beginning_of_a_chain_is_a_move),
		CLIENT_TEST(test_p2_bound_headers_go_to_their_url_alone),
		CLIENT_TEST(test_p13_cookies_and_referer_are_not_sent_on),
		CLIENT_TEST(test_p10_ten_redirects_are_followed_and_no_more),
		CLIENT_TEST(test_redirects_are_answers_where_none_are_to_be_followed),
		CLIENT_TEST(test_redirects_to_other_schemes_are_refused),
		CLIENT_TEST(test_redirects_to_private_addresses_are_refused),
		CLIENT_TEST(test_guard_looks_at_kept_connections_too),
		CLIENT_TEST(test_guard_follows_a_changed_configuration),
		CLIENT_TEST(test_document_is_bounded_as_asked),
		CLIENT_TEST(test_document_is_16_mib_at_most),
		CLIENT_TEST(test_document_packed_beyond_the_ratio_is_refused),
		CLIENT_TEST(test_headers_are_100_fields_at_most),
		CLIENT_TEST(test_broken_responses_are_failures_in_words),
		CLIENT_TEST(test_a_server_that_hangs_is_given_up),
		CLIENT_TEST(test_the_timeout_is_of_all_hops_together),
		CLIENT_TEST(test_a_port_where_nobody_listens_is_a_failure),
		CLIENT_TEST(test_what_is_no_url_is_refused_later_not_at_once),
		CLIENT_TEST(test_p11_polite_requests_to_a_host_go_one_by_one),
		CLIENT_TEST(test_p11_raised_limits_let_waiting_requests_go),
		CLIENT_TEST(test_p11_names_of_one_address_go_one_by_one),
		CLIENT_TEST(test_p11_redirects_keep_the_gap_too),
		CLIENT_TEST(test_p7_a_blocked_host_is_asked_nothing),
		CLIENT_TEST(test_bulk_requests_are_held_and_let_go),
		CLIENT_TEST(test_post_sends_its_body_and_follows_no_redirect),
		CLIENT_TEST(test_cancelled_transfers_are_not_heard_of_again),
		CLIENT_TEST(test_callbacks_may_cancel_and_start_transfers),
		CLIENT_TEST(test_client_may_go_with_transfers_in_flight),
		CLIENT_TEST(test_a_body_can_be_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
