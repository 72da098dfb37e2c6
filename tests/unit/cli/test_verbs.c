/* The offline verbs as users call them: what they print and how they exit. */
#include "cli/verbs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/macro.h"

enum {
	OUTPUT_MAX = 64 * 1024 * 1024,
	WORDS_MAX = 8,
};

struct outcome {
	int status;
	char *out;
	char *err;
};

/* Lets the stream write to a file; returns what it was. */
static int redirect(FILE *stream, int target)
{
	int saved = dup(fileno(stream));

	(void)fflush(stream);
	assert_true(saved >= 0 && dup2(target, fileno(stream)) >= 0);
	return saved;
}

static char *restore(FILE *stream, int saved, int target)
{
	char *text;
	size_t length;

	(void)fflush(stream);
	assert_true(dup2(saved, fileno(stream)) >= 0);
	(void)close(saved);
	assert_int_equal(lseek(target, 0, SEEK_SET), 0);
	assert_int_equal(file_read_fd(target, OUTPUT_MAX, &text, &length), 0);
	(void)close(target);
	return text;
}

static int temporary(void)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static struct outcome run(int (*verb)(int, char **), ...)
{
	struct outcome outcome;
	char *argv[WORDS_MAX + 2] = {(char *)"verb"};
	int out = temporary();
	int err = temporary();
	int saved_out;
	int saved_err;
	va_list words;
	int argc = 1;

	va_start(words, verb);
	while ((argv[argc] = va_arg(words, char *)))
		argc++;
	va_end(words);
	saved_out = redirect(stdout, out);
	saved_err = redirect(stderr, err);
	outcome.status = verb(argc, argv);
	outcome.out = restore(stdout, saved_out, out);
	outcome.err = restore(stderr, saved_err, err);
	return outcome;
}

static void outcome_clear(struct outcome *outcome)
{
	free(outcome->out);
	free(outcome->err);
}

static const char topics_path[] = TEST_DATA "/topics.conf";
static const char articles_path[] = TEST_DATA "/articles.jsonl";

static void test_match_names_topics_in_the_order_of_the_file(void **state)
{
	_cleanup_(outcome_clear) struct outcome outcome =
		run(cmd_match, "--topics", topics_path, articles_path, NULL);

	(void)state;
	assert_string_equal(outcome.err, "");
	assert_int_equal(outcome.status, EXIT_CODE_DONE);
	assert_string_equal(outcome.out,
		"{\"id\":\"a1\",\"topics\":[\"zebra \\\"quoted\\\"\",\"apple\"]}\n"
		"{\"id\":\"a2\",\"topics\":[]}\n"
		"{\"id\":\"a3\",\"topics\":[\"apple\"]}\n");
}

static void test_match_explains_what_was_found(void **state)
{
	_cleanup_(outcome_clear) struct outcome outcome =
		run(cmd_match, "--explain", "--topics", topics_path, articles_path, NULL);

	(void)state;
	assert_int_equal(outcome.status, EXIT_CODE_DONE);
	assert_non_null(strstr(outcome.out,
		"\"matches\":[{\"topic\":\"zebra \\\"quoted\\\"\",\"terms\":[{\"term\":\"zebra\","
		"\"field\":\"title\",\"snippet\":\"«Zebra» eats apple\"}]},{\"topic\":\"apple\","));
	assert_non_null(strstr(outcome.out, "\n{\"id\":\"a2\",\"topics\":[],\"matches\":[]}\n"));
}

static void test_match_names_every_refused_topic_and_matches_nothing(void **state)
{
	_cleanup_(outcome_clear) struct outcome outcome =
		run(cmd_match, "--topics=" TEST_DATA "/refused.conf", articles_path, NULL);

	(void)state;
	assert_int_equal(outcome.status, EXIT_CODE_REFUSED);
	assert_string_equal(outcome.out, "");
	assert_non_null(strstr(outcome.err, "topic \"one\": column 3: "));
	assert_non_null(strstr(outcome.err, "topic \"two\": column 1: "));
	assert_null(strstr(outcome.err, "\"good\""));
}

static void test_faults_of_continued_queries_are_told_with_their_line_and_column(void **state)
{
	_cleanup_(outcome_clear) struct outcome match =
		run(cmd_match, "--topics=" TEST_DATA "/continued.conf", articles_path, NULL);
	_cleanup_(outcome_clear) struct outcome check =
		run(cmd_check, TEST_DATA "/continued.conf", NULL);

	(void)state;
	assert_int_equal(match.status, EXIT_CODE_REFUSED);
	assert_non_null(strstr(match.err, "topic \"one\": column 26: "));
	assert_non_null(strstr(match.err, "continued.conf:6:6)\n"));
	assert_non_null(strstr(match.err, "topic \"two\": column 7: "));
	assert_non_null(strstr(match.err, "continued.conf:8:13)\n"));
	assert_int_equal(check.status, EXIT_CODE_REFUSED);
	assert_non_null(strstr(check.err, "continued.conf:6:6: topic \"one\": column 26: "));
	assert_non_null(strstr(check.err, "continued.conf:8:13: topic \"two\": column 7: "));
}

static void test_match_tells_faults_of_keys_and_of_queries_at_once(void **state)
{
	_cleanup_(outcome_clear) struct outcome outcome =
		run(cmd_match, "--topics=" TEST_DATA "/bad.conf", articles_path, NULL);

	(void)state;
	assert_int_equal(outcome.status, EXIT_CODE_REFUSED);
	assert_string_equal(outcome.out, "");
	assert_non_null(strstr(outcome.err, "bad.conf:2: Reader=: unknown key"));
	assert_non_null(strstr(outcome.err, "topic \"t\": column 1: "));
}

static void test_check_warns_of_what_is_unsafe(void **state)
{
	_cleanup_(outcome_clear) struct outcome outcome =
		run(cmd_check, TEST_DATA "/unsafe.conf", NULL);

	(void)state;
	assert_int_equal(outcome.status, EXIT_CODE_DONE);
	assert_non_null(strstr(outcome.err, "warning: "));
	assert_non_null(strstr(outcome.err, "VerifyTLS=no"));
}

static void test_match_passes_over_faulty_lines(void **state)
{
	_cleanup_(outcome_clear) struct outcome outcome =
		run(cmd_match, "--topics", topics_path, TEST_DATA "/faulty.jsonl", NULL);

	(void)state;
	assert_int_equal(outcome.status, EXIT_CODE_REFUSED);
	assert_string_equal(outcome.out, "{\"id\":\"good\",\"topics\":[\"apple\"]}\n");
	assert_non_null(strstr(outcome.err, "faulty.jsonl:1: "));
	assert_non_null(strstr(outcome.err, "faulty.jsonl:2: \"id\" is missing\n"));
	assert_non_null(
		strstr(outcome.err, "faulty.jsonl:3: an article should be a JSON object\n"));
	assert_non_null(strstr(outcome.err, "faulty.jsonl:5: \"title\" should be a string\n"));
	assert_null(strstr(outcome.err, "\x1b"));
}

static void test_replay_reads_texts_as_a_reader_gives_them(void **state)
{
	_cleanup_(outcome_clear) struct outcome outcome =
		run(cmd_replay, TEST_DATA "/written_otherwise.jsonl", NULL);

	(void)state;
	assert_int_equal(outcome.status, EXIT_CODE_DONE);
	assert_non_null(strstr(outcome.out,
		"{\"id\":\"copy\",\"story\":1,\"relation\":\"copy\",\"of\":\"one\",\"similarity\":"
		"1.0,"));
}

static void test_replay_joins_copies_in_order(void **state)
{
	_cleanup_(outcome_clear) struct outcome outcome =
		run(cmd_replay, TEST_DATA "/archive.jsonl", NULL);

	(void)state;
	assert_string_equal(outcome.err, "");
	assert_int_equal(outcome.status, EXIT_CODE_DONE);
	assert_string_equal(outcome.out,
		"{\"id\":\"one\",\"story\":1,\"relation\":\"new\",\"of\":null,\"similarity\":0.0,"
		"\"topics\":[]}\n"
		"{\"id\":\"other\",\"story\":2,\"relation\":\"new\",\"of\":null,\"similarity\":0.0,"
		"\"topics\":[]}\n"
		"{\"id\":\"copy\",\"story\":1,\"relation\":\"copy\",\"of\":\"one\",\"similarity\":"
		"1."
		"0,\"topics\":[]}\n");
}

static void test_check_tells_all_faults_or_the_counts(void **state)
{
	_cleanup_(outcome_clear) struct outcome good = run(cmd_check, TEST_DATA "/good.conf", NULL);
	_cleanup_(outcome_clear) struct outcome bad = run(cmd_check, TEST_DATA "/bad.conf", NULL);
	_cleanup_(outcome_clear) struct outcome query =
		run(cmd_check, TEST_DATA "/refused.conf", NULL);

	(void)state;
	assert_int_equal(good.status, EXIT_CODE_DONE);
	assert_string_equal(good.out, "The configuration is good: 1 feed, 1 topic, 2 hooks.\n");
	assert_int_equal(bad.status, EXIT_CODE_REFUSED);
	assert_non_null(strstr(bad.err, "bad.conf:2: Reader=: unknown key"));
	assert_non_null(strstr(bad.err, "bad.conf:4: URL=: no URL"));
	assert_non_null(strstr(bad.err, "bad.conf:6:7: topic \"t\": column 1: "));
	assert_non_null(strstr(bad.err, "The configuration is faulty (3).\n"));
	assert_int_equal(query.status, EXIT_CODE_REFUSED);
	assert_non_null(strstr(query.err, "refused.conf:2:9: topic \"one\": column 3: "));
}

static void test_missing_files_are_refused_in_words(void **state)
{
	_cleanup_(outcome_clear) struct outcome articles =
		run(cmd_match, "--topics", topics_path, "/nonexistent", NULL);
	_cleanup_(outcome_clear) struct outcome topics =
		run(cmd_match, "--topics", "/nonexistent", articles_path, NULL);
	_cleanup_(outcome_clear) struct outcome feed = run(cmd_parse, "/nonexistent", NULL);
	_cleanup_(outcome_clear) struct outcome url = run(cmd_parse, "http://a.example/", NULL);
	_cleanup_(outcome_clear) struct outcome conf = run(cmd_check, "/nonexistent", NULL);

	(void)state;
	assert_int_equal(articles.status, EXIT_CODE_REFUSED);
	assert_string_equal(articles.err,
		"wirewatch match: cannot read /nonexistent: No such file or directory\n");
	assert_int_equal(topics.status, EXIT_CODE_REFUSED);
	assert_string_equal(
		topics.err, "/nonexistent: cannot read the file: No such file or directory\n");
	assert_int_equal(feed.status, EXIT_CODE_REFUSED);
	assert_int_equal(url.status, EXIT_CODE_REFUSED);
	assert_non_null(strstr(url.err, "curl -s URL | wirewatch parse --url URL -"));
	assert_int_equal(conf.status, EXIT_CODE_REFUSED);
	assert_non_null(strstr(conf.err, "expected one file, or a folder with wirewatch.conf"));
}

static void test_wrong_command_lines_are_usage_errors(void **state)
{
	_cleanup_(outcome_clear) struct outcome match = run(cmd_match, articles_path, NULL);
	_cleanup_(outcome_clear) struct outcome replay = run(cmd_replay, NULL);
	_cleanup_(outcome_clear) struct outcome drop = run(cmd_deliveries, "drop", NULL);
	_cleanup_(outcome_clear) struct outcome verb = run(cmd_deliveries, "dorp", "1", NULL);

	(void)state;
	assert_int_equal(match.status, EXIT_CODE_USAGE);
	assert_int_equal(replay.status, EXIT_CODE_USAGE);
	assert_int_equal(drop.status, EXIT_CODE_USAGE);
	assert_int_equal(verb.status, EXIT_CODE_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match_names_topics_in_the_order_of_the_file),
		cmocka_unit_test(test_match_explains_what_was_found),
		cmocka_unit_test(test_match_names_every_refused_topic_and_matches_nothing),
		cmocka_unit_test(
			test_faults_of_continued_queries_are_told_with_their_line_and_column),
		cmocka_unit_test(test_match_tells_faults_of_keys_and_of_queries_at_once),
		cmocka_unit_test(test_check_warns_of_what_is_unsafe),
		cmocka_unit_test(test_match_passes_over_faulty_lines),
		cmocka_unit_test(test_replay_joins_copies_in_order),
		cmocka_unit_test(test_replay_reads_texts_as_a_reader_gives_them),
		cmocka_unit_test(test_check_tells_all_faults_or_the_counts),
		cmocka_unit_test(test_missing_files_are_refused_in_words),
		cmocka_unit_test(test_wrong_command_lines_are_usage_errors),
	};

	(void)unsetenv("STATE_DIRECTORY");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
