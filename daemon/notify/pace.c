#include "notify/pace.h"

bool pace_take(struct pace *pace, const struct rate *rate, usec now, usec *ret_at)
{
	usec busy_until = pace->busy_until > now ? pace->busy_until : now;
	usec step;

	if (rate->count == 0 || rate->span == 0)
		return true;
	step = rate->span / rate->count;
	if (busy_until - now > rate->span - step) {
		*ret_at = busy_until - (rate->span - step);
		return false;
	}
	pace->busy_until = usec_add(busy_until, step);
	return true;
}
