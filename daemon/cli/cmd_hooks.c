#include <string.h>

#include "cli/clean.h"
#include "cli/complaint.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/table.h"
#include "cli/verbs.h"

enum {
	TEST_PATIENCE = 3700, /* seconds: Timeout= may be an hour */
};

static int print_hooks(const json_t *hooks)
{
	static const char *const heads[] = {
		"HOOK", "KIND", "STATE", "UNTIL", ">IN FLIGHT", ">PENDING", ">DEAD", "ERROR", NULL};
	_cleanup_(table_freep) struct table *table = NULL;
	int64_t now = now_seconds();
	char when[WHEN_SIZE];
	int r;

	r = table_new(heads, &table);
	for (size_t i = 0; r == 0 && i < json_array_size(hooks); i++) {
		const json_t *hook = json_array_get(hooks, i);

		table_add(table, member_string(hook, "name"));
		table_add(table, member_string(hook, "kind"));
		table_add(table, member_string(hook, "state"));
		table_add(table, when_format(member_string(hook, "held_until"), now, when));
		table_add_number(table, member_number(hook, "in_flight"));
		table_add_number(table, member_number(hook, "pending"));
		table_add_number(table, member_number(hook, "dead"));
		table_add(table, member_string(hook, "error"));
	}
	if (r == 0)
		r = table_print(table, stdout, terminal_width());
	return r < 0 ? fail_internal("hooks", r) : EXIT_CODE_DONE;
}

static int list(const struct remote *remote)
{
	json_t *body;
	int r;

	r = remote_request(remote, "GET", "/hooks", &body);
	if (r != 0)
		return r;
	if (remote->json)
		return output_json(body);
	r = print_hooks(json_object_get(body, "hooks"));
	json_decref(body);
	return r;
}

static void print_line(const char *name, const char *text)
{
	(void)printf("%s", name);
	clean_print(stdout, text);
	(void)putchar('\n');
}

static void print_test(const json_t *test)
{
	const json_t *lines = json_object_get(test, "exchange");
	const char *words = member_string(test, "words");
	const char *next = member_string(test, "next");

	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *line = json_string_value(json_array_get(lines, i));

		print_line("", line ? line : "");
	}
	(void)printf("\n%s after %lld ms", member_string(test, "verdict"),
		member_number(test, "milliseconds"));
	print_line(words ? ": " : "", words ? words : "");
	print_line("Next: ", next ? next : "");
}

static int test(struct remote *remote, const char *name)
{
	const char *verdict;
	json_t *body;
	bool delivered;
	int r;

	remote->patience = TEST_PATIENCE;
	r = remote_request_one(remote, "POST", "/hooks", name, "test", &body);
	if (r != 0)
		return r;
	verdict = member_string(body, "verdict");
	delivered = verdict && strcmp(verdict, "delivered") == 0;
	if (remote->json)
		r = output_json(json_incref(body));
	else
		print_test(body);
	json_decref(body);
	return r != 0 ? r : delivered ? EXIT_CODE_DONE : EXIT_CODE_REFUSED;
}

int cmd_hooks(int argc, char **argv)
{
	struct remote remote = {.verb = "hooks"};
	const struct option_line options[] = {REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {"hooks", "[list | test HOOK]",
		"Lists the hooks, how they do and what waits for them; or sends one a test event,\n"
		"marked as such, and prints what was said both ways.",
		options, 0, 2};
	struct operands operands;
	const char *action;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	action = operands.count > 0 ? operands.words[0] : "list";
	if (strcmp(action, "test") == 0 && operands.count == 2)
		return output_finish(test(&remote, operands.words[1]));
	if (strcmp(action, "list") != 0 || operands.count > 1)
		return usage_error(&usage, "expected %s", usage.operands);
	return output_finish(list(&remote));
}
