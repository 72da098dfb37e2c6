/*
 * Collects what the format's reader finds and makes the records of it: chooses among candidates,
 * converts text, dates and addresses, leaves out known entries, keeps the newest where there are
 * too many.  Owns its drafts; the records are in the caller's arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "model/document.h"
#include "model/entry.h"
#include "parse/draft.h"
#include "parse/xml_prolog.h"

struct feed_builder {
	struct arena *arena;   /* of the records */
	struct arena *scratch; /* of an entry's base scopes */
	const char *url;       /* of the document, or NULL */
	/* From whose root places are counted; NULL: places are lines. */
	const struct xml_prolog *source;
	const struct digest *known;
	size_t known_count;

	struct draft channel;
	struct draft entry;
	bool in_entry;

	enum feed_format format;
	bool is_declared;      /* by its root's name or a namespace: a feed, whatever is in it */
	bool expired;          /* the feed says that it will not change again */
	struct entry *entries; /* of malloc's; at most twice ENTRIES_MAX */
	size_t entry_count;
	size_t entry_room;
	struct buffer seen; /* digests of known entries: struct digest */
	bool truncated;
	struct diagnosis diagnoses[DIAGNOSES_MAX];
	size_t diagnosis_count;
	size_t diagnoses_kept; /* of the document itself, whatever attempt is made at it */
	struct buffer text;    /* room to convert in */
	int failed;            /* 0, or -ENOMEM: at the arena's limit */
};

/* Makes an empty builder; `document` and `known` outlive it. */
int feed_builder_new(const struct document *document, const struct digest *known,
	size_t known_count, struct arena *arena, struct feed_builder **ret);
void feed_builder_free(struct feed_builder *builder);
DEFINE_CLEANUP(feed_builder_freep, struct feed_builder, feed_builder_free)

/* Forgets all that was collected: for another attempt at the same document. */
void feed_builder_reset(struct feed_builder *builder);

/* The draft to which values go: the entry's within one, else the feed's. */
static inline struct draft *feed_builder_draft(struct feed_builder *builder)
{
	return builder->in_entry ? &builder->entry : &builder->channel;
}

/* What is added from here on is the entry's, no longer the channel's. */
void feed_builder_begin_entry(struct feed_builder *builder);

/* Finishes the entry, unless it is known.  `digest` is its own; NULL: that of its draft. */
void feed_builder_end_entry(struct feed_builder *builder, const struct digest *digest);

/*
 * The line of a value's place, for feed_builder_diagnose(); 0 where no more is recorded, since
 * lines are counted from the start: a document full of faults must not cost its length for each.
 */
uint32_t feed_builder_line(const struct feed_builder *builder, uint32_t place);

/* Records what was wrong, up to DIAGNOSES_MAX. */
void feed_builder_diagnose(struct feed_builder *builder, uint32_t line, const char *format, ...)
	_printf_(3, 4);

/* Makes the feed.  Returns 0 or -ENOMEM. */
int feed_builder_finish(struct feed_builder *builder, struct parsed_feed *ret);
