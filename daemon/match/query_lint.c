#include "match/query_lint.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unicode/uchar.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "base/ascii.h"
#include "base/macro.h"
#include "match/explanation.h"
#include "match/query_form.h"
#include "match/query_implies.h"
#include "match/query_lexer.h"

enum {
	LANGUAGE_CODE_MAX = 3,  /* letters of a language's code (ISO 639) */
	LANGUAGE_NAME_MAX = 64, /* of its name in English */
};

struct lint {
	const char *query;
	struct arena *arena;
	lint_fn fn;
	void *userdata;
	size_t steps; /* query_implies.h */
};

static int tell(struct lint *lint, struct lint_finding finding)
{
	return finding.found ? lint->fn(&finding, lint->userdata) : -ENOMEM;
}

/* The part of the query from a column up to another. */
static const char *part(struct lint *lint, unsigned column, unsigned end)
{
	const uint8_t *query = (const uint8_t *)lint->query;
	size_t length = strlen(lint->query);
	size_t start = 0;
	size_t stop = 0;

	U8_FWD_N(query, start, length, column - 1);
	U8_FWD_N(query, stop, length, end - 1);
	return arena_copy(lint->arena, lint->query + start, stop - start);
}

/* Where a node begins, with its parenthesis and field. */
static unsigned start_of(const struct query_node *node)
{
	unsigned start = node->column;

	if (node->open > 0 && node->open < start)
		start = node->open;
	if (node->prefix > 0 && node->prefix < start)
		start = node->prefix;
	return start;
}

/* The words of a node with the field before it. */
static const char *words_of(struct lint *lint, const struct query_node *node)
{
	const char *words = explanation_words(lint->query, node, lint->arena);

	if (!words || node->child_count > 0 || node->fields == FIELD_DEFAULT)
		return words;
	return arena_printf(lint->arena, "%s%s", query_form_prefix(node, lint->arena), words);
}

/* ---- words that stand bare: without quotation marks, `=` and list ---- */

static const char *bare_word(struct lint *lint, const struct query_node *node)
{
	const char *words;
	UChar32 first;

	if (node->kind != QUERY_TERM || node->words)
		return NULL;
	words = part(lint, node->column, node->end);
	if (!words)
		return NULL;
	U8_GET((const uint8_t *)words, 0, 0, -1, first);
	return first > 0 && first != '=' && !lexer_is_quote((uint32_t)first) ? words : NULL;
}

/* Whether digits alone stand there, one at least. */
static bool is_number(const char *word)
{
	return word[0] != '\0' && word[strspn(word, "0123456789")] == '\0';
}

/* The operator that the word is in small letters, or in other products, with its number; NULL. */
static const char *operator_meant(struct lint *lint, const char *word)
{
	static const struct {
		const char *word;
		const char *meant;
		bool number; /* is one only with a number */
	} operators[] = {
		{"AND", "AND", false},
		{"OR", "OR", false},
		{"NOT", "NOT", false},
		{"NEAR", "NEAR", false},
		{"ONEAR", "ONEAR", false},
		{"W", "NEAR", true},
		{"WITHIN", "NEAR", true},
		{"PRE", "ONEAR", true},
	};
	size_t length = strcspn(word, "/");
	bool number = word[length] == '/' && is_number(word + length + 1);

	for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
		if (ascii_is(word, length, operators[i].word) && (number || !operators[i].number))
			return arena_printf(lint->arena, "%s%s", operators[i].meant, word + length);
	return NULL;
}

/* `!word`, which others write for a negation. */
static int lint_exclamation(struct lint *lint, const struct query_node *node)
{
	const char *word = bare_word(lint, node);

	if (!word || word[0] != '!' || word[1] == '\0')
		return 0;
	return tell(lint,
		(struct lint_finding){
			.kind = LINT_OPERATOR,
			.column = node->column,
			.found = arena_printf(lint->arena,
				"`%s` asks for the word; before what should be absent stands a `-`",
				word),
			.suggestion = arena_printf(lint->arena, "-%s", word + 1),
		});
}

/* `NEAR 5`: the number is a word to be found. */
static int lint_distance(struct lint *lint, const struct query_node *near)
{
	const char *word = bare_word(lint, near->children[1]);

	if (!word || !is_number(word) || near->distance != QUERY_DISTANCE_DEFAULT)
		return 0;
	return tell(lint,
		(struct lint_finding){
			.kind = LINT_OPERATOR,
			.column = near->children[1]->column,
			.found = arena_printf(lint->arena,
				"`%s` is searched for as a word; a distance stands behind a slash",
				word),
			.suggestion = arena_printf(
				lint->arena, "%s/%s", near->ordered ? "ONEAR" : "NEAR", word),
		});
}

static int lint_operator(struct lint *lint, const struct query_node *node, size_t at)
{
	const char *word = bare_word(lint, node->children[at]);
	const char *meant = word ? operator_meant(lint, word) : NULL;
	bool is_not = meant && strcmp(meant, "NOT") == 0;

	if (!meant || at + 1 == node->child_count || (at == 0 && !is_not))
		return 0;
	return tell(lint,
		(struct lint_finding){
			.kind = LINT_OPERATOR,
			.column = node->children[at]->column,
			.found = arena_printf(lint->arena,
				"`%s` is searched for as a word; operators are written in capitals",
				word),
			.suggestion = meant,
		});
}

/* Begins with a capital and goes on with a small letter. */
static bool is_capitalised(struct lint *lint, const struct query_node *node)
{
	const char *word = bare_word(lint, node);
	int32_t i = 0;
	UChar32 first;
	UChar32 second;

	if (!word)
		return false;
	U8_NEXT((const uint8_t *)word, i, -1, first);
	if (first <= 0 || (!u_isupper(first) && !u_istitle(first)))
		return false;
	U8_NEXT((const uint8_t *)word, i, -1, second);
	return second > 0 && u_islower(second);
}

/* Whether nothing but white space stands between two operands. */
static bool is_beside(
	struct lint *lint, const struct query_node *left, const struct query_node *right)
{
	const char *between = part(lint, left->end, right->column);

	return between && between[0] != '\0' && between[strspn(between, " \t")] == '\0';
}

/* The word that an operand begins (or ends) with: `x A NEAR/3 B y` is x AND (A NEAR/3 B) AND y. */
static const struct query_node *edge(const struct query_node *node, size_t side)
{
	while (node->kind == QUERY_NEAR && !node->open)
		node = node->children[side];
	return node;
}

/* Whether operand `at` ends with a capitalised word, and the next one begins with another. */
static bool goes_on(struct lint *lint, const struct query_node *node, size_t at)
{
	const struct query_node *left = edge(node->children[at], 1);
	const struct query_node *right;

	if (at + 1 == node->child_count)
		return false;
	right = edge(node->children[at + 1], 0);
	return is_capitalised(lint, left) && is_capitalised(lint, right) &&
		left->fields == right->fields && is_beside(lint, left, right);
}

/* A run of capitalised words in an AND; *at moves to its end. */
static int lint_phrase(struct lint *lint, const struct query_node *node, size_t *at)
{
	const struct query_node *first = edge(node->children[*at], 1);
	const struct query_node *last;
	const char *words;
	const char *prefix;

	if (!goes_on(lint, node, *at))
		return 0;
	do
		last = edge(node->children[++*at], 0);
	while (node->children[*at] == last && goes_on(lint, node, *at));
	words = part(lint, first->column, last->end);
	prefix = query_form_prefix(first, lint->arena);
	if (!words || !prefix)
		return -ENOMEM;
	if (node->children[*at] != last)
		--*at; /* its other end may go on */
	return tell(lint,
		(struct lint_finding){
			.kind = LINT_PHRASE,
			.column = first->column,
			.found = arena_printf(lint->arena,
				"`%s` are words that may stand anywhere, not a phrase", words),
			.suggestion = arena_printf(lint->arena, "\"%s\"", words),
			.evidence = arena_printf(lint->arena, "%s\"%s\"", prefix, words),
		});
}

/* ---- parts that follow from others ---- */

/* Whether the one follows from the other; of two that follow from each other the later one does. */
static bool follows(struct lint *lint, const struct query_node *from,
	const struct query_node *conclusion, bool is_later)
{
	return query_implies(from, conclusion, &lint->steps) &&
		(is_later || !query_implies(conclusion, from, &lint->steps));
}

static int lint_or(struct lint *lint, const struct query_node *node)
{
	for (size_t i = 0; i < node->child_count; i++)
		for (size_t k = 0; k < node->child_count; k++) {
			int r;

			if (i == k || !follows(lint, node->children[i], node->children[k], k < i))
				continue;
			r = tell(lint,
				(struct lint_finding){
					.kind = LINT_COVERED,
					.column = start_of(node->children[i]),
					.found = arena_printf(lint->arena,
						"`%s` adds nothing: `%s` covers it",
						words_of(lint, node->children[i]),
						words_of(lint, node->children[k])),
				});
			if (r != 0)
				return r;
			break;
		}
	return 0;
}

static int lint_redundant(struct lint *lint, const struct query_node *node, size_t at)
{
	for (size_t k = 0; k < node->child_count; k++) {
		if (k == at || node->children[k]->kind == QUERY_NOT ||
			!follows(lint, node->children[k], node->children[at], k < at))
			continue;
		return tell(lint,
			(struct lint_finding){
				.kind = LINT_REDUNDANT,
				.column = start_of(node->children[at]),
				.found = arena_printf(lint->arena,
					"`%s` asks for nothing more than `%s` does",
					words_of(lint, node->children[at]),
					words_of(lint, node->children[k])),
			});
	}
	return 0;
}

static int lint_contrary(struct lint *lint, const struct query_node *node, size_t at)
{
	const struct query_node *negation = node->children[at];

	if (negation->number % 2 == 0)
		return 0;
	for (size_t k = 0; k < node->child_count; k++) {
		if (node->children[k]->kind == QUERY_NOT ||
			!query_implies(node->children[k], negation->children[0], &lint->steps))
			continue;
		return tell(lint,
			(struct lint_finding){
				.kind = LINT_CONTRARY,
				.column = negation->column,
				.found = arena_printf(lint->arena,
					"nothing can match: every article with `%s` has `%s`",
					words_of(lint, node->children[k]),
					words_of(lint, negation->children[0])),
			});
	}
	return 0;
}

static int lint_and(struct lint *lint, const struct query_node *node)
{
	int r = 0;

	for (size_t i = 0; i < node->child_count && r == 0; i++) {
		r = lint_operator(lint, node, i);
		if (r == 0)
			r = lint_exclamation(lint, node->children[i]);
		if (r == 0 && node->children[i]->kind == QUERY_NOT)
			r = lint_contrary(lint, node, i);
		else if (r == 0)
			r = lint_redundant(lint, node, i);
	}
	for (size_t i = 0; i < node->child_count && r == 0; i++)
		r = lint_phrase(lint, node, &i);
	return r;
}

/* ---- languages ---- */

/* The code of the language with that English name, or NULL. */
static const char *language_code(const char *name)
{
	for (const char *const *code = uloc_getISOLanguages(); *code; code++) {
		UErrorCode status = U_ZERO_ERROR;
		UChar display[LANGUAGE_NAME_MAX];
		char text[4 * LANGUAGE_NAME_MAX];

		(void)uloc_getDisplayLanguage(*code, "en", display, LANGUAGE_NAME_MAX, &status);
		(void)u_strToUTF8(text, sizeof(text), NULL, display, -1, &status);
		if (U_SUCCESS(status) && strcasecmp(text, name) == 0)
			return *code;
	}
	return NULL;
}

static int lint_language(struct lint *lint, const struct query_node *node)
{
	const struct query_token *token = &node->tokens[0];
	const char *name = arena_copy(lint->arena, token->folded, token->folded_length);

	if (!name)
		return -ENOMEM;
	if (token->folded_length <= LANGUAGE_CODE_MAX && token->folded_length > 1)
		return 0;
	return tell(lint,
		(struct lint_finding){
			.kind = LINT_LANGUAGE,
			.column = start_of(node),
			.found = arena_printf(lint->arena,
				"`%s` is no code of a language, such as en or pt-BR", name),
			.suggestion = language_code(name),
		});
}

static int lint_near(struct lint *lint, const struct query_node *node)
{
	const struct query_node *leaf = node;

	while (leaf->child_count > 0)
		leaf = leaf->children[0];
	if (leaf->fields != FIELD_LANG)
		return lint_distance(lint, node);
	return tell(lint,
		(struct lint_finding){
			.kind = LINT_UNMEETABLE,
			.column = node->column,
			.found = "no article can meet this: lang: looks at the first code alone",
		});
}

static int lint_node(struct lint *lint, const struct query_node *node)
{
	int r = 0;

	if (query_is_list(node))
		return 0; /* its terms are its own affair */
	if (node->kind == QUERY_TERM && node->fields == FIELD_LANG && !node->tokens[0].rest)
		r = lint_language(lint, node);
	else if (node->kind == QUERY_AND)
		r = lint_and(lint, node);
	else if (node->kind == QUERY_OR)
		r = lint_or(lint, node);
	else if (node->kind == QUERY_NEAR)
		r = lint_near(lint, node);
	for (size_t i = 0; i < node->child_count && r == 0; i++)
		r = lint_node(lint, node->children[i]);
	return r;
}

int query_lint(const char *query, const struct query_node *root, struct arena *arena, lint_fn fn,
	void *userdata)
{
	struct lint lint = {
		.query = query,
		.arena = arena,
		.fn = fn,
		.userdata = userdata,
		.steps = IMPLIES_STEPS_MAX,
	};

	return lint_node(&lint, root);
}
