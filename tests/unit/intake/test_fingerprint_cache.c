/* Fingerprints near at hand: what was put comes back as it was, or not at all. */
#include "intake/fingerprint_cache.h"

#include <setjmp.h> /* before cmocka.h, which uses what they declare */
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct room {
	struct fingerprint_cache *cache;
	struct arena *arena;
};

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	assert_int_equal(fingerprint_cache_new(&room->cache), 0);
	assert_int_equal(arena_new(64 * 1024, &room->arena), 0);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	fingerprint_cache_free(room->cache);
	arena_free(room->arena);
	free(room);
	return 0;
}

static void expect(struct room *room, int64_t article, const char *expected)
{
	const void *bytes;
	size_t length;

	if (!expected) {
		assert_int_equal(
			fingerprint_cache_get(room->cache, article, room->arena, &bytes, &length),
			-ENOENT);
		return;
	}
	assert_int_equal(
		fingerprint_cache_get(room->cache, article, room->arena, &bytes, &length), 0);
	assert_int_equal(length, strlen(expected));
	assert_memory_equal(bytes, expected, length);
}

static void put(struct room *room, int64_t article, const char *bytes)
{
	fingerprint_cache_put(room->cache, article, bytes, bytes ? strlen(bytes) : 0);
}

static void test_what_was_put_comes_back(void **state)
{
	struct room *room = *state;

	expect(room, 0, NULL);
	expect(room, 1, NULL);
	put(room, 1, "one");
	put(room, 2, "two");
	expect(room, 1, "one");
	expect(room, 2, "two");
	put(room, 1, "one, and longer");
	expect(room, 1, "one, and longer");
	put(room, 1, "1");
	expect(room, 1, "1");
}

static void test_another_in_its_place_replaces_it(void **state)
{
	struct room *room = *state;

	put(room, 1, "one");
	put(room, 1 + FINGERPRINT_CACHE_SLOTS, "other");
	expect(room, 1, NULL);
	expect(room, 1 + FINGERPRINT_CACHE_SLOTS, "other");
}

static void test_what_cannot_be_kept_leaves_nothing_old(void **state)
{
	static char longest[FINGERPRINT_CACHE_BYTES + 2];
	struct room *room = *state;

	memset(longest, 'x', FINGERPRINT_CACHE_BYTES);
	put(room, 1, longest);
	expect(room, 1, longest);
	longest[FINGERPRINT_CACHE_BYTES] = 'x';
	put(room, 1, longest);
	expect(room, 1, NULL);
	put(room, 2, "two");
	put(room, 2, NULL);
	expect(room, 2, NULL);
}

static void test_clearing_forgets_all(void **state)
{
	struct room *room = *state;

	put(room, 1, "one");
	put(room, FINGERPRINT_CACHE_SLOTS, "last");
	fingerprint_cache_clear(room->cache);
	expect(room, 1, NULL);
	expect(room, FINGERPRINT_CACHE_SLOTS, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_was_put_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_another_in_its_place_replaces_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_cannot_be_kept_leaves_nothing_old, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clearing_forgets_all, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
