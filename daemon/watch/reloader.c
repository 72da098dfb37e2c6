#include "watch/reloader.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/macro.h"
#include "watch/watch.h"

#define STEP_TIME (5 * USEC_MSEC) /* of compiling, in a turn of the loop */

struct waiter {
	TAILQ_ENTRY(waiter) link;
	reloader_done_fn done;
	void *userdata;
	bool late; /* asked after the files were read: this reload is not its own */
};

TAILQ_HEAD(waiters, waiter);

struct reloader {
	struct reloader_options options;
	struct clock_timer *timer;
	struct waiters waiters;
	bool running;
	/* Of the one under way. */
	struct config *config;
	struct matcher_building *building;
	struct config_errors errors;
	bool faulty; /* beside the queries */
};

static void clear(struct reloader *reloader)
{
	matcher_building_free(reloader->building);
	config_free(reloader->config);
	config_errors_clear(&reloader->errors);
	reloader->building = NULL;
	reloader->config = NULL;
	reloader->errors = (struct config_errors){0};
	reloader->faulty = false;
}

static void tell(struct reloader *reloader, struct waiter *waiter, int r)
{
	TAILQ_REMOVE(&reloader->waiters, waiter, link);
	waiter->done(r, &reloader->errors, waiter->userdata);
	free(waiter);
}

/* The first who waits for this reload, or NULL. */
static struct waiter *next_waiter(struct reloader *reloader)
{
	struct waiter *waiter = TAILQ_FIRST(&reloader->waiters);

	/* Late ones stand behind those in time. */
	return waiter && !waiter->late ? waiter : NULL;
}

static void begin(struct reloader *reloader)
{
	reloader->running = true;
	clock_timer_in(reloader->options.clock, reloader->timer, 0);
}

static void end(struct reloader *reloader, int r)
{
	struct waiter *waiter;

	reloader->options.ended(r, &reloader->errors, reloader->options.userdata);
	for (waiter = next_waiter(reloader); waiter; waiter = next_waiter(reloader))
		tell(reloader, waiter, r);
	clear(reloader);
	reloader->running = false;
	if (TAILQ_EMPTY(&reloader->waiters))
		return;
	TAILQ_FOREACH(waiter, &reloader->waiters, link)
	waiter->late = false;
	begin(reloader);
}

/* Returns 1: there is more to do. */
static int load(struct reloader *reloader)
{
	int r;

	r = config_load_again(reloader->options.path, &reloader->errors, &reloader->config);
	if (r < 0 && r != -EINVAL)
		return r;
	/* All faults are told together: the queries' too. */
	reloader->faulty = r < 0;
	r = matcher_building_new(
		reloader->config->topics, reloader->config->topic_count, &reloader->building);
	return r < 0 ? r : 1;
}

/* Returns 1 where there is more to compile. */
static int compile(struct reloader *reloader)
{
	usec until = usec_add(clock_monotonic(reloader->options.clock), STEP_TIME);
	int r;

	do
		r = matcher_building_step(reloader->building);
	while (r > 0 && clock_monotonic(reloader->options.clock) < until);
	return r;
}

static int hand_over(struct reloader *reloader)
{
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	int r;

	r = watch_finish(reloader->building, reloader->config->topics, &reloader->errors, &matcher);
	if (r == 0 && reloader->faulty)
		r = -EINVAL;
	if (r < 0)
		return r;
	return reloader->options.apply(TAKE_PTR(reloader->config), TAKE_PTR(matcher),
		&reloader->errors, reloader->options.userdata);
}

static void on_timer(void *userdata)
{
	struct reloader *reloader = userdata;
	int r;

	r = reloader->building ? compile(reloader) : load(reloader);
	if (r > 0)
		clock_timer_in(reloader->options.clock, reloader->timer, 0);
	else
		end(reloader, r == 0 ? hand_over(reloader) : r);
}

int reloader_new(const struct reloader_options *options, struct reloader **ret)
{
	struct reloader *reloader = calloc(1, sizeof(*reloader));
	int r;

	if (!reloader)
		return -ENOMEM;
	reloader->options = *options;
	TAILQ_INIT(&reloader->waiters);
	r = clock_timer_new(options->clock, on_timer, reloader, &reloader->timer);
	if (r < 0) {
		free(reloader);
		return r;
	}
	*ret = reloader;
	return 0;
}

void reloader_free(struct reloader *reloader)
{
	struct waiter *waiter;

	if (!reloader)
		return;
	clock_timer_free(reloader->options.clock, reloader->timer);
	for (waiter = TAILQ_FIRST(&reloader->waiters); waiter;
		waiter = TAILQ_FIRST(&reloader->waiters))
		tell(reloader, waiter, -ECANCELED);
	clear(reloader);
	free(reloader);
}

int reloader_ask(struct reloader *reloader, reloader_done_fn done, void *userdata)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));

	if (!waiter)
		return -ENOMEM;
	*waiter = (struct waiter){
		.done = done, .userdata = userdata, .late = reloader->building != NULL};
	TAILQ_INSERT_TAIL(&reloader->waiters, waiter, link);
	if (!reloader->running)
		begin(reloader);
	return 0;
}

void reloader_forget(struct reloader *reloader, const void *userdata)
{
	struct waiter *waiter;

	TAILQ_FOREACH(waiter, &reloader->waiters, link)
	if (waiter->userdata == userdata) {
		TAILQ_REMOVE(&reloader->waiters, waiter, link);
		free(waiter);
		return;
	}
}
