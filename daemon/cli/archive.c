#include "cli/archive.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/url.h"
#include "cli/article_text.h"
#include "cli/articles.h"
#include "dedup/fingerprint.h"
#include "dedup/story_index.h"

enum {
	/* A fingerprint, the article's host, and its text, which NFC may triple. */
	SCRATCH_BYTES = 2 * FINGERPRINT_ARENA_BYTES + 4 * ARTICLE_LINE_MAX,
};

/* What is kept of an article; its key is its place in the archive, from 1. */
struct remembered {
	char *id;
	void *fingerprint;
	size_t length;
};

struct archive {
	struct story_index *index;
	struct arena *scratch;
	struct remembered *articles;
	size_t count;
	size_t size;
};

static int load_fingerprint(void *userdata, int64_t article, struct arena *arena,
	const void **ret_bytes, size_t *ret_length)
{
	const struct archive *archive = userdata;

	(void)arena; /* what is asked for lives as long as the archive */
	if (article < 1 || (size_t)article > archive->count)
		return -ENOENT;
	*ret_bytes = archive->articles[article - 1].fingerprint;
	*ret_length = archive->articles[article - 1].length;
	return 0;
}

int archive_new(struct archive **ret)
{
	_cleanup_(archive_freep) struct archive *archive = calloc(1, sizeof(*archive));
	struct story_index_options options = {.load = load_fingerprint, .userdata = archive};
	int r;

	if (!archive)
		return -ENOMEM;
	r = arena_new(SCRATCH_BYTES, &archive->scratch);
	if (r < 0)
		return r;
	r = story_index_new(&options, &archive->index);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(archive);
	return 0;
}

void archive_free(struct archive *archive)
{
	if (!archive)
		return;
	for (size_t i = 0; i < archive->count; i++) {
		free(archive->articles[i].id);
		free(archive->articles[i].fingerprint);
	}
	free(archive->articles);
	story_index_free(archive->index);
	arena_free(archive->scratch);
	free(archive);
}

static int remember(struct archive *archive, const char *id, const struct fingerprint *fingerprint)
{
	struct remembered article = {0};
	const void *bytes;

	if (array_grow((void **)&archive->articles, &archive->size, archive->count,
		    sizeof(*archive->articles)) < 0)
		return -ENOMEM;
	bytes = fingerprint_bytes(fingerprint, &article.length);
	article.id = strdup(id);
	article.fingerprint = malloc(article.length > 0 ? article.length : 1);
	if (!article.id || !article.fingerprint) {
		free(article.id);
		free(article.fingerprint);
		return -ENOMEM;
	}
	memcpy(article.fingerprint, bytes, article.length);
	archive->articles[archive->count++] = article;
	return 0;
}

int archive_take(struct archive *archive, const struct article *article, struct verdict *ret,
	const char **ret_of)
{
	struct article cleaned = *article;
	struct article_facts facts = {0};
	struct fingerprint *fingerprint;
	int64_t key = (int64_t)archive->count + 1;
	int r;

	arena_reset(archive->scratch);
	facts.host = article->url ? url_host(article->url, archive->scratch) : NULL;
	r = article_text_clean(&cleaned, archive->scratch);
	if (r >= 0)
		r = fingerprint_make(&cleaned, archive->scratch, &fingerprint);
	if (r < 0)
		return r;
	r = story_index_judge(archive->index, fingerprint, &facts, ret);
	if (r < 0)
		return r;
	if (ret->relation == RELATION_NEW)
		ret->story = key;
	r = story_index_add(archive->index, key, ret->story, fingerprint, &facts,
		ret->relation == RELATION_NEW ? 0 : ret->confidence);
	if (r < 0)
		return r;
	*ret_of = ret->of > 0 ? archive->articles[ret->of - 1].id : NULL;
	return remember(archive, article->id, fingerprint);
}
