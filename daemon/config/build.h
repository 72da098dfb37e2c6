/*
 * How sections become a configuration, step by step: hooks, feeds, topics; each checks its own and
 * what it refers to.  Private to this room.
 */
#pragma once

#include "base/map.h"
#include "config/config.h"
#include "config/sections.h"

enum {
	FEEDS_MAX = 200 * 1000, /* docs/POLLING.md, Bounds */
	HOOKS_MAX = 1000,
	LISTS_MAX = 1000, /* also bounds how deeply they nest */
};

struct build {
	const struct sections *sections;
	struct config *config;
	struct arena *arena;   /* the configuration's */
	struct arena *scratch; /* gone when it is built */
	struct config_errors *errors;
	struct map hooks; /* name -> struct section */
	struct map feeds; /* name, also of what was merged -> struct feed */
	struct map tags;  /* tag -> itself */
};

/* Each returns 0 or -ENOMEM; faults go to the errors. */
int build_hooks(struct build *build);
int build_feeds(struct build *build);
int build_topics(struct build *build);

/*
 * Makes the list of a Notify=: hooks that are not there are refused, and the journal gets
 * everything unless Journal=no (docs/ALERTS.md).
 */
int build_notify(
	struct build *build, const struct section *section, const char **names, const char ***ret);

/*
 * Makes the named lists; faults go to the errors.  *ret is NULL where there are none.  Returns 0 or
 * -ENOMEM.
 */
int build_lists(
	const struct sections *sections, struct arena *arena, const struct term_lists **ret);
