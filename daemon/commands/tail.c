#include "commands/tail.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/reply.h"
#include "control/later.h"

/* While a transaction is open the store shows what may yet be taken back. */
#define TAIL_DIRTY_WAIT (10 * USEC_MSEC)

struct tail {
	struct tail *next;
	struct tails *tails;
	struct clock_timer *timer; /* of its own, so that a turn of the loop serves one */
	struct control_later *later;
	char *topic;
	int64_t key;    /* of the last alert that was sent */
	usec signed_at; /* monotonic: of the last line */
};

struct tails {
	struct clock *clock;
	struct store *store;
	struct tail *first;
	size_t count;
};

static void tail_free(struct tail *tail)
{
	struct tail **place = &tail->tails->first;

	while (*place != tail)
		place = &(*place)->next;
	*place = tail->next;
	tail->tails->count--;
	clock_timer_free(tail->tails->clock, tail->timer);
	free(tail->topic);
	free(tail);
}

static void on_gone(void *userdata)
{
	tail_free(userdata);
}

static int say(struct tail *tail, json_t *line)
{
	tail->signed_at = clock_monotonic(tail->tails->clock);
	return control_later_add(tail->later, line);
}

static bool is_full(const struct tail *tail)
{
	return control_later_unread(tail->later) >= TAIL_UNREAD_BYTES;
}

/* Returns 1 where the reader is to take what there is first. */
static int send_alert(int64_t key, const struct alert *alert, void *userdata)
{
	struct tail *tail = userdata;
	int r;

	r = say(tail, reply_alert(alert, true));
	if (r < 0)
		return r;
	tail->key = key;
	return is_full(tail);
}

static int feed(struct tail *tail)
{
	int r;

	if (is_full(tail))
		return 0;
	r = store_alerts_after(
		tail->tails->store, tail->topic, tail->key, TAIL_BATCH, send_alert, tail);
	if (r < 0)
		return r;
	if (clock_monotonic(tail->tails->clock) - tail->signed_at >= TAIL_SIGN_INTERVAL)
		return say(tail, json_object());
	return 0;
}

static void on_timer(void *userdata)
{
	struct tail *tail = userdata;
	struct tails *tails = tail->tails;

	if (store_is_dirty(tails->store)) {
		clock_timer_in(tails->clock, tail->timer, TAIL_DIRTY_WAIT);
		return;
	}
	if (feed(tail) < 0) {
		/* It comes back, and names the last alert that it got. */
		control_later_end(tail->later);
		tail_free(tail);
		return;
	}
	clock_timer_in(tails->clock, tail->timer, TAIL_INTERVAL);
}

/* The key behind which it begins, and what is to be said of that. */
static int find_start(
	struct tails *tails, usec since, const char *after, int64_t *ret_key, const char **ret_note)
{
	int r = -ENOENT;

	*ret_note = NULL;
	if (after)
		r = store_alert_key(tails->store, after, ret_key);
	if (r != -ENOENT)
		return r;
	if (after)
		*ret_note = "the alert to go on from is forgotten; what came since may be missing";
	return store_alerts_start(tails->store, since, ret_key);
}

static int tail_new(struct tails *tails, const struct control_request *request, const char *topic,
	int64_t key, struct tail **ret)
{
	struct tail *tail = calloc(1, sizeof(*tail));

	if (!tail)
		return -ENOMEM;
	*tail = (struct tail){
		.next = tails->first,
		.tails = tails,
		.topic = topic ? strdup(topic) : NULL,
		.key = key,
	};
	tails->first = tail;
	tails->count++;
	if ((!topic || tail->topic) &&
		clock_timer_new(tails->clock, on_timer, tail, &tail->timer) == 0)
		tail->later = control_later_new(request, on_gone, tail);
	if (!tail->later) {
		tail_free(tail);
		return -ENOMEM;
	}
	*ret = tail;
	return 0;
}

/*
 * Answers the request with alerts of `topic` (NULL: all) from the store's newest on; from `since`
 * on, 0: not; or behind the alert `after`, NULL: not.
 */
static void tails_start(struct tails *tails, const struct control_request *request,
	const char *topic, usec since, const char *after, struct control_reply *reply)
{
	struct tail *tail;
	const char *note;
	int64_t key;
	int r;

	if (tails->count == TAILS_MAX) {
		reply_refuse(reply, REPLY_CONFLICT, "too many readers follow the alerts already");
		return;
	}
	r = find_start(tails, since, after, &key, &note);
	if (r < 0) {
		reply_error(reply, r, "store");
		return;
	}
	r = tail_new(tails, request, topic, key, &tail);
	if (r < 0) {
		reply_error(reply, r, "store");
		return;
	}
	control_later_begin(tail->later);
	(void)say(tail, note ? json_pack("{s:s}", "note", note) : json_object());
	clock_timer_in(tails->clock, tail->timer, 0);
}

void tail_command(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	struct page page;

	if (!page_take(request, clock_now(context->clock), reply, &page))
		return;
	if (page.topic && !commands_find_topic(context, page.topic)) {
		reply_error(reply, -ENOENT, "topic");
		return;
	}
	tails_start(context->tails, request, page.topic, page.since,
		control_request_parameter(request, "after"), reply);
}

int tails_new(struct clock *clock, struct store *store, struct tails **ret)
{
	struct tails *tails = calloc(1, sizeof(*tails));

	if (!tails)
		return -ENOMEM;
	tails->clock = clock;
	tails->store = store;
	*ret = tails;
	return 0;
}

void tails_free(struct tails *tails)
{
	if (!tails)
		return;
	while (tails->first) {
		control_later_end(tails->first->later);
		tail_free(tails->first);
	}
	free(tails);
}
