/*
 * Which events an article makes for a topic (docs/ALERTS.md A1 to A6).  Pure: the
 * same facts give the same decision (A9).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/alert.h"
#include "model/story.h"
#include "store/store.h"

/* A3: between two updates of one story to one topic. */
#define UPDATE_GAP USEC_HOUR

struct policy_facts {
	unsigned alert;           /* the topic's, of enum alert_kinds */
	usec topic_since;         /* store_topic_ensure() */
	struct story_topic state; /* store_story_topic_get() */
	enum relation relation;   /* the verdict's, also of a known entry that changed */
	bool material;            /* the verdict's */
	usec story_first_seen;    /* now, for a new story */
	bool first_poll;          /* the feed's: what it brings is primed silently (A6) */
	usec backfill;            /* the feed's */
	int64_t published;        /* the article's, seconds; DATE_NONE */
	usec now;
	const unsigned *spread; /* the topic's thresholds, rising, 0 at the end; NULL: none */
	uint32_t sites_before;  /* that carried the story before the article ... */
	uint32_t sites;         /* ... and with it */
};

enum policy_action {
	POLICY_NOTHING,  /* and nothing to store */
	POLICY_REMEMBER, /* no alert; `state` is stored: the topic knows the story from now on */
	POLICY_ALERT, /* an event of `type` with sequence facts.state.events; `state` is stored */
	POLICY_HOLD,  /* as ALERT, but not before `due`; a later version replaces this one */
};

struct policy_decision {
	enum policy_action action;
	enum event_type type;
	usec due;                 /* wall clock */
	struct story_topic state; /* HOLD: still as it was; policy_told() when the alert is made */
};

/* What becomes of a match: an alert, something to remember, or nothing. */
struct policy_decision policy_decide(const struct policy_facts *facts);

/* What the state becomes when an alert of `type` is made at `now`. */
struct story_topic policy_told(const struct story_topic *state, enum event_type type, usec now);

/*
 * A5: the threshold of Spread= at which the story arrived by this article, the highest of several;
 * 0: none.  `state` is what the topic knows of the story with the article.  A topic that first
 * hears of the story by this article is told of a threshold that was passed before.
 */
unsigned policy_spread(const struct policy_facts *facts, const struct story_topic *state);
