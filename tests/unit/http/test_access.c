/* Requests with credentials, headers, proxies and cookies: what goes to whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/access.h"
#include "client_fixture.h"

/* What "reader:open sesame" is in base64. */
#define BASIC "Authorization: Basic cmVhZGVyOm9wZW4gc2VzYW1l\r\n"

enum {
	SEEN_SIZE = 4096,
};

struct room {
	struct fixture *fixture;
	struct raw_server *other; /* another origin on the same host */
	struct access *access;
	char seen[SEEN_SIZE]; /* by `other` */
};

static void on_other(const char *path, const char *request, struct raw_reply *reply, void *userdata)
{
	struct room *room = userdata;
	const char *bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother";

	(void)path;
	(void)snprintf(room->seen, SEEN_SIZE, "%s", request);
	if (strstr(request, "CONNECT "))
		bytes = "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n";
	assert_int_equal(buffer_add_string(&reply->bytes, bytes), 0);
}

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	void *fixture;

	assert_non_null(room);
	(void)client_setup(&fixture);
	room->fixture = fixture;
	room->other = raw_server_new(room->fixture->base, "127.0.0.1", on_other, room);
	room->access = access_new();
	assert_non_null(room->access);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;
	void *fixture = room->fixture;

	raw_server_free(room->other);
	(void)client_teardown(&fixture);
	/* The client's copy is gone: this was the last. */
	assert_int_equal(room->access->owners, 1);
	access_unref(room->access);
	free(room);
	return 0;
}

static void give_password(struct room *room)
{
	room->access->user = strdup("reader");
	room->access->password = strdup("open sesame");
}

static void give_header(struct room *room)
{
	room->access->headers = calloc(2, sizeof(char *));
	room->access->headers[0] = strdup("X-Key: secret-key");
}

/* Asks for the path with the room's access; its credentials are for `own`, else for the path's. */
static const struct result *get(struct room *room, const char *path, const char *own)
{
	return client_get(room->fixture,
		&(struct http_request){
			.url = client_url(room->fixture, path),
			.access = room->access,
			.access_url = own,
			.polite = true,
			.redirects_max = 10,
		});
}

static const char *other_url(const struct room *room, const char *path)
{
	static char url[URL_SIZE];

	(void)snprintf(
		url, sizeof(url), "%shttp://127.0.0.1:%u/o", path, raw_server_port(room->other));
	return url;
}

static void test_password_goes_as_basic_and_token_as_bearer(void **state)
{
	struct room *room = *state;
	struct fixture *fixture = room->fixture;

	give_password(room);
	assert_int_equal(get(room, "/ok", NULL)->status, 200);
	assert_non_null(strstr(raw_server_last(fixture->server), BASIC));
	free(room->access->user);
	room->access->user = NULL;
	room->access->token = strdup("t0k.en");
	assert_int_equal(get(room, "/ok", NULL)->status, 200);
	assert_non_null(
		strstr(raw_server_last(fixture->server), "Authorization: Bearer t0k.en\r\n"));
	/* The next request of the client knows nothing of it. */
	assert_int_equal(client_get_path(fixture, "/ok")->status, 200);
	assert_null(strcasestr(raw_server_last(fixture->server), "Authorization"));
}

static void test_credentials_go_along_within_their_origin(void **state)
{
	struct room *room = *state;

	give_password(room);
	give_header(room);
	assert_int_equal(get(room, "/chain/3", NULL)->status, 200);
	assert_non_null(strstr(raw_server_last(room->fixture->server), BASIC));
	assert_non_null(strstr(raw_server_last(room->fixture->server), "X-Key: secret-key\r\n"));
}

static void test_credentials_go_to_no_other_origin(void **state)
{
	struct room *room = *state;

	give_password(room);
	give_header(room);
	assert_string_equal(get(room, other_url(room, "/to?"), NULL)->start, "other");
	assert_non_null(strstr(raw_server_last(room->fixture->server), BASIC));
	assert_null(strcasestr(room->seen, "Authorization"));
	assert_null(strcasestr(room->seen, "X-Key"));
	/* A feed that moved is asked elsewhere: its credentials are still for its own URL. */
	assert_int_equal(get(room, "/ok", "https://127.0.0.1/ok")->status, 200);
	assert_null(strcasestr(raw_server_last(room->fixture->server), "Authorization"));
	assert_null(strcasestr(raw_server_last(room->fixture->server), "X-Key"));
}

static void test_secrets_stand_in_no_words(void **state)
{
	static const char *const paths[] = {
		"/close", "/half", "/garbage", "/huge", "/two-lengths", "/chain/11"};
	struct room *room = *state;

	give_password(room);
	give_header(room);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const struct result *result = get(room, paths[i], NULL);

		assert_int_not_equal(result->failure, HTTP_OK);
		assert_true(strlen(result->words) > 0);
		assert_null(strstr(result->words, "sesame"));
		assert_null(strstr(result->words, "secret-key"));
		assert_null(strstr(result->url, "reader"));
	}
}

static void test_p13_cookies_come_back_within_a_request_that_wants_them(void **state)
{
	struct room *room = *state;

	assert_int_equal(get(room, "/chain/1", NULL)->status, 200);
	assert_int_equal(room->fixture->cookies_seen, 0);
	room->access->cookies = true;
	assert_int_equal(get(room, "/chain/1", NULL)->status, 200);
	assert_int_equal(room->fixture->cookies_seen, 1);
	/* ... and are forgotten afterwards. */
	assert_int_equal(get(room, "/ok", NULL)->status, 200);
	assert_int_equal(room->fixture->cookies_seen, 1);
}

static void use_proxy(struct room *room)
{
	assert_true(asprintf(&room->access->proxy, "http://me:proxy-pw@127.0.0.1:%u",
			    raw_server_port(room->other)) > 0);
}

static void test_proxy_is_asked_for_names_it_resolves(void **state)
{
	struct room *room = *state;
	struct http_request request = {
		.url = "http://feed.invalid/x",
		.access = room->access,
		.private_networks = "", /* the guard holds: the proxy is the administrator's */
		.polite = true,
	};

	use_proxy(room);
	give_password(room);
	request.access_url = request.url;
	assert_string_equal(client_get(room->fixture, &request)->start, "other");
	assert_ptr_equal(strstr(room->seen, "GET http://feed.invalid/x HTTP/1.1\r\n"), room->seen);
	assert_non_null(strstr(room->seen, BASIC));
	assert_non_null(strstr(room->seen, "Proxy-Authorization: Basic "));
}

static void test_proxy_is_no_way_around_the_guard(void **state)
{
	static const char *const urls[] = {"http://127.0.0.1/", "http://[::1]/", "http://10.1.2.3/",
		"http://2130706433/", "http://0x7f.1/", "http://localhost/", "http://a.localhost./",
		"http://[::ffff:169.254.169.254]/"};
	struct room *room = *state;

	use_proxy(room);
	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		struct http_request request = {
			.url = urls[i],
			.access = room->access,
			.private_networks = "",
			.polite = true,
		};

		assert_int_equal(
			client_get(room->fixture, &request)->failure, HTTP_REFUSED_ADDRESS);
	}
	assert_string_equal(room->seen, "");
}

static void test_proxy_that_refuses_is_told_without_its_password(void **state)
{
	struct room *room = *state;
	struct http_request request = {
		.url = "https://feed.invalid/x", .access = room->access, .polite = true};
	const struct result *result;

	use_proxy(room);
	result = client_get(room->fixture, &request);
	assert_int_equal(result->failure, HTTP_PROXY);
	assert_non_null(strstr(result->words, "407"));
	assert_null(strstr(result->words, "proxy-pw"));
}

static void test_unfit_certificates_are_told_as_such(void **state)
{
	struct room *room = *state;
	struct http_request request = {
		.url = client_url(room->fixture, "/ok"), .access = room->access, .polite = true};
	char url[URL_SIZE];

	room->access->certificate.bytes = strdup("-----BEGIN CERTIFICATE-----\n");
	room->access->certificate.length = strlen(room->access->certificate.bytes);
	(void)snprintf(url, sizeof(url), "https%s", request.url + 4);
	request.url = url;
	assert_int_equal(client_get(room->fixture, &request)->failure, HTTP_CERTIFICATE);
	assert_non_null(strstr(room->fixture->results[0].words, "ClientCertificate="));
}

static void test_a_packed_body_comes_as_it_is_to_whom_credentials_open_it(void **state)
{
	struct room *room = *state;
	const struct result *result;

	give_password(room);
	result = client_get(room->fixture,
		&(struct http_request){.url = client_url(room->fixture, "/packed"),
			.access = room->access,
			.polite = true,
			.packed = true});
	assert_int_equal(result->failure, HTTP_OK);
	assert_string_equal(result->start, "bytes");
	assert_non_null(strstr(raw_server_last(room->fixture->server), BASIC));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_password_goes_as_basic_and_token_as_bearer),
		TEST(test_a_packed_body_comes_as_it_is_to_whom_credentials_open_it),
		TEST(test_credentials_go_along_within_their_origin),
		TEST(test_credentials_go_to_no_other_origin),
		TEST(test_secrets_stand_in_no_words),
		TEST(test_p13_cookies_come_back_within_a_request_that_wants_them),
		TEST(test_proxy_is_asked_for_names_it_resolves),
		TEST(test_proxy_is_no_way_around_the_guard),
		TEST(test_proxy_that_refuses_is_told_without_its_password),
		TEST(test_unfit_certificates_are_told_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
