#include "watch/watch.h"

#include <errno.h>

#include "config/topic_places.h"

/* FILE:LINE:COLUMN of the fault, or where that cannot be told FILE:LINE of the query. */
static void tell_fault(struct topic_places *places, const struct topic *topic,
	const struct matcher_error *error, struct config_errors *errors)
{
	struct ini_place place;

	if (errors->count < CONFIG_ERRORS_MAX &&
		topic_places_find(places, topic, error->column, &place))
		config_errors_add(errors, NULL, 0, "%s:%u:%u: topic \"%s\": column %u: %s",
			topic->file, place.line, place.column, topic->name, error->column,
			error->words);
	else
		config_errors_add(errors, topic->file, topic->line, "topic \"%s\": column %u: %s",
			topic->name, error->column, error->words);
}

static void tell_refused(const struct matcher_errors *refused, const struct topic *topics,
	struct config_errors *errors)
{
	struct topic_places places = {0};

	for (size_t i = 0; i < refused->count; i++)
		tell_fault(&places, &topics[refused->errors[i].topic], &refused->errors[i], errors);
	topic_places_clear(&places);
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
