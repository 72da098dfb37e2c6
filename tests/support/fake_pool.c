/*
 * Room worker's pool without processes: a test that lists this file among its sources gets
 * documents read in the test itself, a moment later.  A document that begins with "crash" fails as
 * one on which a reader died.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "extract/page_extract.h"
#include "extract/robots.h"
#include "parse/feed_parser.h"
#include "parse/unpack.h"
#include "support/fake_pool.h"

enum {
	JOB_ARENA_MAX = 8 * 1024 * 1024,
};

#define READING_TIME (5 * USEC_MSEC)

struct job {
	struct job *next;
	struct pool *pool;
	struct clock_timer *timer;
	struct document document;
	struct digest *known;
	size_t known_count;
	bool page;
	char *agent; /* of a robots.txt */
	pool_done_fn done;
	void *userdata;
};

struct pool {
	struct clock *clock;
	struct job *jobs;
	struct unpacker *unpacker;
	bool starved;
};

static void *make(size_t size)
{
	void *object = calloc(1, size);

	if (!object)
		abort();
	return object;
}

static void free_job(struct job *job)
{
	struct job **link = &job->pool->jobs;

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	clock_timer_free(job->pool->clock, job->timer);
	document_clear(&job->document);
	free(job->known);
	free(job->agent);
	free(job);
}

int pool_new(const struct pool_options *options, struct pool **ret)
{
	*ret = make(sizeof(**ret));
	(*ret)->clock = options->clock;
	return unpacker_new(&(*ret)->unpacker);
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	while (pool->jobs)
		free_job(pool->jobs);
	unpacker_free(pool->unpacker);
	free(pool);
}

/* What a reader does.  Returns the result's error. */
static int read_in(struct job *job, struct arena *arena, struct reader_result *ret)
{
	struct document document = job->document;
	int r;

	r = unpacker_undo(job->pool->unpacker, &document,
		job->page ? PAGE_BYTES_MAX : DOCUMENT_BYTES_MAX, &ret->words);
	if (r < 0)
		return r == -EBADMSG ? -EPROTO : r;
	if (job->agent) {
		ret->rules = robots_read(document.bytes, document.length, job->agent, arena);
		return 0;
	}
	if (job->page)
		return page_extract(&document, arena, &ret->page, &ret->words);
	return feed_parse(&document, job->known, job->known_count, arena, &ret->feed, &ret->words);
}

static void read_document(void *userdata)
{
	struct job *job = userdata;
	struct reader_result result = {0};
	struct arena *arena;

	if (arena_new(JOB_ARENA_MAX, &arena) < 0)
		abort();
	if (job->pool->starved) {
		result.error = -EAGAIN;
		result.words = "no reader can be started: Cannot allocate memory";
	} else if (job->document.length >= 5 && memcmp(job->document.bytes, "crash", 5) == 0) {
		result.error = -EIO;
		result.words = "the reader crashed on this document (signal 11)";
	} else {
		result.error = read_in(job, arena, &result);
	}
	result.arena = &arena;
	job->done(&result, job->userdata);
	arena_free(arena);
	free_job(job);
}

int pool_submit(struct pool *pool, struct document *document, const struct digest *known,
	size_t known_count, pool_done_fn done, void *userdata)
{
	struct job *job = make(sizeof(*job));

	*job = (struct job){
		.next = pool->jobs,
		.pool = pool,
		.document = *document,
		.known = make((known_count + 1) * sizeof(*known)),
		.known_count = known_count,
		.done = done,
		.userdata = userdata,
	};
	if (known_count > 0)
		memcpy(job->known, known, known_count * sizeof(*known));
	*document = (struct document){0};
	pool->jobs = job;
	if (clock_timer_new(pool->clock, read_document, job, &job->timer) < 0)
		abort();
	clock_timer_in(pool->clock, job->timer, READING_TIME);
	return 0;
}

int pool_submit_page(
	struct pool *pool, struct document *document, pool_done_fn done, void *userdata)
{
	int r;

	r = pool_submit(pool, document, NULL, 0, done, userdata);
	if (r == 0)
		pool->jobs->page = true;
	return r;
}

int pool_submit_robots(struct pool *pool, struct document *document, const char *agent,
	pool_done_fn done, void *userdata)
{
	int r;

	r = pool_submit(pool, document, NULL, 0, done, userdata);
	if (r == 0)
		pool->jobs->agent = strdup(agent);
	return r;
}

void fake_pool_starve(struct pool *pool, bool starved)
{
	pool->starved = starved;
}

size_t pool_pending(const struct pool *pool)
{
	size_t count = 0;

	for (const struct job *job = pool->jobs; job; job = job->next)
		count++;
	return count;
}

int pool_resize(struct pool *pool, unsigned readers)
{
	(void)pool;
	(void)readers;
	return 0;
}
