/*
 * Politeness to hosts (docs/POLLING.md P11): how many requests at a time to a host, by name and by
 * resolved address, how far apart their starts, how many in all.  Decides only: whoever wants to
 * send enters a ticket, asks for the next one that may go, and leaves with it.  Pure: the caller
 * brings the monotonic time.  Each call costs O(log hosts), however many tickets wait; hosts take
 * turns, so that a host with thousands of tickets delays no other, and so do a host's urgent and
 * bulk tickets.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "base/clock.h"

struct limits;
struct limits_host;
struct limits_address;

struct limits_options {
	unsigned total;    /* at a time in all */
	unsigned per_host; /* at a time to a host */
	usec gap;          /* between starts to a host */
};

/* A place in the queue; stands inside its owner's struct, zeroed at first. */
struct limits_ticket {
	TAILQ_ENTRY(limits_ticket) link;
	struct limits_host *host; /* NULL: outside */
	struct limits_address *address;
	bool granted;
	bool bulk; /* held back by limits_hold() */
};

/* The options are copied.  Returns 0 or -ENOMEM. */
int limits_new(const struct limits_options *options, struct limits **ret);
void limits_free(struct limits *limits);
DEFINE_CLEANUP(limits_freep, struct limits, limits_free)

/* For grants from now on. */
void limits_configure(struct limits *limits, const struct limits_options *options);

/* Queues the ticket for a host (its name in lower case).  Returns 0 or -ENOMEM. */
int limits_enter(struct limits *limits, struct limits_ticket *ticket, const char *host, usec now);

/* Grants the next ticket that may go now, or NULL. */
struct limits_ticket *limits_next(struct limits *limits, usec now);

/* When limits_next() may have more, if nobody enters or leaves before; USEC_INFINITY: never. */
usec limits_wake(const struct limits *limits);

/* The ticket's request is over, or was given up while it waited. */
void limits_leave(struct limits *limits, struct limits_ticket *ticket, usec now);

/*
 * A granted ticket's host resolved to this address.  False: the address is taken by another name's
 * request, so nothing may be sent; leave and enter again, it waits for the address then.  -ENOMEM
 * lets it pass.
 */
bool limits_resolved(
	struct limits *limits, struct limits_ticket *ticket, const char *address, usec now);

/* The request goes out only now, after resolving and connecting: the gap counts from here. */
void limits_sent(struct limits *limits, struct limits_ticket *ticket, usec now);

/* A waiting ticket of the host, or NULL: for what is to fail because its host is blocked. */
struct limits_ticket *limits_waiting(const struct limits *limits, const char *host);

/* The host said not before then (P7); never shortened.  Returns 0 or -ENOMEM. */
int limits_block(struct limits *limits, const char *host, usec until, usec now);

/* Until when the host is blocked; 0: it is not. */
usec limits_blocked(const struct limits *limits, const char *host, usec now);

/* Holds bulk tickets back, or lets them go on. */
void limits_hold(struct limits *limits, bool hold, usec now);
