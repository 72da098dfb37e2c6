/*
 * Texts into tokens (wirewatch-query(7)): normalised, cut into words, each word folded for
 * comparison. One set of rules for articles and for queries.  Plain ASCII takes a path of its own
 * with the same results.  A tokeniser owns its results and scratch room: one for each thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/macro.h"

struct tokenizer;

enum {
	TOKENS_TEXT_MAX = 64 * 1024 * 1024, /* bytes of a text; what is beyond is not looked at */
	/* Zeroed bytes behind the forms of all tokens, so that words may be read eight at a time.
	 */
	TOKENS_PADDING = 16,
};

enum token_options {
	TOKENS_REFERENCES = 1 << 0, /* character references are read (N1) */
	TOKENS_URL = 1 << 1,        /* `&` does not join */
	TOKENS_OFFSETS = 1 << 2,    /* begin and end are wanted */
	/* Of a query: WILDCARD_ONE and WILDCARD_REST (normalizer.h) stand for `?` and `*`. */
	TOKENS_WORD = 1 << 3,
	TOKENS_PHRASE = 1 << 4,
};

struct token {
	uint32_t folded; /* offset in tokens.folded */
	uint32_t folded_length;
	uint32_t raw; /* before folding: offset in tokens.raw */
	uint32_t raw_length;
	uint32_t after; /* the run of + # % right after it, as a number; 0: none */
	uint8_t before; /* of # @ $ and the currencies, right before it: enum token_sign */
	bool rest;      /* of a query: ended by `*` */
	bool one;       /* of a query: holds `?` as WILDCARD_ONE */
	uint32_t begin; /* in the source, bytes; 0 without TOKENS_OFFSETS */
	uint32_t end;   /* behind it, and behind what was deleted after it */
};

enum token_sign {
	SIGN_NONE,
	SIGN_HASH,
	SIGN_AT,
	SIGN_DOLLAR,
	SIGN_EURO,
	SIGN_POUND,
	SIGN_YEN,
};

/* Borrowed from the tokeniser until its next use. */
struct token_list {
	const struct token *tokens;
	size_t count;
	const char *folded;
	const char *raw;
};

/* Returns 0, -ENOMEM or -EIO where ICU's data cannot be had. */
int tokenizer_new(struct tokenizer **ret);
void tokenizer_free(struct tokenizer *tokenizer);
DEFINE_CLEANUP(tokenizer_freep, struct tokenizer, tokenizer_free)

/*
 * Cuts valid UTF-8 into tokens; `options` of enum token_options.  Returns 0, -ENOMEM or -EIO.
 * A query's wildcard in a wrong place is -EINVAL, and *ret_wildcard (else untouched, may be NULL)
 * says which of its wildcards, counted from 0.
 */
int tokenizer_run(struct tokenizer *tokenizer, const char *text, size_t length, unsigned options,
	struct token_list *ret, size_t *ret_wildcard);

/*
 * N1 (where `references`) and N2 alone, as UTF-8 into `ret`: what regular expressions see.
 * Returns 0, -ENOMEM, -EFBIG at the buffer's limit, -EIO.
 */
int tokenizer_raw_text(struct tokenizer *tokenizer, const char *text, size_t length,
	bool references, struct buffer *ret);
