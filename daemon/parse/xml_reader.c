#include "parse/xml_reader.h"

#include <ctype.h>
#include <errno.h>
#include <libxml/parserInternals.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/utf8.h"
#include "text/html_entity.h"

/*
 * An entity as libxml2 wants it.  In text one of a "predefined" type is passed on as characters; in
 * an attribute it has to be a general one, or only its first byte would be taken.
 */
struct xml_entity_slot {
	struct xml_entity_slot *next;
	xmlEntity in_text;
	xmlEntity in_attribute;
};

static void init_entity(xmlEntity *entity, xmlEntityType type, const char *name, char *value)
{
	entity->type = XML_ENTITY_DECL;
	entity->name = (const xmlChar *)name;
	entity->content = (xmlChar *)value;
	entity->orig = (xmlChar *)value;
	entity->length = (int)strlen(value);
	entity->etype = type;
	entity->checked = 2; /* no references inside: need not be parsed */
}

/* The value of a name: the document's own, else HTML's; in the arena. */
static char *entity_value(struct xml_reader *reader, const char *name)
{
	const char *value = xml_prolog_entity(reader->prolog, name);
	char bytes[U8_MAX_LENGTH + 1] = {0};
	uint32_t character;
	size_t length = 0;

	if (value)
		return arena_strdup(reader->arena, value);
	character = html_entity_find(name, strlen(name));
	if (character == 0)
		return NULL;
	U8_APPEND_UNSAFE(bytes, length, character);
	return arena_copy(reader->arena, bytes, length);
}

static struct xml_entity_slot *find_entity(struct xml_reader *reader, const char *name)
{
	struct xml_entity_slot *slot = reader->entities;
	char *value;

	while (slot && strcmp((const char *)slot->in_text.name, name) != 0)
		slot = slot->next;
	if (slot)
		return slot;
	value = entity_value(reader, name);
	slot = value ? arena_new_object(reader->arena, struct xml_entity_slot) : NULL;
	if (!slot)
		return NULL;
	init_entity(&slot->in_text, XML_INTERNAL_PREDEFINED_ENTITY,
		arena_strdup(reader->arena, name), value);
	init_entity(&slot->in_attribute, XML_INTERNAL_GENERAL_ENTITY, (char *)slot->in_text.name,
		value);
	if (!slot->in_text.name)
		return NULL;
	slot->next = reader->entities;
	reader->entities = slot;
	return slot;
}

static xmlEntity *on_entity(void *userdata, const xmlChar *name)
{
	struct xml_reader *reader = userdata;
	struct xml_entity_slot *slot = find_entity(reader, (const char *)name);

	if (!slot)
		return NULL;
	return reader->context->instate == XML_PARSER_ATTRIBUTE_VALUE ? &slot->in_attribute
								      : &slot->in_text;
}

uint32_t xml_line(const struct xml_reader *reader)
{
	const xmlParserInput *input = reader->context ? reader->context->input : NULL;

	return reader->prolog->lines + (input ? (uint32_t)input->line : 0);
}

static void note_error(struct xml_reader *reader, const char *words)
{
	size_t length = strnlen(words, sizeof(reader->error_words) - 1);

	if (reader->error_words[0] != '\0')
		return;
	while (length > 0 && isspace((unsigned char)words[length - 1]))
		length--;
	/* The message quotes the document: no control characters, and cut where a character ends.
	 */
	for (size_t i = 0; i < length; i++)
		reader->error_words[i] = (char)((unsigned char)words[i] < ' ' ? ' ' : words[i]);
	reader->error_words[length] = '\0';
	if (!utf8_valid(reader->error_words, length))
		for (size_t i = 0; i < length; i++)
			if ((unsigned char)reader->error_words[i] >= 0x80)
				reader->error_words[i] = '?';
	reader->error_line = xml_line(reader);
}

static void on_error(void *userdata, xmlErrorPtr error)
{
	struct xml_reader *reader = userdata;

	if (error->level == XML_ERR_FATAL && error->message)
		note_error(reader, error->message);
}

void xml_stop(struct xml_reader *reader, const char *words)
{
	note_error(reader, words);
	reader->context->wellFormed = 0;
	xmlStopParser(reader->context);
}

bool xml_is_bounded(const char *text, size_t length)
{
	const char *end = text + length;

	while ((text = memchr(text, '<', (size_t)(end - text)))) {
		size_t left = (size_t)(end - ++text);

		if (left > TAG_BYTES_MAX && (isalpha((unsigned char)*text) || *text == '_') &&
			!memchr(text, '>', TAG_BYTES_MAX))
			return false;
	}
	return true;
}

int xml_read(struct xml_reader *reader, const char *text, size_t length,
	const xmlSAXHandler *callbacks, bool recover)
{
	xmlParserCtxt *context;
	bool good;

	if (length > INT32_MAX)
		return -EBADMSG;
	context = xmlCreateMemoryParserCtxt(text, (int)length);
	if (!context)
		return -ENOMEM;
	/* NOENT puts entities into attributes; all there are come from on_entity(). */
	(void)xmlCtxtUseOptions(context,
		XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
			XML_PARSE_IGNORE_ENC | (recover ? XML_PARSE_RECOVER : 0));
	*context->sax = *callbacks;
	context->sax->initialized = XML_SAX2_MAGIC;
	context->sax->getEntity = on_entity;
	context->sax->serror = on_error;
	context->userData = reader;
	reader->context = context;
	reader->error_words[0] = '\0';
	(void)xmlParseDocument(context);
	good = context->wellFormed;
	xmlFreeParserCtxt(context);
	reader->context = NULL;
	return good ? 0 : -EBADMSG;
}
