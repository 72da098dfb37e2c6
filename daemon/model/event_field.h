/*
 * The fields of an event that a template may name: the members of docs/event.schema.json by their
 * paths, and short names which mean something in events of each kind.  A test holds the table
 * against the schema.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
	EVENT_FIELD_PATHS = 2,
};

struct event_field {
	const char *name;
	/* Where it is looked for, in this order; none: it is made of the event (notify/card.h). */
	const char *paths[EVENT_FIELD_PATHS];
	bool link; /* a URL */
};

extern const struct event_field event_field_table[];
extern const size_t event_field_count;

/* By its name, or NULL. */
const struct event_field *event_field_find(const char *name);

/* The nearest name, or NULL. */
const char *event_field_nearest(const char *name);
