#include "match/query_list.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/nearest.h"

bool query_list_is_meant(const struct lexer *lexer, size_t colon)
{
	static const char prefix[] = "list";

	if (colon - lexer->at != strlen(prefix))
		return false;
	for (size_t i = 0; prefix[i] != '\0'; i++)
		if (lexer->chars[lexer->at + i] != (unsigned char)prefix[i])
			return false;
	return true;
}

/* Sets the ends of the name and moves behind it.  Returns what is wrong, or NULL. */
static const char *take_name(struct lexer *lexer, size_t start, size_t *ret_start, size_t *ret_end)
{
	bool quoted = start < lexer->count && lexer_is_quote(lexer->chars[start]);
	size_t end = start + quoted;

	if (quoted) {
		while (end < lexer->count && !lexer_is_quote(lexer->chars[end]))
			end++;
		if (end == lexer->count)
			return "the name of this list lacks its closing quotation mark";
	} else {
		size_t word_end = lexer_word_end(lexer, start);

		while (end < word_end && lexer->chars[end] != '^')
			end++;
	}
	if (end == start + quoted)
		return "the name of a list should follow at once, as in list:weapons";
	*ret_start = start + quoted;
	*ret_end = end;
	lexer->at = end + quoted;
	return NULL;
}

static int compare(const void *name, const void *list)
{
	return strcmp(name, ((const struct term_list *)list)->name);
}

static const char *unknown_words(
	const char *name, const struct term_lists *lists, struct arena *arena)
{
	struct nearest nearest = {.name = name};

	for (size_t i = 0; lists && i < lists->count; i++)
		nearest_try(&nearest, lists->lists[i].name);
	if (!nearest.found)
		return arena_printf(arena, "there is no [List \"%s\"]", name);
	return arena_printf(arena, "there is no [List \"%s\"]; did you mean list:%s%s%s?", name,
		strchr(nearest.found, ' ') ? "\"" : "", nearest.found,
		strchr(nearest.found, ' ') ? "\"" : "");
}

/*
 * Finds the list whose name, bare or in quotes, begins at `start`, and moves behind the name.
 * Returns 0, -EINVAL with *ret_words (what is wrong, and the nearest name), -ENOMEM.
 */
static int find_list(struct lexer *lexer, size_t start, const struct term_lists *lists,
	struct arena *arena, const struct term_list **ret, const char **ret_words)
{
	const struct term_list *list = NULL;
	const char *name;
	size_t end;

	*ret_words = take_name(lexer, start, &start, &end);
	if (*ret_words)
		return -EINVAL;
	name = lexer_text(lexer, start, end, arena);
	if (!name)
		return -ENOMEM;
	if (lists && lists->count > 0)
		list = bsearch(name, lists->lists, lists->count, sizeof(*lists->lists), compare);
	if (!list) {
		*ret_words = unknown_words(name, lists, arena);
		return *ret_words ? -EINVAL : -ENOMEM;
	}
	*ret = list;
	return 0;
}

/* The code points of valid UTF-8, in the arena.  Returns 0 or -ENOMEM. */
static int decode(const char *text, struct arena *arena, uint32_t **ret_chars, size_t *ret_count)
{
	size_t length = strlen(text);
	uint32_t *chars = arena_array(arena, length, sizeof(*chars));
	size_t count = 0;

	if (!chars)
		return -ENOMEM;
	for (size_t i = 0; i < length;) {
		UChar32 c;

		U8_NEXT((const uint8_t *)text, i, length, c);
		chars[count++] = c < 0 ? 0xFFFD : (uint32_t)c;
	}
	*ret_chars = chars;
	*ret_count = count;
	return 0;
}

/* The node of one term of a list, between the ends of the lexer. */
static int parse_listed(struct query_run *run, struct query_node **ret)
{
	enum lexeme lexeme = lexer_peek(&run->lexer);
	size_t colon = lexeme == LEX_WORD ? lexer_prefix_end(&run->lexer) : 0;
	int r;

	if (lexeme == LEX_MINUS || (colon > 0 && lexer_field(&run->lexer, colon)) ||
		(lexeme != LEX_WORD && lexeme != LEX_QUOTE && lexeme != LEX_EQUALS))
		return query_run_refuse(run, run->lexer.at,
			"a list holds words, phrases and list:NAME, no operators and fields");
	r = query_run_operand(run, ret);
	if (r < 0)
		return r;
	if (lexer_peek(&run->lexer) != LEX_END)
		return query_run_refuse(run, run->lexer.at,
			"commas part the terms of a list, and a phrase stands in quotes");
	return 0;
}

/* Refuses the query's own `list:` for what its list, or one in that, holds. */
static int refuse_list(struct query_run *run, const char *words)
{
	run->list_told = true;
	return query_run_refuse(run, run->list_column - 1, words);
}

/* Says in which list and term a fault is. */
static int refuse_listed(struct query_run *run, const char *list, const char *term)
{
	if (run->list_told)
		return -EINVAL;
	return refuse_list(run,
		arena_printf(
			run->arena, "list \"%s\": term `%s`: %s", list, term, run->error->words));
}

/* Reads a term of a list in place of the query. */
static int take_term(struct query_run *run, const struct term_list *list, const char *term,
	struct query_node **ret)
{
	const struct lexer outer = run->lexer;
	struct query_node *node = NULL;
	uint32_t *chars;
	int r;

	if (++run->list_terms > QUERY_LIST_TERMS_MAX)
		return refuse_list(
			run, "the lists of this query have too many terms; 100,000 are allowed");
	r = decode(term, run->arena, &chars, &run->lexer.count);
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

static int take_list(struct query_run *run, const struct term_list *list, struct query_node **ret)
{
	_cleanup_(query_children_clear) struct query_children children = {0};
	int r = 0;

	for (size_t i = 0; i < list->term_count && r >= 0; i++) {
		struct query_node *node = NULL;

		r = take_term(run, list, list->terms[i], &node);
		if (r < 0)
			return r;
		assert(node);
		r = query_children_add(&children, node);
	}
	if (r < 0)
		return r;
	if (children.count == 0)
		return refuse_list(run, "this list has no terms");
	return query_run_join(run, QUERY_OR, &children, ret);
}

int query_list_parse(struct query_run *run, size_t colon, struct query_node **ret)
{
	size_t prefix = run->lexer.at;
	bool outermost = run->list_depth == 0;
	const struct term_list *list;
	const char *words;
	int r;

	r = find_list(&run->lexer, colon + 1, run->options->lists, run->arena, &list, &words);
	if (r == -EINVAL)
		return query_run_refuse(run, prefix, words);
	if (r < 0)
		return r;
	if (run->list_depth == QUERY_LIST_DEPTH_MAX)
		return query_run_refuse(
			run, prefix, "lists nest too deeply; 32 in each other are allowed");
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
