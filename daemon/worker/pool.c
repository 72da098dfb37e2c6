#include "worker/pool.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/queue.h>

#include "base/macro.h"
#include "worker/child.h"
#include "worker/job.h"
#include "worker/reader.h"

enum {
	/* Starts that fail in a row before the jobs that wait are failed. */
	POOL_START_TRIES = 3,
	/* Between starts that fail: 100 ms, doubled each time up to about a minute. */
	POOL_BACKOFF_MSEC = 100,
	POOL_BACKOFF_DOUBLINGS = 9,
};

struct task {
	STAILQ_ENTRY(task) next;
	struct job job; /* owns the document and the digests */
	pool_done_fn done;
	void *userdata;
};

struct slot {
	struct pool *pool;
	struct reader *reader; /* NULL: none runs */
	struct task *task;     /* what it is at */
	bool surplus;          /* goes when its reader is done (pool_resize) */
};

struct pool {
	struct pool_options options;
	STAILQ_HEAD(, task) waiting;
	size_t waiting_count;
	size_t waiting_bytes;
	size_t busy_count;
	struct slot **slots; /* pointers, for readers know theirs */
	size_t slot_count;
	unsigned failed_starts; /* in a row */
	bool backing_off;       /* the timer runs; nothing is started until it has fired */
	struct clock_timer *backoff;
	char start_words[READER_WORDS_MAX + 32]; /* why the last start failed */
};

/* ---- tasks ---- */

static void task_free(struct task *task)
{
	if (!task)
		return;
	document_clear(&task->job.document);
	free((void *)task->job.known);
	free(task);
}
DEFINE_CLEANUP(task_freep, struct task, task_free)

static struct task *take_waiting(struct pool *pool)
{
	struct task *task = STAILQ_FIRST(&pool->waiting);

	STAILQ_REMOVE_HEAD(&pool->waiting, next);
	pool->waiting_count--;
	pool->waiting_bytes -= task->job.document.length;
	return task;
}

/* Ends the task with an error; `words` live until the callback returns. */
static void task_fail(struct task *task, int error, const char *words)
{
	const struct reader_result result = {.error = error, .words = words};

	task->done(&result, task->userdata);
	task_free(task);
}

static void task_finish(struct task *task, const struct answer *answer)
{
	char words[READER_WORDS_MAX];
	struct reader_result result = {.feed = answer->feed, .words = answer->reason};

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
			task_fail(take_waiting(pool), -EIO, pool->start_words);
	}
	dispatch(pool);
}

static void report_death(struct pool *pool, const char *words)
{
	if (pool->options.on_death)
		pool->options.on_death(words, pool->options.userdata);
}

static void remove_slot(struct pool *pool, struct slot *slot)
{
	size_t i = 0;

	while (pool->slots[i] != slot)
		i++;
	pool->slots[i] = pool->slots[--pool->slot_count];
	free(slot);
}

static void handle_ready(struct reader *reader, void *userdata)
{
	struct slot *slot = userdata;

	slot->pool->failed_starts = 0;
	if (slot->surplus)
		reader_retire(reader);
	else
		dispatch(slot->pool);
}

static void handle_answered(struct reader *reader, const struct answer *answer, void *userdata)
{
	(void)reader;
	task_finish(slot_take_task(userdata), answer);
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
	if (slot->surplus)
		remove_slot(pool, slot);
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

static struct slot *find_idle(const struct pool *pool)
{
	for (size_t i = 0; i < pool->slot_count; i++)
		if (pool->slots[i]->reader && !pool->slots[i]->surplus &&
			reader_idle(pool->slots[i]->reader))
			return pool->slots[i];
	return NULL;
}

/* A reader is started for each job that waits and no starting reader will take. */
static void start_readers(struct pool *pool)
{
	size_t wanted = pool->waiting_count;

	for (size_t i = 0; i < pool->slot_count; i++) {
		const struct slot *slot = pool->slots[i];

		if (slot->reader && !slot->task && wanted > 0)
			wanted--;
	}
	for (size_t i = 0; i < pool->slot_count && wanted > 0 && !pool->backing_off; i++)
		if (!pool->slots[i]->reader && !pool->slots[i]->surplus) {
			start_reader(pool->slots[i]);
			wanted--;
		}
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

static int add_slots(struct pool *pool, size_t count)
{
	struct slot **slots = reallocarray(pool->slots, count, sizeof(struct slot *));

	if (!slots)
		return -ENOMEM;
	pool->slots = slots;
	while (pool->slot_count < count) {
		struct slot *slot = calloc(1, sizeof(*slot));

		if (!slot)
			return -ENOMEM;
		slot->pool = pool;
		pool->slots[pool->slot_count++] = slot;
	}
	return 0;
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
	if (!own->executable)
		own->executable = "/proc/self/exe";
	if (!own->argument)
		own->argument = READER_ARGUMENT;
	if (own->cpu_limit == 0)
		own->cpu_limit = READER_CPU_SECONDS * USEC_SEC;
	if (own->wall_limit == 0)
		own->wall_limit = READER_WALL_SECONDS * USEC_SEC;
	r = clock_timer_new(own->clock, handle_backoff, pool, &pool->backoff);
	if (r == 0)
		r = add_slots(pool, own->readers > 0 ? own->readers : 1);
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
	for (size_t i = 0; i < pool->slot_count; i++) {
		reader_free(pool->slots[i]->reader);
		task_free(pool->slots[i]->task);
		free(pool->slots[i]);
	}
	while (pool->waiting_count > 0)
		task_free(take_waiting(pool));
	clock_timer_free(pool->options.clock, pool->backoff);
	free(pool->slots);
	free(pool);
}

/* Makes a task with its own digests, the document not yet in it. */
static int task_new(const struct digest *known, size_t known_count, struct task **ret)
{
	_cleanup_(task_freep) struct task *task = calloc(1, sizeof(*task));
	struct digest *copy = NULL;

	if (!task)
		return -ENOMEM;
	if (known_count > JOB_KNOWN_MAX)
		known_count = JOB_KNOWN_MAX;
	if (known_count > 0) {
		copy = malloc(known_count * sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		memcpy(copy, known, known_count * sizeof(*copy));
	}
	task->job.kind = JOB_FEED;
	task->job.known = copy;
	task->job.known_count = known_count;
	*ret = TAKE_PTR(task);
	return 0;
}

int pool_submit(struct pool *pool, struct document *document, const struct digest *known,
	size_t known_count, pool_done_fn done, void *userdata)
{
	struct task *task = NULL;
	int r;

	if (document->length > DOCUMENT_BYTES_MAX)
		return -EFBIG;
	if (document->url && strlen(document->url) > URL_BYTES_MAX)
		return -EFBIG;
	if (pool->waiting_count >= READER_QUEUE_MAX ||
		document->length > READER_QUEUE_BYTES_MAX - pool->waiting_bytes)
		return -EAGAIN;
	r = task_new(known, known_count, &task);
	if (r < 0)
		return r;
	task->job.cpu_limit = pool->options.cpu_limit;
	task->job.document = *document;
	*document = (struct document){0};
	task->done = done;
	task->userdata = userdata;
	STAILQ_INSERT_TAIL(&pool->waiting, task, next);
	pool->waiting_count++;
	pool->waiting_bytes += task->job.document.length;
	dispatch(pool);
	return 0;
}

size_t pool_pending(const struct pool *pool)
{
	return pool->waiting_count + pool->busy_count;
}

/* Takes slots back that went surplus in an earlier resize, then makes what is missing. */
static int grow(struct pool *pool, size_t readers, size_t serving)
{
	size_t surplus = pool->slot_count - serving;

	for (size_t i = 0; i < pool->slot_count && serving < readers; i++)
		if (pool->slots[i]->surplus) {
			pool->slots[i]->surplus = false;
			serving++;
			surplus--;
		}
	return serving < readers ? add_slots(pool, readers + surplus) : 0;
}

/* Slots without a reader go at once, idle readers soon, busy ones after their job. */
static void shrink(struct pool *pool, size_t readers, size_t serving)
{
	for (size_t i = pool->slot_count; i-- > 0 && serving > readers;) {
		struct slot *slot = pool->slots[i];

		if (slot->surplus)
			continue;
		serving--;
		slot->surplus = true;
		if (!slot->reader)
			remove_slot(pool, slot);
		else if (!slot->task)
			reader_retire(slot->reader);
	}
}

int pool_resize(struct pool *pool, unsigned readers)
{
	size_t wanted = readers > 0 ? readers : 1;
	size_t serving = 0;
	int r = 0;

	for (size_t i = 0; i < pool->slot_count; i++)
		serving += !pool->slots[i]->surplus;
	if (wanted < serving)
		shrink(pool, wanted, serving);
	else
		r = grow(pool, wanted, serving);
	dispatch(pool);
	return r;
}
