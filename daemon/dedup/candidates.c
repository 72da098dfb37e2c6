#include "dedup/candidates.h"

#include <stdbool.h>

enum {
	SHINGLE_WORDS = 4,
	LEAD_WORDS = 60,
	LEAD_KEPT = 6, /* shingles of the lead: a short copy has these */
	REST_KEPT = 3, /* shingles of the rest */
	SENTENCES_KEPT = 3,
	PAIRS_KEPT = 11,
	WORDS_KEPT = 8,
	SENTENCE_SALT = 0x3c6ef372,
	SENTENCE_ANCHORS_MIN = 2,
	WORD_SALT = 0x5bd1e995,
	TIMES_MAX = 4, /* that a word stands there, for its rank */
	RANK_SHIFT = 8,
	RANK_ALL = 1 << (32 - RANK_SHIFT), /* a float holds each rank below as it is */
	SAMPLED = 12, /* of the shingles that stand before one, so many may rank above it */
	SAMPLED_RANK_MIN = RANK_ALL / 5 * 2,
};

_Static_assert(LEAD_KEPT + REST_KEPT + SENTENCES_KEPT + PAIRS_KEPT + WORDS_KEPT == FEATURES_KEPT,
	"all are used");

struct ranked {
	uint32_t feature;
	float rank; /* the greater the rather kept */
};

struct best {
	struct ranked *entries;
	size_t count;
	size_t limit;
};

static bool is_before(const struct ranked *a, const struct ranked *b)
{
	return a->rank > b->rank || (a->rank == b->rank && a->feature > b->feature);
}

/* Keeps the best `limit`; ties fall to the greater feature. */
static inline void offer(struct best *best, uint32_t feature, float rank)
{
	struct ranked entry = {feature, rank};
	size_t at = best->count;

	if (at == best->limit && !is_before(&entry, &best->entries[--at]))
		return;
	best->count = at + 1;
	for (; at > 0 && is_before(&entry, &best->entries[at - 1]); at--)
		best->entries[at] = best->entries[at - 1];
	best->entries[at] = entry;
}

/* The same of features that may come more than once. */
static void offer_once(struct best *best, uint32_t feature, float rank)
{
	if (best->count == best->limit && rank < best->entries[best->limit - 1].rank)
		return;
	for (size_t i = 0; i < best->count; i++)
		if (best->entries[i].feature == feature)
			return;
	offer(best, feature, rank);
}

static size_t take(const struct best *best, uint32_t *ret)
{
	for (size_t i = 0; i < best->count; i++)
		ret[i] = best->entries[i].feature;
	return best->count;
}

static uint32_t word_feature(uint32_t code)
{
	return shingle_end(word_roll(0, code)) ^ WORD_SALT;
}

/* Below RANK_ALL, by nothing but the words, so that two articles choose alike. */
static uint32_t shingle_rank(uint32_t feature)
{
	return feature * 0x9e3779b1U >> RANK_SHIFT;
}

/*
 * Whether the shingle that begins at a word of the text is kept or looked up at all: only some are,
 * chosen by their own hash.  What is kept are the highest of the lead and of the rest.  A shingle
 * contends with about as many as stand before it, so that the later it comes the higher it must be
 * to be ever among them.  (Roughly: those of the rest do not contend with the lead's.)
 */
static bool is_sampled(uint32_t feature, size_t word)
{
	uint32_t rank = shingle_rank(feature);

	return (rank >= SAMPLED_RANK_MIN) &
		((uint64_t)(RANK_ALL - rank) * word <= (uint64_t)SAMPLED * RANK_ALL);
}

/*
 * Whole sentences with their names and numbers: what tells a template's issues apart, whose
 * shingles are all alike.
 */
static uint32_t sentence_feature(const struct reader *reader, size_t number)
{
	size_t anchors = reader->anchors.starts[number + 1] - reader->anchors.starts[number];

	return anchors >= SENTENCE_ANCHORS_MIN ? reader->wholes[number] ^ SENTENCE_SALT : 0;
}

void features_read(const struct reader *reader, struct text_features *ret)
{
	size_t words = 0;

	ret->run_count = 0;
	for (size_t s = 0; s < reader->sentence_count; s++) {
		const struct sentence *sentence = &reader->sentences[s];
		const uint32_t *codes = &reader->fingerprint->codes[sentence->start];
		uint32_t hash = shingle_start(sentence, codes, SHINGLE_WORDS);

		ret->sentences[s] = sentence_feature(reader, s);
		for (size_t i = 0; i + SHINGLE_WORDS <= sentence->count; i++) {
			uint32_t feature = shingle_next(&hash, codes + i, SHINGLE_WORDS);

			ret->runs[ret->run_count] =
				(struct run){feature, (uint16_t)(words + i), (uint8_t)s};
			ret->run_count += is_sampled(feature, words + i);
		}
		words += sentence->count;
	}
}

static size_t keep_shingles(
	const struct reader *reader, const struct text_features *text, uint32_t *ret)
{
	struct ranked lead_entries[LEAD_KEPT];
	struct ranked rest_entries[REST_KEPT];
	struct best lead = {lead_entries, 0, LEAD_KEPT};
	struct best rest = {rest_entries, 0, REST_KEPT};
	size_t kept;

	for (size_t i = 0; i < text->run_count; i++) {
		const struct run *run = &text->runs[i];
		bool in_lead = run->word < LEAD_WORDS;
		float rank = reader->worth[run->sentence] < 0.9F ? 0.0F : (float)RANK_ALL;

		offer_once(in_lead ? &lead : &rest, run->feature,
			rank + (float)shingle_rank(run->feature));
	}
	kept = take(&lead, ret);
	return kept + take(&rest, ret + kept);
}

static size_t keep_sentences(
	const struct reader *reader, const struct text_features *text, uint32_t *ret)
{
	struct ranked entries[SENTENCES_KEPT];
	struct best best = {entries, 0, SENTENCES_KEPT};

	for (size_t s = 0; s < reader->sentence_count; s++) {
		uint32_t feature = text->sentences[s];

		if (feature != 0)
			offer_once(&best, feature, (float)shingle_rank(feature));
	}
	return take(&best, ret);
}

static size_t keep_pairs(const struct reader *reader, uint32_t *ret)
{
	struct ranked entries[PAIRS_KEPT];
	struct best best = {entries, 0, PAIRS_KEPT};

	for (size_t i = 0; i < reader->pair_count; i++)
		offer(&best, reader->pairs[i],
			reader->pair_weights[i] * (reader->pair_times[i] > 1 ? 1.5F : 1.0F));
	return take(&best, ret);
}

/* The article's main words: rare ones, the rather if they stand there more than once. */
static size_t keep_words(
	const struct reader *reader, const struct commonness *commonness, uint32_t *ret)
{
	const struct vocabulary *vocabulary = &reader->vocabulary;
	float rare = commonness_rare_weight(commonness);
	struct ranked entries[WORDS_KEPT];
	struct best best = {entries, 0, WORDS_KEPT};

	for (size_t i = 0; i < vocabulary->count; i++) {
		const struct vocabulary_word *entry = &vocabulary->entries[i];
		float times = entry->times < TIMES_MAX ? entry->times : TIMES_MAX;

		if (entry->times == 0 || reader->weights[entry->word] < rare)
			continue;
		offer(&best, word_feature(entry->code),
			reader->weights[entry->word] * (1.0F + 0.5F * times) *
				(word_kind(entry->code) == WORD_COMMON ? 0.8F : 1.0F));
	}
	return take(&best, ret);
}

size_t features_keep(const struct reader *reader, const struct text_features *text,
	const struct commonness *commonness, uint32_t (*ret)[FEATURES_KEPT])
{
	size_t kept = keep_shingles(reader, text, *ret);

	kept += keep_sentences(reader, text, *ret + kept);
	kept += keep_pairs(reader, *ret + kept);
	return kept + keep_words(reader, commonness, *ret + kept);
}

/* What many have speaks the less; a rare word, which may be all that a summary has, not so soon. */
float feature_worth(enum feature_kind kind, size_t stories)
{
	static const float worths[] = {
		[FEATURE_PAIR] = 1.0F,
		[FEATURE_WORD] = 0.6F,
		[FEATURE_RUN] = 1.0F,
		[FEATURE_SENTENCE] = 2.0F,
	};

	return worths[kind] / (float)(kind == FEATURE_WORD ? stories : stories * stories);
}

static void ask(
	struct asked_feature (*ret)[FEATURES_ASKED], size_t *count, struct asked_feature feature)
{
	if (*count < FEATURES_ASKED)
		(*ret)[(*count)++] = feature;
}

size_t features_ask(const struct reader *reader, const struct text_features *text,
	const struct commonness *commonness, struct asked_feature (*ret)[FEATURES_ASKED])
{
	const struct vocabulary *vocabulary = &reader->vocabulary;
	float rare = commonness_rare_weight(commonness);
	size_t count = 0;

	for (size_t i = 0; i < reader->pair_count; i++)
		ask(ret, &count, (struct asked_feature){reader->pairs[i], FEATURE_PAIR});
	for (size_t i = 0; i < vocabulary->count; i++)
		if (vocabulary->entries[i].times > 0 &&
			reader->weights[vocabulary->entries[i].word] >= rare)
			ask(ret, &count,
				(struct asked_feature){
					word_feature(vocabulary->entries[i].code), FEATURE_WORD});
	for (size_t s = 0; s < reader->sentence_count; s++)
		if (text->sentences[s] != 0)
			ask(ret, &count,
				(struct asked_feature){text->sentences[s], FEATURE_SENTENCE});
	for (size_t i = 0; i < text->run_count; i++)
		ask(ret, &count, (struct asked_feature){text->runs[i].feature, FEATURE_RUN});
	return count;
}
