#include "dedup/evidence.h"

#include <math.h>
#include <string.h>

enum {
	LEAD_WORDS = 55,            /* docs/STORIES.md */
	PLACES_MAX = 24,            /* of a word in the other article that are looked at */
	OWN_SENTENCE_WORDS_MIN = 9, /* captions of icons are shorter */
	NO_COUNTERPART = UINT16_MAX,
};

#define ALIGNED_SOFT 0.5F

/*
 * Two articles of one story have more in common in one direction or the other: of the weight of
 * words, or of runs of three words.  (Of 8,200 pairs on the corpus all have.)
 */
#define MET_WORDS 0.28F
#define MET_SHINGLES 0.05F

/* A sentence that six other stories have is no story's own.  (Some of the six may be this one, not
 * recognised.) */
#define BOILERPLATE_WORTH 0.15F

static void meet_words(struct reader *article, struct reader *of, struct meeting *ret)
{
	const struct vocabulary *vocabulary = &article->vocabulary;
	const uint32_t *codes = of->fingerprint->codes;

	memset(ret->met, 0, vocabulary->count * sizeof(*ret->met));
	for (size_t k = 0; k < of->counted.starts[of->sentence_count]; k++) {
		size_t i = of->counted.words[k];
		uint16_t entry = vocabulary_find(vocabulary, codes[i]);

		of->entry_of[i] = entry;
		of->found[i] = false;
		if (entry == 0)
			continue;
		ret->met[entry - 1] = true;
		/* Some words stand in the article's title alone. */
		of->found[i] = vocabulary->entries[entry - 1].times > 0;
	}
	for (size_t k = 0; k < article->counted.starts[article->sentence_count]; k++) {
		size_t i = article->counted.words[k];

		article->found[i] = ret->met[article->entry_of[i] - 1];
	}
}

static float share(float part, float whole)
{
	return whole > 0.0F ? part / whole : 0.0F;
}

static struct shared_words shared_words(const struct reader *reader)
{
	struct shared_words ret = {.words = (unsigned)reader->word_count};
	float all = 0.0F;

	for (size_t k = 0; k < reader->counted.starts[reader->sentence_count]; k++) {
		size_t i = reader->counted.words[k];
		bool is_name = word_kind(reader->fingerprint->codes[i]) == WORD_NAME;

		all += reader->weights[i];
		ret.bits += reader->found[i] ? reader->weights[i] : 0.0F;
		ret.lacking += !reader->found[i] & !is_name;
	}
	ret.share = share(ret.bits, all);
	return ret;
}

static void meet_pairs(const struct reader *article, const struct reader *of, struct meeting *ret)
{
	ret->shared_pair_weight = 0.0F;
	ret->shared_pairs = 0;
	for (size_t i = 0; i < of->pair_count; i++) {
		size_t pair = reader_find_pair(article, of->pairs[i]);

		if (pair == READER_PAIRS_MAX)
			continue;
		ret->shared_pair_weight += article->pair_weights[pair];
		ret->shared_pairs++;
	}
	ret->pairs = article->pair_count < of->pair_count ? article->pair_count : of->pair_count;
}

void evidence_meet(struct reader *article, struct reader *of, struct meeting *ret)
{
	meet_words(article, of, ret);
	ret->article = shared_words(article);
	ret->of = shared_words(of);
	meet_pairs(article, of, ret);
}

/* Returns how many of the other article's runs of words the article has. */
static unsigned meet_shingles(
	const struct reader *article, const struct reader *of, struct meeting *ret)
{
	const struct vocabulary *vocabulary = &article->vocabulary;
	unsigned all = 0;

	memset(ret->shingles, 0, (vocabulary->shingle_mask + 1) * sizeof(*ret->shingles));
	for (size_t s = 0; s < of->sentence_count; s++) {
		const struct sentence *sentence = &of->sentences[s];
		const uint32_t *codes = of->fingerprint->codes + sentence->start;
		uint32_t hash = shingle_start(sentence, codes, READER_SHINGLE_WORDS);
		uint16_t shared = 0;

		for (size_t i = 0; i + READER_SHINGLE_WORDS <= sentence->count; i++) {
			uint32_t slot = vocabulary_shingle(
				vocabulary, shingle_next(&hash, codes + i, READER_SHINGLE_WORDS));

			if (slot == READER_SLOTS)
				continue;
			ret->shingles[slot] = true;
			shared++;
		}
		ret->of_shingles[s] = shared;
		all += shared;
	}
	return all;
}

static uint16_t shared_shingles(const struct reader *article, const struct meeting *meeting,
	const struct sentence *sentence)
{
	uint16_t shared = 0;

	for (size_t i = 0; i + READER_SHINGLE_WORDS <= sentence->count; i++)
		shared += meeting->shingles[article->vocabulary.shingle_of[sentence->start + i]];
	return shared;
}

/* Without an early end: the compiler makes this a few comparisons of many words each. */
static bool sentence_has(const struct reader *reader, size_t number, uint32_t code)
{
	const struct sentence *sentence = &reader->sentences[number];
	const uint32_t *codes = reader->fingerprint->codes + sentence->start;
	uint32_t identity = word_identity(code);
	unsigned found = 0;

	for (size_t i = 0; i < sentence->count; i++)
		found |= word_identity(codes[i]) == identity;
	return found;
}

static void count_anchors(const struct reader *reader, const struct reader *other, size_t s,
	struct counterpart *counterpart)
{
	const struct selection *anchors = &reader->anchors;

	for (size_t k = anchors->starts[s]; k < anchors->starts[s + 1]; k++) {
		uint32_t code = reader->fingerprint->codes[anchors->words[k]];
		bool shared = sentence_has(other, counterpart->number, code);
		if (word_kind(code) == WORD_NUMBER) {
			counterpart->numbers++;
			counterpart->numbers_shared += shared;
		} else {
			counterpart->names++;
			counterpart->names_shared += shared;
		}
	}
}

/*
 * Adds the weight of each word of a sentence to those of the other article's sentences that have
 * it.  `places` are those of the entries in the other article.  Returns the weight of all.
 */
static float vote(const struct reader *reader, size_t s, const struct reader *other,
	const struct places *places, float *votes)
{
	const struct selection *counted = &reader->counted;
	float total = 0.0F;

	for (size_t k = counted->starts[s]; k < counted->starts[s + 1]; k++) {
		size_t i = counted->words[k];
		uint16_t entry = reader->entry_of[i];
		uint16_t at = entry ? places[entry - 1].first : 0;

		total += reader->weights[i];
		for (unsigned steps = 0; at != 0 && steps < PLACES_MAX; steps++) {
			votes[other->places[at - 1].sentence] += reader->weights[i];
			at = other->places[at - 1].next;
		}
	}
	return total;
}

/* Finds a sentence's counterpart; `shared` are its runs of words that the other article has. */
static void find_counterpart(struct reader *reader, const struct reader *other, size_t s,
	const struct places *places, uint16_t shared)
{
	const struct sentence *sentence = &reader->sentences[s];
	struct counterpart *counterpart = &reader->counterparts[s];
	float votes[FINGERPRINT_SENTENCES_MAX];
	float best = 0.0F;
	float total;

	*counterpart = (struct counterpart){.number = NO_COUNTERPART, .worth = reader->worth[s]};
	memset(votes, 0, other->sentence_count * sizeof(*votes));
	total = vote(reader, s, other, places, votes);
	for (size_t o = 0; o < other->sentence_count; o++) {
		if (votes[o] > best) {
			best = votes[o];
			counterpart->number = (uint16_t)o;
		}
	}
	if (counterpart->number == NO_COUNTERPART)
		return;
	if (sentence->count >= READER_SHINGLE_WORDS)
		counterpart->hard =
			(float)shared / (float)(sentence->count - READER_SHINGLE_WORDS + 1);
	/* A sentence may be spread over several, where the other page breaks its lines. */
	counterpart->soft = fmaxf(best / total, counterpart->hard);
	if (counterpart->soft >= ALIGNED_SOFT)
		count_anchors(reader, other, s, counterpart);
	/* With the same names and figures a stock sentence is worth what all of it is. */
	if (counterpart->soft >= ALIGNED_SOFT &&
		counterpart->numbers == counterpart->numbers_shared &&
		counterpart->names == counterpart->names_shared)
		counterpart->worth = fmaxf(counterpart->worth, reader->filled_worth[s]);
}

/* Lists where in the other article each word stands. */
static void find_places(const struct reader *article, struct reader *of, struct meeting *ret)
{
	memset(ret->places, 0, article->vocabulary.count * sizeof(*ret->places));
	of->place_count = 0;
	for (size_t s = 0; s < of->sentence_count; s++) {
		for (size_t k = of->counted.starts[s]; k < of->counted.starts[s + 1]; k++) {
			uint16_t entry = of->entry_of[of->counted.words[k]];

			if (entry != 0)
				reader_add_place(of, &ret->places[entry - 1], s);
		}
	}
}

static void align(struct reader *article, struct reader *of, const struct meeting *meeting)
{
	for (size_t s = 0; s < article->sentence_count; s++)
		find_counterpart(article, of, s, meeting->places,
			shared_shingles(article, meeting, &article->sentences[s]));
	for (size_t s = 0; s < of->sentence_count; s++)
		find_counterpart(
			of, article, s, article->vocabulary.places, meeting->of_shingles[s]);
}

static float ramp(float x, float from, float to)
{
	if (x <= from)
		return 0.0F;
	return x >= to ? 1.0F : (x - from) / (to - from);
}

static void cover_sentences(const struct reader *reader, struct coverage *ret)
{
	float sums[7] = {0};
	float lead[3] = {0};
	unsigned numbers[2] = {0};
	unsigned names[2] = {0};

	for (size_t s = 0; s < reader->sentence_count; s++) {
		const struct counterpart *counterpart = &reader->counterparts[s];
		float count = (float)reader->sentences[s].count;
		float worth = count * counterpart->worth;
		float soft = ramp(counterpart->soft, 0.25F, 0.75F);

		if (reader->sentences[s].flags & SENTENCE_PROSE &&
			reader->sentences[s].count >= OWN_SENTENCE_WORDS_MIN &&
			counterpart->worth > BOILERPLATE_WORTH)
			ret->own_words += reader->sentences[s].count;
		sums[0] += count;
		sums[1] += worth;
		sums[2] += count * soft;
		sums[3] += worth * soft;
		sums[4] += count * counterpart->hard;
		sums[5] += worth * counterpart->hard;
		if (lead[0] < LEAD_WORDS) {
			lead[0] += count;
			lead[1] += worth * soft;
			lead[2] += worth * counterpart->hard;
		}
		if (counterpart->soft >= ALIGNED_SOFT) {
			ret->aligned++;
			numbers[0] += counterpart->numbers;
			numbers[1] += counterpart->numbers_shared;
			names[0] += counterpart->names;
			names[1] += counterpart->names_shared;
		}
	}
	ret->sentences = (unsigned)reader->sentence_count;
	ret->words_in_prose = (unsigned)sums[0];
	ret->soft = share(sums[2], sums[0]);
	ret->soft_worth = share(sums[3], sums[1]);
	ret->hard = share(sums[4], sums[0]);
	ret->hard_worth = share(sums[5], sums[1]);
	ret->lead_soft = share(lead[1], lead[0]);
	ret->lead_hard = share(lead[2], lead[0]);
	ret->worth = share(sums[1], sums[0]);
	ret->first = reader->sentence_count ? reader->counterparts[0].soft : 0.0F;
	ret->numbers_agree = ((float)numbers[1] + 1.0F) / ((float)numbers[0] + 1.0F);
	ret->names_agree = ((float)names[1] + 1.0F) / ((float)names[0] + 1.0F);
}

static size_t words_before(const struct reader *reader, size_t number)
{
	size_t words = 0;

	for (size_t s = 0; s < number && words < LEAD_WORDS; s++)
		words += reader->sentences[s].count;
	return words;
}

/* Where in the article the covered sentences stand. */
static void cover_order(
	const struct reader *reader, const struct reader *other, struct coverage *ret)
{
	size_t before = 0;
	size_t run = 0;
	size_t longest = 0;
	size_t lead_words = 0;
	size_t skipped = reader->word_count;
	float lead = 0.0F;

	for (size_t s = 0; s < reader->sentence_count; s++) {
		const struct counterpart *counterpart = &reader->counterparts[s];
		size_t count = reader->sentences[s].count;

		if (counterpart->soft >= ALIGNED_SOFT) {
			run += count;
			if (before < skipped)
				skipped = before;
			if (before < LEAD_WORDS &&
				words_before(other, counterpart->number) < LEAD_WORDS)
				lead += (float)count * counterpart->worth;
		} else {
			run = 0;
		}
		if (run > longest)
			longest = run;
		if (before < LEAD_WORDS)
			lead_words = before + count;
		before += count;
	}
	ret->skipped = share((float)skipped, (float)reader->word_count);
	ret->run = share((float)longest, (float)reader->word_count);
	ret->lead_lead = share(lead, (float)lead_words);
}

static void cover_words(const struct reader *reader, struct coverage *ret)
{
	const struct selection *counted = &reader->counted;
	float anchors[2] = {0};
	float words[2] = {0};

	for (size_t k = 0; k < counted->starts[reader->sentence_count]; k++) {
		size_t i = counted->words[k];
		uint32_t code = reader->fingerprint->codes[i];
		float weight = reader->weights[i];
		float shared = reader->found[i] ? weight : 0.0F;
		bool anchor = word_is_anchor(code);
		bool number = word_kind(code) == WORD_NUMBER;

		words[0] += weight;
		words[1] += shared;
		anchors[0] += anchor ? weight : 0.0F;
		anchors[1] += anchor ? shared : 0.0F;
		ret->numbers += number;
		ret->numbers_shared += number & reader->found[i];
	}
	ret->anchors = share(anchors[1], anchors[0]);
	ret->mass = anchors[1];
	ret->bits = words[1];
	ret->words = share(words[1], words[0]);
}

/* The words of the title that count: their weight, and of these that stand where asked. */
static void cover_title(const struct reader *reader, const bool *in_title, const bool *in_text,
	struct coverage *ret)
{
	float all = 0.0F;
	float title = 0.0F;
	float text = 0.0F;

	for (size_t i = 0; i < reader->fingerprint->title_count; i++) {
		if (!reader_counts(reader, i))
			continue;
		all += reader->weights[i];
		title += in_title[i] ? reader->weights[i] : 0.0F;
		text += in_text[i] ? reader->weights[i] : 0.0F;
	}
	ret->title = share(title, all);
	ret->title_text = share(text, all);
}

static bool title_has(const struct fingerprint *fingerprint, uint32_t code)
{
	uint32_t identity = word_identity(code);
	unsigned found = 0;

	for (size_t i = 0; i < fingerprint->title_count; i++)
		found |= word_identity(fingerprint->codes[i]) == identity;
	return found;
}

static void cover_titles(const struct reader *article, const struct reader *of,
	const struct meeting *meeting, struct evidence *ret)
{
	const struct fingerprint *of_print = of->fingerprint;
	bool in_title[FINGERPRINT_TITLE_TOKENS_MAX];
	bool in_text[FINGERPRINT_TITLE_TOKENS_MAX];

	for (size_t i = 0; i < article->fingerprint->title_count; i++) {
		uint16_t entry = article->entry_of[i];

		in_title[i] = title_has(of_print, article->fingerprint->codes[i]);
		in_text[i] = entry != 0 && meeting->met[entry - 1];
	}
	cover_title(article, in_title, in_text, &ret->article);
	for (size_t i = 0; i < of_print->title_count; i++) {
		uint16_t entry = vocabulary_find(&article->vocabulary, of_print->codes[i]);

		in_title[i] = title_has(article->fingerprint, of_print->codes[i]);
		in_text[i] = entry != 0 && article->vocabulary.entries[entry - 1].times > 0;
	}
	cover_title(of, in_title, in_text, &ret->of);
}

static float pair_weight(const struct reader *reader)
{
	float weight = 0.0F;

	for (size_t i = 0; i < reader->pair_count; i++)
		weight += reader->pair_weights[i];
	return weight;
}

static void cover_pairs(
	const struct reader *reader, const struct meeting *meeting, struct coverage *ret)
{
	ret->pairs = share(meeting->shared_pair_weight, pair_weight(reader));
	ret->shared_pairs = meeting->shared_pairs;
	ret->pair_count = (unsigned)reader->pair_count;
}

bool evidence_meet_runs(struct reader *article, struct reader *of, struct meeting *meeting)
{
	size_t fewer = article->word_count < of->word_count ? article->word_count : of->word_count;
	unsigned shingles;

	/* Most articles are never compared. */
	if (article->vocabulary.shingle_mask == 0)
		reader_index_sentences(article);
	shingles = meet_shingles(article, of, meeting);
	return (float)shingles >= MET_SHINGLES * (float)fewer ||
		meeting->article.share >= MET_WORDS || meeting->of.share >= MET_WORDS;
}

void evidence_gather(
	struct reader *article, struct reader *of, struct meeting *meeting, struct evidence *ret)
{
	*ret = (struct evidence){.article_thin = article->thin, .of_thin = of->thin};
	find_places(article, of, meeting);
	align(article, of, meeting);
	cover_sentences(article, &ret->article);
	cover_sentences(of, &ret->of);
	cover_order(article, of, &ret->article);
	cover_order(of, article, &ret->of);
	cover_words(article, &ret->article);
	cover_words(of, &ret->of);
	cover_titles(article, of, meeting, ret);
	cover_pairs(article, meeting, &ret->article);
	cover_pairs(of, meeting, &ret->of);
}
