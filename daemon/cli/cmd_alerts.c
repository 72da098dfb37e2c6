#include "cli/output.h"
#include "cli/rows.h"
#include "cli/verbs.h"

static void add_row(struct table *table, const json_t *alert, int64_t now)
{
	char when[WHEN_SIZE];

	table_add(table, when_format(member_string(alert, "time"), now, when));
	table_add(table, member_string(alert, "type"));
	table_add(table, member_string(alert, "topic"));
	table_add(table, member_string(alert, "feed"));
	table_add(table, member_string(alert, "title"));
	table_add(table, member_string(alert, "id"));
}

static int print_alerts(const json_t *body)
{
	static const char *const heads[] = {
		"WHEN", "TYPE", "TOPIC", "FEED", "TITLE", "=ALERT", NULL};

	const json_t *alerts = json_object_get(body, "alerts");
	int r;

	r = rows_print("alerts", heads, alerts, add_row);
	if (json_array_size(alerts) == 0)
		(void)printf(
			"'wirewatch explain TOPIC ARTICLE' says why an article brought none.\n");
	return r;
}

int cmd_alerts(int argc, char **argv)
{
	struct remote remote = {.verb = "alerts"};
	struct row_filter filter = {0};
	bool events = false;
	const struct option_line options[] = {ROW_OPTION_TOPIC(filter), ROW_OPTIONS(filter),
		{"events", NULL, OPTION_FLAG, &events, "with --json: the whole events as sent"},
		REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {
		"alerts", NULL, "Lists what users were told, the newest first.", options, 0, 0};
	struct operands operands;
	json_t *body;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	r = rows_request(
		&remote, events ? "/alerts?events=yes" : "/alerts", "alerts", &filter, &body);
	return r != 0 ? r : remote_print(&remote, body, print_alerts);
}
