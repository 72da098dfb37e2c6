/*
 * Alerts of topics with MaxRate=, Digest= or Quiet= (docs/ALERTS.md A7): each is stored when it is
 * made and goes out at once, or waits in the store for its topic's digest.  All writes go to the
 * store's open transaction, so that an alert, what it waits for and the digest that ends the
 * waiting are never apart.  The journal, which disturbs nobody, gets each alert at once and no
 * digest.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "model/topic.h"
#include "store/store.h"

/*
 * Stores a new alert of the topic and sends it or lets it wait.  Returns 0 or an error; one that is
 * there under the same id is the same event, told before.
 */
int gathering_add(struct store *store, const struct topic *topic, const struct alert *alert,
	struct arena *arena, usec now);

/*
 * What waits may be due earlier than it was: the configuration changed, or the clock was set back.
 * `topics` leads from names to struct topic.
 */
int gathering_hasten(struct store *store, const struct map *topics, usec now);

/*
 * Makes the first part of the digest that is due first; of a topic that is gone, what waits is
 * let go.  Returns how many alerts it lists, 0 where no digest is due, or an error.  The arena is
 * reset.
 */
int gathering_release(struct store *store, const struct map *topics, struct arena *arena, usec now);
