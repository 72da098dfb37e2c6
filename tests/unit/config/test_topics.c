/* Topics files as `wirewatch match` reads them (wirewatch-query(7)). */
#include "loaded_topics.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_topics_keep_order_options_and_queries(void **state)
{
	struct loaded loaded =
		loaded_topics("# topics\n[Topic \"z\"]\nStem=english\nQuery= a OR \n  b \n"
			      "[Topic \"a \\\"q\\\" \\\\\"]\nRegex=yes\nQuery=/x#y;z/i\n",
			NULL);

	(void)state;
	assert_int_equal(loaded.result, 0);
	assert_int_equal(loaded.count, 2);
	assert_string_equal(loaded.topics[0].name, "z");
	assert_string_equal(loaded.topics[0].query, "a OR b");
	assert_string_equal(loaded.topics[0].stem, "english");
	assert_false(loaded.topics[0].regex);
	assert_int_equal(loaded.topics[0].line, 4);
	assert_string_equal(loaded.topics[1].name, "a \"q\" \\");
	assert_string_equal(loaded.topics[1].query, "/x#y;z/i");
	assert_true(loaded.topics[1].regex);
	assert_null(loaded.topics[1].stem);
	loaded_clear(&loaded);
}

/* An empty query is the query language's to refuse, with its column. */
static void test_empty_query_is_kept_and_missing_one_refused(void **state)
{
	struct loaded loaded = loaded_topics("[Topic \"t\"]\nQuery=   \n", NULL);

	(void)state;
	assert_int_equal(loaded.result, 0);
	assert_string_equal(loaded.topics[0].query, "");
	loaded_clear(&loaded);
	loaded = loaded_topics("[Topic \"t\"]\nStem=english\n", NULL);
	assert_int_equal(loaded.result, -EINVAL);
	assert_int_equal(loaded.errors.count, 1);
	loaded_clear(&loaded);
}

static void test_other_sections_are_not_used_nor_referred_to(void **state)
{
	struct loaded loaded =
		loaded_topics("[Daemon]\nReaders=3\n[Feed \"f\"]\nURL=http://a.example/\n"
			      "[Topic \"t\"]\nQuery=x\nFeeds=nowhere\nNotify=nobody\n",
			NULL);

	(void)state;
	assert_int_equal(loaded.result, 0);
	assert_int_equal(loaded.count, 1);
	loaded_clear(&loaded);
}

static void test_name_given_twice_is_refused(void **state)
{
	struct loaded loaded =
		loaded_topics("[Topic \"t\"]\nQuery=x\n[Topic \"t\"]\nQuery=y\n", NULL);

	(void)state;
	assert_int_equal(loaded.result, -EINVAL);
	assert_int_equal(loaded.errors.count, 1);
	assert_non_null(strstr(loaded.errors.lines[0], ":3: [Topic \"t\"]: the name is taken"));
	assert_int_equal(loaded.count, 1); /* for the faults of its query */
	loaded_clear(&loaded);
}

static void test_missing_file_is_told(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct config_errors errors = {0};
	struct topic *topics;
	size_t count;

	(void)state;
	assert_int_equal(arena_new(64 * 1024, &arena), 0);
	assert_int_equal(
		topics_load("/nonexistent/t.conf", arena, &topics, &count, &errors), -EINVAL);
	assert_string_equal(errors.lines[0],
		"/nonexistent/t.conf: cannot read the file: No such file or directory");
	assert_int_equal(count, 0);
	config_errors_clear(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_topics_keep_order_options_and_queries),
		cmocka_unit_test(test_empty_query_is_kept_and_missing_one_refused),
		cmocka_unit_test(test_other_sections_are_not_used_nor_referred_to),
		cmocka_unit_test(test_name_given_twice_is_refused),
		cmocka_unit_test(test_missing_file_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
