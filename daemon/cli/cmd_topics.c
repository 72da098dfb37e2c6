#include "cli/output.h"
#include "cli/remote.h"
#include "cli/table.h"
#include "cli/verbs.h"

static void add_row(struct table *table, const json_t *topic)
{
	_cleanup_(freep) char *feeds = member_words(topic, "feeds");
	_cleanup_(freep) char *alert = member_words(topic, "alert");
	_cleanup_(freep) char *notify = member_words(topic, "notify");

	table_add(table, member_string(topic, "name"));
	table_add(table, feeds && feeds[0] != '\0' ? feeds : "all");
	table_add(table, alert);
	table_add(table, notify);
	table_add(table, member_string(topic, "query"));
}

static int print_topics(const json_t *topics)
{
	static const char *const heads[] = {
		"TOPIC", "FEEDS", "ALERTS ON", "NOTIFIES", "QUERY", NULL};
	_cleanup_(table_freep) struct table *table = NULL;
	int r;

	r = table_new(heads, &table);
	for (size_t i = 0; r == 0 && i < json_array_size(topics); i++)
		add_row(table, json_array_get(topics, i));
	if (r == 0)
		r = table_print(table, stdout, terminal_width());
	return r < 0 ? fail_internal("topics", r) : EXIT_CODE_DONE;
}

int cmd_topics(int argc, char **argv)
{
	struct remote remote = {.verb = "topics"};
	const struct option_line options[] = {REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {
		"topics", NULL, "Lists the topics that the daemon watches.", options, 0, 0};
	struct operands operands;
	json_t *body;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	r = remote_list(&remote, "/topics", "topics", &body);
	if (r != 0)
		return r;
	if (remote.json)
		return output_finish(output_json(body));
	r = print_topics(json_object_get(body, "topics"));
	json_decref(body);
	return output_finish(r);
}
