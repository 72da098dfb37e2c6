/*
 * Health events (docs/ALERTS.md A8): what the operator is told of feeds and hooks, apart from
 * news; and the test event of a hook.  Pure, as event.h.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "model/alert.h"

enum {
	HEALTH_TEXT_BYTES = 4096, /* of words, titles, addresses; longer ones are cut ... */
	HEALTH_NAME_BYTES = 256,  /* ... and all of them to this where the event is too long */
};

struct health_facts {
	enum event_type type; /* EVENT_FEED_..., EVENT_HOOK_... or EVENT_TEST */
	usec time;
	const char *name; /* of the feed or hook; never NULL */
	const char *url;  /* of the feed; a hook's, which may hold a secret, is not told */
	const char *title;
	const char *words;    /* what happened and what to do */
	usec since;           /* when the failures began; 0: none */
	uint32_t failures;    /* in a row */
	const char *moved_to; /* feed.moved */
};

/*
 * As event_build(): the alert has no topic and no story; its title is the words, behind the name
 * where it is of a hook.
 */
int health_event_build(const struct health_facts *facts, struct arena *arena, struct alert *ret);
