#include "poll/local_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/scratch.h"

#define NAME "a feed.xml"

struct fixture {
	char folder[SCRATCH_FOLDER_BYTES];
	char path[SCRATCH_PATH_BYTES];
	char url[SCRATCH_PATH_BYTES + 16];
	struct feed_state state;
	struct memory memory;
	struct answer answer;
	struct document document;
};

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){0};
	scratch_make(fixture.folder);
	scratch_path(fixture.folder, NAME, fixture.path);
	(void)snprintf(fixture.url, sizeof(fixture.url), "file://%s/a%%20feed.xml", fixture.folder);
	fixture.state.url = fixture.url;
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	answer_clear(&fixture->answer);
	document_clear(&fixture->document);
	scratch_remove(fixture->folder);
	return 0;
}

static void look(struct fixture *fixture)
{
	answer_clear(&fixture->answer);
	document_clear(&fixture->document);
	assert_int_equal(local_file_read(&fixture->state, &fixture->memory, 1, &fixture->answer,
				 &fixture->document),
		0);
}

static void set_time(struct fixture *fixture, time_t seconds)
{
	struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};

	assert_int_equal(utimensat(AT_FDCWD, fixture->path, times, 0), 0);
}

static void test_file_urls_are_told_apart(void **state)
{
	(void)state;
	assert_true(local_file_is("file:///x"));
	assert_true(local_file_is("FILE:/x"));
	assert_false(local_file_is("http://file:/x"));
}

static void test_a_file_is_a_document(void **state)
{
	struct fixture *fixture = *state;

	scratch_write(fixture->folder, NAME, "<rss/>");
	look(fixture);
	assert_int_equal(fixture->answer.outcome, ROUND_DOCUMENT);
	assert_int_equal(fixture->document.length, 6);
	assert_memory_equal(fixture->document.bytes, "<rss/>", 6);
	assert_string_equal(fixture->answer.url, fixture->url);
}

static void test_a_file_with_the_same_time_and_size_is_not_read(void **state)
{
	struct fixture *fixture = *state;
	char stamp[128];

	scratch_write(fixture->folder, NAME, "<rss/>");
	set_time(fixture, 1000);
	look(fixture);
	(void)snprintf(stamp, sizeof(stamp), "%s", fixture->answer.file_stamp);
	fixture->memory.file_stamp = stamp;
	look(fixture);
	assert_int_equal(fixture->answer.outcome, ROUND_UNCHANGED);
	scratch_write(fixture->folder, NAME, "<RSS/>");
	set_time(fixture, 1001);
	look(fixture);
	assert_int_equal(fixture->answer.outcome, ROUND_DOCUMENT);
}

static void test_a_file_with_the_same_bytes_is_unchanged(void **state)
{
	struct fixture *fixture = *state;

	scratch_write(fixture->folder, NAME, "<rss/>");
	look(fixture);
	fixture->state.body = fixture->answer.body;
	set_time(fixture, 1000);
	look(fixture);
	assert_int_equal(fixture->answer.outcome, ROUND_UNCHANGED);
	fixture->memory.unreadable = true;
	look(fixture);
	assert_int_equal(fixture->answer.outcome, ROUND_FAILED);
}

static void check_failed(struct fixture *fixture, const char *url)
{
	fixture->state.url = url;
	look(fixture);
	assert_int_equal(fixture->answer.outcome, ROUND_FAILED);
	assert_true(strlen(fixture->answer.words) > 10);
}

static void test_what_is_no_readable_file_is_a_failure_in_words(void **state)
{
	struct fixture *fixture = *state;
	char url[SCRATCH_PATH_BYTES + 16];

	check_failed(fixture, fixture->url); /* not there */
	(void)snprintf(url, sizeof(url), "file://%s", fixture->folder);
	check_failed(fixture, url); /* a folder */
	check_failed(fixture, "file://example.org/etc/passwd");
	check_failed(fixture, "file:relative");
	check_failed(fixture, "file:///dev/zero");
	check_failed(fixture, "file:///tmp/%zz%");
}

static void test_a_pipe_does_not_hold_us_up(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkfifo(fixture->path, 0600), 0);
	check_failed(fixture, fixture->url);
}

static void test_a_file_is_16_mib_at_most(void **state)
{
	struct fixture *fixture = *state;

	scratch_write(fixture->folder, NAME, "x");
	assert_int_equal(truncate(fixture->path, (off_t)DOCUMENT_BYTES_MAX), 0);
	look(fixture);
	assert_int_equal(fixture->answer.outcome, ROUND_DOCUMENT);
	assert_int_equal(truncate(fixture->path, (off_t)DOCUMENT_BYTES_MAX + 1), 0);
	look(fixture);
	assert_int_equal(fixture->answer.outcome, ROUND_FAILED);
	assert_non_null(strstr(fixture->answer.words, "too large"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_urls_are_told_apart),
		cmocka_unit_test_setup_teardown(test_a_file_is_a_document, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_file_with_the_same_time_and_size_is_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_file_with_the_same_bytes_is_unchanged, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_is_no_readable_file_is_a_failure_in_words, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_pipe_does_not_hold_us_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_file_is_16_mib_at_most, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
