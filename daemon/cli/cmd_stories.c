#include "cli/output.h"
#include "cli/remote.h"
#include "cli/table.h"
#include "cli/verbs.h"

static int print_stories(const json_t *stories)
{
	static const char *const heads[] = {
		"=STORY", "FIRST SEEN", "LAST SEEN", ">ARTICLES", ">SITES", "TITLE", NULL};
	_cleanup_(table_freep) struct table *table = NULL;
	int64_t now = now_seconds();
	char when[WHEN_SIZE];
	int r;

	r = table_new(heads, &table);
	for (size_t i = 0; r == 0 && i < json_array_size(stories); i++) {
		const json_t *story = json_array_get(stories, i);

		table_add(table, member_string(story, "id"));
		table_add(table, when_format(member_string(story, "first_seen"), now, when));
		table_add(table, when_format(member_string(story, "last_seen"), now, when));
		table_add_number(table, member_number(story, "articles"));
		table_add_number(table, member_number(story, "sites"));
		table_add(table, member_string(story, "title"));
	}
	if (r == 0)
		r = table_print(table, stdout, terminal_width());
	return r < 0 ? fail_internal("stories", r) : EXIT_CODE_DONE;
}

int cmd_stories(int argc, char **argv)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	struct remote remote = {.verb = "stories"};
	const char *topic = NULL;
	const char *since = NULL;
	const char *limit = NULL;
	const struct option_line options[] = {
		{"topic", "TOPIC", OPTION_TEXT, &topic, "only stories that matched the topic"},
		{"since", "WHEN", OPTION_TEXT, &since, "only since then: 24h, 2026-11-21"},
		{"limit", "N", OPTION_TEXT, &limit, "at most so many (100; up to 1000)"},
		REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {
		"stories", NULL, "Lists stories, the newest first.", options, 0, 0};
	struct operands operands;
	json_t *body;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	(void)buffer_add_string(&path, "/stories");
	path_add_parameter(&path, "topic", topic);
	path_add_parameter(&path, "since", since);
	path_add_parameter(&path, "limit", limit);
	if (path.failed)
		return usage_error(&usage, "the arguments are too long");
	r = remote_request(&remote, "GET", path.bytes, &body);
	if (r != 0)
		return r;
	if (remote.json)
		return output_finish(output_json(body));
	r = print_stories(json_object_get(body, "stories"));
	json_decref(body);
	return output_finish(r);
}
