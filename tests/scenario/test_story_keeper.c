/* The story index over runs of the daemon: from the snapshot, from the store, and from both. */
#include "intake/story_keeper.h"

#include <setjmp.h> /* before cmocka.h, which uses what they declare */
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dedup/fingerprint.h"
#include "support/fake_clock.h"
#include "support/scratch.h"

#define START (UINT64_C(1780000000) * USEC_SEC)

enum {
	MANY = 1200, /* enough for a snapshot */
	FEW = 30,    /* too few for another */
};

struct world {
	struct clock *clock;
	struct store *store;
	struct story_keeper *keeper;
	struct arena *arena;
	char folder[SCRATCH_FOLDER_BYTES];
	char snapshot[SCRATCH_PATH_BYTES];
	int64_t feed;
	unsigned made;
};

static void open_store(struct world *world)
{
	struct feed_state feed;
	char *words = NULL;

	if (store_open(world->folder, &world->store, &words) < 0)
		fail_msg("%s", words);
	assert_int_equal(
		store_feed_ensure(world->store, "https://a.example/", 0, world->arena, &feed), 0);
	assert_int_equal(store_commit(world->store), 0);
	world->feed = feed.id;
	assert_int_equal(
		story_keeper_new(world->clock, world->store, world->folder, &world->keeper), 0);
}

static void close_store(struct world *world)
{
	story_keeper_free(world->keeper);
	store_close(world->store);
}

/* Ends the run, with or without a snapshot, and begins the next. */
static void restart(struct world *world, bool save)
{
	if (save)
		story_keeper_save(world->keeper);
	close_store(world);
	open_store(world);
}

static void make_article(
	struct world *world, struct fingerprint **ret_fingerprint, struct article_record *ret)
{
	char *text = arena_printf(world->arena,
		"The council of Town%u decided on %u January to mend bridge %u. Mayor Smith%u said "
		"that it costs %u crowns, and that it will stand for %u years from now.",
		world->made, world->made % 28, world->made, world->made, 1000 + world->made,
		world->made);
	struct story story = {.first_seen = START};

	(void)snprintf(story.id.text, sizeof(story.id.text), "STORY%u", world->made);
	world->made++;
	assert_int_equal(store_next_article_key(world->store, &story.key), 0);
	assert_int_equal(store_story_add(world->store, &story), 0);
	*ret = (struct article_record){
		.key = story.key,
		.feed = world->feed,
		.story = story.key,
		.host = "a.example",
		.relation = RELATION_NEW,
		.article = {.id = arena_printf(world->arena, "ARTICLE%u", world->made),
			.text = text,
			.first_seen = START},
	};
	assert_int_equal(fingerprint_make(&ret->article, world->arena, ret_fingerprint), 0);
	ret->fingerprint = fingerprint_bytes(*ret_fingerprint, &ret->fingerprint_length);
}

/* Articles that come in as intake takes them. */
static void take(struct world *world, unsigned count)
{
	assert_int_equal(story_keeper_prepare(world->keeper, USEC_INFINITY), 0);
	for (unsigned i = 0; i < count; i++) {
		struct fingerprint *fingerprint;
		struct article_record record;

		arena_reset(world->arena);
		make_article(world, &fingerprint, &record);
		assert_int_equal(store_article_add(world->store, &record), 0);
		assert_int_equal(
			story_index_add(story_keeper_index(world->keeper), record.key, record.story,
				fingerprint, &(struct article_facts){record.host, START}, 0),
			0);
	}
	assert_int_equal(store_commit(world->store), 0);
	story_keeper_commit(world->keeper);
}

static size_t indexed(struct world *world)
{
	assert_int_equal(story_keeper_prepare(world->keeper, USEC_INFINITY), 0);
	return story_index_usage(story_keeper_index(world->keeper)).articles;
}

/* The store forgets what the first article looks like: an index made from it shows that. */
static void lose_first_fingerprint(struct world *world)
{
	struct article_record record;

	arena_reset(world->arena);
	assert_int_equal(store_article_get(world->store, 1, world->arena, &record), 0);
	record.fingerprint = NULL;
	assert_int_equal(store_article_replace(world->store, &record), 0);
	assert_int_equal(store_commit(world->store), 0);
}

static bool has_snapshot(const struct world *world)
{
	return access(world->snapshot, F_OK) == 0;
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	scratch_make(world->folder);
	scratch_path(world->folder, "stories.snapshot", world->snapshot);
	assert_int_equal(arena_new(1024 * 1024, &world->arena), 0);
	world->clock = fake_clock_new(START);
	open_store(world);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	close_store(world);
	arena_free(world->arena);
	fake_clock_free(world->clock);
	scratch_remove(world->folder);
	free(world);
	return 0;
}

static void test_without_snapshot_the_store_tells_all(void **state)
{
	struct world *world = *state;

	take(world, FEW);
	restart(world, true);
	assert_false(has_snapshot(world));
	assert_null(story_keeper_index(world->keeper));
	assert_int_equal(indexed(world), FEW);
}

static void test_snapshot_spares_the_store(void **state)
{
	struct world *world = *state;

	take(world, MANY);
	lose_first_fingerprint(world);
	restart(world, true);
	assert_true(has_snapshot(world));
	assert_int_equal(indexed(world), MANY);
}

static void test_what_came_after_the_snapshot_is_caught_up(void **state)
{
	struct world *world = *state;

	take(world, MANY);
	lose_first_fingerprint(world);
	restart(world, true);
	take(world, FEW);
	restart(world, false);
	assert_int_equal(indexed(world), MANY + FEW);
}

static void test_a_few_more_articles_are_worth_no_snapshot(void **state)
{
	struct world *world = *state;
	struct stat before;
	struct stat after;

	take(world, MANY);
	restart(world, true);
	assert_int_equal(stat(world->snapshot, &before), 0);
	take(world, FEW);
	restart(world, true);
	assert_int_equal(stat(world->snapshot, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(indexed(world), MANY + FEW);
}

static void test_damaged_snapshot_is_passed_over(void **state)
{
	struct world *world = *state;
	struct stat whole;
	FILE *file;

	take(world, MANY);
	restart(world, true);
	lose_first_fingerprint(world);
	assert_int_equal(stat(world->snapshot, &whole), 0);
	file = fopen(world->snapshot, "r+");
	assert_non_null(file);
	assert_int_equal(fseek(file, 1000, SEEK_SET), 0);
	assert_int_equal(fputs("damage", file) >= 0, 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(indexed(world), MANY - 1);
	restart(world, false);
	assert_int_equal(truncate(world->snapshot, whole.st_size / 2), 0);
	assert_int_equal(indexed(world), MANY - 1);
	restart(world, false);
	assert_int_equal(truncate(world->snapshot, 0), 0);
	assert_int_equal(indexed(world), MANY - 1);
}

static void test_snapshot_of_another_database_is_passed_over(void **state)
{
	struct world *world = *state;
	char command[128];

	take(world, MANY);
	restart(world, true);
	close_store(world);
	(void)snprintf(command, sizeof(command), "rm %s/wirewatch.db*", world->folder);
	assert_int_equal(system(command), 0);
	open_store(world);
	assert_int_equal(indexed(world), 0);
	take(world, MANY);
	restart(world, false);
	assert_int_equal(indexed(world), MANY);
}

static void test_index_is_made_in_slices(void **state)
{
	struct world *world = *state;
	unsigned slices = 1;

	take(world, FEW);
	restart(world, false);
	fake_clock_set_cost(world->clock, USEC_MSEC);
	while (story_keeper_prepare(world->keeper, 5 * USEC_MSEC) > 0) {
		assert_null(story_keeper_index(world->keeper));
		slices++;
	}
	assert_in_range(slices, FEW / 6, FEW / 4 + 1);
	assert_int_equal(indexed(world), FEW);
}

static void test_what_was_taken_back_is_forgotten(void **state)
{
	struct world *world = *state;
	struct fingerprint *fingerprint;
	struct article_record record;

	take(world, MANY);
	arena_reset(world->arena);
	make_article(world, &fingerprint, &record);
	assert_int_equal(store_article_add(world->store, &record), 0);
	assert_int_equal(
		story_index_add(story_keeper_index(world->keeper), record.key, record.story,
			fingerprint, &(struct article_facts){record.host, START}, 0),
		0);
	store_rollback(world->store);
	story_keeper_take_back(world->keeper);
	assert_int_equal(indexed(world), MANY);
	/* Its key is over; a snapshot that ended in it would never be found right. */
	story_keeper_commit(world->keeper);
	story_keeper_save(world->keeper);
	assert_false(has_snapshot(world));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_without_snapshot_the_store_tells_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_snapshot_spares_the_store, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_came_after_the_snapshot_is_caught_up, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_few_more_articles_are_worth_no_snapshot, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_damaged_snapshot_is_passed_over, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_snapshot_of_another_database_is_passed_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_index_is_made_in_slices, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_was_taken_back_is_forgotten, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
