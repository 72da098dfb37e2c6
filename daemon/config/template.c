#include "config/template.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "base/buffer.h"
#include "model/event_field.h"

enum {
	NAME_BYTES_MAX = 64, /* of a field or filter */
	LIMIT_MAX = TEMPLATE_VALUE_BYTES,
};

struct reader {
	const char *path;
	const char *text;
	const char *place; /* of what is read now */
	struct arena *arena;
	struct config_errors *errors;
	struct template *template;
	size_t fields;
	bool faulty;
};

static void fault(struct reader *reader, const char *place, const char *format, ...) _printf_(3, 4);

static void fault(struct reader *reader, const char *place, const char *format, ...)
{
	_cleanup_(freep) char *words = NULL;
	unsigned line = 1;
	unsigned column = 1;
	va_list arguments;

	for (const char *c = reader->text; c < place; c++) {
		if (*c == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)*c & 0xC0) != 0x80) {
			column++; /* characters, not bytes */
		}
	}
	va_start(arguments, format);
	if (vasprintf(&words, format, arguments) < 0)
		words = NULL;
	va_end(arguments);
	config_errors_add(reader->errors, NULL, 0, "%s:%u:%u: %s", reader->path, line, column,
		words ? words : "");
	reader->faulty = true;
}

static struct template_piece *add_piece(struct reader *reader)
{
	return &reader->template->pieces[reader->template->count++];
}

static void skip_blanks(const char **place)
{
	while (**place == ' ' || **place == '\t')
		(*place)++;
}

/* A field's name or a filter's; returns whether it fits. */
static bool take_name(const char **place, char name[NAME_BYTES_MAX + 1])
{
	size_t length = 0;

	skip_blanks(place);
	while (isalnum((unsigned char)(*place)[length]) || (*place)[length] == '_' ||
		(*place)[length] == '.')
		length++;
	if (length == 0 || length > NAME_BYTES_MAX)
		return false;
	memcpy(name, *place, length);
	name[length] = '\0';
	*place += length;
	skip_blanks(place);
	return true;
}

static bool take_number(const char *name, size_t *limit)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	if (!isdigit((unsigned char)name[0]) || *end != '\0' || number == 0 || number > LIMIT_MAX)
		return false;
	*limit = number;
	return true;
}

static void take_filter(
	struct reader *reader, const char *place, const char *name, struct template_piece *piece)
{
	if (take_number(name, &piece->limit))
		return;
	if (strcmp(name, "lines") == 0)
		piece->lines = true;
	else if (strcmp(name, "plain") == 0)
		piece->markup = TEMPLATE_PLAIN;
	else if (strcmp(name, "html") == 0)
		piece->markup = TEMPLATE_HTML;
	else if (strcmp(name, "url") == 0)
		piece->markup = TEMPLATE_ENCODED;
	else if (strcmp(name, "json") == 0 && reader->template->escape == TEMPLATE_JSON)
		piece->json = true;
	else if (strcmp(name, "json") == 0)
		fault(reader, place, "|json is for templates of JSON; see ContentType=");
	else
		fault(reader, place,
			"|%s: unknown filter; expected plain, html, url, json, lines, or a number "
			"of bytes up to %d",
			name, LIMIT_MAX);
}

static void refuse_field(struct reader *reader, const char *place, const char *name)
{
	const char *nearest = event_field_nearest(name);

	if (nearest)
		fault(reader, place, "{{%s}}: unknown field; did you mean {{%s}}?", name, nearest);
	else
		fault(reader, place, "{{%s}}: unknown field; wirewatch.conf(5) lists them", name);
}

/* From behind "{{" to behind "}}".  Returns whether there is more to read. */
static bool take_placeholder(struct reader *reader)
{
	struct template_piece piece = {.limit = TEMPLATE_VALUE_BYTES};
	const char *start = reader->place;
	char name[NAME_BYTES_MAX + 1];
	const char *at;

	skip_blanks(&reader->place);
	at = reader->place;
	if (!take_name(&reader->place, name)) {
		fault(reader, start, "expected the name of a field after {{");
		return true; /* what follows is read as text */
	}
	piece.field = event_field_find(name);
	if (!piece.field)
		refuse_field(reader, at, name);
	while (*reader->place == '|') {
		at = ++reader->place;
		if (!take_name(&reader->place, name)) {
			fault(reader, at, "expected a filter after |");
			return true;
		}
		take_filter(reader, at, name, &piece);
	}
	if (strncmp(reader->place, "}}", 2) != 0) {
		fault(reader, reader->place, "expected }} here");
		return true;
	}
	reader->place += 2;
	if (++reader->fields > TEMPLATE_FIELDS_MAX) {
		fault(reader, start, "more than %d placeholders", TEMPLATE_FIELDS_MAX);
		return false;
	}
	*add_piece(reader) = piece;
	return true;
}

static int take_text(struct reader *reader, size_t length)
{
	struct template_piece *piece;

	if (length == 0)
		return 0;
	piece = add_piece(reader);
	piece->text = arena_copy(reader->arena, reader->place, length);
	piece->length = length;
	reader->place += length;
	return piece->text ? 0 : -ENOMEM;
}

/*
 * JSON has to be JSON whatever the values are: a placeholder stands inside of a string, and one
 * with |json outside.  So each is replaced by what is good in the one place alone; lines stay.
 */
static void check_json(struct reader *reader)
{
	_cleanup_(buffer_free) struct buffer sample = BUFFER_INIT(2 * TEMPLATE_BYTES_MAX);
	const struct template *template = reader->template;
	json_error_t error;
	json_t *json;

	for (size_t i = 0; i < template->count; i++) {
		const struct template_piece *piece = &template->pieces[i];

		if (piece->text)
			(void)buffer_add(&sample, piece->text, piece->length);
		else
			(void)buffer_add_string(&sample, piece->json ? "\"\"" : "x");
	}
	json = json_loadb(buffer_string(&sample), sample.length, JSON_DECODE_ANY, &error);
	if (!json) {
		config_errors_add(reader->errors, reader->path,
			error.line > 0 ? (unsigned)error.line : 1,
			"the template makes no JSON: %s; {{field}} stands within quotes, "
			"{{field|json}} without",
			error.text);
		reader->faulty = true;
	}
	json_decref(json);
}

enum template_escape template_escape_of(const char *content_type)
{
	if (strcasestr(content_type, "json"))
		return TEMPLATE_JSON;
	if (strcasestr(content_type, "xml") || strcasestr(content_type, "html"))
		return TEMPLATE_XML;
	if (strcasestr(content_type, "x-www-form-urlencoded"))
		return TEMPLATE_URL;
	return TEMPLATE_TEXT;
}

int template_parse(const char *path, const char *text, enum template_escape escape,
	struct arena *arena, struct config_errors *errors, struct template **ret)
{
	struct template *template = arena_new_object(arena, struct template);
	struct reader reader = {path, text, text, arena, errors, template, 0, false};
	bool more = true;
	int r = 0;

	if (!template)
		return -ENOMEM;
	template->escape = escape;
	template->pieces =
		arena_array(arena, 2 * TEMPLATE_FIELDS_MAX + 1, sizeof(*template->pieces));
	if (!template->pieces)
		return -ENOMEM;
	*ret = NULL;
	while (r == 0 && more && *reader.place != '\0') {
		const char *open = strstr(reader.place, "{{");

		/* After a fault nothing is kept: the pieces are not counted on any more. */
		if (reader.faulty)
			template->count = 0;
		r = take_text(&reader, open ? (size_t)(open - reader.place) : strlen(reader.place));
		if (r == 0 && open) {
			reader.place += 2;
			more = take_placeholder(&reader);
		}
	}
	if (r == 0 && !reader.faulty && escape == TEMPLATE_JSON)
		check_json(&reader);
	if (r == 0 && !reader.faulty)
		*ret = template;
	return r;
}
