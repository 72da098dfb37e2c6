#include "parse/xml_capture.h"

#include <ctype.h>

#include "text/html_tag.h"

/* Whether a media type is of XML (RFC 7303 section 4.2). */
static bool is_xml_type(const struct xml_value *type)
{
	return xml_value_is(type, "xhtml") || xml_value_has(type, "+xml") ||
		xml_value_has(type, "/xml");
}

enum text_form xml_text_form(const struct xml_attributes *attributes)
{
	struct xml_value type = xml_attribute(attributes, "type");
	struct xml_value mode = xml_attribute(attributes, "mode");
	bool html = xml_value_is(&type, "html") || xml_value_is(&type, "text/html");

	if (xml_value_is(&mode, "base64"))
		return html || is_xml_type(&type) ? FORM_BASE64_HTML : FORM_BASE64_PLAIN;
	if (xml_value_is(&mode, "escaped"))
		return html || is_xml_type(&type) ? FORM_HTML
			: type.length > 0         ? FORM_PLAIN
						  : FORM_UNTYPED;
	if (html)
		return FORM_HTML;
	if (is_xml_type(&type))
		return FORM_MARKUP;
	/* What has any other media type is base64 (RFC 4287 section 4.1.3.3, rule 6). */
	if (xml_value_has(&type, "/") && !xml_value_has(&type, "text/"))
		return FORM_BASE64_PLAIN;
	return type.length > 0 ? FORM_PLAIN : FORM_UNTYPED;
}

bool xml_capture_begin(struct xml_capture *capture, struct draft *draft, enum field field,
	unsigned rank, enum text_form form)
{
	*capture = (struct xml_capture){.draft = draft, .value = draft_begin(draft, field, rank)};
	if (!capture->value)
		return false;
	capture->value->form = form;
	return true;
}

void xml_capture_end(struct xml_capture *capture)
{
	struct draft_value *value = capture->value;
	struct draft_value *link;

	draft_end(capture->draft, value);
	/* The same bytes once more, under another name. */
	link = capture->also_link && value->length > 0 ? draft_begin(capture->draft, FIELD_LINK, 4)
						       : NULL;
	if (link) {
		link->form = FORM_GUID;
		link->start = value->start;
		link->length = value->length;
		link->base = value->base;
	}
	*capture = (struct xml_capture){0};
}

static void add_escaped(struct buffer *out, const char *text, size_t length)
{
	while (length > 0) {
		size_t plain = 0;

		while (plain < length && text[plain] != '&' && text[plain] != '<')
			plain++;
		(void)buffer_add(out, text, plain);
		if (plain < length)
			(void)buffer_add_string(out, text[plain] == '&' ? "&amp;" : "&lt;");
		plain += plain < length;
		text += plain;
		length -= plain;
	}
}

void xml_capture_text(struct xml_capture *capture, const char *text, size_t length)
{
	if (capture->muted)
		return;
	if (capture->value->form == FORM_MARKUP)
		add_escaped(&capture->draft->text, text, length);
	else
		(void)buffer_add(&capture->draft->text, text, length);
}

/* Plain text that turns out to have elements inside becomes markup. */
static void become_markup(struct xml_capture *capture)
{
	struct buffer *text = &capture->draft->text;
	struct buffer escaped = BUFFER_INIT(DRAFT_BYTES_MAX);

	add_escaped(&escaped, buffer_string(text) + capture->value->start,
		text->length - capture->value->start);
	text->length = capture->value->start;
	(void)buffer_add(text, buffer_string(&escaped), escaped.length);
	buffer_free(&escaped);
	capture->value->form = FORM_MARKUP;
}

/* Other vocabularies' tags mean nothing to plain text. */
static bool is_html(const xmlChar *name)
{
	const char *text = (const char *)name;

	return html_tag_find(text, strlen(text)) != TAG_UNKNOWN;
}

static void add_name(struct buffer *out, const xmlChar *name)
{
	for (; *name; name++)
		(void)buffer_add_char(out, (char)tolower(*name));
}

/* The attributes by which an element may be hidden; text/html_text.h looks at no others. */
static void add_attributes(struct buffer *out, const struct xml_attributes *attributes)
{
	static const char *const names[] = {"hidden", "aria-hidden", "style"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct xml_value value = xml_attribute(attributes, names[i]);

		if (!value.bytes || memchr(value.bytes, '"', value.length))
			continue;
		(void)buffer_printf(out, " %s=\"", names[i]);
		(void)buffer_add(out, value.bytes, value.length);
		(void)buffer_add_char(out, '"');
	}
}

void xml_capture_start_tag(
	struct xml_capture *capture, const xmlChar *name, const struct xml_attributes *attributes)
{
	struct buffer *text = &capture->draft->text;

	if (!capture->value)
		return;
	if (capture->value->form == FORM_PLAIN || capture->value->form == FORM_UNTYPED)
		become_markup(capture);
	if (!is_html(name))
		return;
	(void)buffer_add_char(text, '<');
	add_name(text, name);
	if (attributes->count > 0)
		add_attributes(text, attributes);
	(void)buffer_add_char(text, '>');
}

void xml_capture_end_tag(struct xml_capture *capture, const xmlChar *name)
{
	struct buffer *text = &capture->draft->text;

	if (!capture->value || !is_html(name))
		return;
	(void)buffer_add_string(text, "</");
	add_name(text, name);
	(void)buffer_add_char(text, '>');
}

/* Forgets the text of the value so far. */
static void restart(struct xml_capture *capture)
{
	if (capture->draft->text.length > capture->value->start)
		capture->draft->text.length = capture->value->start;
	capture->muted = false;
}

/* Whether the value has more than white space by now. */
static bool has_text(const struct xml_capture *capture)
{
	const struct buffer *text = &capture->draft->text;

	for (size_t i = capture->value->start; i < text->length; i++)
		if (!isspace((unsigned char)text->bytes[i]))
			return true;
	return false;
}

/* The name counts, the address where there is none. */
void xml_capture_start_person(struct xml_capture *capture, const xmlChar *name)
{
	bool is_name = strcasecmp((const char *)name, "name") == 0;
	bool wanted = is_name || strcasecmp((const char *)name, "email") == 0;

	if (!capture->value)
		return;
	capture->muted = true;
	if (wanted && (!capture->named || !has_text(capture)))
		restart(capture);
	capture->named = capture->named || is_name;
}

void xml_capture_end_person(struct xml_capture *capture, const xmlChar *name)
{
	bool wanted = strcasecmp((const char *)name, "name") == 0 ||
		strcasecmp((const char *)name, "email") == 0;

	if (capture->value)
		capture->muted = wanted && has_text(capture);
}
