#include "dedup/postings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	FIRST_LEVEL = 8, /* the low bits of a feature which its bucket's number always holds */
	LEVEL_MAX = 31,
	CHUNK_BYTES = 2 * 1024 * 1024, /* a huge page, where the machine has such */
	CHUNK_BUCKETS = CHUNK_BYTES / 64,
	/* A bucket is added when more postings than this, of POSTINGS_BUCKET, stand in one. */
	LOAD_PERCENT = 65,
};

struct bucket {
	uint8_t count;
	uint8_t tags[POSTINGS_BUCKET][3];   /* the high 24 bits of the feature */
	uint32_t articles[POSTINGS_BUCKET]; /* the oldest first */
};

_Static_assert(sizeof(struct bucket) == 64, "a bucket is a cache line");
_Static_assert(CHUNK_BUCKETS * sizeof(struct bucket) == CHUNK_BYTES, "a chunk is full");

struct postings {
	struct bucket **chunks;
	size_t chunk_count;
	size_t chunk_size;
	uint32_t level; /* 2^level buckets, and one more for each that was split since */
	uint32_t split;
	uint64_t count;
};

static size_t bucket_count(const struct postings *postings)
{
	return ((size_t)1 << postings->level) + postings->split;
}

static struct bucket *bucket_at(const struct postings *postings, size_t number)
{
	return &postings->chunks[number / CHUNK_BUCKETS][number % CHUNK_BUCKETS];
}

static struct bucket *bucket_of(const struct postings *postings, uint32_t feature)
{
	uint32_t number = feature & (((uint32_t)1 << postings->level) - 1);

	if (number < postings->split)
		number = feature & (((uint32_t)1 << (postings->level + 1)) - 1);
	return bucket_at(postings, number);
}

static int add_chunk(struct postings *postings)
{
	void *chunk;

	if (postings->chunk_count == postings->chunk_size) {
		size_t size = postings->chunk_size ? postings->chunk_size * 2 : 16;
		struct bucket **chunks =
			reallocarray(postings->chunks, size, sizeof(struct bucket *));

		if (!chunks)
			return -ENOMEM;
		postings->chunks = chunks;
		postings->chunk_size = size;
	}
	chunk = aligned_alloc(CHUNK_BYTES, CHUNK_BYTES);
	if (!chunk)
		return -ENOMEM;
	/* Most look-ups would miss the processor's table of small pages; a refusal does no harm. */
	(void)madvise(chunk, CHUNK_BYTES, MADV_HUGEPAGE);
	memset(chunk, 0, CHUNK_BYTES);
	postings->chunks[postings->chunk_count++] = chunk;
	return 0;
}

int postings_new(struct postings **ret)
{
	_cleanup_(postings_freep) struct postings *postings = calloc(1, sizeof(*postings));
	int r;

	if (!postings)
		return -ENOMEM;
	postings->level = FIRST_LEVEL;
	r = add_chunk(postings);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(postings);
	return 0;
}

void postings_free(struct postings *postings)
{
	if (!postings)
		return;
	for (size_t i = 0; i < postings->chunk_count; i++)
		free(postings->chunks[i]);
	free(postings->chunks);
	free(postings);
}

static uint32_t tag_at(const struct bucket *bucket, size_t i)
{
	return bucket->tags[i][0] | (uint32_t)bucket->tags[i][1] << 8 |
		(uint32_t)bucket->tags[i][2] << 16;
}

static void drop(struct bucket *bucket, size_t at)
{
	size_t after = bucket->count - at - 1U;

	memmove(&bucket->tags[at], &bucket->tags[at + 1], after * sizeof(bucket->tags[0]));
	memmove(&bucket->articles[at], &bucket->articles[at + 1],
		after * sizeof(bucket->articles[0]));
	bucket->count--;
}

static void append(struct bucket *bucket, uint32_t tag, uint32_t article)
{
	bucket->tags[bucket->count][0] = (uint8_t)tag;
	bucket->tags[bucket->count][1] = (uint8_t)(tag >> 8);
	bucket->tags[bucket->count][2] = (uint8_t)(tag >> 16);
	bucket->articles[bucket->count] = article;
	bucket->count++;
}

/* Divides the next bucket in turn between itself and a new one at the end. */
static int split_bucket(struct postings *postings)
{
	size_t number = bucket_count(postings);
	struct bucket *from;
	struct bucket *to;
	struct bucket old;

	if (postings->level >= LEVEL_MAX)
		return 0;
	if (number / CHUNK_BUCKETS >= postings->chunk_count) {
		int r = add_chunk(postings);

		if (r < 0)
			return r;
	}
	from = bucket_at(postings, postings->split);
	to = bucket_at(postings, number);
	old = *from;
	*from = (struct bucket){0};
	for (size_t i = 0; i < old.count; i++) {
		uint32_t tag = tag_at(&old, i);
		bool moves = tag >> (postings->level - FIRST_LEVEL) & 1;

		append(moves ? to : from, tag, old.articles[i]);
	}
	postings->split++;
	if (postings->split == (uint32_t)1 << postings->level) {
		postings->level++;
		postings->split = 0;
	}
	return 0;
}

/* A feature's second key; each key has its own bucket and tag. */
static uint32_t second_key(uint32_t feature)
{
	feature ^= feature >> 15;
	feature *= 0x2c1b3c6dU;
	feature ^= feature >> 12;
	feature *= 0x297a2d39U;
	return feature ^ (feature >> 15);
}

static size_t count_tag(const struct bucket *bucket, uint32_t tag)
{
	size_t count = 0;

	for (size_t i = 0; i < bucket->count; i++)
		count += tag_at(bucket, i) == tag;
	return count;
}

/* The oldest posting of the tag; `count` where there is none. */
static size_t oldest_of(const struct bucket *bucket, uint32_t tag)
{
	size_t i = 0;

	while (i < bucket->count && tag_at(bucket, i) != tag)
		i++;
	return i;
}

/* Of a feature that has all the postings it may have, the oldest goes. */
static void drop_oldest_of(struct bucket *const *buckets, const uint32_t *tags)
{
	size_t at[2] = {oldest_of(buckets[0], tags[0]), oldest_of(buckets[1], tags[1])};
	size_t which;

	if (at[0] == buckets[0]->count)
		which = 1;
	else if (at[1] == buckets[1]->count)
		which = 0;
	else
		which = buckets[1]->articles[at[1]] < buckets[0]->articles[at[0]];
	drop(buckets[which], at[which]);
}

/* Drops what belongs to forgotten articles: these are the oldest, so they stand first. */
static void clear_old(struct postings *postings, struct bucket *bucket, uint32_t oldest)
{
	while (bucket->count > 0 && bucket->articles[0] < oldest) {
		drop(bucket, 0);
		postings->count--;
	}
}

int postings_add(struct postings *postings, uint32_t feature, uint32_t article, uint32_t oldest)
{
	uint32_t second = second_key(feature);
	struct bucket *buckets[2] = {bucket_of(postings, feature), bucket_of(postings, second)};
	uint32_t tags[2] = {feature >> FIRST_LEVEL, second >> FIRST_LEVEL};
	size_t to;

	clear_old(postings, buckets[0], oldest);
	clear_old(postings, buckets[1], oldest);
	if (count_tag(buckets[0], tags[0]) + count_tag(buckets[1], tags[1]) >= POSTINGS_SAME_MAX) {
		drop_oldest_of(buckets, tags);
		postings->count--;
	}
	to = buckets[1]->count < buckets[0]->count;
	if (buckets[to]->count == POSTINGS_BUCKET) {
		to = buckets[1]->articles[0] < buckets[0]->articles[0];
		drop(buckets[to], 0);
		postings->count--;
	}
	append(buckets[to], tags[to], article);
	postings->count++;
	if (postings->count * 100 >
		(uint64_t)bucket_count(postings) * POSTINGS_BUCKET * LOAD_PERCENT)
		return split_bucket(postings);
	return 0;
}

static size_t find_in(const struct bucket *bucket, uint32_t tag, uint32_t *ret)
{
	size_t found = 0;

	for (size_t i = bucket->count; i-- > 0;)
		if (tag_at(bucket, i) == tag)
			ret[found++] = bucket->articles[i];
	return found;
}

size_t postings_find(
	const struct postings *postings, uint32_t feature, uint32_t (*ret)[POSTINGS_FOUND_MAX])
{
	uint32_t second = second_key(feature);
	uint32_t first_found[POSTINGS_BUCKET];
	uint32_t second_found[POSTINGS_BUCKET];
	size_t firsts = find_in(bucket_of(postings, feature), feature >> FIRST_LEVEL, first_found);
	size_t seconds = find_in(bucket_of(postings, second), second >> FIRST_LEVEL, second_found);
	size_t found = 0;
	size_t i = 0;
	size_t k = 0;

	while (i < firsts || k < seconds) {
		if (k == seconds || (i < firsts && first_found[i] >= second_found[k]))
			(*ret)[found++] = first_found[i++];
		else
			(*ret)[found++] = second_found[k++];
	}
	return found;
}

void postings_prefetch(const struct postings *postings, uint32_t feature)
{
	__builtin_prefetch(bucket_of(postings, feature));
	__builtin_prefetch(bucket_of(postings, second_key(feature)));
}

size_t postings_bytes(const struct postings *postings)
{
	return sizeof(*postings) + postings->chunk_size * sizeof(struct bucket *) +
		postings->chunk_count * CHUNK_BYTES;
}

struct postings_head {
	uint32_t level;
	uint32_t split;
	uint64_t count;
};

int postings_write(const struct postings *postings, const struct snapshot_writer *writer)
{
	const struct postings_head head = {
		.level = postings->level, .split = postings->split, .count = postings->count};
	int r;

	r = snapshot_put(writer, &head, sizeof(head));
	for (size_t i = 0; r >= 0 && i < postings->chunk_count; i++)
		r = snapshot_put(writer, postings->chunks[i], CHUNK_BYTES);
	return r;
}

static bool is_sound(const struct bucket *buckets)
{
	for (size_t i = 0; i < CHUNK_BUCKETS; i++)
		if (buckets[i].count > POSTINGS_BUCKET)
			return false;
	return true;
}

int postings_read(const struct snapshot_reader *reader, struct postings **ret)
{
	_cleanup_(postings_freep) struct postings *postings = calloc(1, sizeof(*postings));
	struct postings_head head;
	int r;

	if (!postings)
		return -ENOMEM;
	r = snapshot_get(reader, &head, sizeof(head));
	if (r < 0)
		return r;
	if (head.level < FIRST_LEVEL || head.level > LEVEL_MAX ||
		head.split >= (uint32_t)1 << head.level)
		return -EBADMSG;
	postings->level = head.level;
	postings->split = head.split;
	postings->count = head.count;
	while (postings->chunk_count * CHUNK_BUCKETS < bucket_count(postings)) {
		struct bucket *chunk;

		r = add_chunk(postings);
		if (r < 0)
			return r;
		chunk = postings->chunks[postings->chunk_count - 1];
		r = snapshot_get(reader, chunk, CHUNK_BYTES);
		if (r < 0)
			return r;
		if (!is_sound(chunk))
			return -EBADMSG;
	}
	*ret = TAKE_PTR(postings);
	return 0;
}
