/* The events under tests/data/notify, and the alerts that they are of. */
#pragma once

#include <jansson.h>

#include "base/arena.h"
#include "model/alert.h"

extern const char *const sample_events[5];

/* The event of that name, which is the caller's. */
json_t *sample_event(const char *name);

/* Its alert; what it says is borrowed from the event. */
struct alert sample_alert(const json_t *event, struct arena *arena);
