/*
 * What stands where in a query: words, operators, numbers.  A part of the query parser; it only
 * looks, and moves over white space.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct lexer {
	const uint32_t *chars; /* the query's code points */
	size_t count;
	size_t at; /* index of the next one; its column is one more */
};

/* What stands at the reading position. */
enum lexeme {
	LEX_END,
	LEX_OPEN,
	LEX_CLOSE,
	LEX_AND,
	LEX_OR,
	LEX_NOT,
	LEX_MINUS,
	LEX_NEAR,
	LEX_ONEAR,
	LEX_QUOTE,
	LEX_EQUALS,
	LEX_ATLEAST,
	LEX_REGEX,
	LEX_BOOST,
	LEX_WORD,
};

/* Any quotation mark; any closes any. */
bool lexer_is_quote(uint32_t character);

/* White space of Unicode. */
bool lexer_is_space(uint32_t character);

/* Where the characters of a word end: at white space, a parenthesis or a quote. */
size_t lexer_word_end(const struct lexer *lexer, size_t at);

/* What comes next, behind white space, which is skipped. */
enum lexeme lexer_peek(struct lexer *lexer);

/* Whether a term, group or negation begins so. */
bool lexeme_begins_operand(enum lexeme lexeme);

/* The number [start, end), at most `max`; -1 where there is none such. */
int lexer_number(const struct lexer *lexer, size_t start, size_t end, int max);

/* The end of digits [ "." digits ] at `at`, or `at`. */
size_t lexer_boost_end(const struct lexer *lexer, size_t at);

/* The end of a regular expression: the next "/" without "\" before it, or the query's end. */
size_t lexer_pattern_end(const struct lexer *lexer, size_t at);

/* The end of the letters before a ":" at the reading position, or 0. */
size_t lexer_prefix_end(const struct lexer *lexer);

/* Whether the prefix up to `colon` is meant as a field, though it names none. */
bool lexer_is_unknown_field(const struct lexer *lexer, size_t colon);

/* The field (query.h) whose name ends at `end`, or 0. */
unsigned lexer_field(const struct lexer *lexer, size_t end);

/* The characters [start, end) as UTF-8; NULL without memory. */
char *lexer_text(const struct lexer *lexer, size_t start, size_t end, struct arena *arena);
