/*
 * One document through a reader, for the tool's offline verbs: the same way as in the daemon, with
 * a loop of its own that ends with the answer.
 */
#pragma once

#include "worker/job.h"
#include "worker/pool.h"

/*
 * Reads the document, which is taken over, and calls `done` with the result before it returns.
 * Where there is no wirewatch-reader the program itself is one: its main() knows READER_ARGUMENT.
 * Returns 0 when `done` was called, -EFBIG above DOCUMENT_BYTES_MAX, -ENOMEM, or -EIO where the
 * loop itself fails.
 */
int read_document_once(
	enum job_kind kind, struct document *document, pool_done_fn done, void *userdata);
