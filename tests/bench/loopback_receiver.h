/* A receiver of webhooks for benchmarks: a process of its own that answers 204 to everything. */
#pragma once

#include <sys/types.h>

/* Starts it on 127.0.0.1 and returns its port; it ends with its parent. */
unsigned loopback_receiver_start(pid_t *ret);
