/*
 * An event as a message for people: what all chat formats show of it, read from the event's JSON.
 * Pure; strings are in the arena or borrowed from the event.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"

struct json_t;

struct card {
	const char *heading; /* "dprk-arms", "dprk-arms · update", "feed.failing · ap-world" */
	const char *title;   /* the article's, or what happened; never NULL */
	const char *url;     /* http or https, without quotes or white space; or NULL */
	const char *excerpt; /* or NULL */
	const char *list;    /* a digest's alerts with their links, the excerpt has none; or NULL */
	const char *changed; /* of an update, or NULL */
	const char *byline;  /* "World · 2026-11-21 10:02 UTC · on 3 sites"; "" for nothing */
};

/*
 * The URL where a client would open it as a web page, else NULL: quotes and the like would end a
 * link early.  Takes NULL.
 */
const char *card_url(const char *url);

/* Returns 0 or -ENOMEM. */
int card_read(const struct json_t *event, struct arena *arena, struct card *ret);
