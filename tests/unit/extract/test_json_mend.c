#include "extract/json_mend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *text, const char *expected)
{
	_cleanup_(buffer_free) struct buffer out = BUFFER_INIT(4096);

	assert_int_equal(json_mend(text, strlen(text), &out), 0);
	assert_string_equal(buffer_string(&out), expected);
}

static void test_comments_and_marks_go(void **state)
{
	(void)state;
	check("// hello\n{\"a\": /* b */ 1}", "[{\"a\":1}]");
	check("//<![CDATA[\n{\"a\":1}\n//]]>", "[{\"a\":1}]");
	check("// <![CDATA[ {\"a\":1} // ]]>", "[{\"a\":1}]");
	check("<!-- {\"a\":\"<!-- // /* \"} -->", "[{\"a\":\"<!-- // /* \"}]");
	check("{\"a\":1} /* open", "[{\"a\":1}]");
}

static void test_commas_are_set_right(void **state)
{
	(void)state;
	check("{\"a\":[1,2,],\"b\":{\"c\":3,},};", "[{\"a\":[1,2],\"b\":{\"c\":3}}]");
	check("{\"a\":1}{\"b\":2}", "[{\"a\":1},{\"b\":2}]");
	check("[,1,,2]", "[[1,2]]");
}

static void test_strings_are_made_sound(void **state)
{
	(void)state;
	check("{\"a\":\"x\ny\tz\"}", "[{\"a\":\"x\\ny z\"}]");
	check("{\"a\":\"Boats \"sail\", they say\",\"b\":1}",
		"[{\"a\":\"Boats \\\"sail\\\", they say\",\"b\":1}]");
	check("{\"a\":\"It\\'s \\u00e9 \\ud83d \\ud83d\\ude00 \\u0000 \\q\"}",
		"[{\"a\":\"It's \\u00e9   \\ud83d\\ude00   q\"}]");
	check("{&quot;a&quot;:&quot;b &amp; c&quot;}", "[{\"a\":\"b &amp; c\"}]");
}

static void test_words_that_json_has_not_are_null(void **state)
{
	(void)state;
	check("[undefined,NaN,true,01,0,-5]", "[[null,null,true,null,0,-5]]");
}

static void test_values_that_are_missing_are_null(void **state)
{
	(void)state;
	check("{\"a\": ,\"b\":[{\"c\":}],\"d\":}",
		"[{\"a\":null,\"b\":[{\"c\":null}],\"d\":null}]");
	check("{\"a\":1,\"b\":", "[{\"a\":1}]");
}

static void test_a_cut_end_loses_its_last_piece_only(void **state)
{
	(void)state;
	check("{\"a\":1,\"b\":[1,2", "[{\"a\":1,\"b\":[1]}]");
	check("{\"a\":1,\"b\":\"text that", "[{\"a\":1}]");
	check("{\"a\":1,\"b", "[{\"a\":1}]");
	check("{\"a\":[{\"b\":1]", "[{\"a\":[{\"b\":1}]}]");
	check("}]", "[]");
	check("", "[]");
}

static void test_depth_is_bounded(void **state)
{
	_cleanup_(buffer_free) struct buffer out = BUFFER_INIT(4096);
	char text[JSON_MEND_DEPTH_MAX + 1];

	(void)state;
	memset(text, '[', sizeof(text));
	assert_int_equal(json_mend(text, JSON_MEND_DEPTH_MAX, &out), 0);
	assert_int_equal(out.length, 2 * (JSON_MEND_DEPTH_MAX + 1));
	buffer_reset(&out);
	assert_int_equal(json_mend(text, JSON_MEND_DEPTH_MAX + 1, &out), 0);
	assert_int_equal(out.length, 2 * (JSON_MEND_DEPTH_MAX + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comments_and_marks_go),
		cmocka_unit_test(test_commas_are_set_right),
		cmocka_unit_test(test_strings_are_made_sound),
		cmocka_unit_test(test_words_that_json_has_not_are_null),
		cmocka_unit_test(test_values_that_are_missing_are_null),
		cmocka_unit_test(test_a_cut_end_loses_its_last_piece_only),
		cmocka_unit_test(test_depth_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
