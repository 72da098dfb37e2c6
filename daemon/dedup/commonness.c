#include "dedup/commonness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dedup/words.h"

enum {
	WORD_SLOTS = 1 << 18,
	SENTENCE_BUCKETS = 1 << 18,
	BUCKET_SLOTS = 4,
	STORIES_MIN = 400, /* fewer say nothing of how common a word is (specs/stories.md) */
	COUNT_MAX = 255,
	RARE_MAX = 24,
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

/* The logarithm to within 0.01: what is compared is shares of sums of such weights. */
static float logarithm(float x)
{
	uint32_t bits;
	float mantissa;

	memcpy(&bits, &x, sizeof(bits));
	mantissa = (float)(bits & 0x7fffff) / (float)(1 << 23);
	return (float)(bits >> 23) - 127.0F + mantissa * (1.3465F - 0.3465F * mantissa);
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
	return logarithm(((float)stories + 1.0F) / ((float)with + 1.0F)) + 0.1F;
}

bool commonness_is_rare(const struct commonness *commonness, uint32_t code)
{
	return word_kind(code) != WORD_SHORT && commonness->words[word_slot(code)] <= RARE_MAX;
}

static struct sentence_slot *sentence_bucket(struct commonness *commonness, uint32_t hash)
{
	return commonness->sentences[hash % SENTENCE_BUCKETS];
}

struct sentence_uses commonness_uses(const struct commonness *commonness, uint32_t sentence)
{
	const struct sentence_slot *bucket;

	if (!commonness)
		return (struct sentence_uses){0};
	bucket = commonness->sentences[sentence % SENTENCE_BUCKETS];
	for (size_t i = 0; i < BUCKET_SLOTS; i++)
		if (bucket[i].count > 0 && bucket[i].hash == sentence)
			return (struct sentence_uses){bucket[i].count, bucket[i].story};
	return (struct sentence_uses){0};
}

void commonness_prefetch(const struct commonness *commonness, uint32_t sentence)
{
	if (commonness)
		__builtin_prefetch(commonness->sentences[sentence % SENTENCE_BUCKETS]);
}

void commonness_add_story(struct commonness *commonness)
{
	commonness->stories++;
}

void commonness_add_word(struct commonness *commonness, uint32_t code)
{
	uint16_t *count = &commonness->words[word_slot(code)];

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

int commonness_write(const struct commonness *commonness, const struct snapshot_writer *writer)
{
	return snapshot_put(writer, commonness, sizeof(*commonness));
}

int commonness_read(const struct snapshot_reader *reader, struct commonness **ret)
{
	_cleanup_(commonness_freep) struct commonness *commonness = NULL;
	int r;

	r = commonness_new(&commonness);
	if (r < 0)
		return r;
	r = snapshot_get(reader, commonness, sizeof(*commonness));
	if (r < 0)
		return r;
	*ret = TAKE_PTR(commonness);
	return 0;
}

size_t commonness_bytes(void)
{
	return sizeof(struct commonness);
}
