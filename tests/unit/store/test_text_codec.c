#include "room.h"

#include <errno.h>

#include "store/text_codec.h"

struct codec_room {
	struct text_codec *codec;
	struct arena *arena;
};

static int setup(void **state)
{
	struct codec_room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	assert_int_equal(text_codec_new(&room->codec), 0);
	assert_int_equal(arena_new((size_t)4 * 1024 * 1024, &room->arena), 0);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct codec_room *room = *state;

	text_codec_free(room->codec);
	arena_free(room->arena);
	free(room);
	return 0;
}

static void expect_same(struct codec_room *room, const char *text)
{
	const void *frame;
	const char *read;
	size_t length;
	size_t size;

	arena_reset(room->arena);
	assert_int_equal(text_codec_pack(room->codec, text, strlen(text), &frame, &length), 0);
	assert_int_equal(
		text_codec_unpack(room->codec, frame, length, room->arena, &read, &size), 0);
	assert_string_equal(read, text);
	assert_int_equal(size, strlen(text));
}

static void test_texts_long_and_short_come_back_in_any_order(void **state)
{
	struct codec_room *room = *state;
	static const size_t lengths[] = {0, 1, 100, 70000, 5, ARTICLE_TEXT_MAX, 3000, 200000, 2};
	char *text = malloc(ARTICLE_TEXT_MAX + 1);

	assert_non_null(text);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		for (size_t j = 0; j < lengths[i]; j++)
			text[j] = (char)('a' + hash_bytes(&j, sizeof(j)) % 26);
		text[lengths[i]] = '\0';
		expect_same(room, text);
	}
	free(text);
}

static void test_damaged_frame_is_told(void **state)
{
	struct codec_room *room = *state;
	const char *text = "The old bridge was closed on Monday, the old bridge was closed.";
	const void *frame;
	const char *read;
	size_t length;
	size_t size;
	char *damaged;

	assert_int_equal(text_codec_pack(room->codec, text, strlen(text), &frame, &length), 0);
	damaged = malloc(length);
	assert_non_null(damaged);
	for (size_t i = 0; i < length; i++) {
		int r;

		memcpy(damaged, frame, length);
		damaged[i] = (char)(damaged[i] ^ 0x55);
		arena_reset(room->arena);
		r = text_codec_unpack(room->codec, damaged, length, room->arena, &read, &size);
		/* A bit of the header that means nothing may change; the text may not. */
		if (r == 0)
			assert_string_equal(read, text);
		else
			assert_true(r == -EBADMSG || r == -ENOMEM);
		r = text_codec_unpack(room->codec, frame, i, room->arena, &read, &size);
		assert_int_equal(r, -EBADMSG);
	}
	free(damaged);
}

static void test_claim_of_a_greater_text_than_any_is_refused(void **state)
{
	struct codec_room *room = *state;
	/* RFC 8878 section 3.1.1: a single segment of 16 MiB, of which nothing follows. */
	static const unsigned char frame[] = {
		0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0x00, 0x00, 0x00, 0x01, 0x01, 0x00, 0x00};
	const char *read;
	size_t size;

	assert_int_equal(
		text_codec_unpack(room->codec, frame, sizeof(frame), room->arena, &read, &size),
		-EBADMSG);
	assert_int_equal(arena_used(room->arena), 0);
}

static void test_text_beyond_the_arena_is_told(void **state)
{
	struct codec_room *room = *state;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	const void *frame;
	const char *read;
	size_t length;
	size_t size;

	assert_int_equal(arena_new(32, &arena), 0);
	assert_int_equal(text_codec_pack(room->codec, "0123456789012345678901234567890123456789",
				 40, &frame, &length),
		0);
	assert_int_equal(
		text_codec_unpack(room->codec, frame, length, arena, &read, &size), -ENOMEM);
}

#define WITH_CODEC(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CODEC(test_texts_long_and_short_come_back_in_any_order),
		WITH_CODEC(test_damaged_frame_is_told),
		WITH_CODEC(test_claim_of_a_greater_text_than_any_is_refused),
		WITH_CODEC(test_text_beyond_the_arena_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
