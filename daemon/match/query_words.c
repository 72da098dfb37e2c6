#include "match/query_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "match/regex.h"
#include "text/folder.h"
#include "text/normalizer.h"
#include "text/stemmer.h"
#include "text/tokenizer.h"

enum {
	SOURCE_BYTES_MAX = 4 * QUERY_CHARS_MAX,
};

struct query_words {
	struct tokenizer *tokenizer;
	struct stemmer *stemmer;
	struct buffer text;
};

int query_words_new(struct query_words **ret)
{
	_cleanup_(query_words_freep) struct query_words *words = calloc(1, sizeof(*words));
	int r;

	if (!words)
		return -ENOMEM;
	words->text = BUFFER_INIT(SOURCE_BYTES_MAX);
	r = tokenizer_new(&words->tokenizer);
	if (r < 0)
		return r;
	r = stemmer_new(&words->stemmer);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(words);
	return 0;
}

void query_words_free(struct query_words *words)
{
	if (!words)
		return;
	tokenizer_free(words->tokenizer);
	stemmer_free(words->stemmer);
	buffer_free(&words->text);
	free(words);
}

/* The source as UTF-8, its wildcards as the tokeniser knows them. */
static int encode(struct query_words *words, const struct query_source *source)
{
	buffer_reset(&words->text);
	for (size_t i = source->start; i < source->end; i++) {
		uint32_t c = source->chars[i];

		if (c == WILDCARD_ONE || c == WILDCARD_REST)
			c = ' '; /* noncharacters are nothing one can search for */
		else if (c == '?')
			c = WILDCARD_ONE;
		else if (c == '*')
			c = WILDCARD_REST;
		(void)buffer_add_utf8(&words->text, c);
	}
	return words->text.failed;
}

static int refuse_wildcard(
	const struct query_source *source, size_t ordinal, struct query_error *ret_error)
{
	size_t i = source->start;

	for (; i < source->end; i++)
		if ((source->chars[i] == '?' || source->chars[i] == '*') && ordinal-- == 0)
			break;
	ret_error->column = (unsigned)i + 1;
	ret_error->words = i < source->end && source->chars[i] == '*'
		? "a `*` stands at the end of a word, behind at least two letters or digits, as in "
		  "missile*; not in scripts without spaces, where words are found inside others"
		: "a `?` stands inside a word for one character, as in wom?n";
	return -EINVAL;
}

/* Copies what the token is compared with. */
static int set_text(struct query_words *words, const struct token_list *list,
	const struct token *from, struct arena *arena, struct query_token *token)
{
	const char *text = list->folded + from->folded;
	size_t length = from->folded_length;

	token->folded = arena_copy(arena, text, length);
	token->folded_length = length;
	if (token->mode == MODE_EXACT) {
		text = list->raw + from->raw;
		length = from->raw_length;
	} else if (token->mode == MODE_STEMMED) {
		text = stemmer_stem(words->stemmer, text, length, &length);
	}
	token->text = arena_copy(arena, text, length);
	token->length = length;
	return token->text && token->folded ? 0 : -ENOMEM;
}

static int set_tokens(struct query_words *words, const struct token_list *list,
	enum query_mode mode, struct arena *arena, struct query_node *node)
{
	node->tokens = arena_array(arena, list->count, sizeof(*node->tokens));
	if (!node->tokens)
		return -ENOMEM;
	node->token_count = list->count;
	for (size_t i = 0; i < list->count; i++) {
		const struct token *from = &list->tokens[i];
		struct query_token *token = &node->tokens[i];
		int r;

		token->before = from->before;
		token->after = from->after;
		token->rest = from->rest;
		token->one = from->one;
		token->mode = mode;
		/* A word with a wildcard is not stemmed (3). */
		if (mode == MODE_STEMMED && (from->rest || from->one))
			token->mode = MODE_FOLDED;
		r = set_text(words, list, from, arena, token);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What to tell of a source without a token: some write operators as signs. */
static const char *nothing_words(struct query_words *words, const struct query_source *source)
{
	const char *text = buffer_string(&words->text);

	if (!source->phrase && (strcmp(text, "&&") == 0 || strcmp(text, "&") == 0))
		return "there is nothing to search for here; an operator is written AND";
	if (!source->phrase && (strcmp(text, "||") == 0 || strcmp(text, "|") == 0))
		return "there is nothing to search for here; an operator is written OR";
	return "there is nothing to search for here; signs alone are not found";
}

int query_words_read(struct query_words *words, const struct query_source *source,
	enum query_mode mode, struct arena *arena, struct query_node *node,
	struct query_error *ret_error)
{
	unsigned options = source->phrase ? TOKENS_PHRASE : TOKENS_WORD;
	struct token_list list;
	size_t wildcard = 0;
	int r;

	r = encode(words, source);
	if (r < 0)
		return r;
	if (node->fields == FIELD_URL)
		options |= TOKENS_URL;
	r = tokenizer_run(words->tokenizer, buffer_string(&words->text), words->text.length,
		options, &list, &wildcard);
	if (r == -EINVAL)
		return refuse_wildcard(source, wildcard, ret_error);
	if (r < 0)
		return r;
	if (list.count == 0) {
		ret_error->column = (unsigned)source->start + (source->phrase ? 0 : 1);
		ret_error->words = nothing_words(words, source);
		return -EINVAL;
	}
	return set_tokens(words, &list, mode, arena, node);
}

int query_words_regex(struct query_words *words, const struct query_source *source,
	struct arena *arena, struct query_node *node, struct query_error *ret_error)
{
	_cleanup_(regex_freep) struct regex *regex = NULL;
	int r;

	buffer_reset(&words->text);
	for (size_t i = source->start; i < source->end; i++) {
		if (source->chars[i] == '\\' && i + 1 < source->end && source->chars[i + 1] == '/')
			continue; /* `\/` is a slash */
		if (source->chars[i] == '\\' && i + 1 < source->end)
			(void)buffer_add_utf8(&words->text, source->chars[i++]);
		(void)buffer_add_utf8(&words->text, source->chars[i]);
	}
	if (words->text.failed)
		return words->text.failed;
	node->pattern = arena_copy(arena, words->text.bytes, words->text.length);
	if (!node->pattern)
		return -ENOMEM;
	r = regex_new(node->pattern, node->caseless, &regex);
	if (r != -EINVAL)
		return r;
	ret_error->column = (unsigned)source->start; /* of the slash */
	ret_error->words = "this regular expression is not valid (PCRE2)";
	return -EINVAL;
}
