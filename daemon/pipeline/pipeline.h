/*
 * The spine (docs/ARCHITECTURE.md): a round's document goes to a reader, its entries through
 * intake, and what came of them is committed together with the feed's new state.  Writes of all
 * rooms are gathered for COMMIT_DELAY and committed at once, because a commit costs an fsync.  A
 * commit that fails takes everything back, from memory too, and the feeds are asked again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "config/config.h"
#include "intake/intake.h"
#include "match/matcher.h"
#include "notify/outbox.h"
#include "poll/poller.h"
#include "store/store.h"
#include "worker/pool.h"

struct pipeline;

/* All borrowed; they outlive the pipeline. */
struct pipeline_options {
	struct clock *clock;
	struct store *store;
	struct pool *pool;
	struct outbox *outbox;
	const char
		*state_directory; /* where a snapshot of the story index is kept; NULL: nowhere */
};

/* Returns 0 or -errno. */
int pipeline_new(const struct pipeline_options *options, struct pipeline **ret);

/*
 * Reads the stories before the loop runs, for a daemon that stays: a run that may bring nothing
 * leaves it to the first article.  Returns 0 or -errno, having said why.
 */
int pipeline_prepare(struct pipeline *pipeline);

/* Commits what is open, and sends nothing.  Rounds in hand are dropped: their feeds are asked
 * again. */
void pipeline_free(struct pipeline *pipeline);

/* Rounds come from this poller and go back to it (it is made with pipeline_on_round()). */
void pipeline_set_poller(struct pipeline *pipeline, struct poller *poller);

/* A round's state was committed; `result` is NULL without a document. */
typedef void (*pipeline_settled_fn)(const struct round *round, const struct feed_state *state,
	const struct round_result *result, void *userdata);

/* Tells `fn` of each; NULL: nobody. */
void pipeline_set_settled(struct pipeline *pipeline, pipeline_settled_fn fn, void *userdata);

/* Sets what is watched (start, reload).  The configuration is borrowed, the matcher taken over. */
int pipeline_configure(
	struct pipeline *pipeline, const struct config *config, struct matcher *matcher);

/* A poller_round_fn; userdata is the pipeline. */
void pipeline_on_round(struct round *round, void *userdata);

/*
 * Calls `fn` with 0 after each commit that let entries wait for their web pages (deferral.h), and
 * with -errno after each that failed: what it took in waits again.  Not while the pipeline is being
 * closed.
 */
typedef void (*pipeline_waiting_fn)(int result, void *userdata);
void pipeline_on_waiting(struct pipeline *pipeline, pipeline_waiting_fn fn, void *userdata);

/* As intake_take_waiting(), with the alerts sent after the next commit. */
int pipeline_take_waiting(struct pipeline *pipeline, const struct feed *feed,
	const struct feed_state *state, const struct parsed_feed *parsed,
	const struct waited *waited);

/*
 * A hook began to fail, `words` say why, or works again (NULL): what outbox_options.on_health
 * is told.
 */
void pipeline_on_hook(struct pipeline *pipeline, const char *hook, const char *words);

/* Whether no round is in hand, held updates were looked at, and nothing waits for its commit. */
bool pipeline_idle(const struct pipeline *pipeline);

/* Rounds so far that could not be read or stored, for a reason of ours; the log said why. */
size_t pipeline_abandoned(const struct pipeline *pipeline);

/*
 * Whether the store is in trouble, which passes (a full disk), rather than one document or entry
 * at fault, which would be so again.
 */
bool pipeline_is_store_trouble(int error);

/* Commits what is open now. */
int pipeline_commit(struct pipeline *pipeline);
