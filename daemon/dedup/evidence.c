#include "dedup/evidence.h"

#include <math.h>
#include <string.h>

enum {
	LEAD_WORDS = 55, /* specs/stories.md */
	SHINGLE_WORDS = 3,
	FRAME_WORDS_MIN = 4,
	CHAIN_MAX = 24, /* of a word's places in the other article that are looked at */
	PAIR_REACH = 2,
	OWN_SENTENCE_WORDS_MIN = 9, /* captions of icons are shorter */
	NO_COUNTERPART = UINT16_MAX,
};

#define ALIGNED_SOFT 0.5F

/* A sentence that three other stories have is no story's own. */
#define BOILERPLATE_WORTH 0.3F

#define ROLL 0x9e3779b1U /* of a hash over words in order */

static uint32_t mix(uint32_t hash)
{
	hash ^= hash >> 16;
	hash *= 0x7feb352dU;
	hash ^= hash >> 15;
	hash *= 0x846ca68bU;
	return hash ^ (hash >> 16);
}

uint32_t shingle_hash(const uint32_t *codes, size_t count)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < count; i++)
		hash = hash * ROLL + word_identity(codes[i]) + 1;
	hash = mix(hash);
	return hash ? hash : 1;
}

uint32_t pair_hash(uint32_t a, uint32_t b)
{
	uint32_t x = word_identity(a);
	uint32_t y = word_identity(b);

	return mix(mix((x < y ? x : y) + 0x51ed27U) * 31 + (x < y ? y : x));
}

uint32_t sentence_frame(const struct fingerprint *fingerprint, const struct sentence *sentence)
{
	uint32_t hash = 0;
	uint32_t all = 0;
	unsigned count = 0;

	for (size_t i = sentence->start; i < (size_t)sentence->start + sentence->count; i++) {
		uint32_t code = fingerprint->codes[i];

		all = all * ROLL + word_identity(code) + 1;
		if (word_kind(code) == WORD_NAME || word_kind(code) == WORD_NUMBER)
			continue;
		hash = hash * ROLL + word_identity(code) + 1;
		count++;
	}
	return mix(count >= FRAME_WORDS_MIN ? hash : all);
}

static bool is_anchor(uint32_t code)
{
	return word_kind(code) == WORD_NAME || word_kind(code) == WORD_NUMBER;
}

static void choose_sentences(struct reader *reader)
{
	const struct fingerprint *fingerprint = reader->fingerprint;
	size_t prose = 0;

	for (size_t i = 0; i < fingerprint->sentence_count; i++)
		if (fingerprint->sentences[i].flags & SENTENCE_PROSE)
			prose += fingerprint->sentences[i].count;
	reader->thin = prose < FINGERPRINT_THIN_WORDS;
	for (size_t i = 0; i < fingerprint->sentence_count; i++) {
		const struct sentence *sentence = &fingerprint->sentences[i];

		if (!reader->thin && !(sentence->flags & SENTENCE_PROSE))
			continue;
		reader->sentences[reader->sentence_count++] = sentence;
		reader->word_count += sentence->count;
	}
}

static void chain_words(struct reader *reader, const struct commonness *commonness)
{
	const uint32_t *codes = reader->fingerprint->codes;

	memset(reader->heads, 0, sizeof(reader->heads));
	for (size_t i = 0; i < reader->fingerprint->title_count; i++)
		reader->weights[i] = commonness_weight(commonness, codes[i]);
	for (size_t s = reader->sentence_count; s-- > 0;) {
		const struct sentence *sentence = reader->sentences[s];

		for (size_t i = (size_t)sentence->start + sentence->count; i-- > sentence->start;) {
			uint16_t *head = &reader->heads[word_identity(codes[i]) % READER_BUCKETS];

			reader->weights[i] = commonness_weight(commonness, codes[i]);
			reader->sentence_of[i] = (uint16_t)s;
			if (!reader_counts(reader, i))
				continue;
			reader->next[i] = *head;
			*head = (uint16_t)(i + 1);
		}
	}
}

static void insert_shingle(struct reader *reader, uint32_t hash)
{
	uint32_t slot = hash & reader->shingle_mask;

	while (reader->shingles[slot] && reader->shingles[slot] != hash)
		slot = (slot + 1) & reader->shingle_mask;
	reader->shingles[slot] = hash;
}

static bool has_shingle(const struct reader *reader, uint32_t hash)
{
	uint32_t slot = hash & reader->shingle_mask;

	while (reader->shingles[slot] && reader->shingles[slot] != hash)
		slot = (slot + 1) & reader->shingle_mask;
	return reader->shingles[slot] == hash;
}

static void collect_shingles(struct reader *reader)
{
	size_t slots = 64;

	while (slots < reader->word_count * 2)
		slots *= 2;
	reader->shingle_mask = (uint32_t)slots - 1;
	memset(reader->shingles, 0, slots * sizeof(*reader->shingles));
	for (size_t s = 0; s < reader->sentence_count; s++) {
		const struct sentence *sentence = reader->sentences[s];
		size_t start = sentence->start;

		for (size_t i = 0; i + SHINGLE_WORDS <= sentence->count; i++) {
			uint32_t hash =
				shingle_hash(&reader->fingerprint->codes[start + i], SHINGLE_WORDS);

			reader->shingle_of[start + i] = hash;
			insert_shingle(reader, hash);
		}
	}
}

struct found_pair {
	uint32_t hash;
	float weight;
};

/* Shell's sort: there are mostly under two hundred. */
static void sort_pairs(struct found_pair *pairs, size_t count)
{
	static const size_t gaps[] = {701, 301, 132, 57, 23, 10, 4, 1};

	for (size_t g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
		for (size_t i = gaps[g]; i < count; i++) {
			struct found_pair pair = pairs[i];
			size_t k = i;

			for (; k >= gaps[g] && pairs[k - gaps[g]].hash > pair.hash; k -= gaps[g])
				pairs[k] = pairs[k - gaps[g]];
			pairs[k] = pair;
		}
	}
}

/* Each pair once, with how often it stood there. */
static void merge_pairs(struct reader *reader, const struct found_pair *pairs, size_t count)
{
	reader->pair_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && pairs[i].hash == pairs[i - 1].hash) {
			if (reader->pair_times[reader->pair_count - 1] < UINT8_MAX)
				reader->pair_times[reader->pair_count - 1]++;
			continue;
		}
		reader->pairs[reader->pair_count] = pairs[i].hash;
		reader->pair_times[reader->pair_count] = 1;
		reader->pair_weights[reader->pair_count++] = pairs[i].weight;
	}
}

/* Pairs of a name or number with each of the two before it; these survive other words. */
static void collect_pairs(struct reader *reader)
{
	const uint32_t *codes = reader->fingerprint->codes;
	struct found_pair pairs[READER_PAIRS_MAX];
	size_t before[PAIR_REACH] = {0};
	size_t seen = 0;
	size_t count = 0;

	for (size_t s = 0; s < reader->sentence_count; s++) {
		const struct sentence *sentence = reader->sentences[s];

		for (size_t i = sentence->start; i < (size_t)sentence->start + sentence->count;
			i++) {
			if (!is_anchor(codes[i]))
				continue;
			for (size_t k = 0; k < PAIR_REACH && k < seen; k++)
				if (codes[before[k]] != codes[i] && count < READER_PAIRS_MAX)
					pairs[count++] = (struct found_pair){
						pair_hash(codes[before[k]], codes[i]),
						reader->weights[before[k]] + reader->weights[i]};
			before[1] = before[0];
			before[0] = i;
			seen++;
		}
	}
	sort_pairs(pairs, count);
	merge_pairs(reader, pairs, count);
}

void reader_open(struct reader *reader, const struct fingerprint *fingerprint,
	const struct commonness *commonness, uint32_t story)
{
	reader->fingerprint = fingerprint;
	reader->sentence_count = 0;
	reader->word_count = 0;
	choose_sentences(reader);
	chain_words(reader, commonness);
	collect_shingles(reader);
	collect_pairs(reader);
	for (size_t s = 0; s < reader->sentence_count; s++) {
		reader->frames[s] = sentence_frame(fingerprint, reader->sentences[s]);
		commonness_prefetch(commonness, reader->frames[s]);
	}
	for (size_t s = 0; s < reader->sentence_count; s++)
		reader->uses[s] = commonness_uses(commonness, reader->frames[s]);
	reader_value(reader, story);
}

void reader_value(struct reader *reader, uint32_t story)
{
	for (size_t s = 0; s < reader->sentence_count; s++)
		reader->worth[s] = 1.0F / (1.0F + (float)sentence_others(reader->uses[s], story));
}

bool reader_has(const struct reader *reader, uint32_t code)
{
	uint16_t at = reader->heads[word_identity(code) % READER_BUCKETS];

	for (; at != 0; at = reader->next[at - 1])
		if (word_identity(reader->fingerprint->codes[at - 1]) == word_identity(code))
			return true;
	return false;
}

/* Finds where `code` stands in the other article and adds its weight to those sentences. */
static bool vote(const struct reader *other, uint32_t code, float weight, float *votes,
	uint16_t *last, uint16_t stamp)
{
	uint16_t at = other->heads[word_identity(code) % READER_BUCKETS];
	bool found = false;

	for (unsigned steps = 0; at != 0 && steps < CHAIN_MAX; steps++, at = other->next[at - 1]) {
		size_t word = at - 1U;
		uint16_t s = other->sentence_of[word];

		if (word_identity(other->fingerprint->codes[word]) != word_identity(code))
			continue;
		found = true;
		if (last[s] == stamp)
			continue;
		last[s] = stamp;
		votes[s] += weight;
	}
	return found;
}

static bool sentence_has(const struct reader *reader, size_t number, uint32_t code)
{
	const struct sentence *sentence = reader->sentences[number];

	for (size_t i = sentence->start; i < (size_t)sentence->start + sentence->count; i++)
		if (word_identity(reader->fingerprint->codes[i]) == word_identity(code))
			return true;
	return false;
}

static void count_anchors(const struct reader *reader, const struct reader *other, size_t s,
	struct counterpart *counterpart)
{
	const struct sentence *sentence = reader->sentences[s];

	for (size_t i = sentence->start; i < (size_t)sentence->start + sentence->count; i++) {
		uint32_t code = reader->fingerprint->codes[i];
		bool number = word_kind(code) == WORD_NUMBER;
		bool shared;

		if (!is_anchor(code))
			continue;
		shared = sentence_has(other, counterpart->number, code);
		if (number) {
			counterpart->numbers++;
			counterpart->numbers_shared += shared;
		} else {
			counterpart->names++;
			counterpart->names_shared += shared;
		}
	}
}

static float shingle_share(
	const struct reader *reader, const struct reader *other, const struct sentence *sentence)
{
	unsigned shared = 0;
	unsigned all = 0;

	for (size_t i = 0; i + SHINGLE_WORDS <= sentence->count; i++, all++)
		shared += has_shingle(other, reader->shingle_of[sentence->start + i]);
	return all ? (float)shared / (float)all : 0.0F;
}

static void align(struct reader *reader, const struct reader *other)
{
	float votes[FINGERPRINT_SENTENCES_MAX];
	uint16_t last[FINGERPRINT_SENTENCES_MAX];

	memset(last, 0, sizeof(last));
	for (size_t s = 0; s < reader->sentence_count; s++) {
		const struct sentence *sentence = reader->sentences[s];
		struct counterpart *counterpart = &reader->counterparts[s];
		float total = 0.0F;
		float best = 0.0F;

		memset(votes, 0, other->sentence_count * sizeof(*votes));
		*counterpart =
			(struct counterpart){.number = NO_COUNTERPART, .worth = reader->worth[s]};
		for (size_t i = sentence->start; i < (size_t)sentence->start + sentence->count;
			i++) {
			uint32_t code = reader->fingerprint->codes[i];

			if (!reader_counts(reader, i))
				continue;
			total += reader->weights[i];
			reader->found[i] = vote(
				other, code, reader->weights[i], votes, last, (uint16_t)(i + 1));
		}
		for (size_t o = 0; o < other->sentence_count; o++) {
			if (votes[o] > best) {
				best = votes[o];
				counterpart->number = (uint16_t)o;
			}
		}
		if (counterpart->number == NO_COUNTERPART)
			continue;
		counterpart->hard = shingle_share(reader, other, sentence);
		/* A sentence may be spread over several, where the other page breaks its lines. */
		counterpart->soft = fmaxf(best / total, counterpart->hard);
		if (counterpart->soft >= ALIGNED_SOFT)
			count_anchors(reader, other, s, counterpart);
	}
}

static float ramp(float x, float from, float to)
{
	if (x <= from)
		return 0.0F;
	return x >= to ? 1.0F : (x - from) / (to - from);
}

static float share(float part, float whole)
{
	return whole > 0.0F ? part / whole : 0.0F;
}

static void cover_sentences(const struct reader *reader, struct coverage *ret)
{
	float sums[7] = {0};
	float lead[3] = {0};
	unsigned numbers[2] = {0};
	unsigned names[2] = {0};

	for (size_t s = 0; s < reader->sentence_count; s++) {
		const struct counterpart *counterpart = &reader->counterparts[s];
		float count = (float)reader->sentences[s]->count;
		float worth = count * counterpart->worth;
		float soft = ramp(counterpart->soft, 0.25F, 0.75F);

		if (reader->sentences[s]->flags & SENTENCE_PROSE &&
			reader->sentences[s]->count >= OWN_SENTENCE_WORDS_MIN &&
			counterpart->worth > BOILERPLATE_WORTH)
			ret->own_words += reader->sentences[s]->count;
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
		words += reader->sentences[s]->count;
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
		size_t count = reader->sentences[s]->count;

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
	float anchors[2] = {0};
	float words[2] = {0};

	for (size_t s = 0; s < reader->sentence_count; s++) {
		const struct sentence *sentence = reader->sentences[s];

		for (size_t i = sentence->start; i < (size_t)sentence->start + sentence->count;
			i++) {
			uint32_t code = reader->fingerprint->codes[i];
			float weight = reader->weights[i];
			bool shared;

			if (!reader_counts(reader, i))
				continue;
			shared = reader->found[i];
			words[0] += weight;
			words[1] += shared ? weight : 0.0F;
			if (!is_anchor(code))
				continue;
			anchors[0] += weight;
			anchors[1] += shared ? weight : 0.0F;
			if (word_kind(code) == WORD_NUMBER) {
				ret->numbers++;
				ret->numbers_shared += shared;
			}
		}
	}
	ret->anchors = share(anchors[1], anchors[0]);
	ret->mass = anchors[1];
	ret->words = share(words[1], words[0]);
}

static void cover_title(
	const struct reader *reader, const struct reader *other, struct coverage *ret)
{
	float all = 0.0F;
	float in_title = 0.0F;
	float in_text = 0.0F;

	for (size_t i = 0; i < reader->fingerprint->title_count; i++) {
		uint32_t code = reader->fingerprint->codes[i];
		bool found = false;

		if (!reader_counts(reader, i))
			continue;
		for (size_t k = 0; k < other->fingerprint->title_count && !found; k++)
			found = word_identity(other->fingerprint->codes[k]) == word_identity(code);
		all += reader->weights[i];
		in_title += found ? reader->weights[i] : 0.0F;
		in_text += reader_has(other, code) ? reader->weights[i] : 0.0F;
	}
	ret->title = share(in_title, all);
	ret->title_text = share(in_text, all);
}

static void cover_pairs(const struct reader *article, const struct reader *of, struct evidence *ret)
{
	float weights[3] = {0};
	unsigned shared = 0;
	size_t k = 0;

	for (size_t i = 0; i < article->pair_count; i++) {
		while (k < of->pair_count && of->pairs[k] < article->pairs[i])
			k++;
		weights[0] += article->pair_weights[i];
		if (k < of->pair_count && of->pairs[k] == article->pairs[i]) {
			weights[1] += article->pair_weights[i];
			shared++;
		}
	}
	for (size_t i = 0; i < of->pair_count; i++)
		weights[2] += of->pair_weights[i];
	ret->article.pairs = share(weights[1], weights[0]);
	ret->of.pairs = share(weights[1], weights[2]);
	ret->article.shared_pairs = ret->of.shared_pairs = shared;
	ret->article.pair_count = (unsigned)article->pair_count;
	ret->of.pair_count = (unsigned)of->pair_count;
}

void evidence_gather(struct reader *article, struct reader *of, struct evidence *ret)
{
	*ret = (struct evidence){.article_thin = article->thin, .of_thin = of->thin};
	align(article, of);
	align(of, article);
	cover_sentences(article, &ret->article);
	cover_sentences(of, &ret->of);
	cover_order(article, of, &ret->article);
	cover_order(of, article, &ret->of);
	cover_words(article, &ret->article);
	cover_words(of, &ret->of);
	cover_title(article, of, &ret->article);
	cover_title(of, article, &ret->of);
	cover_pairs(article, of, ret);
}
