#include "watch/watch.h"

#include <errno.h>

int watch_finish(struct matcher_building *building, const struct topic *topics,
	struct config_errors *errors, struct matcher **ret)
{
	_cleanup_(matcher_errors_clear) struct matcher_errors refused = {0};
	int r;

	r = matcher_building_end(building, ret, &refused);
	for (size_t i = 0; i < refused.count; i++) {
		const struct matcher_error *error = &refused.errors[i];
		const struct topic *topic = &topics[error->topic];

		config_errors_add(errors, topic->file, topic->line, "topic \"%s\": column %u: %s",
			topic->name, error->column, error->words);
	}
	return r;
}

int watch_compile(const struct topic *topics, size_t count, struct config_errors *errors,
	struct matcher **ret)
{
	_cleanup_(matcher_building_freep) struct matcher_building *building = NULL;
	int r;

	r = matcher_building_new(topics, count, &building);
	if (r < 0)
		return r;
	do
		r = matcher_building_step(building);
	while (r > 0);
	return r < 0 ? r : watch_finish(building, topics, errors, ret);
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
