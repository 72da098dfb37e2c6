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

static const struct {
	const char *key;
	enum kind kind;
	size_t offset;
} members[] = {
	{"validators-url", KIND_STRING, offsetof(struct memory, validators_url)},
	{"access", KIND_STRING, offsetof(struct memory, access)},
	{"file-stamp", KIND_STRING, offsetof(struct memory, file_stamp)},
	{"blocked-url", KIND_STRING, offsetof(struct memory, blocked_url)},
	{"blocked-until", KIND_USEC, offsetof(struct memory, blocked_until)},
	{"move-url", KIND_STRING, offsetof(struct memory, move_url)},
	{"move-since", KIND_USEC, offsetof(struct memory, move_since)},
	{"hub", KIND_STRING, offsetof(struct memory, hub)},
	{"topic", KIND_STRING, offsetof(struct memory, topic)},
	{"children", KIND_STRING, offsetof(struct memory, children)},
	{"move-count", KIND_NUMBER, offsetof(struct memory, move_count)},
	{"limited", KIND_NUMBER, offsetof(struct memory, limited)},
	{"same", KIND_NUMBER, offsetof(struct memory, same)},
	{"last-200", KIND_USEC, offsetof(struct memory, last_200)},
	{"probed", KIND_USEC, offsetof(struct memory, probed)},
	{"gap", KIND_USEC, offsetof(struct memory, gap)},
	{"noted", KIND_USEC, offsetof(struct memory, noted)},
	{"etag-useless", KIND_BOOL, offsetof(struct memory, etag_useless)},
	{"modified-useless", KIND_BOOL, offsetof(struct memory, modified_useless)},
	{"unread", KIND_NUMBER, offsetof(struct memory, unread)},
	{"unreadable", KIND_BOOL, offsetof(struct memory, unreadable)},
	{"ttl", KIND_NUMBER, offsetof(struct memory, hints.ttl_minutes)},
	{"update", KIND_NUMBER, offsetof(struct memory, hints.update_minutes)},
	{"skip-hours", KIND_NUMBER, offsetof(struct memory, hints.skip_hours)},
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

static bool is_key(const char *line, const char *key)
{
	size_t length = strlen(key);

	return *line == *key && strncmp(line, key, length) == 0 && line[length] == '=';
}

/* Looks for the key from the member after the last one on: memory_write() has them in order. */
static void read_line(
	struct memory *memory, const char *line, size_t length, struct arena *arena, size_t *last)
{
	if (is_key(line, skip_days_key)) {
		memory->hints.skip_days = (uint8_t)read_number(line + sizeof(skip_days_key));
		return;
	}
	for (size_t n = 1; n <= ARRAY_SIZE(members); n++) {
		size_t i = (*last + n) % ARRAY_SIZE(members);
		size_t key_length = strlen(members[i].key);

		if (!is_key(line, members[i].key))
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
			const char *const *string =
				(const void *)((const char *)memory + members[i].offset);

			if (*string && !strchr(*string, '\n'))
				add_value(&text, members[i].key, *string, strlen(*string));
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
