/*
 * A text while it is read: its tokens and the sentences they make up, for words.c, which finds
 * them, and sentences.c, which judges them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup/words.h"

enum {
	PROVEN_BITS = 8192, /* names seen in mid-sentence, as a set of hashes */
	SENTENCE_WORDS_MAX = 255,
};

enum token_case {
	CASE_LOWER,
	CASE_CAPITAL,
	CASE_ALL_CAPITALS,
	CASE_NONE, /* the script has none */
	CASE_NUMBER,
	CASE_KINDS,
};

struct token {
	uint32_t hash;
	uint8_t letters; /* up to 255 */
	uint8_t kase;    /* enum token_case */
	bool initials;   /* U.S., J. */
	bool pair;       /* two characters of a script without spaces */
};

struct scan {
	const char *p;
	const char *end;
	const char *line; /* where it begins */
	struct token *tokens;
	size_t count;
	size_t size;
	struct sentence *sentences;
	size_t sentence_count;
	size_t sentence_size;
	size_t start; /* of the sentence that is open */
	bool line_start;
	bool credit;
	bool bracket; /* the last thing read was ")" */
	struct token beyond;
	uint8_t proven[PROVEN_BITS / 8];
};

/* The hash of a word given in folded ASCII. */
uint32_t scan_hash(const char *word);
