/* Every event that is built here is validated against docs/event.schema.json. */
#include "notify/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <jansson.h>

#include "base/utf8.h"
#include "model/entry.h"
#include "notify/health_event.h"
#include "support/json_schema.h"

#define NOON (UINT64_C(1792324800) * USEC_SEC)

struct room {
	struct arena *arena;
	json_t *schema;
};

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	assert_int_equal(arena_new(256 * 1024, &room->arena), 0);
	room->schema = json_load_file(EVENT_SCHEMA, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(room->schema);
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;

	arena_free(room->arena);
	json_decref(room->schema);
	free(room);
	return 0;
}

static const struct story story = {
	.key = 3,
	.id = {"01KAJ4XG00STORY00000000001"},
	.title = "Talks end",
	.first_seen = NOON - USEC_HOUR,
	.last_seen = NOON,
	.article_count = 3,
	.site_count = 2,
};

static const char *const sites[] = {"example.org", "example.net"};

static const struct match_span spans[] = {
	{"north korea", "title", "… «North Korea» and Russia …"},
};

static const struct verdict verdict = {
	.relation = RELATION_NEW,
	.why = "no stored story shares its text",
};

static const struct article article = {
	.id = "01KAJ4XG00ARTICLE000000001",
	.url = "https://example.org/a?b=1&c=2",
	.title = "North Korea and Russia end talks",
	.text = "The talks ended.\nNobody said why.",
	.author = "Ann Author",
	.language = "en",
	.published = (int64_t)(NOON / USEC_SEC) - 60,
	.first_seen = NOON,
};

static struct event_facts facts_of(const struct article *of)
{
	return (struct event_facts){
		.type = EVENT_STORY_NEW,
		.time = NOON,
		.topic = "dprk-arms",
		.story = &story,
		.sites = sites,
		.site_count = 2,
		.article = of,
		.feed = "ap-world",
		.feed_title = "World",
		.spans = spans,
		.span_count = 1,
		.verdict = &verdict,
	};
}

/* The event as JSON, valid by the schema and short enough; to be decref'd. */
static json_t *read_event(struct room *room, const struct alert *alert)
{
	json_t *event;
	char words[512];

	assert_true(strlen(alert->event) < EVENT_BYTES_MAX);
	event = json_loads(alert->event, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(event);
	if (json_schema_check(room->schema, event, words, sizeof(words)) < 0)
		fail_msg("%s", words);
	return event;
}

static const char *text_at(json_t *event, const char *part, const char *name)
{
	return json_string_value(
		json_object_get(json_object_get(json_object_get(event, "data"), part), name));
}

static void test_event_says_what_the_facts_say(void **state)
{
	struct room *room = *state;
	struct event_facts facts = facts_of(&article);
	struct alert alert;
	json_t *event;

	assert_int_equal(event_build(&facts, room->arena, &alert), 0);
	event = read_event(room, &alert);
	assert_string_equal(json_string_value(json_object_get(event, "type")), "story.new");
	assert_string_equal(json_string_value(json_object_get(event, "id")), alert.id.text);
	assert_string_equal(
		json_string_value(json_object_get(event, "timestamp")), "2026-10-18T12:00:00Z");
	assert_string_equal(text_at(event, "story", "first_seen"), "2026-10-18T11:00:00Z");
	assert_string_equal(text_at(event, "article", "url"), article.url);
	assert_string_equal(text_at(event, "article", "excerpt"), article.text);
	assert_string_equal(text_at(event, "article", "published"), "2026-10-18T11:59:00Z");
	assert_string_equal(text_at(event, "article", "feed"), "ap-world");
	assert_string_equal(text_at(event, "relation", "kind"), "new");
	assert_null(text_at(event, "relation", "of"));
	json_decref(event);
	assert_string_equal(alert.topic, "dprk-arms");
	assert_string_equal(alert.story, story.id.text);
	assert_string_equal(alert.title, article.title);
	assert_string_equal(alert.url, article.url);
	assert_string_equal(alert.feed, "ap-world");
	assert_string_equal(alert.relation, "new");
	assert_int_equal(alert.type, EVENT_STORY_NEW);
}

static void test_same_facts_give_the_same_bytes_and_id(void **state)
{
	struct room *room = *state;
	struct event_facts facts = facts_of(&article);
	struct alert first;
	struct alert second;

	assert_int_equal(event_build(&facts, room->arena, &first), 0);
	assert_int_equal(event_build(&facts, room->arena, &second), 0);
	assert_string_equal(first.event, second.event);
	assert_string_equal(first.id.text, second.id.text);
}

static void test_each_event_of_a_story_has_an_id_of_its_own(void **state)
{
	struct room *room = *state;
	struct event_facts facts[4];
	struct alert alerts[4];

	for (size_t i = 0; i < 4; i++)
		facts[i] = facts_of(&article);
	facts[1].sequence = 1;
	facts[2].type = EVENT_STORY_UPDATE;
	facts[3].topic = "other";
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(event_build(&facts[i], room->arena, &alerts[i]), 0);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(alerts[i].id.text, alerts[j].id.text);
	}
}

static void test_update_says_what_changed(void **state)
{
	struct room *room = *state;
	struct verdict update = {
		.relation = RELATION_UPDATE,
		.similarity = 0.75,
		.why = "same entry",
		.changed = "title: 3 dead -> 5 dead",
	};
	struct event_facts facts = facts_of(&article);
	struct alert alert;
	json_t *event;

	facts.type = EVENT_STORY_UPDATE;
	facts.verdict = &update;
	facts.of = "01KAJ4XG00ARTICLE000000000";
	assert_int_equal(event_build(&facts, room->arena, &alert), 0);
	event = read_event(room, &alert);
	assert_string_equal(text_at(event, "relation", "changed"), update.changed);
	assert_string_equal(text_at(event, "relation", "of"), facts.of);
	json_decref(event);
}

static void test_absent_parts_are_null(void **state)
{
	struct room *room = *state;
	struct article bare = {.published = DATE_NONE};
	struct event_facts facts = facts_of(&bare);
	struct alert alert;
	json_t *event;

	facts.spans = NULL;
	facts.span_count = 0;
	facts.sites = NULL;
	facts.site_count = 0;
	facts.feed_title = NULL;
	assert_int_equal(event_build(&facts, room->arena, &alert), 0);
	event = read_event(room, &alert);
	assert_null(text_at(event, "article", "url"));
	assert_null(text_at(event, "article", "published"));
	json_decref(event);
}

static char *repeat(struct arena *arena, const char *what, size_t length)
{
	char *text = arena_alloc(arena, length + 1);
	size_t step = strlen(what);

	assert_non_null(text);
	for (size_t i = 0; i < length / step * step; i++)
		text[i] = what[i % step];
	return text;
}

static void test_excerpt_is_cut_at_a_word(void **state)
{
	struct room *room = *state;
	struct article lengthy = article;
	struct event_facts facts = facts_of(&lengthy);
	struct alert alert;
	const char *excerpt;
	json_t *event;

	lengthy.text = repeat(room->arena, "Wörter und Sätze ", 20000);
	assert_int_equal(event_build(&facts, room->arena, &alert), 0);
	event = read_event(room, &alert);
	excerpt = text_at(event, "article", "excerpt");
	assert_true(strlen(excerpt) <= EVENT_EXCERPT_BYTES + strlen(" …"));
	assert_true(strlen(excerpt) > EVENT_EXCERPT_BYTES / 2);
	assert_true(utf8_valid(excerpt, strlen(excerpt)));
	excerpt += strlen(excerpt) - strlen(" …");
	assert_string_equal(excerpt, " …");
	assert_true(excerpt[-1] == 'r' || excerpt[-1] == 'd' || excerpt[-1] == 'e');
	json_decref(event);
}

/* The worst that a feed can say: JSON needs six bytes for each of these. */
static void test_event_of_control_bytes_alone_still_fits(void **state)
{
	struct room *room = *state;
	char *worst = repeat(room->arena, "\x01", 4096);
	struct article evil = {
		.id = article.id,
		.url = worst,
		.title = worst,
		.text = worst,
		.author = worst,
		.language = worst,
		.published = INT64_MAX,
		.first_seen = USEC_INFINITY,
	};
	struct match_span evil_spans[MATCH_SPANS_MAX];
	const char *evil_sites[EVENT_SITES_MAX + 1];
	struct event_facts facts = facts_of(&evil);
	struct alert alert;

	for (size_t i = 0; i < MATCH_SPANS_MAX; i++)
		evil_spans[i] = (struct match_span){worst, worst, worst};
	for (size_t i = 0; i <= EVENT_SITES_MAX; i++)
		evil_sites[i] = worst;
	facts.spans = evil_spans;
	facts.span_count = MATCH_SPANS_MAX;
	facts.sites = evil_sites;
	facts.site_count = EVENT_SITES_MAX + 1;
	facts.feed_title = worst;
	assert_int_equal(event_build(&facts, room->arena, &alert), 0);
	json_decref(read_event(room, &alert));
}

static void test_words_that_were_cut_in_a_character_are_mended(void **state)
{
	struct room *room = *state;
	struct verdict split = {.relation = RELATION_NEW, .why = "caf\xC3"};
	struct event_facts facts = facts_of(&article);
	struct alert alert;
	json_t *event;

	facts.verdict = &split;
	assert_int_equal(event_build(&facts, room->arena, &alert), 0);
	event = read_event(room, &alert);
	assert_string_equal(text_at(event, "relation", "why"), "caf");
	json_decref(event);
}

static void test_arena_that_is_too_small_is_told(void **state)
{
	struct room *room = *state;
	struct event_facts facts = facts_of(&article);
	struct arena *small;
	struct alert alert;

	(void)room;
	assert_int_equal(arena_new(8, &small), 0);
	assert_true(event_build(&facts, small, &alert) < 0);
	arena_free(small);
}

static void test_health_events_are_as_the_schema_says(void **state)
{
	struct room *room = *state;
	struct health_facts facts = {
		.time = NOON,
		.name = "ap-world",
		.url = "https://example.org/feed",
		.title = "World",
		.words = "the server answered HTTP 500; nothing to do yet",
		.since = NOON - USEC_HOUR,
		.failures = 3,
		.moved_to = "https://example.org/new",
	};
	struct alert alert;

	for (int type = EVENT_TEST; type < EVENT_MAX; type++) {
		facts.type = (enum event_type)type;
		assert_int_equal(health_event_build(&facts, room->arena, &alert), 0);
		json_decref(read_event(room, &alert));
		assert_null(alert.topic);
		assert_null(alert.story);
	}
}

static void test_health_event_of_the_longest_texts_fits(void **state)
{
	struct room *room = *state;
	char *worst = repeat(room->arena, "\x01", 20000);
	struct health_facts facts = {
		.type = EVENT_FEED_MOVED,
		.time = NOON,
		.name = "ap-world",
		.url = worst,
		.title = worst,
		.words = worst,
		.moved_to = worst,
	};
	struct alert alert;

	assert_int_equal(health_event_build(&facts, room->arena, &alert), 0);
	json_decref(read_event(room, &alert));
}

static void test_schema_refuses_what_it_does_not_describe(void **state)
{
	static const char *const wrong[] = {
		"{}",
		"{\"type\":\"story.new\"}",
		"{\"type\":\"hook.failing\",\"id\":\"short\",\"timestamp\":\"2026-10-18T12:00:"
		"00Z\","
		"\"data\":{\"hook\":\"a\",\"words\":null,\"since\":null,\"failures\":1}}",
		"{\"type\":\"hook.failing\",\"id\":\"01KAJ4XG00ARTCCE0000000001\",\"timestamp\":"
		"\"2026-10-18 12:00\",\"data\":{\"hook\":\"a\",\"words\":null,\"since\":null,"
		"\"failures\":1}}",
		"{\"type\":\"hook.failing\",\"id\":\"01KAJ4XG00ARTCCE0000000001\",\"timestamp\":"
		"\"2026-10-18T12:00:00Z\",\"data\":{\"hook\":\"a\",\"words\":null,\"since\":null,"
		"\"failures\":-1}}",
		"{\"type\":\"hook.failing\",\"id\":\"01KAJ4XG00ARTCCE0000000001\",\"timestamp\":"
		"\"2026-10-18T12:00:00Z\",\"data\":{\"hook\":\"a\",\"words\":null,\"since\":null,"
		"\"failures\":1,\"more\":1}}",
	};
	struct room *room = *state;
	char words[512];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *event = json_loads(wrong[i], 0, NULL);

		assert_non_null(event);
		assert_int_equal(json_schema_check(room->schema, event, words, sizeof(words)), -1);
		json_decref(event);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_says_what_the_facts_say),
		cmocka_unit_test(test_same_facts_give_the_same_bytes_and_id),
		cmocka_unit_test(test_each_event_of_a_story_has_an_id_of_its_own),
		cmocka_unit_test(test_update_says_what_changed),
		cmocka_unit_test(test_absent_parts_are_null),
		cmocka_unit_test(test_excerpt_is_cut_at_a_word),
		cmocka_unit_test(test_event_of_control_bytes_alone_still_fits),
		cmocka_unit_test(test_words_that_were_cut_in_a_character_are_mended),
		cmocka_unit_test(test_arena_that_is_too_small_is_told),
		cmocka_unit_test(test_health_events_are_as_the_schema_says),
		cmocka_unit_test(test_health_event_of_the_longest_texts_fits),
		cmocka_unit_test(test_schema_refuses_what_it_does_not_describe),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
