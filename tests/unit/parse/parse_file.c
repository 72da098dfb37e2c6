/* Prints a document as `wirewatch parse` would, without the reader process: for measuring. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"
#include "parse/feed_json.h"
#include "parse/feed_parser.h"

static int read_file(const char *path, struct document *document)
{
	_cleanup_(buffer_free) struct buffer bytes = BUFFER_INIT(DOCUMENT_BYTES_MAX);
	_cleanup_(fclosep) FILE *file = fopen(path, "rbe");
	char chunk[65536];
	size_t count;

	if (!file)
		return -errno;
	while ((count = fread(chunk, 1, sizeof(chunk), file)) > 0)
		if (buffer_add(&bytes, chunk, count) < 0)
			return bytes.failed;
	document->length = bytes.length;
	document->bytes = buffer_take(&bytes);
	return document->bytes ? 0 : -ENOMEM;
}

static int print_feed(const struct parsed_feed *feed)
{
	json_t *json = parsed_feed_to_json(feed);
	int r = json ? json_dumpf(json, stdout, JSON_INDENT(1)) : -1;

	json_decref(json);
	for (size_t i = 0; i < feed->diagnosis_count; i++)
		(void)fprintf(
			stderr, "line %u: %s\n", feed->diagnoses[i].line, feed->diagnoses[i].words);
	return r == 0 ? 0 : 70;
}

static int parse(struct document *document, const char *path)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct parsed_feed feed;
	const char *reason;
	int r;

	r = read_file(path, document);
	if (r == 0)
		r = arena_new(ROUND_BYTES_MAX, &arena);
	if (r == 0)
		r = parse_prepare();
	if (r < 0) {
		(void)fprintf(stderr, "%s: %s\n", path, strerror(-r));
		return 70;
	}
	r = feed_parse(document, NULL, 0, arena, &feed, &reason);
	if (r == 0)
		return print_feed(&feed);
	(void)fprintf(stderr, "%s: %s\n", path, r == -EBADMSG ? reason : strerror(-r));
	return 1;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"url", required_argument, NULL, 'u'},
		{"content-type", required_argument, NULL, 't'}, {0}};
	struct document document = {0};
	int option;
	int r;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'u')
			document.url = strdup(optarg);
		else if (option == 't')
			document.content_type = strdup(optarg);
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	r = parse(&document, argv[optind]);
	document_clear(&document);
	return r;
}
