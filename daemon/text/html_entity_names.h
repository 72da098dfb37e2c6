/* The table behind html_entity.h; constant. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	HTML_ENTITY_NAME_MAX = 31, /* CounterClockwiseContourIntegral */
};

struct html_entity_name {
	const char *name;
	uint32_t character;
};

extern const struct html_entity_name html_entity_names[];
extern const size_t html_entity_name_count;
