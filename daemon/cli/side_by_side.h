/*
 * Two texts side by side on a terminal: sentences that belong together stand in one row, what only
 * one of them has stands alone, and of a changed sentence the words that differ are coloured.  The
 * middle column says it without colours: "|" changed, "<" only left, ">" only right.  All text is
 * cleaned (cli/clean.h); columns are counted, wide characters as two.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

enum {
	SIDE_WIDTH_LEAST = 60,      /* columns of both sides together */
	SIDE_WIDTH_DEFAULT = 100,   /* where there is no terminal */
	SIDE_SENTENCES_MAX = 400,   /* of a side; what is beyond is left out, and that is said */
	SIDE_WORDS_MAX = 20 * 1000, /* likewise */
};

struct side_text {
	const char *head;  /* what stands above it */
	const char *title; /* NULL: none */
	const char *text;  /* NULL: none */
};

struct side_options {
	size_t width; /* columns; 0: SIDE_WIDTH_DEFAULT */
	bool colours;
};

/* For standard output: the terminal's width, colours on a terminal that wants them. */
struct side_options side_options_of_terminal(void);

/* Returns 0 or -ENOMEM. */
int side_by_side_print(const struct side_text *left, const struct side_text *right,
	const struct side_options *options, FILE *stream);
