/*
 * The event that an alert carries (docs/ALERTS.md, docs/event.schema.json): built from plain
 * structs, always under EVENT_BYTES_MAX, excerpts cut at a word.  Pure: times come with the facts,
 * and the same facts give the same bytes and the same id.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/alert.h"
#include "model/article.h"
#include "model/story.h"
#include "model/topic.h"

enum {
	EVENT_TITLE_BYTES = 1024,   /* longer ones are cut at a word, as all texts below */
	EVENT_NAME_BYTES = 256,     /* author, title of the feed, terms */
	EVENT_EXCERPT_BYTES = 2048, /* of the article's text */
	EVENT_SITES_MAX = 20,       /* told; how many there are stands beside them */
};

/* A story event: topic x story x article.  Members may be NULL where not said otherwise. */
struct event_facts {
	enum event_type type;      /* one of EVENT_STORY_... */
	uint32_t sequence;         /* story_topic.events before this one */
	usec time;                 /* of the alert: "timestamp", and the first part of its id */
	const char *topic;         /* name; never NULL */
	const struct story *story; /* as it is with this article; never NULL */
	const char *const *sites;  /* the first EVENT_SITES_MAX of the story are told */
	size_t site_count;
	const struct article *article; /* never NULL */
	const char *feed;              /* name; never NULL */
	const char *feed_title;
	const struct match_span *spans;
	size_t span_count;
	const struct verdict *verdict; /* never NULL */
	const char *of;                /* public id of the article that verdict->of stands for */
	unsigned threshold; /* EVENT_STORY_SPREAD: the number of sites that was reached */
};

/*
 * Makes the alert: id, type, time, the fields that hooks get apart, and the event's JSON.  Strings
 * of *ret are in the arena (EVENT_BYTES_MAX and a little) or borrowed from `facts`.
 * Returns 0, -ENOMEM, or -EMSGSIZE where even the shortest form is too long.
 */
int event_build(const struct event_facts *facts, struct arena *arena, struct alert *ret);
