#include "dedup/records.h"

#include <errno.h>
#include <stdlib.h>

void records_free(struct records *records)
{
	for (size_t i = 0; i < records->chunk_count; i++)
		free(records->chunks[i]);
	free(records->chunks);
}

int records_put(struct records *records, const struct record *record)
{
	if (records->next / RECORD_CHUNK >= records->chunk_count) {
		struct record **chunks = reallocarray(
			records->chunks, records->chunk_count + 1, sizeof(struct record *));

		if (!chunks)
			return -ENOMEM;
		records->chunks = chunks;
		chunks[records->chunk_count] = calloc(RECORD_CHUNK, sizeof(**chunks));
		if (!chunks[records->chunk_count])
			return -ENOMEM;
		records->chunk_count++;
	}
	*record_at(records, records->next) = *record;
	return 0;
}

uint32_t records_find(const struct records *records, int64_t article)
{
	uint32_t low = records->first;
	uint32_t high = records->next;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (record_at(records, middle)->article < article)
			low = middle + 1;
		else
			high = middle;
	}
	return low < records->next && record_at(records, low)->article == article ? low : 0;
}

void records_drop_first(struct records *records)
{
	records->first++;
	if (records->first % RECORD_CHUNK == 0) {
		size_t chunk = records->first / RECORD_CHUNK - 1;

		free(records->chunks[chunk]);
		records->chunks[chunk] = NULL;
	}
}

/* The chunks of records that are in use. */
static size_t first_chunk(const struct records *records)
{
	return records->first / RECORD_CHUNK;
}

size_t records_bytes(const struct records *records)
{
	return (records->chunk_count - first_chunk(records)) * RECORD_CHUNK * sizeof(struct record);
}

/* There is always room for one more record. */
size_t records_chunks(uint32_t next)
{
	return next > 1 ? (next - 1) / RECORD_CHUNK + 1 : 0;
}

int records_write(const struct records *records, const struct snapshot_writer *writer)
{
	int r = 0;

	for (size_t i = first_chunk(records); r >= 0 && i < records->chunk_count; i++)
		r = snapshot_put(writer, records->chunks[i], RECORD_CHUNK * sizeof(struct record));
	return r;
}

int records_read(struct records *records, const struct snapshot_reader *reader)
{
	size_t chunk_count = records_chunks(records->next);
	int r = 0;

	records->chunks = calloc(chunk_count + 1, sizeof(struct record *));
	if (!records->chunks)
		return -ENOMEM;
	records->chunk_count = chunk_count;
	for (size_t i = first_chunk(records); r >= 0 && i < chunk_count; i++) {
		records->chunks[i] = calloc(RECORD_CHUNK, sizeof(struct record));
		if (!records->chunks[i])
			return -ENOMEM;
		r = snapshot_get(reader, records->chunks[i], RECORD_CHUNK * sizeof(struct record));
	}
	return r;
}
