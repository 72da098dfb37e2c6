#include "notify/backoff.h"

usec backoff_ceiling(uint32_t attempts, usec first)
{
	unsigned doublings = attempts > 0 ? attempts - 1 : 0;

	if (first == 0)
		return 0;
	/* BACKOFF_MAX has fewer than 63 bits: so many doublings of anything pass it. */
	if (doublings > 62 || first > BACKOFF_MAX >> doublings)
		return BACKOFF_MAX;
	return first << doublings;
}

usec backoff_delay(uint32_t attempts, usec first, uint64_t random)
{
	unsigned __int128 range = (unsigned __int128)backoff_ceiling(attempts, first) + 1;

	return (usec)(range * random >> 64);
}
