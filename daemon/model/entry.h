/*
 * What a reader makes of a document: the channel (the feed's own words about itself) and its
 * entries, in document order.  All strings are valid UTF-8 in one arena; NULL means absent.
 * The limits below hold for whatever a reader answers; the parser cuts, the wire form refuses.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/datetime.h"
#include "base/hash.h"
#include "base/wire.h"

enum {
	ENTRIES_MAX = 5000, /* of a document; the newest are kept (docs/POLLING.md) */
	ENTRY_ID_MAX = 4096,
	ENTRY_LINK_MAX = 4096,
	ENTRY_TITLE_MAX = 4096,
	ENTRY_AUTHOR_MAX = 1024,
	ENTRY_TEXT_MAX = 1024 * 1024, /* summary and content, each */
	ENTRY_CATEGORIES_MAX = 64,
	ENTRY_CATEGORY_MAX = 512,
	ENTRY_ENCLOSURES_MAX = 32,
	LANGUAGE_MAX = 64,
	ENCLOSURE_TYPE_MAX = 128,
	ALTERNATES_MAX = 32,
	CHILDREN_MAX = 10,  /* of a sitemap index: a poll may cost so many requests more */
	DIAGNOSES_MAX = 16, /* of a document; more are not kept */
	DIAGNOSIS_MAX = 512,
	/* What all entries of a document take at most in the reader's answer. */
	ROUND_BYTES_MAX = 64 * 1024 * 1024,
};

/* wirewatch(1) gives the names that `wirewatch parse` prints. */
enum feed_format {
	FORMAT_RSS_090,
	FORMAT_RSS_091,
	FORMAT_RSS_092,
	FORMAT_RSS_093,
	FORMAT_RSS_094,
	FORMAT_RSS_10,
	FORMAT_RSS_20,
	FORMAT_ATOM_03,
	FORMAT_ATOM_10,
	FORMAT_JSONFEED_10,
	FORMAT_JSONFEED_11,
	FORMAT_SITEMAP,
	FORMAT_CDF,
	FORMAT_MAX,
	FORMAT_INVALID = -22,
};

const char *feed_format_to_string(enum feed_format format);

struct enclosure {
	const char *url;
	const char *type;
	int64_t length; /* bytes as the feed claims; -1 unknown */
};

struct entry {
	const char *id;    /* as the feed gives it */
	const char *link;  /* absolute */
	const char *title; /* plain text */
	const char *author;
	const char *summary; /* plain text, blocks on lines of their own */
	const char *content; /* plain text, blocks on lines of their own */
	const char *language;
	int64_t published; /* DATE_NONE where absent or impossible */
	int64_t updated;
	const char **categories;
	size_t category_count;
	struct enclosure *enclosures;
	size_t enclosure_count;
	/*
	 * Of the document's own bytes for all the above, so that an unchanged entry is known before
	 * any of it is converted; an entry whose other bytes change (counters of comments) stays
	 * known.
	 */
	struct digest digest;
};

/* When it was published, else updated; DATE_NONE where it says neither. */
int64_t entry_date(const struct entry *entry);

/* What was wrong with a document and what was done about it, in words for the user. */
struct diagnosis {
	uint32_t line; /* 0: of no line */
	const char *words;
};

/* The publisher's own hints about polling (docs/POLLING.md P6). */
struct channel_hints {
	uint32_t ttl_minutes;    /* RSS <ttl>; 0 absent */
	uint32_t update_minutes; /* sy:updatePeriod / sy:updateFrequency; 0 absent */
	uint32_t skip_hours;     /* bit h: not in hour h, UTC */
	uint8_t skip_days;       /* bit d: not on day d, 0 = Sunday */
	bool expired;            /* JSON Feed: will not change again */
};

struct channel {
	enum feed_format format;
	const char *title;
	const char *link;
	const char *language;
	int64_t updated;
	const char *hub;  /* WebSub: rel=hub */
	const char *self; /* rel=self */
	struct channel_hints hints;
};

/* A document whose entries are the feed's own: a sitemap that an index names. */
struct child_document {
	const char *url;
	int64_t updated; /* as the index says; DATE_NONE */
};

struct parsed_feed {
	struct channel channel;
	struct entry *entries;
	size_t entry_count;
	struct diagnosis *diagnoses;
	size_t diagnosis_count;
	/* Feeds that an HTML page links to; such a document has no entries. */
	const char **alternates;
	size_t alternate_count;
	/* Of a sitemap index, which has no entries: the newest, the newest first. */
	struct child_document *children;
	size_t child_count;
	bool truncated; /* entries beyond ENTRIES_MAX were left out */
	/* Digests of entries left out because these were known, sorted; at most ENTRIES_MAX. */
	struct digest *known;
	size_t known_count;
};

/* The wire form; see base/wire.h.  The reader sets the input bad where a limit is passed. */
void parsed_feed_write(const struct parsed_feed *feed, struct buffer *buffer);
int parsed_feed_read(struct wire_reader *reader, struct arena *arena, struct parsed_feed *ret);
