#include "poll/state.h"

#include <stdlib.h>
#include <string.h>

enum {
	STRINGS = 8,
};

static void find_strings(struct feed_state *state, const char **ret[STRINGS])
{
	ret[0] = &state->url;
	ret[1] = &state->moved_url;
	ret[2] = &state->title;
	ret[3] = &state->validators.etag;
	ret[4] = &state->validators.last_modified;
	ret[5] = &state->error;
	ret[6] = &state->diagnosis;
	ret[7] = &state->memory;
}

struct feed_state *state_copy(const struct feed_state *state)
{
	struct feed_state values = *state;
	const char **strings[STRINGS];
	struct feed_state *copy;
	size_t size = sizeof(values);
	char *end;

	find_strings(&values, strings);
	for (size_t i = 0; i < STRINGS; i++)
		size += *strings[i] ? strlen(*strings[i]) + 1 : 0;
	copy = malloc(size);
	if (!copy)
		return NULL;
	end = (char *)(copy + 1);
	for (size_t i = 0; i < STRINGS; i++) {
		if (!*strings[i])
			continue;
		size = strlen(*strings[i]) + 1;
		memcpy(end, *strings[i], size);
		*strings[i] = end;
		end += size;
	}
	*copy = values;
	return copy;
}
