/*
 * The daemon's live figures as one plain struct, and their two renderings: the line that
 * `systemctl status` shows (sd_notify STATUS=) and the JSON of the control socket.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct json_t;

enum {
	STATUS_LINE_SIZE = 256,
};

struct status_figures {
	const char *version;
	usec started; /* wall clock */
	usec now;
	size_t feeds;
	size_t failing;
	size_t polling; /* requests in flight */
	size_t reading; /* documents with readers, or waiting for one */
	usec next_poll; /* wall clock; USEC_INFINITY: none */
	size_t topics;
	size_t hooks;
	size_t hooks_disabled; /* they answered that they are gone */
	uint64_t articles;
	uint64_t stories;
	uint64_t alerts;
	uint64_t pending; /* deliveries */
	uint64_t dead;
	size_t sending;
	uint64_t delivered; /* since start */
	uint64_t database_bytes;
	uint64_t pages_waiting;  /* entries that wait for their web pages (FullText=) */
	uint64_t pages_fetched;  /* since start */
	uint64_t pages_used;     /* articles with their page's text, since start */
	uint64_t pages_fallback; /* with the feed's instead */
};

/* One line for people: "1,000 feeds (3 failing), next poll in 12s; 52 alerts, 0 waiting". */
const char *status_line(const struct status_figures *figures, char ret[STATUS_LINE_SIZE]);

/* A new object (jansson), or NULL out of memory. */
struct json_t *status_json(const struct status_figures *figures);
