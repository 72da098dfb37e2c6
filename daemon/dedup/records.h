/*
 * What a story index remembers of each article beside its features, by running numbers: these begin
 * at 1 and rise; the oldest are forgotten first.  24 bytes an article, in chunks of 4,096.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup/snapshot.h"

enum {
	RECORD_CHUNK = 4096,
};

struct record {
	int64_t article;
	int64_t story;       /* 0: forgotten */
	uint32_t first_seen; /* seconds since 1970 */
	uint32_t words;      /* that are compared */
};

struct records {
	struct record **chunks;
	size_t chunk_count;
	uint32_t first; /* the oldest that is remembered */
	uint32_t next;  /* the number that the next one gets */
};

#define RECORDS_INIT ((struct records){.first = 1, .next = 1})

void records_free(struct records *records);

/* The record of a number from `first` to below `next`. */
static inline struct record *record_at(const struct records *records, uint32_t number)
{
	return &records->chunks[number / RECORD_CHUNK][number % RECORD_CHUNK];
}

static inline bool record_is_live(const struct records *records, uint32_t number)
{
	return number >= records->first && number < records->next &&
		record_at(records, number)->story != 0;
}

/* Sets what the number `next` stands for, which rises only then when the caller says so. */
int records_put(struct records *records, const struct record *record);

/* The number of an article; 0 where it is not remembered. */
uint32_t records_find(const struct records *records, int64_t article);

/* Forgets the oldest record. */
void records_drop_first(struct records *records);

/* Resident. */
size_t records_bytes(const struct records *records);

/* How many chunks there are where the next record gets the number `next`. */
size_t records_chunks(uint32_t next);

/* The chunks alone, as story_index_write() and story_index_read() do; `first` and `next` are set.
 */
int records_write(const struct records *records, const struct snapshot_writer *writer);
int records_read(struct records *records, const struct snapshot_reader *reader);
