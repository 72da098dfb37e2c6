/* From a draft's values to a record's members: one function for each kind of member. */
#pragma once

#include <stdint.h>

#include "parse/feed_builder.h"

/* The best text of a field in the arena, cut to `limit` bytes; NULL where there is none. */
const char *draft_text(struct feed_builder *builder, const struct draft *draft, enum field field,
	unsigned options, size_t limit);

/* The names of a field, each once, joined by commas. */
const char *draft_people(struct feed_builder *builder, const struct draft *draft, size_t limit);

/* The best text as it stands but for white space around it: ids, languages. */
const char *draft_verbatim(
	struct feed_builder *builder, const struct draft *draft, enum field field, size_t limit);

/* The best address, absolute where anything tells what it is relative to. */
const char *draft_link(struct feed_builder *builder, const struct draft *draft, enum field field);

/* The best date, or DATE_NONE; what is no date is diagnosed. */
int64_t draft_date(struct feed_builder *builder, const struct draft *draft, enum field field);

/* What the draft says, cleaned, in the form of the records; bounded as in model/entry.h. */
void draft_categories(struct feed_builder *builder, const struct draft *draft, struct entry *entry);
void draft_enclosures(struct feed_builder *builder, const struct draft *draft, struct entry *entry);
void draft_hints(const struct draft *draft, struct channel_hints *ret);
