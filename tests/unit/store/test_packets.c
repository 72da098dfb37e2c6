/* Texts that are packed together (store/packets.h), by what the store answers. */
#include "room.h"

#include <errno.h>

#include "store/packets.h"

/* A text of so many bytes that is like no other. */
static char *make_text(unsigned number, size_t length)
{
	char *text = malloc(length + 1);
	size_t used;

	assert_non_null(text);
	for (used = 0; used < length; used++) {
		uint64_t seed[] = {number, used};

		text[used] = (char)('a' + hash_bytes(seed, sizeof(seed)) % 26);
	}
	text[used] = '\0';
	return text;
}

/* Adds an article with that text; NULL: none. */
static int64_t add_at(struct room *room, unsigned number, size_t length, usec first_seen)
{
	_cleanup_(freep) char *text = make_text(number, length);
	char id[16];
	struct article_record record = {
		.feed = make_feed(room, "https://example.org/feed"),
		.article = {.text = text, .published = DATE_NONE, .first_seen = first_seen},
	};
	struct story story = {.first_seen = first_seen};

	(void)snprintf(id, sizeof(id), "%u-", number);
	assert_int_equal(store_next_article_key(room->store, &record.key), 0);
	story.key = record.key;
	story.id = make_id(id);
	assert_int_equal(store_story_add(room->store, &story), 0);
	record.article.id = id;
	record.story = story.key;
	assert_int_equal(store_article_add(room->store, &record), 0);
	return record.key;
}

static int64_t add(struct room *room, unsigned number, size_t length)
{
	return add_at(room, number, length, NOW);
}

static void expect_text(struct room *room, int64_t key, unsigned number, size_t length)
{
	_cleanup_(freep) char *text = make_text(number, length);
	struct article_record read;

	arena_reset(room->arena);
	assert_int_equal(store_article_get(room->store, key, room->arena, &read), 0);
	assert_non_null(read.article.text);
	assert_string_equal(read.article.text, text);
}

static void expect_no_text(struct room *room, int64_t key)
{
	struct article_record read;

	assert_int_equal(store_article_get(room->store, key, room->arena, &read), 0);
	assert_null(read.article.text);
}

static int64_t count_packets(struct room *room)
{
	return room_ask(room, "SELECT count(*) FROM packets");
}

static void test_texts_are_read_before_and_after_they_are_written(void **state)
{
	struct room *room = *state;

	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(add(room, i, 100 * i), i + 1);
	for (unsigned i = 0; i < 20; i++)
		expect_text(room, i + 1, i, 100 * i);
	assert_int_equal(store_commit(room->store), 0);
	for (unsigned i = 20; i-- > 0;)
		expect_text(room, i + 1, i, 100 * i);
	assert_int_equal(count_packets(room), 1);
	for (unsigned i = 0; i < 20; i++)
		expect_text(room, i + 1, i, 100 * i);
}

static void test_packet_ends_where_it_is_full(void **state)
{
	struct room *room = *state;

	(void)add(room, 0, PACKET_BYTES - 10);
	(void)add(room, 1, 10);
	assert_int_equal(count_packets(room), 1);
	(void)add(room, 2, PACKET_BYTES - 10);
	(void)add(room, 3, 11);
	(void)add(room, 4, PACKET_BYTES + 1);
	(void)add(room, 5, 1);
	assert_int_equal(count_packets(room), 5);
	expect_text(room, 1, 0, PACKET_BYTES - 10);
	expect_text(room, 2, 1, 10);
	expect_text(room, 3, 2, PACKET_BYTES - 10);
	expect_text(room, 4, 3, 11);
	expect_text(room, 5, 4, PACKET_BYTES + 1);
	expect_text(room, 6, 5, 1);
}

static void test_packet_holds_what_was_first_seen_within_its_span(void **state)
{
	struct room *room = *state;

	(void)add_at(room, 0, 10, NOW);
	(void)add_at(room, 1, 10, NOW + PACKET_SPAN);
	assert_int_equal(count_packets(room), 1);
	(void)add_at(room, 2, 10, NOW);
	(void)add_at(room, 3, 10, NOW + PACKET_SPAN + 1);
	(void)add_at(room, 4, 10, NOW);
	assert_int_equal(count_packets(room), 4);
}

static void test_texts_of_a_savepoint_go_with_it(void **state)
{
	struct room *room = *state;

	(void)add(room, 0, 100);
	assert_int_equal(store_savepoint(room->store), 0);
	(void)add(room, 1, 100);
	assert_int_equal(store_savepoint(room->store), 0);
	(void)add(room, 2, 100);
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	expect_text(room, 2, 1, 100);
	/* The key is given again, to another text. */
	assert_int_equal(add(room, 3, 200), 3);
	expect_text(room, 3, 3, 200);
	assert_int_equal(store_savepoint_release(room->store), 0);
	assert_int_equal(store_savepoint(room->store), 0);
	assert_int_equal(add(room, 4, 100), 4);
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	expect_text(room, 1, 0, 100);
	expect_text(room, 2, 1, 100);
	expect_text(room, 3, 3, 200);
}

static void test_packet_goes_on_from_one_savepoint_to_the_next(void **state)
{
	struct room *room = *state;

	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(store_savepoint(room->store), 0);
		assert_int_equal(add(room, i, 100), i + 1);
		assert_int_equal(store_savepoint_release(room->store), 0);
	}
	assert_int_equal(count_packets(room), 1);
	for (unsigned i = 0; i < 4; i++)
		expect_text(room, i + 1, i, 100);
}

/* What was in it before is read back, and goes on being filled. */
static void test_packet_written_in_a_savepoint_that_is_undone_is_filled_again(void **state)
{
	struct room *room = *state;

	(void)add(room, 0, 100);
	(void)add(room, 1, 200);
	assert_int_equal(store_savepoint(room->store), 0);
	(void)add(room, 2, PACKET_BYTES - 300);
	assert_int_equal(store_savepoint(room->store), 0);
	(void)add(room, 3, 10); /* the first packet is written now */
	(void)add(room, 4, PACKET_BYTES);
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	expect_text(room, 3, 2, PACKET_BYTES - 300);
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	expect_text(room, 1, 0, 100);
	expect_text(room, 2, 1, 200);
	assert_int_equal(add(room, 5, 300), 3);
	expect_text(room, 3, 5, 300);
	assert_int_equal(add(room, 6, PACKET_BYTES), 4); /* it is written again, with other texts */
	expect_text(room, 3, 5, 300);
	assert_int_equal(count_packets(room), 2);
	expect_text(room, 1, 0, 100);
	expect_text(room, 2, 1, 200);
	expect_text(room, 3, 5, 300);
	expect_text(room, 4, 6, PACKET_BYTES);
}

static void test_long_text_before_a_savepoint_outlives_it(void **state)
{
	struct room *room = *state;

	(void)add(room, 0, 4 * PACKET_BYTES);
	assert_int_equal(store_savepoint(room->store), 0);
	(void)add(room, 1, 10);
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	assert_int_equal(add(room, 2, 20), 2);
	assert_int_equal(count_packets(room), 2);
	expect_text(room, 1, 0, 4 * PACKET_BYTES);
	expect_text(room, 2, 2, 20);
}

static void test_texts_of_a_transaction_go_with_it(void **state)
{
	struct room *room = *state;

	(void)add(room, 0, PACKET_BYTES);
	(void)add(room, 1, 100); /* the first packet is written now */
	expect_text(room, 1, 0, PACKET_BYTES);
	store_rollback(room->store);
	assert_int_equal(add(room, 2, 50), 1);
	assert_int_equal(add(room, 3, 60), 2);
	expect_text(room, 1, 2, 50);
	assert_int_equal(store_commit(room->store), 0);
	expect_text(room, 1, 2, 50);
	expect_text(room, 2, 3, 60);
}

/* What is known of the articles that are there. */
struct known {
	struct {
		int64_t key;
		unsigned number;
		size_t length;
	} articles[1000];
	size_t count;
	size_t marks[3]; /* the count at each open savepoint */
	size_t depth;
};

/* Mostly brief; some as long as a packet, or longer. */
static size_t random_length(void)
{
	if (random() % 8 == 0)
		return PACKET_BYTES - 2 + (size_t)random() % 5;
	return (size_t)random() % (random() % 4 == 0 ? PACKET_BYTES / 2 : 2000);
}

static void take_random_step(struct room *room, struct known *known, unsigned number)
{
	size_t i = known->count;
	long step = random() % 10;

	if (step == 0 && known->depth < ARRAY_SIZE(known->marks)) {
		assert_int_equal(store_savepoint(room->store), 0);
		known->marks[known->depth++] = known->count;
	} else if (step == 1 && known->depth > 0) {
		assert_int_equal(store_savepoint_release(room->store), 0);
		known->depth--;
	} else if (step == 2 && known->depth > 0) {
		assert_int_equal(store_savepoint_rollback(room->store), 0);
		known->count = known->marks[--known->depth];
	} else if (step == 3 && known->depth == 0) {
		assert_int_equal(store_commit(room->store), 0);
	} else if (step < 6 && i > 0) {
		i = (size_t)random() % i;
		expect_text(room, known->articles[i].key, known->articles[i].number,
			known->articles[i].length);
	} else {
		usec now = NOW + (usec)random() % (PACKET_SPAN + PACKET_SPAN / 8);

		known->articles[i].number = number;
		known->articles[i].length = random_length();
		known->articles[i].key = add_at(room, number, known->articles[i].length, now);
		known->count++;
	}
}

static void test_texts_outlive_whatever_is_undone_beside_them(void **state)
{
	struct room *room = *state;
	static struct known known;

	srandom(7);
	for (unsigned i = 0; i < ARRAY_SIZE(known.articles); i++)
		take_random_step(room, &known, i);
	for (; known.depth > 0; known.depth--)
		assert_int_equal(store_savepoint_release(room->store), 0);
	assert_true(known.count > 100);
	assert_int_equal(room_ask(room,
				 "SELECT count(*) FROM packets"
				 " WHERE key NOT IN (SELECT packet FROM articles)"),
		0);
	for (size_t i = 0; i < known.count; i++)
		expect_text(room, known.articles[i].key, known.articles[i].number,
			known.articles[i].length);
}

/* Replaces the article's text. */
static void replace(struct room *room, int64_t key, unsigned number, const char *text)
{
	struct article_record record;

	assert_int_equal(store_article_get(room->store, key, room->arena, &record), 0);
	record.article.text = text;
	assert_int_equal(store_article_replace(room->store, &record), 0);
	if (text)
		expect_text(room, key, number, strlen(text));
	else
		expect_no_text(room, key);
}

static void test_text_of_a_changed_article_leaves_its_packet(void **state)
{
	struct room *room = *state;
	_cleanup_(freep) char *before = make_text(10, 500);
	_cleanup_(freep) char *after = make_text(11, 600);
	struct store_retention retention = {.text_before = NOW + 1};

	for (unsigned i = 0; i < 4; i++)
		(void)add(room, i, 100);
	replace(room, 1, 10, before); /* its packet is still being filled */
	assert_int_equal(store_commit(room->store), 0);
	replace(room, 2, 11, after);
	replace(room, 3, 0, NULL);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	expect_text(room, 1, 10, 500);
	expect_text(room, 2, 11, 600);
	expect_no_text(room, 3);
	expect_text(room, 4, 3, 100);
	assert_int_equal(store_prune(room->store, &retention, 100), 3); /* two texts, the packet */
	for (int64_t key = 1; key <= 4; key++)
		expect_no_text(room, key);
}

static void test_packet_goes_with_the_newest_of_its_articles(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.text_before = NOW + 10};
	int64_t one = add_at(room, 0, 100, NOW + 10);
	int64_t two = add_at(room, 1, 100, NOW);

	assert_int_equal(store_prune(room->store, &retention, 100), 0);
	expect_text(room, two, 1, 100);
	retention.text_before = NOW + 11;
	assert_int_equal(store_prune(room->store, &retention, 100), 1);
	expect_no_text(room, one);
	expect_no_text(room, two);
}

static void test_packet_goes_when_its_articles_do(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.fingerprint_before = NOW + 1};

	(void)add(room, 0, 100);
	(void)add(room, 1, 100);
	assert_int_equal(store_prune(room->store, &retention, 100), 3);
	assert_int_equal(count_packets(room), 0);
}

static void test_damaged_places_are_told(void **state)
{
	static const char *const damages[] = {
		"UPDATE articles SET text_at = -1 WHERE key = 2 RETURNING key",
		"UPDATE articles SET text_at = 201 WHERE key = 2 RETURNING key",
		"UPDATE articles SET text_at = 100, text_length = 101 WHERE key = 2 RETURNING key",
		"UPDATE articles SET text_length = -1 WHERE key = 2 RETURNING key",
		"UPDATE packets SET texts = zeroblob(50) RETURNING key",
	};
	struct room *room = *state;
	struct article_record read;

	(void)add(room, 0, 100);
	(void)add(room, 1, 100);
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		(void)room_ask(room, damages[i]);
		assert_int_equal(store_article_get(room->store, 2, room->arena, &read), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_texts_are_read_before_and_after_they_are_written),
		IN_ROOM(test_packet_ends_where_it_is_full),
		IN_ROOM(test_packet_holds_what_was_first_seen_within_its_span),
		IN_ROOM(test_texts_of_a_savepoint_go_with_it),
		IN_ROOM(test_packet_goes_on_from_one_savepoint_to_the_next),
		IN_ROOM(test_packet_written_in_a_savepoint_that_is_undone_is_filled_again),
		IN_ROOM(test_long_text_before_a_savepoint_outlives_it),
		IN_ROOM(test_texts_of_a_transaction_go_with_it),
		IN_ROOM(test_texts_outlive_whatever_is_undone_beside_them),
		IN_ROOM(test_text_of_a_changed_article_leaves_its_packet),
		IN_ROOM(test_packet_goes_with_the_newest_of_its_articles),
		IN_ROOM(test_packet_goes_when_its_articles_do),
		IN_ROOM(test_damaged_places_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
