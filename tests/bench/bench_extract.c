/*
 * Extracting articles against libxml2's bare HTML parse of the same bytes: `bench_extract FILE...`.
 * CPU time, page after page, end to end: charset, filter, tree, metadata, choice, wire form.
 */
#include <libxml/HTMLparser.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/macro.h"
#include "extract/page_extract.h"

enum {
	PAGES_MAX = 4096,
	ROUNDS = 5,
	ARENA_BYTES = 128 * 1024 * 1024,
};

struct bench {
	struct document pages[PAGES_MAX];
	size_t count;
	size_t bytes;
	size_t articles;
};

static double cpu_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void add_page(struct bench *bench, const char *path)
{
	_cleanup_(buffer_free) struct buffer bytes = BUFFER_INIT(DOCUMENT_BYTES_MAX);
	_cleanup_(fclosep) FILE *file = fopen(path, "rbe");
	char chunk[65536];
	size_t count;

	if (!file || bench->count == PAGES_MAX)
		return;
	while ((count = fread(chunk, 1, sizeof(chunk), file)) > 0)
		(void)buffer_add(&bytes, chunk, count);
	bench->bytes += bytes.length;
	bench->pages[bench->count].length = bytes.length;
	bench->pages[bench->count].bytes = buffer_take(&bytes);
	if (bench->pages[bench->count].bytes)
		bench->count++;
}

static void extract(struct bench *bench, const struct document *document)
{
	_cleanup_(buffer_free) struct buffer wire = BUFFER_INIT(ARENA_BYTES);
	_cleanup_(arena_freep) struct arena *arena = NULL;
	const char *reason = NULL;
	struct web_page page;

	if (arena_new(ARENA_BYTES, &arena) < 0 || page_extract(document, arena, &page, &reason) < 0)
		return;
	web_page_write(&page, &wire);
	bench->articles += page.verdict == PAGE_IS_ARTICLE;
}

/* As a program that knows nothing else of HTML would read the page. */
static void parse_bare(struct bench *bench, const struct document *document)
{
	htmlDocPtr tree = htmlReadMemory(document->bytes, (int)document->length, NULL, "UTF-8",
		HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);

	(void)bench;
	if (tree)
		xmlFreeDoc(tree);
}

/* The best round's CPU time for a page, in milliseconds. */
static double measure(
	struct bench *bench, void (*run)(struct bench *bench, const struct document *document))
{
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = cpu_seconds();
		double taken;

		bench->articles = 0;
		for (size_t i = 0; i < bench->count; i++)
			run(bench, &bench->pages[i]);
		taken = cpu_seconds() - start;
		if (round == 0 || taken < best)
			best = taken;
	}
	return best * 1000 / (double)bench->count;
}

int main(int argc, char **argv)
{
	static struct bench bench;
	double whole;
	double bare;

	if (argc < 2 || extract_prepare() < 0) {
		(void)fprintf(stderr, "usage: bench_extract FILE.html...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++)
		add_page(&bench, argv[i]);
	if (bench.count == 0)
		return 1;
	bare = measure(&bench, parse_bare);
	whole = measure(&bench, extract);
	(void)printf("%zu pages, %.1f MB, %zu articles\n", bench.count, (double)bench.bytes / 1e6,
		bench.articles);
	(void)printf("extract      %.3f ms CPU a page\n", whole);
	(void)printf("bare libxml2 %.3f ms CPU a page\n", bare);
	(void)printf("ratio        %.2f\n", whole / bare);
	for (size_t i = 0; i < bench.count; i++)
		document_clear(&bench.pages[i]);
	return 0;
}
