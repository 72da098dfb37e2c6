/*
 * A webhook's Template= as read (config/template.h makes it, notify/template_body.h fills it): the
 * text in pieces, some of which are placeholders for fields of the event.  Owned by an arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
	TEMPLATE_BYTES_MAX = 64 * 1024, /* of the file */
	TEMPLATE_FIELDS_MAX = 256,      /* placeholders */
	TEMPLATE_VALUE_BYTES = 4096,    /* of a value, before it is escaped; cut at a word */
	TEMPLATE_BODY_MAX = 256 * 1024, /* of what comes of it */
};

/* What the whole body is, so that no value can end the place where it stands. */
enum template_escape {
	TEMPLATE_TEXT,
	TEMPLATE_JSON, /* the inside of a string */
	TEMPLATE_XML,  /* text and attributes; HTML too */
	TEMPLATE_URL,  /* percent-encoded: forms */
};

/* What is done to a value before that. */
enum template_markup {
	TEMPLATE_AS_FORMAT, /* as the hook's Format= wants strangers' text */
	TEMPLATE_PLAIN,     /* |plain */
	TEMPLATE_HTML,      /* |html */
	TEMPLATE_ENCODED,   /* |url */
};

struct event_field;

struct template_piece {
	const char *text; /* as it stands; NULL: a placeholder */
	size_t length;
	const struct event_field *field;
	enum template_markup markup;
	bool json;    /* |json: the whole value, not the inside of a string */
	bool lines;   /* |lines: a list has a line each, not commas */
	size_t limit; /* |NUMBER, bytes */
};

struct template
{
	enum template_escape escape;
	struct template_piece *pieces;
	size_t count;
};
