#include "base/clock.h"

#include <errno.h>
#include <event2/event.h>
#include <time.h>

struct system_clock {
	struct clock clock;
	struct event_base *base;
};

struct clock_timer {
	struct clock *clock;
	struct event *event;
	clock_timer_fn fn;
	void *userdata;
};

static usec read_clock(clockid_t id)
{
	struct timespec time;

	(void)clock_gettime(id, &time); /* fails for unknown clocks only */
	return (usec)time.tv_sec * USEC_SEC + (usec)time.tv_nsec / 1000;
}

static usec system_now(struct clock *clock)
{
	(void)clock;
	return read_clock(CLOCK_REALTIME);
}

static usec system_monotonic(struct clock *clock)
{
	(void)clock;
	return read_clock(CLOCK_BOOTTIME);
}

static void on_timeout(evutil_socket_t fd, short what, void *userdata)
{
	struct clock_timer *timer = userdata;

	(void)fd;
	(void)what;
	timer->fn(timer->userdata);
}

static int system_timer_new(
	struct clock *clock, clock_timer_fn fn, void *userdata, struct clock_timer **ret)
{
	struct system_clock *system = (struct system_clock *)clock;
	struct clock_timer *timer = calloc(1, sizeof(*timer));

	if (!timer)
		return -ENOMEM;
	*timer = (struct clock_timer){.clock = clock, .fn = fn, .userdata = userdata};
	timer->event = evtimer_new(system->base, on_timeout, timer);
	if (!timer->event) {
		free(timer);
		return -ENOMEM;
	}
	*ret = timer;
	return 0;
}

static void system_timer_set(struct clock_timer *timer, usec at_monotonic)
{
	usec now = system_monotonic(timer->clock);
	usec delay = at_monotonic > now ? at_monotonic - now : 0;
	struct timeval wait = {
		.tv_sec = (time_t)(delay / USEC_SEC),
		.tv_usec = (suseconds_t)(delay % USEC_SEC),
	};

	if (at_monotonic == USEC_INFINITY)
		(void)event_del(timer->event);
	else
		(void)event_add(timer->event, &wait);
}

static void system_timer_free(struct clock_timer *timer)
{
	event_free(timer->event);
	free(timer);
}

static const struct clock_ops system_ops = {
	.now = system_now,
	.monotonic = system_monotonic,
	.timer_new = system_timer_new,
	.timer_set = system_timer_set,
	.timer_free = system_timer_free,
};

int clock_new_system(struct event_base *base, struct clock **ret)
{
	struct system_clock *system = calloc(1, sizeof(*system));

	if (!system)
		return -ENOMEM;
	system->clock.ops = &system_ops;
	system->base = base;
	*ret = &system->clock;
	return 0;
}

void clock_free_system(struct clock *clock)
{
	free(clock);
}

usec clock_now(struct clock *clock)
{
	return clock->ops->now(clock);
}

usec clock_monotonic(struct clock *clock)
{
	return clock->ops->monotonic(clock);
}

int clock_timer_new(
	struct clock *clock, clock_timer_fn fn, void *userdata, struct clock_timer **ret)
{
	return clock->ops->timer_new(clock, fn, userdata, ret);
}

void clock_timer_set(struct clock *clock, struct clock_timer *timer, usec at_monotonic)
{
	clock->ops->timer_set(timer, at_monotonic);
}

void clock_timer_in(struct clock *clock, struct clock_timer *timer, usec delay)
{
	clock_timer_set(clock, timer, usec_add(clock_monotonic(clock), delay));
}

void clock_timer_free(struct clock *clock, struct clock_timer *timer)
{
	if (timer)
		clock->ops->timer_free(timer);
}

int64_t clock_offset(struct clock *clock)
{
	return (int64_t)(clock_now(clock) - clock_monotonic(clock));
}

int64_t clock_stepped(struct clock *clock, int64_t *offset)
{
	int64_t now = clock_offset(clock);
	int64_t step = now - *offset;

	*offset = now;
	return step > (int64_t)CLOCK_STEP_LEAST || step < -(int64_t)CLOCK_STEP_LEAST ? step : 0;
}

usec usec_add(usec a, usec b)
{
	return a > USEC_INFINITY - b ? USEC_INFINITY : a + b;
}

usec usec_before(usec a, usec b)
{
	return a > b ? a - b : 0;
}
