/*
 * How fast documents are read from end to end: over the pipe to a reader, parsed, as text, and
 * back as checked entries; once as new and once with every entry known.  Beside it libxml2's bare
 * SAX parser over the same bytes, with handlers that do nothing.
 *
 * usage: bench_reading [-s SECONDS_OF_A_TURN] [-n] FILE...
 *
 * With -n only documents that are new are read, and nothing else: for a profiler.
 *
 * Documents that SAX finds no XML in are left out.  Wall time is that of a loop and one reader,
 * which run at the same time where there are two cores; CPU time is that of both together.
 */
#include <errno.h>
#include <event2/event.h>
#include <libxml/parser.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/file.h"
#include "worker/child.h"
#include "worker/pool.h"

enum {
	IN_HAND_MAX = 4, /* documents that are submitted at a time */
	TURNS = 5,
};

struct sample {
	char *bytes;
	size_t length;
	struct digest *known;
	size_t known_count;
};

struct bench {
	struct sample *samples;
	size_t count;
	size_t bytes;         /* of all samples */
	double least_seconds; /* of a turn */
	bool new_only;
	/* A run through the pool. */
	struct event_base *base;
	struct pool *pool;
	bool with_known;
	size_t next;
	size_t in_hand;
	size_t rounds; /* over all samples, so far */
	double deadline;
	size_t refused;
};

struct job_in_hand {
	struct bench *bench;
	struct sample *sample;
};

static double seconds_of(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static double wall(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of this process and, once they have ended, of its readers. */
static double cpu(void)
{
	struct rusage self;
	struct rusage children;

	(void)getrusage(RUSAGE_SELF, &self);
	(void)getrusage(RUSAGE_CHILDREN, &children);
	return seconds_of(&self.ru_utime) + seconds_of(&self.ru_stime) +
		seconds_of(&children.ru_utime) + seconds_of(&children.ru_stime);
}

/* ---- bare SAX ---- */

static void on_start(void *userdata, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted_count,
	const xmlChar **attributes)
{
	(void)userdata;
	(void)name;
	(void)prefix;
	(void)uri;
	(void)namespace_count;
	(void)namespaces;
	(void)attribute_count;
	(void)defaulted_count;
	(void)attributes;
}

static void on_end(void *userdata, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)userdata;
	(void)name;
	(void)prefix;
	(void)uri;
}

static void on_text(void *userdata, const xmlChar *text, int length)
{
	(void)userdata;
	(void)text;
	(void)length;
}

static int parse_bare(const struct sample *sample)
{
	xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.cdataBlock = on_text,
	};

	return xmlSAXUserParseMemory(&handler, NULL, sample->bytes, (int)sample->length);
}

/* ---- through a reader ---- */

static void submit_some(struct bench *bench);

static int keep_digests(struct sample *sample, const struct parsed_feed *feed)
{
	sample->known = calloc(feed->entry_count + 1, sizeof(*sample->known));
	if (!sample->known)
		return -ENOMEM;
	for (size_t i = 0; i < feed->entry_count; i++)
		sample->known[i] = feed->entries[i].digest;
	sample->known_count = feed->entry_count;
	qsort(sample->known, sample->known_count, sizeof(*sample->known), digest_compare);
	return 0;
}

static void on_done(const struct reader_result *result, void *userdata)
{
	struct job_in_hand *job = userdata;
	struct bench *bench = job->bench;

	bench->refused += result->error < 0;
	if (!job->sample->known)
		(void)keep_digests(job->sample, &result->feed);
	free(job);
	bench->in_hand--;
	submit_some(bench);
	if (bench->in_hand == 0)
		(void)event_base_loopbreak(bench->base);
}

static int submit(struct bench *bench, struct sample *sample)
{
	struct job_in_hand *job = malloc(sizeof(*job));
	struct document document = {
		.url = strdup("https://example.org/feed"),
		.bytes = malloc(sample->length),
		.length = sample->length,
	};
	int r = -ENOMEM;

	if (job && document.url && document.bytes) {
		*job = (struct job_in_hand){bench, sample};
		memcpy(document.bytes, sample->bytes, sample->length);
		r = pool_submit(bench->pool, &document, sample->known,
			bench->with_known ? sample->known_count : 0, on_done, job);
	}
	if (r < 0) {
		free(job);
		document_clear(&document);
		return r;
	}
	bench->in_hand++;
	return 0;
}

static void submit_some(struct bench *bench)
{
	while (bench->in_hand < IN_HAND_MAX) {
		if (bench->next == bench->count) {
			bench->rounds++;
			bench->next = 0;
			if (wall() >= bench->deadline)
				bench->next = SIZE_MAX;
		}
		if (bench->next == SIZE_MAX || submit(bench, &bench->samples[bench->next++]) < 0)
			return;
	}
}

/* What ran, in all turns. */
struct tally {
	double bytes;
	double wall;
	double cpu;
};

static void tally_add(struct tally *tally, const struct bench *bench, size_t rounds,
	double wall_time, double cpu_time)
{
	tally->bytes += (double)bench->bytes * (double)rounds;
	tally->wall += wall_time;
	tally->cpu += cpu_time;
}

static void print_tally(const char *name, const struct tally *tally, const struct tally *bare)
{
	double by_wall = tally->bytes / tally->wall / 1e6;
	double by_cpu = tally->bytes / tally->cpu / 1e6;

	printf("%-10s %7.1f MB/s by wall, %7.1f MB/s by CPU; of bare SAX %.2f and %.2f\n", name,
		by_wall, by_cpu, by_wall / (bare->bytes / bare->wall / 1e6),
		by_cpu / (bare->bytes / bare->cpu / 1e6));
}

static void run_bare(const struct bench *bench, struct tally *tally)
{
	double begun = wall();
	double cpu_begun = cpu();
	size_t rounds = 0;

	do {
		for (size_t i = 0; i < bench->count; i++)
			(void)parse_bare(&bench->samples[i]);
		rounds++;
	} while (wall() - begun < bench->least_seconds);
	tally_add(tally, bench, rounds, wall() - begun, cpu() - cpu_begun);
}

/* With its start, which is a hundredth of a second and of the result. */
static int run_pool(struct bench *bench, bool with_known, struct tally *tally)
{
	struct pool_options options = {.base = bench->base, .readers = 1};
	double cpu_begun = cpu();
	double begun = wall();
	int r;

	r = clock_new_system(bench->base, &options.clock);
	if (r == 0)
		r = pool_new(&options, &bench->pool);
	if (r < 0)
		return r;
	bench->with_known = with_known;
	bench->rounds = 0;
	bench->next = 0;
	bench->refused = 0;
	bench->deadline = begun + bench->least_seconds;
	submit_some(bench);
	(void)event_base_dispatch(bench->base);
	pool_free(bench->pool);
	clock_free_system(options.clock);
	tally_add(tally, bench, bench->rounds, wall() - begun, cpu() - cpu_begun);
	return 0;
}

/* In turns, for the machine is not equally fast all the time. */
static int run_all(struct bench *bench)
{
	struct tally bare = {0};
	struct tally new = {0};
	struct tally known = {0};
	int r = 0;

	for (unsigned turn = 0; turn < TURNS && r == 0; turn++) {
		if (!bench->new_only)
			run_bare(bench, &bare);
		r = run_pool(bench, false, &new);
		if (r == 0 && !bench->new_only)
			r = run_pool(bench, true, &known);
	}
	print_tally("bare SAX", &bare, &bare);
	print_tally("all new", &new, &bare);
	print_tally("all known", &known, &bare);
	printf("%zu of them are no feeds\n",
		bench->refused / (bench->rounds > 0 ? bench->rounds : 1));
	return r;
}

static int load(struct bench *bench, char **paths, int count)
{
	bench->samples = calloc((size_t)count, sizeof(*bench->samples));
	if (!bench->samples)
		return -ENOMEM;
	for (int i = 0; i < count; i++) {
		struct sample *sample = &bench->samples[bench->count];
		int r;

		r = file_read(paths[i], DOCUMENT_BYTES_MAX, &sample->bytes, &sample->length);
		if (r < 0)
			return r;
		if (parse_bare(sample) != 0) {
			free(sample->bytes);
			continue;
		}
		bench->bytes += sample->length;
		bench->count++;
	}
	return bench->count > 0 ? 0 : -ENODATA;
}

int main(int argc, char **argv)
{
	struct bench bench = {.least_seconds = 1};
	int option;
	int r;

	if (argc > 1 && strcmp(argv[1], READER_ARGUMENT) == 0)
		return child_main();
	while ((option = getopt(argc, argv, "ns:")) >= 0) {
		if (option == 's')
			bench.least_seconds = strtod(optarg, NULL);
		else if (option == 'n')
			bench.new_only = true;
		else
			return 2;
	}
	r = load(&bench, argv + optind, argc - optind);
	bench.base = event_base_new();
	if (r == 0 && bench.base) {
		printf("%zu documents, %.2f MB\n", bench.count, (double)bench.bytes / 1e6);
		r = run_all(&bench);
	}
	if (r < 0)
		(void)fprintf(stderr, "bench_reading: %s\n", strerror(-r));
	for (size_t i = 0; i < bench.count; i++) {
		free(bench.samples[i].bytes);
		free(bench.samples[i].known);
	}
	free(bench.samples);
	event_base_free(bench.base);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
