#include "client_fixture.h"

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

#include "base/buffer.h"

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

/* The end of the connection is the end of the body where its length is not told. */
static void reply_bytes(struct raw_reply *reply, size_t length, bool told)
{
	char *bytes = malloc(length + 1);

	assert_non_null(bytes);
	memset(bytes, 'x', length);
	reply_add(reply, "HTTP/1.1 200 OK\r\n");
	if (told) {
		reply_body(reply, bytes, length);
	} else {
		reply_add(reply, "\r\n");
		assert_int_equal(buffer_add(&reply->bytes, bytes, length), 0);
		reply->end = RAW_CLOSE;
	}
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
		{"/packed",
			"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\ncontent-encoding: gzip, "
			"rot13\r\n"
			"Content-Length: 5\r\n\r\nbytes",
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

void client_on_request(
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
	} else if (strcmp(path, "/moved-again") == 0 || strcmp(path, "/@moved?@") == 0) {
		reply_redirect(reply, 301, "/ok");
	} else if (strncmp(path, "/to?", 4) == 0) {
		reply_redirect(reply, 302, path + 4);
	} else if (strncmp(path, "/bytes/", 7) == 0) {
		reply_bytes(reply, (size_t)atol(number), true);
	} else if (strncmp(path, "/unbounded/", 11) == 0) {
		reply_bytes(reply, (size_t)atol(number), false);
	} else if (strncmp(path, "/fields/", 8) == 0) {
		reply_fields(reply, (unsigned long)atol(number));
	} else if (strncmp(path, "/late/", 6) == 0) {
		reply->delay_ms = (unsigned)atol(number);
		reply_bytes(reply, 4, true);
	} else {
		reply_add(reply, "HTTP/1.1 200 OK\r\nETag: \"v\"\r\n");
		reply_body(reply, "hello", 5);
	}
}

void client_record(struct fixture *fixture, size_t i, const struct http_response *response)
{
	struct result *result = &fixture->results[i];
	const char *etag = http_response_header(response, "etag");
	char *encoding;

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
	assert_int_equal(http_response_list(response, "Content-Encoding", &encoding), 0);
	(void)snprintf(result->encoding, sizeof(result->encoding), "%s", encoding ? encoding : "");
	free(encoding);
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
	client_record(fixture, index, response);
}

const char *client_url(struct fixture *fixture, const char *path)
{
	static char urls[4][URL_SIZE];
	static unsigned turn;
	char *url = urls[turn++ % 4];

	(void)snprintf(
		url, URL_SIZE, "http://127.0.0.1:%u%s", raw_server_port(fixture->server), path);
	return url;
}

struct http_transfer *client_begin(
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

void client_wait(struct fixture *fixture)
{
	if (fixture->pending > 0)
		(void)event_base_dispatch(fixture->base);
	assert_int_equal(fixture->pending, 0);
}

/* One request from beginning to end. */
const struct result *client_get(struct fixture *fixture, const struct http_request *request)
{
	fixture->results[0].done = false;
	(void)client_begin(fixture, 0, request);
	client_wait(fixture);
	return &fixture->results[0];
}

const struct result *client_get_path(struct fixture *fixture, const char *path)
{
	return client_get(fixture,
		&(struct http_request){.url = client_url(fixture, path),
			.polite = true,
			.packed = true,
			.redirects_max = 10});
}

int client_setup(void **state)
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
	fixture->server = raw_server_new(fixture->base, "127.0.0.1", client_on_request, fixture);
	*state = fixture;
	return 0;
}

int client_teardown(void **state)
{
	struct fixture *fixture = *state;

	http_client_free(fixture->client);
	raw_server_free(fixture->server);
	clock_free_system(fixture->clock);
	event_base_free(fixture->base);
	free(fixture);
	return 0;
}
