/*
 * One reader process as the daemon sees it: started with a clean environment and a socket pair as
 * its only descriptors, ready once it says so from its sandbox, then one job at a time.  What it
 * sends out of turn, malformed or too late kills it.  Its end is seen by a pidfd and reaped without
 * waiting; the owner then frees it and starts another.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "worker/job.h"
#include "worker/pool.h"

struct reader;

enum {
	READER_WORDS_MAX = 256,
};

/* What a reader tells its owner; reader_free() may be called from `gone` alone. */
struct reader_events {
	/* It is idle and takes a job. */
	void (*ready)(struct reader *reader, void *userdata);
	/* The job was answered; the answer is read until the call returns, or lives in the arena
	 * for as long as the callee likes who takes that.  `ready` follows. */
	void (*answered)(struct reader *reader, const struct answer *answer, struct arena **arena,
		void *userdata);
	/* The process has ended; `words` say why, NULL where it was asked to. */
	void (*gone)(struct reader *reader, const char *words, void *userdata);
};

/* Starts a process.  `options` (with its defaults filled in) and `events` outlive it. */
int reader_start(const struct pool_options *options, const struct reader_events *events,
	void *userdata, struct reader **ret);

/* Kills the process if it still runs, and waits for its end.  Takes NULL. */
void reader_free(struct reader *reader);

/* Whether reader_give() may be called. */
bool reader_idle(const struct reader *reader);

/* Whether it ever said that it is ready. */
bool reader_was_ready(const struct reader *reader);

/*
 * Sends the job, whose document lives until `answered` or `gone`.
 * Returns 0, or job_write_head()'s error.
 */
int reader_give(struct reader *reader, const struct job *job);

/* Ends an idle or starting reader; `gone` follows. */
void reader_retire(struct reader *reader);
