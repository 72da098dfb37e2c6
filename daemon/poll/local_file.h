/*
 * URL=file: feeds (for configured feeds alone, docs/ARCHITECTURE.md 8): regular files, within
 * DOCUMENT_BYTES_MAX, not read again while their time and size stay.
 */
#pragma once

#include <stdbool.h>

#include "poll/answer.h"

/* Whether the URL is one of a file (file:). */
bool local_file_is(const char *url);

/*
 * Reads the file into a document and an answer as a server's would be.  Faults of the file are an
 * answer too (ROUND_FAILED).  Returns 0 or -ENOMEM.
 */
int local_file_read(const struct feed_state *state, const struct memory *memory, usec now,
	struct answer *answer, struct document *ret);
