/*
 * A table on a terminal: columns as wide as they need, the last ones cut to the terminal's width;
 * into a pipe nothing is cut.  Cells are cleaned (cli/clean.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/macro.h"

enum {
	TABLE_COLUMNS_MAX = 10,
};

struct table;

/*
 * `heads` ends with NULL.  A head that begins with ">" aligns its column to the right; one with "="
 * is never cut: what stands in its column is to be copied (ids).
 */
int table_new(const char *const *heads, struct table **ret);
void table_free(struct table *table);
DEFINE_CLEANUP(table_freep, struct table, table_free)

/* Adds the next cell, row by row; NULL is empty. */
void table_add(struct table *table, const char *text);
void table_add_number(struct table *table, long long number);

/* Prints the table, `width` columns wide (0: without a bound).  Returns 0 or -ENOMEM. */
int table_print(const struct table *table, FILE *stream, size_t width);

/* The width of the terminal on standard output; 0: there is none. */
size_t terminal_width(void);
