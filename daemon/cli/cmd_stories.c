#include "cli/output.h"
#include "cli/rows.h"
#include "cli/verbs.h"

static void add_row(struct table *table, const json_t *story, int64_t now)
{
	_cleanup_(freep) char *languages = member_words(story, "languages");
	char when[WHEN_SIZE];

	table_add(table, member_string(story, "id"));
	table_add(table, when_format(member_string(story, "first_seen"), now, when));
	table_add(table, when_format(member_string(story, "last_seen"), now, when));
	table_add_number(table, member_number(story, "articles"));
	table_add_number(table, member_number(story, "sites"));
	table_add(table, languages);
	table_add(table, member_string(story, "title"));
}

static int print_stories(const json_t *body)
{
	static const char *const heads[] = {"=STORY", "FIRST SEEN", "LAST SEEN", ">ARTICLES",
		">SITES", "LANGUAGES", "TITLE", NULL};

	return rows_print("stories", heads, json_object_get(body, "stories"), add_row);
}

int cmd_stories(int argc, char **argv)
{
	struct remote remote = {.verb = "stories"};
	struct row_filter filter = {0};
	const struct option_line options[] = {
		ROW_OPTION_TOPIC(filter), ROW_OPTIONS(filter), REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {
		"stories", NULL, "Lists stories, the newest first.", options, 0, 0};
	struct operands operands;
	json_t *body;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	r = rows_request(&remote, "/stories", "stories", &filter, &body);
	return r != 0 ? r : remote_print(&remote, body, print_stories);
}
