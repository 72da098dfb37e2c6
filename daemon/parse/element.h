/*
 * What an element of a feed means: by its namespace and name, whatever the letter case, and whether
 * it stands in an entry or in the feed.  Namespaces are told by their name, else by the prefix that
 * everybody uses for them, so that a wrong or missing declaration does no harm.  Tables only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum element_namespace {
	NAMESPACE_CORE, /* RSS of all versions, or none */
	NAMESPACE_ATOM,
	NAMESPACE_RDF,
	NAMESPACE_DC,
	NAMESPACE_DCTERMS,
	NAMESPACE_CONTENT,
	NAMESPACE_MEDIA,
	NAMESPACE_ITUNES,
	NAMESPACE_FEEDBURNER,
	NAMESPACE_SYNDICATION,
	NAMESPACE_XHTML,
	NAMESPACE_SITEMAP,
	NAMESPACE_NEWS,
	NAMESPACE_VIDEO,
	NAMESPACE_OTHER,
};

/* What a piece of a feed or entry is; several pieces may be candidates for one. */
enum field {
	FIELD_NONE,
	FIELD_ID,
	FIELD_LINK,
	FIELD_TITLE,
	FIELD_AUTHOR,
	FIELD_PUBLISHED,
	FIELD_UPDATED,
	FIELD_SUMMARY,
	FIELD_CONTENT,
	FIELD_CATEGORY,
	FIELD_KEYWORDS,
	FIELD_ENCLOSURE,
	FIELD_LANGUAGE,
	FIELD_HUB,
	FIELD_SELF,
	FIELD_TTL,
	FIELD_SKIP_HOUR,
	FIELD_SKIP_DAY,
	FIELD_UPDATE_PERIOD,
	FIELD_UPDATE_FREQUENCY,
};

/* What the parser does at the element's start. */
enum element_action {
	ACTION_IGNORE,    /* with all that is in it */
	ACTION_SOURCE,    /* the same, but for its author */
	ACTION_ENTER,     /* its children are read as its parent's */
	ACTION_FEED,      /* begins the feed */
	ACTION_ENTRY,     /* begins an entry */
	ACTION_TEXT,      /* its text is the field */
	ACTION_CONSTRUCT, /* the same, but its attributes say how it is written (RFC 4287, 3.1) */
	ACTION_CONTENT,   /* the same, or its content is elsewhere (RFC 4287, 4.1.3) */
	ACTION_LINK,      /* Atom's in an attribute, or RSS's as text */
	ACTION_GUID,      /* an id that may be a link */
	ACTION_PERSON,    /* with name and e-mail address inside, or as text */
	ACTION_CATEGORY,  /* in an attribute, or as text */
	ACTION_ENCLOSURE, /* in attributes */
	ACTION_MEDIA,     /* the same, and its children are the entry's */
};

struct element_rule {
	enum element_namespace space;
	const char *name; /* in lower case */
	enum element_action in_entry;
	enum element_action in_feed;
	enum field field;
	uint8_t rank; /* of the candidate: 0 is preferred */
};

/* `uri` and `prefix` may be NULL. */
enum element_namespace element_namespace_find(const char *uri, const char *prefix);

/* `name` in lower case.  NULL where nothing is known of it. */
const struct element_rule *element_rule_find(enum element_namespace space, const char *name);
