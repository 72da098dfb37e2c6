#include "match/query_parser.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

#include "match/query_check.h"
#include "match/query_run.h"

struct query_parser {
	struct query_words *words;
	uint32_t *chars; /* the query's code points */
	size_t size;
};

int query_parser_new(struct query_parser **ret)
{
	_cleanup_(query_parser_freep) struct query_parser *parser = calloc(1, sizeof(*parser));
	int r;

	if (!parser)
		return -ENOMEM;
	r = query_words_new(&parser->words);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(parser);
	return 0;
}

void query_parser_free(struct query_parser *parser)
{
	if (!parser)
		return;
	query_words_free(parser->words);
	free(parser->chars);
	free(parser);
}

/* Refuses an operator at `at` which no term follows. */
static int need_operand(struct query_run *run, size_t at)
{
	if (lexeme_begins_operand(lexer_peek(&run->lexer)))
		return 0;
	return query_run_refuse(run, at,
		"a term should follow this operator; to search for the word itself, quote it");
}

/* Reads NEAR or ONEAR with its number. */
static int read_near(struct query_run *run, bool ordered, unsigned *ret_distance)
{
	size_t at = run->lexer.at;
	size_t end = lexer_word_end(&run->lexer, at);
	size_t name_end = at + strlen(ordered ? "ONEAR" : "NEAR");
	int distance = QUERY_DISTANCE_DEFAULT;

	if (end > name_end)
		distance = lexer_number(&run->lexer, name_end + 1, end, QUERY_DISTANCE_MAX);
	if (distance < 0)
		return query_run_refuse(
			run, at, "NEAR takes a number of words from 0 to 100, as in NEAR/5");
	run->lexer.at = end;
	*ret_distance = (unsigned)distance;
	return 0;
}

static int near_node(struct query_run *run, struct query_node *left, struct query_node *right,
	unsigned distance, bool ordered, struct query_node **ret)
{
	struct query_node *pair[2] = {left, right};
	const struct query_children children = {.nodes = pair, .count = 2};
	int r;

	r = query_run_join(run, QUERY_NEAR, &children, ret);
	if (r < 0)
		return r;
	(*ret)->distance = distance;
	(*ret)->ordered = ordered;
	return 0;
}

static int parse_near(struct query_run *run, struct query_node **ret)
{
	unsigned chain = 0;
	int r;

	r = query_run_operand(run, ret);
	if (r < 0)
		return r;
	for (;;) {
		enum lexeme lexeme = lexer_peek(&run->lexer);
		size_t at = run->lexer.at;
		struct query_node *right;
		unsigned distance = 0;

		if (lexeme != LEX_NEAR && lexeme != LEX_ONEAR)
			return 0;
		if (++chain > QUERY_CHAIN_MAX)
			return query_run_refuse(run, at, "too many NEAR in a row");
		r = read_near(run, lexeme == LEX_ONEAR, &distance);
		if (r >= 0)
			r = query_run_check(run, *ret, false);
		if (r >= 0)
			r = need_operand(run, at);
		if (r < 0)
			return r;
		if (lexer_peek(&run->lexer) == LEX_NOT || lexer_peek(&run->lexer) == LEX_MINUS)
			return query_run_refuse(run, run->lexer.at,
				"NOT cannot stand inside NEAR; write a NEAR/n b NOT c");
		r = query_run_operand(run, &right);
		if (r >= 0)
			r = query_run_check(run, right, false);
		if (r >= 0)
			r = near_node(run, *ret, right, distance, lexeme == LEX_ONEAR, ret);
		if (r < 0)
			return r;
	}
}

static int read_not(struct query_run *run, enum lexeme lexeme)
{
	size_t at = run->lexer.at;

	if (lexeme == LEX_NOT) {
		run->lexer.at += strlen("NOT");
		return need_operand(run, at);
	}
	run->lexer.at++;
	if (lexer_peek(&run->lexer) == LEX_CLOSE)
		return query_run_refuse(run, at, "a term should follow the `-`");
	return 0;
}

static int parse_not(struct query_run *run, struct query_node **ret)
{
	enum lexeme lexeme = lexer_peek(&run->lexer);
	size_t at = run->lexer.at;
	unsigned number = 0;
	struct query_node *node;
	int r;

	for (; lexeme == LEX_NOT || lexeme == LEX_MINUS; lexeme = lexer_peek(&run->lexer)) {
		number++;
		r = read_not(run, lexeme);
		if (r < 0)
			return r;
	}
	if (number == 0)
		return parse_near(run, ret);
	node = query_run_unary(run, QUERY_NOT, at, number);
	if (!node)
		return -ENOMEM;
	r = parse_near(run, &node->children[0]);
	if (r < 0)
		return r;
	node->end = node->children[0]->end;
	*ret = node;
	return 0;
}

static int parse_and(struct query_run *run, struct query_node **ret)
{
	_cleanup_(query_children_clear) struct query_children children = {0};
	enum lexeme lexeme;
	int r;

	do {
		struct query_node *node;

		r = parse_not(run, &node);
		if (r >= 0)
			r = query_children_add(&children, node);
		if (r < 0)
			return r;
		lexeme = lexer_peek(&run->lexer);
		if (lexeme == LEX_AND) {
			size_t at = run->lexer.at;

			run->lexer.at += strlen("AND");
			r = need_operand(run, at);
			if (r < 0)
				return r;
			lexeme = lexer_peek(&run->lexer);
		}
	} while (lexeme_begins_operand(lexeme));
	return query_run_join(run, QUERY_AND, &children, ret);
}

int query_run_or(struct query_run *run, struct query_node **ret)
{
	_cleanup_(query_children_clear) struct query_children children = {0};
	int r;

	for (;;) {
		struct query_node *node;
		size_t at;

		r = parse_and(run, &node);
		if (r >= 0)
			r = query_children_add(&children, node);
		if (r < 0)
			return r;
		if (lexer_peek(&run->lexer) != LEX_OR)
			return query_run_join(run, QUERY_OR, &children, ret);
		at = run->lexer.at;
		run->lexer.at += strlen("OR");
		r = need_operand(run, at);
		if (r < 0)
			return r;
	}
}

static int decode(struct query_parser *parser, const char *query, size_t *ret_count)
{
	size_t length = strlen(query);
	size_t count = 0;
	size_t i = 0;

	if (length > parser->size) {
		uint32_t *chars = realloc(parser->chars, length * sizeof(*chars));

		if (!chars)
			return -ENOMEM;
		parser->chars = chars;
		parser->size = length;
	}
	while (i < length) {
		UChar32 c;

		U8_NEXT((const uint8_t *)query, i, length, c);
		parser->chars[count++] = c < 0 ? 0xFFFD : (uint32_t)c;
	}
	*ret_count = count;
	return 0;
}

int query_parser_run(struct query_parser *parser, const char *query,
	const struct query_options *options, struct arena *arena, struct query_node **ret,
	struct query_error *ret_error)
{
	struct query_run run = {
		.words = parser->words, .options = options, .arena = arena, .error = ret_error};
	struct query_node *node;
	int r;

	r = decode(parser, query, &run.lexer.count);
	if (r < 0)
		return r;
	run.lexer.chars = parser->chars;
	if (run.lexer.count > QUERY_CHARS_MAX)
		return query_run_refuse(&run, QUERY_CHARS_MAX, "the query is too long");
	r = query_run_or(&run, &node);
	if (r < 0)
		return r;
	if (lexer_peek(&run.lexer) != LEX_END)
		return query_run_refuse(&run, run.lexer.at, "there is no `(` for this parenthesis");
	if (!query_check_present(node, ret_error))
		return -EINVAL;
	*ret = node;
	return 0;
}
