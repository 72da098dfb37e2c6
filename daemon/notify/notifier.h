/*
 * A notifier makes one attempt at a delivery: by webhook, command or mail, or to the journal.  What
 * comes of it is an outcome; when to try again is the outbox's to decide.  Attempts run on the
 * loop; hook and alert outlive them.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "http/client.h"
#include "http/smtp.h"
#include "model/alert.h"
#include "model/hook.h"

struct buffer;
struct event_base;

enum {
	OUTCOME_WORDS_BYTES = 1024, /* what an attempt says of its failure; more is cut */
};

enum outcome_kind {
	OUTCOME_DELIVERED,
	OUTCOME_RETRY,    /* again until the hook's RetryFor= is over */
	OUTCOME_FAILED,   /* likely to fail again: a few times, then a dead letter */
	OUTCOME_DISABLED, /* the destination wants no more (HTTP 410) */
	OUTCOME_NONE,     /* there was no attempt and will be none */
};

struct outcome {
	enum outcome_kind kind;
	usec hold;         /* RETRY: nothing goes to the hook for so long (Retry-After); 0 */
	const char *words; /* of a failure: what, and the next step; borrowed */
	bool unwell;       /* the destination is down: other alerts would fare no better */
};

typedef void (*notifier_done_fn)(const struct outcome *outcome, void *userdata);

/* What attempts run on. */
struct notifier_context {
	struct event_base *base;
	struct clock *clock;
	struct http_client *http;
	struct smtp_client *smtp;  /* for mail hooks */
	struct buffer *transcript; /* NULL, or outlives the attempt (notify/transcript.h) */
};

struct attempt; /* each notifier has its own */

struct notifier_ops {
	/*
	 * Starts an attempt.  `done` is called once, never from within this call, unless the
	 * attempt is cancelled; the attempt is over then.  Returns 0, -ENOMEM, -EBADMSG
	 * where the alert's event is none, or -EMSGSIZE where what is to be sent would be too
	 * large; all else comes by `done`.
	 */
	int (*start)(const struct notifier_context *context, const struct hook *hook,
		const struct alert *alert, notifier_done_fn done, void *userdata,
		struct attempt **ret);
	/* Ends the attempt without a callback. */
	void (*cancel)(struct attempt *attempt);
};

extern const struct notifier_ops webhook_notifier;
extern const struct notifier_ops exec_notifier;
extern const struct notifier_ops mail_notifier;
extern const struct notifier_ops journal_notifier;

/* How hooks of that kind are told. */
const struct notifier_ops *notifier_of(enum hook_kind kind);
