/*
 * What the shells' completion scripts (completions/) ask the tool itself, so that they never tell
 * other verbs and options than --help does.  All of it is printed a line each.
 */
#pragma once

struct usage;

/* `wirewatch --complete WHAT` and `wirewatch VERB --complete`: for scripts, so not in --help. */
#define COMPLETE_ARGUMENT "--complete"

/*
 * The options of a verb: name, argument and help with tabs between them, the argument empty for
 * flags; then, after a tab, its operands as --help has them.
 */
void completion_print_options(const struct usage *usage);

/* The names of what the daemon lists under `what`: feeds, topics.  Returns an exit status. */
int completion_print_names(const char *what);
