/*
 * What the parts of a lane share: how its hook does, what of that the store keeps across runs, and
 * the bound of its backlog.  Private to the lane.
 */
#pragma once

#include "notify/lane.h"
#include "notify/notifier.h"

/* The words of the last failure, cut to their room between characters. */
void lane_note_words(struct lane *lane, const char *text);

/* Nothing goes to the hook for so long. */
void lane_hold(struct lane *lane, usec duration);

/* Whether it takes none of the alerts that reach it. */
bool lane_refuses(const struct lane *lane);

/* Draws the conclusions of an attempt; `first`: the delivery's first one. */
void lane_judge(struct lane *lane, const struct outcome *outcome, bool first);

/* The hook said that it is gone (HTTP 410): it stays disabled until it leads elsewhere or is
 * enabled. */
void lane_disable(struct lane *lane, const struct outcome *outcome);

/* Notes in the open transaction what is to be known after a restart. */
void lane_remember(struct lane *lane);

/*
 * What was noted of the hook, at start and at a reload.  One that leads elsewhere now is neither
 * disabled nor held.
 */
void lane_recall(struct lane *lane);

/* The wall clock was set back: what the hook asked for ends so much sooner by it. */
void lane_end_peace_sooner(struct lane *lane, usec back);

/*
 * Ends the oldest deliveries beyond MaxBacklog= as dead letters, some at a time; what comes of them
 * kicks the lane for the next.
 */
void lane_trim(struct lane *lane);

/* Ends a delivery without an attempt.  Returns 0 or -ENOMEM. */
int lane_give_up(struct lane *lane, const struct queued *queued, const char *words);
