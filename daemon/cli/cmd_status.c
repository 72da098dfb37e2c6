#include <string.h>

#include "base/timespan.h"
#include "cli/clean.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/verbs.h"

static void print_number(const char *label, const json_t *object, const char *key)
{
	(void)printf("%14s  %lld\n", label, member_number(object, key));
}

static void print_status(const json_t *body)
{
	const json_t *feeds = json_object_get(body, "feeds");
	const json_t *deliveries = json_object_get(body, "deliveries");
	const json_t *pages = json_object_get(body, "pages");
	char when[WHEN_SIZE];
	char span[TIMESPAN_SIZE];

	(void)printf("%14s  ", "wirewatchd");
	clean_print(stdout, member_string(body, "version") ? member_string(body, "version") : "?");
	(void)printf(
		", up %s\n", timespan_format((usec)member_number(body, "uptime") * USEC_SEC, span));
	(void)printf("%14s  %lld, %lld failing, %lld being polled, %lld being read\n", "feeds",
		member_number(feeds, "configured"), member_number(feeds, "failing"),
		member_number(feeds, "polling"), member_number(feeds, "reading"));
	(void)printf("%14s  %s\n", "next poll",
		when_format(member_string(feeds, "next_poll"), now_seconds(), when));
	print_number("topics", body, "topics");
	print_number("hooks", body, "hooks");
	if (member_number(body, "hooks_disabled") > 0)
		print_number("  disabled", body, "hooks_disabled");
	print_number("articles", body, "articles");
	print_number("stories", body, "stories");
	print_number("alerts", body, "alerts");
	(void)printf("%14s  %lld waiting, %lld being sent, %lld sent since start, %lld dead\n",
		"deliveries", member_number(deliveries, "pending"),
		member_number(deliveries, "sending"), member_number(deliveries, "delivered"),
		member_number(deliveries, "dead"));
	if (member_number(pages, "waiting") + member_number(pages, "used") +
			member_number(pages, "fallback") >
		0)
		(void)printf(
			"%14s  %lld waited for, %lld fetched since start, %lld of use, %lld not\n",
			"web pages", member_number(pages, "waiting"),
			member_number(pages, "fetched"), member_number(pages, "used"),
			member_number(pages, "fallback"));
	(void)printf("%14s  %.1f MiB\n", "database",
		(double)member_number(body, "database_bytes") / (1024 * 1024));
	if (member_number(deliveries, "dead") > 0)
		(void)printf("\nSome deliveries were given up: 'wirewatch deliveries --failed' "
			     "lists them.\n");
	if (member_number(feeds, "failing") > 0)
		(void)printf("\nSome feeds fail: 'wirewatch feeds --failing' says why.\n");
}

int cmd_status(int argc, char **argv)
{
	struct remote remote = {.verb = "status"};
	const struct option_line options[] = {REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {
		"status", NULL, "Shows what the daemon is doing.", options, 0, 0};
	struct operands operands;
	json_t *body;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	r = remote_request(&remote, "GET", "/status", &body);
	if (r != 0)
		return r;
	if (remote.json)
		return output_finish(output_json(body));
	print_status(body);
	json_decref(body);
	return output_finish(EXIT_CODE_DONE);
}
