#include "store/entry_index.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "store/statement.h"

enum {
	FIRST_SLOTS = 64,
};

/* What entries are found by. */
enum kind {
	BY_LINK,
	BY_TEXT,
	BY_IDENTITY,
	KINDS,
};

struct indexed_entry {
	struct digest identity;
	uint64_t keys[KINDS]; /* the first bytes of the digests; 0: not found by it */
	uint32_t next[KINDS]; /* in its chains, as heads */
	usec seen;
};

static const char entries_sql[] = "SELECT identity, link, text, seen FROM entries WHERE feed = ?";

static uint64_t key_of(const struct digest *digest)
{
	uint64_t key;

	memcpy(&key, digest->bytes, sizeof(key));
	return key;
}

static uint32_t *head_of(const struct entry_index *index, enum kind kind, uint64_t key)
{
	return &index->heads[(size_t)kind * index->slots + key % index->slots];
}

static void chain(struct entry_index *index, size_t place)
{
	struct indexed_entry *entry = &index->entries[place];

	for (enum kind kind = 0; kind < KINDS; kind++) {
		uint32_t *head = head_of(index, kind, entry->keys[kind]);

		entry->next[kind] = *head;
		*head = (uint32_t)place + 1;
	}
}

static int grow(struct entry_index *index)
{
	size_t slots = index->slots > 0 ? 2 * index->slots : FIRST_SLOTS;
	uint32_t *heads = calloc(KINDS * slots, sizeof(*heads));

	if (!heads)
		return -ENOMEM;
	free(index->heads);
	index->heads = heads;
	index->slots = slots;
	for (size_t i = 0; i < index->count; i++)
		chain(index, i);
	return 0;
}

static int add(struct entry_index *index, const struct digest *identity, const struct digest *link,
	const struct digest *text, usec seen)
{
	int r;

	r = index->count < index->slots ? 0 : grow(index);
	if (r == 0)
		r = array_grow((void **)&index->entries, &index->size, index->count,
			sizeof(*index->entries));
	if (r < 0)
		return r;
	index->entries[index->count] = (struct indexed_entry){
		.identity = *identity,
		.keys = {key_of(link), key_of(text), key_of(identity)},
		.seen = seen,
	};
	chain(index, index->count++);
	return 0;
}

static int read_entries(struct store *store, struct entry_index *index, int64_t feed)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, entries_sql);
	int r;

	bind_int(&s, feed);
	for (;;) {
		struct digest identity;
		struct digest link;
		struct digest text;

		r = statement_row(&s);
		if (r <= 0)
			return r;
		identity = column_digest(&s);
		link = column_digest(&s);
		text = column_digest(&s);
		r = add(index, &identity, &link, &text, column_usec(&s));
		if (r < 0)
			return r;
	}
}

static int prepare(struct store *store, int64_t feed)
{
	struct entry_index *index = &store->entry_index;
	int r;

	if (index->feed == feed)
		return 0;
	entry_index_forget(index);
	r = grow(index);
	if (r == 0)
		r = read_entries(store, index, feed);
	if (r < 0)
		entry_index_forget(index);
	else
		index->feed = feed;
	return r;
}

static const struct indexed_entry *find_last(
	const struct entry_index *index, enum kind kind, const struct digest *digest)
{
	const struct indexed_entry *last = NULL;
	uint64_t key = digest ? key_of(digest) : 0;

	if (key == 0)
		return NULL;
	for (uint32_t at = *head_of(index, kind, key); at != 0;) {
		const struct indexed_entry *entry = &index->entries[at - 1];

		if (entry->keys[kind] == key && (!last || entry->seen > last->seen))
			last = entry;
		at = entry->next[kind];
	}
	return last;
}

int entry_index_find(struct store *store, int64_t feed, const struct digest *link,
	const struct digest *text, struct digest *ret)
{
	const struct indexed_entry *entry;
	int r;

	r = prepare(store, feed);
	if (r < 0)
		return r;
	entry = find_last(&store->entry_index, BY_LINK, link);
	if (!entry)
		entry = find_last(&store->entry_index, BY_TEXT, text);
	if (!entry)
		return -ENOENT;
	*ret = entry->identity;
	return 0;
}

/* The entry as it was is not found any more; its chains stay. */
static void hide(struct entry_index *index, const struct digest *identity)
{
	uint32_t at = *head_of(index, BY_IDENTITY, key_of(identity));

	for (; at != 0; at = index->entries[at - 1].next[BY_IDENTITY]) {
		struct indexed_entry *entry = &index->entries[at - 1];

		if (digest_equal(&entry->identity, identity))
			entry->keys[BY_LINK] = entry->keys[BY_TEXT] = 0;
	}
}

int entry_index_note(
	struct entry_index *index, int64_t feed, const struct known_entry *entry, usec seen)
{
	if (index->feed != feed)
		return 0;
	hide(index, &entry->identity);
	return add(index, &entry->identity, &entry->link, &entry->text, seen);
}

void entry_index_forget(struct entry_index *index)
{
	free(index->entries);
	free(index->heads);
	*index = (struct entry_index){0};
}
