#include "worker/read_once.h"

#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>

#include "base/macro.h"

struct waiter {
	enum job_kind kind;
	struct event_base *base;
	pool_done_fn done;
	void *userdata;
	bool called;
};

static void base_free(struct event_base *base)
{
	if (base)
		event_base_free(base);
}

DEFINE_CLEANUP(base_freep, struct event_base, base_free)
DEFINE_CLEANUP(pool_freep, struct pool, pool_free)

static void handle_done(const struct reader_result *result, void *userdata)
{
	struct waiter *waiter = userdata;

	waiter->called = true;
	waiter->done(result, waiter->userdata);
	(void)event_base_loopbreak(waiter->base);
}

static int run(struct event_base *base, struct clock *clock, struct document *document,
	struct waiter *waiter)
{
	const struct pool_options options = {.base = base, .clock = clock, .readers = 1};
	_cleanup_(pool_freep) struct pool *pool = NULL;
	int r;

	r = pool_new(&options, &pool);
	if (r < 0)
		return r;
	if (waiter->kind == JOB_PAGE)
		r = pool_submit_page(pool, document, handle_done, waiter);
	else
		r = pool_submit(pool, document, NULL, 0, handle_done, waiter);
	if (r < 0)
		return r;
	(void)event_base_dispatch(base);
	return waiter->called ? 0 : -EIO;
}

int read_document_once(
	enum job_kind kind, struct document *document, pool_done_fn done, void *userdata)
{
	_cleanup_(base_freep) struct event_base *base = event_base_new();
	_cleanup_(clock_free_systemp) struct clock *clock = NULL;
	struct waiter waiter = {.kind = kind, .base = base, .done = done, .userdata = userdata};
	int r;

	if (!base)
		return -ENOMEM;
	r = clock_new_system(base, &clock);
	if (r < 0)
		return r;
	r = run(base, clock, document, &waiter);
	document_clear(document);
	return r;
}
