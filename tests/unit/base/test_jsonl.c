#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonl.h"

enum {
	LINE_MAX_SMALL = 10,
	LINE_MAX_LARGE = 300 * 1000,
};

/* Opens a file with these bytes. */
static struct jsonl *open_bytes(const char *bytes, size_t length, size_t line_max)
{
	char path[] = "/tmp/wirewatch-test-jsonl-XXXXXX";
	struct jsonl *lines = NULL;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), (ssize_t)length);
	(void)close(fd);
	assert_int_equal(jsonl_open(path, line_max, &lines), 0);
	(void)unlink(path);
	return lines;
}

static void assert_next(struct jsonl *lines, const char *expected, size_t number)
{
	const char *line = NULL;
	size_t length = 0;

	assert_int_equal(jsonl_next(lines, &line, &length), 1);
	assert_string_equal(line, expected);
	assert_int_equal(length, strlen(expected));
	assert_int_equal(jsonl_line(lines), number);
}

static void assert_end(struct jsonl *lines)
{
	const char *line = NULL;
	size_t length = 0;

	assert_int_equal(jsonl_next(lines, &line, &length), 0);
	assert_int_equal(jsonl_next(lines, &line, &length), 0);
	assert_null(line);
}

static void test_blank_lines_count_but_are_passed_over(void **state)
{
	static const char bytes[] = "\none\n  \t\r\ntwo\r\n\nthree";
	_cleanup_(jsonl_freep) struct jsonl *lines =
		open_bytes(bytes, strlen(bytes), LINE_MAX_SMALL);

	(void)state;
	assert_next(lines, "one", 2);
	assert_next(lines, "two\r", 4);
	assert_next(lines, "three", 6);
	assert_end(lines);
}

static void test_line_at_and_beyond_the_limit(void **state)
{
	static const char bytes[] = "0123456789\n0123456789A\nok\n0123456789\n";
	_cleanup_(jsonl_freep) struct jsonl *lines =
		open_bytes(bytes, strlen(bytes), LINE_MAX_SMALL);
	const char *line = NULL;
	size_t length = 0;

	(void)state;
	assert_next(lines, "0123456789", 1);
	assert_int_equal(jsonl_next(lines, &line, &length), -EFBIG);
	assert_int_equal(jsonl_line(lines), 2);
	assert_next(lines, "ok", 3);
	assert_next(lines, "0123456789", 4);
	assert_end(lines);
}

static void test_last_line_beyond_the_limit_ends_well(void **state)
{
	static const char bytes[] = "ok\n0123456789ABCDEF0123456789";
	_cleanup_(jsonl_freep) struct jsonl *lines =
		open_bytes(bytes, strlen(bytes), LINE_MAX_SMALL);
	const char *line = NULL;
	size_t length = 0;

	(void)state;
	assert_next(lines, "ok", 1);
	assert_int_equal(jsonl_next(lines, &line, &length), -EFBIG);
	assert_end(lines);
}

/* Lines of all lengths around the sizes to which the buffer grows, one of them too long. */
static void test_long_lines_come_whole(void **state)
{
	static const size_t lengths[] = {
		1, 65534, 65535, 65536, 131071, LINE_MAX_LARGE, LINE_MAX_LARGE + 1, 700001, 3};
	size_t total = 0;
	char *bytes;
	char *at;
	struct jsonl *lines;
	const char *line;
	size_t length;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
		total += lengths[i] + 1;
	bytes = at = malloc(total);
	assert_non_null(bytes);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		memset(at, 'a' + (int)i, lengths[i]);
		at[lengths[i]] = '\n';
		at += lengths[i] + 1;
	}
	lines = open_bytes(bytes, total, LINE_MAX_LARGE);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		if (lengths[i] > LINE_MAX_LARGE) {
			assert_int_equal(jsonl_next(lines, &line, &length), -EFBIG);
			continue;
		}
		assert_int_equal(jsonl_next(lines, &line, &length), 1);
		assert_int_equal(length, lengths[i]);
		assert_int_equal(line[0], 'a' + (int)i);
		assert_int_equal(line[length - 1], 'a' + (int)i);
		assert_int_equal(strlen(line), length);
	}
	assert_end(lines);
	jsonl_free(lines);
	free(bytes);
}

static void test_empty_file_has_no_line(void **state)
{
	_cleanup_(jsonl_freep) struct jsonl *lines = open_bytes("", 0, LINE_MAX_SMALL);

	(void)state;
	assert_end(lines);
}

static void test_missing_file_and_folder_are_errors(void **state)
{
	_cleanup_(jsonl_freep) struct jsonl *lines = NULL;
	const char *line;
	size_t length;

	(void)state;
	assert_int_equal(jsonl_open("/nonexistent/file", LINE_MAX_SMALL, &lines), -ENOENT);
	assert_null(lines);
	assert_int_equal(jsonl_open("/tmp", LINE_MAX_SMALL, &lines), 0);
	assert_int_equal(jsonl_next(lines, &line, &length), -EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blank_lines_count_but_are_passed_over),
		cmocka_unit_test(test_line_at_and_beyond_the_limit),
		cmocka_unit_test(test_last_line_beyond_the_limit_ends_well),
		cmocka_unit_test(test_long_lines_come_whole),
		cmocka_unit_test(test_empty_file_has_no_line),
		cmocka_unit_test(test_missing_file_and_folder_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
