#include "match/query_implies.h"

#include <string.h>
#include <unicode/utf8.h>

#include "text/normalizer.h"

/* Whether every text that begins with (`rest`), or is, `text` does so by the pattern too. */
static bool text_is_covered(
	const struct query_token *pattern, const char *text, size_t length, bool rest)
{
	size_t p = 0;
	size_t t = 0;

	while (p < pattern->length && t < length) {
		UChar32 wanted;
		UChar32 found;

		U8_NEXT((const uint8_t *)pattern->text, p, pattern->length, wanted);
		U8_NEXT((const uint8_t *)text, t, length, found);
		if (wanted != found && wanted != WILDCARD_ONE)
			return false;
	}
	if (p < pattern->length)
		return false;
	return pattern->rest || (t == length && !rest);
}

static bool token_is_covered(const struct query_token *token, const struct query_token *by)
{
	if ((by->before != 0 && by->before != token->before) ||
		(by->after != 0 && by->after != token->after))
		return false;
	switch (by->mode) {
	case MODE_EXACT:
		return token->mode == MODE_EXACT &&
			text_is_covered(by, token->text, token->length, token->rest);
	case MODE_STEMMED:
		if (token->mode == MODE_STEMMED)
			return token->length == by->length &&
				memcmp(token->text, by->text, by->length) == 0;
		/* The same folded word has the same stem. */
		return !token->rest && !token->one && token->folded_length == by->folded_length &&
			memcmp(token->folded, by->folded, by->folded_length) == 0;
	default:
		/* A stem stands for words that are not known here; an exact word with wildcards
		 * folds to what is not known either.
		 */
		if (token->mode == MODE_STEMMED ||
			(token->mode == MODE_EXACT && (token->rest || token->one)))
			return false;
		return text_is_covered(by, token->folded, token->folded_length, token->rest);
	}
}

/* Wherever `term` stands, `other` stands in it. */
static bool term_implies(const struct query_node *term, const struct query_node *other)
{
	/* A language is found by its leading subtags only (wirewatch-query(7), lang:). */
	size_t starts = other->fields == FIELD_LANG ? 1 : term->token_count;

	if ((term->fields & ~other->fields) != 0 || other->token_count > term->token_count)
		return false;
	for (size_t start = 0; start < starts; start++) {
		size_t i = 0;

		while (start + i < term->token_count && i < other->token_count &&
			token_is_covered(&term->tokens[start + i], &other->tokens[i]))
			i++;
		if (i == other->token_count)
			return true;
	}
	return false;
}

/* Two NOTs in a row are none. */
static const struct query_node *without_double_not(const struct query_node *node)
{
	while (node->kind == QUERY_NOT && node->number % 2 == 0)
		node = node->children[0];
	return node;
}

static bool any_child_implies(
	const struct query_node *node, const struct query_node *other, size_t *steps)
{
	for (size_t i = 0; i < node->child_count; i++)
		if (query_implies(node->children[i], other, steps))
			return true;
	return false;
}

static bool all_children_imply(
	const struct query_node *node, const struct query_node *other, size_t *steps)
{
	for (size_t i = 0; i < node->child_count; i++)
		if (!query_implies(node->children[i], other, steps))
			return false;
	return true;
}

static bool implies_any_child(
	const struct query_node *node, const struct query_node *other, size_t *steps)
{
	for (size_t i = 0; i < other->child_count; i++)
		if (query_implies(node, other->children[i], steps))
			return true;
	return false;
}

static bool implies_all_children(
	const struct query_node *node, const struct query_node *other, size_t *steps)
{
	for (size_t i = 0; i < other->child_count; i++)
		if (!query_implies(node, other->children[i], steps))
			return false;
	return true;
}

/* Words and phrases alone: what overlaps in a longer term could break a NEAR. */
static bool is_same_term(const struct query_node *a, const struct query_node *b)
{
	return a->kind == QUERY_TERM && b->kind == QUERY_TERM && a->token_count == b->token_count &&
		term_implies(a, b);
}

static bool near_implies_near(const struct query_node *node, const struct query_node *other)
{
	if (node->distance > other->distance || (other->ordered && !node->ordered))
		return false;
	if (is_same_term(node->children[0], other->children[0]) &&
		is_same_term(node->children[1], other->children[1]))
		return true;
	return !other->ordered && is_same_term(node->children[0], other->children[1]) &&
		is_same_term(node->children[1], other->children[0]);
}

/* By what `node` is; `other` is no AND. */
static bool implies_by_kind(
	const struct query_node *node, const struct query_node *other, size_t *steps)
{
	switch (node->kind) {
	case QUERY_TERM:
		return other->kind == QUERY_TERM && term_implies(node, other);
	case QUERY_REGEX:
		return other->kind == QUERY_REGEX && (node->fields & ~other->fields) == 0 &&
			node->caseless == other->caseless &&
			strcmp(node->pattern, other->pattern) == 0;
	case QUERY_AND:
		return any_child_implies(node, other, steps);
	case QUERY_NEAR:
		return (other->kind == QUERY_NEAR && near_implies_near(node, other)) ||
			any_child_implies(node, other, steps);
	case QUERY_ATLEAST:
		if (other->kind == QUERY_ATLEAST)
			return node->number >= other->number &&
				is_same_term(node->children[0], other->children[0]);
		return any_child_implies(node, other, steps);
	case QUERY_NOT:
		return other->kind == QUERY_NOT &&
			query_implies(other->children[0], node->children[0], steps);
	default:
		return false;
	}
}

bool query_implies(const struct query_node *node, const struct query_node *other, size_t *steps)
{
	if (*steps == 0)
		return false;
	(*steps)--;
	node = without_double_not(node);
	other = without_double_not(other);
	if (other->kind == QUERY_AND)
		return implies_all_children(node, other, steps);
	if (node->kind == QUERY_OR)
		return all_children_imply(node, other, steps);
	if (other->kind == QUERY_OR && implies_any_child(node, other, steps))
		return true;
	return implies_by_kind(node, other, steps);
}
