/*
 * A loop with a clock for one task that would otherwise run in the daemon's: it runs until the task
 * says that it is over.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"

struct event_base;

struct private_loop {
	struct event_base *base;
	struct clock *clock;
	bool ended;
};

/* Returns 0 or -ENOMEM. */
int private_loop_open(struct private_loop *loop);

/* Whatever runs on it is gone by now.  Takes a zeroed one. */
void private_loop_close(struct private_loop *loop);

/* Runs until private_loop_end().  Returns 0, or -EIO where there was nothing left to wait for. */
int private_loop_run(struct private_loop *loop);
void private_loop_end(struct private_loop *loop);
