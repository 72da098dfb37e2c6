#include "support/fake_clock.h"

#include <stdlib.h>

struct clock_timer {
	struct clock_timer *next;
	struct fake_clock *clock;
	clock_timer_fn fn;
	void *userdata;
	usec at;
	uint64_t order; /* timers of one time fire as they were set */
};

struct fake_clock {
	struct clock clock;
	usec now;
	usec monotonic;
	usec cost; /* of a look at it */
	uint64_t order;
	struct clock_timer *timers;
};

static void *make(size_t size)
{
	void *object = calloc(1, size);

	if (!object)
		abort();
	return object;
}

static void move_to(struct fake_clock *fake, usec monotonic)
{
	if (monotonic <= fake->monotonic)
		return;
	fake->now += monotonic - fake->monotonic;
	fake->monotonic = monotonic;
}

static usec fake_now(struct clock *clock)
{
	struct fake_clock *fake = (struct fake_clock *)clock;

	move_to(fake, fake->monotonic + fake->cost);
	return fake->now;
}

static usec fake_monotonic(struct clock *clock)
{
	struct fake_clock *fake = (struct fake_clock *)clock;

	move_to(fake, fake->monotonic + fake->cost);
	return fake->monotonic;
}

static int fake_timer_new(
	struct clock *clock, clock_timer_fn fn, void *userdata, struct clock_timer **ret)
{
	struct fake_clock *fake = (struct fake_clock *)clock;
	struct clock_timer *timer = make(sizeof(*timer));

	*timer = (struct clock_timer){
		.next = fake->timers,
		.clock = fake,
		.fn = fn,
		.userdata = userdata,
		.at = USEC_INFINITY,
	};
	fake->timers = timer;
	*ret = timer;
	return 0;
}

static void fake_timer_set(struct clock_timer *timer, usec at_monotonic)
{
	timer->at = at_monotonic;
	timer->order = timer->clock->order++;
}

static void fake_timer_free(struct clock_timer *timer)
{
	struct clock_timer **link = &timer->clock->timers;

	while (*link != timer)
		link = &(*link)->next;
	*link = timer->next;
	free(timer);
}

static const struct clock_ops fake_ops = {
	.now = fake_now,
	.monotonic = fake_monotonic,
	.timer_new = fake_timer_new,
	.timer_set = fake_timer_set,
	.timer_free = fake_timer_free,
};

struct clock *fake_clock_new(usec now)
{
	struct fake_clock *fake = make(sizeof(*fake));

	fake->clock.ops = &fake_ops;
	fake->now = now;
	fake->monotonic = USEC_HOUR;
	return &fake->clock;
}

void fake_clock_free(struct clock *clock)
{
	free(clock);
}

static struct clock_timer *earliest(struct fake_clock *fake)
{
	struct clock_timer *first = NULL;

	for (struct clock_timer *timer = fake->timers; timer; timer = timer->next)
		if (timer->at != USEC_INFINITY &&
			(!first || timer->at < first->at ||
				(timer->at == first->at && timer->order < first->order)))
			first = timer;
	return first;
}

bool fake_clock_next(struct clock *clock, usec limit)
{
	struct fake_clock *fake = (struct fake_clock *)clock;
	struct clock_timer *timer = earliest(fake);

	if (!timer || timer->at > usec_add(fake->monotonic, limit))
		return false;
	move_to(fake, timer->at);
	timer->at = USEC_INFINITY;
	timer->fn(timer->userdata);
	return true;
}

void fake_clock_advance(struct clock *clock, usec duration)
{
	struct fake_clock *fake = (struct fake_clock *)clock;
	usec end = fake->monotonic + duration;

	while (fake->monotonic <= end && fake_clock_next(clock, end - fake->monotonic))
		;
	move_to(fake, end);
}

void fake_clock_set_cost(struct clock *clock, usec cost)
{
	((struct fake_clock *)clock)->cost = cost;
}

void fake_clock_step(struct clock *clock, int64_t difference)
{
	((struct fake_clock *)clock)->now += (usec)difference;
}

size_t fake_clock_timers(const struct clock *clock)
{
	size_t count = 0;

	for (struct clock_timer *timer = ((const struct fake_clock *)clock)->timers; timer;
		timer = timer->next)
		count += timer->at != USEC_INFINITY;
	return count;
}
