/*
 * JSON Schema (draft 2020-12) as far as docs/event.schema.json uses it: type, enum, const, pattern,
 * minLength, minimum, maximum, maxItems, required, properties, items, $ref into $defs, allOf, if
 * and then.  Stricter than the standard in one thing: a member that no `properties` names is a
 * fault, so that a new member cannot go undescribed.  A keyword it does not know is a fault of the
 * schema.
 */
#pragma once

#include <stddef.h>

struct json_t;

/* Returns 0, or -1 with the first fault in words. */
int json_schema_check(
	const struct json_t *schema, const struct json_t *value, char *words, size_t size);
