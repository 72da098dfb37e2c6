#include "watch/watch.h"

#include <errno.h>

static void tell_refused(const struct matcher_errors *refused, const struct topic *topics,
	struct config_errors *errors)
{
	for (size_t i = 0; i < refused->count; i++) {
		const struct matcher_error *error = &refused->errors[i];
		const struct topic *topic = &topics[error->topic];

		config_errors_add(errors, topic->file, topic->line, "topic \"%s\": column %u: %s",
			topic->name, error->column, error->words);
	}
}

int watch_finish(struct matcher_building *building, const struct topic *topics,
	struct config_errors *errors, struct matcher **ret)
{
	_cleanup_(matcher_errors_clear) struct matcher_errors refused = {0};
	int r;

	r = matcher_building_end(building, ret, &refused);
	tell_refused(&refused, topics, errors);
	return r;
}

int watch_compile(const struct topic *topics, size_t count, struct config_errors *errors,
	struct matcher **ret)
{
	_cleanup_(matcher_errors_clear) struct matcher_errors refused = {0};
	int r;

	r = matcher_new(topics, count, ret, &refused);
	tell_refused(&refused, topics, errors);
	return r;
}

int watch_load(const char *path, struct config_errors *errors, struct config **ret_config,
	struct matcher **ret_matcher)
{
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	int queries;
	int r;

	r = config_load(path, errors, &config);
	if (r < 0 && r != -EINVAL)
		return r;
	queries = watch_compile(config->topics, config->topic_count, errors, &matcher);
	if (queries < 0 || r < 0)
		return queries < 0 ? queries : r;
	*ret_config = TAKE_PTR(config);
	*ret_matcher = TAKE_PTR(matcher);
	return 0;
}
