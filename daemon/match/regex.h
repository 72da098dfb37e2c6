/*
 * A regular expression of a query: PCRE2 with UTF and UCP, and with limits, so that no text can
 * make it run long (wirewatch-query(7)).  Immutable; a match takes its scratch from the caller.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

enum {
	REGEX_MATCH_LIMIT = 100000,   /* of calls of PCRE2's match(): past it there is no match */
	REGEX_DEPTH_LIMIT = 100000,   /* of nested backtracking: no tighter than the former */
	REGEX_HEAP_KIB = 64 * 1024,   /* for backtracking */
	REGEX_PATTERN_MAX = 64 * 1024 /* bytes */
};

struct regex;
struct regex_scratch;

/* Returns 0, -EINVAL for a bad pattern, -ENOMEM. */
int regex_new(const char *pattern, bool caseless, struct regex **ret);
void regex_free(struct regex *regex);
DEFINE_CLEANUP(regex_freep, struct regex, regex_free)

/* One for each thread. */
int regex_scratch_new(struct regex_scratch **ret);
void regex_scratch_free(struct regex_scratch *scratch);
DEFINE_CLEANUP(regex_scratch_freep, struct regex_scratch, regex_scratch_free)

/* Whether the valid UTF-8 text matches. */
bool regex_match(
	const struct regex *regex, struct regex_scratch *scratch, const char *text, size_t length);
