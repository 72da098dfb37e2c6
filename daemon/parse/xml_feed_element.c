#include <string.h>
#include <strings.h>

#include "parse/xml_feed_inside.h"

enum {
	SOURCE_RANK = 9, /* of a source's author: behind all of the entry's own */
};

/* For feed_builder_diagnose(): an offset while the scanner reads, else the line. */
static uint32_t place(const struct xml_feed *feed)
{
	return feed->scanner ? (uint32_t)xml_scanner_place(feed->scanner) : xml_line(&feed->reader);
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

void xml_feed_take_attributes(
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

/* CDF's channels stand within one another; the outermost is the feed. */
static bool is_inner_channel(const struct xml_feed *feed, size_t depth)
{
	return depth > 1 && feed->builder->format == FORMAT_CDF && !feed->builder->in_entry;
}

/* CDF has address and date in attributes, RDF the address. */
static void read_record_attributes(
	struct xml_feed *feed, struct frame *frame, const struct xml_attributes *attributes)
{
	struct xml_value href = xml_attribute(attributes, "href");
	struct xml_value modified = xml_attribute(attributes, "lastmod");
	struct xml_value about = xml_attribute(attributes, "about");
	struct xml_value base = xml_attribute(attributes, "base");

	if (!is_inner_channel(feed, feed->depth)) {
		add_value(feed, frame, FIELD_LINK, 1, FORM_PLAIN, &href);
		add_value(feed, frame, FIELD_UPDATED, 0, FORM_PLAIN, &modified);
	}
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
		xml_feed_take_attributes(feed, attributes, frame);
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
	if (!url.bytes)
		url = xml_attribute(attributes, "resource");
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
	/* Media RSS has the category as text and a label beside it; iTunes nests them. */
	if (!found || rule->space == NAMESPACE_MEDIA)
		start_capture(feed, frame, rule->field, rule->rank, FORM_HTML);
}

static bool is_atom(const struct xml_feed *feed, const struct rule_slot *slot)
{
	return slot->space == NAMESPACE_ATOM || (feed->atom && slot->space == NAMESPACE_CORE);
}

/* RSS whose default namespace is Atom's by mistake has its texts as RSS: they have no type. */
static bool is_atom_text(const struct xml_feed *feed, const struct rule_slot *slot,
	const struct xml_attributes *attributes)
{
	return is_atom(feed, slot) &&
		(feed->atom || slot->prefix || xml_attribute(attributes, "type").length > 0);
}

/* Text whose attributes say how it is written; content may also be elsewhere. */
static void start_construct(struct xml_feed *feed, struct frame *frame,
	const struct rule_slot *slot, const struct xml_attributes *attributes)
{
	const struct element_rule *rule = slot->rule;
	struct xml_value source = xml_attribute(attributes, "src");
	struct xml_value type = xml_attribute(attributes, "type");
	enum text_form form = FORM_HTML;

	if (rule->in_entry == ACTION_CONTENT && source.length > 0) {
		add_value(feed, frame, FIELD_LINK, 3, FORM_PLAIN, &source);
		frame->mode = MODE_IGNORE;
		return;
	}
	/* Atom 0.3, section 4.13.2: the alternatives stand within as contents of their own. */
	if (rule->in_entry == ACTION_CONTENT && xml_value_is(&type, "multipart/alternative"))
		return;
	if (is_inner_channel(feed, feed->depth - 1)) {
		frame->mode = MODE_IGNORE;
		return;
	}
	if (is_atom_text(feed, slot, attributes))
		form = xml_text_form(attributes);
	start_capture(feed, frame, rule->field, rule->rank, form);
}

static bool is_sitemap_entry(const struct element_rule *rule)
{
	return strcmp(rule->name, "url") == 0 || strcmp(rule->name, "sitemap") == 0;
}

void xml_feed_take_element(struct xml_feed *feed, struct frame *frame, const struct rule_slot *slot,
	const struct xml_attributes *attributes)
{
	const struct element_rule *rule = slot->rule;
	bool in_entry = feed->builder->in_entry;
	enum element_action action = in_entry ? rule->in_entry : rule->in_feed;

	if (attributes->count > 0 && action != ACTION_ENTRY)
		xml_feed_take_attributes(feed, attributes, frame);
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
void xml_feed_take_source(struct xml_feed *feed, struct frame *frame, const struct rule_slot *slot)
{
	frame->mode = MODE_IGNORE;
	if (!slot->rule || slot->rule->in_entry != ACTION_PERSON || !is_atom(feed, slot))
		return;
	start_capture(feed, frame, slot->rule->field, SOURCE_RANK, FORM_HTML);
	if (frame->mode == MODE_CAPTURE)
		frame->mode = MODE_PERSON;
}
