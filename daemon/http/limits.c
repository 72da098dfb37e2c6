#include "http/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/macro.h"
#include "base/map.h"

enum {
	/* Without a gap, a host that just answered is asked again at once so many times, as long as
	 * its connection is warm, before the next host's turn. */
	RUN_MAX = 16,
	/* Idle hosts are forgotten when there are so many, and again at twice what was left. */
	SWEEP_MIN = 4096,
};

/* Another connection is worth its handshakes only where the answer on the first takes so long. */
#define BESIDE_AFTER (100 * USEC_MSEC)

/* Where a host stands; NOWHERE: nothing to send, or as many under way as may be. */
enum place {
	PLACE_NOWHERE,
	PLACE_READY,   /* may send as far as the host itself is concerned */
	PLACE_TIMED,   /* in the heap until its gap is over, or the answer takes long */
	PLACE_ADDRESS, /* waits for its address */
	PLACE_HELD,    /* has bulk tickets only while these are held */
};

TAILQ_HEAD(tickets, limits_ticket);
TAILQ_HEAD(hosts, limits_host);

struct limits_host {
	struct heap_node timer;
	TAILQ_ENTRY(limits_host) link; /* in the list of its place */
	enum place place;
	char *name;
	struct tickets urgent;
	struct tickets bulk;
	unsigned active;
	bool bulk_next;                 /* an urgent one went last */
	unsigned run;                   /* answers in a row */
	usec next;                      /* not before (gap) */
	usec beside;                    /* while a request is under way not before */
	usec blocked;                   /* not before (P7); 0: not */
	struct limits_address *address; /* the one it was last seen at */
};

struct limits_address {
	struct heap_node timer;
	char *text;
	struct hosts waiting;
	unsigned active;
	unsigned names; /* hosts that were last seen here */
	usec next;
};

struct limits {
	struct limits_options options;
	unsigned active;
	bool held;
	struct map hosts;
	struct map addresses;
	struct heap host_timers;
	struct heap address_timers;
	struct hosts ready;
	struct hosts held_hosts;
	size_t sweep_at;
};

int limits_new(const struct limits_options *options, struct limits **ret)
{
	struct limits *limits = calloc(1, sizeof(*limits));

	if (!limits)
		return -ENOMEM;
	limits->options = *options;
	limits->sweep_at = SWEEP_MIN;
	TAILQ_INIT(&limits->ready);
	TAILQ_INIT(&limits->held_hosts);
	*ret = limits;
	return 0;
}

static void free_host(struct limits_host *host)
{
	free(host->name);
	free(host);
}

static void free_address(struct limits_address *address)
{
	free(address->text);
	free(address);
}

void limits_free(struct limits *limits)
{
	struct limits_address *address;
	struct limits_host *host;
	size_t cursor = 0;

	if (!limits)
		return;
	for (host = map_next(&limits->hosts, &cursor); host;
		host = map_next(&limits->hosts, &cursor))
		free_host(host);
	cursor = 0;
	for (address = map_next(&limits->addresses, &cursor); address;
		address = map_next(&limits->addresses, &cursor))
		free_address(address);
	map_free(&limits->hosts);
	map_free(&limits->addresses);
	heap_free(&limits->host_timers);
	heap_free(&limits->address_timers);
	free(limits);
}

void limits_configure(struct limits *limits, const struct limits_options *options)
{
	limits->options = *options;
}

static bool has_tickets(const struct limits_host *host)
{
	return !TAILQ_EMPTY(&host->urgent) || !TAILQ_EMPTY(&host->bulk);
}

static bool address_busy(
	const struct limits *limits, const struct limits_address *address, usec now)
{
	return address->active >= limits->options.per_host || address->next > now;
}

/* Takes the host from wherever it stands. */
static void displace(struct limits *limits, struct limits_host *host)
{
	if (host->place == PLACE_READY)
		TAILQ_REMOVE(&limits->ready, host, link);
	else if (host->place == PLACE_HELD)
		TAILQ_REMOVE(&limits->held_hosts, host, link);
	else if (host->place == PLACE_ADDRESS)
		TAILQ_REMOVE(&host->address->waiting, host, link);
	heap_remove(&limits->host_timers, &host->timer);
	host->place = PLACE_NOWHERE;
}

/* Lets the first host that waits for the address try, now or when the address' gap is over. */
static void wake_address(struct limits *limits, struct limits_address *address, usec now)
{
	struct limits_host *host = TAILQ_FIRST(&address->waiting);

	if (!host || address->active >= limits->options.per_host)
		return;
	if (address->next > now) {
		heap_put(&limits->address_timers, &address->timer, address->next);
		return;
	}
	displace(limits, host);
	host->place = PLACE_READY;
	TAILQ_INSERT_TAIL(&limits->ready, host, link);
}

/* When its next request may start, as far as the host itself is concerned. */
static usec start_of(const struct limits_host *host)
{
	return host->active > 0 && host->beside > host->next ? host->beside : host->next;
}

/* Puts a host that stands nowhere where it belongs. */
static void place(struct limits *limits, struct limits_host *host, usec now)
{
	if (!has_tickets(host) || host->active >= limits->options.per_host)
		return;
	if (start_of(host) > now) {
		host->place = PLACE_TIMED;
		heap_put(&limits->host_timers, &host->timer, start_of(host));
	} else if (host->address && address_busy(limits, host->address, now)) {
		host->place = PLACE_ADDRESS;
		TAILQ_INSERT_TAIL(&host->address->waiting, host, link);
		wake_address(limits, host->address, now);
	} else {
		host->place = PLACE_READY;
		TAILQ_INSERT_TAIL(&limits->ready, host, link);
	}
}

static void set_address(
	struct limits *limits, struct limits_host *host, struct limits_address *address, usec now)
{
	struct limits_address *old = host->address;

	bool waits = host->place == PLACE_ADDRESS;

	if (old == address)
		return;
	if (waits)
		displace(limits, host);
	host->address = address;
	if (address)
		address->names++;
	if (waits)
		place(limits, host, now);
	if (old)
		old->names--; /* swept once nobody is there */
}

static bool host_is_idle(const struct limits_host *host, usec now)
{
	return host->place == PLACE_NOWHERE && host->active == 0 && !has_tickets(host) &&
		host->next <= now && host->blocked <= now;
}

static bool address_is_idle(const struct limits_address *address, usec now)
{
	return address->names == 0 && address->active == 0 && address->next <= now;
}

static void sweep_addresses(struct limits *limits, usec now)
{
	struct map kept = {0};
	struct limits_address *address;
	size_t cursor = 0;

	for (address = map_next(&limits->addresses, &cursor); address;
		address = map_next(&limits->addresses, &cursor))
		if (!address_is_idle(address, now) && map_put(&kept, address->text, address) < 0) {
			map_free(&kept);
			return;
		}
	cursor = 0;
	for (address = map_next(&limits->addresses, &cursor); address;
		address = map_next(&limits->addresses, &cursor)) {
		if (!address_is_idle(address, now))
			continue;
		heap_remove(&limits->address_timers, &address->timer);
		free_address(address);
	}
	map_free(&limits->addresses);
	limits->addresses = kept;
}

/*
 * Forgets hosts and addresses that nothing is known about any more.  Amortised: the next sweep is
 * at twice as many.  Without memory to forget with, it is left for later.
 */
static void sweep(struct limits *limits, usec now)
{
	struct map kept = {0};
	struct limits_host *host;
	size_t cursor = 0;

	for (host = map_next(&limits->hosts, &cursor); host;
		host = map_next(&limits->hosts, &cursor))
		if (!host_is_idle(host, now) && map_put(&kept, host->name, host) < 0) {
			map_free(&kept);
			return;
		}
	cursor = 0;
	for (host = map_next(&limits->hosts, &cursor); host;
		host = map_next(&limits->hosts, &cursor)) {
		if (!host_is_idle(host, now))
			continue;
		if (host->address)
			host->address->names--;
		free_host(host);
	}
	map_free(&limits->hosts);
	limits->hosts = kept;
	sweep_addresses(limits, now);
	limits->sweep_at = kept.count * 2 > SWEEP_MIN ? kept.count * 2 : SWEEP_MIN;
}

static int get_host(struct limits *limits, const char *name, usec now, struct limits_host **ret)
{
	struct limits_host *host = map_get(&limits->hosts, name);

	if (host) {
		*ret = host;
		return 0;
	}
	if (limits->hosts.count >= limits->sweep_at)
		sweep(limits, now);
	if (heap_reserve(&limits->host_timers, limits->hosts.count + 1) < 0)
		return -ENOMEM;
	host = calloc(1, sizeof(*host));
	if (!host)
		return -ENOMEM;
	TAILQ_INIT(&host->urgent);
	TAILQ_INIT(&host->bulk);
	host->name = strdup(name);
	if (!host->name || map_put(&limits->hosts, host->name, host) < 0) {
		free_host(host);
		return -ENOMEM;
	}
	*ret = host;
	return 0;
}

static struct limits_address *get_address(struct limits *limits, const char *text)
{
	struct limits_address *address = map_get(&limits->addresses, text);

	if (address)
		return address;
	if (heap_reserve(&limits->address_timers, limits->addresses.count + 1) < 0)
		return NULL;
	address = calloc(1, sizeof(*address));
	if (!address)
		return NULL;
	TAILQ_INIT(&address->waiting);
	address->text = strdup(text);
	if (!address->text || map_put(&limits->addresses, address->text, address) < 0) {
		free_address(address);
		return NULL;
	}
	return address;
}

int limits_enter(struct limits *limits, struct limits_ticket *ticket, const char *name, usec now)
{
	struct limits_host *host;
	int r;

	r = get_host(limits, name, now, &host);
	if (r < 0)
		return r;
	ticket->host = host;
	ticket->granted = false;
	TAILQ_INSERT_TAIL(ticket->bulk ? &host->bulk : &host->urgent, ticket, link);
	if (host->place == PLACE_HELD && !ticket->bulk)
		displace(limits, host);
	if (host->place == PLACE_NOWHERE)
		place(limits, host, now);
	return 0;
}

/* Hosts and addresses whose gap is over. */
static void run_timers(struct limits *limits, usec now)
{
	struct heap_node *node;

	for (node = heap_first(&limits->host_timers); node && node->at <= now;
		node = heap_first(&limits->host_timers)) {
		struct limits_host *host = CONTAINER_OF(node, struct limits_host, timer);

		displace(limits, host);
		place(limits, host, now);
	}
	for (node = heap_first(&limits->address_timers); node && node->at <= now;
		node = heap_first(&limits->address_timers)) {
		heap_remove(&limits->address_timers, node);
		wake_address(limits, CONTAINER_OF(node, struct limits_address, timer), now);
	}
}

/* Urgent tickets go first, but take turns with bulk ones: else many of them would starve these. */
static struct limits_ticket *first_ticket(const struct limits *limits, struct limits_host *host)
{
	bool bulk = !limits->held && host->bulk_next && !TAILQ_EMPTY(&host->bulk);

	return bulk || TAILQ_EMPTY(&host->urgent) ? TAILQ_FIRST(&host->bulk)
						  : TAILQ_FIRST(&host->urgent);
}

static struct limits_ticket *grant(struct limits *limits, struct limits_host *host, usec now)
{
	struct limits_ticket *ticket = first_ticket(limits, host);
	struct limits_address *address = host->address;

	host->bulk_next = !ticket->bulk;
	TAILQ_REMOVE(ticket->bulk ? &host->bulk : &host->urgent, ticket, link);
	ticket->granted = true;
	ticket->address = address;
	limits->active++;
	host->active++;
	host->next = usec_add(now, limits->options.gap);
	host->beside = usec_add(now, BESIDE_AFTER);
	if (address) {
		address->active++;
		address->next = host->next;
		wake_address(limits, address, now);
	}
	place(limits, host, now);
	return ticket;
}

struct limits_ticket *limits_next(struct limits *limits, usec now)
{
	struct limits_host *host;

	run_timers(limits, now);
	if (limits->active >= limits->options.total)
		return NULL;
	for (host = TAILQ_FIRST(&limits->ready); host; host = TAILQ_FIRST(&limits->ready)) {
		displace(limits, host);
		if (host->address && address_busy(limits, host->address, now)) {
			place(limits, host, now);
			continue;
		}
		if (has_tickets(host) && (!limits->held || !TAILQ_EMPTY(&host->urgent)))
			return grant(limits, host, now);
		if (has_tickets(host)) {
			host->place = PLACE_HELD;
			TAILQ_INSERT_TAIL(&limits->held_hosts, host, link);
		}
		if (host->address)
			wake_address(limits, host->address, now);
	}
	return NULL;
}

usec limits_wake(const struct limits *limits)
{
	const struct heap_node *host = heap_first(&limits->host_timers);
	const struct heap_node *address = heap_first(&limits->address_timers);
	usec at = host ? host->at : USEC_INFINITY;

	return address && address->at < at ? address->at : at;
}

static void leave_address(struct limits *limits, struct limits_ticket *ticket, usec now)
{
	struct limits_address *address = TAKE_PTR(ticket->address);

	if (!address)
		return;
	address->active--;
	wake_address(limits, address, now);
}

/*
 * A host that just answered goes on at once while its run lasts.  Returns whether it does.  Its
 * turn at the end of the line, for another connection beside this one, falls away.
 */
static bool stay(struct limits *limits, struct limits_host *host, usec now)
{
	if (limits->options.gap > 0 || !has_tickets(host) ||
		host->active >= limits->options.per_host || ++host->run >= RUN_MAX) {
		host->run = 0;
		return false;
	}
	if (host->place == PLACE_ADDRESS || host->place == PLACE_HELD || host->next > now)
		return false;
	if (host->address && address_busy(limits, host->address, now))
		return false;
	displace(limits, host);
	host->place = PLACE_READY;
	TAILQ_INSERT_HEAD(&limits->ready, host, link);
	return true;
}

void limits_leave(struct limits *limits, struct limits_ticket *ticket, usec now)
{
	struct limits_host *host = TAKE_PTR(ticket->host);

	if (!host)
		return;
	if (!ticket->granted) {
		TAILQ_REMOVE(ticket->bulk ? &host->bulk : &host->urgent, ticket, link);
		return; /* its host is passed over at its turn */
	}
	ticket->granted = false;
	limits->active--;
	host->active--;
	host->beside = now; /* the answer's connection is free */
	leave_address(limits, ticket, now);
	if (stay(limits, host, now))
		return;
	if (host->place == PLACE_TIMED) /* perhaps for what was under way */
		displace(limits, host);
	if (host->place == PLACE_NOWHERE)
		place(limits, host, now);
}

bool limits_resolved(
	struct limits *limits, struct limits_ticket *ticket, const char *text, usec now)
{
	struct limits_address *address;

	if (ticket->address && strcmp(ticket->address->text, text) == 0)
		return true;
	address = get_address(limits, text);
	if (!address)
		return true;
	if (address_busy(limits, address, now)) {
		set_address(limits, ticket->host, address, now);
		return false;
	}
	address->active++;
	address->next = usec_add(now, limits->options.gap);
	leave_address(limits, ticket, now);
	ticket->address = address;
	set_address(limits, ticket->host, address, now);
	return true;
}

void limits_sent(struct limits *limits, struct limits_ticket *ticket, usec now)
{
	usec next = usec_add(now, limits->options.gap);

	/* Timers that were set for the earlier time look again when they fire. */
	if (ticket->host)
		ticket->host->next = next;
	if (ticket->address)
		ticket->address->next = next;
}

struct limits_ticket *limits_waiting(const struct limits *limits, const char *name)
{
	struct limits_host *host = map_get(&limits->hosts, name);

	if (!host)
		return NULL;
	return TAILQ_EMPTY(&host->urgent) ? TAILQ_FIRST(&host->bulk) : TAILQ_FIRST(&host->urgent);
}

int limits_block(struct limits *limits, const char *name, usec until, usec now)
{
	struct limits_host *host;
	int r;

	r = get_host(limits, name, now, &host);
	if (r < 0)
		return r;
	if (until > host->blocked)
		host->blocked = until;
	return 0;
}

usec limits_blocked(const struct limits *limits, const char *name, usec now)
{
	const struct limits_host *host = map_get(&limits->hosts, name);

	return host && host->blocked > now ? host->blocked : 0;
}

void limits_hold(struct limits *limits, bool hold, usec now)
{
	struct limits_host *host;

	limits->held = hold;
	if (hold)
		return;
	for (host = TAILQ_FIRST(&limits->held_hosts); host;
		host = TAILQ_FIRST(&limits->held_hosts)) {
		displace(limits, host);
		place(limits, host, now);
	}
}
