#include "match/query_parser.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/buffer.h"
#include "match/query_check.h"
#include "match/query_lexer.h"
#include "match/query_list.h"
#include "match/query_words.h"
#include "text/folder.h"

struct query_parser {
	struct query_words *words;
	uint32_t *chars; /* the query's code points */
	size_t size;
};

/* One run of the parser. */
struct run {
	struct query_parser *parser;
	struct lexer lexer;
	const struct query_options *options;
	struct arena *arena;
	struct query_error *error;
	unsigned depth;
	unsigned fields; /* of the field prefix we are in, or 0 */
	/* Of the `list:NAME` that is being taken up, and of what it leads to: */
	unsigned list_column; /* 0: none */
	unsigned list_end;
	unsigned list_depth;
	size_t list_terms; /* of the whole query so far */
	bool list_told;    /* the error says already in which list and term it is */
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

/* Refuses the query. */
static int refuse(struct run *run, size_t at, const char *words)
{
	*run->error = (struct query_error){.column = (unsigned)at + 1, .words = words};
	return words ? -EINVAL : -ENOMEM;
}

static struct query_node *node_new(struct run *run, enum query_kind kind, size_t at)
{
	struct query_node *node = arena_new_object(run->arena, struct query_node);

	if (node) {
		node->kind = kind;
		node->column = (unsigned)at + 1;
	}
	return node;
}

static int parse_or(struct run *run, struct query_node **ret);
static int parse_prim(struct run *run, struct query_node **ret);

/* Children of AND and OR are collected here before their number is known. */
struct children {
	struct query_node **nodes;
	size_t count;
	size_t size;
};

static void children_clear(struct children *children)
{
	free(children->nodes);
}

static int children_add(struct children *children, struct query_node *node)
{
	if (children->count == children->size) {
		size_t size = 2 * children->size + 4;
		struct query_node **nodes =
			realloc(children->nodes, size * sizeof(struct query_node *));

		if (!nodes)
			return -ENOMEM;
		children->nodes = nodes;
		children->size = size;
	}
	children->nodes[children->count++] = node;
	return 0;
}

/* Makes the node of one child or more; one stands for itself. */
static int join(
	struct run *run, enum query_kind kind, const struct children *from, struct query_node **ret)
{
	struct query_node *node;

	if (from->count == 1) {
		*ret = from->nodes[0];
		return 0;
	}
	node = node_new(run, kind, from->nodes[0]->column - 1);
	if (!node)
		return -ENOMEM;
	node->children = arena_array(run->arena, from->count, sizeof(struct query_node *));
	if (!node->children)
		return -ENOMEM;
	memcpy(node->children, from->nodes, from->count * sizeof(struct query_node *));
	node->child_count = from->count;
	node->end = from->nodes[from->count - 1]->end;
	*ret = node;
	return 0;
}

/* Refuses an operator at `at` which no term follows. */
static int need_operand(struct run *run, size_t at)
{
	if (lexeme_begins_operand(lexer_peek(&run->lexer)))
		return 0;
	return refuse(run, at,
		"a term should follow this operator; to search for the word itself, quote it");
}

/* Reads NEAR or ONEAR with its number. */
static int read_near(struct run *run, bool ordered, unsigned *ret_distance)
{
	size_t at = run->lexer.at;
	size_t end = lexer_word_end(&run->lexer, at);
	size_t name_end = at + strlen(ordered ? "ONEAR" : "NEAR");
	int distance = QUERY_DISTANCE_DEFAULT;

	if (end > name_end)
		distance = lexer_number(&run->lexer, name_end + 1, end, QUERY_DISTANCE_MAX);
	if (distance < 0)
		return refuse(run, at, "NEAR takes a number of words from 0 to 100, as in NEAR/5");
	run->lexer.at = end;
	*ret_distance = (unsigned)distance;
	return 0;
}

static int near_node(struct run *run, struct query_node *left, struct query_node *right,
	unsigned distance, bool ordered, struct query_node **ret)
{
	struct query_node *pair[2] = {left, right};
	const struct children children = {.nodes = pair, .count = 2};
	int r;

	r = join(run, QUERY_NEAR, &children, ret);
	if (r < 0)
		return r;
	(*ret)->distance = distance;
	(*ret)->ordered = ordered;
	return 0;
}

static int check_operand(struct run *run, const struct query_node *node, bool in_atleast)
{
	return query_check_operand(node, in_atleast, run->error) ? 0 : -EINVAL;
}

static int parse_near(struct run *run, struct query_node **ret)
{
	unsigned chain = 0;
	int r;

	r = parse_prim(run, ret);
	if (r < 0)
		return r;
	for (;;) {
		enum lexeme lexeme = lexer_peek(&run->lexer);
		size_t at = run->lexer.at;
		struct query_node *right;
		unsigned distance;

		if (lexeme != LEX_NEAR && lexeme != LEX_ONEAR)
			return 0;
		if (++chain > QUERY_CHAIN_MAX)
			return refuse(run, at, "too many NEAR in a row");
		r = read_near(run, lexeme == LEX_ONEAR, &distance);
		if (r >= 0)
			r = check_operand(run, *ret, false);
		if (r >= 0)
			r = need_operand(run, at);
		if (r < 0)
			return r;
		if (lexer_peek(&run->lexer) == LEX_NOT || lexer_peek(&run->lexer) == LEX_MINUS)
			return refuse(run, run->lexer.at,
				"NOT cannot stand inside NEAR; write a NEAR/n b NOT c");
		r = parse_prim(run, &right);
		if (r >= 0)
			r = check_operand(run, right, false);
		if (r >= 0)
			r = near_node(run, *ret, right, distance, lexeme == LEX_ONEAR, ret);
		if (r < 0)
			return r;
	}
}

static int read_not(struct run *run, enum lexeme lexeme)
{
	size_t at = run->lexer.at;

	if (lexeme == LEX_NOT) {
		run->lexer.at += strlen("NOT");
		return need_operand(run, at);
	}
	run->lexer.at++;
	if (lexer_peek(&run->lexer) == LEX_CLOSE)
		return refuse(run, at, "a term should follow the `-`");
	return 0;
}

static int parse_not(struct run *run, struct query_node **ret)
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
	node = node_new(run, QUERY_NOT, at);
	if (!node)
		return -ENOMEM;
	node->children = arena_array(run->arena, 1, sizeof(struct query_node *));
	if (!node->children)
		return -ENOMEM;
	node->child_count = 1;
	node->number = number;
	r = parse_near(run, &node->children[0]);
	if (r < 0)
		return r;
	node->end = node->children[0]->end;
	*ret = node;
	return 0;
}

static int parse_and(struct run *run, struct query_node **ret)
{
	_cleanup_(children_clear) struct children children = {0};
	enum lexeme lexeme;
	int r;

	do {
		struct query_node *node;

		r = parse_not(run, &node);
		if (r >= 0)
			r = children_add(&children, node);
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
	return join(run, QUERY_AND, &children, ret);
}

static int parse_or(struct run *run, struct query_node **ret)
{
	_cleanup_(children_clear) struct children children = {0};
	int r;

	for (;;) {
		struct query_node *node;
		size_t at;

		r = parse_and(run, &node);
		if (r >= 0)
			r = children_add(&children, node);
		if (r < 0)
			return r;
		if (lexer_peek(&run->lexer) != LEX_OR)
			return join(run, QUERY_OR, &children, ret);
		at = run->lexer.at;
		run->lexer.at += strlen("OR");
		r = need_operand(run, at);
		if (r < 0)
			return r;
	}
}

/* Reads the boost whose `^` is at `at`; it must reach to the end of the word. */
static int read_boost(struct run *run, size_t at)
{
	size_t end = lexer_boost_end(&run->lexer, at + 1);

	if (end == at + 1 || end != lexer_word_end(&run->lexer, end))
		return refuse(run, at, "a number should follow the `^`, as in term^2 or term^1.5");
	run->lexer.at = end;
	return 0;
}

static int skip_boost(struct run *run)
{
	return lexer_peek(&run->lexer) == LEX_BOOST ? read_boost(run, run->lexer.at) : 0;
}

/* Makes a term of [start, end). */
static int term_node(
	struct run *run, size_t start, size_t end, bool phrase, bool exact, struct query_node **ret)
{
	struct query_node *node = node_new(run, QUERY_TERM, start);
	enum query_mode mode = exact ? MODE_EXACT : MODE_FOLDED;
	const struct query_source source = {run->lexer.chars, start, end, phrase};

	if (!node)
		return -ENOMEM;
	if (run->options->stem && !phrase && !exact)
		mode = MODE_STEMMED;
	node->fields = run->fields ? run->fields : FIELD_DEFAULT;
	*ret = node;
	return query_words_read(run->parser->words, &source, mode, run->arena, node, run->error);
}

static int parse_word(struct run *run, bool exact, struct query_node **ret)
{
	size_t start = run->lexer.at;
	size_t end = lexer_word_end(&run->lexer, start);
	size_t boost = start;
	int r;

	while (boost < end && run->lexer.chars[boost] != '^')
		boost++;
	run->lexer.at = boost;
	if (boost < end) {
		r = read_boost(run, boost);
		if (r < 0)
			return r;
	}
	r = term_node(run, start, boost, false, exact, ret);
	if (r < 0)
		return r;
	(*ret)->end = (unsigned)boost + 1;
	return 0;
}

static int parse_phrase(struct run *run, bool exact, struct query_node **ret)
{
	size_t quote = run->lexer.at;
	size_t end = quote + 1;
	int r;

	while (end < run->lexer.count && !lexer_is_quote(run->lexer.chars[end]))
		end++;
	if (end == run->lexer.count)
		return refuse(run, quote, "this quotation mark is not closed; add a \" at the end");
	r = term_node(run, quote + 1, end, true, exact, ret);
	if (r < 0)
		return r;
	(*ret)->column = (unsigned)quote + 1;
	(*ret)->end = (unsigned)end + 2;
	run->lexer.at = end + 1;
	return 0;
}

static int parse_exact(struct run *run, struct query_node **ret)
{
	size_t at = run->lexer.at++;
	int r;

	if (run->lexer.at == run->lexer.count || lexer_is_space(run->lexer.chars[run->lexer.at]) ||
		run->lexer.chars[run->lexer.at] == '(' || run->lexer.chars[run->lexer.at] == ')')
		return refuse(run, at, "a word or phrase should follow the `=`, as in =SEC");
	r = lexer_is_quote(run->lexer.chars[run->lexer.at]) ? parse_phrase(run, true, ret)
							    : parse_word(run, true, ret);
	if (r < 0)
		return r;
	(*ret)->column = (unsigned)at + 1;
	return 0;
}

/* The expression between "(" at `open`, which was read, and its ")". */
static int parse_inside(struct run *run, size_t open, struct query_node **ret)
{
	enum lexeme lexeme = lexer_peek(&run->lexer);
	int r;

	if (++run->depth > QUERY_DEPTH_MAX)
		return refuse(run, open, "parentheses nest too deeply; 100 are allowed");
	if (lexeme == LEX_CLOSE)
		return refuse(run, open, "there is nothing between these parentheses");
	if (lexeme == LEX_END)
		return refuse(run, open, "this parenthesis is not closed; add a `)`");
	r = parse_or(run, ret);
	if (r < 0)
		return r;
	if (lexer_peek(&run->lexer) != LEX_CLOSE)
		return refuse(run, open, "this parenthesis is not closed; add a `)`");
	run->lexer.at++;
	run->depth--;
	if ((*ret)->open == 0)
		(*ret)->open = (unsigned)open + 1;
	return 0;
}

static int parse_group(struct run *run, struct query_node **ret)
{
	size_t open = run->lexer.at++;

	return parse_inside(run, open, ret);
}

static int parse_atleast(struct run *run, struct query_node **ret)
{
	size_t at = run->lexer.at;
	size_t end = lexer_word_end(&run->lexer, at);
	int number = lexer_number(&run->lexer, at + strlen("ATLEAST/"), end, QUERY_ATLEAST_MAX);
	struct query_node *node = node_new(run, QUERY_ATLEAST, at);
	int r;

	run->lexer.at = end;
	if (number < 1 || lexer_peek(&run->lexer) != LEX_OPEN)
		return refuse(run, at,
			"ATLEAST takes a number from 1 to 100 and a group, as in "
			"ATLEAST/3(word OR \"a phrase\")");
	if (!node)
		return -ENOMEM;
	node->children = arena_array(run->arena, 1, sizeof(struct query_node *));
	if (!node->children)
		return -ENOMEM;
	node->child_count = 1;
	node->number = (unsigned)number;
	r = parse_group(run, &node->children[0]);
	if (r >= 0)
		r = check_operand(run, node->children[0], true);
	node->end = (unsigned)run->lexer.at + 1;
	*ret = node;
	return r;
}

static int parse_regex(struct run *run, struct query_node **ret)
{
	size_t slash = run->lexer.at;
	size_t end = lexer_pattern_end(&run->lexer, slash + 1);
	struct query_node *node = node_new(run, QUERY_REGEX, slash);
	const struct query_source source = {run->lexer.chars, slash + 1, end, false};
	size_t flags;

	if (!run->options->regex)
		return refuse(run, slash,
			"regular expressions are off in this topic; set Regex=yes, or quote the "
			"word");
	if (end == run->lexer.count)
		return refuse(run, slash, "this regular expression is not closed; add a `/`");
	if (end == slash + 1)
		return refuse(run, slash, "this regular expression is empty");
	if (!node)
		return -ENOMEM;
	flags = end + 1;
	run->lexer.at = lexer_word_end(&run->lexer, flags);
	node->caseless = flags < run->lexer.at && run->lexer.chars[flags] == 'i';
	flags += node->caseless;
	if (flags < run->lexer.at)
		return refuse(run, flags, "the only flag of a regular expression is `i`: /.../i");
	node->fields = run->fields ? run->fields : FIELD_DEFAULT;
	node->end = (unsigned)run->lexer.at + 1;
	*ret = node;
	return query_words_regex(run->parser->words, &source, run->arena, node, run->error);
}

static int parse_basic(struct run *run, struct query_node **ret)
{
	switch (lexer_peek(&run->lexer)) {
	case LEX_OPEN:
		return parse_group(run, ret);
	case LEX_QUOTE:
		return parse_phrase(run, false, ret);
	case LEX_EQUALS:
		return parse_exact(run, ret);
	case LEX_REGEX:
		return parse_regex(run, ret);
	case LEX_ATLEAST:
		return parse_atleast(run, ret);
	case LEX_BOOST:
		return refuse(run, run->lexer.at, "a `^` belongs behind a term, as in term^2");
	case LEX_CLOSE:
		return refuse(run, run->lexer.at, "there is no `(` for this parenthesis");
	case LEX_END:
		return refuse(run, 0, "the query is empty");
	case LEX_AND:
	case LEX_OR:
	case LEX_NEAR:
	case LEX_ONEAR:
		return refuse(run, run->lexer.at,
			"a term should stand before this operator; to search for the word itself, "
			"quote it");
	default:
		return parse_word(run, false, ret);
	}
}

static int parse_field(struct run *run, size_t colon, unsigned field, struct query_node **ret)
{
	size_t prefix = run->lexer.at;
	enum lexeme lexeme;
	int r;

	if (run->fields)
		return refuse(run, prefix, "a field cannot stand inside another field");
	run->lexer.at = colon + 1;
	if (run->lexer.at == run->lexer.count || lexer_is_space(run->lexer.chars[run->lexer.at]) ||
		run->lexer.chars[run->lexer.at] == '-')
		return refuse(run, prefix,
			"a term should follow the field at once, as in title:word; for a negation "
			"write -title:word");
	lexeme = lexer_peek(&run->lexer);
	if (!lexeme_begins_operand(lexeme) || lexeme == LEX_NOT)
		return refuse(run, prefix, "a term should follow the field, as in title:word");
	run->fields = field;
	r = parse_prim(run, ret);
	run->fields = 0;
	if (r < 0)
		return r;
	(*ret)->prefix = (unsigned)prefix + 1;
	return 0;
}

/* The node of one term of a list, between the ends of the lexer. */
static int parse_listed(struct run *run, struct query_node **ret)
{
	enum lexeme lexeme = lexer_peek(&run->lexer);
	size_t colon = lexeme == LEX_WORD ? lexer_prefix_end(&run->lexer) : 0;
	int r;

	if (lexeme == LEX_MINUS || (colon > 0 && lexer_field(&run->lexer, colon)) ||
		(lexeme != LEX_WORD && lexeme != LEX_QUOTE && lexeme != LEX_EQUALS))
		return refuse(run, run->lexer.at,
			"a list holds words, phrases and list:NAME, no operators and fields");
	r = parse_prim(run, ret);
	if (r < 0)
		return r;
	if (lexer_peek(&run->lexer) != LEX_END)
		return refuse(run, run->lexer.at,
			"commas part the terms of a list, and a phrase stands in quotes");
	return 0;
}

/* Refuses the query's own `list:` for what its list, or one in that, holds. */
static int refuse_list(struct run *run, const char *words)
{
	run->list_told = true;
	return refuse(run, run->list_column - 1, words);
}

/* Says in which list and term a fault is. */
static int refuse_listed(struct run *run, const char *list, const char *term)
{
	if (run->list_told)
		return -EINVAL;
	return refuse_list(run,
		arena_printf(
			run->arena, "list \"%s\": term `%s`: %s", list, term, run->error->words));
}

/* Reads a term of a list in place of the query. */
static int take_term(
	struct run *run, const struct term_list *list, const char *term, struct query_node **ret)
{
	const struct lexer outer = run->lexer;
	struct query_node *node = NULL;
	uint32_t *chars;
	int r;

	if (++run->list_terms > QUERY_LIST_TERMS_MAX)
		return refuse_list(
			run, "the lists of this query have too many terms; 100,000 are allowed");
	r = query_list_decode(term, run->arena, &chars, &run->lexer.count);
	if (r < 0)
		return r;
	run->lexer.chars = chars;
	run->lexer.at = 0;
	r = parse_listed(run, &node);
	run->lexer = outer;
	if (r == -EINVAL)
		return refuse_listed(run, list->name, term);
	if (r < 0)
		return r;
	assert(node);
	if (!node->words && node->kind == QUERY_TERM)
		node->words = term;
	node->column = run->list_column;
	node->end = run->list_end;
	*ret = node;
	return 0;
}

static int take_list(struct run *run, const struct term_list *list, struct query_node **ret)
{
	_cleanup_(children_clear) struct children children = {0};
	int r = 0;

	for (size_t i = 0; i < list->term_count && r >= 0; i++) {
		struct query_node *node = NULL;

		r = take_term(run, list, list->terms[i], &node);
		if (r < 0)
			return r;
		assert(node);
		r = children_add(&children, node);
	}
	if (r < 0)
		return r;
	if (children.count == 0)
		return refuse_list(run, "this list has no terms");
	return join(run, QUERY_OR, &children, ret);
}

/* Reads the `list:NAME` whose ":" is at `colon`: an OR of the list's terms. */
static int parse_list(struct run *run, size_t colon, struct query_node **ret)
{
	size_t prefix = run->lexer.at;
	bool outermost = run->list_depth == 0;
	const struct term_list *list;
	const char *words;
	int r;

	r = query_list_find(&run->lexer, colon + 1, run->options->lists, run->arena, &list, &words);
	if (r == -EINVAL)
		return refuse(run, prefix, words);
	if (r < 0)
		return r;
	if (run->list_depth == QUERY_LIST_DEPTH_MAX)
		return refuse(run, prefix, "lists nest too deeply; 32 in each other are allowed");
	if (outermost) {
		run->list_column = (unsigned)prefix + 1;
		run->list_end = (unsigned)run->lexer.at + 1;
	}
	run->list_depth++;
	r = take_list(run, list, ret);
	run->list_depth--;
	if (r < 0)
		return r;
	(*ret)->column = run->list_column;
	(*ret)->end = run->list_end;
	return 0;
}

static int parse_prim(struct run *run, struct query_node **ret)
{
	size_t colon;
	int r;

	r = lexer_peek(&run->lexer) == LEX_WORD ? 1 : 0;
	colon = r > 0 ? lexer_prefix_end(&run->lexer) : 0;
	if (colon > 0) {
		unsigned field = lexer_field(&run->lexer, colon);

		if (field)
			return parse_field(run, colon, field, ret);
		if (lexer_is_unknown_field(&run->lexer, colon) &&
			query_list_is_meant(&run->lexer, colon)) {
			r = parse_list(run, colon, ret);
			return r < 0 ? r : skip_boost(run);
		}
		if (lexer_is_unknown_field(&run->lexer, colon))
			return refuse(run, run->lexer.at,
				query_check_unknown_field(run->lexer.chars + run->lexer.at,
					colon - run->lexer.at, run->arena));
	}
	r = parse_basic(run, ret);
	return r < 0 ? r : skip_boost(run);
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
	struct run run = {.parser = parser, .options = options, .arena = arena, .error = ret_error};
	struct query_node *node;
	int r;

	r = decode(parser, query, &run.lexer.count);
	if (r < 0)
		return r;
	run.lexer.chars = parser->chars;
	if (run.lexer.count > QUERY_CHARS_MAX)
		return refuse(&run, QUERY_CHARS_MAX, "the query is too long");
	r = parse_or(&run, &node);
	if (r < 0)
		return r;
	if (lexer_peek(&run.lexer) != LEX_END)
		return refuse(&run, run.lexer.at, "there is no `(` for this parenthesis");
	if (!query_check_present(node, ret_error))
		return -EINVAL;
	*ret = node;
	return 0;
}
