/* Any text: the tokeniser's plain path must give what its general path gives. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/tokenizer.h"

/* The tokens of one path, kept while the other runs. */
struct copy {
	struct token *tokens;
	char *forms; /* folded and raw of each, one after another */
	size_t count;
	size_t length;
};

static void copy_clear(struct copy *copy)
{
	free(copy->tokens);
	free(copy->forms);
}

static int copy_tokens(struct tokenizer *tokenizer, const char *text, size_t size, unsigned options,
	struct copy *ret)
{
	struct token_list list;
	size_t length = 0;

	if (tokenizer_run(tokenizer, text, size, options, &list, NULL) < 0)
		return -1;
	for (size_t i = 0; i < list.count; i++)
		length += list.tokens[i].folded_length + list.tokens[i].raw_length;
	ret->tokens = calloc(list.count + 1, sizeof(*ret->tokens));
	ret->forms = malloc(length + 1);
	if (!ret->tokens || !ret->forms)
		return -1;
	ret->count = list.count;
	for (size_t i = 0; i < list.count; i++) {
		const struct token *token = &list.tokens[i];

		ret->tokens[i] = *token;
		memcpy(ret->forms + ret->length, list.folded + token->folded, token->folded_length);
		ret->length += token->folded_length;
		memcpy(ret->forms + ret->length, list.raw + token->raw, token->raw_length);
		ret->length += token->raw_length;
	}
	return 0;
}

static void compare(const struct copy *plain, const struct copy *general)
{
	if (plain->count != general->count || plain->length != general->length ||
		memcmp(plain->forms, general->forms, plain->length) != 0)
		abort();
	for (size_t i = 0; i < plain->count; i++)
		if (plain->tokens[i].folded_length != general->tokens[i].folded_length ||
			plain->tokens[i].before != general->tokens[i].before ||
			plain->tokens[i].after != general->tokens[i].after)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(tokenizer_freep) struct tokenizer *tokenizer = NULL;
	_cleanup_(copy_clear) struct copy plain = {0};
	_cleanup_(copy_clear) struct copy general = {0};
	const char *text = (const char *)data;

	if (!utf8_valid(text, size) || tokenizer_new(&tokenizer) < 0)
		return 0;
	if (copy_tokens(tokenizer, text, size, TOKENS_REFERENCES, &plain) == 0 &&
		copy_tokens(tokenizer, text, size, TOKENS_REFERENCES | TOKENS_OFFSETS, &general) ==
			0)
		compare(&plain, &general);
	return 0;
}
