/*
 * What is asked of a reader and what it answers, each in one frame (worker/frame.h).  The daemon
 * takes an answer for hostile: typed, bounded, every string checked.  The reader takes a job for
 * honest in form, but refuses one that is not.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "model/document.h"
#include "model/entry.h"
#include "model/web_page.h"

enum {
	/* Grows with each change of either form: the two sides are always of one build. */
	JOB_VERSION = 4,
	JOB_CONTENT_TYPE_MAX = 1024, /* a longer one is left out */
	JOB_ENCODING_MAX = 256,      /* likewise */
	/* Digests that go with a job; beyond it entries come back that are known.  A feed holds
	 * 5,000 entries (docs/POLLING.md), so this is a dozen rounds that had nothing in common.
	 */
	JOB_KNOWN_MAX = 64 * 1024,
	JOB_BYTES_MAX = (int)DOCUMENT_BYTES_MAX + JOB_KNOWN_MAX * DIGEST_BYTES + 16 * 1024,
	ANSWER_BYTES_MAX = ROUND_BYTES_MAX,
	ANSWER_REASON_MAX = 512,
};

enum job_kind {
	JOB_FEED = 1,   /* a feed document: entries come back */
	JOB_ROBOTS = 3, /* a site's robots.txt: the rules for `agent` come back */
	JOB_PAGE = 2,   /* an article's web page: its text comes back; no digests */
};

struct job {
	enum job_kind kind;
	usec cpu_limit; /* in whole milliseconds on the wire */
	struct document document;
	const struct digest *known;
	size_t known_count;
	const char *agent; /* of a JOB_ROBOTS, a product token; else NULL */
};

enum answer_kind {
	ANSWER_READY = 1, /* the reader is in its sandbox and waits for jobs */
	ANSWER_FEED = 2,
	ANSWER_PAGE = 3,
	ANSWER_ROBOTS = 4,
};

enum answer_status {
	ANSWER_DONE,
	ANSWER_NO_FEED,   /* the document is none, or no page; the reason says so */
	ANSWER_NO_MEMORY, /* the document took more memory than a reader may have */
	ANSWER_FAILED,    /* anything else; the reason says so */
	ANSWER_DAMAGED,   /* its encoding cannot be undone; the reason says why */
	ANSWER_TOO_LARGE, /* it unpacks to more than is allowed; the reason says so */
	ANSWER_STATUS_MAX,
};

struct answer {
	enum answer_kind kind;
	enum answer_status status;
	bool grown;              /* the reader asks to be replaced: its heap stays large */
	const char *reason;      /* NULL with ANSWER_DONE */
	struct parsed_feed feed; /* with ANSWER_DONE and ANSWER_NO_FEED, else empty */
	struct web_page page;    /* of an ANSWER_PAGE with ANSWER_DONE */
	const char *rules;       /* of an ANSWER_ROBOTS with ANSWER_DONE (extract/robots.h) */
};

/* What a job of that kind is answered with. */
enum answer_kind job_answer_kind(enum job_kind kind);

/*
 * Writes a job's frame up to the document's bytes, which the caller sends behind it.
 * Returns 0, -EFBIG where the document or its URL passes its bound, or -ENOMEM.
 */
int job_write_head(const struct job *job, struct buffer *buffer);

/*
 * Reads a job.  Document and digests are borrowed from the frame, the strings are the arena's;
 * nothing of it may be freed by document_clear().  Returns 0, -EBADMSG or -ENOMEM.
 */
int job_read(const void *bytes, size_t length, struct arena *arena, struct job *ret);

/* Writes an answer's frame.  Returns 0, -EFBIG above ANSWER_BYTES_MAX, or -ENOMEM. */
int answer_write(const struct answer *answer, struct buffer *buffer);

/* Sets `grown` in an answer that is already written. */
void answer_set_grown(struct buffer *buffer);

/* Reads an answer, all strings into the arena.  Returns 0 or -EBADMSG. */
int answer_read(const void *bytes, size_t length, struct arena *arena, struct answer *ret);
