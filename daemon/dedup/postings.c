#include "dedup/postings.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/block.h"

enum {
	FIRST_LEVEL = 8, /* the low bits of a feature which its bucket's number always holds */
	LEVEL_MAX = 31,
	CHUNK_BYTES = 2 * 1024 * 1024, /* a huge page, where the machine has such */
	CHUNK_BUCKETS = CHUNK_BYTES / 64,
	/* A bucket is added when more postings than this, of POSTINGS_BUCKET, stand in one. */
	LOAD_PERCENT = 65,
	TAG_BYTES = 3,
};

struct bucket {
	uint8_t count;
	/* The high 24 bits of the feature, byte by byte, so that those of all are compared at once.
	 */
	uint8_t tags[TAG_BYTES][POSTINGS_BUCKET];
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
	uint32_t half = (uint32_t)1 << postings->level;
	uint32_t number = feature & (2 * half - 1);

	/* Which are beyond the last one cannot be foretold: told without a branch. */
	number -= half * (number >= half + postings->split);
	return bucket_at(postings, number);
}

/* Its first `filled` buckets are the caller's to fill. */
static int add_chunk(struct postings *postings, size_t filled)
{
	struct bucket *chunk;

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
	memset(chunk + filled, 0, (CHUNK_BUCKETS - filled) * sizeof(*chunk));
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
	r = add_chunk(postings, 0);
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
	return bucket->tags[0][i] | (uint32_t)bucket->tags[1][i] << 8 |
		(uint32_t)bucket->tags[2][i] << 16;
}

static void drop(struct bucket *bucket, size_t at)
{
	size_t after = bucket->count - at - 1U;

	for (size_t i = 0; i < TAG_BYTES; i++)
		memmove(&bucket->tags[i][at], &bucket->tags[i][at + 1], after);
	memmove(&bucket->articles[at], &bucket->articles[at + 1],
		after * sizeof(bucket->articles[0]));
	bucket->count--;
}

static void append(struct bucket *bucket, uint32_t tag, uint32_t article)
{
	for (size_t i = 0; i < TAG_BYTES; i++)
		bucket->tags[i][bucket->count] = (uint8_t)(tag >> (8 * i));
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
		int r = add_chunk(postings, 0);

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

_Static_assert(offsetof(struct bucket, tags) + (TAG_BYTES - 1) * POSTINGS_BUCKET + BLOCK_BYTES <=
		sizeof(struct bucket),
	"what is read beyond the tags is of the bucket");
_Static_assert(POSTINGS_BUCKET <= sizeof(block), "find_tag() looks at all");

/* Flags the postings whose byte is that of the tag. */
static block equal_bytes(const struct bucket *bucket, size_t byte, uint32_t tag)
{
	block bytes = block_load(
		(const char *)bucket + offsetof(struct bucket, tags) + byte * POSTINGS_BUCKET);

	return (block)(bytes == (uint8_t)(tag >> (8 * byte)));
}

/* Which postings of the bucket have the tag, as bits. */
static uint32_t find_tag(const struct bucket *bucket, uint32_t tag)
{
	block equal = equal_bytes(bucket, 0, tag) & equal_bytes(bucket, 1, tag) &
		equal_bytes(bucket, 2, tag);

	return block_bits(equal) & (((uint32_t)1 << bucket->count) - 1);
}

/* Of a feature that has all the postings it may have, the oldest goes. */
static void drop_oldest_of(struct bucket *const *buckets, const uint32_t *found)
{
	size_t which;

	if (found[0] == 0)
		which = 1;
	else if (found[1] == 0)
		which = 0;
	else
		which = buckets[1]->articles[__builtin_ctz(found[1])] <
			buckets[0]->articles[__builtin_ctz(found[0])];
	drop(buckets[which], (size_t)__builtin_ctz(found[which]));
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
	uint32_t found[2];
	size_t to;

	clear_old(postings, buckets[0], oldest);
	clear_old(postings, buckets[1], oldest);
	found[0] = find_tag(buckets[0], tags[0]);
	found[1] = find_tag(buckets[1], tags[1]);
	if ((found[0] | found[1]) != 0 &&
		__builtin_popcount(found[0]) + __builtin_popcount(found[1]) >= POSTINGS_SAME_MAX) {
		drop_oldest_of(buckets, found);
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

void postings_seek(const struct postings *postings, uint32_t feature, struct postings_place *ret)
{
	uint32_t second = second_key(feature);

	ret->buckets[0] = bucket_of(postings, feature);
	ret->buckets[1] = bucket_of(postings, second);
	ret->tags[0] = feature >> FIRST_LEVEL;
	ret->tags[1] = second >> FIRST_LEVEL;
	__builtin_prefetch(ret->buckets[0]);
	__builtin_prefetch(ret->buckets[1]);
}

size_t postings_find(const struct postings_place *place, uint32_t (*ret)[POSTINGS_FOUND_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(place->buckets); i++) {
		uint32_t found = find_tag(place->buckets[i], place->tags[i]);

		for (; found != 0; found &= found - 1)
			(*ret)[count++] = place->buckets[i]->articles[__builtin_ctz(found)];
	}
	return count;
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

/* How many of a chunk's buckets are in use, and stand in a snapshot. */
static size_t used_buckets(const struct postings *postings, size_t chunk)
{
	size_t rest = bucket_count(postings) - chunk * CHUNK_BUCKETS;

	return rest < CHUNK_BUCKETS ? rest : CHUNK_BUCKETS;
}

int postings_write(const struct postings *postings, const struct snapshot_writer *writer)
{
	const struct postings_head head = {
		.level = postings->level, .split = postings->split, .count = postings->count};
	int r;

	r = snapshot_put(writer, &head, sizeof(head));
	for (size_t i = 0; r >= 0 && i < postings->chunk_count; i++)
		r = snapshot_put(writer, postings->chunks[i],
			used_buckets(postings, i) * sizeof(struct bucket));
	return r;
}

static bool is_sound(const struct bucket *buckets, size_t count)
{
	for (size_t i = 0; i < count; i++)
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
		size_t used = used_buckets(postings, postings->chunk_count);
		struct bucket *chunk;

		r = add_chunk(postings, used);
		if (r < 0)
			return r;
		chunk = postings->chunks[postings->chunk_count - 1];
		r = snapshot_get(reader, chunk, used * sizeof(*chunk));
		if (r < 0)
			return r;
		if (!is_sound(chunk, used))
			return -EBADMSG;
	}
	*ret = TAKE_PTR(postings);
	return 0;
}
