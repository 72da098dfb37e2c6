/* A parsed feed as `wirewatch parse` prints it (wirewatch(1)). */
#pragma once

#include <jansson.h>

#include "model/entry.h"

/* A new reference, or NULL out of memory. */
json_t *parsed_feed_to_json(const struct parsed_feed *feed);
