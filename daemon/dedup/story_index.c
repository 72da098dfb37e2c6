#include "dedup/story_index.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "dedup/story_index_inside.h"
#include "dedup/story_index_watch.h"

enum {
	STORY_SALT = 0x2545f491,
	SNAPSHOT_VERSION = 7, /* goes up with any change of what is kept or how it is chosen */
};

/* Joins below this may be wrong: they count as stories of their own in what is common. */
#define SURE 0.9

/* Makes an index without its tables. */
static int open_index(const struct story_index_options *options, struct story_index **ret)
{
	_cleanup_(story_index_freep) struct story_index *index = calloc(1, sizeof(*index));
	int r;

	if (!index)
		return -ENOMEM;
	index->options = *options;
	if (index->options.quiet == 0)
		index->options.quiet = STORY_QUIET_DEFAULT;
	index->records = RECORDS_INIT;
	r = arena_new((COMPARED_MAX + 3) * FINGERPRINT_ARENA_BYTES, &index->arena);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(index);
	return 0;
}

int story_index_new(const struct story_index_options *options, struct story_index **ret)
{
	_cleanup_(story_index_freep) struct story_index *index = NULL;
	int r;

	r = open_index(options, &index);
	if (r < 0)
		return r;
	r = postings_new(&index->postings);
	if (r < 0)
		return r;
	r = commonness_new(&index->commonness);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(index);
	return 0;
}

void story_index_free(struct story_index *index)
{
	if (!index)
		return;
	records_free(&index->records);
	postings_free(index->postings);
	commonness_free(index->commonness);
	arena_free(index->arena);
	free(index);
}

void story_index_watch(struct story_index *index, const struct story_index_watch *watch)
{
	index->watch = *watch;
}

/* The feature by which a story's first article is found. */
static uint32_t story_feature(int64_t story)
{
	const uint32_t halves[2] = {(uint32_t)story, (uint32_t)((uint64_t)story >> 32)};

	return pair_hash(halves[0], STORY_SALT) ^ halves[1];
}

uint32_t story_index_first(const struct story_index *index, int64_t story)
{
	struct postings_place place;
	uint32_t found[POSTINGS_FOUND_MAX];
	size_t count;
	uint32_t first = 0;

	postings_seek(index->postings, story_feature(story), &place);
	count = postings_find(&place, &found);
	for (size_t i = 0; i < count; i++)
		if ((first == 0 || found[i] < first) && record_is_live(&index->records, found[i]) &&
			record_at(&index->records, found[i])->story == story)
			first = found[i];
	return first;
}

void story_index_open(
	struct story_index *index, const struct fingerprint *fingerprint, uint32_t story)
{
	size_t length;
	const void *bytes = fingerprint_bytes(fingerprint, &length);
	uint64_t hash = hash_bytes(bytes, length);

	if (hash == index->judged && hash != 0) {
		index->article.fingerprint = fingerprint;
		reader_value(&index->article, story);
		return;
	}
	reader_open(&index->article, fingerprint, index->commonness, story);
	reader_index(&index->article);
	features_read(&index->article, &index->features);
	index->judged = hash;
}

static void add_commonness(struct story_index *index, int64_t story, double confidence)
{
	const struct reader *reader = &index->article;
	bool first = confidence < SURE;
	uint32_t tag =
		confidence > 0.0 && first ? 0x80000000U | index->records.next : (uint32_t)story;

	if (first) {
		commonness_add_story(index->commonness);
		for (size_t i = 0; i < reader->vocabulary.count; i++)
			if (reader->vocabulary.entries[i].times > 0)
				commonness_add_word(
					index->commonness, reader->vocabulary.entries[i].code);
	}
	for (size_t s = 0; s < reader->sentence_count; s++) {
		commonness_add_sentence(index->commonness, reader->frames[s], tag);
		if (reader->filled[s] != 0)
			commonness_add_sentence(index->commonness, reader->filled[s], tag);
	}
}

int story_index_add(struct story_index *index, int64_t article, int64_t story,
	const struct fingerprint *fingerprint, const struct article_facts *facts, double confidence)
{
	struct record record = {.article = article,
		.story = story,
		.first_seen = (uint32_t)(facts->first_seen / USEC_SEC)};
	uint32_t kept[FEATURES_KEPT];
	struct postings_place place;
	size_t count;
	int r;

	if (index->last_article >= article)
		return -EINVAL;
	story_index_open(index, fingerprint, (uint32_t)story);
	index->judged = 0; /* what is common changes with it */
	record.words = (uint32_t)index->article.word_count;
	r = records_put(&index->records, &record);
	if (r < 0)
		return r;
	count = features_keep(&index->article, &index->features, index->commonness, &kept);
	for (size_t i = 0; i < count; i++)
		postings_seek(index->postings, kept[i], &place); /* brings it near */
	for (size_t s = 0; s < index->article.sentence_count; s++)
		commonness_prefetch(index->commonness, index->article.frames[s]);
	for (size_t i = 0; i < count; i++) {
		r = postings_add(
			index->postings, kept[i], index->records.next, index->records.first);
		if (r < 0)
			return r;
	}
	if (story_index_first(index, story) == 0) {
		r = postings_add(index->postings, story_feature(story), index->records.next,
			index->records.first);
		if (r < 0)
			return r;
	}
	add_commonness(index, story, confidence);
	index->last_article = article;
	index->records.next++;
	index->live++;
	return 0;
}

bool story_index_remove(struct story_index *index, int64_t article)
{
	uint32_t number = records_find(&index->records, article);

	if (number == 0 || record_at(&index->records, number)->story == 0)
		return false;
	record_at(&index->records, number)->story = 0;
	index->live--;
	return true;
}

/*
 * When the oldest article was first seen, in seconds.  One that is newer than the newest came while
 * the clock was ahead: it is as old as the next of which that is not so.
 */
static uint32_t oldest_seen(const struct records *records)
{
	uint32_t newest = record_at(records, records->next - 1)->first_seen;
	uint32_t number = records->first;

	while (record_at(records, number)->first_seen > newest)
		number++;
	return record_at(records, number)->first_seen;
}

size_t story_index_prune(struct story_index *index, usec before, size_t limit)
{
	size_t gone = 0;

	while (gone < limit && index->records.first < index->records.next) {
		const struct record *record = record_at(&index->records, index->records.first);

		if ((usec)oldest_seen(&index->records) * USEC_SEC >= before)
			break;
		index->live -= record->story != 0;
		records_drop_first(&index->records);
		gone++;
	}
	return gone;
}

struct story_index_usage story_index_usage(const struct story_index *index)
{
	return (struct story_index_usage){
		.articles = index->live,
		.bytes = sizeof(*index) + commonness_bytes() + postings_bytes(index->postings) +
			records_bytes(&index->records),
		.last_article = index->last_article,
	};
}

struct index_head {
	uint64_t version;
	uint32_t first;
	uint32_t next;
	uint64_t live;
	uint64_t chunk_count;
	int64_t last_article;
};

int story_index_write(const struct story_index *index, snapshot_write_fn write, void *userdata)
{
	const struct snapshot_writer writer = {write, userdata};
	const struct index_head head = {SNAPSHOT_VERSION, index->records.first, index->records.next,
		index->live, index->records.chunk_count, index->last_article};
	int r;

	r = snapshot_put(&writer, &head, sizeof(head));
	if (r >= 0)
		r = records_write(&index->records, &writer);
	if (r >= 0)
		r = commonness_write(index->commonness, &writer);
	if (r >= 0)
		r = postings_write(index->postings, &writer);
	return r;
}

static int read_head(struct story_index *index, const struct snapshot_reader *reader)
{
	struct index_head head;
	int r;

	r = snapshot_get(reader, &head, sizeof(head));
	if (r < 0)
		return r;
	if (head.version != SNAPSHOT_VERSION)
		return -ESTALE;
	if (head.first < 1 || head.first > head.next || head.live > head.next - head.first ||
		head.chunk_count != records_chunks(head.next))
		return -EBADMSG;
	index->records.first = head.first;
	index->records.next = head.next;
	index->live = head.live;
	index->last_article = head.last_article;
	return 0;
}

int story_index_read(const struct story_index_options *options, snapshot_read_fn read,
	void *userdata, struct story_index **ret)
{
	const struct snapshot_reader reader = {read, userdata};
	_cleanup_(story_index_freep) struct story_index *index = NULL;
	int r;

	r = open_index(options, &index);
	if (r < 0)
		return r;
	r = read_head(index, &reader);
	if (r < 0)
		return r;
	r = records_read(&index->records, &reader);
	if (r < 0)
		return r;
	r = commonness_read(&reader, &index->commonness);
	if (r < 0)
		return r;
	r = postings_read(&reader, &index->postings);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(index);
	return 0;
}
