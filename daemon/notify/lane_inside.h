/*
 * What the parts of a lane share: whether its hook is disabled, kept by the store across runs, and
 * the bound of its backlog.  Private to the lane.
 */
#pragma once

#include "notify/lane.h"
#include "notify/notifier.h"

/* The hook said that it is gone (HTTP 410): it stays disabled until it leads elsewhere or is
 * enabled. */
void lane_disable(struct lane *lane, const struct outcome *outcome);

/* Whether the hook, as it is configured now, was disabled before; one that leads elsewhere is not.
 */
void lane_recall(struct lane *lane);

/*
 * Ends the oldest deliveries beyond MaxBacklog= as dead letters, some at a time; what comes of them
 * kicks the lane for the next.
 */
void lane_trim(struct lane *lane);

/* Ends a delivery without an attempt.  Returns 0 or -ENOMEM. */
int lane_give_up(struct lane *lane, const struct queued *queued, const char *words);
