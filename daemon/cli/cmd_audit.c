#include <string.h>

#include "cli/clean.h"
#include "cli/complaint.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/table.h"
#include "cli/verbs.h"

static void add_request(struct table *table, const json_t *request, int64_t now)
{
	const char *etag = member_string(request, "if_none_match");
	const char *modified = member_string(request, "if_modified_since");
	char when[WHEN_SIZE];

	table_add(table, member_string(request, "started"));
	table_add_number(table, member_number(request, "status"));
	table_add(table, member_string(request, "outcome"));
	table_add_number(table, member_number(request, "bytes"));
	table_add(table, when_format(member_string(request, "next_poll"), now, when));
	table_add(table, member_string(request, "why"));
	table_add(table, etag ? etag : modified);
}

static int print_requests(const json_t *requests)
{
	static const char *const heads[] = {"STARTED", ">STATUS", "OUTCOME", ">BYTES", "NEXT",
		"WHY THEN", "VALIDATOR SENT", NULL};
	_cleanup_(table_freep) struct table *table = NULL;
	int64_t now = now_seconds();
	int r;

	r = table_new(heads, &table);
	for (size_t i = 0; r == 0 && i < json_array_size(requests); i++)
		add_request(table, json_array_get(requests, i), now);
	if (r == 0)
		r = table_print(table, stdout, terminal_width());
	(void)fputc('\n', stdout);
	return r < 0 ? fail_internal("audit", r) : EXIT_CODE_DONE;
}

static int print_pages(const json_t *requests)
{
	static const char *const heads[] = {"STARTED", ">STATUS", ">BYTES", "FOR", "URL", NULL};
	_cleanup_(table_freep) struct table *table = NULL;
	int r;

	if (json_array_size(requests) == 0)
		return EXIT_CODE_DONE;
	r = table_new(heads, &table);
	for (size_t i = 0; r == 0 && i < json_array_size(requests); i++) {
		const json_t *request = json_array_get(requests, i);

		table_add(table, member_string(request, "started"));
		table_add_number(table, member_number(request, "status"));
		table_add_number(table, member_number(request, "bytes"));
		table_add(table, member_string(request, "for"));
		table_add(table, member_string(request, "url"));
	}
	if (r == 0)
		r = table_print(table, stdout, terminal_width());
	(void)fputc('\n', stdout);
	return r < 0 ? fail_internal("audit", r) : EXIT_CODE_DONE;
}

static int print_rules(const json_t *rules)
{
	static const char *const heads[] = {
		"RULE", ">CHECKED", ">BREACHES", "WHAT IT ASKS FOR", NULL};
	_cleanup_(table_freep) struct table *table = NULL;
	int r;

	r = table_new(heads, &table);
	for (size_t i = 0; r == 0 && i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i);

		table_add(table, member_string(rule, "rule"));
		table_add_number(table, member_number(rule, "checked"));
		table_add_number(table, member_number(rule, "breaches"));
		table_add(table, member_string(rule, "words"));
	}
	if (r == 0)
		r = table_print(table, stdout, terminal_width());
	return r < 0 ? fail_internal("audit", r) : EXIT_CODE_DONE;
}

static void print_breaches(const json_t *breaches)
{
	for (size_t i = 0; i < json_array_size(breaches); i++) {
		const json_t *breach = json_array_get(breaches, i);
		const char *other = member_string(breach, "other_feed");

		(void)printf("%s  %-4s%s", member_string(breach, "time"),
			member_string(breach, "rule"), member_string(breach, "words"));
		if (other) {
			(void)fputs(": ", stdout);
			clean_print(stdout, other);
		}
		(void)fputc('\n', stdout);
	}
}

/* What P11 was held against beside the feed's own requests. */
static void print_neighbours(const json_t *audit)
{
	long long count = member_number(audit, "neighbour_requests");
	const char *since = member_string(audit, "neighbours_since");

	if (count == 0)
		return;
	(void)printf("P11 was held against %lld %s of other feeds of its host too", count,
		count == 1 ? "request" : "requests");
	if (since)
		(void)printf(", from %s on", since);
	(void)puts(".");
}

static void print_verdict(const json_t *audit)
{
	size_t requests = json_array_size(json_object_get(audit, "requests"));
	size_t pages = json_array_size(json_object_get(audit, "page_requests"));
	long long breaches = member_number(audit, "breach_count");

	clean_print(stdout, member_string(audit, "feed"));
	if (requests == 0)
		(void)printf(": no request is recorded yet.\n");
	else
		(void)printf(": %zu %s recorded%s, %lld %s.\n", requests,
			requests == 1 ? "request" : "requests",
			json_is_true(json_object_get(audit, "complete")) ? " since it was added"
									 : "",
			breaches, breaches == 1 ? "breach" : "breaches");
	if (pages > 0)
		(void)printf("The rules that hold for pages too were held against %zu %s for its "
			     "sitemaps and its articles' pages.\n",
			pages, pages == 1 ? "request" : "requests");
	print_neighbours(audit);
}

static int print_audit(const json_t *audit, bool with_requests)
{
	int r = EXIT_CODE_DONE;

	if (with_requests)
		r = print_requests(json_object_get(audit, "requests"));
	if (with_requests && r == EXIT_CODE_DONE)
		r = print_pages(json_object_get(audit, "page_requests"));
	if (r == EXIT_CODE_DONE)
		r = print_rules(json_object_get(audit, "rules"));
	if (r != EXIT_CODE_DONE)
		return r;
	(void)fputc('\n', stdout);
	print_breaches(json_object_get(audit, "breaches"));
	print_verdict(audit);
	return EXIT_CODE_DONE;
}

int cmd_audit(int argc, char **argv)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	struct remote remote = {.verb = "audit"};
	bool with_requests = false;
	const struct option_line options[] = {
		{"requests", NULL, OPTION_FLAG, &with_requests, "print the requests too"},
		REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {"audit", "FEED",
		"Holds the recorded requests of a feed against the rules of polite polling. Exit\n"
		"status 1 where one was broken.",
		options, 1, 1};
	struct operands operands;
	long long breaches;
	json_t *audit;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	(void)buffer_add_string(&path, "/feeds");
	path_add_segment(&path, operands.words[0]);
	path_add_segment(&path, "audit");
	if (path.failed)
		return usage_error(&usage, "the name is too long");
	r = remote_request(&remote, "GET", path.bytes, &audit);
	if (r != 0)
		return r;
	breaches = member_number(audit, "breach_count");
	r = remote.json ? output_json(json_incref(audit)) : print_audit(audit, with_requests);
	json_decref(audit);
	if (r == EXIT_CODE_DONE && breaches > 0)
		r = EXIT_CODE_REFUSED;
	return output_finish(r);
}
