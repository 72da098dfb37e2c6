/*
 * Reading feeds against bare libxml2 over the same bytes: `bench_parse FILE...`.  Each document is
 * read (charset, XML, text, wire form), then read again with all of its entries known.  Documents
 * that are no well-formed XML are left out, since bare libxml2 cannot read them.
 */
#include <errno.h>
#include <libxml/parser.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/macro.h"
#include "parse/feed_parser.h"

enum {
	ROUNDS_MIN = 3,
	DOCUMENTS_MAX = 4096,
};

#define SECONDS_MIN 3.0 /* of all rounds together */

struct sample {
	struct document document;
	struct digest *known;
	size_t known_count;
};

struct bench {
	struct sample samples[DOCUMENTS_MAX];
	size_t count;
	size_t bytes;
	struct arena *arena;
	size_t entries;
};

static void count_start(void *userdata, const xmlChar *name, const xmlChar *prefix,
	const xmlChar *uri, int namespaces, const xmlChar **namespace_list, int attributes,
	int defaulted, const xmlChar **values)
{
	size_t *count = userdata;

	(void)name, (void)prefix, (void)uri, (void)namespaces, (void)namespace_list;
	(void)attributes, (void)defaulted, (void)values;
	(*count)++;
}

static void count_text(void *userdata, const xmlChar *text, int length)
{
	size_t *count = userdata;

	(void)text;
	*count += (size_t)length;
}

static void ignore_error(void *userdata, xmlErrorPtr error)
{
	(void)userdata, (void)error;
}

static bool read_bare(const struct document *document)
{
	xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = count_start,
		.characters = count_text,
		.ignorableWhitespace = count_text,
		.cdataBlock = count_text,
		.serror = ignore_error,
	};
	size_t count = 0;

	return xmlSAXUserParseMemory(&handler, &count, document->bytes, (int)document->length) == 0;
}

static bool bare(struct bench *bench, struct sample *sample)
{
	(void)bench;
	return read_bare(&sample->document);
}

static bool read_and_write(struct bench *bench, const struct sample *sample, size_t known_count,
	struct parsed_feed *ret)
{
	_cleanup_(buffer_free) struct buffer answer = BUFFER_INIT(ROUND_BYTES_MAX);
	const char *reason;

	arena_reset(bench->arena);
	if (feed_parse(&sample->document, sample->known, known_count, bench->arena, ret, &reason) <
		0)
		return false;
	parsed_feed_write(ret, &answer);
	return answer.failed == 0;
}

static bool whole(struct bench *bench, struct sample *sample)
{
	struct parsed_feed feed;

	return read_and_write(bench, sample, 0, &feed);
}

static bool known(struct bench *bench, struct sample *sample)
{
	struct parsed_feed feed;

	return read_and_write(bench, sample, sample->known_count, &feed);
}

/* Reads a file; keeps it if it is a well-formed feed. */
static void add_sample(struct bench *bench, const char *path)
{
	_cleanup_(buffer_free) struct buffer bytes = BUFFER_INIT(DOCUMENT_BYTES_MAX);
	_cleanup_(fclosep) FILE *file = fopen(path, "rbe");
	struct sample *sample = &bench->samples[bench->count];
	struct parsed_feed feed;
	char chunk[65536];
	size_t count;

	if (!file || bench->count == DOCUMENTS_MAX)
		return;
	while ((count = fread(chunk, 1, sizeof(chunk), file)) > 0)
		(void)buffer_add(&bytes, chunk, count);
	*sample = (struct sample){.document = {.length = bytes.length, .bytes = bytes.bytes}};
	if (bytes.failed || !bytes.bytes || !read_bare(&sample->document) ||
		!read_and_write(bench, sample, 0, &feed) || feed.entry_count == 0)
		return;
	sample->known = calloc(feed.entry_count, sizeof(struct digest));
	for (size_t i = 0; sample->known && i < feed.entry_count; i++)
		sample->known[sample->known_count++] = feed.entries[i].digest;
	qsort(sample->known, sample->known_count, sizeof(struct digest), digest_compare);
	bench->entries += feed.entry_count;
	bench->bytes += bytes.length;
	bench->count++;
	(void)TAKE_PTR(bytes.bytes); /* the sample's now, to the end of the program */
}

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct contender {
	const char *name;
	bool (*read)(struct bench *bench, struct sample *sample);
	double rate; /* megabytes a second of processor time, the best of all rounds */
};

static bool run_round(struct bench *bench, struct contender *contender)
{
	double begin = now();
	double rate;

	for (size_t i = 0; i < bench->count; i++)
		if (!contender->read(bench, &bench->samples[i]))
			return false;
	rate = (double)bench->bytes / 1e6 / (now() - begin);
	contender->rate = rate > contender->rate ? rate : contender->rate;
	return true;
}

/* In turns, so that what else the machine does strikes all alike. */
static bool compare(struct bench *bench, struct contender *contenders, size_t count)
{
	double start = now();

	for (int round = 0; round < ROUNDS_MIN || now() - start < SECONDS_MIN; round++)
		for (size_t i = 0; i < count; i++)
			if (!run_round(bench, &contenders[i]))
				return false;
	return true;
}

int main(int argc, char **argv)
{
	static struct bench bench;
	struct contender contenders[] = {{"bare libxml2 SAX", bare, 0}, {"read as new", whole, 0},
		{"all entries known", known, 0}};

	if (arena_new(ROUND_BYTES_MAX, &bench.arena) < 0 || parse_prepare() < 0)
		return 70;
	for (int i = 1; i < argc; i++)
		add_sample(&bench, argv[i]);
	if (bench.count == 0) {
		(void)fprintf(stderr, "usage: bench_parse FEED...\n");
		return 2;
	}
	if (!compare(&bench, contenders, ARRAY_SIZE(contenders)))
		return 70;
	printf("%zu documents, %zu entries, %.1f MB\n", bench.count, bench.entries,
		(double)bench.bytes / 1e6);
	for (size_t i = 0; i < ARRAY_SIZE(contenders); i++)
		printf("%-18s %7.1f MB/s  %.2f of bare\n", contenders[i].name, contenders[i].rate,
			contenders[i].rate / contenders[0].rate);
	arena_free(bench.arena);
	return 0;
}
