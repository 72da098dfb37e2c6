/*
 * Runs an archive (JSON Lines) through the story index as the daemon would, for storyscore.py:
 * `replay_file ARTICLES.jsonl`.  With `--truth FILE.tsv` articles join their true stories, and each
 * comparison's features are printed with whether the two are of one story: what the weights of
 * similarity_weights.c are trained on; with `--relations FILE.tsv` those of relation_weights.c.
 */
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "dedup/similarity_model.h"
#include "dedup/story_index_watch.h"
#include "model/article.h"

enum {
	ARTICLES_MAX = 2000000,
	LINE_ARENA_BYTES = 8 * 1024 * 1024,
	TEXT_BYTES = 64,
};

struct stored {
	void *bytes;
	size_t length;
	char id[TEXT_BYTES];
	char truth[TEXT_BYTES]; /* the true story */
	char kind[TEXT_BYTES];
};

struct replay {
	struct story_index *index;
	struct stored *stored; /* by key, from 1 */
	size_t count;
	size_t truth_count;
	struct arena *arena;
	double judge_seconds;
	double add_seconds;
	double make_seconds;
};

static int load(void *userdata, int64_t article, struct arena *arena, const void **ret_bytes,
	size_t *ret_length)
{
	const struct replay *replay = userdata;

	(void)arena;
	*ret_bytes = replay->stored[article].bytes;
	*ret_length = replay->stored[article].length;
	return *ret_bytes ? 0 : -ENOENT;
}

static void print_line(const struct replay *replay, const struct stored *old, double probability,
	const float *features, size_t count)
{
	const struct stored *new = &replay->stored[replay->count + 1];
	bool same = strcmp(new->truth, "-") != 0 && strcmp(new->truth, old->truth) == 0;

	/* Of a mixed page it is not said whether it belongs to the story; a digest never does. */
	if ((strcmp(new->truth, "-") == 0 && strcmp(new->kind, "digest") != 0) ||
		(strcmp(old->truth, "-") == 0 && strcmp(old->kind, "digest") != 0))
		return;
	printf("%d %s %s %s %s %s %s %.9f", same, new->id, old->id, new->kind, old->kind,
		new->truth, old->truth, probability);
	for (size_t i = 0; i < count; i++)
		printf(" %.5g", (double)features[i]);
	printf("\n");
}

static void print_compared(
	void *userdata, int64_t article, const struct evidence *evidence, double probability)
{
	const struct replay *replay = userdata;
	float features[SIMILARITY_FEATURES];

	similarity_features(evidence, &features);
	print_line(replay, &replay->stored[article], probability, features, SIMILARITY_FEATURES);
}

static void print_related(void *userdata, int64_t of, const struct relation_input *input)
{
	const struct replay *replay = userdata;

	print_line(replay, &replay->stored[of], 1.0, input->features, RELATION_INPUTS);
}

static double seconds(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int read_truth(struct replay *replay, const char *path)
{
	_cleanup_(fclosep) FILE *file = fopen(path, "re");
	char line[4096];

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		struct stored *stored = &replay->stored[replay->truth_count];

		if (replay->truth_count++ == 0)
			continue;
		if (sscanf(line, "%63s %63s %63s", stored->id, stored->truth, stored->kind) != 3)
			return -EINVAL;
	}
	return 0;
}

/* The key of the true story's first article. */
static int64_t true_story(const struct replay *replay, int64_t key)
{
	if (strcmp(replay->stored[key].truth, "-") == 0)
		return key;
	for (int64_t i = 1; i < key; i++)
		if (strcmp(replay->stored[i].truth, replay->stored[key].truth) == 0)
			return i;
	return key;
}

static void print_verdict(
	const struct replay *replay, const struct article *article, const struct verdict *verdict)
{
	json_t *line = json_pack("{s:s, s:I, s:s, s:f, s:f, s:s, s:s, s:b}", "id", article->id,
		"story", (json_int_t)verdict->story, "relation",
		relation_to_string(verdict->relation), "similarity", verdict->similarity,
		"confidence", verdict->confidence, "why", verdict->why, "changed", verdict->changed,
		"material", (int)verdict->material);

	if (verdict->of != 0)
		json_object_set_new(line, "of", json_string(replay->stored[verdict->of].id));
	json_dumpf(line, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(line);
}

static int replay_article(struct replay *replay, const struct article *article)
{
	int64_t key = (int64_t)replay->count + 1;
	double confidence;
	struct stored *stored = &replay->stored[key];
	struct article_facts facts = {0};
	struct fingerprint *fingerprint;
	struct verdict verdict;
	double start = seconds();
	double made;
	double judged;
	const void *bytes;
	int r;

	r = fingerprint_make(article, replay->arena, &fingerprint);
	if (r < 0)
		return r;
	made = seconds();
	r = story_index_judge(replay->index, fingerprint, &facts, &verdict);
	if (r < 0)
		return r;
	judged = seconds();
	if (replay->truth_count > 0) {
		verdict.story = true_story(replay, key);
		verdict.confidence = 1.0;
	} else if (verdict.relation == RELATION_NEW) {
		verdict.story = key;
	}
	confidence = verdict.story == key ? 0.0 : verdict.confidence;
	bytes = fingerprint_bytes(fingerprint, &stored->length);
	stored->bytes = malloc(stored->length);
	if (!stored->bytes)
		return -ENOMEM;
	memcpy(stored->bytes, bytes, stored->length);
	(void)snprintf(stored->id, sizeof(stored->id), "%s", article->id);
	if (replay->truth_count == 0)
		print_verdict(replay, article, &verdict);
	replay->count++;
	replay->make_seconds += made - start;
	replay->judge_seconds += judged - made;
	start = seconds();
	r = story_index_add(replay->index, key, verdict.story, fingerprint, &facts, confidence);
	replay->add_seconds += seconds() - start;
	return r;
}

static int replay_file(struct replay *replay, const char *path)
{
	_cleanup_(fclosep) FILE *file = fopen(path, "re");
	_cleanup_(freep) char *line = NULL;
	size_t size = 0;
	int r = 0;

	if (!file)
		return -errno;
	while (r >= 0 && getline(&line, &size, file) > 0 && replay->count + 1 < ARTICLES_MAX) {
		json_t *object = json_loads(line, 0, NULL);
		struct article article;
		const char *error;

		arena_reset(replay->arena);
		r = article_from_json(object, replay->arena, &article, &error);
		if (r >= 0)
			r = replay_article(replay, &article);
		json_decref(object);
	}
	return r;
}

int main(int argc, char **argv)
{
	static struct replay replay;
	const struct story_index_options options = {.load = load, .userdata = &replay};
	int r;

	replay.stored = calloc(ARTICLES_MAX, sizeof(*replay.stored));
	if (argc < 2 || !replay.stored || story_index_new(&options, &replay.index) < 0 ||
		arena_new(LINE_ARENA_BYTES, &replay.arena) < 0)
		return 2;
	if (argc == 4) {
		struct story_index_watch watch = {.userdata = &replay};

		if (strcmp(argv[2], "--relations") == 0)
			watch.related = print_related;
		else
			watch.compared = print_compared;
		if (read_truth(&replay, argv[3]) < 0)
			return 2;
		story_index_watch(replay.index, &watch);
	}
	r = replay_file(&replay, argv[1]);
	fprintf(stderr,
		"%zu articles: fingerprint %.1f us, judge %.1f us, add %.1f us; %.0f bytes each\n",
		replay.count, replay.make_seconds * 1e6 / (double)replay.count,
		replay.judge_seconds * 1e6 / (double)replay.count,
		replay.add_seconds * 1e6 / (double)replay.count,
		(double)story_index_usage(replay.index).bytes / (double)replay.count);
	for (size_t i = 1; i <= replay.count; i++)
		free(replay.stored[i].bytes);
	free(replay.stored);
	story_index_free(replay.index);
	arena_free(replay.arena);
	return r < 0 ? 1 : 0;
}
