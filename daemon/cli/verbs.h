/*
 * The tool's verbs: one file each, cmd_VERB.c.  Each takes its own arguments, argv[0] being the
 * verb, and returns the exit status.
 */
#pragma once

#include "base/exit_code.h"

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
