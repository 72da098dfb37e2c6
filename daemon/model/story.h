/*
 * A story: the articles that carry the same report; and the verdict by which an article joins one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/id.h"

/* How an article relates to its story (wirewatch-events(7)). */
enum relation {
	RELATION_NEW,
	RELATION_COPY,
	RELATION_REWRITE,
	RELATION_UPDATE,
	RELATION_REPRINT,
	RELATION_MAX,
	RELATION_INVALID = -22,
};

const char *relation_to_string(enum relation relation);
enum relation relation_from_string(const char *string);

enum {
	WHY_BYTES = 256,
};

/* What dedup says of an article; keys are the store's keys of stories and articles. */
struct verdict {
	enum relation relation;
	int64_t story;           /* joined; 0 for new */
	int64_t of;              /* the article it was compared with; 0 for new */
	double similarity;       /* 0 to 1 */
	double confidence;       /* that it belongs to the story, 0 to 1 */
	bool material;           /* an update that users want to hear of (docs/ALERTS.md A3) */
	char why[WHY_BYTES];     /* in words */
	char changed[WHY_BYTES]; /* an update: what changed, in words; else "" */
};

struct story {
	int64_t key;
	struct id id;
	const char *title; /* of its first article */
	usec first_seen;
	usec last_seen;
	uint32_t article_count;
	uint32_t site_count;
	const char *languages; /* of its articles, with blanks between; NULL: unknown */
};
