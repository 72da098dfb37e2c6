/*
 * A slow and simple evaluator of queries, against which the matcher is held: every node is asked
 * for its occurrences, every token is compared with every other.  It shares the parser and the
 * general path of the tokeniser with the matcher, and nothing else.
 */
#pragma once

#include <stdbool.h>

#include "match/query.h"
#include "model/article.h"
#include "text/stemmer.h"
#include "text/tokenizer.h"

struct reference {
	struct tokenizer *tokenizer;
	struct stemmer *stemmer;
};

int reference_init(struct reference *reference);
void reference_clear(struct reference *reference);

/* Whether the article is what the query asks for; queries without regular expressions. */
bool reference_matches(
	struct reference *reference, const struct query_node *query, const struct article *article);
