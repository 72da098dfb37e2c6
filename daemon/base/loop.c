#include "base/loop.h"

#include <event2/event.h>
#include <limits.h>

struct event_base *loop_new(void)
{
	const struct timeval most = {.tv_usec = LOOP_TURN_MOST};
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (!config)
		return NULL;
	if (event_config_set_max_dispatch_interval(config, &most, INT_MAX, 0) == 0)
		base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}
