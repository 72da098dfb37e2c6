#include "model/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
	ARENA_BYTES = 8 * 1024 * 1024,
};

static int make_arena(void **state)
{
	return arena_new(ARENA_BYTES, (struct arena **)state);
}

static int drop_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static const char *categories[] = {"one", "two"};
static struct enclosure enclosures[] = {
	{"https://e.example/a.mp3", "audio/mpeg", 99}, {"https://e.example/b", NULL, -1}};
static const char *alternates[] = {"https://e.example/feed"};
static struct child_document children[] = {
	{"https://e.example/1.xml", 1714550400}, {"https://e.example/2.xml", DATE_NONE}};
static struct diagnosis diagnoses[] = {{7, "a stray \"&\""}};

static struct entry full_entry(void)
{
	return (struct entry){
		.id = "tag:e.example,2024:1",
		.link = "https://e.example/1",
		.title = "Caf\xC3\xA9",
		.author = "Ann Lee",
		.summary = "Short",
		.content = "Long\nand more",
		.language = "en",
		.published = 1714550400,
		.updated = DATE_NONE,
		.categories = categories,
		.category_count = 2,
		.enclosures = enclosures,
		.enclosure_count = 2,
		.digest = digest_bytes("x", 1),
	};
}

static struct parsed_feed full_feed(struct entry *entries)
{
	static struct digest known[] = {{{1}}, {{2}}};

	return (struct parsed_feed){
		.channel = {.format = FORMAT_ATOM_10,
			.title = "Feed",
			.link = "https://e.example/",
			.updated = -5,
			.hub = "https://hub.example/",
			.self = "https://e.example/feed",
			.hints = {.ttl_minutes = 60,
				.update_minutes = 30,
				.skip_hours = 0x800001,
				.skip_days = 0x41,
				.expired = true}},
		.entries = entries,
		.entry_count = 2,
		.diagnoses = diagnoses,
		.diagnosis_count = 1,
		.alternates = alternates,
		.alternate_count = 1,
		.children = children,
		.child_count = 2,
		.truncated = true,
		.known = known,
		.known_count = 2,
	};
}

static int read_back(const struct buffer *buffer, struct arena *arena, struct parsed_feed *ret)
{
	struct wire_reader reader = {
		.bytes = (const uint8_t *)buffer->bytes, .length = buffer->length};
	int r = parsed_feed_read(&reader, arena, ret);

	return r == 0 && !wire_done(&reader) ? -1 : r;
}

static void test_a_feed_comes_back_as_it_was_written(void **state)
{
	struct entry entries[] = {full_entry(), {.published = DATE_NONE, .updated = DATE_NONE}};
	struct parsed_feed feed = full_feed(entries);
	struct buffer first = BUFFER_INIT(ROUND_BYTES_MAX);
	struct buffer second = BUFFER_INIT(ROUND_BYTES_MAX);
	struct parsed_feed copy;

	parsed_feed_write(&feed, &first);
	assert_int_equal(read_back(&first, *state, &copy), 0);
	assert_string_equal(copy.entries[0].title, "Caf\xC3\xA9");
	assert_true(copy.entries[0].updated == DATE_NONE);
	assert_null(copy.entries[1].id);
	assert_null(copy.entries[0].enclosures[1].type);
	assert_true(copy.channel.hints.expired);
	assert_int_equal(copy.known_count, 2);
	assert_memory_equal(copy.known, feed.known, 2 * sizeof(*feed.known));
	assert_string_equal(copy.children[0].url, "https://e.example/1.xml");
	assert_true(copy.children[1].updated == DATE_NONE);
	parsed_feed_write(&copy, &second);
	assert_int_equal(first.length, second.length);
	assert_memory_equal(first.bytes, second.bytes, first.length);
	buffer_free(&first);
	buffer_free(&second);
}

static void test_an_answer_cut_anywhere_is_refused(void **state)
{
	struct entry entries[] = {full_entry(), full_entry()};
	struct parsed_feed feed = full_feed(entries);
	struct buffer buffer = BUFFER_INIT(ROUND_BYTES_MAX);
	struct parsed_feed copy;

	parsed_feed_write(&feed, &buffer);
	while (buffer.length > 0) {
		buffer.length--;
		assert_true(read_back(&buffer, *state, &copy) < 0);
		arena_reset(*state);
	}
	buffer_free(&buffer);
}

/* Changes one thing of a full entry and says whether the daemon takes it. */
static bool is_taken(const struct entry *entry, struct arena *arena)
{
	struct entry entries[] = {*entry, *entry};
	struct parsed_feed feed = full_feed(entries);
	struct buffer buffer = BUFFER_INIT(ROUND_BYTES_MAX);
	struct parsed_feed copy;
	int r;

	parsed_feed_write(&feed, &buffer);
	r = read_back(&buffer, arena, &copy);
	buffer_free(&buffer);
	arena_reset(arena);
	return r == 0;
}

static const char *text_of(size_t length)
{
	static char text[ENTRY_TEXT_MAX + 2];

	memset(text, 'x', length);
	text[length] = '\0';
	return text;
}

static void test_texts_hold_at_their_limits_and_not_beyond(void **state)
{
	const struct {
		size_t member;
		size_t limit;
	} cases[] = {
		{offsetof(struct entry, id), ENTRY_ID_MAX},
		{offsetof(struct entry, link), ENTRY_LINK_MAX},
		{offsetof(struct entry, title), ENTRY_TITLE_MAX},
		{offsetof(struct entry, author), ENTRY_AUTHOR_MAX},
		{offsetof(struct entry, summary), ENTRY_TEXT_MAX},
		{offsetof(struct entry, content), ENTRY_TEXT_MAX},
		{offsetof(struct entry, language), LANGUAGE_MAX},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct entry entry = full_entry();
		const char **member = (const char **)(void *)((char *)&entry + cases[i].member);

		*member = text_of(cases[i].limit);
		assert_true(is_taken(&entry, *state));
		*member = text_of(cases[i].limit + 1);
		assert_false(is_taken(&entry, *state));
		*member = "\xC3";
		assert_false(is_taken(&entry, *state));
	}
}

static void test_lists_hold_at_their_limits_and_not_beyond(void **state)
{
	const char *many_categories[ENTRY_CATEGORIES_MAX + 1];
	struct enclosure many_enclosures[ENTRY_ENCLOSURES_MAX + 1];
	struct entry entry = full_entry();

	for (size_t i = 0; i <= ENTRY_CATEGORIES_MAX; i++)
		many_categories[i] = "x";
	for (size_t i = 0; i <= ENTRY_ENCLOSURES_MAX; i++)
		many_enclosures[i] = (struct enclosure){.url = "u"};
	entry.categories = many_categories;
	entry.category_count = ENTRY_CATEGORIES_MAX;
	assert_true(is_taken(&entry, *state));
	entry.category_count++;
	assert_false(is_taken(&entry, *state));
	entry = full_entry();
	entry.enclosures = many_enclosures;
	entry.enclosure_count = ENTRY_ENCLOSURES_MAX;
	assert_true(is_taken(&entry, *state));
	entry.enclosure_count++;
	assert_false(is_taken(&entry, *state));
	many_enclosures[0].url = NULL;
	entry.enclosure_count = 1;
	assert_false(is_taken(&entry, *state));
}

static void test_an_unknown_format_is_refused(void **state)
{
	struct parsed_feed feed = {.channel = {.format = FORMAT_MAX}};
	struct buffer buffer = BUFFER_INIT(ROUND_BYTES_MAX);
	struct parsed_feed copy;

	parsed_feed_write(&feed, &buffer);
	assert_true(read_back(&buffer, *state, &copy) < 0);
	buffer.bytes[0] = FORMAT_CDF;
	assert_int_equal(read_back(&buffer, *state, &copy), 0);
	buffer_free(&buffer);
}

/* Counts that promise more than the input has must not cost memory first. */
static void test_a_count_without_entries_is_refused(void **state)
{
	struct parsed_feed feed = {.channel = {.format = FORMAT_CDF}};
	struct buffer buffer = BUFFER_INIT(ROUND_BYTES_MAX);
	struct parsed_feed copy;

	parsed_feed_write(&feed, &buffer);
	memset(buffer.bytes + buffer.length - 4, 0xFF, 4);
	assert_true(read_back(&buffer, *state, &copy) < 0);
	assert_true(arena_used(*state) < 1024);
	buffer_free(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_feed_comes_back_as_it_was_written, make_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			test_an_answer_cut_anywhere_is_refused, make_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			test_texts_hold_at_their_limits_and_not_beyond, make_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			test_lists_hold_at_their_limits_and_not_beyond, make_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			test_an_unknown_format_is_refused, make_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			test_a_count_without_entries_is_refused, make_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
