/* Paths of requests, and what is said where there is no daemon. */
#include "cli/remote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/output.h"
#include "cli/verbs.h"

static void test_names_are_percent_encoded(void **state)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);

	(void)state;
	(void)buffer_add_string(&path, "/feeds");
	path_add_segment(&path, "a/b c?d%é~-._");
	path_add_parameter(&path, "topic", "x&y=z");
	path_add_parameter(&path, "since", NULL);
	path_add_parameter(&path, "limit", "5");
	assert_string_equal(
		path.bytes, "/feeds/a%2Fb%20c%3Fd%25%C3%A9~-._?topic=x%26y%3Dz&limit=5");
}

static void test_missing_daemon_is_exit_status_3(void **state)
{
	const struct remote remote = {.verb = "status", .socket = "/nonexistent/control.sock"};
	json_t *body = NULL;

	(void)state;
	assert_int_equal(remote_request(&remote, "GET", "/status", &body), EXIT_CODE_UNREACHABLE);
	assert_int_equal(remote_list(&remote, "/feeds", "feeds", &body), EXIT_CODE_UNREACHABLE);
	assert_null(body);
}

static void check_when(const char *time, const char *expected)
{
	static const int64_t noon = 1763812800; /* 2025-11-22T12:00:00Z */
	char when[WHEN_SIZE];

	assert_string_equal(when_format(time, noon, when), expected);
}

static void test_times_are_told_from_now(void **state)
{
	(void)state;
	check_when("2025-11-22T11:59:01Z", "59s ago");
	check_when("2025-11-22T11:01:00Z", "59min ago");
	check_when("2025-11-22T10:00:00Z", "2h ago");
	check_when("2025-11-20T12:00:00Z", "2d ago");
	check_when("2025-11-22T12:10:59Z", "in 10min");
	check_when("2025-11-22T12:00:00Z", "0s ago");
	check_when("nonsense", "-");
	check_when(NULL, "-");
}

static void test_lists_of_words_become_a_text(void **state)
{
	json_t *object = json_pack("{s:[s,s], s:n}", "tags", "wire", "world", "none");
	_cleanup_(freep) char *tags = member_words(object, "tags");
	_cleanup_(freep) char *none = member_words(object, "none");

	(void)state;
	assert_string_equal(tags, "wire world");
	assert_string_equal(none, "");
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_percent_encoded),
		cmocka_unit_test(test_missing_daemon_is_exit_status_3),
		cmocka_unit_test(test_times_are_told_from_now),
		cmocka_unit_test(test_lists_of_words_become_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
