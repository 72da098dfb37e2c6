/*
 * The outbox: pending deliveries are tried by their notifier until delivered, expired (a dead
 * letter) or dropped.  The truth is the store's; in memory are only what is in flight and when to
 * look again.  Nothing is sent before the transaction that caused it is committed: call
 * outbox_wake() after commits that added deliveries.
 */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "http/client.h"
#include "model/alert.h"
#include "model/hook.h"
#include "store/store.h"

struct event_base;
struct notifier_context;
struct outbox;

struct outbox_options {
	struct event_base *base;
	struct clock *clock;
	struct store *store;
	struct http_client *http;
	/*
	 * May be NULL.  A hook began to fail, words say why, or works again (NULL): what
	 * hook.failing and hook.recovered are made of.
	 */
	void (*on_health)(const char *hook, const char *words, void *userdata);
	void *userdata;
};

/* The options are copied, what they point to is borrowed.  Returns 0 or -ENOMEM. */
int outbox_new(const struct outbox_options *options, struct outbox **ret);

/*
 * Ends attempts in flight without recording them: they stay pending.  Outcomes that were recorded
 * are the open transaction's: commit it before, or at least before the store is closed.
 */
void outbox_free(struct outbox *outbox);

/*
 * Sets the hooks (start, reload); they are copied.  Deliveries of a hook that is gone stay pending
 * until it is back, and the operator is told.  A hook that was held back after failures gets its
 * chance again; one that was disabled (410), or asked to be left alone (Retry-After), if it leads
 * elsewhere now: that is kept by the store, across runs too.
 */
int outbox_set_hooks(struct outbox *outbox, const struct hook *hooks, size_t count);

/* Looks for due deliveries of every hook. */
void outbox_wake(struct outbox *outbox);

/* --once: whether nothing is in flight and nothing is due now. */
int outbox_idle(struct outbox *outbox);

/*
 * Operator's verbs on one delivery: due now again, as if it were new (which enables a disabled
 * hook); given up.  Returns 0, -ENOENT, -EHOSTUNREACH where it would be sent to a hook that is not
 * configured, -EALREADY where what is to be given up is delivered or given up, or what the store
 * says.
 */
int outbox_retry(struct outbox *outbox, int64_t delivery);
int outbox_drop(struct outbox *outbox, int64_t delivery);

/* What attempts run on, for one that is made beside the outbox. */
const struct notifier_context *outbox_notifiers(const struct outbox *outbox);

/* How a hook does. */
struct outbox_hook {
	const char *name;
	/* "working", "held" (by Retry-After or after failures), "failing" (probed by one delivery
	 * at a time), "refusing" (it takes none of the alerts), "disabled" (it answered 410), or
	 * "closing" (no longer configured). */
	const char *condition;
	usec held_for;     /* nothing goes to it for so long; 0 */
	uint32_t failures; /* of its own, in a row */
	size_t in_flight;
	const char *words; /* of the last failure, while it lasts; or NULL */
};

typedef void (*outbox_hook_fn)(const struct outbox_hook *hook, void *userdata);
/* Tells `fn` of each configured hook; the strings are borrowed until it returns. */
void outbox_each_hook(const struct outbox *outbox, outbox_hook_fn fn, void *userdata);

struct outbox_figures {
	size_t in_flight;
	size_t disabled;    /* hooks that answered 410 */
	uint64_t delivered; /* since start */
	uint64_t failed_attempts;
};

/* Since the start, but for what is in flight now. */
struct outbox_figures outbox_figures(const struct outbox *outbox);
