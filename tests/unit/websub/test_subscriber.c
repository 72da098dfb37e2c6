/* Subscriptions over a fake network and clock: leases, renewals, hubs that fail or say no. */
#include "websub/subscriber.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/hash.h"
#include "base/macro.h"
#include "http/client.h"
#include "support/fake_clock.h"
#include "support/fake_http.h"

#define START ((usec)1793534400 * USEC_SEC)
#define FEED "https://example.org/feed"
#define HUB "https://hub.example/"
#define TOPIC "https://example.org/topic"

enum {
	SIGNATURE_SIZE = 80,
};

struct room {
	struct clock *clock;
	struct http_client *http;
	struct subscriber *subscriber;
	struct subscription saved; /* strings are the subscriber's */
	unsigned saves;
	unsigned gone;
	bool pushed; /* what `changed` said last */
	unsigned changes;
	unsigned documents;
	bool full;         /* no document is taken */
	unsigned requests; /* to the hub */
	int status;        /* of the hub's answers */
	usec takes;        /* an answer; 0: as it comes */
};

static void on_request(const struct fake_request *request, struct fake_answer *ret, void *userdata)
{
	struct room *room = userdata;

	assert_string_equal(request->url, HUB);
	room->requests++;
	ret->status = room->status;
	if (room->takes > 0)
		ret->takes = room->takes;
}

static void on_save(const struct subscription *subscription, bool gone, void *userdata)
{
	struct room *room = userdata;

	room->saved = *subscription;
	room->saves++;
	room->gone += gone;
}

static void on_changed(const char *feed, bool pushed, void *userdata)
{
	struct room *room = userdata;

	assert_string_equal(feed, FEED);
	room->pushed = pushed;
	room->changes++;
}

static usec on_refused(const struct http_response *response, void *userdata)
{
	const struct room *room = userdata;

	return response->status == 429 ? clock_now(room->clock) + 5 * USEC_DAY : 0;
}

static int on_pushed(const char *feed, const char *content_type, const char *bytes, size_t length,
	void *userdata)
{
	struct room *room = userdata;

	assert_string_equal(feed, FEED);
	assert_string_equal(content_type, "text/xml");
	assert_int_equal(length, 4);
	assert_memory_equal(bytes, "news", 4);
	if (room->full)
		return -EAGAIN;
	room->documents++;
	return 0;
}

static void start(struct room *room)
{
	struct subscriber_options options = {
		.clock = room->clock,
		.http = room->http,
		.public_url = "https://we.example//",
		.save = on_save,
		.changed = on_changed,
		.blocked = on_refused,
		.pushed = on_pushed,
		.userdata = room,
	};

	assert_int_equal(subscriber_new(&options, &room->subscriber), 0);
}

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	struct http_options http = {.max_transfers = 4, .host_connections = 1};

	assert_non_null(room);
	room->clock = http.clock = fake_clock_new(START);
	room->status = 202;
	fake_http_script(on_request, NULL, room);
	assert_int_equal(http_client_new(&http, &room->http), 0);
	start(room);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	subscriber_free(room->subscriber);
	http_client_free(room->http);
	fake_clock_free(room->clock);
	free(room);
	return 0;
}

static void learn(struct room *room)
{
	assert_int_equal(subscriber_learn(room->subscriber, FEED, HUB, TOPIC, NULL), 0);
}

static int verify(struct room *room, const char *mode, const char *topic, const char *lease)
{
	char token[SUBSCRIPTION_TOKEN_SIZE];
	struct hub_question question = {
		.mode = mode, .topic = topic, .challenge = "c", .lease_seconds = lease};

	memcpy(token, room->saved.token, sizeof(token));
	return subscriber_verify(room->subscriber, token, &question);
}

/* Subscribed and confirmed, for a day. */
static void subscribe(struct room *room)
{
	learn(room);
	fake_clock_advance(room->clock, 10 * USEC_SEC);
	assert_int_equal(room->requests, 1);
	assert_int_equal(verify(room, "subscribe", TOPIC, "86400"), 200);
	assert_true(room->pushed);
}

/* Minute by minute, until the hub was asked so often in all; returns how long that took. */
static usec await_requests(struct room *room, unsigned requests)
{
	usec waited = 0;

	for (; room->requests < requests; waited += USEC_MINUTE) {
		assert_true(waited < 40 * USEC_DAY);
		fake_clock_advance(room->clock, USEC_MINUTE);
	}
	assert_int_equal(room->requests, requests);
	return waited;
}

static int deliver(struct room *room, const char *secret)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	char token[SUBSCRIPTION_TOKEN_SIZE];
	char field[SIGNATURE_SIZE] = "sha256=";
	unsigned size;

	memcpy(token, room->saved.token, sizeof(token));
	assert_non_null(HMAC(EVP_sha256(), secret, (int)strlen(secret),
		(const unsigned char *)"news", 4, mac, &size));
	hex_encode(mac, size, field + strlen(field));
	return subscriber_deliver(room->subscriber, token, field, "text/xml", "news", 4);
}

static void test_tokens_and_secrets_are_of_their_own(void **state)
{
	struct room *room = *state;
	struct subscription first;

	learn(room);
	first = room->saved;
	assert_int_equal(strlen(first.token), 32);
	assert_int_equal(strlen(first.secret), 64);
	assert_int_equal(
		subscriber_learn(room->subscriber, "https://example.org/b", HUB, TOPIC, NULL), 0);
	assert_string_not_equal(first.token, room->saved.token);
	assert_string_not_equal(first.secret, room->saved.secret);
	assert_string_not_equal(first.token, first.secret);
}

static void test_only_what_was_asked_is_confirmed(void **state)
{
	struct room *room = *state;

	learn(room);
	assert_int_equal(verify(room, "subscribe", TOPIC, "9"), 404); /* nothing was asked yet */
	fake_clock_advance(room->clock, 10 * USEC_SEC);
	assert_int_equal(verify(room, "unsubscribe", TOPIC, "9"), 404);
	assert_int_equal(verify(room, "subscribe", "https://other.example/", "9"), 404);
	assert_int_equal(verify(room, "subscribe", NULL, "9"), 404);
	assert_int_equal(verify(room, NULL, TOPIC, "9"), 404);
	assert_int_equal(room->changes, 0);
	assert_int_equal(verify(room, "subscribe", TOPIC, "86400"), 200);
	assert_int_equal(verify(room, "subscribe", TOPIC, "86400"), 404);
	assert_int_equal(room->changes, 1);
}

/* As one of many subscriptions to it: for this one's turn it takes almost as long as it may. */
static void test_a_hub_has_its_time_to_confirm_from_when_it_was_asked(void **state)
{
	static const char *const before[] = {"https://example.org/b", "https://example.org/c"};
	struct room *room = *state;
	struct subscription last;

	room->takes = 9 * USEC_MINUTE / 2;
	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		assert_int_equal(
			subscriber_learn(room->subscriber, before[i], HUB, TOPIC, NULL), 0);
	fake_clock_advance(room->clock, 5 * USEC_SEC);
	learn(room);
	last = room->saved;
	while (room->requests < 2)
		fake_clock_advance(room->clock, USEC_SEC);
	room->takes = 0;
	while (room->requests < 3)
		fake_clock_advance(room->clock, USEC_SEC);
	fake_clock_advance(room->clock, 8 * USEC_MINUTE);
	room->saved = last;
	assert_int_equal(verify(room, "subscribe", TOPIC, "86400"), 200);
}

/* After a downtime, say. */
static void test_hubs_of_many_feeds_that_are_due_are_asked_in_more_than_one_turn(void **state)
{
	struct subscription stored = {.hub = HUB, .topic = TOPIC};
	struct room *room = *state;
	char feed[32];

	stored.feed = feed;
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(feed, sizeof(feed), "https://example.org/%u", i);
		(void)snprintf(stored.token, sizeof(stored.token), "%032u", i);
		assert_int_equal(subscriber_restore(room->subscriber, &stored), 0);
	}
	assert_true(fake_clock_next(room->clock, USEC_SEC));
	assert_in_range(http_client_active(room->http), 1, 100);
	fake_clock_advance(room->clock, USEC_MINUTE);
	assert_int_equal(room->requests, 1000);
}

static void test_the_lease_is_renewed_before_it_ends(void **state)
{
	struct room *room = *state;

	subscribe(room);
	assert_in_range(await_requests(room, 2), USEC_DAY / 100 * 70,
		USEC_DAY / 100 * 80 + 2 * USEC_MINUTE);
	assert_int_equal(verify(room, "subscribe", TOPIC, "86400"), 200);
	fake_clock_advance(room->clock, 10 * USEC_HOUR);
	assert_true(room->pushed);
	assert_int_equal(room->changes, 1);
}

static void test_a_lease_that_ends_brings_polling_back(void **state)
{
	struct room *room = *state;
	unsigned failures;

	subscribe(room);
	room->status = 500;
	fake_clock_advance(room->clock, 25 * USEC_HOUR);
	assert_false(room->pushed);
	assert_int_equal(room->saved.state, SUBSCRIPTION_ASKED);
	assert_true(room->saved.failures > 1);
	assert_int_equal(deliver(room, room->saved.secret), 410);
	/* It goes on asking, ever more slowly, and comes back. */
	room->requests = 0;
	room->status = 202;
	fake_clock_advance(room->clock, 2 * USEC_DAY);
	assert_true(room->requests > 0 && room->requests < 30);
	/* Once it was waited for in vain the hub's answer comes too late. */
	failures = room->saved.failures;
	for (unsigned hour = 0; room->saved.failures == failures; hour++) {
		assert_true(hour < 72);
		fake_clock_advance(room->clock, USEC_HOUR);
	}
	fake_clock_advance(room->clock, USEC_HOUR);
	assert_int_equal(verify(room, "subscribe", TOPIC, "86400"), 404);
}

static void test_hubs_that_fail_are_asked_ever_more_slowly(void **state)
{
	struct room *room = *state;

	room->status = 404;
	learn(room);
	fake_clock_advance(room->clock, USEC_MINUTE);
	assert_int_equal(room->requests, 1);
	assert_string_equal(room->saved.reason, "it answered 404");
	fake_clock_advance(room->clock, 30 * USEC_DAY);
	assert_true(room->requests >= 25 && room->requests <= 40);
	assert_int_equal(room->changes, 0);
}

static void test_p7_a_hub_that_asks_to_wait_is_left_alone(void **state)
{
	struct room *room = *state;

	room->status = 429;
	learn(room);
	fake_clock_advance(room->clock, USEC_MINUTE);
	assert_int_equal(room->requests, 1);
	room->status = 500;
	assert_true(await_requests(room, 2) >= 5 * USEC_DAY - USEC_MINUTE);
	assert_true(await_requests(room, 3) < USEC_DAY);
}

static void test_leases_are_bounded(void **state)
{
	struct room *room = *state;

	learn(room);
	fake_clock_advance(room->clock, 10 * USEC_SEC);
	assert_int_equal(verify(room, "subscribe", TOPIC, "99999999999999999999"), 200);
	assert_int_equal(room->saved.lease_until, clock_now(room->clock) + SUBSCRIBER_LEASE_MOST);
	(void)await_requests(room, 2);
	assert_int_equal(verify(room, "subscribe", TOPIC, "1"), 200);
	assert_int_equal(room->saved.lease_until, clock_now(room->clock) + SUBSCRIBER_LEASE_LEAST);
}

static void test_a_denial_ends_it_for_a_week(void **state)
{
	struct room *room = *state;

	subscribe(room);
	assert_int_equal(verify(room, "denied", TOPIC, NULL), 200);
	assert_false(room->pushed);
	assert_int_equal(room->saved.state, SUBSCRIPTION_DENIED);
	room->requests = 0;
	fake_clock_advance(room->clock, 6 * USEC_DAY);
	assert_int_equal(room->requests, 0);
	fake_clock_advance(room->clock, 2 * USEC_DAY);
	assert_true(room->requests > 0);
}

static void test_pushes_are_taken_with_the_right_signature_alone(void **state)
{
	struct room *room = *state;

	subscribe(room);
	assert_int_equal(deliver(room, room->saved.secret), 202);
	assert_int_equal(room->documents, 1);
	assert_int_equal(deliver(room, "another"), 202);
	assert_int_equal(room->documents, 1);
	assert_int_equal(
		subscriber_deliver(room->subscriber, "nobody's", NULL, "text/xml", "news", 4), 404);
}

static void test_what_cannot_be_taken_now_is_to_be_brought_again(void **state)
{
	struct room *room = *state;

	subscribe(room);
	room->full = true;
	assert_int_equal(deliver(room, room->saved.secret), 503);
	assert_int_equal(subscriber_find(room->subscriber, FEED)->last_push, 0);
	room->full = false;
	assert_int_equal(deliver(room, room->saved.secret), 202);
	assert_int_equal(room->documents, 1);
}

static void test_missed_pushes_cost_trust_until_three_come(void **state)
{
	struct room *room = *state;

	subscribe(room);
	subscriber_confirmed(room->subscriber, FEED);
	subscriber_missed(room->subscriber, FEED);
	assert_false(room->pushed);
	assert_int_equal(room->saved.missed, 1);
	for (int i = 1; i < SUBSCRIBER_TRUSTED_AGAIN; i++)
		subscriber_confirmed(room->subscriber, FEED);
	assert_false(room->pushed);
	subscriber_confirmed(room->subscriber, FEED);
	assert_true(room->pushed);
}

static void test_a_restart_goes_on(void **state)
{
	struct room *room = *state;
	struct subscription stored;

	subscribe(room);
	stored = room->saved;
	stored.feed = FEED;
	stored.hub = HUB;
	stored.topic = TOPIC;
	stored.reason = NULL;
	subscriber_free(room->subscriber);
	room->pushed = false;
	start(room);
	assert_int_equal(subscriber_restore(room->subscriber, &stored), 0);
	assert_true(room->pushed);
	assert_int_equal(deliver(room, stored.secret), 202);
	assert_int_equal(room->documents, 1);
	(void)await_requests(room, 2); /* the renewal */
	assert_int_equal(room->saved.failures, 0);
}

static void test_the_lease_is_renewed_in_time_though_the_clock_is_set_back(void **state)
{
	struct room *room = *state;

	subscribe(room);
	fake_clock_advance(room->clock, USEC_HOUR);
	fake_clock_step(room->clock, -(int64_t)(5 * USEC_DAY));
	assert_in_range(await_requests(room, 2), 15 * USEC_HOUR, 20 * USEC_HOUR);
	assert_true(
		subscriber_find(room->subscriber, FEED)->active_since <= clock_now(room->clock));
	/* The hub is silent: its lease ends when it said. */
	fake_clock_advance(room->clock, 8 * USEC_HOUR);
	assert_false(room->pushed);
}

static bool is_there(const char *feed, void *userdata)
{
	return strcmp(feed, FEED) != 0 || *(bool *)userdata;
}

static void test_a_feed_that_goes_is_unsubscribed(void **state)
{
	struct room *room = *state;
	bool there = true;

	subscribe(room);
	subscriber_keep(room->subscriber, is_there, &there);
	assert_int_equal(room->requests, 1);
	there = false;
	subscriber_keep(room->subscriber, is_there, &there);
	assert_null(subscriber_find(room->subscriber, FEED));
	fake_clock_advance(room->clock, USEC_MINUTE);
	assert_int_equal(room->requests, 2);
	assert_int_equal(deliver(room, room->saved.secret), 410);
	assert_int_equal(verify(room, "subscribe", TOPIC, "9"), 404);
	assert_int_equal(verify(room, "unsubscribe", TOPIC, NULL), 200);
	assert_int_equal(room->gone, 1);
}

static void test_a_hub_that_lets_nobody_go_is_left_in_the_end(void **state)
{
	struct room *room = *state;
	bool there = false;

	subscribe(room);
	room->status = 500;
	subscriber_keep(room->subscriber, is_there, &there);
	fake_clock_advance(room->clock, 10 * USEC_DAY);
	assert_int_equal(room->gone, 1);
	assert_int_equal(room->requests, 4);
}

static void test_another_hub_takes_the_place_of_the_first(void **state)
{
	struct room *room = *state;

	subscribe(room);
	assert_int_equal(subscriber_learn(room->subscriber, FEED, HUB, TOPIC, NULL), 0);
	assert_int_equal(room->changes, 1);
	assert_int_equal(
		subscriber_learn(room->subscriber, FEED, HUB, "https://example.org/t2", NULL), 0);
	assert_false(room->pushed);
	assert_string_equal(
		subscriber_find(room->subscriber, FEED)->topic, "https://example.org/t2");
	assert_int_equal(subscriber_learn(room->subscriber, FEED, NULL, NULL, NULL), 0);
	assert_null(subscriber_find(room->subscriber, FEED));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tokens_and_secrets_are_of_their_own),
		TEST(test_only_what_was_asked_is_confirmed),
		TEST(test_a_hub_has_its_time_to_confirm_from_when_it_was_asked),
		TEST(test_hubs_of_many_feeds_that_are_due_are_asked_in_more_than_one_turn),
		TEST(test_the_lease_is_renewed_before_it_ends),
		TEST(test_a_lease_that_ends_brings_polling_back),
		TEST(test_hubs_that_fail_are_asked_ever_more_slowly),
		TEST(test_p7_a_hub_that_asks_to_wait_is_left_alone),
		TEST(test_leases_are_bounded),
		TEST(test_a_denial_ends_it_for_a_week),
		TEST(test_pushes_are_taken_with_the_right_signature_alone),
		TEST(test_what_cannot_be_taken_now_is_to_be_brought_again),
		TEST(test_missed_pushes_cost_trust_until_three_come),
		TEST(test_a_restart_goes_on),
		TEST(test_the_lease_is_renewed_in_time_though_the_clock_is_set_back),
		TEST(test_a_feed_that_goes_is_unsubscribed),
		TEST(test_a_hub_that_lets_nobody_go_is_left_in_the_end),
		TEST(test_another_hub_takes_the_place_of_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
