#include "match/matcher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "match/match_scratch.h"
#include "match/matcher_build.h"
#include "match/matcher_index.h"
#include "match/token_atoms.h"

enum {
	FETCH_AHEAD = 8, /* programs: long enough before for a fetch from memory */
};

void matcher_errors_clear(struct matcher_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		free(errors->errors[i].words);
	free(errors->errors);
	*errors = (struct matcher_errors){0};
}

static int add_error(
	struct matcher_errors *errors, size_t *size, size_t topic, const struct query_error *error)
{
	char *words;
	int r;

	r = array_grow((void **)&errors->errors, size, errors->count, sizeof(*errors->errors));
	if (r < 0)
		return r;
	words = strdup(error->words);
	if (!words)
		return -ENOMEM;
	errors->errors[errors->count++] =
		(struct matcher_error){.topic = topic, .column = error->column, .words = words};
	return 0;
}

struct matcher_building {
	struct index_builder *builder;
	struct matcher *matcher;
	size_t count;
	size_t added;
	struct matcher_errors errors;
	size_t errors_size;
};

int matcher_building_new(const struct topic *topics, size_t count, struct matcher_building **ret)
{
	_cleanup_(matcher_building_freep) struct matcher_building *building =
		calloc(1, sizeof(*building));
	int r;

	if (!building)
		return -ENOMEM;
	building->count = count;
	building->matcher = calloc(1, sizeof(*building->matcher));
	if (!building->matcher)
		return -ENOMEM;
	building->matcher->topics = topics;
	r = index_builder_new(building->matcher, &building->builder);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(building);
	return 0;
}

void matcher_building_free(struct matcher_building *building)
{
	if (!building)
		return;
	index_builder_free(building->builder);
	matcher_free(building->matcher);
	matcher_errors_clear(&building->errors);
	free(building);
}

int matcher_building_step(struct matcher_building *building)
{
	struct query_error error;
	size_t topic = building->added;
	int r;

	if (topic == building->count)
		return 0;
	building->added++;
	r = index_builder_add(building->builder, &building->matcher->topics[topic], &error);
	if (r == -EINVAL)
		r = add_error(&building->errors, &building->errors_size, topic, &error);
	if (r < 0)
		return r;
	return building->added < building->count;
}

int matcher_building_end(
	struct matcher_building *building, struct matcher **ret, struct matcher_errors *ret_errors)
{
	int r;

	*ret_errors = building->errors;
	building->errors = (struct matcher_errors){0};
	if (ret_errors->count > 0)
		return -EINVAL;
	r = index_builder_finish(building->builder);
	if (r >= 0)
		r = index_layout(building->matcher, false);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(building->matcher);
	return 0;
}

int matcher_new(const struct topic *topics, size_t count, struct matcher **ret,
	struct matcher_errors *ret_errors)
{
	_cleanup_(matcher_building_freep) struct matcher_building *building = NULL;
	int r;

	*ret_errors = (struct matcher_errors){0};
	r = matcher_building_new(topics, count, &building);
	if (r < 0)
		return r;
	do
		r = matcher_building_step(building);
	while (r > 0);
	return r < 0 ? r : matcher_building_end(building, ret, ret_errors);
}

static void dictionary_clear(struct dictionary *dictionary)
{
	interner_clear(&dictionary->texts);
	free(dictionary->keys);
	free(dictionary->slots);
	free(dictionary->filter);
}

void index_clear(struct matcher *matcher)
{
	dictionary_clear(&matcher->words);
	dictionary_clear(&matcher->stems);
	interner_clear(&matcher->special_texts);
	free(matcher->specials);
	free(matcher->prefix_slots);
	free(matcher->prefix_lengths);
	free(matcher->more);
	free(matcher->pair_filter);
	free(matcher->posting_starts);
	free(matcher->pairs);
	free(matcher->leaves);
	free(matcher->atoms);
	free(matcher->postings);
	free(matcher->code);
	free(matcher->programs);
	free(matcher->always);
	for (size_t i = 0; i < matcher->regex_count; i++)
		regex_free(matcher->regexes[i].regex);
	free(matcher->regexes);
}

void matcher_free(struct matcher *matcher)
{
	if (!matcher)
		return;
	index_clear(matcher);
	free(matcher);
}

static size_t dictionary_size(const struct dictionary *dictionary)
{
	return dictionary->texts.pool.size + dictionary->texts.size * sizeof(uint32_t) +
		dictionary->texts.slot_count * sizeof(uint32_t) +
		dictionary->count * sizeof(*dictionary->keys) +
		(dictionary->mask + 1) * sizeof(*dictionary->slots) + dictionary->filter_mask / 8;
}

size_t matcher_size(const struct matcher *matcher)
{
	return sizeof(*matcher) + dictionary_size(&matcher->words) +
		dictionary_size(&matcher->stems) + matcher->special_texts.pool.size +
		matcher->special_count * sizeof(*matcher->specials) +
		(matcher->prefix_mask + 1) * sizeof(*matcher->prefix_slots) +
		(matcher->pair_mask + 1) * sizeof(*matcher->pairs) +
		matcher->leaf_count * sizeof(*matcher->leaves) +
		(matcher->atom_count + matcher->posting_count + matcher->code_count +
			2 * matcher->topic_count) *
		sizeof(uint32_t);
}

/* A run over one article. */
struct match_run {
	const struct matcher *matcher;
	struct match_scratch *scratch;
	const struct article *article;
	uint32_t position; /* of the next text's first token */
};

static int read_text(void *userdata, const struct match_text *text)
{
	struct match_run *run = userdata;
	struct token_list tokens;
	int r;

	r = tokenizer_run(run->scratch->tokenizer, text->text, strlen(text->text),
		field_token_options(text->field), &tokens, NULL);
	if (r >= 0)
		r = find_leaves(run->matcher, run->scratch, &tokens, text->field, run->position);
	if (r < 0)
		return r;
	run->position += (uint32_t)tokens.count + POSITION_GAP;
	return 0;
}

static int match_regex(void *userdata, const struct regex_leaf *leaf)
{
	struct match_run *run = userdata;

	return scratch_match_regex(run->scratch, leaf->regex, run->article, leaf->fields);
}

/* Puts a topic among the candidates, once. */
static inline void add_candidate(
	const struct matcher *matcher, struct match_scratch *scratch, uint32_t topic)
{
	uint64_t bit = UINT64_C(1) << (topic % 64);

	__builtin_prefetch(&matcher->programs[topic]);
	scratch->topics[scratch->topic_count] = topic;
	scratch->topic_count += !(scratch->tried[topic / 64] & bit);
	scratch->tried[topic / 64] |= bit;
}

/* Gathers the topics that are filed under what was found; some are matched by that alone. */
static int find_candidates(const struct matcher *matcher, struct match_scratch *scratch)
{
	int r;

	scratch->topic_count = 0;
	/* No topic is twice among them, and one place is written that is not kept. */
	r = array_reserve((void **)&scratch->topics, &scratch->topic_size, matcher->topic_count + 1,
		sizeof(*scratch->topics));
	if (r < 0)
		return r;
	for (size_t i = 0; i < matcher->always_count; i++)
		add_candidate(matcher, scratch, matcher->always[i]);
	for (size_t i = 0; i < scratch->found.leaf_count; i++) {
		const uint32_t *starts = matcher->posting_starts + scratch->found.leaves[i];
		const uint32_t *posting = matcher->postings + starts[0];
		const uint32_t *end = matcher->postings + starts[1];

		for (; posting < end; posting++) {
			uint32_t topic = *posting >> POSTING_SHIFT;

			if (*posting & POSTING_SURE)
				scratch->matched[topic / 64] |= UINT64_C(1) << (topic % 64);
			else
				add_candidate(matcher, scratch, topic);
		}
	}
	return 0;
}

/* Runs the candidates' programs, which lie anywhere in memory and so are fetched ahead. */
static int try_candidates(struct match_run *run)
{
	const struct matcher *matcher = run->matcher;
	const struct regex_judge judge = {match_regex, run};
	struct match_scratch *scratch = run->scratch;
	int r = 0;

	for (size_t i = 0; i < scratch->topic_count && r >= 0; i++) {
		uint32_t topic = scratch->topics[i];
		uint64_t bit = UINT64_C(1) << (topic % 64);

		if (i + FETCH_AHEAD < scratch->topic_count)
			__builtin_prefetch(matcher->code +
				matcher->programs[scratch->topics[i + FETCH_AHEAD]]);
		if (scratch->matched[topic / 64] & bit)
			continue;
		r = program_run(
			&scratch->found, matcher, &judge, matcher->code + matcher->programs[topic]);
		if (r > 0)
			scratch->matched[topic / 64] |= bit;
	}
	return r < 0 ? r : 0;
}

/* Gathers the matched topics in order; clears the bits for the next run. */
static void collect_topics(const struct matcher *matcher, struct match_scratch *scratch)
{
	scratch->topic_count = 0;
	for (size_t i = 0; i <= matcher->topic_count / 64; i++) {
		uint64_t bits = scratch->matched[i];

		scratch->matched[i] = 0;
		scratch->tried[i] = 0;
		for (; bits; bits &= bits - 1)
			scratch->topics[scratch->topic_count++] =
				(uint32_t)(64 * i) + (uint32_t)__builtin_ctzll(bits);
	}
}

static int prepare(const struct matcher *matcher, struct match_scratch *scratch)
{
	size_t words = matcher->topic_count / 64 + 1;
	uint64_t *bits;

	if (words > scratch->topic_words) {
		bits = calloc(2 * words, sizeof(*bits));
		if (!bits)
			return -ENOMEM;
		free(scratch->matched);
		scratch->matched = bits;
		scratch->topic_words = words;
	}
	scratch->tried = scratch->matched + scratch->topic_words;
	return occurrences_begin(&scratch->found, matcher);
}

int matcher_run(const struct matcher *matcher, struct match_scratch *scratch,
	const struct article *article, const uint32_t **ret_topics, size_t *ret_count)
{
	struct match_run run = {.matcher = matcher, .scratch = scratch, .article = article};
	int r;

	r = prepare(matcher, scratch);
	if (r < 0)
		return r;
	r = article_texts(article, matcher->fields, read_text, &run);
	if (r >= 0)
		r = find_candidates(matcher, scratch);
	if (r >= 0)
		r = try_candidates(&run);
	collect_topics(matcher, scratch);
	if (r < 0)
		return r;
	*ret_topics = scratch->topics;
	*ret_count = scratch->topic_count;
	return 0;
}
