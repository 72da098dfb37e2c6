/*
 * Files of cases, a JSON object a line: {"id", "query", "stem", "regex", "article", "expect"},
 * where expect is true, false or {"error": COLUMN}.  The form of the corpus and of
 * tests/data/match.
 */
#pragma once

#include <stddef.h>

/*
 * Runs all cases of the file against a matcher each and prints those that fail.  Returns the number
 * of cases, or -errno where the file cannot be had; *ret_failed is how many failed.
 */
int case_file_run(const char *path, size_t *ret_failed);
