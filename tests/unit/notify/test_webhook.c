#include "notify/webhook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "notify/signature.h"
#include "receiver.h"
#include "support/fake_clock.h"

#define NOON (UINT64_C(1792324800) * USEC_SEC)

static const unsigned char key[] = "0123456789abcdef01234567";
static const unsigned char next_key[] = "abcdef0123456789abcdef01";

static const struct alert alert = {
	.id = {"01KAJ4XG00ARTCCE0000000001"},
	.type = EVENT_STORY_NEW,
	.event = "{\"type\":\"story.new\"}",
};

static const struct rendering plain = {
	.body = "{\"type\":\"story.new\"}",
	.length = sizeof("{\"type\":\"story.new\"}") - 1,
	.content_type = "application/json",
};

static struct hook plain_hook(void)
{
	return (struct hook){
		.name = "desk",
		.kind = HOOK_WEBHOOK,
		.url = "https://hooks.example.org/T0/secret",
		.timeout = 7 * USEC_SEC,
		.secret = key,
		.secret_length = 24,
	};
}

static char *headers_of(const struct hook *hook, struct arena *arena)
{
	const char **headers;
	char *all = arena_strdup(arena, "");

	assert_int_equal(webhook_headers(hook, &alert, &plain, NOON, arena, &headers), 0);
	for (size_t i = 0; headers[i]; i++)
		all = arena_printf(arena, "%s%s\n", all, headers[i]);
	assert_non_null(all);
	return all;
}

static char *signature_of(const unsigned char *with, struct arena *arena)
{
	struct signature_subject subject = {
		alert.id.text, 1792324800, alert.event, strlen(alert.event)};
	char signature[SIGNATURE_SIZE];

	assert_int_equal(signature_make(&subject, with, 24, signature), 0);
	return arena_strdup(arena, signature);
}

static void test_headers_are_those_of_standard_webhooks(void **state)
{
	struct hook hook = plain_hook();
	struct arena *arena;
	char *headers;

	(void)state;
	assert_int_equal(arena_new(65536, &arena), 0);
	headers = headers_of(&hook, arena);
	assert_string_equal(headers,
		arena_printf(arena,
			"content-type: application/json\n"
			"webhook-id: 01KAJ4XG00ARTCCE0000000001\n"
			"webhook-timestamp: 1792324800\n"
			"webhook-signature: %s\n",
			signature_of(key, arena)));
	arena_free(arena);
}

static void test_two_secrets_sign_during_a_rotation(void **state)
{
	struct hook hook = plain_hook();
	struct arena *arena;
	char *line;

	(void)state;
	assert_int_equal(arena_new(65536, &arena), 0);
	hook.next_secret = next_key;
	hook.next_secret_length = 24;
	line = arena_printf(arena, "webhook-signature: %s %s\n", signature_of(key, arena),
		signature_of(next_key, arena));
	assert_non_null(strstr(headers_of(&hook, arena), line));
	arena_free(arena);
}

static void test_hook_without_secret_is_not_signed(void **state)
{
	struct hook hook = plain_hook();
	struct arena *arena;

	(void)state;
	assert_int_equal(arena_new(65536, &arena), 0);
	hook.secret = NULL;
	assert_null(strstr(headers_of(&hook, arena), "webhook-signature"));
	arena_free(arena);
}

static void test_own_headers_come_too_but_replace_no_reserved_one(void **state)
{
	static const char *own[] = {"Authorization: Bearer x", "Webhook-Id: forged",
		"content-type: application/x", "WEBHOOK-SIGNATURE: v1,forged", "Content-Length: 1",
		NULL};
	struct hook hook = plain_hook();
	struct arena *arena;
	char *headers;

	(void)state;
	assert_int_equal(arena_new(65536, &arena), 0);
	hook.headers = own;
	headers = headers_of(&hook, arena);
	assert_non_null(strstr(headers, "Authorization: Bearer x\n"));
	assert_non_null(strstr(headers, "content-type: application/x\n"));
	assert_null(strstr(headers, "application/json"));
	assert_null(strstr(headers, "forged"));
	assert_null(strstr(headers, "Content-Length"));
	arena_free(arena);
}

static void test_headers_beyond_the_bound_are_left_out(void **state)
{
	const char *own[WEBHOOK_HEADERS_MAX + 3];
	struct hook hook = plain_hook();
	struct arena *arena;
	const char **headers;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < WEBHOOK_HEADERS_MAX + 2; i++)
		own[i] = "X-More: 1";
	own[WEBHOOK_HEADERS_MAX + 2] = NULL;
	hook.headers = own;
	assert_int_equal(arena_new(65536, &arena), 0);
	assert_int_equal(webhook_headers(&hook, &alert, &plain, NOON, arena, &headers), 0);
	while (headers[count])
		count++;
	assert_int_equal(count, WEBHOOK_HEADERS_MAX + 4);
	arena_free(arena);
}

static struct outcome outcome_of(int status, char words[OUTCOME_WORDS_BYTES])
{
	return webhook_outcome(&(struct http_response){.status = status, .body = ""}, NOON, words);
}

static void test_2xx_delivers(void **state)
{
	char words[OUTCOME_WORDS_BYTES];

	(void)state;
	assert_int_equal(outcome_of(200, words).kind, OUTCOME_DELIVERED);
	assert_int_equal(outcome_of(204, words).kind, OUTCOME_DELIVERED);
	assert_int_equal(outcome_of(299, words).kind, OUTCOME_DELIVERED);
}

static struct outcome broken_outcome(
	enum http_failure failure, int status, char words[OUTCOME_WORDS_BYTES])
{
	const struct http_response response = {
		.failure = failure, .words = "it broke off", .status = status, .body = ""};

	return webhook_outcome(&response, NOON, words);
}

static void test_status_counts_though_the_rest_breaks_off(void **state)
{
	char words[OUTCOME_WORDS_BYTES];

	(void)state;
	assert_int_equal(broken_outcome(HTTP_BROKEN, 200, words).kind, OUTCOME_DELIVERED);
	assert_int_equal(broken_outcome(HTTP_TIMEOUT, 204, words).kind, OUTCOME_DELIVERED);
	assert_int_equal(broken_outcome(HTTP_BROKEN, 410, words).kind, OUTCOME_DISABLED);
	assert_int_equal(broken_outcome(HTTP_BROKEN, 422, words).kind, OUTCOME_RETRY);
	assert_non_null(strstr(words, "HTTP 422"));
}

static void test_no_status_is_no_answer(void **state)
{
	static const int statuses[] = {0, 100, 102};
	char words[OUTCOME_WORDS_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		struct outcome outcome = broken_outcome(HTTP_TIMEOUT, statuses[i], words);

		assert_int_equal(outcome.kind, OUTCOME_RETRY);
		assert_true(outcome.unwell);
		assert_string_equal(words, "it broke off");
	}
}

static void test_all_else_but_410_is_tried_again(void **state)
{
	static const int statuses[] = {101, 300, 301, 302, 307, 308, 400, 401, 403, 404, 408, 413,
		422, 429, 500, 501, 502, 503, 504, 599};
	char words[OUTCOME_WORDS_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		assert_int_equal(outcome_of(statuses[i], words).kind, OUTCOME_RETRY);
		assert_true(strlen(words) > 0);
	}
	assert_int_equal(outcome_of(410, words).kind, OUTCOME_DISABLED);
	assert_non_null(strstr(words, "disabled"));
}

static void test_only_a_sick_receiver_counts_against_the_hook(void **state)
{
	char words[OUTCOME_WORDS_BYTES];

	(void)state;
	assert_true(outcome_of(500, words).unwell);
	assert_true(outcome_of(408, words).unwell);
	assert_true(outcome_of(429, words).unwell);
	assert_false(outcome_of(400, words).unwell);
	assert_false(outcome_of(422, words).unwell);
}

static void test_words_quote_the_receiver_on_one_line_and_bounded(void **state)
{
	char words[OUTCOME_WORDS_BYTES];
	char body[1000] = "no\r\nsuch \x01 hook";

	(void)state;
	memset(body + strlen(body), 'x', sizeof(body) - strlen(body));
	(void)webhook_outcome(
		&(struct http_response){.status = 404, .body = body, .length = sizeof(body)}, NOON,
		words);
	assert_non_null(strstr(words, "HTTP 404"));
	assert_non_null(strstr(words, "\"no  such   hook"));
	assert_true(strlen(words) < WEBHOOK_QUOTE_BYTES + 60);
	assert_string_equal(words + strlen(words) - strlen("x…\""), "x…\"");
}

static void test_words_of_a_body_that_is_no_text_are_text(void **state)
{
	char words[OUTCOME_WORDS_BYTES];

	(void)state;
	(void)webhook_outcome(
		&(struct http_response){.status = 500, .body = "\xFF\xFE ok", .length = 5}, NOON,
		words);
	assert_non_null(strstr(words, "\"?? ok\""));
}

static void test_retry_after_is_seconds_or_a_date_within_bounds(void **state)
{
	(void)state;
	assert_true(retry_after_parse("120", NOON) == 120 * USEC_SEC);
	assert_true(retry_after_parse(" 120 ", NOON) == 120 * USEC_SEC);
	assert_true(retry_after_parse("0", NOON) == RETRY_AFTER_MIN);
	assert_true(retry_after_parse("2.5", NOON) == 3 * USEC_SEC);
	assert_true(retry_after_parse("2.5s", NOON) == 0);
	assert_true(retry_after_parse("99999999999999999999999", NOON) == RETRY_AFTER_MAX);
	assert_true(retry_after_parse("Sun, 18 Oct 2026 12:05:00 GMT", NOON) == 5 * USEC_MINUTE);
	assert_true(retry_after_parse("Sun, 18 Oct 2026 11:05:00 GMT", NOON) == RETRY_AFTER_MIN);
	assert_true(retry_after_parse("Sun, 18 Oct 2099 11:05:00 GMT", NOON) == RETRY_AFTER_MAX);
	assert_true(retry_after_parse("", NOON) == 0);
	assert_true(retry_after_parse("-5", NOON) == 0);
	assert_true(retry_after_parse("5 minutes", NOON) == 0);
	assert_true(retry_after_parse("soon", NOON) == 0);
}

static void keep_outcome(const struct outcome *outcome, void *userdata)
{
	*(struct outcome *)userdata = *outcome;
}

static void test_request_follows_no_redirect_and_reads_to_a_bound(void **state)
{
	struct hook hook = plain_hook();
	struct clock *clock = fake_clock_new(NOON);
	struct notifier_context context = {.clock = clock};
	struct outcome outcome = {.kind = OUTCOME_FAILED};
	struct receiver_request *request;
	struct attempt *attempt;

	(void)state;
	assert_int_equal(
		webhook_notifier.start(&context, &hook, &alert, keep_outcome, &outcome, &attempt),
		0);
	assert_int_equal(receiver_count(), 1);
	request = receiver_request(0);
	assert_string_equal(request->url, hook.url);
	assert_string_equal(request->body, alert.event);
	assert_string_equal(request->id, alert.id.text);
	assert_int_equal(request->redirects_max, 0);
	assert_int_equal(request->body_max, WEBHOOK_RESPONSE_BYTES);
	assert_true(request->truncate);
	assert_true(request->patient);
	assert_true(request->unguarded);
	assert_true(request->timeout == hook.timeout);
	receiver_answer(0, 503, "30", "busy");
	assert_int_equal(outcome.kind, OUTCOME_RETRY);
	assert_true(outcome.hold == 30 * USEC_SEC);
	receiver_reset();
	fake_clock_free(clock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers_are_those_of_standard_webhooks),
		cmocka_unit_test(test_two_secrets_sign_during_a_rotation),
		cmocka_unit_test(test_hook_without_secret_is_not_signed),
		cmocka_unit_test(test_own_headers_come_too_but_replace_no_reserved_one),
		cmocka_unit_test(test_headers_beyond_the_bound_are_left_out),
		cmocka_unit_test(test_2xx_delivers),
		cmocka_unit_test(test_status_counts_though_the_rest_breaks_off),
		cmocka_unit_test(test_no_status_is_no_answer),
		cmocka_unit_test(test_all_else_but_410_is_tried_again),
		cmocka_unit_test(test_only_a_sick_receiver_counts_against_the_hook),
		cmocka_unit_test(test_words_quote_the_receiver_on_one_line_and_bounded),
		cmocka_unit_test(test_words_of_a_body_that_is_no_text_are_text),
		cmocka_unit_test(test_retry_after_is_seconds_or_a_date_within_bounds),
		cmocka_unit_test(test_request_follows_no_redirect_and_reads_to_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
