#include "base/private_loop.h"

#include <errno.h>
#include <event2/event.h>

#include "base/loop.h"

int private_loop_open(struct private_loop *loop)
{
	int r;

	*loop = (struct private_loop){.base = loop_new()};
	if (!loop->base)
		return -ENOMEM;
	r = clock_new_system(loop->base, &loop->clock);
	if (r < 0)
		private_loop_close(loop);
	return r;
}

void private_loop_close(struct private_loop *loop)
{
	clock_free_system(loop->clock);
	if (loop->base)
		event_base_free(loop->base);
	*loop = (struct private_loop){0};
}

int private_loop_run(struct private_loop *loop)
{
	(void)event_base_dispatch(loop->base);
	return loop->ended ? 0 : -EIO;
}

void private_loop_end(struct private_loop *loop)
{
	loop->ended = true;
	(void)event_base_loopbreak(loop->base);
}
