#include "model/article.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/datetime.h"

/* Copies a string member; absent or null is NULL. */
static int get_string(const json_t *object, const char *key, struct arena *arena, const char **ret,
	const char **ret_error)
{
	const json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value)) {
		*ret = NULL;
		return 0;
	}
	if (!json_is_string(value)) {
		*ret_error = arena_printf(arena, "\"%s\" should be a string", key);
		return -EINVAL;
	}
	*ret = arena_copy(arena, json_string_value(value), json_string_length(value));
	return *ret ? 0 : -ENOMEM;
}

/* "categories" and "category" are both taken; a string or a list of strings. */
static int get_categories(
	const json_t *object, struct arena *arena, struct article *article, const char **ret_error)
{
	const json_t *value = json_object_get(object, "categories");
	size_t count;

	if (!value)
		value = json_object_get(object, "category");
	if (!value || json_is_null(value))
		return 0;
	count = json_is_array(value) ? json_array_size(value) : 1;
	article->categories = arena_array(arena, count, sizeof(*article->categories));
	if (!article->categories)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;

		if (!json_is_string(item)) {
			*ret_error = "\"categories\" should be a string or a list of strings";
			return -EINVAL;
		}
		article->categories[i] = arena_strdup(arena, json_string_value(item));
		if (!article->categories[i])
			return -ENOMEM;
	}
	article->category_count = count;
	return 0;
}

/* RFC 3339; what else can be read is taken, since archives are of all ages. */
static int get_date(const json_t *object, struct article *article, const char **ret_error)
{
	const json_t *value = json_object_get(object, "published");

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value) ||
		(json_string_length(value) > 0 &&
			datetime_parse(json_string_value(value), &article->published) < 0)) {
		*ret_error = "\"published\" should be a date and time as in RFC 3339";
		return -EINVAL;
	}
	return 0;
}

int article_from_json(const struct json_t *object, struct arena *arena, struct article *ret,
	const char **ret_error)
{
	struct article article = {.published = DATE_NONE};
	const struct {
		const char *key;
		const char **member;
	} strings[] = {
		{"id", &article.id},
		{"url", &article.url},
		{"title", &article.title},
		{"text", &article.text},
		{"author", &article.author},
		{"source", &article.source},
		{"lang", &article.language},
	};
	int r;

	*ret_error = "";
	if (!json_is_object(object)) {
		*ret_error = "an article should be a JSON object";
		return -EINVAL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		r = get_string(object, strings[i].key, arena, strings[i].member, ret_error);
		if (r < 0)
			return r;
	}
	if (!article.id) {
		*ret_error = "\"id\" is missing";
		return -EINVAL;
	}
	r = get_categories(object, arena, &article, ret_error);
	if (r < 0)
		return r;
	r = get_date(object, &article, ret_error);
	if (r < 0)
		return r;
	*ret = article;
	return 0;
}
