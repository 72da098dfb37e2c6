#include "parse/xml_feed.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "parse/element.h"
#include "parse/xml_attributes.h"
#include "parse/xml_capture.h"
#include "parse/xml_reader.h"
#include "parse/xml_scanner.h"

enum {
	RULE_SLOTS = 128, /* a power of two */
	SOURCE_RANK = 9,  /* of a source's author: behind all of the entry's own */
	NAME_BYTES = 32,  /* longer than any name that element.h knows */
};

/* What an element's children and text are. */
enum frame_mode {
	MODE_FEED,    /* the feed's */
	MODE_ENTRY,   /* an entry's */
	MODE_IGNORE,  /* nobody's */
	MODE_CAPTURE, /* of a field's text */
	MODE_PERSON,  /* the same, with names and addresses among the children */
	MODE_SOURCE,  /* another feed's: of an entry that was taken from there */
};

struct frame {
	enum frame_mode mode;
	bool ends_entry;
	bool ends_capture;
	struct base_scope *base;
	int namespaces; /* declared here */
};

/* libxml2 keeps one copy of each name, so that its address is the name. */
struct rule_slot {
	const xmlChar *name;
	const xmlChar *prefix;
	const xmlChar *uri;
	const struct element_rule *rule;
	enum element_namespace space;
};

struct xml_feed {
	struct xml_reader reader; /* first: see xml_reader.h */
	struct feed_builder *builder;
	struct xml_capture capture;
	size_t depth;
	int namespaces;              /* in scope */
	struct xml_scanner *scanner; /* NULL: libxml2 reads it */
	bool atom;
	bool sitemap;
	struct rule_slot slots[RULE_SLOTS];
	struct frame frames[XML_DEPTH_MAX + 1]; /* last: not zeroed, as it is large */
};

static void stop(struct xml_feed *feed, const char *words)
{
	if (feed->scanner)
		xml_scanner_stop(feed->scanner);
	else
		xml_stop(&feed->reader, words);
}

/* For feed_builder_diagnose(): an offset while the scanner reads, else the line. */
static uint32_t place(const struct xml_feed *feed)
{
	return feed->scanner ? (uint32_t)xml_scanner_place(feed->scanner) : xml_line(&feed->reader);
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

static enum feed_format rss_format(const struct xml_attributes *attributes)
{
	static const struct {
		const char *version;
		enum feed_format format;
	} versions[] = {{"0.9", FORMAT_RSS_090}, {"0.90", FORMAT_RSS_090}, {"0.91", FORMAT_RSS_091},
		{"0.92", FORMAT_RSS_092}, {"0.93", FORMAT_RSS_093}, {"0.94", FORMAT_RSS_094},
		{"1.0", FORMAT_RSS_10}};
	struct xml_value version = xml_attribute(attributes, "version");

	for (size_t i = 0; i < ARRAY_SIZE(versions); i++)
		if (xml_value_is(&version, versions[i].version))
			return versions[i].format;
	return FORMAT_RSS_20;
}

static enum feed_format atom_format(const xmlChar *uri, const struct xml_attributes *attributes)
{
	struct xml_value version = xml_attribute(attributes, "version");

	if (uri && strstr((const char *)uri, "2005/Atom"))
		return FORMAT_ATOM_10;
	return uri || (version.length > 2 && memcmp(version.bytes, "0.", 2) == 0) ? FORMAT_ATOM_03
										  : FORMAT_ATOM_10;
}

/* RSS 0.90 and 1.0 differ in the namespace of all but the root. */
static enum feed_format rdf_format(int count, const xmlChar **namespaces)
{
	for (int i = 0; i < count; i++)
		if (strstr((const char *)namespaces[2 * i + 1], "netscape.com/rdf/simple/0.9"))
			return FORMAT_RSS_090;
	return FORMAT_RSS_10;
}

/* Whether one of the namespaces declared at the root is a feed's own. */
static bool has_feed_namespace(int count, const xmlChar **namespaces)
{
	for (int i = 0; i < count; i++) {
		const char *uri = (const char *)namespaces[2 * i + 1];

		if (*uri == '\0')
			continue;
		switch (element_namespace_find(uri, "")) {
		case NAMESPACE_CORE:
		case NAMESPACE_ATOM:
		case NAMESPACE_SITEMAP:
			return true;
		default:
			break;
		}
	}
	return false;
}

static void start_root(struct xml_feed *feed, const xmlChar *uri, int namespace_count,
	const xmlChar **namespaces, const struct xml_attributes *attributes)
{
	const char *root = feed->reader.prolog->root_name;
	enum feed_format *format = &feed->builder->format;

	feed->builder->is_declared =
		strcmp(root, "rss") == 0 || has_feed_namespace(namespace_count, namespaces);
	feed->atom = strcmp(root, "feed") == 0 || strcmp(root, "entry") == 0;
	feed->sitemap = strcmp(root, "urlset") == 0 || strcmp(root, "sitemapindex") == 0;
	if (feed->atom)
		*format = atom_format(uri, attributes);
	else if (feed->sitemap)
		*format = FORMAT_SITEMAP;
	else if (strcmp(root, "rdf") == 0)
		*format = rdf_format(namespace_count, namespaces);
	else if (strcmp(root, "channel") == 0 && xml_attribute(attributes, "href").bytes)
		*format = FORMAT_CDF;
	else
		*format = rss_format(attributes);
}

/* Opens a scope for xml:base; outside of entries it lives as long as the records. */
static struct base_scope *new_scope(
	struct xml_feed *feed, const struct xml_value *reference, struct base_scope *parent)
{
	struct feed_builder *builder = feed->builder;
	struct arena *arena = builder->in_entry ? builder->scratch : builder->arena;
	struct base_scope *scope = arena_new_object(arena, struct base_scope);

	if (!scope)
		return parent;
	scope->reference = arena_copy(arena, reference->bytes, reference->length);
	scope->parent = parent;
	scope->arena = arena;
	return scope->reference ? scope : parent;
}

static void note_language(struct xml_feed *feed, const struct xml_value *language)
{
	(void)draft_add(feed_builder_draft(feed->builder), FIELD_LANGUAGE,
		feed->builder->in_entry ? 5 : 3, FORM_PLAIN, language->bytes, language->length);
}

/* xml:base and xml:lang. */
static void read_xml_attributes(
	struct xml_feed *feed, const struct xml_attributes *attributes, struct frame *frame)
{
	struct xml_value base = xml_attribute_of(attributes, "xml", "base");
	struct xml_value language = xml_attribute_of(attributes, "xml", "lang");

	if (base.length > 0)
		frame->base = new_scope(feed, &base, frame->base);
	if (language.length > 0)
		note_language(feed, &language);
}

/* A value from an attribute. */
static void add_value(struct xml_feed *feed, const struct frame *frame, enum field field,
	unsigned rank, enum text_form form, const struct xml_value *text)
{
	struct draft_value *value = draft_add(
		feed_builder_draft(feed->builder), field, rank, form, text->bytes, text->length);

	if (!value)
		return;
	value->base = frame->base;
	value->place = place(feed);
}

static void start_capture(struct xml_feed *feed, struct frame *frame, enum field field,
	unsigned rank, enum text_form form)
{
	struct draft *draft = feed_builder_draft(feed->builder);

	frame->mode = MODE_IGNORE;
	if (!xml_capture_begin(&feed->capture, draft, field, rank, form))
		return;
	feed->capture.value->base = frame->base;
	feed->capture.value->place = place(feed);
	frame->mode = MODE_CAPTURE;
	frame->ends_capture = true;
}

/* CDF has address and date in attributes, RDF the address. */
static void read_record_attributes(
	struct xml_feed *feed, struct frame *frame, const struct xml_attributes *attributes)
{
	struct xml_value href = xml_attribute(attributes, "href");
	struct xml_value modified = xml_attribute(attributes, "lastmod");
	struct xml_value about = xml_attribute(attributes, "about");
	struct xml_value base = xml_attribute(attributes, "base");

	add_value(feed, frame, FIELD_LINK, 1, FORM_PLAIN, &href);
	add_value(feed, frame, FIELD_UPDATED, 0, FORM_PLAIN, &modified);
	if (!feed->builder->in_entry) {
		if (feed->builder->format == FORMAT_CDF && base.length > 0)
			frame->base = new_scope(feed, &base, frame->base);
		return;
	}
	add_value(feed, frame, FIELD_ID, 1, FORM_PLAIN, &about);
	add_value(feed, frame, FIELD_LINK, 5, FORM_GUID, &about);
}

static void start_entry(
	struct xml_feed *feed, struct frame *frame, const struct xml_attributes *attributes)
{
	feed_builder_begin_entry(feed->builder);
	if (feed->scanner)
		xml_scanner_begin_entry(feed->scanner);
	frame->mode = MODE_ENTRY;
	frame->ends_entry = true;
	if (attributes->count > 0) {
		read_xml_attributes(feed, attributes, frame);
		read_record_attributes(feed, frame, attributes);
	}
}

/* "url\0type\0length", as draft.h has it. */
static void add_enclosure(struct xml_feed *feed, const struct frame *frame,
	const struct xml_value *url, const struct xml_value *type, const struct xml_value *length)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(2 * URL_BYTES_MAX);
	struct xml_value whole;

	if (url->length == 0)
		return;
	(void)buffer_add(&text, url->bytes, url->length);
	(void)buffer_add_char(&text, '\0');
	(void)buffer_add(&text, type->bytes, type->length);
	(void)buffer_add_char(&text, '\0');
	(void)buffer_add(&text, length->bytes, length->length);
	(void)buffer_add_char(&text, '\0');
	if (text.failed)
		return;
	whole = (struct xml_value){text.bytes, text.length};
	add_value(feed, frame, FIELD_ENCLOSURE, 0, FORM_PLAIN, &whole);
}

static void read_enclosure(
	struct xml_feed *feed, const struct frame *frame, const struct xml_attributes *attributes)
{
	struct xml_value url = xml_attribute(attributes, "url");
	struct xml_value type = xml_attribute(attributes, "type");
	struct xml_value length = xml_attribute(attributes, "length");

	if (!url.bytes)
		url = xml_attribute(attributes, "href");
	if (!length.bytes)
		length = xml_attribute(attributes, "filesize");
	add_enclosure(feed, frame, &url, &type, &length);
}

/* The relation's name; IANA's may be written out (RFC 4287 section 4.2.7.2). */
static struct xml_value relation_of(const struct xml_attributes *attributes)
{
	static const char registry[] = "http://www.iana.org/assignments/relation/";
	struct xml_value relation = xml_attribute(attributes, "rel");
	size_t length = sizeof(registry) - 1;

	if (relation.length == 0)
		return (struct xml_value){"alternate", strlen("alternate")};
	if (relation.length > length && strncasecmp(relation.bytes, registry, length) == 0) {
		relation.bytes += length;
		relation.length -= length;
	}
	return relation;
}

static void read_atom_link(
	struct xml_feed *feed, const struct frame *frame, const struct xml_attributes *attributes)
{
	struct xml_value href = xml_attribute(attributes, "href");
	struct xml_value relation = relation_of(attributes);
	struct xml_value type = xml_attribute(attributes, "type");
	bool in_entry = feed->builder->in_entry;

	if (xml_value_is(&relation, "alternate")) {
		bool page = type.length == 0 || xml_value_has(&type, "html");

		/* RSS feeds name themselves by a link without relation. */
		add_value(feed, frame, FIELD_LINK, feed->atom ? (page ? 1 : 2) : (page ? 3 : 4),
			FORM_PLAIN, &href);
	} else if (xml_value_is(&relation, "enclosure")) {
		read_enclosure(feed, frame, attributes);
	} else if (xml_value_is(&relation, "hub")) {
		add_value(feed, frame, FIELD_HUB, 0, FORM_PLAIN, &href);
	} else if (xml_value_is(&relation, "self")) {
		add_value(feed, frame, in_entry ? FIELD_LINK : FIELD_SELF, 6, FORM_PLAIN, &href);
	} else if (in_entry &&
		(xml_value_is(&relation, "related") || xml_value_is(&relation, "via"))) {
		add_value(feed, frame, FIELD_LINK, 7, FORM_PLAIN, &href);
	}
}

static void start_link(struct xml_feed *feed, struct frame *frame, const struct element_rule *rule,
	const struct xml_attributes *attributes)
{
	struct xml_value resource = xml_attribute(attributes, "resource");

	if (xml_attribute(attributes, "href").bytes) {
		read_atom_link(feed, frame, attributes);
		frame->mode = MODE_IGNORE;
		return;
	}
	add_value(feed, frame, rule->field, rule->rank + 1U, FORM_PLAIN, &resource);
	start_capture(feed, frame, rule->field, rule->rank, FORM_PLAIN);
}

/* The id's text is also a link of last resort, unless isPermaLink says no (RSS 2.0). */
static void start_guid(struct xml_feed *feed, struct frame *frame, const struct element_rule *rule,
	const struct xml_attributes *attributes)
{
	struct xml_value permanent = xml_attribute(attributes, "ispermalink");

	start_capture(feed, frame, rule->field, rule->rank, FORM_PLAIN);
	feed->capture.also_link = !xml_value_is(&permanent, "false");
}

static void start_category(struct xml_feed *feed, struct frame *frame,
	const struct element_rule *rule, const struct xml_attributes *attributes)
{
	static const char *const names[] = {"term", "label", "text"};
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct xml_value value = xml_attribute(attributes, names[i]);

		add_value(feed, frame, rule->field, 0, FORM_PLAIN, &value);
		found = found || value.length > 0;
	}
	/* iTunes nests them. */
	if (!found)
		start_capture(feed, frame, rule->field, rule->rank, FORM_HTML);
}

static bool is_atom(const struct xml_feed *feed, const struct rule_slot *slot)
{
	return slot->space == NAMESPACE_ATOM || (feed->atom && slot->space == NAMESPACE_CORE);
}

/* Text whose attributes say how it is written; content may also be elsewhere. */
static void start_construct(struct xml_feed *feed, struct frame *frame,
	const struct rule_slot *slot, const struct xml_attributes *attributes)
{
	const struct element_rule *rule = slot->rule;
	struct xml_value source = xml_attribute(attributes, "src");
	enum text_form form = FORM_HTML;

	if (rule->in_entry == ACTION_CONTENT && source.length > 0) {
		add_value(feed, frame, FIELD_LINK, 3, FORM_PLAIN, &source);
		frame->mode = MODE_IGNORE;
		return;
	}
	if (is_atom(feed, slot))
		form = xml_text_form(attributes);
	start_capture(feed, frame, rule->field, rule->rank, form);
}

static bool is_sitemap_entry(const struct element_rule *rule)
{
	return strcmp(rule->name, "url") == 0 || strcmp(rule->name, "sitemap") == 0;
}

static void apply_rule(struct xml_feed *feed, struct frame *frame, const struct rule_slot *slot,
	const struct xml_attributes *attributes)
{
	const struct element_rule *rule = slot->rule;
	bool in_entry = feed->builder->in_entry;
	enum element_action action = in_entry ? rule->in_entry : rule->in_feed;

	if (attributes->count > 0 && action != ACTION_ENTRY)
		read_xml_attributes(feed, attributes, frame);
	switch (action) {
	case ACTION_IGNORE:
		frame->mode = MODE_IGNORE;
		break;
	case ACTION_SOURCE:
		frame->mode = MODE_SOURCE;
		break;
	case ACTION_ENTER:
		break;
	case ACTION_FEED:
		read_record_attributes(feed, frame, attributes);
		break;
	case ACTION_ENTRY:
		/* An entry inside of another is none: some programs write an empty one there. */
		if (!in_entry && feed->sitemap == is_sitemap_entry(rule))
			start_entry(feed, frame, attributes);
		else
			frame->mode = MODE_IGNORE;
		break;
	case ACTION_TEXT:
		start_capture(feed, frame, rule->field, rule->rank, FORM_HTML);
		break;
	case ACTION_CONSTRUCT:
	case ACTION_CONTENT:
		start_construct(feed, frame, slot, attributes);
		break;
	case ACTION_LINK:
		start_link(feed, frame, rule, attributes);
		break;
	case ACTION_GUID:
		start_guid(feed, frame, rule, attributes);
		break;
	case ACTION_PERSON:
		start_capture(
			feed, frame, rule->field, is_atom(feed, slot) ? 0 : rule->rank, FORM_HTML);
		if (frame->mode == MODE_CAPTURE)
			frame->mode = MODE_PERSON;
		break;
	case ACTION_CATEGORY:
		start_category(feed, frame, rule, attributes);
		break;
	case ACTION_ENCLOSURE:
		read_enclosure(feed, frame, attributes);
		frame->mode = MODE_IGNORE;
		break;
	case ACTION_MEDIA:
		read_enclosure(feed, frame, attributes);
		break;
	}
}

/* Of the feed that an entry was taken from only the author counts (RFC 4287, section 4.2.1). */
static void start_source_element(
	struct xml_feed *feed, struct frame *frame, const struct rule_slot *slot)
{
	frame->mode = MODE_IGNORE;
	if (!slot->rule || slot->rule->in_entry != ACTION_PERSON || !is_atom(feed, slot))
		return;
	start_capture(feed, frame, slot->rule->field, SOURCE_RANK, FORM_HTML);
	if (frame->mode == MODE_CAPTURE)
		frame->mode = MODE_PERSON;
}

static void start_element(struct xml_feed *feed, struct frame *frame, const xmlChar *name,
	const xmlChar *prefix, const xmlChar *uri, const struct xml_attributes *attributes)
{
	const struct rule_slot *slot = find_rule(feed, name, prefix, uri);

	if (slot->rule)
		apply_rule(feed, frame, slot, attributes);
	else if (feed->builder->in_entry || slot->space != NAMESPACE_CORE ||
		strcasecmp((const char *)name, "image") == 0 ||
		strcasecmp((const char *)name, "textinput") == 0)
		frame->mode = MODE_IGNORE;
	else if (attributes->count > 0)
		read_xml_attributes(feed, attributes, frame);
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
		start_root(feed, uri, namespace_count, namespaces, &attributes);
	if (parent->mode == MODE_CAPTURE)
		xml_capture_start_tag(&feed->capture, name, &attributes);
	else if (parent->mode == MODE_PERSON)
		xml_capture_start_person(&feed->capture, name);
	else if (parent->mode == MODE_SOURCE)
		start_source_element(feed, frame, find_rule(feed, name, prefix, uri));
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
