/*
 * The event of a digest (docs/ALERTS.md A7): the alerts of a topic that were gathered, oldest
 * first.  What does not fit under EVENT_BYTES_MAX goes into further parts, which are events of
 * their own, so that nothing is dropped and no receiver needs more room than for other events.
 * Pure, as event.h.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/alert.h"

enum {
	DIGEST_ALERTS_MAX = 128,  /* of one part */
	DIGEST_TITLE_BYTES = 300, /* of an alert's; longer ones are cut at a word */
	DIGEST_URL_BYTES = 2048,  /* a longer one is left out */
};

struct digest_facts {
	usec time;
	const char *topic;
	uint32_t part;              /* from 1 */
	const struct alert *alerts; /* without their events; at least one */
	size_t count;               /* at most DIGEST_ALERTS_MAX */
	uint64_t waiting;           /* of all that wait: those of this part too */
};

/*
 * Makes the alert of as many as fit, at least one; *ret_count says how many.  The same alerts give
 * the same id.  Strings of *ret are in the arena or borrowed.  Returns 0, -ENOMEM or -EMSGSIZE.
 */
int digest_event_build(const struct digest_facts *facts, struct arena *arena, struct alert *ret,
	size_t *ret_count);
