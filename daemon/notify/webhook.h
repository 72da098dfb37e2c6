/*
 * Webhooks as in the Standard Webhooks specification: one POST an attempt, signed with each of the
 * hook's secrets, no redirects, the response read to a bound.  This is what of it is pure.
 */
#pragma once

#include "base/arena.h"
#include "notify/format.h"
#include "notify/notifier.h"

enum {
	WEBHOOK_RESPONSE_BYTES = 4096, /* read of a response's body, for the words of a failure */
	WEBHOOK_QUOTE_BYTES = 200,     /* told of it */
	WEBHOOK_HEADERS_MAX = 64,      /* the hook's own; config refuses more */
};

/* A Retry-After is honoured up to this, and at least for the shortest wait. */
#define RETRY_AFTER_MAX USEC_DAY
#define RETRY_AFTER_MIN USEC_SEC

/*
 * The request's headers, NULL-terminated, in the arena: the hook's own, and those of the
 * specification, which the hook's cannot replace.  Returns 0, -ENOMEM or -EIO (libcrypto).
 */
int webhook_headers(const struct hook *hook, const struct alert *alert,
	const struct rendering *rendering, usec now, struct arena *arena, const char ***ret);

/*
 * What a response means.  Words are written to `words`; the URL, which may hold a secret, is not
 * among them.
 */
struct outcome webhook_outcome(
	const struct http_response *response, usec now, char words[OUTCOME_WORDS_BYTES]);

/* The wait that a Retry-After header (RFC 9110 section 10.2.3) asks for; 0: none, or no sense. */
usec retry_after_parse(const char *value, usec now);
