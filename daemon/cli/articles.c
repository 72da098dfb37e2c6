#include "cli/articles.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/jsonl.h"
#include "cli/complaint.h"
#include "cli/source.h"
#include "cli/verbs.h"

enum {
	/* A line's strings and lists; a list takes at most 8 bytes for each 3 of the line. */
	ARTICLE_BYTES_MAX = 4 * ARTICLE_LINE_MAX,
	FAULTS_TOLD_MAX = 50, /* more are counted, not told */
};

struct articles {
	const char *path;
	struct jsonl *lines;
	struct arena *arena;
	size_t faults;
};

int articles_open(const char *verb, const char *path, struct articles **ret)
{
	_cleanup_(articles_freep) struct articles *articles = calloc(1, sizeof(*articles));
	int r;

	if (!articles)
		return EXIT_CODE_INTERNAL;
	articles->path = source_name(path);
	r = arena_new(ARTICLE_BYTES_MAX, &articles->arena);
	if (r == 0)
		r = jsonl_open(path, ARTICLE_LINE_MAX, &articles->lines);
	if (r < 0) {
		(void)fprintf(stderr, "wirewatch %s: cannot read %s: %s\n", verb, articles->path,
			strerror(-r));
		return r == -ENOMEM ? EXIT_CODE_INTERNAL : EXIT_CODE_REFUSED;
	}
	*ret = TAKE_PTR(articles);
	return 0;
}

void articles_free(struct articles *articles)
{
	if (!articles)
		return;
	jsonl_free(articles->lines);
	arena_free(articles->arena);
	free(articles);
}

static void tell_fault(struct articles *articles, const char *words)
{
	articles->faults++;
	if (articles->faults > FAULTS_TOLD_MAX)
		return;
	complain("%s:%zu: %s", articles->path, jsonl_line(articles->lines), words);
	if (articles->faults == FAULTS_TOLD_MAX)
		complain("Further faulty lines are passed over silently.");
}

/* Reads one line.  Returns whether it was an article; -ENOMEM counts as a fault of the line. */
static bool take_line(
	struct articles *articles, const char *line, size_t length, struct article *ret)
{
	json_error_t error;
	json_t *object = json_loadb(line, length, 0, &error);
	const char *words = "too large";
	int r;

	if (!object) {
		tell_fault(articles, error.text);
		return false;
	}
	arena_reset(articles->arena);
	r = article_from_json(object, articles->arena, ret, &words);
	json_decref(object);
	if (r < 0)
		tell_fault(articles, r == -EINVAL && words ? words : "the article is too large");
	return r == 0;
}

int articles_next(struct articles *articles, struct article *ret)
{
	const char *line;
	size_t length;
	int r;

	for (;;) {
		r = jsonl_next(articles->lines, &line, &length);
		if (r == 0)
			return 0;
		if (r == -EFBIG) {
			tell_fault(articles, "the line is too long; at most 4 MiB are read");
			continue;
		}
		if (r < 0) {
			complain("cannot read %s: %s", articles->path, strerror(-r));
			articles->faults++;
			return r;
		}
		if (take_line(articles, line, length, ret))
			return 1;
	}
}

int articles_status(const struct articles *articles)
{
	return articles->faults > 0 ? EXIT_CODE_REFUSED : EXIT_CODE_DONE;
}
