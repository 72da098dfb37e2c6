#include "http/fetch_once.h"

#include "base/macro.h"
#include "base/private_loop.h"

struct waiter {
	struct private_loop loop;
	http_done_fn done;
	void *userdata;
};

DEFINE_CLEANUP(client_freep, struct http_client, http_client_free)

static void handle_done(const struct http_response *response, void *userdata)
{
	struct waiter *waiter = userdata;

	waiter->done(response, waiter->userdata);
	private_loop_end(&waiter->loop);
}

static int run(struct waiter *waiter, const struct http_options *options,
	const struct http_request *request)
{
	_cleanup_(client_freep) struct http_client *client = NULL;
	struct http_options own = *options;
	struct http_transfer *transfer;
	int r;

	own.base = waiter->loop.base;
	own.clock = waiter->loop.clock;
	r = http_client_new(&own, &client);
	if (r == 0)
		r = http_client_start(client, request, handle_done, waiter, &transfer);
	return r < 0 ? r : private_loop_run(&waiter->loop);
}

int http_fetch_once(const struct http_options *options, const struct http_request *request,
	http_done_fn done, void *userdata)
{
	struct waiter waiter = {.done = done, .userdata = userdata};
	int r;

	r = private_loop_open(&waiter.loop);
	if (r < 0)
		return r;
	r = run(&waiter, options, request);
	private_loop_close(&waiter.loop);
	return r;
}
