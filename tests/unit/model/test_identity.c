#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/identity.h"

static struct identity identify(struct entry entry)
{
	struct identity identity;
	struct arena *arena;

	assert_int_equal(arena_new(64 * 1024, &arena), 0);
	identity_of_entry(&entry, arena, &identity);
	arena_free(arena);
	return identity;
}

static bool is_zero(const struct digest *digest)
{
	return digest_equal(digest, &(struct digest){0});
}

static void test_id_is_the_identity_whatever_else_changes(void **state)
{
	struct identity a = identify((struct entry){
		.id = "tag:1", .link = "http://example.org/1", .title = "A", .content = "One."});
	struct identity b = identify((struct entry){
		.id = "tag:1", .link = "http://example.org/2", .title = "B", .content = "Two."});

	(void)state;
	assert_true(digest_equal(&a.entry, &b.entry));
	assert_false(digest_equal(&a.link, &b.link));
	assert_false(digest_equal(&a.text, &b.text));
}

static void test_entry_without_id_uses_link(void **state)
{
	struct identity a = identify((struct entry){
		.link = "http://example.org/1?utm_source=rss", .title = "Old title"});
	struct identity b =
		identify((struct entry){.link = "https://example.org/1", .title = "New title"});
	struct identity empty = identify(
		(struct entry){.id = "", .link = "https://example.org/1", .title = "New title"});

	(void)state;
	assert_true(digest_equal(&a.entry, &b.entry));
	assert_true(digest_equal(&a.entry, &empty.entry));
}

static void test_entry_without_id_and_link_uses_title_and_text(void **state)
{
	struct identity a = identify((struct entry){.title = "A", .summary = "One."});
	struct identity same = identify((struct entry){.title = "A", .content = "One."});
	struct identity other = identify((struct entry){.title = "A", .summary = "Two."});

	(void)state;
	assert_true(digest_equal(&a.entry, &same.entry));
	assert_false(digest_equal(&a.entry, &other.entry));
	assert_true(is_zero(&a.link));
}

static void test_one_link_under_two_titles_is_not_the_same(void **state)
{
	struct identity a = identify(
		(struct entry){.id = "1", .link = "http://example.org/", .title = "Monday"});
	struct identity b = identify(
		(struct entry){.id = "2", .link = "http://example.org/", .title = "Tuesday"});
	struct identity again = identify(
		(struct entry){.id = "3", .link = "http://example.org/", .title = "Tuesday"});

	(void)state;
	assert_false(digest_equal(&a.link, &b.link));
	assert_true(digest_equal(&b.link, &again.link));
	assert_false(digest_equal(&b.entry, &again.entry));
}

static void test_empty_entry_has_an_identity_and_nothing_else(void **state)
{
	struct identity empty = identify((struct entry){0});

	(void)state;
	assert_true(is_zero(&empty.link));
	assert_true(is_zero(&empty.text));
}

static void test_article_takes_the_longer_text_and_a_clean_url(void **state)
{
	struct entry entry = {
		.id = "1",
		.link = "https://example.org/a?id=7&utm_medium=feed#top",
		.title = "Title",
		.summary = "A summary that is longer than the content.",
		.content = "Short.",
		.published = DATE_NONE,
		.updated = 1000,
	};
	struct article_origin origin = {"http://example.org/feed", "Example", "en", 5 * USEC_SEC};
	struct identity identity = identify(entry);
	struct article article;
	struct arena *arena;

	(void)state;
	assert_int_equal(arena_new(64 * 1024, &arena), 0);
	assert_int_equal(article_from_entry(&entry, &identity, &origin, arena, &article), 0);
	assert_string_equal(article.text, entry.summary);
	assert_string_equal(article.url, "https://example.org/a?id=7");
	assert_string_equal(article.source, "Example");
	assert_string_equal(article.language, "en");
	assert_int_equal(article.published, 1000);
	assert_int_equal(strlen(article.id), ID_LENGTH);
	arena_free(arena);
}

static void test_article_id_is_the_same_for_the_same_entry_and_time(void **state)
{
	struct entry entry = {.id = "1", .published = DATE_NONE, .updated = DATE_NONE};
	struct article_origin origin = {"http://example.org/feed", "Example", NULL, 5 * USEC_SEC};
	struct article_origin elsewhere = {"http://example.org/b", "Example", NULL, 5 * USEC_SEC};
	struct identity identity = identify(entry);
	struct article a;
	struct article b;
	struct article c;
	struct arena *arena;

	(void)state;
	assert_int_equal(arena_new(64 * 1024, &arena), 0);
	assert_int_equal(article_from_entry(&entry, &identity, &origin, arena, &a), 0);
	assert_int_equal(article_from_entry(&entry, &identity, &origin, arena, &b), 0);
	assert_int_equal(article_from_entry(&entry, &identity, &elsewhere, arena, &c), 0);
	assert_string_equal(a.id, b.id);
	assert_string_not_equal(a.id, c.id);
	arena_free(arena);
}

static void test_text_is_the_one_there_is_and_of_two_the_longer(void **state)
{
	static const struct {
		const char *content;
		const char *summary;
		const char *text;
	} cases[] = {
		{NULL, NULL, NULL},
		{"", NULL, ""},
		{NULL, "", NULL},
		{"Content.", NULL, "Content."},
		{NULL, "Summary.", "Summary."},
		{"", "Summary.", "Summary."},
		{"Content.", "", "Content."},
		{"Content.", "Summary.", "Content."},
		{"Content.", "A summary.", "A summary."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct entry entry = {
			.content = cases[i].content, .summary = cases[i].summary};
		const char *text = entry_text(&entry);

		if (cases[i].text)
			assert_string_equal(text, cases[i].text);
		else
			assert_null(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id_is_the_identity_whatever_else_changes),
		cmocka_unit_test(test_entry_without_id_uses_link),
		cmocka_unit_test(test_entry_without_id_and_link_uses_title_and_text),
		cmocka_unit_test(test_one_link_under_two_titles_is_not_the_same),
		cmocka_unit_test(test_empty_entry_has_an_identity_and_nothing_else),
		cmocka_unit_test(test_article_takes_the_longer_text_and_a_clean_url),
		cmocka_unit_test(test_text_is_the_one_there_is_and_of_two_the_longer),
		cmocka_unit_test(test_article_id_is_the_same_for_the_same_entry_and_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
