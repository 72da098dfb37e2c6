/*
 * The tool's door: a table of verbs.  The offline ones work without a daemon, the others talk to it
 * over its control socket.  As `wirewatch --reader` it is a reader process (worker/program.h).
 */
#include <stdio.h>
#include <string.h>

#include "base/macro.h"
#include "base/nearest.h"
#include "cli/complaint.h"
#include "cli/completion.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "worker/child.h"

struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static const struct verb offline_verbs[] = {
	{"parse", cmd_parse, "read a feed and print it as JSON"},
	{"discover", cmd_discover, "print the feeds that a web page names"},
	{"extract", cmd_extract, "print the article that a web page carries"},
	{"match", cmd_match, "match articles against topics"},
	{"replay", cmd_replay, "run an archive through topics and story recognition"},
	{"compare", cmd_compare, "tell whether two articles carry the same story, and why"},
	{"check", cmd_check, "say whether a configuration is good"},
	{0},
};

static const struct verb online_verbs[] = {
	{"status", cmd_status, "show what the daemon is doing"},
	{"feeds", cmd_feeds, "show feeds, when they are polled, and what is wrong with them"},
	{"audit", cmd_audit, "hold a feed's recorded requests against the rules of polling"},
	{"explain", cmd_explain, "say why a topic matches an article, or brought no alert"},
	{"topics", cmd_topics,
		"list the topics that are watched, try one, or look for slips in them"},
	{"stories", cmd_stories, "list stories"},
	{"story", cmd_story, "show one story and the articles that carry it"},
	{"alerts", cmd_alerts, "list what users were told"},
	{"tail", cmd_tail, "print alerts as they are made"},
	{"hooks", cmd_hooks, "show how the hooks do, or test one"},
	{"deliveries", cmd_deliveries, "list deliveries"},
	{"retry", cmd_retry, "send deliveries again"},
	{"drop", cmd_drop, "give deliveries up"},
	{"poll", cmd_poll, "poll a feed now"},
	{"reload", cmd_reload, "apply a changed configuration"},
	{0},
};

static void print_verbs(const char *title, const struct verb *verbs)
{
	(void)printf("\n%s\n", title);
	for (; verbs->name; verbs++)
		(void)printf("  %-12s%s\n", verbs->name, verbs->help);
}

static void print_help(void)
{
	(void)printf("Usage: wirewatch VERB [OPTION...] [OPERAND...]\n");
	print_verbs("Without a daemon:", offline_verbs);
	print_verbs("About the running daemon:", online_verbs);
	(void)printf("\n'wirewatch VERB --help' tells more of each; see also wirewatch(1).\n");
}

static int complete(const char *what)
{
	const struct verb *const tables[] = {offline_verbs, online_verbs};

	if (strcmp(what, "verbs") != 0)
		return completion_print_names(what);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct verb *verb = tables[i]; verb->name; verb++)
			(void)printf("%s\t%s\n", verb->name, verb->help);
	return output_finish(EXIT_CODE_DONE);
}

static const struct verb *find_verb(const char *name)
{
	const struct verb *const tables[] = {offline_verbs, online_verbs};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct verb *verb = tables[i]; verb->name; verb++)
			if (strcmp(verb->name, name) == 0)
				return verb;
	return NULL;
}

static int refuse_verb(const char *name)
{
	const struct verb *const tables[] = {offline_verbs, online_verbs};
	struct nearest nearest = {.name = name};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct verb *verb = tables[i]; verb->name; verb++)
			nearest_try(&nearest, verb->name);
	if (name[0] == '-')
		complain("wirewatch: options stand behind a verb; try 'wirewatch --help'.");
	else if (nearest.found)
		complain("wirewatch: there is no verb '%s'; did you mean '%s'?", name,
			nearest.found);
	else
		complain("wirewatch: there is no verb '%s'; try 'wirewatch --help'.", name);
	return EXIT_CODE_USAGE;
}

int main(int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2) {
		(void)fprintf(stderr, "wirewatch: expected a verb; try 'wirewatch --help'.\n");
		return EXIT_CODE_USAGE;
	}
	if (strcmp(argv[1], READER_ARGUMENT) == 0)
		return child_main();
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		print_help();
		return output_finish(EXIT_CODE_DONE);
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("wirewatch %s\n", WIREWATCH_VERSION);
		return output_finish(EXIT_CODE_DONE);
	}
	if (strcmp(argv[1], COMPLETE_ARGUMENT) == 0 && argc == 3)
		return complete(argv[2]);
	verb = find_verb(argv[1]);
	return verb ? verb->run(argc - 1, argv + 1) : refuse_verb(argv[1]);
}
