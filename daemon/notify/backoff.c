#include "notify/backoff.h"

usec backoff_ceiling(uint32_t attempts, usec first)
{
	unsigned doublings = attempts > 0 ? attempts - 1 : 0;

	if (first >= BACKOFF_MAX || (first > 0 && doublings >= 64))
		return BACKOFF_MAX;
	if (first > BACKOFF_MAX >> doublings)
		return BACKOFF_MAX;
	return first << doublings;
}

usec backoff_delay(uint32_t attempts, usec first, uint64_t random)
{
	unsigned __int128 range = (unsigned __int128)backoff_ceiling(attempts, first) + 1;

	return (usec)(range * random >> 64);
}
