/*
 * The tool's verbs: one file each, cmd_VERB.c.  Each takes its own arguments, argv[0] being the
 * verb, and returns the exit status.
 */
#pragma once

/* DESIGN.md §7. */
enum exit_code {
	EXIT_CODE_DONE = 0,
	EXIT_CODE_REFUSED = 1,     /* the input, or the request */
	EXIT_CODE_USAGE = 2,       /* the command line */
	EXIT_CODE_UNREACHABLE = 3, /* the daemon, or a URL's server */
	EXIT_CODE_INTERNAL = 70,   /* out of memory, a bug */
};

int cmd_alerts(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_deliveries(int argc, char **argv);
int cmd_discover(int argc, char **argv);
int cmd_drop(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_extract(int argc, char **argv);
int cmd_feeds(int argc, char **argv);
int cmd_hooks(int argc, char **argv);
int cmd_match(int argc, char **argv);
int cmd_parse(int argc, char **argv);
int cmd_poll(int argc, char **argv);
int cmd_reload(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_retry(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_stories(int argc, char **argv);
int cmd_story(int argc, char **argv);
int cmd_tail(int argc, char **argv);
int cmd_topics(int argc, char **argv);
