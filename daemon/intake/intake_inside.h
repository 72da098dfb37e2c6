/* The intake's parts: its documents (intake.c) and the entries of one (passage.c). */
#pragma once

#include "intake/alerting.h"
#include "intake/intake.h"
#include "intake/newcomer.h"
#include "intake/story_keeper.h"

struct intake {
	struct clock *clock;
	struct store *store;
	struct alerting *alerting;
	struct story_keeper *keeper;
	struct newcomer newcomer;
	struct arena *scratch;
	usec keep;
	usec keep_alerts;
	usec keep_failed;
	usec remember;
	int64_t clock_offset;
	usec prune_rests;      /* monotonic; nothing is forgotten before */
	uint64_t waiting_room; /* so many entries more may wait for their pages */
};

/* The last article that the story index was given. */
int64_t intake_last_indexed(const struct intake *intake);
