#include "extract/robots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

#define SITE "https://news.example"

static bool allowed(const char *file, const char *path)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	const char *rules;
	const char *url;

	assert_int_equal(arena_new(4 * 1024 * 1024, &arena), 0);
	rules = robots_read(file, strlen(file), "wirewatch", arena);
	assert_non_null(rules);
	url = arena_printf(arena, SITE "%s", path);
	assert_non_null(url);
	return robots_allow(rules, url);
}

static void test_no_rule_allows_all(void **state)
{
	(void)state;
	assert_true(allowed("", "/a"));
	assert_true(allowed("User-agent: other\nDisallow: /\n", "/a"));
	assert_true(allowed("User-agent: *\nDisallow:\n", "/a"));
	assert_true(allowed("<html>not found</html>", "/a"));
}

static void test_our_groups_come_before_those_for_all(void **state)
{
	static const char file[] = "User-Agent: *\nDisallow: /\n\n"
				   "user-agent: WireWatch/1.0\nuser-agent: other\ndisallow: /x\n"
				   "User-agent: other\nDisallow: /z\n"
				   "User-agent: wirewatch\nDisallow: /y # more\n";

	(void)state;
	assert_true(allowed(file, "/a"));
	assert_false(allowed(file, "/x1"));
	assert_false(allowed(file, "/y"));
	assert_true(allowed(file, "/z"));
	assert_true(allowed("User-agent: wirewatchers\nDisallow: /\n", "/a"));
}

static void test_the_longest_rule_decides_and_allow_wins_ties(void **state)
{
	static const char file[] = "User-agent: *\r\nDisallow: /news\r\nAllow: /news/open\r\n"
				   "Allow: /same\r\nDisallow: /same\r\n";

	(void)state;
	assert_false(allowed(file, "/news/a"));
	assert_true(allowed(file, "/news/open/a"));
	assert_true(allowed(file, "/same"));
	assert_true(allowed(file, "/"));
}

static void test_stars_and_ends_are_understood(void **state)
{
	static const char file[] = "User-agent: *\nDisallow: /*.pdf$\nDisallow: /a*b*c\n"
				   "Disallow: /p$\nDisallow: /*?print=\n";

	(void)state;
	assert_false(allowed(file, "/x/y.pdf"));
	assert_true(allowed(file, "/x/y.pdf2"));
	assert_false(allowed(file, "/a1b2c3"));
	assert_true(allowed(file, "/a1c2b3"));
	assert_false(allowed(file, "/p"));
	assert_true(allowed(file, "/p/"));
	assert_false(allowed(file, "/q?print=1"));
	assert_true(allowed(file, "/q#?print=1"));
}

static void test_each_piece_between_stars_takes_its_first_place(void **state)
{
	static const struct {
		const char *pattern;
		const char *path;
		bool fits;
	} cases[] = {
		{"/*ab$", "/abxab", true},
		{"/*ab*ab$", "/xab", false},
		{"/*ab*ab$", "/xabab", true},
		{"/*aab", "/aaab", true},
		{"/a**b", "/ab", true},
		{"/a**b", "/a", false},
		{"*", "/", true},
		{"*$", "/x", true},
		{"/$", "/x", false},
		{"/a$b", "/a$b", true},
		{"/a$b", "/a", false},
		{"/a*$", "/ab", true},
		{"/long", "/l", false},
	};
	char file[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		(void)snprintf(
			file, sizeof(file), "User-agent: *\nDisallow: %s\n", cases[i].pattern);
		if (allowed(file, cases[i].path) == cases[i].fits)
			fail_msg("%s on %s", cases[i].pattern, cases[i].path);
	}
}

/* The daemon itself tries them: a site that makes that dear is left alone. */
static void test_rules_that_take_too_long_allow_nothing(void **state)
{
	enum { PATH_LENGTH = 2048 };
	_cleanup_(buffer_free) struct buffer rules = BUFFER_INIT(ROBOTS_RULES_MAX);
	_cleanup_(buffer_free) struct buffer url = BUFFER_INIT(2 * PATH_LENGTH);

	(void)state;
	(void)buffer_add_string(&url, SITE "/");
	for (size_t i = 1; i < PATH_LENGTH; i++)
		(void)buffer_add_char(&url, 'a');
	for (size_t i = 0; i < ROBOTS_SEARCH_MAX / PATH_LENGTH; i++)
		(void)buffer_add_string(&rules, "-*aaab\n");
	assert_true(robots_allow(buffer_string(&rules), buffer_string(&url)));
	(void)buffer_add_string(&rules, "-/none\n");
	assert_true(robots_allow(buffer_string(&rules), buffer_string(&url)));
	(void)buffer_add_string(&rules, "-*aaab\n");
	assert_false(robots_allow(buffer_string(&rules), buffer_string(&url)));
}

static void test_encodings_of_one_character_are_the_same(void **state)
{
	static const char file[] = "User-agent: *\nDisallow: /caf\xC3\xA9\nDisallow: /%62ar\n"
				   "Disallow: /x%2fy\n";

	(void)state;
	assert_false(allowed(file, "/caf%c3%A9"));
	assert_false(allowed(file, "/bar"));
	assert_false(allowed(file, "/x%2Fy"));
	assert_true(allowed(file, "/x/y"));
}

static void test_what_is_beyond_the_bounds_is_left_out(void **state)
{
	_cleanup_(buffer_free) struct buffer file = BUFFER_INIT(2 * ROBOTS_BYTES_MAX);

	(void)state;
	(void)buffer_add_string(&file, "User-agent: *\nDisallow: /first\n");
	while (file.length < ROBOTS_BYTES_MAX)
		(void)buffer_add_string(&file, "Disallow: /filler-of-some-length\n");
	(void)buffer_add_string(&file, "Disallow: /last\n");
	assert_false(allowed(buffer_string(&file), "/first"));
	assert_true(allowed(buffer_string(&file), "/last"));
}

static void test_a_rule_may_be_so_long_and_no_longer(void **state)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(ROBOTS_PATTERN_MAX + 2);
	_cleanup_(buffer_free) struct buffer file = BUFFER_INIT(2 * ROBOTS_PATTERN_MAX);

	(void)state;
	for (size_t length = ROBOTS_PATTERN_MAX; length <= ROBOTS_PATTERN_MAX + 1; length++) {
		buffer_reset(&path);
		buffer_reset(&file);
		(void)buffer_add_char(&path, '/');
		while (path.length < length)
			(void)buffer_add_char(&path, 'a');
		(void)buffer_printf(&file, "User-agent: *\nDisallow: %s\n", buffer_string(&path));
		assert_int_equal(allowed(buffer_string(&file), buffer_string(&path)),
			length > ROBOTS_PATTERN_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_rule_allows_all),
		cmocka_unit_test(test_our_groups_come_before_those_for_all),
		cmocka_unit_test(test_the_longest_rule_decides_and_allow_wins_ties),
		cmocka_unit_test(test_stars_and_ends_are_understood),
		cmocka_unit_test(test_each_piece_between_stars_takes_its_first_place),
		cmocka_unit_test(test_rules_that_take_too_long_allow_nothing),
		cmocka_unit_test(test_encodings_of_one_character_are_the_same),
		cmocka_unit_test(test_what_is_beyond_the_bounds_is_left_out),
		cmocka_unit_test(test_a_rule_may_be_so_long_and_no_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
