/*
 * The scanner against libxml2: what the scanner reads, libxml2 takes for well-formed, and both
 * report the same elements, attributes and text.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/utf8.h"
#include "parse/xml_reader.h"
#include "parse/xml_scanner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	ARENA_BYTES_MAX = 64 * 1024 * 1024,
	RECORD_BYTES_MAX = 64 * 1024 * 1024,
};

/* What was reported, one event a line; the reader is first, as xml_reader.h demands. */
struct recorder {
	struct xml_reader reader;
	struct buffer record;
	bool in_text;
	size_t depth;
};

static void put(struct recorder *recorder, char kind, const xmlChar *text)
{
	(void)buffer_add_char(&recorder->record, kind);
	(void)buffer_add_string(&recorder->record, text ? (const char *)text : "-");
	(void)buffer_add_char(&recorder->record, '\n');
	recorder->in_text = false;
}

static void on_start(void *userdata, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int namespace_count, const xmlChar **namespaces, int attribute_count, int default_count,
	const xmlChar **values)
{
	struct recorder *recorder = userdata;

	(void)default_count;
	recorder->depth++;
	put(recorder, '<', name);
	put(recorder, ':', prefix);
	put(recorder, '@', uri);
	for (int i = 0; i < 2 * namespace_count; i++)
		put(recorder, 'n', namespaces[i]);
	for (int i = 0; i < attribute_count; i++, values += 5) {
		put(recorder, '=', values[0]);
		put(recorder, ':', values[1]);
		/* What "xml" stands for is known without. */
		if (!values[1] || strcmp((const char *)values[1], "xml") != 0)
			put(recorder, '@', values[2]);
		(void)buffer_add(&recorder->record, values[3], (size_t)(values[4] - values[3]));
		put(recorder, '"', NULL);
	}
}

static void on_end(void *userdata, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct recorder *recorder = userdata;

	(void)uri;
	recorder->depth--;
	put(recorder, '>', name);
	put(recorder, ':', prefix);
}

static void on_text(void *userdata, const xmlChar *text, int length)
{
	struct recorder *recorder = userdata;

	if (length > 0 && !recorder->in_text)
		put(recorder, 't', NULL);
	recorder->in_text = recorder->in_text || length > 0;
	(void)buffer_add(&recorder->record, text, (size_t)length);
}

static const xmlSAXHandler callbacks = {
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
};

static int scan(const struct xml_prolog *prolog, struct arena *arena, struct recorder *recorder)
{
	const struct xml_scan what = {.prolog = prolog, .callbacks = &callbacks, .arena = arena};
	_cleanup_(xml_scanner_freep) struct xml_scanner *scanner = NULL;

	if (xml_scanner_new(&what, &scanner) < 0)
		return -EAGAIN;
	return xml_scanner_run(scanner, recorder);
}

static void compare(const struct xml_prolog *prolog, struct arena *arena)
{
	struct recorder fast = {.record = BUFFER_INIT(RECORD_BYTES_MAX)};
	struct recorder slow = {.record = BUFFER_INIT(RECORD_BYTES_MAX)};

	slow.reader.prolog = prolog;
	slow.reader.arena = arena;
	if (scan(prolog, arena, &fast) == 0) {
		if (xml_read(&slow.reader, prolog->root, prolog->root_length, &callbacks, false) <
			0)
			abort();
		if (fast.record.length != slow.record.length ||
			memcmp(buffer_string(&fast.record), buffer_string(&slow.record),
				fast.record.length) != 0)
			abort();
	}
	buffer_free(&fast.record);
	buffer_free(&slow.record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(freep) struct xml_prolog *prolog = malloc(sizeof(*prolog));

	if (!prolog || !utf8_valid((const char *)data, size) ||
		arena_new(ARENA_BYTES_MAX, &arena) < 0)
		return 0;
	xml_prolog_read((const char *)data, size, prolog);
	if (prolog->root)
		compare(prolog, arena);
	return 0;
}
