#include "outbox_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void on_health(const char *hook, const char *words, void *userdata)
{
	struct room *room = userdata;

	(void)hook;
	if (!words) {
		room->recovered++;
		return;
	}
	room->failing++;
	(void)snprintf(room->words, sizeof(room->words), "%s", words);
}

void room_set_hooks(struct room *room)
{
	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
}

void room_open(struct room *room)
{
	char *words = NULL;

	assert_int_equal(store_open(room->folder, &room->store, &words), 0);
	assert_int_equal(outbox_new(
				 &(struct outbox_options){
					 .base = room->base,
					 .clock = room->clock,
					 .store = room->store,
					 .on_health = on_health,
					 .userdata = room,
				 },
				 &room->outbox),
		0);
	room_set_hooks(room);
}

void room_close(struct room *room)
{
	outbox_free(room->outbox);
	(void)store_commit(room->store);
	store_close(room->store);
}

int room_set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	scratch_make(room->folder);
	room->base = event_base_new();
	room->clock = fake_clock_new(NOON);
	for (size_t i = 0; i < HOOKS; i++)
		room->hooks[i] = (struct hook){
			.name = i == 0 ? "desk" : "other",
			.kind = HOOK_WEBHOOK,
			.timeout = 10 * USEC_SEC,
			.concurrency = 2,
			.retry_first = 5 * USEC_SEC,
			.retry_for = 3 * USEC_DAY,
			.url = i == 0 ? "https://desk.example/" : "https://other.example/",
		};
	room_open(room);
	*state = room;
	return 0;
}

int room_tear_down(void **state)
{
	struct room *room = *state;

	room_close(room);
	receiver_reset();
	fake_clock_free(room->clock);
	event_base_free(room->base);
	scratch_remove(room->folder);
	free(room);
	return 0;
}

void room_turn(struct room *room)
{
	for (unsigned i = 0; i < 8; i++) {
		(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
		assert_int_equal(store_commit(room->store), 0);
	}
}

void room_add_for(struct room *room, const char *story, const char *const *hooks)
{
	char text[8];
	struct digest digest;
	struct alert alert = {
		.type = EVENT_STORY_NEW,
		.time = clock_now(room->clock),
		.topic = "topic",
		.story = story,
		.title = "Title",
	};
	char event[64];

	(void)snprintf(text, sizeof(text), "%u", ++room->alerts);
	digest = digest_bytes(text, strlen(text));
	alert.id = id_make(alert.time, &digest);
	(void)snprintf(event, sizeof(event), "{\"number\":%u}", room->alerts);
	alert.event = event;
	assert_int_equal(store_alert_add(room->store, &alert, hooks), 0);
}

void room_add(struct room *room, const char *story)
{
	static const char *const desk[] = {"desk", NULL};

	room_add_for(room, story, desk);
}

void room_commit_and_wake(struct room *room)
{
	assert_int_equal(store_commit(room->store), 0);
	outbox_wake(room->outbox);
	room_turn(room);
}

void room_advance(struct room *room, usec duration)
{
	fake_clock_advance(room->clock, duration);
	room_turn(room);
}

struct store_figures room_figures(struct room *room)
{
	struct store_figures figures;

	assert_int_equal(store_figures(room->store, &figures), 0);
	return figures;
}
