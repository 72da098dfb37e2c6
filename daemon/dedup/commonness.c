#include "dedup/commonness.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dedup/words.h"

enum {
	WORD_SLOTS = 1 << 18,
	SENTENCE_BUCKETS = 1 << 18,
	BUCKET_SLOTS = 4,
	STORIES_MIN = 400, /* fewer say nothing of how common a word is (specs/stories.md) */
	COUNT_MAX = 255,
};

struct sentence_slot {
	uint32_t hash;
	uint32_t story; /* the last one in which it was counted */
	uint32_t count; /* of stories; 0: the slot is free */
};

struct commonness {
	uint32_t stories;
	uint16_t words[WORD_SLOTS]; /* stories with a word of this slot, at most UINT16_MAX */
	/* Of a bucket, the newest first. */
	struct sentence_slot sentences[SENTENCE_BUCKETS][BUCKET_SLOTS];
};

int commonness_new(struct commonness **ret)
{
	struct commonness *commonness = calloc(1, sizeof(*commonness));

	if (!commonness)
		return -ENOMEM;
	*ret = commonness;
	return 0;
}

void commonness_free(struct commonness *commonness)
{
	free(commonness);
}

static size_t word_slot(uint32_t code)
{
	uint32_t identity = word_identity(code);

	return (identity ^ identity >> 18) % WORD_SLOTS;
}

float commonness_weight(const struct commonness *commonness, uint32_t code)
{
	uint32_t stories;
	uint32_t with;

	if (word_kind(code) == WORD_SHORT)
		return 0.1F;
	if (!commonness)
		return word_kind(code) == WORD_COMMON ? 4.0F : 6.0F;
	stories = commonness->stories > STORIES_MIN ? commonness->stories : STORIES_MIN;
	with = commonness->words[word_slot(code)];
	return log2f(((float)stories + 1.0F) / ((float)with + 1.0F)) + 0.1F;
}

static struct sentence_slot *sentence_bucket(struct commonness *commonness, uint32_t hash)
{
	return commonness->sentences[hash % SENTENCE_BUCKETS];
}

unsigned commonness_others(const struct commonness *commonness, uint32_t sentence, uint32_t story)
{
	const struct sentence_slot *bucket;

	if (!commonness)
		return 0;
	bucket = commonness->sentences[sentence % SENTENCE_BUCKETS];
	for (size_t i = 0; i < BUCKET_SLOTS; i++) {
		if (bucket[i].count == 0 || bucket[i].hash != sentence)
			continue;
		if (bucket[i].count == 1)
			return bucket[i].story != story;
		return bucket[i].count - 1;
	}
	return 0;
}

static int compare_codes(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

void commonness_add_words(struct commonness *commonness, const uint32_t *codes, size_t count)
{
	uint32_t slots[4096];
	size_t n = 0;

	for (size_t i = 0; i < count && n < sizeof(slots) / sizeof(slots[0]); i++)
		if (word_kind(codes[i]) != WORD_SHORT)
			slots[n++] = (uint32_t)word_slot(codes[i]);
	qsort(slots, n, sizeof(*slots), compare_codes);
	for (size_t i = 0; i < n; i++)
		if ((i == 0 || slots[i] != slots[i - 1]) &&
			commonness->words[slots[i]] < UINT16_MAX)
			commonness->words[slots[i]]++;
	commonness->stories++;
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
	struct sentence_slot *bucket = sentence_bucket(commonness, sentence);
	struct sentence_slot slot = {.hash = sentence, .story = story, .count = 1};
	size_t at = BUCKET_SLOTS;

	for (size_t i = 0; i < BUCKET_SLOTS; i++)
		if (bucket[i].count > 0 && bucket[i].hash == sentence)
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

void *commonness_bytes(struct commonness *commonness, size_t *ret_length)
{
	*ret_length = sizeof(*commonness);
	return commonness;
}
