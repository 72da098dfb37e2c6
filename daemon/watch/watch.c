#include "watch/watch.h"

int watch_compile(const struct topic *topics, size_t count, struct config_errors *errors,
	struct matcher **ret)
{
	_cleanup_(matcher_errors_clear) struct matcher_errors refused = {0};
	int r;

	r = matcher_new(topics, count, ret, &refused);
	for (size_t i = 0; i < refused.count; i++) {
		const struct matcher_error *error = &refused.errors[i];
		const struct topic *topic = &topics[error->topic];

		config_errors_add(errors, topic->file, topic->line, "topic \"%s\": column %u: %s",
			topic->name, error->column, error->words);
	}
	return r;
}
