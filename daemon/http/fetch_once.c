#include "http/fetch_once.h"

#include <errno.h>
#include <event2/event.h>

#include "base/macro.h"

struct waiter {
	struct event_base *base;
	http_done_fn done;
	void *userdata;
	bool called;
};

static void base_free(struct event_base *base)
{
	if (base)
		event_base_free(base);
}

DEFINE_CLEANUP(base_freep, struct event_base, base_free)
DEFINE_CLEANUP(client_freep, struct http_client, http_client_free)

static void handle_done(const struct http_response *response, void *userdata)
{
	struct waiter *waiter = userdata;

	waiter->called = true;
	waiter->done(response, waiter->userdata);
	(void)event_base_loopbreak(waiter->base);
}

static int run(const struct http_options *options, const struct http_request *request,
	struct waiter *waiter)
{
	_cleanup_(client_freep) struct http_client *client = NULL;
	struct http_transfer *transfer;
	int r;

	r = http_client_new(options, &client);
	if (r < 0)
		return r;
	r = http_client_start(client, request, handle_done, waiter, &transfer);
	if (r < 0)
		return r;
	(void)event_base_dispatch(waiter->base);
	return waiter->called ? 0 : -EIO;
}

int http_fetch_once(const struct http_options *options, const struct http_request *request,
	http_done_fn done, void *userdata)
{
	_cleanup_(base_freep) struct event_base *base = event_base_new();
	_cleanup_(clock_free_systemp) struct clock *clock = NULL;
	struct waiter waiter = {.base = base, .done = done, .userdata = userdata};
	struct http_options own = *options;
	int r;

	if (!base)
		return -ENOMEM;
	r = clock_new_system(base, &clock);
	if (r < 0)
		return r;
	own.base = base;
	own.clock = clock;
	return run(&own, request, &waiter);
}
