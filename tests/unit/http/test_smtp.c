/* Mail requests that cannot be taken; the dialogue itself is tested with a server (system/mail). */
#include "http/smtp.h"

#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	TOO_MANY_BYTES = 5 * 1024 * 1024, /* a request's copies take 4 MiB at most */
};

static void on_done(const struct smtp_result *result, void *userdata)
{
	(void)result;
	(void)userdata;
	fail();
}

static void test_request_that_is_too_large_is_refused_and_left_as_it_is(void **state)
{
	static const char *const to[] = {"desk@site.example", NULL};
	_cleanup_(smtp_client_freep) struct smtp_client *client = NULL;
	struct event_base *base = event_base_new();
	struct clock *clock = NULL;
	char password[] = "a secret";
	char *message = calloc(1, TOO_MANY_BYTES);
	const struct smtp_request request = {
		.server = "smtp://127.0.0.1:9",
		.user = "desk",
		.password = password,
		.from = "desk@site.example",
		.to = to,
		.message = message,
		.length = TOO_MANY_BYTES,
		.timeout = USEC_SEC,
	};
	struct smtp_transfer *transfer;

	(void)state;
	assert_non_null(message);
	assert_int_equal(clock_new_system(base, &clock), 0);
	assert_int_equal(smtp_client_new(base, clock, &client), 0);
	assert_int_equal(smtp_start(client, &request, on_done, NULL, &transfer), -ENOMEM);
	assert_string_equal(password, "a secret");
	smtp_client_free(TAKE_PTR(client));
	clock_free_system(clock);
	event_base_free(base);
	free(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_that_is_too_large_is_refused_and_left_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
