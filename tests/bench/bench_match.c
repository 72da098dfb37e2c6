/*
 * What matching costs an article: bench_match ARTICLES.jsonl TOPICS.conf...
 * Articles as wirewatch(1) has them; topic sets as the corpus' topicgen.py makes them.
 * Figures are microseconds of CPU an article, on one thread, the best of several passes.
 */
#include <errno.h>
#include <jansson.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/topics.h"
#include "match/match_scratch.h"
#include "match/matcher.h"
#include "match/matcher_index.h"

enum {
	PASSES = 5,
	ARTICLE_TEXT_MAX_BENCH = 1500, /* bytes: issue 5 measures articles below this */
	MEMORY_MAX = 1024 * 1024 * 1024,
};

struct articles {
	struct article *articles;
	size_t count;
	size_t size;
	size_t bytes;
};

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int add_article(struct articles *articles, const char *line, struct arena *arena)
{
	json_t *object = json_loads(line, 0, NULL);
	struct article article;
	const char *error;
	int r;

	r = article_from_json(object, arena, &article, &error);
	json_decref(object);
	if (r < 0)
		return r;
	if (!article.text || strlen(article.text) >= ARTICLE_TEXT_MAX_BENCH)
		return 0;
	if (articles->count == articles->size) {
		struct article *grown;

		articles->size = 2 * articles->size + 1024;
		grown = reallocarray(
			articles->articles, articles->size, sizeof(*articles->articles));
		if (!grown)
			return -ENOMEM;
		articles->articles = grown;
	}
	articles->articles[articles->count++] = article;
	articles->bytes += strlen(article.text);
	return 0;
}

static int read_articles(const char *path, struct arena *arena, struct articles *ret)
{
	_cleanup_(fclosep) FILE *file = fopen(path, "re");
	_cleanup_(freep) char *line = NULL;
	size_t size = 0;
	int r = 0;

	if (!file)
		return -errno;
	while (r >= 0 && getline(&line, &size, file) > 0)
		r = add_article(ret, line, arena);
	return r;
}

/* Title and body through the tokeniser and nothing else. */
static int pass_tokens(const struct articles *articles, struct match_scratch *scratch)
{
	for (size_t i = 0; i < articles->count; i++) {
		const struct article *article = &articles->articles[i];
		const char *texts[] = {article->title, article->text};

		for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
			struct token_list tokens;
			int r;

			if (!texts[k])
				continue;
			r = tokenizer_run(scratch->tokenizer, texts[k], strlen(texts[k]),
				TOKENS_REFERENCES, &tokens, NULL);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int pass_match(const struct articles *articles, const struct matcher *matcher,
	struct match_scratch *scratch, size_t *ret_matches)
{
	*ret_matches = 0;
	for (size_t i = 0; i < articles->count; i++) {
		const uint32_t *topics;
		size_t count;
		int r;

		r = matcher_run(matcher, scratch, &articles->articles[i], &topics, &count);
		if (r < 0)
			return r;
		*ret_matches += count;
	}
	return 0;
}

/* The same, but every topic's program is run: what the index saves. */
static int pass_loop(const struct articles *articles, const struct matcher *matcher,
	struct match_scratch *scratch, size_t *ret_matches)
{
	*ret_matches = 0;
	for (size_t i = 0; i < articles->count; i++) {
		const uint32_t *topics;
		size_t count;
		int r;

		r = matcher_run(matcher, scratch, &articles->articles[i], &topics, &count);
		for (size_t t = 0; t < matcher->topic_count && r >= 0; t++) {
			r = program_run(&scratch->found, matcher, NULL,
				matcher->code + matcher->programs[t]);
			*ret_matches += r > 0;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int measure(const char *path, const struct articles *articles, struct match_scratch *scratch)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	struct config_errors faults = {0};
	struct matcher_errors errors;
	struct topic *topics;
	size_t matches = 0;
	size_t loop_matches = 0;
	size_t before;
	size_t count;
	double best = 1e9;
	double start;
	double compile;
	double loop;
	int r;

	r = arena_new(MEMORY_MAX, &arena);
	if (r >= 0)
		r = topics_load(path, arena, &topics, &count, &faults);
	if (r < 0)
		return r;
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	start = cpu_seconds();
	r = matcher_new(topics, count, &matcher, &errors);
	compile = cpu_seconds() - start;
	if (r < 0)
		return r;
	for (int pass = 0; pass < PASSES && r >= 0; pass++) {
		double spent;

		start = cpu_seconds();
		r = pass_match(articles, matcher, scratch, &matches);
		spent = cpu_seconds() - start;
		if (spent < best)
			best = spent;
	}
	start = cpu_seconds();
	if (r >= 0)
		r = pass_loop(articles, matcher, scratch, &loop_matches);
	loop = cpu_seconds() - start;
	if (r < 0 || loop_matches != matches)
		return r < 0 ? r : -EINVAL;
	printf("%7zu topics: %8.2f us an article; plain loop %10.2f; %7.1f matches an article; "
	       "compiled in %.2f s; %.1f MiB (%.1f allocated)\n",
		count, best * 1e6 / (double)articles->count, loop * 1e6 / (double)articles->count,
		(double)matches / (double)articles->count, compile,
		(double)matcher_size(matcher) / 1048576,
		(double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) / 1048576);
	return 0;
}

int main(int argc, char *argv[])
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(match_scratch_freep) struct match_scratch *scratch = NULL;
	struct articles articles = {0};
	double best = 1e9;
	int r;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: bench_match ARTICLES.jsonl TOPICS.conf...\n");
		return 2;
	}
	r = arena_new(MEMORY_MAX, &arena);
	if (r >= 0)
		r = match_scratch_new(&scratch);
	if (r >= 0)
		r = read_articles(argv[1], arena, &articles);
	for (int pass = 0; pass < PASSES && r >= 0; pass++) {
		double start = cpu_seconds();

		r = pass_tokens(&articles, scratch);
		if (cpu_seconds() - start < best)
			best = cpu_seconds() - start;
	}
	if (r >= 0 && articles.count > 0)
		printf("%zu articles of %zu bytes on average; tokenising alone %.2f us an "
		       "article\n",
			articles.count, articles.bytes / articles.count,
			best * 1e6 / (double)articles.count);
	for (int i = 2; i < argc && r >= 0; i++)
		r = measure(argv[i], &articles, scratch);
	free(articles.articles);
	if (r < 0)
		(void)fprintf(stderr, "bench_match: %s\n", strerror(-r));
	return r < 0;
}
