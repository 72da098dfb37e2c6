/* What a test may do to the pool of fake_pool.c beyond worker/pool.h. */
#pragma once

#include <stdbool.h>

#include "worker/pool.h"

/* Whether no reader can be had: then jobs end with -EAGAIN. */
void fake_pool_starve(struct pool *pool, bool starved);
