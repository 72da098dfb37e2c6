#include "worker/child.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "extract/page_extract.h"
#include "extract/robots.h"
#include "parse/feed_parser.h"
#include "parse/unpack.h"
#include "worker/frame.h"
#include "worker/job.h"
#include "worker/pool.h"
#include "worker/sandbox.h"

enum {
	/* The records of a document: what an answer may take, and as much again while they grow. */
	CHILD_ARENA_MAX = 2 * ROUND_BYTES_MAX,
	/* Larger blocks are mapped, so that they go back to the kernel when they are freed. */
	CHILD_MAP_BYTES = 1024 * 1024,
	/* What the heap keeps for the next document at least. */
	CHILD_TRIM_BYTES = 8 * 1024 * 1024,
	/* A document above this is worth a look at what is left of it in the heap, */
	CHILD_LARGE_BYTES = 512 * 1024,
	/* and a heap that stays above this is worth a new process. */
	CHILD_HEAP_KEPT_MAX = 6 * 1024 * 1024,
};

/* Arms (0: disarms) the limit of CPU time; SIGPROF then ends the process. */
static void limit_cpu(usec limit)
{
	const struct itimerval timer = {
		.it_value = {(time_t)(limit / USEC_SEC), (suseconds_t)(limit % USEC_SEC)},
	};

	(void)setitimer(ITIMER_PROF, &timer, NULL);
}

static int write_all(int fd, const struct buffer *buffer)
{
	size_t done = 0;

	while (done < buffer->length) {
		ssize_t written = write(fd, buffer->bytes + done, buffer->length - done);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0)
			done += (size_t)written;
	}
	return 0;
}

/* What became of the job, as an answer; `r` is feed_parse()'s or page_extract()'s. */
static void judge(enum job_kind kind, int r, const char *reason, struct answer *answer)
{
	answer->kind = job_answer_kind(kind);
	if (r == 0) {
		answer->status = ANSWER_DONE;
	} else if (r == -EBADMSG) {
		answer->status = ANSWER_NO_FEED;
		answer->reason = reason ? reason : "the document is not what was expected";
	} else if (r == -ENOMEM) {
		answer->status = ANSWER_NO_MEMORY;
	} else {
		answer->status = ANSWER_FAILED;
		answer->reason = reason ? reason : "the document could not be read";
	}
}

/* The same where its encoding could not be undone; `r` is unpacker_undo()'s. */
static void judge_packing(enum job_kind kind, int r, const char *reason, struct answer *answer)
{
	answer->kind = job_answer_kind(kind);
	if (r == -ENOMEM) {
		answer->status = ANSWER_NO_MEMORY;
		return;
	}
	answer->status = r == -EFBIG ? ANSWER_TOO_LARGE : ANSWER_DAMAGED;
	answer->reason = reason;
}

/* Writes the answer, or, where it does not fit, the one that says so. */
static void write_answer(struct answer *answer, struct buffer *buffer)
{
	int r;

	r = answer_write(answer, buffer);
	if (r == 0)
		return;
	*answer = (struct answer){
		.kind = answer->kind,
		.status = r == -EFBIG ? ANSWER_FAILED : ANSWER_NO_MEMORY,
		.reason = r == -EFBIG ? "the entries take more than 64 MiB" : NULL,
	};
	buffer_free(buffer);
	(void)answer_write(answer, buffer);
}

static int run_job(
	const struct job *job, struct arena *arena, struct answer *answer, const char **ret_reason)
{
	const struct document *document = &job->document;

	switch (job->kind) {
	case JOB_PAGE:
		return page_extract(document, arena, &answer->page, ret_reason);
	case JOB_ROBOTS:
		answer->rules = robots_read(document->bytes, document->length, job->agent, arena);
		return answer->rules ? 0 : -ENOMEM;
	default:
		return feed_parse(
			document, job->known, job->known_count, arena, &answer->feed, ret_reason);
	}
}

/* A reason may name what the document has at any length; an answer holds less. */
static const char *cut_reason(const char *reason, struct arena *arena)
{
	size_t length = reason ? strlen(reason) : 0;

	return length <= ANSWER_REASON_MAX
		? reason
		: arena_copy(arena, reason, utf8_cut(reason, length, ANSWER_REASON_MAX));
}

/*
 * Reads the document into *answer, whose strings are the arena's or borrowed from the frame or the
 * unpacker.  *ret_length is what it unpacked to.
 */
static enum child_exit read_document(struct unpacker *unpacker, const struct frame_input *frame,
	struct arena *arena, struct answer *answer, size_t *ret_length)
{
	const char *reason = NULL;
	struct job job;
	int r;

	r = job_read(frame->bytes, frame->length, arena, &job);
	if (r < 0)
		return CHILD_EXIT_PROTOCOL;
	limit_cpu(job.cpu_limit);
	r = unpacker_undo(unpacker, &job.document,
		job.kind == JOB_PAGE ? PAGE_BYTES_MAX : DOCUMENT_BYTES_MAX, &reason);
	*ret_length = job.document.length;
	if (r < 0) {
		judge_packing(job.kind, r, reason, answer);
		return CHILD_EXIT_DONE;
	}
	reason = NULL;
	r = run_job(&job, arena, answer, &reason);
	judge(job.kind, r, cut_reason(reason, arena), answer);
	return CHILD_EXIT_DONE;
}

/* Gives back what a large document took; says whether the heap stays large all the same. */
static bool heap_stays_large(void)
{
	if (mallinfo2().arena <= CHILD_HEAP_KEPT_MAX)
		return false;
	(void)malloc_trim(0);
	return mallinfo2().arena > CHILD_HEAP_KEPT_MAX;
}

/*
 * Answers one job.  All of it but the answer is freed before the answer goes out, so that it can
 * carry the reader's wish to be replaced: the daemon has not given it another job by then.
 */
static enum child_exit serve_job(struct unpacker *unpacker, struct frame_input *frame, int out)
{
	struct buffer buffer = BUFFER_INIT(FRAME_HEAD_BYTES + ANSWER_BYTES_MAX);
	size_t length = frame->length;
	size_t unpacked = 0;
	struct answer answer = {0};
	struct arena *arena;
	enum child_exit status;

	if (arena_new(CHILD_ARENA_MAX, &arena) < 0)
		return CHILD_EXIT_PROTOCOL;
	status = read_document(unpacker, frame, arena, &answer, &unpacked);
	if (status == CHILD_EXIT_DONE)
		write_answer(&answer, &buffer);
	arena_free(arena);
	frame_input_clear(frame);
	unpacker_rest(unpacker);
	limit_cpu(0);
	if ((length > CHILD_LARGE_BYTES || unpacked > CHILD_LARGE_BYTES) &&
		status == CHILD_EXIT_DONE && heap_stays_large())
		answer_set_grown(&buffer);
	if (status == CHILD_EXIT_DONE && write_all(out, &buffer) < 0)
		status = CHILD_EXIT_PROTOCOL;
	buffer_free(&buffer);
	return status;
}

static int say_ready(int out)
{
	const struct answer ready = {.kind = ANSWER_READY};
	struct buffer buffer = BUFFER_INIT(FRAME_HEAD_BYTES + ANSWER_BYTES_MAX);
	int r;

	r = answer_write(&ready, &buffer);
	if (r == 0)
		r = write_all(out, &buffer);
	buffer_free(&buffer);
	return r;
}

/* The loop alone, on any descriptors and without a sandbox.  Returns a child_exit. */
static enum child_exit child_serve(struct unpacker *unpacker, int in, int out)
{
	struct frame_input frame = {0};
	enum child_exit status = CHILD_EXIT_DONE;
	int r;

	if (say_ready(out) < 0)
		return CHILD_EXIT_PROTOCOL;
	while (status == CHILD_EXIT_DONE) {
		do
			r = frame_input_read(&frame, in, JOB_BYTES_MAX);
		while (r == 0);
		if (r < 0)
			break;
		status = serve_job(unpacker, &frame, out);
	}
	frame_input_clear(&frame);
	if (status == CHILD_EXIT_DONE && r != -ENODATA)
		return CHILD_EXIT_PROTOCOL;
	return status;
}

int child_main(void)
{
	struct unpacker *unpacker;

	/* The daemon's end is the reader's end, also while it spins on a document. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)prctl(PR_SET_NAME, "wirewatch-read", 0, 0, 0); /* 15 bytes at most; for ps(1) */
	if (parse_prepare() < 0 || extract_prepare() < 0 || unpacker_new(&unpacker) < 0)
		_exit(CHILD_EXIT_PREPARE);
	(void)mallopt(M_MMAP_THRESHOLD, CHILD_MAP_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, CHILD_TRIM_BYTES);
	if (sandbox_enter(READER_MEMORY_BYTES) < 0)
		_exit(CHILD_EXIT_SANDBOX);
	/* What runs at exit(3) may want files: a profile's output, a leak checker's tracer. */
	_exit(child_serve(unpacker, STDIN_FILENO, STDOUT_FILENO));
}
