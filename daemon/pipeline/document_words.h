/* What is said of a feed's document in its feed's record: for the user to act on. */
#pragma once

#include "model/entry.h"

/* The first diagnosis, with how many more there are.  NULL: there is none, or the arena's limit. */
const char *document_words_faults(const struct parsed_feed *parsed, struct arena *arena);

/* Of a web page given as a feed: which feeds it names.  NULL at the arena's limit. */
const char *document_words_feeds(const struct parsed_feed *page, struct arena *arena);
