/* A feed's state as the poller holds it: one block with its strings, freed at once by free(). */
#pragma once

#include "model/feed.h"

/* Returns NULL where memory is short. */
struct feed_state *state_copy(const struct feed_state *state);
