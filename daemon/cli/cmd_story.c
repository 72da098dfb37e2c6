#include "cli/clean.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/table.h"
#include "cli/verbs.h"

static void add_row(struct table *table, const json_t *member, int64_t now)
{
	double similarity = json_real_value(json_object_get(member, "similarity"));
	char percent[16];
	char when[WHEN_SIZE];

	(void)snprintf(percent, sizeof(percent), "%.0f %%", 100 * similarity);
	table_add(table, when_format(member_string(member, "first_seen"), now, when));
	table_add(table, member_string(member, "relation"));
	table_add(table, similarity > 0 ? percent : "");
	table_add(table, member_string(member, "site"));
	table_add(table, member_string(member, "title"));
	table_add(table, member_string(member, "why"));
}

static int print_story(const json_t *story)
{
	static const char *const heads[] = {
		"SEEN", "RELATION", ">SIMILAR", "SITE", "TITLE", "WHY", NULL};
	const json_t *members = json_object_get(story, "members");
	_cleanup_(table_freep) struct table *table = NULL;
	long long articles = member_number(story, "articles");
	long long sites = member_number(story, "sites");
	int64_t now = now_seconds();
	int r;

	clean_print(stdout, member_string(story, "title") ? member_string(story, "title") : "-");
	(void)printf("\n%lld article%s on %lld site%s\n\n", articles, articles == 1 ? "" : "s",
		sites, sites == 1 ? "" : "s");
	r = table_new(heads, &table);
	for (size_t i = 0; r == 0 && i < json_array_size(members); i++)
		add_row(table, json_array_get(members, i), now);
	if (r == 0)
		r = table_print(table, stdout, terminal_width());
	return r < 0 ? fail_internal("story", r) : EXIT_CODE_DONE;
}

int cmd_story(int argc, char **argv)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	struct remote remote = {.verb = "story", .lister = "stories"};
	const struct option_line options[] = {REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {"story", "STORY",
		"Shows a story: who carried it when, and how each article relates to it.", options,
		1, 1};
	struct operands operands;
	json_t *body;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	(void)buffer_add_string(&path, "/stories");
	path_add_segment(&path, operands.words[0]);
	if (path.failed)
		return usage_error(&usage, "the argument is too long");
	r = remote_request(&remote, "GET", path.bytes, &body);
	if (r != 0)
		return r;
	if (remote.json)
		return output_finish(output_json(body));
	r = print_story(body);
	json_decref(body);
	return output_finish(r);
}
