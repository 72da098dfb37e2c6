#include "notify/template_body.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/buffer.h"
#include "base/url.h"
#include "model/event_field.h"
#include "notify/escape.h"

enum {
	/* A value's texts before the limit: an event is shorter than this. */
	VALUE_BYTES = 64 * 1024,
	/* Markup makes at most six bytes of one. */
	MARKUP_BYTES = 6 * TEMPLATE_VALUE_BYTES + 16,
};

/* ---- what a field holds ---- */

static const char *card_member(const struct card *card, const char *name)
{
	/* clang-format off */
	const struct { const char *name, *value; } members[] = {
		{"heading", card->heading},
		{"title", card->title},
		{"url", card->url},
		{"excerpt", card->excerpt},
		{"changed", card->changed},
		{"byline", card->byline},
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (strcmp(members[i].name, name) == 0)
			return members[i].value;
	return NULL;
}

/* The value at the path; of a list its elements' values, as a list.  A new reference, or NULL. */
static json_t *value_at(json_t *from, const char *path)
{
	size_t length = strcspn(path, ".");
	json_t *member;
	json_t *list;
	json_t *element;
	size_t index;

	if (*path == '\0')
		return json_incref(from);
	if (!json_is_array(from)) {
		member = json_object_getn(from, path, length);
		return member ? value_at(member, path + length + (path[length] == '.')) : NULL;
	}
	list = json_array();
	json_array_foreach (from, index, element) {
		member = value_at(element, path);
		if (member)
			(void)json_array_append_new(list, member);
	}
	return list;
}

static json_t *field_value(
	const struct event_field *field, const json_t *event, const struct card *card)
{
	json_t *value = NULL;

	if (!field->paths[0]) {
		const char *text = card_member(card, field->name);

		return text ? json_string(text) : NULL;
	}
	for (size_t i = 0; i < EVENT_FIELD_PATHS && field->paths[i] && !value; i++)
		value = value_at((json_t *)event, field->paths[i]);
	return value;
}

static void add_plain(struct buffer *buffer, const json_t *value, const char *between);

static void add_list(struct buffer *buffer, const json_t *list, const char *between)
{
	size_t start = buffer->length;
	size_t index;
	json_t *element;

	json_array_foreach (list, index, element) {
		size_t before = buffer->length;
		size_t behind;

		if (before > start)
			(void)buffer_add_string(buffer, between);
		behind = buffer->length;
		add_plain(buffer, element, between);
		if (buffer->length == behind) /* nothing said: no separator either */
			buffer->length = before;
	}
}

static void add_plain(struct buffer *buffer, const json_t *value, const char *between)
{
	_cleanup_(freep) char *text = NULL;

	if (json_is_string(value)) {
		(void)buffer_add(buffer, json_string_value(value), json_string_length(value));
	} else if (json_is_array(value)) {
		add_list(buffer, value, between);
	} else if (value && !json_is_null(value)) {
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
		if (text)
			(void)buffer_add_string(buffer, text);
	}
}

/* ---- how it is written ---- */

static enum escape_style style_of(const struct hook *hook, const struct template_piece *piece)
{
	if (piece->markup == TEMPLATE_HTML)
		return ESCAPE_HTML;
	if (piece->markup != TEMPLATE_AS_FORMAT)
		return ESCAPE_NONE;
	switch (hook->format) {
	case HOOK_FORMAT_SLACK:
		return ESCAPE_SLACK;
	case HOOK_FORMAT_DISCORD:
	case HOOK_FORMAT_MATTERMOST:
	case HOOK_FORMAT_TEAMS:
		return piece->field->link ? ESCAPE_LINK : ESCAPE_MARKDOWN;
	default:
		return ESCAPE_NONE;
	}
}

/* The inside of a string (RFC 8259 section 7). */
static void add_json(struct buffer *body, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\')
			(void)buffer_printf(body, "\\%c", byte);
		else if (byte < 0x20 || byte == 0x7F)
			(void)buffer_printf(body, "\\u%04x", byte);
		else
			(void)buffer_add_char(body, *text);
	}
}

/* XML 1.0 section 2.4; quotes for attributes. */
static void add_xml(struct buffer *body, const char *text)
{
	static const struct {
		char byte;
		const char *reference;
	} references[] = {
		{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

	for (; *text != '\0'; text++) {
		const char *reference = NULL;

		for (size_t i = 0; i < ARRAY_SIZE(references) && !reference; i++)
			if (references[i].byte == *text)
				reference = references[i].reference;
		if (reference)
			(void)buffer_add_string(body, reference);
		else
			(void)buffer_add_char(body, *text);
	}
}

static void add_escaped(struct buffer *body, const char *text, enum template_escape escape)
{
	switch (escape) {
	case TEMPLATE_JSON:
		add_json(body, text);
		break;
	case TEMPLATE_XML:
		add_xml(body, text);
		break;
	case TEMPLATE_URL:
		url_encode(body, text);
		break;
	default:
		(void)buffer_add_string(body, text);
	}
}

static void add_whole(struct buffer *body, const json_t *value)
{
	_cleanup_(freep) char *text =
		value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : strdup("null");

	(void)buffer_add_string(body, text ? text : "null");
}

/* The limit is of the value; a markup's signs come on top. */
static void add_value(struct buffer *body, const struct hook *hook,
	const struct template_piece *piece, const json_t *value)
{
	_cleanup_(buffer_free) struct buffer plain = BUFFER_INIT(VALUE_BYTES);
	_cleanup_(buffer_free) struct buffer cut = BUFFER_INIT(VALUE_BYTES);
	_cleanup_(buffer_free) struct buffer marked = BUFFER_INIT(MARKUP_BYTES);
	_cleanup_(buffer_free) struct buffer encoded = BUFFER_INIT(MARKUP_BYTES);
	const char *text;

	add_plain(&plain, value, piece->lines ? "\n" : ", ");
	escape_add(&cut, buffer_string(&plain), ESCAPE_NONE, piece->limit, true);
	escape_add(&marked, buffer_string(&cut), style_of(hook, piece), MARKUP_BYTES, true);
	text = buffer_string(&marked);
	if (piece->markup == TEMPLATE_ENCODED) {
		url_encode(&encoded, text);
		text = buffer_string(&encoded);
	}
	add_escaped(body, text, hook->template->escape);
	if (plain.failed || cut.failed || marked.failed || encoded.failed)
		body->failed = -ENOMEM;
}

int template_body_render(const struct hook *hook, const json_t *event, const struct card *card,
	struct arena *arena, const char **ret)
{
	_cleanup_(buffer_free) struct buffer body = BUFFER_INIT(TEMPLATE_BODY_MAX);
	const struct template *template = hook->template;
	const char *copy;

	for (size_t i = 0; i < template->count && !body.failed; i++) {
		const struct template_piece *piece = &template->pieces[i];
		json_auto_t *value = piece->text ? NULL : field_value(piece->field, event, card);

		if (piece->text)
			(void)buffer_add(&body, piece->text, piece->length);
		else if (piece->json)
			add_whole(&body, value);
		else
			add_value(&body, hook, piece, value);
	}
	if (body.failed)
		return body.failed == -EFBIG ? -EMSGSIZE : body.failed;
	copy = arena_copy(arena, buffer_string(&body), body.length);
	if (!copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}
