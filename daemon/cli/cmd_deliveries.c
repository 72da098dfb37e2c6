#include <string.h>

#include "cli/output.h"
#include "cli/remote.h"
#include "cli/table.h"
#include "cli/verbs.h"

static int print_deliveries(const json_t *deliveries)
{
	static const char *const heads[] = {
		">ID", "HOOK", "STATE", ">ATTEMPTS", "CREATED", "NEXT", "=ALERT", "ERROR", NULL};
	_cleanup_(table_freep) struct table *table = NULL;
	int64_t now = now_seconds();
	char when[WHEN_SIZE];
	int r;

	r = table_new(heads, &table);
	for (size_t i = 0; r == 0 && i < json_array_size(deliveries); i++) {
		const json_t *delivery = json_array_get(deliveries, i);

		table_add_number(table, member_number(delivery, "id"));
		table_add(table, member_string(delivery, "hook"));
		table_add(table, member_string(delivery, "state"));
		table_add_number(table, member_number(delivery, "attempts"));
		table_add(table, when_format(member_string(delivery, "created"), now, when));
		table_add(table, when_format(member_string(delivery, "next_attempt"), now, when));
		table_add(table, member_string(delivery, "alert"));
		table_add(table, member_string(delivery, "error"));
	}
	if (r == 0)
		r = table_print(table, stdout, terminal_width());
	return r < 0 ? fail_internal("deliveries", r) : EXIT_CODE_DONE;
}

/* `retry ID...` and `drop ID...`: all are tried, the first refusal is the exit status. */
static int change(const struct remote *remote, const char *action, char **ids, size_t count)
{
	int status = EXIT_CODE_DONE;

	for (size_t i = 0; i < count; i++) {
		_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
		json_t *body = NULL;
		int r;

		(void)buffer_add_string(&path, "/deliveries");
		path_add_segment(&path, ids[i]);
		path_add_segment(&path, action);
		r = path.failed ? fail_internal(remote->verb, path.failed)
				: remote_request(remote, "POST", path.bytes, &body);
		if (r == 0 && remote->json)
			r = output_json(json_incref(body));
		else if (r == 0)
			(void)printf("%s: %s\n", ids[i],
				strcmp(action, "retry") == 0 ? "is sent again" : "is given up");
		json_decref(body);
		if (r == EXIT_CODE_UNREACHABLE)
			return r;
		if (status == EXIT_CODE_DONE)
			status = r;
	}
	return status;
}

static int list(const struct remote *remote, bool failed, const char *since, const char *limit)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	json_t *body;
	int r;

	(void)buffer_add_string(&path, "/deliveries");
	path_add_parameter(&path, "failed", failed ? "yes" : NULL);
	path_add_parameter(&path, "since", since);
	path_add_parameter(&path, "limit", limit);
	if (path.failed)
		return fail_internal(remote->verb, path.failed);
	r = remote_request(remote, "GET", path.bytes, &body);
	if (r != 0)
		return r;
	if (remote->json)
		return output_json(body);
	r = print_deliveries(json_object_get(body, "deliveries"));
	json_decref(body);
	return r;
}

int cmd_deliveries(int argc, char **argv)
{
	struct remote remote = {.verb = "deliveries", .lister = "deliveries"};
	bool failed = false;
	const char *since = NULL;
	const char *limit = NULL;
	const struct option_line options[] = {
		{"failed", NULL, OPTION_FLAG, &failed, "only those that were given up"},
		{"since", "WHEN", OPTION_TEXT, &since, "only since then: 24h, 2026-11-21"},
		{"limit", "N", OPTION_TEXT, &limit, "at most so many (100; up to 1000)"},
		REMOTE_OPTIONS(remote), {0}};
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
		return output_finish(list(&remote, failed, since, limit));
	if (strcmp(action, "retry") != 0 && strcmp(action, "drop") != 0)
		return usage_error(&usage, "expected %s", usage.operands);
	if (operands.count < 2)
		return usage_error(&usage, "expected the ids of deliveries after %s", action);
	return output_finish(change(&remote, action, operands.words + 1, operands.count - 1));
}
