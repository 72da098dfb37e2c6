#include "worker/pool.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/queue.h>

#include "base/macro.h"
#include "worker/child.h"
#include "worker/job.h"
#include "worker/program.h"
#include "worker/reader.h"

enum {
	/* Starts that fail in a row before the jobs that wait are failed. */
	POOL_START_TRIES = 3,
	/* Between starts that fail: 100 ms, doubled each time up to about a minute. */
	POOL_BACKOFF_MSEC = 100,
	POOL_BACKOFF_DOUBLINGS = 9,
};

/*
 * So long jobs wait before another reader is started beside those that run: a start costs as much
 * as the reading of many documents, and a few are read sooner by the reader that is there.
 */
#define POOL_PATIENCE (100 * USEC_MSEC)

struct task {
	STAILQ_ENTRY(task) next;
	struct job job; /* owns the document, the digests and the agent */
	pool_done_fn done;
	void *userdata;
};

struct slot {
	struct pool *pool;
	struct reader *reader; /* NULL: none runs */
	struct task *task;     /* what it is at */
};

struct pool {
	struct pool_options options;
	struct reader_program program; /* where the options name none */
	STAILQ_HEAD(, task) waiting;
	size_t waiting_count;
	size_t waiting_bytes;
	size_t busy_count;
	struct slot slots[READERS_MAX];
	size_t readers;         /* slots from here on end their readers after the job in hand */
	unsigned failed_starts; /* in a row */
	bool backing_off;       /* the timer runs; nothing is started until it has fired */
	struct clock_timer *backoff;
	struct clock_timer *patience;
	bool waits;                              /* the timer of patience runs */
	char start_words[READER_WORDS_MAX + 32]; /* why the last start failed */
};

/* ---- tasks ---- */

static void task_free(struct task *task)
{
	if (!task)
		return;
	document_clear(&task->job.document);
	free((void *)task->job.known);
	free((void *)task->job.agent);
	free(task);
}

/* What it holds while it waits. */
static size_t task_bytes(const struct task *task)
{
	return task->job.document.length + task->job.known_count * sizeof(*task->job.known);
}

static struct task *take_waiting(struct pool *pool)
{
	struct task *task = STAILQ_FIRST(&pool->waiting);

	STAILQ_REMOVE_HEAD(&pool->waiting, next);
	pool->waiting_count--;
	pool->waiting_bytes -= task_bytes(task);
	return task;
}

/* Ends the task with an error; `words` live until the callback returns. */
static void task_fail(struct task *task, int error, const char *words)
{
	const struct reader_result result = {.error = error, .words = words};

	task->done(&result, task->userdata);
	task_free(task);
}

static void task_finish(struct task *task, const struct answer *answer, struct arena **arena)
{
	char words[READER_WORDS_MAX];
	struct reader_result result = {
		.arena = arena,
		.feed = answer->feed,
		.page = answer->page,
		.rules = answer->rules,
		.words = answer->reason,
	};

	switch (answer->status) {
	case ANSWER_DONE:
		break;
	case ANSWER_NO_FEED:
		result.error = -EBADMSG;
		break;
	case ANSWER_NO_MEMORY:
		(void)snprintf(words, sizeof(words),
			"the reader needed more memory on this document than it may have (%d MiB)",
			READER_MEMORY_BYTES / (1024 * 1024));
		result.error = -EIO;
		result.words = words;
		break;
	case ANSWER_DAMAGED:
		result.error = -EPROTO;
		break;
	case ANSWER_TOO_LARGE:
		result.error = -EFBIG;
		break;
	default:
		result.error = -EIO;
		break;
	}
	if (result.error < 0 && !result.words)
		result.words = "the reader gave no reason";
	task->done(&result, task->userdata);
	task_free(task);
}

/* ---- readers ---- */

static void dispatch(struct pool *pool);

static struct task *slot_take_task(struct slot *slot)
{
	if (slot->task)
		slot->pool->busy_count--;
	return TAKE_PTR(slot->task);
}

/* No reader will be started before a while. */
static void back_off(struct pool *pool)
{
	unsigned doublings = pool->failed_starts < POOL_BACKOFF_DOUBLINGS ? pool->failed_starts
									  : POOL_BACKOFF_DOUBLINGS;

	pool->failed_starts++;
	pool->backing_off = true;
	clock_timer_in(
		pool->options.clock, pool->backoff, (POOL_BACKOFF_MSEC * USEC_MSEC) << doublings);
}

/* Jobs are failed here only, from the loop: never from within pool_submit(). */
static void handle_backoff(void *userdata)
{
	struct pool *pool = userdata;

	pool->backing_off = false;
	if (pool->failed_starts >= POOL_START_TRIES) {
		size_t count = pool->waiting_count;

		/* Those that callbacks submit meanwhile wait for the next start. */
		while (count-- > 0)
			task_fail(take_waiting(pool), -EAGAIN, pool->start_words);
	}
	dispatch(pool);
}

static void report_death(struct pool *pool, const char *words)
{
	if (pool->options.on_death)
		pool->options.on_death(words, pool->options.userdata);
}

static bool surplus(const struct slot *slot)
{
	return slot >= slot->pool->slots + slot->pool->readers;
}

static void handle_ready(struct reader *reader, void *userdata)
{
	struct slot *slot = userdata;

	slot->pool->failed_starts = 0;
	if (surplus(slot))
		reader_retire(reader);
	else
		dispatch(slot->pool);
}

static void handle_answered(
	struct reader *reader, const struct answer *answer, struct arena **arena, void *userdata)
{
	(void)reader;
	task_finish(slot_take_task(userdata), answer, arena);
}

static void handle_gone(struct reader *reader, const char *words, void *userdata)
{
	struct slot *slot = userdata;
	struct pool *pool = slot->pool;
	struct task *task = slot_take_task(slot);
	char kept[READER_WORDS_MAX];
	bool was_ready = reader_was_ready(reader);

	/* Without words it was retired: with a job in hand, because that could not be sent. */
	(void)snprintf(kept, sizeof(kept), "%s",
		words ? words : "there was no memory to send the document to a reader");
	reader_free(reader);
	slot->reader = NULL;
	if (words)
		report_death(pool, kept);
	if (words && !was_ready) {
		(void)snprintf(pool->start_words, sizeof(pool->start_words),
			"no reader can be started: %s", kept);
		back_off(pool);
	}
	if (task)
		task_fail(task, -EIO, kept);
	dispatch(pool);
}

static const struct reader_events events = {
	.ready = handle_ready,
	.answered = handle_answered,
	.gone = handle_gone,
};

static void start_reader(struct slot *slot)
{
	struct pool *pool = slot->pool;
	int r;

	r = reader_start(&pool->options, &events, slot, &slot->reader);
	if (r == 0)
		return;
	(void)snprintf(pool->start_words, sizeof(pool->start_words), "no reader can be started: %s",
		strerror(-r));
	report_death(pool, pool->start_words);
	back_off(pool);
}

static struct slot *find_idle(struct pool *pool)
{
	for (size_t i = 0; i < pool->readers; i++)
		if (pool->slots[i].reader && reader_idle(pool->slots[i].reader))
			return &pool->slots[i];
	return NULL;
}

/* A place for one more reader; NULL: all that may be are there. */
static struct slot *find_free(struct pool *pool)
{
	for (size_t i = 0; i < pool->readers; i++)
		if (!pool->slots[i].reader)
			return &pool->slots[i];
	return NULL;
}

/* Whether there is a reader; `without_job`: one that may take the next. */
static bool has_reader(const struct pool *pool, bool without_job)
{
	for (size_t i = 0; i < pool->readers; i++)
		if (pool->slots[i].reader && !(without_job && pool->slots[i].task))
			return true;
	return false;
}

static void set_patience(struct pool *pool, bool waits)
{
	if (pool->waits == waits)
		return;
	pool->waits = waits;
	if (waits)
		clock_timer_in(pool->options.clock, pool->patience, POOL_PATIENCE);
	else
		clock_timer_set(pool->options.clock, pool->patience, USEC_INFINITY);
}

/* The first reader starts with the first job that waits; others where jobs go on waiting. */
static void start_readers(struct pool *pool)
{
	bool wanted = pool->waiting_count > 0 && !pool->backing_off;

	if (wanted && !has_reader(pool, false))
		start_reader(find_free(pool));
	set_patience(pool, wanted && !pool->backing_off && find_free(pool));
}

static void handle_impatience(void *userdata)
{
	struct pool *pool = userdata;
	struct slot *slot = find_free(pool);

	pool->waits = false;
	if (slot && !has_reader(pool, true))
		start_reader(slot);
	dispatch(pool);
}

static void dispatch(struct pool *pool)
{
	while (pool->waiting_count > 0) {
		struct slot *slot = find_idle(pool);

		if (!slot)
			break;
		slot->task = take_waiting(pool);
		pool->busy_count++;
		/* Its bounds were checked when it was submitted; memory may still be short. */
		if (reader_give(slot->reader, &slot->task->job) < 0)
			reader_retire(slot->reader);
	}
	start_readers(pool);
}

/* ---- the pool ---- */

static size_t bounded_readers(unsigned readers)
{
	if (readers == 0)
		return 1;
	return readers < READERS_MAX ? readers : READERS_MAX;
}

int pool_new(const struct pool_options *options, struct pool **ret)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	struct pool_options *own;
	int r;

	if (!pool)
		return -ENOMEM;
	STAILQ_INIT(&pool->waiting);
	own = &pool->options;
	*own = *options;
	pool->program.fd = -1;
	if (!own->executable) {
		reader_program_open(OWN_PROGRAM, &pool->program);
		own->executable = pool->program.path;
	}
	if (!own->argument)
		own->argument = READER_ARGUMENT;
	if (own->cpu_limit == 0)
		own->cpu_limit = READER_CPU_SECONDS * USEC_SEC;
	if (own->wall_limit == 0)
		own->wall_limit = READER_WALL_SECONDS * USEC_SEC;
	pool->readers = bounded_readers(own->readers);
	for (size_t i = 0; i < READERS_MAX; i++)
		pool->slots[i].pool = pool;
	r = clock_timer_new(own->clock, handle_backoff, pool, &pool->backoff);
	if (r == 0)
		r = clock_timer_new(own->clock, handle_impatience, pool, &pool->patience);
	if (r < 0) {
		pool_free(pool);
		return r;
	}
	*ret = pool;
	return 0;
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < READERS_MAX; i++) {
		reader_free(pool->slots[i].reader);
		task_free(pool->slots[i].task);
	}
	while (pool->waiting_count > 0)
		task_free(take_waiting(pool));
	clock_timer_free(pool->options.clock, pool->backoff);
	clock_timer_free(pool->options.clock, pool->patience);
	reader_program_close(&pool->program);
	free(pool);
}

/* Makes a task with its own digests, the document not yet in it. */
static int task_new(const struct job *what, struct task **ret)
{
	size_t count = what->known_count < JOB_KNOWN_MAX ? what->known_count : JOB_KNOWN_MAX;
	struct task *task = calloc(1, sizeof(*task));
	struct digest *copy = calloc(count > 0 ? count : 1, sizeof(*copy));
	char *agent = what->agent ? strdup(what->agent) : NULL;

	if (!task || !copy || (what->agent && !agent)) {
		free(task);
		free(copy);
		free(agent);
		return -ENOMEM;
	}
	if (count > 0)
		memcpy(copy, what->known, count * sizeof(*copy));
	task->job.kind = what->kind;
	task->job.known = copy;
	task->job.known_count = count;
	task->job.agent = agent;
	*ret = task;
	return 0;
}

/* `what` says kind, digests and agent, all borrowed. */
static int submit(struct pool *pool, const struct job *what, struct document *document,
	pool_done_fn done, void *userdata)
{
	struct task *task = NULL;
	int r;

	if (document->length > DOCUMENT_BYTES_MAX)
		return -EFBIG;
	if (document->url && strlen(document->url) > URL_BYTES_MAX)
		return -EFBIG;
	if (pool->waiting_count >= READER_QUEUE_MAX ||
		pool->waiting_bytes + document->length > READER_QUEUE_BYTES_MAX)
		return -EAGAIN;
	r = task_new(what, &task);
	if (r < 0)
		return r;
	task->job.cpu_limit = pool->options.cpu_limit;
	task->job.document = *document;
	*document = (struct document){0};
	task->done = done;
	task->userdata = userdata;
	STAILQ_INSERT_TAIL(&pool->waiting, task, next);
	pool->waiting_count++;
	pool->waiting_bytes += task_bytes(task);
	dispatch(pool);
	return 0;
}

int pool_submit(struct pool *pool, struct document *document, const struct digest *known,
	size_t known_count, pool_done_fn done, void *userdata)
{
	const struct job job = {.kind = JOB_FEED, .known = known, .known_count = known_count};

	return submit(pool, &job, document, done, userdata);
}

int pool_submit_page(
	struct pool *pool, struct document *document, pool_done_fn done, void *userdata)
{
	const struct job job = {.kind = JOB_PAGE};

	return submit(pool, &job, document, done, userdata);
}

int pool_submit_robots(struct pool *pool, struct document *document, const char *agent,
	pool_done_fn done, void *userdata)
{
	const struct job job = {.kind = JOB_ROBOTS, .agent = agent};

	return submit(pool, &job, document, done, userdata);
}

size_t pool_pending(const struct pool *pool)
{
	return pool->waiting_count + pool->busy_count;
}

int pool_resize(struct pool *pool, unsigned readers)
{
	pool->readers = bounded_readers(readers);
	for (size_t i = pool->readers; i < READERS_MAX; i++)
		if (pool->slots[i].reader && !pool->slots[i].task)
			reader_retire(pool->slots[i].reader);
	dispatch(pool);
	return 0;
}
