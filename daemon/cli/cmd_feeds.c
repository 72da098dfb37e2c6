#include <string.h>

#include "base/datetime.h"
#include "cli/clean.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/verbs.h"

/* What there is to say of a feed: the failure, else what is odd about its documents. */
static const char *note_of(const json_t *feed)
{
	const char *error = member_string(feed, "error");

	return error ? error : member_string(feed, "diagnosis");
}

static bool is_failing(const json_t *feed)
{
	const char *state = member_string(feed, "state");

	return state && (strcmp(state, "failing") == 0 || strcmp(state, "gone") == 0);
}

/* A time that has come is now: the feed is asked, or waits for its turn at its host. */
static const char *next_of(const json_t *feed, int64_t now, char when[WHEN_SIZE])
{
	const char *time = member_string(feed, "next_poll");
	int64_t seconds;

	if (time && datetime_parse_rfc3339(time, &seconds) == 0 && seconds <= now)
		return "now";
	return when_format(time, now, when);
}

static void add_row(struct table *table, const json_t *feed, int64_t now)
{
	char when[WHEN_SIZE];

	table_add(table, member_string(feed, "name"));
	table_add(table, member_string(feed, "state"));
	table_add(table, when_format(member_string(feed, "last_poll"), now, when));
	table_add(table, next_of(feed, now, when));
	table_add(table, member_string(feed, "why"));
	table_add(table, when_format(member_string(feed, "last_news"), now, when));
	table_add(table, note_of(feed));
}

static int print_feeds(const json_t *body)
{
	static const char *const heads[] = {
		"FEED", "STATE", "POLLED", "NEXT", "WHY THEN", "NEWS", "NOTE", NULL};

	return rows_print("feeds", heads, json_object_get(body, "feeds"), add_row);
}

static void print_line(const char *label, const char *text)
{
	if (!text || *text == '\0')
		return;
	(void)printf("%14s  ", label);
	clean_print(stdout, text);
	(void)fputc('\n', stdout);
}

static void print_time(const char *label, const json_t *feed, const char *key, int64_t now)
{
	const char *time = member_string(feed, key);
	char when[WHEN_SIZE];

	if (time)
		(void)printf("%14s  %s (%s)\n", label, time, when_format(time, now, when));
}

/* What the feed's hub does, where it has one that is asked (WebSub). */
static void print_hub(const json_t *feed, int64_t now)
{
	const json_t *hub = json_object_get(feed, "hub");

	if (!json_is_object(hub))
		return;
	print_line("hub", member_string(hub, "url"));
	print_line("hub state", member_string(hub, "state"));
	print_line("hub's reason", member_string(hub, "reason"));
	if (json_is_false(json_object_get(hub, "pushes_trusted")))
		print_line("hub missed", "news that polls found: the feed is polled as before");
	print_time("lease until", hub, "lease_until", now);
	print_time("pushed", hub, "last_push", now);
}

static int print_feed(const json_t *feed)
{
	_cleanup_(freep) char *tags = member_words(feed, "tags");
	int64_t now = now_seconds();
	char when[WHEN_SIZE];

	print_line("feed", member_string(feed, "name"));
	print_line("title", member_string(feed, "title"));
	print_line("URL", member_string(feed, "url"));
	print_line("moved to", member_string(feed, "moved_url"));
	print_line("tags", tags);
	print_line("state", member_string(feed, "state"));
	print_time("failing since", feed, "failing_since", now);
	print_line("error", member_string(feed, "error"));
	print_line("diagnosis", member_string(feed, "diagnosis"));
	print_time("polled", feed, "last_poll", now);
	print_time("success", feed, "last_success", now);
	print_time("news", feed, "last_news", now);
	if (member_string(feed, "next_poll"))
		(void)printf("%14s  %s (%s)\n", "next poll", member_string(feed, "next_poll"),
			next_of(feed, now, when));
	print_line("set by", member_string(feed, "why"));
	print_hub(feed, now);
	return EXIT_CODE_DONE;
}

static int show_feed(const struct remote *remote, const char *name)
{
	json_t *feed;
	int r;

	r = remote_request_one(remote, "GET", "/feeds", name, NULL, &feed);
	return r != 0 ? r : remote_print(remote, feed, print_feed);
}

/* Keeps only the feeds that fail. */
static void drop_healthy(json_t *feeds)
{
	for (size_t i = json_array_size(feeds); i-- > 0;)
		if (!is_failing(json_array_get(feeds, i)))
			(void)json_array_remove(feeds, i);
}

static int list_feeds(const struct remote *remote, bool failing)
{
	json_t *body;
	int r;

	r = remote_list(remote, "/feeds", "feeds", &body);
	if (r != 0)
		return r;
	if (failing)
		drop_healthy(json_object_get(body, "feeds"));
	return remote_print(remote, body, print_feeds);
}

int cmd_feeds(int argc, char **argv)
{
	struct remote remote = {.verb = "feeds"};
	bool failing = false;
	const struct option_line options[] = {
		{"failing", NULL, OPTION_FLAG, &failing, "only the feeds that fail or are gone"},
		REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {"feeds", "[FEED]",
		"Shows when feeds were polled, when they will be and which rule says so, and what\n"
		"is wrong with them; of one feed all there is to know.",
		options, 0, 1};
	struct operands operands;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	r = operands.count == 1 ? show_feed(&remote, operands.words[0])
				: list_feeds(&remote, failing);
	return output_finish(r);
}
