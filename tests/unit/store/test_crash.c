/*
 * kill -9 at random instants.  A child makes round after round (a feed's validators, its articles,
 * stories, alerts with two deliveries, and outcomes of deliveries) and tells on a pipe which rounds
 * were committed.  After each kill the parent finds them whole, and at most the next one besides.
 */
#include "room.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FEED "https://example.org/feed"

enum {
	KILLS = 40,
	KILL_AFTER_MAX_US = 30000,
	ARTICLES_A_ROUND = 3,
	SEED = 20261122,
};

static const char *const hooks[] = {"desk", "log", NULL};

static void make_round_article(struct room *room, int64_t feed, unsigned number, unsigned which)
{
	char name[ID_SIZE];
	struct known_entry entry = {.identity = make_digest(number * 10 + which)};
	struct alert alert;

	(void)snprintf(name, sizeof(name), "%u.%u.", number, which);
	entry.digest = entry.identity;
	entry.article = make_article(room, name, feed, make_story(room, name, NOW), NOW);
	assert_int_equal(store_entry_save(room->store, feed, &entry, NOW), 0);
	alert = make_alert(name, name, NOW);
	assert_int_equal(store_alert_add(room->store, &alert, hooks), 0);
}

static int deliver(const struct delivery *delivery, void *userdata)
{
	struct room *room = userdata;
	struct delivery delivered = *delivery;

	delivered.state = DELIVERY_DELIVERED;
	delivered.attempts++;
	return store_delivery_save(room->store, &delivered);
}

static void make_round(struct room *room, unsigned number)
{
	struct feed_state feed;
	char etag[32];

	arena_reset(room->arena);
	(void)snprintf(etag, sizeof(etag), "%u", number);
	assert_int_equal(store_feed_ensure(room->store, FEED, NOW, room->arena, &feed), 0);
	assert_int_equal(store_savepoint(room->store), 0);
	feed.validators.etag = etag;
	assert_int_equal(store_feed_save(room->store, &feed), 0);
	for (unsigned i = 0; i < ARTICLES_A_ROUND; i++)
		make_round_article(room, feed.id, number, i);
	assert_int_equal(store_savepoint_release(room->store), 0);
	assert_int_equal(store_deliveries_due(room->store, "log", NOW, SIZE_MAX, deliver, room), 0);
	assert_int_equal(store_commit(room->store), 0);
}

static void child(struct room *room, unsigned number, int pipe)
{
	room_open(room);
	for (;;) {
		number++;
		make_round(room, number);
		if (write(pipe, &number, sizeof(number)) != sizeof(number))
			_exit(1);
	}
}

/*
 * Runs a child for a while and kills it: now and then while it opens, else in its rounds.  Returns
 * the last round that it told of.
 */
static unsigned run_and_kill(struct room *room, unsigned number, bool early)
{
	struct timespec span = {.tv_nsec = 1000L * (random() % KILL_AFTER_MAX_US)};
	int pipes[2];
	int status;
	pid_t pid;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child(room, number, pipes[1]);
	(void)close(pipes[1]);
	if (!early)
		assert_int_equal(read(pipes[0], &number, sizeof(number)), sizeof(number));
	(void)nanosleep(&span, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	while (read(pipes[0], &number, sizeof(number)) == sizeof(number))
		continue;
	(void)close(pipes[0]);
	return number;
}

struct tally {
	unsigned desk;
	unsigned log;
	unsigned pending;
};

static int count(const struct delivery *delivery, void *userdata)
{
	struct tally *tally = userdata;

	if (strcmp(delivery->hook, "desk") == 0)
		tally->desk++;
	else
		tally->log++;
	tally->pending += delivery->state == DELIVERY_PENDING;
	return 0;
}

/* Returns the last round that is there. */
static unsigned check(struct room *room, unsigned told)
{
	struct tally tally = {0};
	struct store_figures figures;
	struct feed_state feed;
	struct digest *digests;
	unsigned whole = 0;
	size_t entries;

	arena_reset(room->arena);
	assert_int_equal(store_feed_ensure(room->store, FEED, NOW, room->arena, &feed), 0);
	if (feed.validators.etag)
		whole = (unsigned)strtoul(feed.validators.etag, NULL, 10);
	assert_true(whole == told || whole == told + 1);
	assert_int_equal(store_figures(room->store, &figures), 0);
	assert_int_equal(figures.articles, whole * ARTICLES_A_ROUND);
	assert_int_equal(figures.stories, whole * ARTICLES_A_ROUND);
	assert_int_equal(figures.alerts, whole * ARTICLES_A_ROUND);
	assert_int_equal(
		store_known_digests(room->store, feed.id, room->arena, &digests, &entries), 0);
	assert_int_equal(entries, whole * ARTICLES_A_ROUND);
	assert_int_equal(store_deliveries_each(room->store, false, 0, SIZE_MAX, count, &tally), 0);
	assert_int_equal(tally.desk, whole * ARTICLES_A_ROUND);
	assert_int_equal(tally.log, whole * ARTICLES_A_ROUND);
	assert_int_equal(tally.pending, whole * ARTICLES_A_ROUND);
	return whole;
}

static void test_rounds_are_whole_after_kill(void **state)
{
	struct room *room = *state;
	unsigned number = 0;

	srandom(SEED);
	for (unsigned i = 0; i < KILLS; i++) {
		store_close(room->store);
		room->store = NULL;
		number = run_and_kill(room, number, i % 4 == 0);
		room_open(room);
		number = check(room, number);
	}
	assert_true(number >= KILLS * 3 / 4);
	room_expect_rows(
		room, (uint64_t)number * ARTICLES_A_ROUND, (uint64_t)number * ARTICLES_A_ROUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_rounds_are_whole_after_kill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
