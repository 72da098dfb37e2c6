/*
 * An entry, or the feed itself, as it is collected from its document: pieces of text with what they
 * are candidates for, nothing converted yet.  From its bytes comes the digest by which an unchanged
 * entry is known, so that such a one costs no more than its collecting.  Bounded: what is beyond
 * DRAFT_VALUES_MAX pieces or DRAFT_BYTES_MAX bytes is dropped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/hash.h"
#include "parse/element.h"

enum {
	DRAFT_VALUES_MAX = 512,
	DRAFT_BYTES_MAX = 16 * 1024 * 1024, /* a document's bytes; no entry is larger */
};

/* How a piece of text is written. */
enum text_form {
	FORM_HTML,    /* escaped markup, as RSS has it */
	FORM_PLAIN,   /* no markup */
	FORM_UNTYPED, /* the same, but nothing says so: it may show that it is markup */
	FORM_MARKUP,  /* elements written out again; characters are escaped */
	FORM_BASE64_HTML,
	FORM_BASE64_PLAIN,
	FORM_GUID, /* a link if it is one */
};

/* Where relative references start: xml:base of an element, within that of its parents. */
struct base_scope {
	const char *reference; /* as written */
	const char *resolved;  /* NULL until it is asked for */
	struct base_scope *parent;
	struct arena *arena; /* in which all of it is */
};

/* For an enclosure the text is "url\0type\0length". */
struct draft_value {
	enum field field;
	uint8_t rank; /* among those of the same field; 0 is preferred */
	enum text_form form;
	size_t start; /* in the draft's text */
	size_t length;
	uint32_t place; /* see feed_builder_line() */
	struct base_scope *base;
};

struct draft {
	struct buffer text;
	struct draft_value *values; /* room for DRAFT_VALUES_MAX */
	size_t count;
};

/* Returns 0 or -ENOMEM. */
int draft_init(struct draft *draft);
void draft_clear(struct draft *draft);
void draft_reset(struct draft *draft);

/*
 * Begins a value; the text added to draft->text until draft_end() is its own.  Returns NULL where
 * there are too many.
 */
struct draft_value *draft_begin(struct draft *draft, enum field field, unsigned rank);

/* Ends the value; without any text it is taken back. */
void draft_end(struct draft *draft, struct draft_value *value);

/* A whole value at once; returns NULL where it is empty or there are too many. */
struct draft_value *draft_add(struct draft *draft, enum field field, unsigned rank,
	enum text_form form, const char *text, size_t length);

/* The digest of all that the draft holds, by which an unchanged entry is known. */
struct digest draft_digest(const struct draft *draft);

/* The next candidate for a field after `previous` (NULL: the first), the best first. */
const struct draft_value *draft_next(
	const struct draft *draft, enum field field, const struct draft_value *previous);

/* The value's bytes; valid until a value is added. */
const char *draft_bytes(const struct draft *draft, const struct draft_value *value);

/* The same without white space around them. */
const char *draft_trimmed(
	const struct draft *draft, const struct draft_value *value, size_t *ret_length);
