#include "room.h"

#include <errno.h>

static struct known_entry make_entry(unsigned number)
{
	return (struct known_entry){
		.identity = make_digest(number),
		.digest = make_digest(number + 10000),
		.link = make_digest(number + 20000),
		.text = make_digest(number + 30000),
		.article = number,
	};
}

static void save(struct room *room, int64_t feed, const struct known_entry *entry, usec now)
{
	assert_int_equal(store_entry_save(room->store, feed, entry, now), 0);
}

static void fill(struct room *room, int64_t feed, unsigned from, unsigned to, usec now)
{
	for (unsigned i = from; i < to; i++) {
		struct known_entry entry = make_entry(i);

		save(room, feed, &entry, now);
	}
}

/* A feed, and two entries to be saved in it. */
static int64_t make_two(struct room *room, struct known_entry *ret_one, struct known_entry *ret_two)
{
	*ret_one = make_entry(1);
	*ret_two = make_entry(2);
	return make_feed(room, "https://example.org/a");
}

static size_t count_known(struct room *room, int64_t feed)
{
	struct digest *digests;
	size_t count;

	arena_reset(room->arena);
	assert_int_equal(store_known_digests(room->store, feed, room->arena, &digests, &count), 0);
	return count;
}

static void test_entry_is_found_by_identity_within_its_feed(void **state)
{
	struct room *room = *state;
	int64_t a = make_feed(room, "https://example.org/a");
	int64_t b = make_feed(room, "https://example.org/b");
	struct known_entry entry = make_entry(1);
	struct known_entry found;

	save(room, a, &entry, NOW);
	assert_int_equal(store_entry_find(room->store, a, &entry.identity, &found), 0);
	assert_memory_equal(&found, &entry, sizeof(entry));
	assert_int_equal(store_entry_find(room->store, b, &entry.identity, &found), -ENOENT);
	assert_int_equal(
		store_entry_find_same(room->store, b, &entry.link, &entry.text, &found), -ENOENT);
}

static void test_entry_saved_again_is_replaced(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/a");
	struct known_entry entry = make_entry(1);
	struct known_entry found;

	save(room, feed, &entry, NOW);
	entry.digest = make_digest(77);
	entry.link = (struct digest){0};
	entry.article = 12;
	save(room, feed, &entry, NOW);
	assert_int_equal(count_known(room, feed), 1);
	assert_int_equal(store_entry_find(room->store, feed, &entry.identity, &found), 0);
	assert_memory_equal(&found, &entry, sizeof(entry));
}

static void test_entry_with_a_new_id_is_found_by_link_or_text(void **state)
{
	struct room *room = *state;
	struct known_entry one;
	struct known_entry two;
	int64_t feed = make_two(room, &one, &two);
	struct digest other = make_digest(5);
	struct known_entry found;

	save(room, feed, &one, NOW);
	save(room, feed, &two, NOW);
	assert_int_equal(store_entry_find_same(room->store, feed, &one.link, &other, &found), 0);
	assert_int_equal(found.article, 1);
	assert_int_equal(store_entry_find_same(room->store, feed, &other, &two.text, &found), 0);
	assert_int_equal(found.article, 2);
	assert_int_equal(store_entry_find_same(room->store, feed, NULL, &two.text, &found), 0);
	assert_int_equal(found.article, 2);
	/* The link tells more than the text. */
	assert_int_equal(store_entry_find_same(room->store, feed, &one.link, &two.text, &found), 0);
	assert_int_equal(found.article, 1);
}

static void test_absent_link_and_text_match_nothing(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/a");
	struct known_entry entry = make_entry(1);
	struct digest none = {0};
	struct known_entry found;

	entry.link = none;
	entry.text = none;
	save(room, feed, &entry, NOW);
	assert_int_equal(store_entry_find_same(room->store, feed, &none, &none, &found), -ENOENT);
	assert_int_equal(store_entry_find_same(room->store, feed, NULL, NULL, &found), -ENOENT);
}

static int64_t find_same(struct room *room, int64_t feed, unsigned link, unsigned text)
{
	struct digest link_digest = make_digest(link + 20000);
	struct digest text_digest = make_digest(text + 30000);
	struct known_entry found;
	int r = store_entry_find_same(room->store, feed, &link_digest, &text_digest, &found);

	return r == 0 ? found.article : r;
}

static void test_entry_seen_last_is_found_of_several(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/a");

	for (unsigned i = 0; i < 5; i++) {
		struct known_entry entry = make_entry(i);

		entry.link = make_digest(20009);
		entry.text = make_digest(30009);
		save(room, feed, &entry, NOW + (i == 3));
	}
	assert_int_equal(find_same(room, feed, 9, 5000), 3);
	assert_int_equal(find_same(room, feed, 5000, 9), 3);
	assert_int_equal(find_same(room, feed, 5000, 5000), -ENOENT);
}

/* The store remembers what it was asked about the feed. */
static void test_what_is_saved_between_two_questions_is_found(void **state)
{
	struct room *room = *state;
	int64_t a = make_feed(room, "https://example.org/a");
	int64_t b = make_feed(room, "https://example.org/b");
	struct known_entry old = make_entry(1);
	struct known_entry entry = make_entry(2);

	save(room, a, &old, NOW);
	entry.link = old.link;
	save(room, a, &entry, NOW + 1);
	assert_int_equal(find_same(room, a, 1, 5000), 2);
	for (unsigned i = 10; i < 1000; i++) {
		struct known_entry another = make_entry(i);

		save(room, i % 2 == 0 ? a : b, &another, NOW + 1);
		assert_int_equal(find_same(room, a, i, 5000), i % 2 == 0 ? (int)i : -ENOENT);
	}
	assert_int_equal(find_same(room, a, 10, 5000), 10);
	assert_int_equal(find_same(room, b, 11, 5000), 11);
	assert_int_equal(find_same(room, b, 10, 5000), -ENOENT);
	/* With another link it is the one before that has the old link. */
	assert_int_equal(find_same(room, a, 1, 5000), 2);
	entry.link = make_digest(20003);
	save(room, a, &entry, NOW + 2);
	assert_int_equal(find_same(room, a, 1, 5000), 1);
	assert_int_equal(find_same(room, a, 3, 5000), 2);
	assert_int_equal(find_same(room, a, 5000, 2), 2);
}

static void test_what_was_undone_or_forgotten_is_not_found(void **state)
{
	struct room *room = *state;
	struct known_entry one;
	struct known_entry two;
	int64_t feed = make_two(room, &one, &two);

	save(room, feed, &one, NOW);
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(store_savepoint(room->store), 0);
	assert_int_equal(find_same(room, feed, 1, 1), 1);
	save(room, feed, &two, NOW);
	assert_int_equal(find_same(room, feed, 2, 5000), 2);
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	assert_int_equal(find_same(room, feed, 2, 5000), -ENOENT);
	assert_int_equal(find_same(room, feed, 1, 5000), 1);
	fill(room, feed, 10, 600, NOW + 5 * USEC_DAY);
	assert_int_equal(find_same(room, feed, 1, 5000), 1);
	assert_int_equal(store_entries_forget(room->store, feed, NOW + 2 * USEC_DAY, SIZE_MAX), 1);
	assert_int_equal(find_same(room, feed, 1, 5000), -ENOENT);
	assert_int_equal(find_same(room, feed, 10, 5000), 10);
}

static void test_entry_seen_again_counts_as_seen_last(void **state)
{
	struct room *room = *state;
	struct known_entry one;
	struct known_entry two;
	int64_t feed = make_two(room, &one, &two);

	two.link = one.link;
	save(room, feed, &one, NOW);
	save(room, feed, &two, NOW + 1);
	assert_int_equal(find_same(room, feed, 1, 5000), 2);
	assert_int_equal(
		store_entries_seen(room->store, feed, &one.digest, 1, NOW + 2 * USEC_DAY), 0);
	assert_int_equal(find_same(room, feed, 1, 5000), 1);
}

static void test_known_digests_come_sorted(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/a");
	int64_t other = make_feed(room, "https://example.org/b");
	struct digest *digests;
	size_t count;

	for (unsigned i = 0; i < 300; i++) {
		struct known_entry entry = make_entry(i);

		save(room, i % 3 == 0 ? other : feed, &entry, NOW);
	}
	assert_int_equal(store_known_digests(room->store, feed, room->arena, &digests, &count), 0);
	assert_int_equal(count, 200);
	for (size_t i = 1; i < count; i++)
		assert_true(digest_compare(&digests[i - 1], &digests[i]) < 0);
	for (unsigned i = 0; i < 300; i++) {
		struct digest digest = make_digest(i + 10000);
		bool known = bsearch(&digest, digests, count, sizeof(digest), digest_compare);

		assert_int_equal(known, i % 3 != 0);
	}
}

static void test_feed_without_entries_has_no_digests(void **state)
{
	struct room *room = *state;

	assert_int_equal(count_known(room, make_feed(room, "https://example.org/a")), 0);
}

static void test_more_digests_than_the_arena_takes_are_an_error(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/a");
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct digest *digests;
	size_t count;

	fill(room, feed, 0, 10, NOW);
	assert_int_equal(arena_new(100, &arena), 0);
	assert_int_equal(store_known_digests(room->store, feed, arena, &digests, &count), -ENOMEM);
}

static void test_newest_entries_are_never_forgotten(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/a");

	fill(room, feed, 0, 500, NOW);
	assert_int_equal(
		store_entries_forget(room->store, feed, NOW + 1000 * USEC_DAY, SIZE_MAX), 0);
	assert_int_equal(count_known(room, feed), 500);
}

static void test_old_entries_go_at_most_limit_at_once(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/a");

	fill(room, feed, 0, 100, NOW);
	fill(room, feed, 100, 700, NOW + 5 * USEC_DAY);
	assert_int_equal(store_entries_forget(room->store, feed, NOW, 1000), 0);
	assert_int_equal(store_entries_forget(room->store, feed, NOW + USEC_HOUR, 60), 60);
	assert_int_equal(store_entries_forget(room->store, feed, NOW + USEC_HOUR, 60), 40);
	assert_int_equal(store_entries_forget(room->store, feed, NOW + USEC_HOUR, 60), 0);
	assert_int_equal(count_known(room, feed), 600);
}

static void test_entry_seen_again_is_kept(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/a");
	struct known_entry pinned = make_entry(1);
	struct known_entry found;

	fill(room, feed, 0, 100, NOW);
	fill(room, feed, 100, 700, NOW + 10 * USEC_DAY);
	assert_int_equal(
		store_entries_seen(room->store, feed, &pinned.digest, 1, NOW + 20 * USEC_DAY), 0);
	assert_int_equal(store_entries_forget(room->store, feed, NOW + 5 * USEC_DAY, 1000), 99);
	assert_int_equal(store_entry_find(room->store, feed, &pinned.identity, &found), 0);
}

static void test_what_stood_in_the_last_document_is_kept(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/a");

	fill(room, feed, 0, 400, NOW);
	fill(room, feed, 400, 1000, NOW + 10 * USEC_DAY);
	fill(room, feed, 1000, 1001, NOW + 12 * USEC_DAY);
	/* The feed has stood still for years since. */
	assert_int_equal(
		store_entries_forget(room->store, feed, NOW + 1000 * USEC_DAY, SIZE_MAX), 400);
	assert_int_equal(count_known(room, feed), 601);
}

static void test_seen_is_noted_in_portions(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/a");
	struct digest *digests;
	size_t count;

	fill(room, feed, 0, SEEN_AT_ONCE + 10, NOW);
	assert_int_equal(store_known_digests(room->store, feed, room->arena, &digests, &count), 0);
	assert_int_equal(
		store_entries_seen(room->store, feed, digests, count, NOW + 2 * USEC_DAY), 1);
	assert_int_equal(
		store_entries_seen(room->store, feed, digests, count, NOW + 2 * USEC_DAY), 0);
	assert_int_equal(store_entries_forget(room->store, feed, NOW + USEC_DAY, SIZE_MAX), 0);
}

static unsigned dirty;

static void count_dirty(void *userdata)
{
	(void)userdata;
	dirty++;
}

static void test_seen_is_written_once_a_day(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/a");
	struct known_entry entry = make_entry(1);

	save(room, feed, &entry, NOW);
	assert_int_equal(store_commit(room->store), 0);
	store_on_dirty(room->store, count_dirty, NULL);
	dirty = 0;
	assert_int_equal(
		store_entries_seen(room->store, feed, &entry.digest, 1, NOW + USEC_HOUR), 0);
	assert_int_equal(dirty, 0);
	assert_int_equal(
		store_entries_seen(room->store, feed, &entry.digest, 1, NOW + 2 * USEC_DAY), 0);
	assert_int_equal(dirty, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_entry_is_found_by_identity_within_its_feed),
		IN_ROOM(test_entry_saved_again_is_replaced),
		IN_ROOM(test_entry_with_a_new_id_is_found_by_link_or_text),
		IN_ROOM(test_absent_link_and_text_match_nothing),
		IN_ROOM(test_entry_seen_last_is_found_of_several),
		IN_ROOM(test_what_is_saved_between_two_questions_is_found),
		IN_ROOM(test_what_was_undone_or_forgotten_is_not_found),
		IN_ROOM(test_entry_seen_again_counts_as_seen_last),
		IN_ROOM(test_known_digests_come_sorted),
		IN_ROOM(test_feed_without_entries_has_no_digests),
		IN_ROOM(test_more_digests_than_the_arena_takes_are_an_error),
		IN_ROOM(test_newest_entries_are_never_forgotten),
		IN_ROOM(test_what_stood_in_the_last_document_is_kept),
		IN_ROOM(test_seen_is_noted_in_portions),
		IN_ROOM(test_old_entries_go_at_most_limit_at_once),
		IN_ROOM(test_entry_seen_again_is_kept),
		IN_ROOM(test_seen_is_written_once_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
