/*
 * The bounds of docs/POLLING.md on the transfer itself, each at its number: what libcurl is told
 * where it keeps the bound, and the last byte that passes where the client does.  The numbers are
 * written out, so that a changed constant fails here.
 */
#define CURL_DISABLE_TYPECHECK

#include <curl/curl.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client_fixture.h"

enum {
	OPTIONS_MAX = 64,
};

/* What was set last, whatever the handle; strings and functions are not looked at. */
static struct {
	CURLoption option;
	long value;
} options[OPTIONS_MAX];
static size_t option_count;

#undef curl_easy_setopt

/* Stands before libcurl's own: notes the value, and passes it on. */
CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	CURLcode (*real)(CURL *, CURLoption, ...);
	void *symbol = dlsym(RTLD_NEXT, "curl_easy_setopt");
	va_list arguments;
	size_t i = 0;
	long value;

	va_start(arguments, option);
	value = va_arg(arguments, long); /* as wide as a pointer and a curl_off_t */
	va_end(arguments);
	while (i < option_count && options[i].option != option)
		i++;
	assert_true(i < OPTIONS_MAX);
	options[i].option = option;
	options[i].value = value;
	option_count += i == option_count;
	memcpy(&real, &symbol, sizeof(real));
	return real(easy, option, value);
}

static long value_of(CURLoption option)
{
	for (size_t i = 0; i < option_count; i++)
		if (options[i].option == option)
			return options[i].value;
	fail_msg("option %d was not set", (int)option);
	return 0;
}

static void test_name_and_connection_have_ten_seconds(void **state)
{
	(void)client_get_path(*state, "/ok");
	assert_int_equal(value_of(CURLOPT_CONNECTTIMEOUT_MS), 10 * 1000);
}

static void test_a_transfer_has_sixty_seconds_for_all_its_hops(void **state)
{
	(void)client_get_path(*state, "/ok");
	assert_int_equal(value_of(CURLOPT_TIMEOUT_MS), 60 * 1000);
	(void)client_get_path(*state, "/chain/2");
	assert_in_range(value_of(CURLOPT_TIMEOUT_MS), 1, 60 * 1000 - 1);
}

static void test_less_than_100_bytes_a_second_over_15_seconds_is_too_slow(void **state)
{
	(void)client_get_path(*state, "/ok");
	assert_int_equal(value_of(CURLOPT_LOW_SPEED_LIMIT), 100);
	assert_int_equal(value_of(CURLOPT_LOW_SPEED_TIME), 15);
}

/* Who takes a webhook may work for a while before it answers. */
static void test_who_may_be_slow_has_its_time_out_alone(void **state)
{
	struct fixture *fixture = *state;
	const struct http_request request = {
		.url = client_url(fixture, "/ok"), .timeout = 10 * USEC_MINUTE, .patient = true};

	assert_int_equal(client_get(fixture, &request)->status, 200);
	assert_int_equal(value_of(CURLOPT_LOW_SPEED_TIME), 0);
	assert_int_equal(value_of(CURLOPT_TIMEOUT_MS), 10 * 60 * 1000);
	/* A document that comes next is not given as much. */
	(void)client_get_path(fixture, "/ok");
	assert_int_equal(value_of(CURLOPT_LOW_SPEED_TIME), 15);
}

static void test_a_document_is_16_mib_whether_its_length_is_told_or_not(void **state)
{
	const struct result *result = client_get_path(*state, "/bytes/16777216");

	assert_int_equal(value_of(CURLOPT_MAXFILESIZE_LARGE), 16777216);
	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->length, 16777216);
	assert_int_equal(client_get_path(*state, "/bytes/16777217")->failure, HTTP_TOO_LARGE);
	result = client_get_path(*state, "/unbounded/16777216");
	assert_int_equal(result->failure, HTTP_OK);
	assert_int_equal(result->length, 16777216);
	result = client_get_path(*state, "/unbounded/16777217");
	assert_int_equal(result->failure, HTTP_TOO_LARGE);
	assert_non_null(strstr(result->words, "document too large"));
	assert_int_equal(client_get_path(*state, "/huge")->failure, HTTP_TOO_LARGE);
}

static void test_headers_are_100_fields_at_most(void **state)
{
	assert_int_equal(client_get_path(*state, "/fields/100")->failure, HTTP_OK);
	assert_int_equal(client_get_path(*state, "/fields/101")->failure, HTTP_BROKEN);
}

static void test_ten_redirects_are_followed_and_no_more_whoever_wishes_it(void **state)
{
	struct fixture *fixture = *state;
	struct http_request request = {
		.url = client_url(fixture, "/chain/10"), .redirects_max = 100};
	const struct result *result;

	assert_int_equal(client_get(fixture, &request)->status, 200);
	assert_int_equal(value_of(CURLOPT_FOLLOWLOCATION), 0);
	request.url = client_url(fixture, "/chain/11");
	result = client_get(fixture, &request);
	assert_int_equal(result->failure, HTTP_TOO_MANY_REDIRECTS);
	assert_non_null(strstr(result->words, "look for the feed's present URL"));
}

#define CLIENT_TEST(test) cmocka_unit_test_setup_teardown(test, client_setup, client_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(test_name_and_connection_have_ten_seconds),
		CLIENT_TEST(test_a_transfer_has_sixty_seconds_for_all_its_hops),
		CLIENT_TEST(test_less_than_100_bytes_a_second_over_15_seconds_is_too_slow),
		CLIENT_TEST(test_who_may_be_slow_has_its_time_out_alone),
		CLIENT_TEST(test_a_document_is_16_mib_whether_its_length_is_told_or_not),
		CLIENT_TEST(test_headers_are_100_fields_at_most),
		CLIENT_TEST(test_ten_redirects_are_followed_and_no_more_whoever_wishes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
