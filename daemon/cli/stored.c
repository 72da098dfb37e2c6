#include "cli/stored.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/articles.h"
#include "cli/complaint.h"
#include "cli/output.h"
#include "cli/verbs.h"

enum {
	ARTICLE_BYTES_MAX = 4 * ARTICLE_LINE_MAX, /* as one of a file */
};

struct stored {
	const struct remote *remote;
	const char *since;
	struct arena *arena; /* of one article */
	json_t *page;        /* NULL: none yet */
	size_t at;           /* in its articles */
	int status;
};

int stored_open(const struct remote *remote, const char *since, struct stored **ret)
{
	_cleanup_(stored_freep) struct stored *stored = calloc(1, sizeof(*stored));
	int r;

	if (!stored)
		return fail_internal(remote->verb, -ENOMEM);
	stored->remote = remote;
	stored->since = since;
	r = arena_new(ARTICLE_BYTES_MAX, &stored->arena);
	if (r < 0)
		return fail_internal(remote->verb, r);
	*ret = TAKE_PTR(stored);
	return 0;
}

void stored_free(struct stored *stored)
{
	if (!stored)
		return;
	json_decref(stored->page);
	arena_free(stored->arena);
	free(stored);
}

/* Asks for the next page.  Returns 1, 0 where there is none, or -1. */
static int turn_page(struct stored *stored)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	long long before = stored->page ? member_number(stored->page, "next") : 0;
	char number[24];

	if (stored->page && before == 0)
		return 0;
	(void)buffer_add_string(&path, "/articles");
	path_add_parameter(&path, "since", stored->since);
	(void)snprintf(number, sizeof(number), "%lld", before);
	path_add_parameter(&path, "before", stored->page ? number : NULL);
	(void)snprintf(number, sizeof(number), "%d", REMOTE_PAGE);
	path_add_parameter(&path, "limit", number);
	json_decref(stored->page);
	stored->page = NULL;
	stored->at = 0;
	stored->status = path.failed
		? fail_internal(stored->remote->verb, path.failed)
		: remote_request(stored->remote, "GET", path.bytes, &stored->page);
	return stored->status == 0 ? 1 : -1;
}

static int read_article(struct stored *stored, const json_t *value, struct article *ret)
{
	const char *words;
	int r;

	arena_reset(stored->arena);
	r = article_from_json(value, stored->arena, ret, &words);
	if (r == 0)
		return 1;
	stored->status = fail_internal(stored->remote->verb, r == -EINVAL ? -EBADMSG : r);
	return -1;
}

int stored_next(struct stored *stored, struct article *ret)
{
	const json_t *articles = json_object_get(stored->page, "articles");
	int r = stored->status == 0 ? 1 : -1;

	while (r > 0 && stored->at >= json_array_size(articles)) {
		r = turn_page(stored);
		articles = json_object_get(stored->page, "articles");
	}
	return r > 0 ? read_article(stored, json_array_get(articles, stored->at++), ret) : r;
}

int stored_status(const struct stored *stored)
{
	return stored->status;
}

/* ---- topics ---- */

/* The terms of one list.  Returns 0 or an exit status. */
static int load_terms(const struct remote *remote, struct arena *arena, struct term_list *list)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	const json_t *terms;
	json_t *body = NULL;
	int r;

	(void)buffer_add_string(&path, "/lists");
	path_add_segment(&path, list->name);
	if (path.failed)
		return fail_internal(remote->verb, path.failed);
	r = remote_list(remote, path.bytes, "terms", &body);
	if (r != 0)
		return r;
	terms = json_object_get(body, "terms");
	list->term_count = json_array_size(terms);
	list->terms = arena_array(arena, list->term_count, sizeof(*list->terms));
	for (size_t i = 0; list->terms && i < list->term_count && r == 0; i++) {
		list->terms[i] = arena_strdup(arena, json_string_value(json_array_get(terms, i)));
		r = list->terms[i] ? 0 : -ENOMEM;
	}
	json_decref(body);
	return list->terms && r == 0 ? 0 : fail_internal(remote->verb, -ENOMEM);
}

static int load_lists(
	const struct remote *remote, struct arena *arena, const struct term_lists **ret)
{
	struct term_lists *lists = arena_new_object(arena, struct term_lists);
	struct term_list *all = NULL;
	const json_t *names;
	json_t *body = NULL;
	int r;

	r = remote_list(remote, "/lists", "lists", &body);
	if (r != 0)
		return r;
	names = json_object_get(body, "lists");
	if (lists)
		all = arena_array(arena, json_array_size(names), sizeof(*all));
	for (size_t i = 0; all && i < json_array_size(names) && r == 0; i++) {
		const char *name = member_string(json_array_get(names, i), "name");

		all[i].name = arena_strdup(arena, name);
		r = all[i].name ? load_terms(remote, arena, &all[i])
				: fail_internal(remote->verb, -ENOMEM);
	}
	if (all)
		*lists = (struct term_lists){all, json_array_size(names)};
	json_decref(body);
	*ret = lists;
	return all ? r : fail_internal(remote->verb, -ENOMEM);
}

static int read_topic(const json_t *value, struct arena *arena, struct topic *ret)
{
	const char *stem = member_string(value, "stem");

	ret->name = arena_strdup(arena, member_string(value, "name"));
	ret->query = arena_strdup(arena, member_string(value, "query"));
	ret->file = arena_strdup(arena, member_string(value, "file"));
	ret->line = (unsigned)member_number(value, "line");
	ret->stem = stem ? arena_strdup(arena, stem) : NULL;
	ret->regex = json_is_true(json_object_get(value, "regex"));
	return ret->name && ret->query ? 0 : -ENOMEM;
}

int stored_topics(
	const struct remote *remote, struct arena *arena, struct topic **ret, size_t *ret_count)
{
	const struct term_lists *lists;
	struct topic *topics;
	const json_t *values;
	json_t *body = NULL;
	size_t count;
	int r;

	r = load_lists(remote, arena, &lists);
	if (r == 0)
		r = remote_list(remote, "/topics", "topics", &body);
	if (r != 0)
		return r;
	values = json_object_get(body, "topics");
	count = json_array_size(values);
	topics = arena_array(arena, count, sizeof(*topics));
	r = topics ? 0 : -ENOMEM;
	for (size_t i = 0; i < count && r == 0; i++) {
		r = read_topic(json_array_get(values, i), arena, &topics[i]);
		topics[i].lists = lists;
	}
	json_decref(body);
	if (r < 0)
		return fail_internal(remote->verb, r);
	*ret = topics;
	*ret_count = count;
	return 0;
}
