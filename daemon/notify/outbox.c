#include "notify/outbox.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "notify/lane.h"
#include "notify/webhook.h"

enum {
	OPERATOR_ARENA_BYTES = 64 * 1024, /* one delivery, to be changed */
};

struct outbox {
	struct lane_context context;
	struct recorder *recorder;
	struct event *kick; /* pumps what is kicked, in the loop's next turn */
	struct lane *lanes;
	int64_t clock_offset; /* of the wall clock to the monotonic one */
	void (*on_health)(const char *hook, const char *words, void *userdata);
	void *userdata;
};

/* While it was down the clock may have been set back: what deliveries wait for has no sense then.
 */
static void hasten(struct outbox *outbox)
{
	usec now = clock_now(outbox->context.notifiers.clock);
	int r;

	/* Nothing is ever put off for longer than a Retry-After may ask for. */
	r = store_deliveries_hasten(outbox->context.store, now, usec_add(now, RETRY_AFTER_MAX));
	if (r < 0)
		log_error("cannot bring deliveries forward after the clock was set back: %s",
			strerrordesc_np(-r));
}

static void kick_all(struct outbox *outbox)
{
	for (struct lane *lane = outbox->lanes; lane; lane = lane->next)
		lane_kick(lane);
}

/* RetryFor= is a time to try in, and not what the clock leaps over. */
static void set_forward(struct outbox *outbox, usec step)
{
	usec now = clock_now(outbox->context.notifiers.clock);
	int r;

	r = store_deliveries_set_forward(outbox->context.store, now, step);
	if (r < 0)
		log_error("cannot keep deliveries' time after the clock was set forward: %s",
			strerrordesc_np(-r));
	for (struct lane *lane = outbox->lanes; lane; lane = lane->next)
		lane_set_forward(lane, now, step);
}

/* Times in the store are of the wall clock: what waits waits as long as it would have. */
static void set_back(struct outbox *outbox, usec step)
{
	usec now = clock_now(outbox->context.notifiers.clock);
	int r;

	r = store_deliveries_set_back(outbox->context.store, now, step);
	if (r < 0)
		log_error("cannot bring deliveries forward after the clock was set back: %s",
			strerrordesc_np(-r));
	for (struct lane *lane = outbox->lanes; lane; lane = lane->next)
		lane_set_back(lane, now, step);
}

static void follow_clock(void *userdata)
{
	struct outbox *outbox = userdata;
	int64_t step = clock_stepped(outbox->context.notifiers.clock, &outbox->clock_offset);

	if (step == 0)
		return;
	if (step < 0)
		set_back(outbox, (usec)-step);
	else
		set_forward(outbox, (usec)step);
	kick_all(outbox);
}

static void free_closed(struct outbox *outbox)
{
	struct lane **place = &outbox->lanes;

	while (*place) {
		struct lane *lane = *place;

		if (lane->closed && !lane->flights) {
			*place = lane->next;
			lane_free(lane);
		} else {
			place = &lane->next;
		}
	}
}

static void pump(void *userdata)
{
	struct outbox *outbox = userdata;

	follow_clock(outbox);
	for (struct lane *lane = outbox->lanes; lane; lane = lane->next)
		if (lane->kicked)
			lane_look(lane);
	for (struct lane *lane = outbox->lanes; lane; lane = lane->next)
		if (lane->kicked)
			lane_pump(lane);
	free_closed(outbox);
}

static void on_kick(evutil_socket_t fd, short what, void *userdata)
{
	(void)fd;
	(void)what;
	pump(userdata);
}

/* By a timer, not event_active(): what kicks itself again and again would starve the sockets. */
static void ask_for_kick(void *userdata)
{
	struct outbox *outbox = userdata;
	const struct timeval now = {0};

	(void)evtimer_add(outbox->kick, &now);
}

static void tell_health(const char *hook, const char *words, void *userdata)
{
	struct outbox *outbox = userdata;

	if (!outbox->on_health)
		return;
	outbox->on_health(hook, words, outbox->userdata);
	kick_all(outbox); /* there may be an alert of it; it goes after its commit */
}

int outbox_new(const struct outbox_options *options, struct outbox **ret)
{
	struct outbox *outbox = calloc(1, sizeof(*outbox));
	int r;

	if (!outbox)
		return -ENOMEM;
	outbox->context = (struct lane_context){
		.notifiers = {.base = options->base,
			.clock = options->clock,
			.http = options->http},
		.store = options->store,
		.started_monotonic = clock_monotonic(options->clock),
		.on_kick = ask_for_kick,
		.follow_clock = follow_clock,
		.on_health = tell_health,
		.userdata = outbox,
	};
	outbox->on_health = options->on_health;
	outbox->userdata = options->userdata;
	outbox->clock_offset = clock_offset(options->clock);
	r = smtp_client_new(options->base, options->clock, &outbox->context.notifiers.smtp);
	if (r < 0) {
		free(outbox);
		return r;
	}
	r = recorder_new(options->clock, options->store, pump, outbox, &outbox->recorder);
	if (r == 0) {
		outbox->context.recorder = outbox->recorder;
		outbox->kick = evtimer_new(options->base, on_kick, outbox);
		r = outbox->kick ? 0 : -ENOMEM;
	}
	if (r < 0) {
		outbox_free(outbox);
		return r;
	}
	hasten(outbox);
	*ret = outbox;
	return 0;
}

void outbox_free(struct outbox *outbox)
{
	if (!outbox)
		return;
	recorder_free(outbox->recorder);
	while (outbox->lanes) {
		struct lane *lane = outbox->lanes;

		outbox->lanes = lane->next;
		lane_free(lane);
	}
	if (outbox->kick)
		event_free(outbox->kick);
	smtp_client_free(outbox->context.notifiers.smtp);
	free(outbox);
}

static struct lane *find_lane(const struct outbox *outbox, const char *name)
{
	struct lane *lane = outbox->lanes;

	while (lane && strcmp(lane->destination->hook.name, name) != 0)
		lane = lane->next;
	return lane;
}

static int set_hook(struct outbox *outbox, const struct hook *hook)
{
	struct lane *lane = find_lane(outbox, hook->name);
	int r;

	if (lane)
		return lane_set_hook(lane, hook);
	r = lane_new(&outbox->context, hook, &lane);
	if (r < 0)
		return r;
	lane->next = outbox->lanes;
	outbox->lanes = lane;
	return 0;
}

static bool is_among(const struct hook *hooks, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(hooks[i].name, name) == 0)
			return true;
	return false;
}

struct hook_list {
	const struct hook *hooks;
	size_t count;
};

static int warn_of_gone(const char *hook, uint64_t count, void *userdata)
{
	const struct hook_list *list = userdata;

	if (!is_among(list->hooks, list->count, hook))
		log_write(LOG_WARNING, NULL, LOG_FIELDS({"HOOK", hook}),
			"hook %s: is not configured, and %llu of its deliveries wait%s; configure "
			"it again under that name, or `wirewatch drop --all --hook %s`",
			hook, (unsigned long long)count, count == 1 ? "s" : "", hook);
	return 0;
}

int outbox_set_hooks(struct outbox *outbox, const struct hook *hooks, size_t count)
{
	struct hook_list list = {hooks, count};
	int r;

	for (struct lane *lane = outbox->lanes; lane; lane = lane->next)
		if (!is_among(hooks, count, lane->destination->hook.name))
			lane_close(lane);
	for (size_t i = 0; i < count; i++) {
		r = set_hook(outbox, &hooks[i]);
		if (r < 0)
			return r;
	}
	r = store_deliveries_waiting(outbox->context.store, warn_of_gone, &list);
	if (r < 0)
		log_error("cannot read which hooks have deliveries: %s", strerrordesc_np(-r));
	outbox_wake(outbox);
	return 0;
}

void outbox_wake(struct outbox *outbox)
{
	kick_all(outbox);
	pump(outbox);
}

int outbox_idle(struct outbox *outbox)
{
	for (struct lane *lane = outbox->lanes; lane; lane = lane->next) {
		int r = lane_idle(lane);

		if (r != 1)
			return r;
	}
	return 1;
}

/* Whether the operator's verb makes sense for the delivery: 0, -EALREADY or -EHOSTUNREACH. */
static int check_change(
	const struct lane *lane, const struct delivery *delivery, enum delivery_state state)
{
	if (state == DELIVERY_DROPPED &&
		(delivery->state == DELIVERY_DELIVERED || delivery->state == DELIVERY_DROPPED))
		return -EALREADY;
	return state == DELIVERY_PENDING && (!lane || lane->closed) ? -EHOSTUNREACH : 0;
}

static int change_state(struct outbox *outbox, int64_t id, enum delivery_state state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct delivery delivery;
	struct lane *lane;
	int r;

	r = arena_new(OPERATOR_ARENA_BYTES, &arena);
	if (r < 0)
		return r;
	r = store_delivery_get(outbox->context.store, id, arena, &delivery);
	if (r < 0)
		return r;
	lane = find_lane(outbox, delivery.hook);
	r = check_change(lane, &delivery, state);
	if (r < 0 || (state == DELIVERY_PENDING && lane_tries(lane, id)))
		return r; /* or it is being tried */
	delivery.state = state;
	/* Who wants it sent all the same knows that the receiver is back. */
	if (state == DELIVERY_PENDING && lane->disabled)
		lane_enable(lane);
	if (state == DELIVERY_PENDING) {
		/* RetryFor= begins anew: else it would be given up at the next failure or sooner.
		 */
		delivery.created = clock_now(outbox->context.notifiers.clock);
		delivery.attempts = 0;
		delivery.next_attempt = clock_now(outbox->context.notifiers.clock);
	}
	r = store_delivery_save(outbox->context.store, &delivery);
	if (r < 0 || !lane)
		return r;
	lane_amend(lane, &delivery);
	lane_forget(lane, id);
	return 0;
}

int outbox_retry(struct outbox *outbox, int64_t delivery)
{
	return change_state(outbox, delivery, DELIVERY_PENDING);
}

int outbox_drop(struct outbox *outbox, int64_t delivery)
{
	return change_state(outbox, delivery, DELIVERY_DROPPED);
}

struct outbox_figures outbox_figures(const struct outbox *outbox)
{
	struct outbox_figures figures = {
		.delivered = outbox->context.delivered,
		.failed_attempts = outbox->context.failed_attempts,
	};

	for (const struct lane *lane = outbox->lanes; lane; lane = lane->next) {
		figures.in_flight += lane->attempting;
		figures.disabled += lane->disabled && !lane->closed;
	}
	return figures;
}

const struct notifier_context *outbox_notifiers(const struct outbox *outbox)
{
	return &outbox->context.notifiers;
}

void outbox_each_hook(const struct outbox *outbox, outbox_hook_fn fn, void *userdata)
{
	for (const struct lane *lane = outbox->lanes; lane; lane = lane->next) {
		struct outbox_hook hook = lane_state(lane);

		fn(&hook, userdata);
	}
}
