/*
 * A hook's settings as an outbox keeps them: a copy, so that a reload may free the configuration
 * while attempts still run with the old settings.  Counted; keys are wiped with the last.
 */
#pragma once

#include "base/arena.h"
#include "model/hook.h"

struct destination {
	struct hook hook; /* strings in the arena */
	unsigned references;
	struct arena *arena;
};

enum {
	DESTINATION_BYTES_MAX = 1024 * 1024, /* of one hook's settings */
};

/* Copies the hook; the caller has the first reference.  Returns 0 or -ENOMEM. */
int destination_new(const struct hook *hook, struct destination **ret);

/* Another reference to the same; returns its argument. */
struct destination *destination_ref(struct destination *destination);

/* Takes NULL. */
void destination_unref(struct destination *destination);
DEFINE_CLEANUP(destination_unrefp, struct destination, destination_unref)
