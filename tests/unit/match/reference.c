#include "unit/match/reference.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/normalizer.h"

enum {
	TEXTS_MAX = 16,
	SPANS_MAX = 4096, /* of a node in a text; the texts of tests are short */
};

struct word {
	char *folded;
	char *raw;
	char *stem;
	uint8_t before;
	uint32_t after;
};

struct text {
	unsigned field;
	struct word *words;
	size_t count;
};

struct texts {
	struct text texts[TEXTS_MAX];
	size_t count;
};

struct where {
	size_t start;
	size_t end;
};

struct wheres {
	struct where at[SPANS_MAX];
	size_t count;
};

int reference_init(struct reference *reference)
{
	*reference = (struct reference){0};
	if (tokenizer_new(&reference->tokenizer) < 0 || stemmer_new(&reference->stemmer) < 0)
		return -ENOMEM;
	return 0;
}

void reference_clear(struct reference *reference)
{
	tokenizer_free(reference->tokenizer);
	stemmer_free(reference->stemmer);
}

static void add_text(
	struct reference *reference, struct texts *texts, unsigned field, const char *string)
{
	unsigned options = TOKENS_OFFSETS;
	struct text *text = &texts->texts[texts->count];
	struct token_list list;
	int r;

	if (!string || texts->count == TEXTS_MAX)
		return;
	options |= field == FIELD_URL ? TOKENS_URL : field == FIELD_LANG ? 0 : TOKENS_REFERENCES;
	r = tokenizer_run(reference->tokenizer, string, strlen(string), options, &list, NULL);
	assert(r == 0);
	(void)r;
	texts->count++;
	text->field = field;
	text->count = list.count;
	text->words = calloc(list.count + 1, sizeof(*text->words));
	for (size_t i = 0; i < list.count; i++) {
		const struct token *token = &list.tokens[i];
		struct word *word = &text->words[i];
		size_t length;
		const char *stem;

		word->folded = strndup(list.folded + token->folded, token->folded_length);
		word->raw = strndup(list.raw + token->raw, token->raw_length);
		stem = stemmer_stem(
			reference->stemmer, word->folded, token->folded_length, &length);
		word->stem = strndup(stem, length);
		word->before = token->before;
		word->after = token->after;
	}
}

static void add_texts(
	struct reference *reference, struct texts *texts, const struct article *article)
{
	add_text(reference, texts, FIELD_TITLE, article->title);
	add_text(reference, texts, FIELD_BODY, article->text);
	add_text(reference, texts, FIELD_AUTHOR, article->author);
	add_text(reference, texts, FIELD_URL, article->url);
	add_text(reference, texts, FIELD_SOURCE, article->source);
	add_text(reference, texts, FIELD_LANG, article->language);
	for (size_t i = 0; i < article->category_count; i++)
		add_text(reference, texts, FIELD_CATEGORY, article->categories[i]);
}

static void texts_clear(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		for (size_t k = 0; k < texts->texts[i].count; k++) {
			free(texts->texts[i].words[k].folded);
			free(texts->texts[i].words[k].raw);
			free(texts->texts[i].words[k].stem);
		}
		free(texts->texts[i].words);
	}
}

/* The length of the UTF-8 character at `text`. */
static size_t step(const char *text)
{
	size_t length = 1;

	while (((unsigned char)text[length] & 0xC0) == 0x80)
		length++;
	return length;
}

static bool fits(const char *pattern, bool rest, const char *form)
{
	if (!*pattern)
		return rest || !*form;
	if (!*form)
		return false;
	if (memcmp(pattern, "\xEF\xB7\x90", step(pattern)) == 0)
		return fits(pattern + step(pattern), rest, form + step(form));
	return *pattern == *form && fits(pattern + 1, rest, form + 1);
}

static bool token_fits(const struct query_token *token, const struct word *word)
{
	const char *form = token->mode == MODE_EXACT ? word->raw
		: token->mode == MODE_STEMMED        ? word->stem
						     : word->folded;

	if ((token->before && token->before != word->before) ||
		(token->after && token->after != word->after))
		return false;
	return fits(token->text, token->rest, form);
}

static void add_where(struct wheres *wheres, size_t start, size_t end)
{
	for (size_t i = 0; i < wheres->count; i++)
		if (wheres->at[i].start == start && wheres->at[i].end == end)
			return;
	assert(wheres->count < SPANS_MAX);
	wheres->at[wheres->count++] = (struct where){start, end};
}

static void find_term(const struct query_node *node, const struct text *text, struct wheres *wheres)
{
	for (size_t start = 0; start + node->token_count <= text->count; start++) {
		size_t i = 0;

		while (i < node->token_count &&
			token_fits(&node->tokens[i], &text->words[start + i]))
			i++;
		if (i == node->token_count && (text->field != FIELD_LANG || start == 0))
			add_where(wheres, start, start + node->token_count);
	}
}

static void find(const struct query_node *node, const struct text *text, struct wheres *wheres);

static void find_near(const struct query_node *node, const struct text *text, struct wheres *wheres)
{
	struct wheres *left = calloc(1, sizeof(*left));
	struct wheres *right = calloc(1, sizeof(*right));

	find(node->children[0], text, left);
	find(node->children[1], text, right);
	for (size_t i = 0; i < left->count; i++)
		for (size_t k = 0; k < right->count; k++) {
			struct where a = left->at[i];
			struct where b = right->at[k];

			if (a.end <= b.start && b.start - a.end <= node->distance)
				add_where(wheres, a.start, b.end > a.end ? b.end : a.end);
			else if (b.end <= a.start && a.start - b.end <= node->distance &&
				!node->ordered)
				add_where(wheres, b.start, a.end);
		}
	free(left);
	free(right);
}

/* The occurrences of a node of terms, OR and NEAR in a text. */
static void find(const struct query_node *node, const struct text *text, struct wheres *wheres)
{
	if (node->kind == QUERY_TERM && (node->fields & text->field))
		find_term(node, text, wheres);
	if (node->kind == QUERY_OR)
		for (size_t i = 0; i < node->child_count; i++)
			find(node->children[i], text, wheres);
	if (node->kind == QUERY_NEAR)
		find_near(node, text, wheres);
}

/* At how many different places of all texts the node begins. */
static size_t count_places(const struct query_node *node, const struct texts *texts)
{
	struct wheres *wheres = calloc(1, sizeof(*wheres));
	size_t places = 0;

	for (size_t i = 0; i < texts->count; i++) {
		wheres->count = 0;
		find(node, &texts->texts[i], wheres);
		for (size_t k = 0; k < wheres->count; k++) {
			size_t earlier = 0;

			while (earlier < k && wheres->at[earlier].start != wheres->at[k].start)
				earlier++;
			places += earlier == k;
		}
	}
	free(wheres);
	return places;
}

static bool holds(const struct query_node *node, const struct texts *texts)
{
	bool verdict;

	switch (node->kind) {
	case QUERY_AND:
	case QUERY_OR:
		verdict = node->kind == QUERY_AND;
		for (size_t i = 0; i < node->child_count; i++)
			if (holds(node->children[i], texts) != (node->kind == QUERY_AND))
				verdict = node->kind == QUERY_OR;
		return verdict;
	case QUERY_NOT:
		return holds(node->children[0], texts) != (node->number % 2 == 1);
	case QUERY_ATLEAST:
		return count_places(node->children[0], texts) >= node->number;
	default:
		return count_places(node, texts) > 0;
	}
}

bool reference_matches(
	struct reference *reference, const struct query_node *query, const struct article *article)
{
	struct texts texts = {0};
	bool verdict;

	add_texts(reference, &texts, article);
	verdict = holds(query, &texts);
	texts_clear(&texts);
	return verdict;
}
