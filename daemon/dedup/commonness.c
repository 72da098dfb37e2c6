#include "dedup/commonness.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>

#include "dedup/words.h"

enum {
	WORD_SLOTS = 1 << 18,
	SENTENCE_BITS = 18,
	SENTENCE_BUCKETS = 1 << SENTENCE_BITS,
	BUCKET_SLOTS = 4,
	STORIES_MIN = 400, /* fewer say nothing of how common a word is (docs/STORIES.md) */
	COUNT_MAX = 255,
	RARE_MAX = 24,
	LOGARITHMS = 4096, /* at hand; of greater numbers to a thousandth */
};

#define SHORT_WEIGHT 0.1F

struct sentence_slot {
	uint32_t story; /* the last one in which it was counted */
	uint16_t rest;  /* of the hash, whose low bits are the bucket's number */
	uint16_t count; /* of stories; 0: the slot is free */
};

/* What a snapshot has. */
struct counts {
	uint32_t stories;
	uint16_t words[WORD_SLOTS]; /* stories with a word of this slot, at most UINT16_MAX */
	/* Of a bucket, the newest first. */
	struct sentence_slot sentences[SENTENCE_BUCKETS][BUCKET_SLOTS];
};

struct commonness {
	float logarithms[LOGARITHMS]; /* base 2, of each number and one */
	struct counts counts;
};

int commonness_new(struct commonness **ret)
{
	struct commonness *commonness = mmap(NULL, sizeof(*commonness), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (commonness == MAP_FAILED)
		return -ENOMEM;
	/* As in postings.c: most look-ups would miss the processor's table of small pages. */
	(void)madvise(commonness, sizeof(*commonness), MADV_HUGEPAGE);
	for (size_t i = 0; i < LOGARITHMS; i++)
		commonness->logarithms[i] = log2f((float)i + 1.0F);
	*ret = commonness;
	return 0;
}

void commonness_free(struct commonness *commonness)
{
	if (commonness)
		(void)munmap(commonness, sizeof(*commonness));
}

static size_t word_slot(uint32_t code)
{
	uint32_t identity = word_identity(code);

	return (identity ^ identity >> 18) % WORD_SLOTS;
}

/* The means among some hundred stories, by which two texts alone are judged most like in a stream.
 */
static void guess_weights(const uint32_t *codes, size_t count, float *ret_weights)
{
	for (size_t i = 0; i < count; i++)
		ret_weights[i] = word_kind(codes[i]) == WORD_SHORT ? SHORT_WEIGHT
			: word_kind(codes[i]) == WORD_COMMON       ? 5.0F
								   : 7.0F;
}

/* Base 2, of a number that does not stand in the table. */
static float large_logarithm(const struct commonness *commonness, unsigned number)
{
	unsigned halved = 0;

	while (number >> halved > LOGARITHMS)
		halved++;
	return commonness->logarithms[(number >> halved) - 1] + (float)halved;
}

/* Base 2, of a number and one. */
static inline float logarithm(const struct commonness *commonness, unsigned number)
{
	return number < LOGARITHMS ? commonness->logarithms[number]
				   : large_logarithm(commonness, number + 1);
}

/* The weight of a word that no story has. */
static float weight_of_all(const struct commonness *commonness)
{
	uint32_t stories = commonness->counts.stories;

	return log2f((float)(stories > STORIES_MIN ? stories : STORIES_MIN) + 1.0F) + 0.1F;
}

float commonness_rare_weight(const struct commonness *commonness)
{
	return weight_of_all(commonness) - logarithm(commonness, RARE_MAX);
}

void commonness_weigh(const struct commonness *commonness, const uint32_t *codes, size_t count,
	float *ret_weights)
{
	float all;

	if (!commonness) {
		guess_weights(codes, count, ret_weights);
		return;
	}
	all = weight_of_all(commonness);
	for (size_t i = 0; i < count; i++)
		ret_weights[i] =
			all - logarithm(commonness, commonness->counts.words[word_slot(codes[i])]);
	/* Which are short cannot be foretold: set by themselves, many at once. */
	for (size_t i = 0; i < count; i++)
		ret_weights[i] = word_kind(codes[i]) == WORD_SHORT ? SHORT_WEIGHT : ret_weights[i];
}

static uint16_t rest_of(uint32_t sentence)
{
	return (uint16_t)(sentence >> SENTENCE_BITS);
}

static bool is_slot_of(const struct sentence_slot *slot, uint32_t sentence)
{
	return slot->count > 0 && slot->rest == rest_of(sentence);
}

struct sentence_uses commonness_uses(const struct commonness *commonness, uint32_t sentence)
{
	const struct sentence_slot *bucket;

	if (!commonness)
		return (struct sentence_uses){0};
	bucket = commonness->counts.sentences[sentence % SENTENCE_BUCKETS];
	for (size_t i = 0; i < BUCKET_SLOTS; i++)
		if (is_slot_of(&bucket[i], sentence))
			return (struct sentence_uses){bucket[i].count, bucket[i].story};
	return (struct sentence_uses){0};
}

void commonness_prefetch(const struct commonness *commonness, uint32_t sentence)
{
	if (commonness)
		__builtin_prefetch(commonness->counts.sentences[sentence % SENTENCE_BUCKETS]);
}

void commonness_add_story(struct commonness *commonness)
{
	commonness->counts.stories++;
}

void commonness_add_word(struct commonness *commonness, uint32_t code)
{
	uint16_t *count = &commonness->counts.words[word_slot(code)];

	if (word_kind(code) != WORD_SHORT && *count < UINT16_MAX)
		(*count)++;
}

/* Where a new sentence may stand: a free slot, else the oldest of the least counted. */
static size_t victim(const struct sentence_slot *bucket)
{
	size_t worst = BUCKET_SLOTS - 1;

	for (size_t i = BUCKET_SLOTS; i-- > 0;)
		if (bucket[i].count < bucket[worst].count)
			worst = i;
	return worst;
}

void commonness_add_sentence(struct commonness *commonness, uint32_t sentence, uint32_t story)
{
	struct sentence_slot *bucket = commonness->counts.sentences[sentence % SENTENCE_BUCKETS];
	struct sentence_slot slot = {.story = story, .rest = rest_of(sentence), .count = 1};
	size_t at = BUCKET_SLOTS;

	for (size_t i = 0; i < BUCKET_SLOTS; i++)
		if (is_slot_of(&bucket[i], sentence))
			at = i;
	if (at == BUCKET_SLOTS) {
		at = victim(bucket);
	} else {
		slot = bucket[at];
		if (slot.story != story && slot.count < COUNT_MAX)
			slot.count++;
		slot.story = story;
	}
	memmove(bucket + 1, bucket, at * sizeof(*bucket));
	bucket[0] = slot;
}

int commonness_write(const struct commonness *commonness, const struct snapshot_writer *writer)
{
	return snapshot_put(writer, &commonness->counts, sizeof(commonness->counts));
}

int commonness_read(const struct snapshot_reader *reader, struct commonness **ret)
{
	_cleanup_(commonness_freep) struct commonness *commonness = NULL;
	int r;

	r = commonness_new(&commonness);
	if (r < 0)
		return r;
	r = snapshot_get(reader, &commonness->counts, sizeof(commonness->counts));
	if (r < 0)
		return r;
	*ret = TAKE_PTR(commonness);
	return 0;
}

size_t commonness_bytes(void)
{
	return sizeof(struct commonness);
}
