/*
 * An alert: what the user is told, topic x story x event (docs/ALERTS.md); and its deliveries:
 * alert x hook with their attempts.  Pending deliveries are the outbox.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/id.h"

enum {
	EVENT_BYTES_MAX = 20 * 1024, /* of an event's JSON */
};

enum event_type {
	EVENT_STORY_NEW,
	EVENT_STORY_UPDATE,
	EVENT_STORY_REWRITE,
	EVENT_STORY_REPRINT,
	EVENT_STORY_SPREAD,
	EVENT_DIGEST,
	EVENT_TEST,
	EVENT_FEED_FAILING,
	EVENT_FEED_RECOVERED,
	EVENT_FEED_SILENT,
	EVENT_FEED_MOVED,
	EVENT_FEED_GONE,
	EVENT_HOOK_FAILING,
	EVENT_HOOK_RECOVERED,
	EVENT_MAX,
	EVENT_INVALID = -22,
};

const char *event_type_to_string(enum event_type type); /* "story.new", ... */
enum event_type event_type_from_string(const char *string);

struct alert {
	struct id id; /* never changes between attempts: webhook-id */
	enum event_type type;
	usec time;
	const char *topic; /* NULL for health events */
	const char *story; /* public id, or NULL */
	const char *title; /* of the article */
	const char *url;
	const char *feed;
	const char *relation;
	const char *event; /* the whole event as JSON, under EVENT_BYTES_MAX */
};

enum delivery_state {
	DELIVERY_PENDING,
	DELIVERY_DELIVERED,
	DELIVERY_DEAD,    /* a dead letter: given up, can be sent again */
	DELIVERY_DROPPED, /* by the operator */
	DELIVERY_STATE_MAX,
	DELIVERY_STATE_INVALID = -22,
};

const char *delivery_state_to_string(enum delivery_state state);
enum delivery_state delivery_state_from_string(const char *string);

struct delivery {
	int64_t id; /* the store's key; grows with time */
	struct id alert;
	const char *hook;
	enum delivery_state state;
	uint32_t attempts;
	usec created;
	usec next_attempt;
	usec last_attempt;
	const char *error; /* the last attempt's, in words, or NULL */
};
