#include "notify/exec_run.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

#include "base/macro.h"

struct failure {
	struct exec_run run;
	struct exec_end end;
	struct event *soon;
};

static void failure_end(struct exec_run *run)
{
	(void)run; /* it is over */
}

static void failure_free(struct exec_run *run)
{
	struct failure *failure = CONTAINER_OF(run, struct failure, run);

	if (failure->soon)
		event_free(failure->soon);
	free(failure);
}

static const struct exec_run_ops failure_ops = {
	.kill_after = EXEC_TERM_GRACE,
	.term = failure_end,
	.kill = failure_end,
	.free = failure_free,
};

static void on_soon(evutil_socket_t fd, short what, void *userdata)
{
	const struct failure *failure = userdata;

	(void)fd;
	(void)what;
	failure->run.listener.on_end(&failure->end, failure->run.listener.userdata);
}

int exec_failure_new(struct event_base *base, const struct exec_end *end,
	const struct exec_listener *listener, struct exec_run **ret)
{
	struct failure *failure = calloc(1, sizeof(*failure));
	const struct timeval now = {0};

	if (!failure)
		return -ENOMEM;
	failure->run = (struct exec_run){&failure_ops, *listener, true};
	failure->end = *end;
	failure->soon = evtimer_new(base, on_soon, failure);
	if (!failure->soon || evtimer_add(failure->soon, &now) < 0) {
		failure_free(&failure->run);
		return -ENOMEM;
	}
	*ret = &failure->run;
	return 0;
}
