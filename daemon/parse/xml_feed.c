#include "parse/xml_feed.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "parse/xml_feed_inside.h"
#include "parse/xml_root.h"

enum {
	NAME_BYTES = 32, /* longer than any name that element.h knows */
};

static void stop(struct xml_feed *feed, const char *words)
{
	if (feed->scanner)
		xml_scanner_stop(feed->scanner);
	else
		xml_stop(&feed->reader, words);
}

static void lower_name(const xmlChar *name, char ret[NAME_BYTES])
{
	size_t i = 0;

	for (; name[i] && i < NAME_BYTES - 1; i++)
		ret[i] = (char)tolower(name[i]);
	ret[name[i] ? 0 : i] = '\0';
}

static const struct rule_slot *find_rule(
	struct xml_feed *feed, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	uintptr_t hash = ((uintptr_t)name ^ (uintptr_t)prefix >> 3 ^ (uintptr_t)uri >> 5) >> 2;
	struct rule_slot *slot = &feed->slots[(hash ^ hash >> 7) % RULE_SLOTS];
	char lower[NAME_BYTES];

	if (slot->name == name && slot->prefix == prefix && slot->uri == uri)
		return slot;
	lower_name(name, lower);
	*slot = (struct rule_slot){.name = name, .prefix = prefix, .uri = uri};
	slot->space = element_namespace_find((const char *)uri, (const char *)prefix);
	slot->rule = element_rule_find(slot->space, lower);
	return slot;
}

static void start_root(struct xml_feed *feed, const struct xml_root *root)
{
	feed->builder->is_declared = xml_root_is_declared(root);
	feed->builder->format = xml_root_format(root);
	feed->atom = xml_root_is_atom(root);
	feed->sitemap = xml_root_is_sitemap(root);
}

static void start_element(struct xml_feed *feed, struct frame *frame, const xmlChar *name,
	const xmlChar *prefix, const xmlChar *uri, const struct xml_attributes *attributes)
{
	const struct rule_slot *slot = find_rule(feed, name, prefix, uri);

	if (slot->rule)
		xml_feed_take_element(feed, frame, slot, attributes);
	else if (feed->builder->in_entry || slot->space != NAMESPACE_CORE ||
		strcasecmp((const char *)name, "image") == 0 ||
		strcasecmp((const char *)name, "textinput") == 0)
		frame->mode = MODE_IGNORE;
	else if (attributes->count > 0)
		xml_feed_take_attributes(feed, attributes, frame);
}

static void on_start(void *userdata, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int namespace_count, const xmlChar **namespaces, int attribute_count, int default_count,
	const xmlChar **values)
{
	struct xml_feed *feed = userdata;
	struct xml_attributes attributes = {values, (size_t)attribute_count};
	const struct frame *parent = &feed->frames[feed->depth];
	struct frame *frame;

	(void)default_count;
	if (feed->depth == XML_DEPTH_MAX) {
		stop(feed, "elements are nested too deeply");
		return;
	}
	frame = &feed->frames[++feed->depth];
	*frame = (struct frame){
		.mode = parent->mode, .base = parent->base, .namespaces = namespace_count};
	feed->namespaces += namespace_count;
	if (feed->namespaces > NAMESPACES_MAX) {
		stop(feed, "too many namespaces");
		return;
	}
	if (feed->depth == 1)
		start_root(feed,
			&(struct xml_root){feed->reader.prolog->root_name, uri, namespace_count,
				namespaces, &attributes});
	if (parent->mode == MODE_CAPTURE)
		xml_capture_start_tag(&feed->capture, name, &attributes);
	else if (parent->mode == MODE_PERSON)
		xml_capture_start_person(&feed->capture, name);
	else if (parent->mode == MODE_SOURCE)
		xml_feed_take_source(feed, frame, find_rule(feed, name, prefix, uri));
	else if (parent->mode != MODE_IGNORE)
		start_element(feed, frame, name, prefix, uri, &attributes);
}

static void end_entry(struct xml_feed *feed)
{
	struct digest digest;

	if (feed->scanner)
		digest = xml_scanner_end_entry(feed->scanner);
	feed_builder_end_entry(feed->builder, feed->scanner ? &digest : NULL);
}

static void on_end(void *userdata, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct xml_feed *feed = userdata;
	const struct frame *frame = &feed->frames[feed->depth];

	(void)prefix;
	(void)uri;
	if (feed->depth == 0)
		return;
	if (frame->ends_capture)
		xml_capture_end(&feed->capture);
	else if (frame->mode == MODE_CAPTURE)
		xml_capture_end_tag(&feed->capture, name);
	else if (frame->mode == MODE_PERSON)
		xml_capture_end_person(&feed->capture, name);
	if (frame->ends_entry && feed->builder->in_entry)
		end_entry(feed);
	feed->namespaces -= frame->namespaces;
	feed->depth--;
	if (feed->builder->failed < 0)
		stop(feed, "out of memory");
}

static void on_text(void *userdata, const xmlChar *text, int length)
{
	struct xml_feed *feed = userdata;

	if (feed->capture.value)
		xml_capture_text(&feed->capture, (const char *)text, (size_t)length);
}

/* A document that was cut off ends within an entry: it is taken as far as it came. */
static void end_cut_entry(struct xml_feed *feed)
{
	if (!feed->builder->in_entry || feed->depth == 0)
		return;
	if (feed->capture.value)
		xml_capture_end(&feed->capture);
	end_entry(feed);
}

static const xmlSAXHandler callbacks = {
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
};

static struct xml_feed *feed_new(struct feed_builder *builder, const struct xml_prolog *prolog)
{
	struct xml_feed *feed = malloc(sizeof(*feed));

	if (!feed)
		return NULL;
	memset(feed, 0, offsetof(struct xml_feed, frames) + sizeof(feed->frames[0]));
	feed->builder = builder;
	feed->reader.prolog = prolog;
	feed->reader.arena = builder->arena;
	feed->frames[0].mode = MODE_FEED;
	return feed;
}

int xml_feed_scan(struct feed_builder *builder, const struct xml_prolog *prolog)
{
	const struct xml_scan scan = {
		.prolog = prolog,
		.callbacks = &callbacks,
		.arena = builder->arena,
		.known = builder->known,
		.known_count = builder->known_count,
		.seen = &builder->seen,
	};
	_cleanup_(xml_scanner_freep) struct xml_scanner *scanner = NULL;
	_cleanup_(freep) struct xml_feed *feed = feed_new(builder, prolog);
	int r;

	r = feed ? xml_scanner_new(&scan, &scanner) : -ENOMEM;
	if (r < 0)
		return r;
	feed->scanner = scanner;
	builder->source = prolog;
	r = xml_scanner_run(scanner, feed);
	return builder->failed < 0 ? builder->failed : r;
}

int xml_feed_read(
	struct feed_builder *builder, const struct xml_source *source, struct diagnosis *ret_error)
{
	_cleanup_(freep) struct xml_feed *feed = feed_new(builder, source->prolog);
	int r;

	if (!feed)
		return -ENOMEM;
	r = xml_read(&feed->reader, source->text, source->length, &callbacks, source->recover);
	if (builder->failed < 0)
		return builder->failed;
	if (r < 0 && source->recover)
		end_cut_entry(feed);
	if (r == -EBADMSG) {
		ret_error->line = feed->reader.error_line;
		ret_error->words = arena_strdup(builder->arena, feed->reader.error_words);
	}
	return r;
}

bool xml_feed_is_index(const struct xml_prolog *prolog)
{
	return strcmp(prolog->root_name, "sitemapindex") == 0;
}
