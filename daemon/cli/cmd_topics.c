#include <string.h>

#include "base/ascii.h"
#include "cli/lint.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/trial.h"
#include "cli/verbs.h"

enum {
	TOLD_DEFAULT = 20, /* matches of a test */
};

static void add_row(struct table *table, const json_t *topic, int64_t now)
{
	_cleanup_(freep) char *feeds = member_words(topic, "feeds");
	_cleanup_(freep) char *alert = member_words(topic, "alert");
	_cleanup_(freep) char *notify = member_words(topic, "notify");

	(void)now;
	table_add(table, member_string(topic, "name"));
	table_add(table, feeds && feeds[0] != '\0' ? feeds : "all");
	table_add(table, alert);
	table_add(table, notify);
	table_add(table, member_string(topic, "query"));
}

static int print_topics(const json_t *body)
{
	static const char *const heads[] = {
		"TOPIC", "FEEDS", "ALERTS ON", "NOTIFIES", "QUERY", NULL};

	return rows_print("topics", heads, json_object_get(body, "topics"), add_row);
}

static int list(const struct remote *remote)
{
	json_t *body = NULL;
	int r;

	r = remote_list(remote, "/topics", "topics", &body);
	return r != 0 ? r : remote_print(remote, body, print_topics);
}

/* A number of the command line.  Returns whether it is one. */
static bool take_number(const char *text, size_t *value)
{
	unsigned long long number;

	if (!text)
		return true;
	if (!ascii_number(text, &number))
		return false;
	*value = number;
	return true;
}

/* The operands behind `test`. */
static int test(const struct usage *usage, const struct remote *remote,
	struct trial_options *options, const char *limit, const struct operands *operands)
{
	if (operands->count < 2 || operands->count > 3)
		return usage_error(usage, "expected the name of a topic after test");
	if (!take_number(limit, &options->limit))
		return usage_error(usage, "--limit takes a number");
	options->topic = operands->words[1];
	options->articles = operands->count > 2 ? operands->words[2] : NULL;
	if (!options->topics != !options->articles)
		return usage_error(usage, "--topics=FILE and ARTICLES.jsonl go together");
	if (options->topics && options->since)
		return usage_error(usage, "--since is for the articles of the daemon");
	return trial_run(remote, options);
}

/* The operands behind `lint`. */
static int lint(const struct usage *usage, const struct remote *remote,
	struct lint_options *options, const struct operands *operands)
{
	options->names = operands->words + 1;
	options->name_count = operands->count - 1;
	if (options->articles && !options->topics)
		return usage_error(usage, "--articles goes with --topics");
	if (options->topics && options->since)
		return usage_error(usage, "--since is for the articles of the daemon");
	return lint_run(remote, options);
}

int cmd_topics(int argc, char **argv)
{
	struct remote remote = {.verb = "topics"};
	struct trial_options trial = {.limit = TOLD_DEFAULT};
	struct lint_options linted = {0};
	const char *topics = NULL;
	const char *since = NULL;
	const char *limit = NULL;
	const struct option_line options[] = {
		{"topics", "FILE", OPTION_TEXT, &topics,
			"test, lint: topics of a file, [Topic] sections, not the daemon's"},
		{"articles", "FILE", OPTION_TEXT, &linted.articles,
			"lint: articles of a file, with --topics"},
		{"since", "WHEN", OPTION_TEXT, &since,
			"test, lint: only articles since then: 24h, 2026-11-21"},
		{"limit", "N", OPTION_TEXT, &limit, "test: show at most so many (20)"},
		REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {"topics",
		"[list | test TOPIC [ARTICLES.jsonl] | lint [TOPIC...]]",
		"Lists the topics that the daemon watches, tells what one would have matched of "
		"the\narticles that are stored, or of a file (then without a daemon), or what in "
		"topics\nwas hardly meant so: terms that never occur, parts that others cover.",
		options, 0, SIZE_MAX};
	struct operands operands;
	const char *action;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	trial.topics = linted.topics = topics;
	trial.since = linted.since = since;
	action = operands.count > 0 ? operands.words[0] : "list";
	if (strcmp(action, "lint") == 0)
		return output_finish(lint(&usage, &remote, &linted, &operands));
	if (strcmp(action, "test") == 0)
		return output_finish(test(&usage, &remote, &trial, limit, &operands));
	if (strcmp(action, "list") != 0 || operands.count > 1)
		return usage_error(&usage, "expected %s", usage.operands);
	return output_finish(list(&remote));
}
