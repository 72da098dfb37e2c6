/*
 * Subscriptions of feeds to their hubs (WebSub sections 5 and 6): asking, confirming the intent,
 * renewing before the lease is over, leaving, and what hubs push.  Knows no store: subscriptions go
 * in by subscriber_restore() and come out by `save`.  Hubs are named by feeds, so they are asked
 * behind the guard and the limits of hosts, and what they say is believed only where it stands at
 * the token that was made for them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "model/subscription.h"

struct http_client;
struct http_response;
struct subscriber;

#define SUBSCRIBER_LEASE_ASKED (10 * USEC_DAY) /* hub.lease_seconds; the hub decides */
#define SUBSCRIBER_LEASE_LEAST USEC_MINUTE     /* shorter ones are taken for this */
#define SUBSCRIBER_LEASE_MOST (30 * USEC_DAY)

enum {
	SUBSCRIBER_TRUSTED_AGAIN = 3, /* pushes with news, after one was missed */
};

struct subscriber_options {
	struct clock *clock;
	struct http_client *http;
	const char *public_url; /* copied */
	/* The subscription is to be kept as it is now, or (`gone`) to be forgotten. */
	void (*save)(const struct subscription *subscription, bool gone, void *userdata);
	/* News of the feed is pushed from now on, or is not. */
	void (*changed)(const char *feed, bool pushed, void *userdata);
	/* Until when the hub's answer asks to leave its host alone (wall clock), or 0. */
	usec (*blocked)(const struct http_response *response, void *userdata);
	/* The hub brought a document whose signature is right; the bytes are borrowed.  An error
	 * where it should bring it again. */
	int (*pushed)(const char *feed, const char *content_type, const char *bytes, size_t length,
		void *userdata);
	void *userdata;
};

/* The options are copied, what they point to is borrowed.  Returns 0 or -ENOMEM. */
int subscriber_new(const struct subscriber_options *options, struct subscriber **ret);

/* Takes NULL. */
void subscriber_free(struct subscriber *subscriber);

/* Takes a stored subscription up again.  Returns 0 or -ENOMEM. */
int subscriber_restore(struct subscriber *subscriber, const struct subscription *stored);

/*
 * What the feed's document said of its hub (NULL: there is none) and topic; subscribes, or leaves.
 * `networks` are the private ones that the feed may lead to, or NULL.  Returns 0 or -ENOMEM.
 */
int subscriber_learn(struct subscriber *subscriber, const char *feed, const char *hub,
	const char *topic, const char *networks);

/* A poll found news that no push had brought, or a push brought some. */
void subscriber_missed(struct subscriber *subscriber, const char *feed);
void subscriber_confirmed(struct subscriber *subscriber, const char *feed);

/* Leaves the hubs of feeds for which `is_there` says no (reload). */
void subscriber_keep(struct subscriber *subscriber,
	bool (*is_there)(const char *feed, void *userdata), void *userdata);

/* The subscription of a feed, or NULL; borrowed. */
const struct subscription *subscriber_find(const struct subscriber *subscriber, const char *feed);

/* ---- what hubs ask, by the token at the end of the path ---- */

/* The query of a GET; NULL where a parameter is absent. */
struct hub_question {
	const char *mode;
	const char *topic;
	const char *challenge;
	const char *lease_seconds;
	const char *reason;
};

/* Returns the status; with 200 the challenge, if there is one, is to be echoed. */
int subscriber_verify(
	struct subscriber *subscriber, const char *token, const struct hub_question *question);

/* What a POST brought.  Returns the status. */
int subscriber_deliver(struct subscriber *subscriber, const char *token, const char *signature,
	const char *content_type, const char *bytes, size_t length);
