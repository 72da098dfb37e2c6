#include "match/match_scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	RAW_BYTES_MAX = 256 * 1024 * 1024, /* of a text in NFC; TOKENS_TEXT_MAX bounds it first */
};

int match_scratch_new(struct match_scratch **ret)
{
	_cleanup_(match_scratch_freep) struct match_scratch *scratch = calloc(1, sizeof(*scratch));
	int r;

	if (!scratch)
		return -ENOMEM;
	scratch->raw = BUFFER_INIT(RAW_BYTES_MAX);
	r = tokenizer_new(&scratch->tokenizer);
	if (r >= 0)
		r = stemmer_new(&scratch->stemmer);
	if (r >= 0)
		r = regex_scratch_new(&scratch->regex);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(scratch);
	return 0;
}

void match_scratch_free(struct match_scratch *scratch)
{
	if (!scratch)
		return;
	tokenizer_free(scratch->tokenizer);
	stemmer_free(scratch->stemmer);
	regex_scratch_free(scratch->regex);
	query_parser_free(scratch->parser);
	buffer_free(&scratch->raw);
	occurrences_clear(&scratch->found);
	free(scratch->probes);
	free(scratch->candidates);
	free(scratch->atoms);
	free(scratch->extras);
	free(scratch->matched);
	free(scratch->topics);
	free(scratch);
}

unsigned field_token_options(unsigned field)
{
	if (field == FIELD_URL)
		return TOKENS_URL;
	return field == FIELD_LANG ? 0 : TOKENS_REFERENCES;
}

int article_texts(const struct article *article, unsigned fields, match_text_fn fn, void *userdata)
{
	const struct match_text texts[] = {
		{FIELD_TITLE, article->title},
		{FIELD_BODY, article->text},
		{FIELD_AUTHOR, article->author},
		{FIELD_URL, article->url},
		{FIELD_SOURCE, article->source},
		{FIELD_LANG, article->language},
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts) && r == 0; i++)
		if (texts[i].text && (fields & texts[i].field))
			r = fn(userdata, &texts[i]);
	for (size_t i = 0; i < article->category_count && r == 0 && (fields & FIELD_CATEGORY);
		i++) {
		const struct match_text category = {FIELD_CATEGORY, article->categories[i]};

		r = fn(userdata, &category);
	}
	return r;
}

/* A regular expression being looked for in an article's texts. */
struct regex_search {
	struct match_scratch *scratch;
	const struct regex *regex;
};

static int search_text(void *userdata, const struct match_text *text)
{
	struct regex_search *search = userdata;
	struct match_scratch *scratch = search->scratch;
	bool references = field_token_options(text->field) & TOKENS_REFERENCES;
	int r;

	buffer_reset(&scratch->raw);
	r = tokenizer_raw_text(
		scratch->tokenizer, text->text, strlen(text->text), references, &scratch->raw);
	if (r < 0)
		return r;
	return regex_match(
		search->regex, scratch->regex, buffer_string(&scratch->raw), scratch->raw.length);
}

int scratch_match_regex(struct match_scratch *scratch, const struct regex *regex,
	const struct article *article, unsigned fields)
{
	struct regex_search search = {scratch, regex};

	return article_texts(article, fields, search_text, &search);
}
