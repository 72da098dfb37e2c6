/*
 * How fast stories are recognised among many, and what a stored article costs:
 *
 *   bench_stories shared/corpus/stories [ARTICLES]
 *
 * The articles of the corpus's scale.py (1,000,000) are judged and added one after the other, as
 * the daemon would; then, after a restart from a snapshot, those of dev.jsonl.gz that have 2 to
 * 3 KB.  Stored fingerprints lie in a file, as they do in the daemon.  Times are CPU of the thread,
 * reading the lines and JSON left out; each figure is the mean of 50,000 articles.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/macro.h"
#include "dedup/story_index.h"
#include "model/article.h"

enum {
	ARTICLES_MAX = 3000000,
	WINDOW = 50000, /* articles of which a figure is the mean */
	COMPARED_WITH = 100000,
	LINE_ARENA_BYTES = 8 * 1024 * 1024,
	LONG_BYTES_MIN = 2000,
	LONG_BYTES_MAX = 3000,
};

struct place {
	uint64_t offset;
	uint32_t length;
};

struct figures {
	double mean; /* microseconds */
	double p99;
};

struct bench {
	struct story_index *index;
	struct arena *arena;
	struct place *places; /* by key */
	int fd;
	uint64_t end;
	size_t count;
	size_t joined;
	double *times; /* of the articles since the last report, in microseconds */
	size_t time_count;
	struct figures first; /* at 100,000 stored */
	struct figures last;
	double written; /* seconds */
	double ready;
};

static int load(void *userdata, int64_t article, struct arena *arena, const void **ret_bytes,
	size_t *ret_length)
{
	const struct bench *bench = userdata;
	const struct place *place = &bench->places[article];
	char *bytes = arena_alloc(arena, place->length);

	if (!bytes)
		return -ENOMEM;
	if (pread(bench->fd, bytes, place->length, (off_t)place->offset) != place->length)
		return -EIO;
	*ret_bytes = bytes;
	*ret_length = place->length;
	return 0;
}

static double microseconds(clockid_t clock)
{
	struct timespec time;

	(void)clock_gettime(clock, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int keep(struct bench *bench, size_t key, const struct fingerprint *fingerprint)
{
	size_t length;
	const void *bytes = fingerprint_bytes(fingerprint, &length);

	bench->places[key] = (struct place){bench->end, (uint32_t)length};
	if (pwrite(bench->fd, bytes, length, (off_t)bench->end) != (ssize_t)length)
		return -EIO;
	bench->end += length;
	return 0;
}

static int recognise(struct bench *bench, const struct article *article)
{
	const struct article_facts facts = {.host = "example.org"};
	size_t key = bench->count + 1;
	struct fingerprint *fingerprint;
	struct verdict verdict;
	double start = microseconds(CLOCK_THREAD_CPUTIME_ID);
	double pause;
	int r;

	r = fingerprint_make(article, bench->arena, &fingerprint);
	if (r < 0)
		return r;
	r = story_index_judge(bench->index, fingerprint, &facts, &verdict);
	if (r < 0)
		return r;
	pause = microseconds(CLOCK_THREAD_CPUTIME_ID);
	r = keep(bench, key, fingerprint);
	if (r < 0)
		return r;
	pause = microseconds(CLOCK_THREAD_CPUTIME_ID) - pause;
	r = story_index_add(bench->index, (int64_t)key,
		verdict.story ? verdict.story : (int64_t)key, fingerprint, &facts,
		verdict.story ? verdict.confidence : 0.0);
	if (r < 0)
		return r;
	bench->times[bench->time_count++] = microseconds(CLOCK_THREAD_CPUTIME_ID) - start - pause;
	bench->count++;
	bench->joined += verdict.story != 0;
	return 0;
}

static int compare_times(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void report(struct bench *bench, const char *what)
{
	struct story_index_usage usage = story_index_usage(bench->index);
	double sum = 0.0;

	if (bench->time_count == 0)
		return;
	for (size_t i = 0; i < bench->time_count; i++)
		sum += bench->times[i];
	qsort(bench->times, bench->time_count, sizeof(double), compare_times);
	bench->last = (struct figures){.mean = sum / (double)bench->time_count,
		.p99 = bench->times[bench->time_count * 99 / 100]};
	if (bench->first.mean == 0.0 && bench->count >= COMPARED_WITH)
		bench->first = bench->last;
	printf("%s: %zu stored, %zu joined; mean %.1f us, median %.1f, p99 %.1f, most %.0f; "
	       "%.0f bytes each\n",
		what, bench->count, bench->joined, bench->last.mean,
		bench->times[bench->time_count / 2], bench->last.p99,
		bench->times[bench->time_count - 1], (double)usage.bytes / (double)usage.articles);
	(void)fflush(stdout);
	bench->time_count = 0;
}

/* Judges and adds the articles that a command of the shell prints. */
static int run_command(struct bench *bench, const char *command, bool only_long)
{
	FILE *file = popen(command, "re");
	_cleanup_(freep) char *line = NULL;
	size_t size = 0;
	int r = 0;

	if (!file)
		return -errno;
	while (r >= 0 && getline(&line, &size, file) > 0 && bench->count + 1 < ARTICLES_MAX) {
		json_t *object = json_loads(line, 0, NULL);
		struct article article;
		const char *error;
		size_t length;

		arena_reset(bench->arena);
		r = article_from_json(object, bench->arena, &article, &error);
		json_decref(object);
		length = r >= 0 && article.text ? strlen(article.text) : 0;
		if (r >= 0 &&
			(!only_long || (length >= LONG_BYTES_MIN && length <= LONG_BYTES_MAX)))
			r = recognise(bench, &article);
		if (!only_long && bench->time_count == WINDOW)
			report(bench, "short");
	}
	(void)pclose(file);
	report(bench, only_long ? "long" : "short");
	return bench->count == 0 ? -ENODATA : r;
}

static int write_piece(void *userdata, const void *bytes, size_t length)
{
	return fwrite(bytes, 1, length, userdata) == length ? 0 : -EIO;
}

static int read_piece(void *userdata, void *ret_bytes, size_t length)
{
	return fread(ret_bytes, 1, length, userdata) == length ? 0 : -ENODATA;
}

static int restart(struct bench *bench)
{
	const struct story_index_options options = {.load = load, .userdata = bench};
	_cleanup_(fclosep) FILE *file = tmpfile();
	double start = microseconds(CLOCK_MONOTONIC);
	double written;
	int r;

	if (!file)
		return -errno;
	r = story_index_write(bench->index, write_piece, file);
	if (r < 0)
		return r;
	written = microseconds(CLOCK_MONOTONIC);
	story_index_free(bench->index);
	bench->index = NULL;
	rewind(file);
	r = story_index_read(&options, read_piece, file, &bench->index);
	bench->written = (written - start) / 1e6;
	bench->ready = (microseconds(CLOCK_MONOTONIC) - written) / 1e6;
	printf("snapshot: written in %.2f s, ready after %.2f s\n", bench->written, bench->ready);
	return r;
}

static void print_sum(const struct bench *bench, size_t stored, const struct figures *few)
{
	struct story_index_usage usage = story_index_usage(bench->index);

	printf("\nwith %zu stored\n", stored);
	printf("  short articles   mean %.1f us, p99 %.1f us\n", few->mean, few->p99);
	printf("  of 2.5 KB        mean %.1f us, p99 %.1f us\n", bench->last.mean, bench->last.p99);
	printf("  each stored one  %.0f bytes\n", (double)usage.bytes / (double)usage.articles);
	printf("  ready after      %.2f s\n", bench->ready);
	if (bench->first.mean > 0.0)
		printf("  against %d   %.2f\n", COMPARED_WITH, few->mean / bench->first.mean);
}

static int run(struct bench *bench, const char *count)
{
	char command[64];
	struct figures few;
	size_t stored;
	int r;

	(void)snprintf(command, sizeof(command), "python3 scale.py %ld", strtol(count, NULL, 10));
	r = run_command(bench, command, false);
	if (r < 0)
		return r;
	few = bench->last;
	stored = bench->count;
	r = restart(bench);
	if (r < 0)
		return r;
	r = run_command(bench, "zcat dev.jsonl.gz", true);
	if (r < 0)
		return r;
	print_sum(bench, stored, &few);
	return 0;
}

int main(int argc, char **argv)
{
	static struct bench bench;
	const struct story_index_options options = {.load = load, .userdata = &bench};
	char path[] = "/var/tmp/bench_stories.XXXXXX";
	int r;

	if (argc < 2 || chdir(argv[1]) < 0)
		return 2;
	bench.places = calloc(ARTICLES_MAX, sizeof(*bench.places));
	bench.times = calloc(ARTICLES_MAX, sizeof(*bench.times));
	bench.fd = mkostemp(path, O_CLOEXEC);
	if (!bench.places || !bench.times || bench.fd < 0 || unlink(path) < 0 ||
		arena_new(LINE_ARENA_BYTES, &bench.arena) < 0 ||
		story_index_new(&options, &bench.index) < 0)
		return 1;
	r = run(&bench, argc > 2 ? argv[2] : "1000000");
	if (r < 0)
		fprintf(stderr, "bench_stories: %s\n", strerror(-r));
	story_index_free(bench.index);
	arena_free(bench.arena);
	free(bench.places);
	free(bench.times);
	(void)close(bench.fd);
	return r < 0;
}
