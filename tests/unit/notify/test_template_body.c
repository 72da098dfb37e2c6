/*
 * Templates against events: what each filter and each kind of body makes of strangers' text, and
 * the table of fields against the schema of events.
 */
#include "notify/template_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <jansson.h>

#include "base/buffer.h"
#include "config/template.h"
#include "model/event_field.h"
#include "notify/format.h"

static const char hostile[] =
	"{\"type\":\"story.new\",\"id\":\"01KAJ4XG00W7Q2M5R8T1V3X6Z9\","
	"\"timestamp\":\"2026-11-21T10:15:00Z\",\"data\":{\"topic\":\"arms\",\"story\":{\"id\":"
	"\"S\","
	"\"articles\":3,\"sites\":[\"a.example\",\"b.example\",\"\",\"c.example\"]},\"article\":{"
	"\"title\":\"\\\"} <b>@all</b> & {{topic}} "
	"*x*\\\\\",\"url\":\"https://e.example/a_b?c=d&e\","
	"\"excerpt\":\"one\\ntwo\\u0007\",\"author\":null},\"match\":[{\"term\":\"x\"},{\"term\":"
	"\"y"
	"\"}],\"relation\":{\"kind\":\"new\",\"similarity\":0.5}}}";

static const char failing[] =
	"{\"type\":\"feed.failing\",\"id\":\"01KAJ4XG00W7Q2M5R8T1V3X6Z9\","
	"\"timestamp\":\"2026-11-21T10:15:00Z\",\"data\":{\"feed\":{\"name\":\"ap\",\"url\":"
	"\"https://e.example/f\"},\"words\":\"is down\",\"since\":null,\"failures\":3}}";

/* Renders as a webhook would; *ret_error is what was returned. */
static const char *render_with(
	struct hook *hook, const char *text, const char *event, struct arena *arena, int *ret_error)
{
	struct config_errors errors = {0};
	struct template *template = NULL;
	struct alert alert = {.event = event};
	struct rendering rendering = {0};

	assert_int_equal(template_parse("t", text,
				 template_escape_of(hook->content_type ? hook->content_type
								       : "application/json"),
				 arena, &errors, &template),
		0);
	for (size_t i = 0; i < errors.count; i++)
		print_error("%s\n", errors.lines[i]);
	config_errors_clear(&errors);
	assert_non_null(template);
	hook->template = template;
	hook->url = "https://hooks.example.org/T0";
	*ret_error = format_render(hook, &alert, arena, &rendering);
	if (*ret_error == 0)
		assert_int_equal(rendering.length, strlen(rendering.body));
	return rendering.body;
}

static void check(const char *content_type, enum hook_format format, const char *text,
	const char *event, const char *expected)
{
	struct hook hook = {.format = format, .content_type = content_type};
	struct arena *arena;
	const char *body;
	int r;

	assert_int_equal(arena_new(4 * FORMAT_ARENA_BYTES, &arena), 0);
	body = render_with(&hook, text, event, arena, &r);
	assert_int_equal(r, 0);
	assert_string_equal(body, expected);
	arena_free(arena);
}

static void test_values_cannot_end_a_string_of_json(void **state)
{
	(void)state;
	check(NULL, HOOK_FORMAT_JSON, "{\"t\":\"{{title}}\",\"e\":\"{{excerpt}}\"}", hostile,
		"{\"t\":\"\\\"} <b>@all</b> & {{topic}} *x*\\\\\",\"e\":\"one\\u000atwo \"}");
}

static void test_plain_text_is_as_it_stands(void **state)
{
	(void)state;
	check("text/plain", HOOK_FORMAT_TEXT, "{{ topic }}: {{title | 8}}\n{{excerpt}}\n", hostile,
		"arms: \"} <b…\none\ntwo \n");
}

static void test_values_cannot_become_markup_of_xml(void **state)
{
	(void)state;
	check("application/xml", HOOK_FORMAT_TEXT, "<a t='{{title}}'/>", hostile,
		"<a t='&quot;} &lt;b&gt;@all&lt;/b&gt; &amp; {{topic}} *x*\\'/>");
}

static void test_values_of_a_form_are_percent_encoded(void **state)
{
	(void)state;
	check("application/x-www-form-urlencoded", HOOK_FORMAT_TEXT, "t={{topic}}&u={{url}}",
		hostile, "t=arms&u=https%3A%2F%2Fe.example%2Fa_b%3Fc%3Dd%26e");
}

static void test_chats_get_text_that_calls_nobody(void **state)
{
	(void)state;
	check(NULL, HOOK_FORMAT_SLACK, "{\"text\":\"<{{url}}|{{title}}>\"}", hostile,
		"{\"text\":\"<https://e.example/a_b?c=d&amp;e|\\\"} &lt;b&gt;@all&lt;/b&gt; &amp; "
		"{{topic}} *x*\\\\>\"}");
	check(NULL, HOOK_FORMAT_DISCORD, "{\"content\":\"[{{title}}]({{url}})\"}", hostile,
		"{\"content\":\"[\\\"} <b>@\u200Ball</b> & {{topic}} \\\\*x\\\\*\\\\\\\\]"
		"(https://e.example/a_b?c=d&e)\"}");
	check(NULL, HOOK_FORMAT_DISCORD, "{\"content\":\"{{topic|plain}}\"}", hostile,
		"{\"content\":\"arms\"}");
	check(NULL, HOOK_FORMAT_MATRIX, "{\"formatted_body\":\"{{title|html}}\"}", hostile,
		"{\"formatted_body\":\"&quot;} &lt;b&gt;@all&lt;/b&gt; &amp; {{topic}} *x*\\\\\"}");
}

static void test_filters_do_what_they_say(void **state)
{
	(void)state;
	check(NULL, HOOK_FORMAT_JSON, "{\"s\":{{data.story.sites|json}},\"n\":{{author|json}}}",
		hostile, "{\"s\":[\"a.example\",\"b.example\",\"\",\"c.example\"],\"n\":null}");
	check("text/plain", HOOK_FORMAT_TEXT, "https://x.example/?q={{title|8|url}}", hostile,
		"https://x.example/?q=%22%7D%20%3Cb%E2%80%A6");
}

static void test_lists_are_joined_and_empty_ones_left_out(void **state)
{
	(void)state;
	check("text/plain", HOOK_FORMAT_TEXT, "{{sites}}; {{terms|lines}}; {{data.story.articles}}",
		hostile, "a.example, b.example, c.example; x\ny; 3");
}

static void test_events_of_each_kind_fill_the_short_names(void **state)
{
	(void)state;
	check("text/plain", HOOK_FORMAT_TEXT,
		"{{heading}}|{{title}}|{{url}}|{{feed}}|{{topic}}|{{type}}", failing,
		"feed.failing · ap|is down|https://e.example/f|ap||feed.failing");
}

static void test_body_beyond_the_bound_is_refused(void **state)
{
	struct hook hook = {.format = HOOK_FORMAT_TEXT, .content_type = "text/plain"};
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(TEMPLATE_BYTES_MAX);
	_cleanup_(buffer_free) struct buffer event = BUFFER_INIT(1024 * 1024);
	struct arena *arena;
	const char *body;
	int r;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		(void)buffer_add_string(&text, "{{title}}");
	(void)buffer_add_string(&event, "{\"data\":{\"topic\":\"t\",\"article\":{\"title\":\"");
	for (size_t i = 0; i < TEMPLATE_VALUE_BYTES; i++)
		(void)buffer_add_char(&event, 'x');
	(void)buffer_add_string(&event, "\"}}}");
	assert_int_equal(arena_new(8 * FORMAT_ARENA_BYTES, &arena), 0);
	body = render_with(&hook, buffer_string(&text), buffer_string(&event), arena, &r);
	assert_int_equal(r, 0);
	assert_int_equal(strlen(body), TEMPLATE_BODY_MAX);
	(void)buffer_add_char(&text, '.');
	(void)render_with(&hook, buffer_string(&text), buffer_string(&event), arena, &r);
	assert_int_equal(r, -EMSGSIZE);
	arena_free(arena);
}

static void test_placeholders_are_bounded(void **state)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(TEMPLATE_BYTES_MAX);
	struct config_errors errors = {0};
	struct template *template;
	struct arena *arena;

	(void)state;
	for (size_t i = 0; i < TEMPLATE_FIELDS_MAX; i++)
		(void)buffer_add_string(&text, ".{{id}}");
	(void)buffer_add_char(&text, '.');
	assert_int_equal(arena_new(1024 * 1024, &arena), 0);
	assert_int_equal(
		template_parse("t", buffer_string(&text), TEMPLATE_TEXT, arena, &errors, &template),
		0);
	assert_non_null(template);
	assert_int_equal(template->count, 2 * TEMPLATE_FIELDS_MAX + 1);
	(void)buffer_add_string(&text, "{{id}}");
	assert_int_equal(
		template_parse("t", buffer_string(&text), TEMPLATE_TEXT, arena, &errors, &template),
		0);
	assert_null(template);
	assert_string_equal(errors.lines[0], "t:1:1796: more than 256 placeholders");
	config_errors_clear(&errors);
	arena_free(arena);
}

/* ---- the table against the schema ---- */

static void check_members(json_t *schema, json_t *object, const char *path);

static void check_member(json_t *schema, json_t *member, const char *path)
{
	const char *reference = json_string_value(json_object_get(member, "$ref"));
	json_t *items = json_object_get(member, "items");

	if (!event_field_find(path))
		fail_msg(
			"%s stands in docs/event.schema.json; add it to model/event_field.c", path);
	if (reference && strncmp(reference, "#/$defs/", 8) == 0)
		member = json_object_get(json_object_get(schema, "$defs"), reference + 8);
	check_members(schema, member, path);
	if (items)
		check_members(schema, items, path);
}

static void check_members(json_t *schema, json_t *object, const char *path)
{
	const char *name;
	json_t *member;

	json_object_foreach (json_object_get(object, "properties"), name, member) {
		char full[256];

		(void)snprintf(full, sizeof(full), "%s%s%s", path, *path ? "." : "", name);
		check_member(schema, member, full);
	}
}

static void test_each_member_of_the_schema_is_a_field(void **state)
{
	json_t *schema = json_load_file(EVENT_SCHEMA, 0, NULL);
	json_t *cases = json_object_get(schema, "allOf");
	size_t index;
	json_t *one;

	(void)state;
	assert_non_null(schema);
	check_members(schema, schema, "");
	assert_true(json_array_size(cases) >= 3);
	json_array_foreach (cases, index, one) {
		json_t *then = json_object_get(json_object_get(one, "then"), "properties");

		check_member(schema, json_object_get(then, "data"), "data");
	}
	json_decref(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_cannot_end_a_string_of_json),
		cmocka_unit_test(test_plain_text_is_as_it_stands),
		cmocka_unit_test(test_values_cannot_become_markup_of_xml),
		cmocka_unit_test(test_values_of_a_form_are_percent_encoded),
		cmocka_unit_test(test_chats_get_text_that_calls_nobody),
		cmocka_unit_test(test_filters_do_what_they_say),
		cmocka_unit_test(test_lists_are_joined_and_empty_ones_left_out),
		cmocka_unit_test(test_events_of_each_kind_fill_the_short_names),
		cmocka_unit_test(test_body_beyond_the_bound_is_refused),
		cmocka_unit_test(test_placeholders_are_bounded),
		cmocka_unit_test(test_each_member_of_the_schema_is_a_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
