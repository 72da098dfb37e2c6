#include "notify/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct recorder {
	struct clock *clock;
	struct store *store;
	struct clock_timer *timer;
	struct record *records;
	void (*on_committed)(void *userdata);
	void *userdata;
	bool waiting; /* the store will call on_commit() */
	bool freed;   /* ... which then frees the recorder */
};

static void on_commit(int result, void *userdata);

static void link_record(struct recorder *recorder, struct record *record)
{
	record->previous = NULL;
	record->next = recorder->records;
	if (record->next)
		record->next->previous = record;
	recorder->records = record;
}

static void unlink_record(struct recorder *recorder, struct record *record)
{
	if (record->previous)
		record->previous->next = record->next;
	else
		recorder->records = record->next;
	if (record->next)
		record->next->previous = record->previous;
	record->next = NULL;
	record->previous = NULL;
}

static int wait_for_commit(struct recorder *recorder)
{
	int r;

	if (recorder->waiting)
		return 0;
	r = store_after_commit(recorder->store, on_commit, recorder);
	if (r < 0)
		return r;
	recorder->waiting = true;
	return 0;
}

/* A row that is gone needs no writing. */
static int save(struct recorder *recorder, struct record *record)
{
	int r;

	r = store_delivery_save(recorder->store, &record->delivery);
	if (r < 0 && r != -ENOENT)
		return r;
	r = wait_for_commit(recorder);
	if (r < 0)
		return r;
	record->saved = true;
	return 0;
}

static void save_later(struct recorder *recorder, int error)
{
	log_error("cannot note what became of deliveries, trying again in %d s: %s",
		(int)(RECORDER_RETRY / USEC_SEC), strerrordesc_np(-error));
	clock_timer_in(recorder->clock, recorder->timer, RECORDER_RETRY);
}

static void save_all(void *userdata)
{
	struct recorder *recorder = userdata;

	for (struct record *record = recorder->records; record; record = record->next) {
		int r = record->saved ? 0 : save(recorder, record);

		if (r < 0) {
			save_later(recorder, r);
			return;
		}
	}
	if (!recorder->waiting)
		recorder->on_committed(recorder->userdata);
}

static void on_commit(int result, void *userdata)
{
	struct recorder *recorder = userdata;
	struct record *next;

	recorder->waiting = false;
	if (recorder->freed) {
		free(recorder);
		return;
	}
	for (struct record *record = recorder->records; record; record = next) {
		bool durable = record->saved && result == 0;

		next = record->next;
		record->saved = false;
		if (durable) {
			unlink_record(recorder, record);
			record->on_durable(record);
		}
	}
	if (result < 0 && recorder->records)
		save_later(recorder, result);
	recorder->on_committed(recorder->userdata);
}

int recorder_new(struct clock *clock, struct store *store, void (*on_committed)(void *userdata),
	void *userdata, struct recorder **ret)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	int r;

	if (!recorder)
		return -ENOMEM;
	*recorder = (struct recorder){
		.clock = clock,
		.store = store,
		.on_committed = on_committed,
		.userdata = userdata,
	};
	r = clock_timer_new(clock, save_all, recorder, &recorder->timer);
	if (r < 0) {
		free(recorder);
		return r;
	}
	*ret = recorder;
	return 0;
}

void recorder_free(struct recorder *recorder)
{
	if (!recorder)
		return;
	clock_timer_free(recorder->clock, recorder->timer);
	recorder->freed = true;
	if (!recorder->waiting)
		free(recorder);
}

void recorder_put(struct recorder *recorder, struct record *record)
{
	int r;

	record->saved = false;
	link_record(recorder, record);
	r = save(recorder, record);
	if (r < 0)
		save_later(recorder, r);
}

bool recorder_is_settled(struct recorder *recorder)
{
	int r;

	if (!store_is_dirty(recorder->store))
		return true;
	r = wait_for_commit(recorder);
	if (r < 0)
		save_later(recorder, r);
	return false;
}
