/*
 * A subscription to a feed's hub (WebSub, W3C Recommendation of 23 January 2018): what must not be
 * forgotten across restarts.  One a feed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum {
	SUBSCRIPTION_TOKEN_SIZE = 33,  /* 128 random bits in hexadecimal, with the NUL */
	SUBSCRIPTION_SECRET_SIZE = 65, /* 256 random bits */
};

enum subscription_state {
	SUBSCRIPTION_ASKED,   /* the hub has not confirmed it, or its lease is over */
	SUBSCRIPTION_ACTIVE,  /* confirmed: news is pushed */
	SUBSCRIPTION_DENIED,  /* the hub said no */
	SUBSCRIPTION_LEAVING, /* the feed is gone; the hub has not confirmed that */
	SUBSCRIPTION_STATE_MAX,
	SUBSCRIPTION_STATE_INVALID = -22,
};

const char *subscription_state_to_string(enum subscription_state state);
enum subscription_state subscription_state_from_string(const char *string);

/* Strings are their owner's: the arena's where one is read from the store. */
struct subscription {
	const char *feed;                      /* feed_key() */
	char token[SUBSCRIPTION_TOKEN_SIZE];   /* the end of its callback URL, which is guessed by
						  nobody */
	char secret[SUBSCRIPTION_SECRET_SIZE]; /* hub.secret */
	const char *hub;
	const char *topic;
	enum subscription_state state;
	bool distrusted;    /* a push was missed: the feed is polled as if there were none */
	usec active_since;  /* in this run; 0: it is not active */
	usec lease_until;   /* wall clock; 0: none */
	usec next_attempt;  /* to subscribe, renew or leave */
	uint32_t failures;  /* attempts in a row */
	uint32_t missed;    /* polls that found news which no push had brought */
	usec last_push;     /* as of the last change of the rest; 0: none */
	const char *reason; /* of a denial or the last failure, or NULL */
};
