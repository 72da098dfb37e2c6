#include "room.h"

#include <errno.h>

static struct subscription make_subscription(char letter)
{
	struct subscription subscription = {
		.feed = "https://example.org/feed",
		.hub = "https://hub.example/",
		.topic = "https://example.org/topic",
		.state = SUBSCRIPTION_ACTIVE,
		.distrusted = true,
		.lease_until = NOW,
		.next_attempt = NOW + 1,
		.failures = 2,
		.missed = 3,
		.last_push = NOW + 4,
		.reason = "why",
	};

	memset(subscription.token, letter, sizeof(subscription.token) - 1);
	memset(subscription.secret, letter, sizeof(subscription.secret) - 1);
	return subscription;
}

static int count(const struct subscription *subscription, void *userdata)
{
	(void)subscription;
	++*(unsigned *)userdata;
	return 0;
}

static unsigned count_all(struct room *room)
{
	unsigned found = 0;

	assert_int_equal(store_subscriptions_each(room->store, count, &found), 0);
	return found;
}

static int check(const struct subscription *subscription, void *userdata)
{
	const struct subscription *expected = userdata;

	assert_string_equal(subscription->token, expected->token);
	assert_string_equal(subscription->secret, expected->secret);
	assert_string_equal(subscription->feed, expected->feed);
	assert_string_equal(subscription->hub, expected->hub);
	assert_string_equal(subscription->topic, expected->topic);
	assert_int_equal(subscription->state, expected->state);
	assert_true(subscription->distrusted);
	assert_int_equal(subscription->lease_until, expected->lease_until);
	assert_int_equal(subscription->next_attempt, expected->next_attempt);
	assert_int_equal(subscription->failures, expected->failures);
	assert_int_equal(subscription->missed, expected->missed);
	assert_int_equal(subscription->last_push, expected->last_push);
	assert_string_equal(subscription->reason, expected->reason);
	return 7;
}

static void test_all_of_a_subscription_comes_back(void **state)
{
	struct room *room = *state;
	struct subscription subscription = make_subscription('a');

	assert_int_equal(store_subscription_save(room->store, &subscription), 0);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_int_equal(store_subscriptions_each(room->store, check, &subscription), 7);
}

static void test_subscriptions_are_replaced_and_removed_by_token(void **state)
{
	struct room *room = *state;
	struct subscription a = make_subscription('a');
	struct subscription b = make_subscription('b');

	assert_int_equal(store_subscription_save(room->store, &a), 0);
	assert_int_equal(store_subscription_save(room->store, &b), 0);
	a.state = SUBSCRIPTION_LEAVING;
	a.reason = NULL;
	assert_int_equal(store_subscription_save(room->store, &a), 0);
	assert_int_equal(count_all(room), 2);
	assert_int_equal(store_subscription_remove(room->store, a.token), 0);
	assert_int_equal(store_subscription_remove(room->store, a.token), 0);
	assert_int_equal(count_all(room), 1);
}

static void test_a_token_that_was_cut_is_damage(void **state)
{
	struct room *room = *state;
	struct subscription subscription = make_subscription('a');
	unsigned found = 0;

	subscription.token[5] = '\0';
	assert_int_equal(store_subscription_save(room->store, &subscription), 0);
	assert_int_equal(store_subscriptions_each(room->store, count, &found), -EBADMSG);
	assert_int_equal(found, 0);
}

static void test_leases_end_no_later_where_the_clock_is_set_back(void **state)
{
	struct room *room = *state;
	struct subscription subscription = make_subscription('a');
	usec now = NOW - USEC_HOUR;

	subscription.next_attempt = now;
	assert_int_equal(store_subscription_save(room->store, &subscription), 0);
	assert_int_equal(store_subscriptions_set_back(room->store, now, USEC_MINUTE), 0);
	subscription.lease_until -= USEC_MINUTE;
	assert_int_equal(store_subscriptions_each(room->store, check, &subscription), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_all_of_a_subscription_comes_back),
		IN_ROOM(test_subscriptions_are_replaced_and_removed_by_token),
		IN_ROOM(test_a_token_that_was_cut_is_damage),
		IN_ROOM(test_leases_end_no_later_where_the_clock_is_set_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
