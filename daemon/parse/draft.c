#include "parse/draft.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

int draft_init(struct draft *draft)
{
	draft->text = BUFFER_INIT(DRAFT_BYTES_MAX);
	draft->count = 0;
	/* Not zeroed: each document has two of them, and most use a dozen values. */
	draft->values = malloc(DRAFT_VALUES_MAX * sizeof(*draft->values));
	return draft->values ? 0 : -ENOMEM;
}

void draft_clear(struct draft *draft)
{
	buffer_free(&draft->text);
	free(draft->values);
	draft->values = NULL;
	draft->count = 0;
}

void draft_reset(struct draft *draft)
{
	buffer_reset(&draft->text);
	draft->count = 0;
}

struct draft_value *draft_begin(struct draft *draft, enum field field, unsigned rank)
{
	struct draft_value *value;

	if (draft->count == DRAFT_VALUES_MAX)
		return NULL;
	value = &draft->values[draft->count++];
	*value = (struct draft_value){
		.field = field,
		.rank = (uint8_t)rank,
		.start = draft->text.length,
	};
	return value;
}

void draft_end(struct draft *draft, struct draft_value *value)
{
	value->length = draft->text.length - value->start;
	if (value->length == 0 && value == &draft->values[draft->count - 1])
		draft->count--;
}

struct draft_value *draft_add(struct draft *draft, enum field field, unsigned rank,
	enum text_form form, const char *text, size_t length)
{
	struct draft_value *value = length > 0 ? draft_begin(draft, field, rank) : NULL;

	if (!value)
		return NULL;
	value->form = form;
	(void)buffer_add(&draft->text, text, length);
	value->length = draft->text.length - value->start;
	return value;
}

/* The text, and what of it is what: the same bytes as title or as summary are two entries. */
struct digest draft_digest(const struct draft *draft)
{
	struct {
		uint64_t what;
		uint64_t length;
	} marks[DRAFT_VALUES_MAX];
	struct digest parts[2];

	for (size_t i = 0; i < draft->count; i++) {
		marks[i].what = (uint64_t)draft->values[i].field << 16 |
			(uint64_t)draft->values[i].rank << 8 | draft->values[i].form;
		marks[i].length = draft->values[i].length;
	}
	parts[0] = digest_bytes(marks, draft->count * sizeof(marks[0]));
	parts[1] = digest_bytes(buffer_string(&draft->text), draft->text.length);
	return digest_bytes(parts, sizeof(parts));
}

const struct draft_value *draft_next(
	const struct draft *draft, enum field field, const struct draft_value *previous)
{
	const struct draft_value *best = NULL;

	for (size_t i = 0; i < draft->count; i++) {
		const struct draft_value *value = &draft->values[i];

		if (value->field != field)
			continue;
		if (previous &&
			(value->rank < previous->rank ||
				(value->rank == previous->rank && value <= previous)))
			continue;
		if (!best || value->rank < best->rank)
			best = value;
	}
	return best;
}

const char *draft_bytes(const struct draft *draft, const struct draft_value *value)
{
	return buffer_string(&draft->text) + value->start;
}

const char *draft_trimmed(
	const struct draft *draft, const struct draft_value *value, size_t *ret_length)
{
	const char *text = draft_bytes(draft, value);
	size_t length = value->length;

	while (length > 0 && isspace((unsigned char)*text)) {
		text++;
		length--;
	}
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	*ret_length = length;
	return text;
}
