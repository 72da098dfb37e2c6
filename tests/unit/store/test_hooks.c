#include "room.h"

#include <errno.h>

static void test_what_is_known_of_a_hook_is_so_after_a_restart(void **state)
{
	struct room *room = *state;
	const struct hook_state put = {
		.destination = make_digest(1),
		.disabled = NOW,
		.reason = "410 Gone",
		.failing = NOW + 1,
		.asked = NOW + 2,
		.held = NOW + 3,
	};
	struct hook_state got;

	assert_int_equal(store_hook_put(room->store, "desk", &put), 0);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_int_equal(store_hook_get(room->store, "desk", room->arena, &got), 0);
	assert_true(digest_equal(&got.destination, &put.destination));
	assert_int_equal(got.disabled, NOW);
	assert_string_equal(got.reason, "410 Gone");
	assert_int_equal(got.failing, NOW + 1);
	assert_int_equal(got.asked, NOW + 2);
	assert_int_equal(got.held, NOW + 3);
}

static void test_hook_is_put_anew_and_forgotten(void **state)
{
	struct room *room = *state;
	const struct hook_state first = {
		.destination = make_digest(1), .disabled = NOW, .reason = "410 Gone"};
	const struct hook_state second = {
		.destination = make_digest(2), .disabled = NOW + 1, .reason = "no more"};
	struct hook_state got;

	assert_int_equal(store_hook_get(room->store, "desk", room->arena, &got), -ENOENT);
	assert_int_equal(store_hook_put(room->store, "desk", &first), 0);
	assert_int_equal(store_hook_put(room->store, "other", &first), 0);
	assert_int_equal(store_hook_put(room->store, "desk", &second), 0);
	assert_int_equal(store_hook_get(room->store, "desk", room->arena, &got), 0);
	assert_true(digest_equal(&got.destination, &second.destination));
	assert_string_equal(got.reason, "no more");
	assert_int_equal(store_hook_remove(room->store, "desk"), 0);
	assert_int_equal(store_hook_get(room->store, "desk", room->arena, &got), -ENOENT);
	assert_int_equal(store_hook_get(room->store, "other", room->arena, &got), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_what_is_known_of_a_hook_is_so_after_a_restart),
		IN_ROOM(test_hook_is_put_anew_and_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
