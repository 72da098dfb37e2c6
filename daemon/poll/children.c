#include "poll/children.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/hash.h"

enum {
	MARK_SIZE = 16 + 1 + 20 + 1, /* a hash, a dash and a number */
};

static void mark_of(const struct child_document *child, char ret[MARK_SIZE])
{
	(void)snprintf(ret, MARK_SIZE, "%016" PRIx64 "-%" PRId64, hash_string(child->url),
		child->updated == DATE_NONE ? 0 : child->updated);
}

static bool has_mark(const char *marks, const char *mark)
{
	size_t length = strlen(mark);

	while (marks && *marks != '\0') {
		size_t span = strcspn(marks, " ");

		if (span == length && memcmp(marks, mark, length) == 0)
			return true;
		marks += span;
		marks += strspn(marks, " ");
	}
	return false;
}

static int add_mark(struct children *children, const char *mark)
{
	children->marks = children->marks
		? arena_printf(children->arena, "%s %s", children->marks, mark)
		: arena_strdup(children->arena, mark);
	return children->marks ? 0 : -ENOMEM;
}

int children_begin(struct children *children, const struct parsed_feed *index, const char *taken,
	struct arena *arena)
{
	char mark[MARK_SIZE];

	*children = (struct children){.arena = arena};
	for (size_t i = 0; i < index->child_count && i < CHILDREN_MAX; i++) {
		struct child_document child = index->children[i];

		mark_of(&child, mark);
		if (has_mark(taken, mark)) {
			children->known++;
			if (add_mark(children, mark) < 0)
				return -ENOMEM;
			continue;
		}
		child.url = arena_strdup(arena, child.url);
		if (!child.url)
			return -ENOMEM;
		children->undated |= child.updated == DATE_NONE;
		children->wanted[children->count++] = child;
	}
	return 0;
}

const struct child_document *children_next(struct children *children)
{
	return children->at < children->count ? &children->wanted[children->at++] : NULL;
}

int children_done(struct children *children, const char *words, bool again)
{
	const struct child_document *child = &children->wanted[children->at - 1];
	char mark[MARK_SIZE];

	if (words && children->failed++ == 0) {
		children->words =
			arena_printf(children->arena, "sitemap %s: %s", child->url, words);
		if (!children->words)
			return -ENOMEM;
	}
	if (words && again) {
		children->again = true;
		return 0;
	}
	mark_of(child, mark);
	return add_mark(children, mark);
}

int children_conclude(const struct children *children, struct round_result *result)
{
	size_t more = children->failed - 1;

	result->children = children->marks;
	result->incomplete = children->again;
	if (children->failed == 0) {
		if (children->undated && !result->diagnosis)
			result->diagnosis = "the index does not say when its sitemaps changed: "
					    "each is read once";
		return 0;
	}
	if (children->known == 0 && children->failed == children->count) {
		result->readable = false;
		result->incomplete = true;
		result->words = children->words;
	} else {
		result->diagnosis = more == 0
			? children->words
			: arena_printf(children->arena, "%s (and %zu more)", children->words, more);
	}
	return result->words || result->diagnosis ? 0 : -ENOMEM;
}
