#include "cli/output.h"
#include "cli/remote.h"
#include "cli/table.h"
#include "cli/verbs.h"

static int print_alerts(const json_t *alerts)
{
	static const char *const heads[] = {
		"WHEN", "TYPE", "TOPIC", "FEED", "TITLE", "=ALERT", NULL};
	_cleanup_(table_freep) struct table *table = NULL;
	int64_t now = now_seconds();
	char when[WHEN_SIZE];
	int r;

	r = table_new(heads, &table);
	for (size_t i = 0; r == 0 && i < json_array_size(alerts); i++) {
		const json_t *alert = json_array_get(alerts, i);

		table_add(table, when_format(member_string(alert, "time"), now, when));
		table_add(table, member_string(alert, "type"));
		table_add(table, member_string(alert, "topic"));
		table_add(table, member_string(alert, "feed"));
		table_add(table, member_string(alert, "title"));
		table_add(table, member_string(alert, "id"));
	}
	if (r == 0)
		r = table_print(table, stdout, terminal_width());
	return r < 0 ? fail_internal("alerts", r) : EXIT_CODE_DONE;
}

int cmd_alerts(int argc, char **argv)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	struct remote remote = {.verb = "alerts"};
	const char *topic = NULL;
	const char *since = NULL;
	const char *limit = NULL;
	bool events = false;
	const struct option_line options[] = {
		{"topic", "TOPIC", OPTION_TEXT, &topic, "only alerts of the topic"},
		{"since", "WHEN", OPTION_TEXT, &since, "only since then: 24h, 2026-11-21"},
		{"limit", "N", OPTION_TEXT, &limit, "at most so many (100; up to 1000)"},
		{"events", NULL, OPTION_FLAG, &events, "with --json: the whole events as sent"},
		REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {
		"alerts", NULL, "Lists what users were told, the newest first.", options, 0, 0};
	struct operands operands;
	json_t *body;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	(void)buffer_add_string(&path, "/alerts");
	path_add_parameter(&path, "topic", topic);
	path_add_parameter(&path, "since", since);
	path_add_parameter(&path, "limit", limit);
	path_add_parameter(&path, "events", events ? "yes" : NULL);
	if (path.failed)
		return usage_error(&usage, "the arguments are too long");
	r = remote_request(&remote, "GET", path.bytes, &body);
	if (r != 0)
		return r;
	if (remote.json)
		return output_finish(output_json(body));
	r = print_alerts(json_object_get(body, "alerts"));
	json_decref(body);
	return output_finish(r);
}
