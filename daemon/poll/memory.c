#include "poll/memory.h"

#include <string.h>

#include "base/buffer.h"
#include "base/url.h"

enum {
	TEXT_MAX = 6 * 4096 + 2048, /* the URLs, the marks of children and the numbers */
	DIGITS_MOST = 20,           /* of a number of 64 bits */
};

enum kind {
	KIND_STRING,
	KIND_USEC,
	KIND_NUMBER,
	KIND_BOOL,
};

#define MEMBER(name, type, member)                                                                 \
	{                                                                                          \
		name, sizeof(name) - 1, type, offsetof(struct memory, member)                      \
	}

static const struct {
	const char *key;
	size_t key_length;
	enum kind kind;
	size_t offset;
} members[] = {
	/* What every feed has comes first: to be found soonest. */
	MEMBER("last-200", KIND_USEC, last_200),
	MEMBER("noted", KIND_USEC, noted),
	MEMBER("gap", KIND_USEC, gap),
	MEMBER("validators-url", KIND_STRING, validators_url),
	MEMBER("access", KIND_STRING, access),
	MEMBER("file-stamp", KIND_STRING, file_stamp),
	MEMBER("blocked-url", KIND_STRING, blocked_url),
	MEMBER("blocked-until", KIND_USEC, blocked_until),
	MEMBER("move-url", KIND_STRING, move_url),
	MEMBER("move-since", KIND_USEC, move_since),
	MEMBER("hub", KIND_STRING, hub),
	MEMBER("topic", KIND_STRING, topic),
	MEMBER("children", KIND_STRING, children),
	MEMBER("move-count", KIND_NUMBER, move_count),
	MEMBER("limited", KIND_NUMBER, limited),
	MEMBER("child-limited", KIND_NUMBER, child_limited),
	MEMBER("same", KIND_NUMBER, same),
	MEMBER("probed", KIND_USEC, probed),
	MEMBER("etag-useless", KIND_BOOL, etag_useless),
	MEMBER("modified-useless", KIND_BOOL, modified_useless),
	MEMBER("unread", KIND_NUMBER, unread),
	MEMBER("unreadable", KIND_BOOL, unreadable),
	MEMBER("ttl", KIND_NUMBER, hints.ttl_minutes),
	MEMBER("update", KIND_NUMBER, hints.update_minutes),
	MEMBER("skip-hours", KIND_NUMBER, hints.skip_hours),
};

static const char skip_days_key[] = "skip-days"; /* the one number of 8 bits */

/* The digits that memory_write() wrote. */
static uint64_t read_number(const char *text)
{
	uint64_t number = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	return number;
}

static void set_member(
	struct memory *memory, size_t i, const char *value, size_t length, struct arena *arena)
{
	char *member = (char *)memory + members[i].offset;
	uint64_t number = members[i].kind == KIND_STRING ? 0 : read_number(value);

	switch (members[i].kind) {
	case KIND_STRING:
		*(const char **)(void *)member = arena_copy(arena, value, length);
		break;
	case KIND_USEC:
		*(usec *)(void *)member = number;
		break;
	case KIND_NUMBER:
		*(uint32_t *)(void *)member = (uint32_t)number;
		break;
	case KIND_BOOL:
		*(bool *)member = number != 0;
		break;
	}
}

static bool is_key(const char *line, size_t length, const char *key, size_t key_length)
{
	return length > key_length && line[key_length] == '=' && memcmp(line, key, key_length) == 0;
}

/* Looks for the key from the member after the last one on: memory_write() has them in order. */
static void read_line(
	struct memory *memory, const char *line, size_t length, struct arena *arena, size_t *last)
{
	if (is_key(line, length, skip_days_key, sizeof(skip_days_key) - 1)) {
		memory->hints.skip_days = (uint8_t)read_number(line + sizeof(skip_days_key));
		return;
	}
	for (size_t n = 1; n <= ARRAY_SIZE(members); n++) {
		size_t i = (*last + n) % ARRAY_SIZE(members);
		size_t key_length = members[i].key_length;

		if (!is_key(line, length, members[i].key, key_length))
			continue;
		set_member(memory, i, line + key_length + 1, length - key_length - 1, arena);
		*last = i;
		return;
	}
}

void memory_read(const char *text, struct arena *arena, struct memory *ret)
{
	struct memory memory = {0};
	size_t last = ARRAY_SIZE(members) - 1;

	while (text && *text != '\0') {
		size_t length = strcspn(text, "\n");

		read_line(&memory, text, length, arena, &last);
		text += length;
		text += *text == '\n';
	}
	*ret = memory;
}

static uint64_t number_of(const struct memory *memory, size_t i)
{
	const char *member = (const char *)memory + members[i].offset;

	switch (members[i].kind) {
	case KIND_USEC:
		return *(const usec *)(const void *)member;
	case KIND_NUMBER:
		return *(const uint32_t *)(const void *)member;
	case KIND_BOOL:
		return *(const bool *)member;
	case KIND_STRING:
		break;
	}
	return 0;
}

static const char *string_of(const struct memory *memory, size_t i)
{
	return *(const char *const *)(const void *)((const char *)memory + members[i].offset);
}

static bool has_same_string(const struct memory *a, const struct memory *b, size_t i)
{
	const char *string = string_of(a, i);
	const char *other = string_of(b, i);

	return string == other || (string && other && strcmp(string, other) == 0);
}

bool memory_equals(const struct memory *a, const struct memory *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (members[i].kind == KIND_STRING ? !has_same_string(a, b, i)
						   : number_of(a, i) != number_of(b, i))
			return false;
	return a->hints.skip_days == b->hints.skip_days;
}

static void add_value(struct buffer *text, const char *key, const char *value, size_t length)
{
	(void)buffer_add_string(text, key);
	(void)buffer_add_char(text, '=');
	(void)buffer_add(text, value, length);
	(void)buffer_add_char(text, '\n');
}

static void add_number(struct buffer *text, const char *key, uint64_t number)
{
	char digits[DIGITS_MOST];
	size_t at = sizeof(digits);

	for (; number > 0; number /= 10)
		digits[--at] = (char)('0' + number % 10);
	if (at < sizeof(digits))
		add_value(text, key, digits + at, sizeof(digits) - at);
}

const char *memory_write(const struct memory *memory, struct arena *arena)
{
	struct buffer text = BUFFER_INIT(TEXT_MAX);
	const char *copy = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		if (members[i].kind == KIND_STRING) {
			const char *string = string_of(memory, i);

			if (string && !strchr(string, '\n'))
				add_value(&text, members[i].key, string, strlen(string));
		} else {
			add_number(&text, members[i].key, number_of(memory, i));
		}
	}
	add_number(&text, skip_days_key, memory->hints.skip_days);
	if (!text.failed)
		copy = arena_copy(arena, buffer_string(&text), text.length);
	buffer_free(&text);
	return copy;
}
