/*
 * WebSub between the rooms: what rounds say of hubs goes to the subscriptions, what these say goes
 * to the poller and the store, what hubs push becomes rounds.  Off without [Daemon] PublicURL=.
 */
#pragma once

#include "config/config.h"
#include "model/subscription.h"
#include "poll/poller.h"
#include "store/store.h"

struct event_base;
struct pushes;

/* All borrowed; they outlive it. */
struct pushes_options {
	struct event_base *base;
	struct clock *clock;
	struct http_client *http;
	struct store *store;
	struct poller *poller;
	const struct config *config; /* PublicURL= and Listen= */
	int fd; /* a listening socket instead of Listen='s, taken over; or -1 */
};

/*
 * Listens, and takes stored subscriptions up again; the poller has its feeds by now.  Returns 0 or
 * -errno, having said why.
 */
int pushes_new(const struct pushes_options *options, struct pushes **ret);

/* Takes NULL. */
void pushes_free(struct pushes *pushes);

/* Leaves the hubs of feeds that the configuration has not any more. */
void pushes_configure(struct pushes *pushes, const struct config *config);

/* A pipeline_settled_fn; userdata is the pushes. */
void pushes_on_settled(const struct round *round, const struct feed_state *state,
	const struct round_result *result, void *userdata);

/* The subscription of a feed, or NULL; also where there are no pushes (NULL). */
const struct subscription *pushes_find(const struct pushes *pushes, const struct feed *feed);
