/*
 * What a query says that its author hardly meant, judged by its form alone: operators in lower
 * case, words that were perhaps a phrase, parts that others cover, negations that leave nothing.
 * What only an archive of articles can tell (terms that never occur) is not known here.
 */
#pragma once

#include "base/arena.h"
#include "match/query.h"

enum lint_kind {
	LINT_OPERATOR,  /* `and`, `or` ... as words */
	LINT_PHRASE,    /* capitalised words in a row without quotation marks */
	LINT_COVERED,   /* a branch of an OR that another one covers */
	LINT_REDUNDANT, /* a part of an AND that follows from another one */
	LINT_CONTRARY,  /* a NOT that removes all that the rest asks for */
	LINT_LANGUAGE,  /* lang: with something that is no language's code */
	LINT_UNMEETABLE /* a NEAR that no text can meet */
};

struct lint_finding {
	enum lint_kind kind;
	unsigned column;
	const char *found;      /* a sentence without its full stop */
	const char *suggestion; /* what to write instead, as a part of a query; NULL: drop it */
	/* A query that should occur where the suggestion is right; NULL: it is right anyway. */
	const char *evidence;
};

/* Returns 0 to go on; any other value ends and is returned. */
typedef int (*lint_fn)(const struct lint_finding *finding, void *userdata);

/*
 * Judges the tree of `query`.  Strings of findings live in the arena.  Returns 0, -ENOMEM at the
 * arena's limit, or what `fn` returned.
 */
int query_lint(const char *query, const struct query_node *root, struct arena *arena, lint_fn fn,
	void *userdata);
