/*
 * The reader processes (docs/ARCHITECTURE.md).  A job goes to an idle reader, its answer comes back
 * by a callback; a reader that crashes, spins, grows or answers nonsense is killed and replaced,
 * and its job fails with the reason in words.  Documents are moved in; results own an arena.
 */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "model/document.h"
#include "model/entry.h"
#include "model/web_page.h"

struct event_base;
struct pool;

enum {
	READER_CPU_SECONDS = 5,                     /* a document (docs/POLLING.md) */
	READER_MEMORY_BYTES = 512 * 1024 * 1024,    /* address space, likewise */
	READER_WALL_SECONDS = 15,                   /* a document, for a reader that sleeps */
	READERS_MAX = 64,                           /* [Daemon] Readers= at most */
	READER_QUEUE_MAX = 1024,                    /* jobs that wait; more are refused */
	READER_QUEUE_BYTES_MAX = 128 * 1024 * 1024, /* and what they hold, in total */
};

/* The strings outlive the pool. */
struct pool_options {
	struct event_base *base;
	struct clock *clock;
	unsigned readers;       /* [Daemon] Readers=, from 1 to READERS_MAX */
	const char *executable; /* NULL: worker/program.h says */
	const char *argument;   /* NULL: READER_ARGUMENT */
	usec cpu_limit;         /* 0: READER_CPU_SECONDS */
	usec wall_limit;        /* 0: READER_WALL_SECONDS */
	/* Called when readers die, for the log. */
	void (*on_death)(const char *words, void *userdata);
	void *userdata;
};

struct reader_result {
	struct arena **arena; /* of the result: who takes it, keeps that; NULL: none */
	/* 0; -EBADMSG: no feed, or no page; -EPROTO: its encoding cannot be undone, -EFBIG: it
	 * unpacks to too much; -EIO: the reader failed on it; -EAGAIN: no reader could be had */
	int error;
	const char *words;       /* why, for the user */
	struct parsed_feed feed; /* also its diagnoses and alternates where error is -EBADMSG */
	struct web_page page;    /* of pool_submit_page() */
	const char *rules;       /* of pool_submit_robots() (extract/robots.h) */
};

typedef void (*pool_done_fn)(const struct reader_result *result, void *userdata);

/*
 * The options are copied, what they point to is borrowed.  The first reader starts with the first
 * job, each further one when jobs have waited for 100 ms.  Returns 0 or -ENOMEM.
 */
int pool_new(const struct pool_options *options, struct pool **ret);

/* Kills the readers; jobs end without a callback. */
void pool_free(struct pool *pool);

/*
 * Reads a feed document.  Takes the document over.  `known` are the sorted digests of entries that
 * need not come back; they are copied.  `done` is called once, never from within this call, and
 * may submit, but not free or resize the pool.  The result is its to read until it returns.
 * Returns 0, -ENOMEM, or -EAGAIN when READER_QUEUE_MAX jobs or READER_QUEUE_BYTES_MAX of documents
 * wait (the document is not taken).
 */
int pool_submit(struct pool *pool, struct document *document, const struct digest *known,
	size_t known_count, pool_done_fn done, void *userdata);

/* As pool_submit() for an article's web page: the result's `page` is the answer. */
int pool_submit_page(
	struct pool *pool, struct document *document, pool_done_fn done, void *userdata);

/* As pool_submit() for a robots.txt: the result's `rules`, for `agent` (a product token; copied).
 */
int pool_submit_robots(struct pool *pool, struct document *document, const char *agent,
	pool_done_fn done, void *userdata);

/* Jobs that wait or are being read. */
size_t pool_pending(const struct pool *pool);

/*
 * Changes the number of readers (reload), from 1 to READERS_MAX; busy ones finish their job.
 * Returns 0: no memory is taken.
 */
int pool_resize(struct pool *pool, unsigned readers);
