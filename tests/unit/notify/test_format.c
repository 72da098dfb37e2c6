/*
 * Each format against golden files: tests/data/notify/EVENT.json gives EVENT.FORMAT (JSON compares
 * by value, text by bytes).
 */
#include "notify/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <jansson.h>

#include "base/utf8.h"
#include "sample_event.h"
#include "support/golden.h"

enum {
	/* What the services publish of their bounds, in characters or bytes. */
	SLACK_SECTION_MAX = 3000,
	SLACK_BLOCKS_MAX = 50,
	DISCORD_TITLE_MAX = 256,
	DISCORD_AUTHOR_MAX = 256,
	DISCORD_DESCRIPTION_MAX = 4096,
	DISCORD_FOOTER_MAX = 2048,
	DISCORD_EMBED_MAX = 6000,
	MATTERMOST_TEXT_MAX = 16383,
	TEAMS_BODY_MAX = 28 * 1024,
	NTFY_MESSAGE_MAX = 4096,
	MATRIX_EVENT_MAX = 65536,
};

static struct hook hook_of(enum hook_format format)
{
	return (struct hook){
		.name = "desk",
		.kind = HOOK_WEBHOOK,
		.format = format,
		.method = "POST",
		.url = format == HOOK_FORMAT_MATRIX
			? "https://chat.example/_matrix/client/v3/rooms/!r:chat.example/send/"
			  "m.room.message"
			: "https://chat.example/hooks/desk",
	};
}

/* The rendering as a golden file has it: the request's line and type, then the body. */
static char *golden_text(const struct rendering *rendering, struct arena *arena)
{
	json_t *body = json_loads(rendering->body, 0, NULL);
	char *pretty = body ? json_dumps(body, JSON_INDENT(2) | JSON_SORT_KEYS) : NULL;
	char *text = arena_printf(arena, "%s %s\n%s\n\n%s\n", rendering->method, rendering->url,
		rendering->content_type, pretty ? pretty : rendering->body);

	json_decref(body);
	free(pretty);
	assert_non_null(text);
	return text;
}

static void test_each_format_is_as_its_golden_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sample_events); i++)
		for (int format = 0; format < HOOK_FORMAT_MAX; format++) {
			struct hook hook = hook_of((enum hook_format)format);
			json_t *event = sample_event(sample_events[i]);
			struct rendering rendering;
			struct arena *arena;
			struct alert alert;
			char path[512];

			if (format == HOOK_FORMAT_JSON) {
				json_decref(event);
				continue; /* the event itself */
			}
			assert_int_equal(arena_new(FORMAT_ARENA_BYTES, &arena), 0);
			alert = sample_alert(event, arena);
			assert_int_equal(format_render(&hook, &alert, arena, &rendering), 0);
			assert_int_equal(rendering.length, strlen(rendering.body));
			(void)snprintf(path, sizeof(path), "%s/%s.%s", TEST_DATA, sample_events[i],
				hook_format_to_string((enum hook_format)format));
			golden_check(path, golden_text(&rendering, arena));
			arena_free(arena);
			json_decref(event);
		}
}

static void test_json_is_the_event_byte_for_byte(void **state)
{
	struct hook hook = hook_of(HOOK_FORMAT_JSON);
	struct alert alert = {.event = "{\"type\": \"story.new\"}"};
	struct rendering rendering;
	struct arena *arena;

	(void)state;
	assert_int_equal(arena_new(FORMAT_ARENA_BYTES, &arena), 0);
	assert_int_equal(format_render(&hook, &alert, arena, &rendering), 0);
	assert_string_equal(rendering.body, alert.event);
	assert_string_equal(rendering.content_type, "application/json");
	assert_string_equal(rendering.url, hook.url);
	assert_string_equal(rendering.method, "POST");
	arena_free(arena);
}

static void fill(char *room, size_t length, const char *sign)
{
	size_t step = strlen(sign);

	for (size_t i = 0; i < length / step * step; i++)
		room[i] = sign[i % step];
}

/* A story event all of whose texts are `sign`, as long as events have them. */
static json_t *flood(const char *sign)
{
	char title[1025] = "";
	char excerpt[2049] = "";
	char url[4096] = "https://example.org/?";
	json_t *event = sample_event("story_new");
	json_t *article = json_object_get(json_object_get(event, "data"), "article");

	fill(title, sizeof(title) - 1, sign);
	fill(excerpt, sizeof(excerpt) - 1, sign);
	for (size_t i = strlen(url); i < sizeof(url) - 1; i++)
		url[i] = '&';
	(void)json_object_set_new(article, "title", json_string(title));
	(void)json_object_set_new(article, "feed_title", json_string(title));
	(void)json_object_set_new(article, "excerpt", json_string(excerpt));
	(void)json_object_set_new(article, "url", json_string(url));
	(void)json_object_set_new(json_object_get(event, "data"), "topic", json_string(title));
	return event;
}

static size_t length_at(json_t *object, const char *name)
{
	return json_string_length(json_object_get(object, name));
}

static void check_slack(json_t *body)
{
	size_t index;
	json_t *block;

	assert_true(json_array_size(json_object_get(body, "blocks")) <= SLACK_BLOCKS_MAX);
	json_array_foreach (json_object_get(body, "blocks"), index, block) {
		assert_true(length_at(json_object_get(block, "text"), "text") <= SLACK_SECTION_MAX);
		assert_true(length_at(json_array_get(json_object_get(block, "elements"), 0),
				    "text") <= SLACK_SECTION_MAX);
	}
}

static void check_discord(json_t *body)
{
	json_t *embed = json_array_get(json_object_get(body, "embeds"), 0);
	size_t title = length_at(embed, "title");
	size_t author = length_at(json_object_get(embed, "author"), "name");
	size_t description = length_at(embed, "description");
	size_t footer = length_at(json_object_get(embed, "footer"), "text");

	assert_true(title > 0 && title <= DISCORD_TITLE_MAX);
	assert_true(author > 0 && author <= DISCORD_AUTHOR_MAX);
	assert_true(description <= DISCORD_DESCRIPTION_MAX);
	assert_true(footer <= DISCORD_FOOTER_MAX);
	assert_true(title + author + description + footer <= DISCORD_EMBED_MAX);
}

static void check_bounds(enum hook_format format, const struct rendering *rendering)
{
	json_t *body = json_loads(rendering->body, 0, NULL);

	if (format != HOOK_FORMAT_TEXT)
		assert_non_null(body);
	if (format == HOOK_FORMAT_SLACK)
		check_slack(body);
	else if (format == HOOK_FORMAT_DISCORD)
		check_discord(body);
	else if (format == HOOK_FORMAT_MATTERMOST)
		assert_true(length_at(body, "text") <= MATTERMOST_TEXT_MAX);
	else if (format == HOOK_FORMAT_TEAMS)
		assert_true(rendering->length <= TEAMS_BODY_MAX);
	else if (format == HOOK_FORMAT_NTFY)
		assert_true(length_at(body, "message") <= NTFY_MESSAGE_MAX);
	else if (format == HOOK_FORMAT_MATRIX)
		assert_true(rendering->length < MATRIX_EVENT_MAX);
	json_decref(body);
}

static void test_bounds_of_the_services_hold_for_the_longest_events(void **state)
{
	static const char *const signs[] = {
		"x", "&", "<", "*", "@", "€", "\"", "word ", "\x01", "\\", "😀", "&amp;"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		for (int format = 0; format < HOOK_FORMAT_MAX; format++) {
			struct hook hook = hook_of((enum hook_format)format);
			json_t *event = flood(signs[i]);
			struct rendering rendering;
			struct arena *arena;
			struct alert alert;

			assert_int_equal(arena_new(FORMAT_ARENA_BYTES, &arena), 0);
			alert = sample_alert(event, arena);
			assert_int_equal(format_render(&hook, &alert, arena, &rendering), 0);
			assert_true(utf8_valid(rendering.body, rendering.length));
			check_bounds((enum hook_format)format, &rendering);
			arena_free(arena);
			json_decref(event);
		}
}

/* A digest as large as events are: so many alerts, of whose titles each has so many signs. */
static json_t *digest_of(size_t count, const char *sign, size_t length)
{
	json_t *event = sample_event("digest");
	json_t *alerts = json_array();
	char title[301] = "";
	char url[1024];

	fill(title, length, sign);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(url, sizeof(url), "https://example.org/news/%zu?a=b&c=(d)%0*d", i,
			i % 7 == 3 ? 600 : 1, 0);
		(void)json_array_append_new(
			alerts, json_pack("{s:s, s:s}", "title", title, "url", url));
	}
	(void)json_object_set_new(json_object_get(event, "data"), "alerts", alerts);
	return event;
}

static size_t count_of(const char *text, const char *sign)
{
	size_t count = 0;

	for (text = strstr(text, sign); text; text = strstr(text + 1, sign))
		count++;
	return count;
}

/* How many alerts the rendering shows, or says that it leaves out. */
static size_t told_in(const struct rendering *rendering, size_t *ret_left_out)
{
	const char *more = strstr(rendering->body, "… and ");

	*ret_left_out = more ? (size_t)strtoul(more + strlen("… and "), NULL, 10) : 0;
	assert_true(!more || strstr(more, " more: wirewatch alerts lists them"));
	return count_of(rendering->body, "• ") + *ret_left_out;
}

static void test_digest_is_shown_whole_or_says_how_many_are_left_out(void **state)
{
	static const struct {
		size_t count, length;
	} sizes[] = {{1, 300}, {2, 10}, {54, 300}, {128, 40}, {128, 80}};
	static const char *const signs[] = {"x", "&", "*", "€", "\"", "word ", "\\", "😀", "@"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes) * ARRAY_SIZE(signs); i++)
		for (int format = 1; format < HOOK_FORMAT_MAX; format++) {
			struct hook hook = hook_of((enum hook_format)format);
			size_t size = i % ARRAY_SIZE(sizes);
			json_t *event = digest_of(sizes[size].count, signs[i / ARRAY_SIZE(sizes)],
				sizes[size].length);
			struct rendering rendering;
			struct arena *arena;
			struct alert alert;
			size_t left_out;

			if (format == HOOK_FORMAT_CLOUDEVENTS) {
				json_decref(event);
				continue; /* the event itself */
			}
			assert_int_equal(arena_new(FORMAT_ARENA_BYTES, &arena), 0);
			alert = sample_alert(event, arena);
			assert_int_equal(format_render(&hook, &alert, arena, &rendering), 0);
			check_bounds((enum hook_format)format, &rendering);
			assert_null(strstr(rendering.body, "(d)000"));
			assert_int_equal(told_in(&rendering, &left_out), sizes[size].count);
			/* Of an event of usual texts nothing is left out where there is room. */
			if (size < 2 || format == HOOK_FORMAT_TEXT)
				assert_int_equal(left_out, 0);
			arena_free(arena);
			json_decref(event);
		}
}

static void test_usual_digest_is_shown_whole_where_the_service_takes_it(void **state)
{
	static const enum hook_format whole[] = {HOOK_FORMAT_SLACK, HOOK_FORMAT_MATTERMOST,
		HOOK_FORMAT_TEAMS, HOOK_FORMAT_MATRIX, HOOK_FORMAT_TEXT};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		struct hook hook = hook_of(whole[i]);
		json_t *event = digest_of(90, "word ", 70);
		struct rendering rendering;
		struct arena *arena;
		struct alert alert;
		size_t left_out;

		assert_int_equal(arena_new(FORMAT_ARENA_BYTES, &arena), 0);
		alert = sample_alert(event, arena);
		assert_int_equal(format_render(&hook, &alert, arena, &rendering), 0);
		assert_int_equal(told_in(&rendering, &left_out), 90);
		assert_int_equal(left_out, 0);
		assert_non_null(strstr(rendering.body, "https://example.org/news/89?"));
		arena_free(arena);
		json_decref(event);
	}
}

static void test_event_that_is_none_is_refused(void **state)
{
	struct hook hook = hook_of(HOOK_FORMAT_SLACK);
	struct alert alert = {.event = "no event"};
	struct rendering rendering;
	struct arena *arena;

	(void)state;
	assert_int_equal(arena_new(FORMAT_ARENA_BYTES, &arena), 0);
	assert_int_equal(format_render(&hook, &alert, arena, &rendering), -EBADMSG);
	alert.event = "{}";
	assert_true(format_render(&hook, &alert, arena, &rendering) <= 0);
	arena_free(arena);
}

static void test_each_format_has_a_name(void **state)
{
	(void)state;
	for (int format = 0; format < HOOK_FORMAT_MAX; format++)
		assert_int_equal(
			hook_format_from_string(hook_format_to_string((enum hook_format)format)),
			format);
	assert_int_equal(hook_format_from_string("fax"), HOOK_FORMAT_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_format_is_as_its_golden_file),
		cmocka_unit_test(test_json_is_the_event_byte_for_byte),
		cmocka_unit_test(test_bounds_of_the_services_hold_for_the_longest_events),
		cmocka_unit_test(test_digest_is_shown_whole_or_says_how_many_are_left_out),
		cmocka_unit_test(test_usual_digest_is_shown_whole_where_the_service_takes_it),
		cmocka_unit_test(test_event_that_is_none_is_refused),
		cmocka_unit_test(test_each_format_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
