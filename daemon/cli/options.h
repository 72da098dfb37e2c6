/*
 * The options of a verb as a table, from which parsing and --help both come.  Options and operands
 * may stand in any order; `--` ends the options, `-` is an operand.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What every verb has. */
#define HELP_OPTION "help"
#define HELP_WORDS "show this help"

enum option_kind {
	OPTION_FLAG, /* target: bool */
	OPTION_TEXT, /* target: const char * */
};

struct option_line {
	const char *name;     /* without the dashes; NULL ends the table */
	const char *argument; /* how --help calls it; NULL for flags */
	enum option_kind kind;
	void *target;
	const char *help;
};

struct usage {
	const char *verb;
	const char *operands; /* "FILE|-" for --help; NULL: none */
	const char *summary;  /* a sentence or two */
	const struct option_line *options;
	size_t operands_least;
	size_t operands_most;
};

struct operands {
	char **words;
	size_t count;
};

/*
 * Reads the arguments; the operands are moved to the front of argv.  Returns whether to go on; else
 * help (or what completion asks for) or a complaint was printed and *ret_exit is the exit status.
 */
bool options_parse(const struct usage *usage, int argc, char **argv, struct operands *ret_operands,
	int *ret_exit);

/* Complains about the command line and returns the exit status. */
int usage_error(const struct usage *usage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
