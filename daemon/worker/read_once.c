#include "worker/read_once.h"

#include "base/macro.h"
#include "base/private_loop.h"

struct waiter {
	enum job_kind kind;
	struct private_loop loop;
	pool_done_fn done;
	void *userdata;
};

DEFINE_CLEANUP(pool_freep, struct pool, pool_free)

static void handle_done(const struct reader_result *result, void *userdata)
{
	struct waiter *waiter = userdata;

	waiter->done(result, waiter->userdata);
	private_loop_end(&waiter->loop);
}

static int run(struct waiter *waiter, struct document *document)
{
	const struct pool_options options = {
		.base = waiter->loop.base, .clock = waiter->loop.clock, .readers = 1};
	_cleanup_(pool_freep) struct pool *pool = NULL;
	int r;

	r = pool_new(&options, &pool);
	if (r < 0)
		return r;
	if (waiter->kind == JOB_PAGE)
		r = pool_submit_page(pool, document, handle_done, waiter);
	else
		r = pool_submit(pool, document, NULL, 0, handle_done, waiter);
	return r < 0 ? r : private_loop_run(&waiter->loop);
}

int read_document_once(
	enum job_kind kind, struct document *document, pool_done_fn done, void *userdata)
{
	struct waiter waiter = {.kind = kind, .done = done, .userdata = userdata};
	int r;

	r = private_loop_open(&waiter.loop);
	if (r < 0)
		return r;
	r = run(&waiter, document);
	document_clear(document);
	private_loop_close(&waiter.loop);
	return r;
}
