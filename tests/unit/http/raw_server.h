/*
 * A server for one test on a loopback address: says byte for byte what the test wants, in the same
 * loop as the client, and keeps what it was asked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

struct event_base;
struct raw_server;

enum raw_end {
	RAW_KEEP,  /* the connection stays open */
	RAW_CLOSE, /* FIN after the bytes */
	RAW_RESET, /* RST after the bytes */
};

struct raw_reply {
	struct buffer bytes; /* the whole reply, status line and all */
	enum raw_end end;
	unsigned delay_ms;
};

/* `request` is the request's header (and what came of its body). */
typedef void (*raw_server_fn)(
	const char *path, const char *request, struct raw_reply *reply, void *userdata);

struct raw_server *raw_server_new(
	struct event_base *base, const char *address, raw_server_fn fn, void *userdata);
void raw_server_free(struct raw_server *server);

uint16_t raw_server_port(const struct raw_server *server);
unsigned raw_server_requests(const struct raw_server *server);
unsigned raw_server_connections(const struct raw_server *server);

/* Most requests under way at a time. */
unsigned raw_server_peak(const struct raw_server *server);

/* The last request as it came. */
const char *raw_server_last(const struct raw_server *server);
