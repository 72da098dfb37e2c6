/* What a run of a matcher needs besides the index; only the matcher's own files look in here. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "match/matcher.h"
#include "match/occurrences.h"
#include "match/query_parser.h"
#include "match/regex.h"
#include "text/stemmer.h"
#include "text/tokenizer.h"

/* A special atom that holds at a token. */
struct extra {
	uint32_t token; /* index in its text */
	uint32_t atom;
};

/* A text of an article: one field, or one of its categories. */
struct match_text {
	unsigned field; /* enum query_field */
	const char *text;
};

struct match_scratch {
	struct tokenizer *tokenizer;
	struct stemmer *stemmer;
	struct regex_scratch *regex;
	struct query_parser *parser; /* of explanations; NULL until the first */
	struct buffer raw;           /* a text as regular expressions see it */
	struct occurrences found;
	struct probe *probes; /* of the tokens of the text at hand */
	size_t probe_size;
	uint32_t *candidates; /* tokens of it that are worth a closer look */
	size_t candidate_size;
	uint32_t *atoms; /* the plain atom of each token of the text at hand; ATOM_NONE */
	size_t atom_size;
	struct extra *extras; /* of the text at hand, in order of tokens */
	size_t extra_count;
	size_t extra_size;
	uint64_t *matched; /* a bit a topic; all zero between runs */
	uint64_t *tried;
	size_t topic_words;
	uint32_t *topics; /* candidates, then the result */
	size_t topic_count;
	size_t topic_size;
};

/* Calls back for each text of the article in the fields until one does not return 0; returns that.
 */
typedef int (*match_text_fn)(void *userdata, const struct match_text *text);
int article_texts(const struct article *article, unsigned fields, match_text_fn fn, void *userdata);

/* How the texts of a field are to be tokenised: enum token_options. */
unsigned field_token_options(unsigned field);

/* Whether one of those texts of the article holds the expression.  Returns 1, 0, -errno. */
int scratch_match_regex(struct match_scratch *scratch, const struct regex *regex,
	const struct article *article, unsigned fields);
