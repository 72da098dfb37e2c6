#include "notify/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ctype.h>
#include <errno.h>

#include "base/message_ids.h"

static const struct alert alert = {
	.id = {"01KAJ4XG00ARTCCE0000000001"},
	.type = EVENT_STORY_NEW,
	.topic = "dprk-arms",
	.story = "01KAJ4XG00STRYCCE000000001",
	.title = "Talks end",
	.url = "https://example.org/a",
	.feed = "ap-world",
	.relation = "new",
	.event = "{}",
};

static const char *field(char **fields, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; fields[i]; i++)
		if (strncmp(fields[i], name, length) == 0 && fields[i][length] == '=')
			return fields[i] + length + 1;
	return NULL;
}

static void test_fields_are_those_of_the_specification(void **state)
{
	struct arena *arena;
	char **fields;

	(void)state;
	assert_int_equal(arena_new(65536, &arena), 0);
	assert_int_equal(journal_fields(&alert, arena, &fields), 0);
	assert_string_equal(
		field(fields, "MESSAGE"), "story.new dprk-arms: Talks end https://example.org/a");
	assert_string_equal(field(fields, "MESSAGE_ID"), MESSAGE_STORY_NEW);
	assert_string_equal(field(fields, "PRIORITY"), "5");
	assert_string_equal(field(fields, "WIREWATCH_TOPIC"), "dprk-arms");
	assert_string_equal(field(fields, "WIREWATCH_STORY"), alert.story);
	assert_string_equal(field(fields, "WIREWATCH_URL"), alert.url);
	assert_string_equal(field(fields, "WIREWATCH_FEED"), "ap-world");
	assert_string_equal(field(fields, "WIREWATCH_RELATION"), "new");
	assert_string_equal(field(fields, "WIREWATCH_ALERT_ID"), alert.id.text);
	arena_free(arena);
}

static void test_absent_parts_are_no_fields(void **state)
{
	struct alert health = {
		.id = alert.id,
		.type = EVENT_FEED_FAILING,
		.feed = "ap-world",
	};
	struct arena *arena;
	char **fields;

	(void)state;
	assert_int_equal(arena_new(65536, &arena), 0);
	assert_int_equal(journal_fields(&health, arena, &fields), 0);
	assert_null(field(fields, "WIREWATCH_TOPIC"));
	assert_null(field(fields, "WIREWATCH_URL"));
	assert_string_equal(field(fields, "PRIORITY"), "4");
	arena_free(arena);
}

static void test_each_type_has_a_message_id_of_its_own(void **state)
{
	char ids[EVENT_MAX][33];
	struct alert one = alert;
	struct arena *arena;
	char **fields;

	(void)state;
	assert_int_equal(arena_new(1024 * 1024, &arena), 0);
	for (int type = 0; type < EVENT_MAX; type++) {
		one.type = (enum event_type)type;
		assert_int_equal(journal_fields(&one, arena, &fields), 0);
		assert_int_equal(strlen(field(fields, "MESSAGE_ID")), 32);
		(void)snprintf(ids[type], sizeof(ids[type]), "%s", field(fields, "MESSAGE_ID"));
		for (size_t i = 0; i < 32; i++)
			assert_true(isxdigit((unsigned char)ids[type][i]));
		for (int other = 0; other < type; other++)
			assert_string_not_equal(ids[type], ids[other]);
	}
	arena_free(arena);
}

static void test_memory_that_is_short_is_told(void **state)
{
	struct arena *arena;
	char **fields;

	(void)state;
	assert_int_equal(arena_new(200, &arena), 0);
	assert_int_equal(journal_fields(&alert, arena, &fields), -ENOMEM);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields_are_those_of_the_specification),
		cmocka_unit_test(test_absent_parts_are_no_fields),
		cmocka_unit_test(test_each_type_has_a_message_id_of_its_own),
		cmocka_unit_test(test_memory_that_is_short_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
