#include "websub/subscriber.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/heap.h"
#include "base/log.h"
#include "base/macro.h"
#include "base/map.h"
#include "http/bounds.h"
#include "http/client.h"
#include "websub/hub_signature.h"

enum {
	STATUS_OK = 200,
	STATUS_ACCEPTED = 202,
	STATUS_NOT_FOUND = 404,
	STATUS_GONE = 410,
	STATUS_UNAVAILABLE = 503,
	FORM_MAX = 32 * 1024, /* of a request to a hub: two URLs, escaped */
	REASON_MAX = 200,     /* bytes of a hub's reason that are kept */
	RENEW_PERCENT = 70,   /* of the lease; up to JITTER_PERCENT later */
	JITTER_PERCENT = 10,
	LEAVES_MOST = 3,  /* attempts to leave a hub; its lease ends it anyway */
	ASKS_A_TURN = 64, /* so that no turn of the loop is long */
};

#define FIRST_SPREAD USEC_MINUTE        /* new subscriptions do not all ask at once */
#define CONFIRM_TIME (10 * USEC_MINUTE) /* for the hub's question; then it is asked again */
#define RETRY_FIRST USEC_HOUR
#define RETRY_MOST USEC_DAY
#define DENIED_RETRY (7 * USEC_DAY)
#define LOOK_AGAIN USEC_MINUTE /* the wall clock may step */

struct entry {
	struct heap_node due; /* at the next attempt, or at the lease's end */
	struct subscriber *subscriber;
	struct subscription subscription; /* strings are owned */
	char *networks;
	struct http_transfer *transfer;
	bool waiting;         /* the hub was asked in this run, and has not come back */
	bool pending;         /* the hub was asked, and may ask back */
	bool told;            /* as pushed, to the owner */
	unsigned good_pushes; /* since it was distrusted */
};

struct subscriber {
	struct subscriber_options options;
	char *public_url;
	struct map by_feed;
	struct map by_token;
	struct heap due;
	struct clock_timer *timer;
	int64_t clock_offset;
};

static usec now_of(const struct subscriber *subscriber)
{
	return clock_now(subscriber->options.clock);
}

static void entry_free(struct entry *entry)
{
	http_transfer_cancel(entry->transfer);
	free((char *)entry->subscription.feed);
	free((char *)entry->subscription.hub);
	free((char *)entry->subscription.topic);
	free((char *)entry->subscription.reason);
	free(entry->networks);
	free(entry);
}

static void set_timer(struct subscriber *subscriber)
{
	const struct heap_node *first = heap_first(&subscriber->due);
	usec now = now_of(subscriber);
	usec delay;

	if (!first) {
		clock_timer_set(subscriber->options.clock, subscriber->timer, USEC_INFINITY);
		return;
	}
	delay = first->at > now ? first->at - now : 0;
	clock_timer_in(subscriber->options.clock, subscriber->timer,
		delay < LOOK_AGAIN ? delay : LOOK_AGAIN);
}

/* Whatever comes first: the next attempt, or the end of the lease. */
static void arm(struct entry *entry)
{
	const struct subscription *subscription = &entry->subscription;
	usec at = subscription->next_attempt;

	if (subscription->state == SUBSCRIPTION_ACTIVE && subscription->lease_until < at)
		at = subscription->lease_until;
	heap_put(&entry->subscriber->due, &entry->due, at);
	set_timer(entry->subscriber);
}

/* Tells the owner whether news is pushed, where that changed. */
static void tell(struct entry *entry)
{
	const struct subscriber *subscriber = entry->subscriber;
	bool pushed =
		entry->subscription.state == SUBSCRIPTION_ACTIVE && !entry->subscription.distrusted;

	if (pushed == entry->told)
		return;
	entry->told = pushed;
	subscriber->options.changed(entry->subscription.feed, pushed, subscriber->options.userdata);
}

static void save(struct entry *entry)
{
	entry->subscriber->options.save(
		&entry->subscription, false, entry->subscriber->options.userdata);
	tell(entry);
	arm(entry);
}

static void set_reason(struct entry *entry, const char *reason)
{
	char *copy = reason ? strndup(reason, REASON_MAX) : NULL;

	/* The reason goes to logs and terminals. */
	for (char *c = copy; c && *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	free((char *)entry->subscription.reason);
	entry->subscription.reason = copy;
}

static void forget(struct entry *entry)
{
	struct subscriber *subscriber = entry->subscriber;

	entry->subscription.state = SUBSCRIPTION_LEAVING;
	tell(entry);
	subscriber->options.save(&entry->subscription, true, subscriber->options.userdata);
	heap_remove(&subscriber->due, &entry->due);
	(void)map_remove(&subscriber->by_token, entry->subscription.token);
	if (map_get(&subscriber->by_feed, entry->subscription.feed) == entry)
		(void)map_remove(&subscriber->by_feed, entry->subscription.feed);
	entry_free(entry);
	set_timer(subscriber);
}

static usec backoff(uint32_t failures)
{
	usec wait = RETRY_FIRST;

	for (uint32_t i = 1; i < failures && wait < RETRY_MOST; i++)
		wait *= 2;
	return wait < RETRY_MOST ? wait : RETRY_MOST;
}

/* Up to so many percent of a span, the same for the same token and time. */
static usec jitter(const struct entry *entry, usec span)
{
	uint64_t seed[2] = {hash_string(entry->subscription.token), now_of(entry->subscriber)};
	usec most = span / 100 * JITTER_PERCENT;

	return most > 0 ? hash_bytes(seed, sizeof(seed)) % most : 0;
}

/* The hub is asked again later, and not before its host lets us. */
static void note_failure(struct entry *entry, const char *reason, usec not_before)
{
	struct subscription *subscription = &entry->subscription;
	usec wait = backoff(++subscription->failures);

	entry->pending = false;
	entry->waiting = false;
	if (subscription->state == SUBSCRIPTION_LEAVING && subscription->failures >= LEAVES_MOST) {
		forget(entry);
		return;
	}
	set_reason(entry, reason);
	subscription->next_attempt =
		usec_add(now_of(entry->subscriber), usec_add(wait, jitter(entry, wait)));
	if (subscription->next_attempt < not_before)
		subscription->next_attempt = not_before;
	if (subscription->failures == 1)
		log_write(LOG_NOTICE, NULL, LOG_FIELDS({"FEED", subscription->feed}),
			"feed %s: its hub %s cannot be asked: %s; asked again later, polled "
			"meanwhile",
			subscription->feed, subscription->hub, reason);
	save(entry);
}

/* Of the hub's question, which comes in its own time: else it is asked again. */
static void await_confirmation(struct entry *entry)
{
	entry->subscription.next_attempt =
		usec_add(now_of(entry->subscriber), CONFIRM_TIME + jitter(entry, CONFIRM_TIME));
	arm(entry);
}

static void on_response(const struct http_response *response, void *userdata)
{
	struct entry *entry = userdata;
	const struct subscriber_options *options = &entry->subscriber->options;
	char words[64];

	entry->transfer = NULL;
	if (response->failure != HTTP_OK) {
		note_failure(entry,
			response->words ? response->words : "its host is to be left alone",
			response->retry_at);
		return;
	}
	if (response->status < 200 || response->status >= 300) {
		(void)snprintf(words, sizeof(words), "it answered %d", response->status);
		note_failure(entry, words, options->blocked(response, options->userdata));
		return;
	}
	/* It may have waited for its turn at the hub; the hub's time begins now. */
	if (entry->waiting)
		await_confirmation(entry);
}

/* application/x-www-form-urlencoded */
static void add_field(struct buffer *form, const char *name, const char *value)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	(void)buffer_printf(form, "%s%s=", form->length > 0 ? "&" : "", name);
	for (; *value != '\0'; value++) {
		if (strchr(plain, *value))
			(void)buffer_add_char(form, *value);
		else
			(void)buffer_printf(form, "%%%02X", (unsigned char)*value);
	}
}

static void write_form(const struct entry *entry, struct buffer *form)
{
	const struct subscription *subscription = &entry->subscription;
	bool leaving = subscription->state == SUBSCRIPTION_LEAVING;
	_cleanup_(buffer_free) struct buffer callback = BUFFER_INIT(FORM_MAX);
	char lease[24];

	(void)buffer_printf(
		&callback, "%s/websub/%s", entry->subscriber->public_url, subscription->token);
	(void)snprintf(lease, sizeof(lease), "%llu",
		(unsigned long long)(SUBSCRIBER_LEASE_ASKED / USEC_SEC));
	add_field(form, "hub.mode", leaving ? "unsubscribe" : "subscribe");
	add_field(form, "hub.topic", subscription->topic);
	add_field(form, "hub.callback", buffer_string(&callback));
	if (!leaving) {
		add_field(form, "hub.secret", subscription->secret);
		add_field(form, "hub.lease_seconds", lease);
	}
}

/* Asks the hub to send news, to go on, or to stop. */
static void ask(struct entry *entry)
{
	static const char *const headers[] = {
		"Content-Type: application/x-www-form-urlencoded", NULL};
	_cleanup_(buffer_free) struct buffer form = BUFFER_INIT(FORM_MAX);
	struct subscriber *subscriber = entry->subscriber;
	int r;

	await_confirmation(entry);
	if (entry->transfer)
		return;
	/* The last question was answered by a 2xx, and the hub never came back. */
	if (entry->waiting) {
		note_failure(entry, "it did not confirm the subscription", 0);
		return;
	}
	write_form(entry, &form);
	entry->pending = true;
	entry->waiting = true;
	r = form.failed ? form.failed
			: http_client_start(subscriber->options.http,
				  &(struct http_request){
					  .method = "POST",
					  .url = entry->subscription.hub,
					  .headers = headers,
					  .body = form.bytes,
					  .body_length = form.length,
					  .private_networks = entry->networks,
					  .polite = true,
					  .redirects_max = HTTP_REDIRECTS_MAX,
					  .body_max = 4096,
					  .truncate = true,
				  },
				  on_response, entry, &entry->transfer);
	if (r < 0)
		note_failure(entry, "out of memory", 0);
}

static void on_due(struct entry *entry)
{
	struct subscription *subscription = &entry->subscription;
	usec now = now_of(entry->subscriber);

	if (subscription->state == SUBSCRIPTION_ACTIVE && subscription->lease_until <= now) {
		log_write(LOG_NOTICE, NULL, LOG_FIELDS({"FEED", subscription->feed}),
			"feed %s: the lease of its hub is over; it is polled as before",
			subscription->feed);
		subscription->state = SUBSCRIPTION_ASKED;
		save(entry);
	}
	if (subscription->next_attempt <= now)
		ask(entry);
}

/* Where the wall clock was set back, a lease is over no later for that. */
static void follow_clock(struct subscriber *subscriber, usec now)
{
	int64_t step = clock_stepped(subscriber->options.clock, &subscriber->clock_offset);
	struct entry *entry;
	size_t cursor = 0;

	while (step < 0 && (entry = map_next(&subscriber->by_token, &cursor))) {
		struct subscription *subscription = &entry->subscription;
		usec *times[] = {&subscription->lease_until, &subscription->next_attempt,
			&subscription->active_since};

		for (size_t i = 0; i < ARRAY_SIZE(times); i++)
			if (*times[i] > now)
				*times[i] = usec_before(*times[i], (usec)-step);
		save(entry);
	}
}

static void on_timer(void *userdata)
{
	struct subscriber *subscriber = userdata;
	usec now = now_of(subscriber);
	unsigned asked = 0;

	follow_clock(subscriber, now);
	for (struct heap_node *first = heap_first(&subscriber->due);
		first && first->at <= now && asked < ASKS_A_TURN;
		first = heap_first(&subscriber->due), asked++)
		on_due(CONTAINER_OF(first, struct entry, due));
	set_timer(subscriber);
}

/* ---- making and keeping ---- */

int subscriber_new(const struct subscriber_options *options, struct subscriber **ret)
{
	struct subscriber *subscriber = calloc(1, sizeof(*subscriber));
	size_t length = strlen(options->public_url);
	int r = -ENOMEM;

	if (!subscriber)
		return -ENOMEM;
	subscriber->options = *options;
	subscriber->clock_offset = clock_offset(options->clock);
	while (length > 0 && options->public_url[length - 1] == '/')
		length--;
	subscriber->public_url = strndup(options->public_url, length);
	if (subscriber->public_url)
		r = clock_timer_new(options->clock, on_timer, subscriber, &subscriber->timer);
	if (r < 0) {
		subscriber_free(subscriber);
		return r;
	}
	*ret = subscriber;
	return 0;
}

void subscriber_free(struct subscriber *subscriber)
{
	struct entry *entry;
	size_t cursor = 0;

	if (!subscriber)
		return;
	for (entry = map_next(&subscriber->by_token, &cursor); entry;
		entry = map_next(&subscriber->by_token, &cursor))
		entry_free(entry);
	map_free(&subscriber->by_token);
	map_free(&subscriber->by_feed);
	heap_free(&subscriber->due);
	clock_timer_free(subscriber->options.clock, subscriber->timer);
	free(subscriber->public_url);
	free(subscriber);
}

static int copy(const char *text, const char **ret)
{
	*ret = text ? strdup(text) : NULL;
	return text && !*ret ? -ENOMEM : 0;
}

/* Adds what is given, with copies of its strings. */
static int add(struct subscriber *subscriber, const struct subscription *given,
	const char *networks, struct entry **ret)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	struct subscription *own;

	if (!entry)
		return -ENOMEM;
	own = &entry->subscription;
	*own = *given;
	entry->subscriber = subscriber;
	entry->networks = networks ? strdup(networks) : NULL;
	own->feed = own->hub = own->topic = own->reason = NULL;
	if (copy(given->feed, &own->feed) < 0 || copy(given->hub, &own->hub) < 0 ||
		copy(given->topic, &own->topic) < 0 || copy(given->reason, &own->reason) < 0 ||
		(networks && !entry->networks) ||
		heap_reserve(&subscriber->due, subscriber->by_token.count + 1) < 0 ||
		map_put(&subscriber->by_token, own->token, entry) < 0) {
		entry_free(entry);
		return -ENOMEM;
	}
	if (own->state != SUBSCRIPTION_LEAVING &&
		map_put(&subscriber->by_feed, own->feed, entry) < 0) {
		(void)map_remove(&subscriber->by_token, own->token);
		entry_free(entry);
		return -ENOMEM;
	}
	*ret = entry;
	return 0;
}

int subscriber_restore(struct subscriber *subscriber, const struct subscription *stored)
{
	struct entry *entry;
	int r;

	r = add(subscriber, stored, NULL, &entry);
	if (r < 0)
		return r;
	/* The hub may come back for what the last run asked. */
	entry->pending = stored->state != SUBSCRIPTION_DENIED;
	/* What was pushed while nobody listened was not the hub's to bring. */
	entry->subscription.active_since = now_of(subscriber);
	tell(entry);
	arm(entry);
	return 0;
}

static int make_token(char *ret, size_t size)
{
	unsigned char bytes[SUBSCRIPTION_SECRET_SIZE / 2];
	size_t length = size / 2;

	if (getrandom(bytes, length, 0) != (ssize_t)length)
		return -EIO;
	hex_encode(bytes, length, ret);
	return 0;
}

static int subscribe(struct subscriber *subscriber, const char *feed, const char *hub,
	const char *topic, const char *networks)
{
	struct subscription subscription = {.feed = feed, .hub = hub, .topic = topic};
	struct entry *entry;
	int r;

	r = make_token(subscription.token, sizeof(subscription.token));
	if (r == 0)
		r = make_token(subscription.secret, sizeof(subscription.secret));
	if (r == 0)
		r = add(subscriber, &subscription, networks, &entry);
	if (r < 0)
		return r;
	entry->subscription.next_attempt =
		now_of(subscriber) + hash_string(subscription.token) % FIRST_SPREAD / 30;
	save(entry);
	return 0;
}

static void leave(struct entry *entry)
{
	struct subscription *subscription = &entry->subscription;
	bool confirmed = subscription->state == SUBSCRIPTION_ACTIVE;

	if (!confirmed && !entry->pending) {
		forget(entry); /* the hub knows nothing of it */
		return;
	}
	http_transfer_cancel(entry->transfer);
	entry->transfer = NULL;
	entry->pending = false;
	entry->waiting = false;
	(void)map_remove(&entry->subscriber->by_feed, subscription->feed);
	subscription->state = SUBSCRIPTION_LEAVING;
	subscription->failures = 0;
	subscription->next_attempt = now_of(entry->subscriber);
	save(entry);
}

int subscriber_learn(struct subscriber *subscriber, const char *feed, const char *hub,
	const char *topic, const char *networks)
{
	struct entry *entry = map_get(&subscriber->by_feed, feed);
	char *copied = networks ? strdup(networks) : NULL;

	if (networks && !copied)
		return -ENOMEM;
	if (entry && hub && topic && strcmp(entry->subscription.hub, hub) == 0 &&
		strcmp(entry->subscription.topic, topic) == 0) {
		free(entry->networks);
		entry->networks = copied;
		return 0;
	}
	free(copied);
	if (entry)
		leave(entry);
	return hub && topic ? subscribe(subscriber, feed, hub, topic, networks) : 0;
}

void subscriber_missed(struct subscriber *subscriber, const char *feed)
{
	struct entry *entry = map_get(&subscriber->by_feed, feed);

	if (!entry || entry->subscription.state != SUBSCRIPTION_ACTIVE)
		return;
	entry->good_pushes = 0;
	entry->subscription.missed++;
	if (!entry->subscription.distrusted)
		log_write(LOG_NOTICE, NULL, LOG_FIELDS({"FEED", feed}),
			"feed %s: its hub %s missed news; it is polled as before", feed,
			entry->subscription.hub);
	entry->subscription.distrusted = true;
	save(entry);
}

void subscriber_confirmed(struct subscriber *subscriber, const char *feed)
{
	struct entry *entry = map_get(&subscriber->by_feed, feed);

	if (!entry || !entry->subscription.distrusted ||
		++entry->good_pushes < SUBSCRIBER_TRUSTED_AGAIN)
		return;
	entry->subscription.distrusted = false;
	save(entry);
}

void subscriber_keep(struct subscriber *subscriber,
	bool (*is_there)(const char *feed, void *userdata), void *userdata)
{
	struct entry *entry;
	size_t cursor = 0;

	/* Leaving moves the map's slots: start over after each. */
	for (entry = map_next(&subscriber->by_feed, &cursor); entry;
		entry = map_next(&subscriber->by_feed, &cursor)) {
		if (is_there(entry->subscription.feed, userdata))
			continue;
		leave(entry);
		cursor = 0;
	}
}

const struct subscription *subscriber_find(const struct subscriber *subscriber, const char *feed)
{
	const struct entry *entry = map_get(&subscriber->by_feed, feed);

	return entry ? &entry->subscription : NULL;
}

/* ---- what hubs ask ---- */

/* WebSub section 5.3: for how long the hub will send. */
static usec read_lease(const char *text)
{
	unsigned long long seconds = text ? strtoull(text, NULL, 10) : 0;
	usec lease;

	if (seconds == 0)
		return SUBSCRIBER_LEASE_ASKED;
	if (seconds > SUBSCRIBER_LEASE_MOST / USEC_SEC)
		return SUBSCRIBER_LEASE_MOST;
	lease = seconds * USEC_SEC;
	return lease > SUBSCRIBER_LEASE_LEAST ? lease : SUBSCRIBER_LEASE_LEAST;
}

static void activate(struct entry *entry, const char *lease_seconds)
{
	struct subscription *subscription = &entry->subscription;
	usec lease = read_lease(lease_seconds);
	usec now = now_of(entry->subscriber);

	entry->pending = false;
	entry->waiting = false;
	if (subscription->state != SUBSCRIPTION_ACTIVE)
		subscription->active_since = now;
	subscription->state = SUBSCRIPTION_ACTIVE;
	subscription->failures = 0;
	subscription->lease_until = usec_add(now, lease);
	subscription->next_attempt =
		usec_add(now, lease / 100 * RENEW_PERCENT + jitter(entry, lease));
	set_reason(entry, NULL);
	save(entry);
}

static void deny(struct entry *entry, const char *reason)
{
	struct subscription *subscription = &entry->subscription;

	entry->pending = false;
	entry->waiting = false;
	if (subscription->state == SUBSCRIPTION_LEAVING) {
		forget(entry);
		return;
	}
	subscription->state = SUBSCRIPTION_DENIED;
	subscription->next_attempt = usec_add(now_of(entry->subscriber), DENIED_RETRY);
	set_reason(entry, reason ? reason : "the hub gave no reason");
	log_write(LOG_NOTICE, NULL, LOG_FIELDS({"FEED", subscription->feed}),
		"feed %s: its hub %s denies to send news (%s); it is polled as before",
		subscription->feed, subscription->hub,
		subscription->reason ? subscription->reason : "");
	save(entry);
}

int subscriber_verify(
	struct subscriber *subscriber, const char *token, const struct hub_question *question)
{
	struct entry *entry = map_get(&subscriber->by_token, token);
	bool leaving;

	if (!entry || !question->mode || !question->topic ||
		strcmp(question->topic, entry->subscription.topic) != 0)
		return STATUS_NOT_FOUND;
	if (strcmp(question->mode, "denied") == 0) {
		deny(entry, question->reason);
		return STATUS_OK;
	}
	leaving = entry->subscription.state == SUBSCRIPTION_LEAVING;
	if (!question->challenge || !entry->pending ||
		strcmp(question->mode, leaving ? "unsubscribe" : "subscribe") != 0)
		return STATUS_NOT_FOUND;
	if (leaving)
		forget(entry);
	else
		activate(entry, question->lease_seconds);
	return STATUS_OK;
}

int subscriber_deliver(struct subscriber *subscriber, const char *token, const char *signature,
	const char *content_type, const char *bytes, size_t length)
{
	struct entry *entry = map_get(&subscriber->by_token, token);

	if (!entry)
		return STATUS_NOT_FOUND;
	if (entry->subscription.state != SUBSCRIPTION_ACTIVE)
		return STATUS_GONE;
	/* Section 8.1: acknowledged all the same, so that nobody learns by trying. */
	if (!hub_signature_is_right(signature, entry->subscription.secret, bytes, length)) {
		log_debug("feed %s: a push with a wrong signature is not looked at",
			entry->subscription.feed);
		return STATUS_ACCEPTED;
	}
	/* Section 7: what is not answered by a 2xx is brought again. */
	if (subscriber->options.pushed(entry->subscription.feed, content_type, bytes, length,
		    subscriber->options.userdata) < 0)
		return STATUS_UNAVAILABLE;
	entry->subscription.last_push = now_of(subscriber);
	return STATUS_ACCEPTED;
}
