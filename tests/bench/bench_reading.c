/*
 * How fast documents are read from end to end: over the pipe to a reader, parsed, as text, and
 * back as checked entries; once as new and once with every entry known.  Beside it libxml2's bare
 * SAX parser over the same bytes, with handlers that do nothing.
 *
 * usage: bench_reading [-s SECONDS] FILE...
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
	FILES_MAX = 10000,
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
	size_t bytes; /* of all samples */
	double least_seconds;
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
	struct document document = {.url = strdup("https://example.org/feed")};

	if (!job)
		return -ENOMEM;
	*job = (struct job_in_hand){bench, sample};
	document.bytes = malloc(sample->length);
	if (!document.bytes)
		return -ENOMEM;
	memcpy(document.bytes, sample->bytes, sample->length);
	document.length = sample->length;
	bench->in_hand++;
	return pool_submit(bench->pool, &document, sample->known,
		bench->with_known ? sample->known_count : 0, on_done, job);
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

static void print_rate(const char *name, const struct bench *bench, size_t rounds, double wall_time,
	double cpu_time, double sax_rate)
{
	double bytes = (double)bench->bytes * (double)rounds;
	double rate = bytes / wall_time / 1e6;

	printf("%-12s %8.1f MB/s by wall, %8.1f MB/s by CPU", name, rate, bytes / cpu_time / 1e6);
	if (sax_rate > 0)
		printf("; of bare SAX: %.2f by wall, %.2f by CPU", rate / sax_rate,
			bytes / cpu_time / 1e6 / sax_rate);
	printf("\n");
}

static double run_bare(const struct bench *bench)
{
	double begun = wall();
	double cpu_begun = cpu();
	double wall_time;
	size_t rounds = 0;

	do {
		for (size_t i = 0; i < bench->count; i++)
			(void)parse_bare(&bench->samples[i]);
		rounds++;
		wall_time = wall() - begun;
	} while (wall_time < bench->least_seconds);
	print_rate("bare SAX", bench, rounds, wall_time, cpu() - cpu_begun, 0);
	return (double)bench->bytes * (double)rounds / (cpu() - cpu_begun) / 1e6;
}

static int run_pool(struct bench *bench, const char *name, bool with_known, double sax_rate)
{
	struct pool_options options = {.base = bench->base, .readers = 1};
	double cpu_begun = cpu();
	double begun = wall();
	double wall_time;
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
	wall_time = wall() - begun;
	pool_free(bench->pool);
	clock_free_system(options.clock);
	if (sax_rate > 0)
		print_rate(name, bench, bench->rounds, wall_time, cpu() - cpu_begun, sax_rate);
	return 0;
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
	struct bench bench = {.least_seconds = 3};
	double sax_rate;
	int option;
	int r;

	if (argc > 1 && strcmp(argv[1], READER_ARGUMENT) == 0)
		return child_main();
	while ((option = getopt(argc, argv, "s:")) >= 0)
		if (option == 's')
			bench.least_seconds = strtod(optarg, NULL);
	r = load(&bench, argv + optind, argc - optind);
	if (r < 0) {
		(void)fprintf(stderr, "bench_reading: %s\n", strerror(-r));
		return EXIT_FAILURE;
	}
	bench.base = event_base_new();
	printf("%zu documents, %.2f MB\n", bench.count, (double)bench.bytes / 1e6);
	sax_rate = run_bare(&bench);
	r = run_pool(&bench, "all new", false, sax_rate);
	if (r == 0)
		r = run_pool(&bench, "all known", true, sax_rate);
	printf("%zu of them are no feeds\n", bench.refused / (bench.rounds > 0 ? bench.rounds : 1));
	for (size_t i = 0; i < bench.count; i++) {
		free(bench.samples[i].bytes);
		free(bench.samples[i].known);
	}
	free(bench.samples);
	event_base_free(bench.base);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
