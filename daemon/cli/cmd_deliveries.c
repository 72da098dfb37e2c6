#include <string.h>

#include "cli/changes.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/verbs.h"

static void add_row(struct table *table, const json_t *delivery, int64_t now)
{
	char when[WHEN_SIZE];

	table_add_number(table, member_number(delivery, "id"));
	table_add(table, member_string(delivery, "hook"));
	table_add(table, member_string(delivery, "state"));
	table_add_number(table, member_number(delivery, "attempts"));
	table_add(table, when_format(member_string(delivery, "created"), now, when));
	table_add(table, when_format(member_string(delivery, "next_attempt"), now, when));
	table_add(table, member_string(delivery, "alert"));
	table_add(table, member_string(delivery, "error"));
}

static int print_deliveries(const json_t *body)
{
	static const char *const heads[] = {
		">ID", "HOOK", "STATE", ">ATTEMPTS", "CREATED", "NEXT", "=ALERT", "ERROR", NULL};

	return rows_print("deliveries", heads, json_object_get(body, "deliveries"), add_row);
}

static int list(const struct remote *remote, bool failed, const struct row_filter *filter)
{
	json_t *body;
	int r;

	r = rows_request(remote, failed ? "/deliveries?failed=yes" : "/deliveries", "deliveries",
		filter, &body);
	return r != 0 ? r : remote_print(remote, body, print_deliveries);
}

int cmd_deliveries(int argc, char **argv)
{
	struct remote remote = {.verb = "deliveries"};
	bool failed = false;
	struct row_filter filter = {0};
	const struct option_line options[] = {
		{"failed", NULL, OPTION_FLAG, &failed, "only those that were given up"},
		ROW_OPTIONS(filter), REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {"deliveries", "[list | retry ID... | drop ID...]",
		"Lists the deliveries of alerts to hooks, sends one again, or gives it up.",
		options, 0, SIZE_MAX};
	struct operands operands;
	const char *action;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	action = operands.count > 0 ? operands.words[0] : "list";
	if (strcmp(action, "list") == 0 && operands.count <= 1)
		return output_finish(list(&remote, failed, &filter));
	if (strcmp(action, "retry") != 0 && strcmp(action, "drop") != 0)
		return usage_error(&usage, "expected %s", usage.operands);
	if (operands.count < 2)
		return usage_error(&usage, "expected the ids of deliveries after %s", action);
	return output_finish(
		deliveries_change(&remote, action, operands.words + 1, operands.count - 1));
}
