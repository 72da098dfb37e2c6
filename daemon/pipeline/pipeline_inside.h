/* The pipeline's parts: the transaction (pipeline.c) and the rounds on their way to it (passing.c).
 */
#pragma once

#include <sys/queue.h>

#include "pipeline/pipeline.h"

/* Taking entries in gives way to all else after so long (docs/ARCHITECTURE.md). */
#define SLICE_TIME (5 * USEC_MSEC)

struct pipeline {
	struct clock *clock;
	struct store *store;
	struct pool *pool;
	struct outbox *outbox;
	struct poller *poller;
	pipeline_settled_fn settled;
	void *settled_userdata;
	struct intake *intake;
	struct clock_timer *commit_timer;
	struct clock_timer *housekeeping_timer;
	LIST_HEAD(, passing) in_hand; /* all rounds between arrival and commit */
	TAILQ_HEAD(, passing) taking; /* their documents are being taken in, the first one now */
	struct clock_timer *slice_timer;
	const char *const *health_hooks; /* [Daemon] Notify= */
	bool dirty;                      /* a transaction is open */
	bool alerts;                     /* ... and it holds deliveries */
	bool waiting;                    /* ... and entries that wait for their pages */
	pipeline_waiting_fn on_waiting;
	void *waiting_userdata;
	bool housekept;       /* at least once */
	usec housekeeping_at; /* monotonic; when the timer fires */
	bool closing;         /* nothing new is begun */
	unsigned failed_commits;
	size_t abandoned; /* rounds */
};

/* There are deliveries in the transaction, or somebody waits for it. */
void pipeline_hasten_commit(struct pipeline *pipeline);
