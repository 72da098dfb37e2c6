/* The pool against readers that misbehave.  This program is its own reader: see evil_reader.h. */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/pidfd.h>

#include <cmocka.h>

#include "base/macro.h"
#include "evil_reader.h"
#include "support/fake_clock.h"
#include "worker/child.h"
#include "worker/job.h"
#include "worker/pool.h"
#include "worker/read_once.h"

enum {
	RESULTS_MAX = 1200,
};

struct rig {
	struct event_base *base;
	struct clock *clock;
	struct pool_options options;
	struct pool *pool;
	size_t results;
	size_t wanted;
	int error;
	char words[1024];
	char title[64];
	char id[64];
	char author[64];
	char content[64];
	char pid[64]; /* of the reader, where the answer tells */
	size_t known_count;
	size_t diagnoses;
	size_t alternates;
	int errors[RESULTS_MAX];
	unsigned deaths;
	char death[256];
};

#ifdef WIREWATCH_SANITIZED
/* A reader's crash must look as it does without a sanitizer. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "handle_segv=0";
}
#endif

/* ---- the rig ---- */

static void copy_text(char (*room)[64], const char *text)
{
	(void)snprintf(*room, sizeof(*room), "%s", text ? text : "(null)");
}

static void note_result(const struct reader_result *result, void *userdata)
{
	struct rig *rig = userdata;
	const struct parsed_feed *feed = &result->feed;

	rig->errors[rig->results++] = result->error;
	rig->error = result->error;
	(void)snprintf(rig->words, sizeof(rig->words), "%s", result->words ? result->words : "");
	rig->known_count = feed->known_count;
	rig->diagnoses = feed->diagnosis_count;
	rig->alternates = feed->alternate_count;
	if (feed->entry_count > 0) {
		copy_text(&rig->title, feed->entries[0].title);
		copy_text(&rig->id, feed->entries[0].id);
		copy_text(&rig->author, feed->entries[0].author);
		copy_text(&rig->content, feed->entries[0].content);
		copy_text(&rig->pid, feed->entries[0].summary);
	}
	if (rig->results == rig->wanted)
		(void)event_base_loopbreak(rig->base);
}

static void note_death(const char *words, void *userdata)
{
	struct rig *rig = userdata;

	rig->deaths++;
	(void)snprintf(rig->death, sizeof(rig->death), "%s", words);
}

static int set_up(void **state)
{
	struct rig *rig = test_calloc(1, sizeof(*rig));

	rig->base = event_base_new();
	assert_non_null(rig->base);
	assert_int_equal(clock_new_system(rig->base, &rig->clock), 0);
	rig->options = (struct pool_options){
		.base = rig->base,
		.clock = rig->clock,
		.readers = 1,
		.cpu_limit = 100 * USEC_MSEC,
		.wall_limit = 60 * USEC_SEC,
		.on_death = note_death,
		.userdata = rig,
	};
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	pool_free(rig->pool);
	clock_free_system(rig->clock);
	event_base_free(rig->base);
	test_free(rig);
	return 0;
}

static int submit_bytes(struct rig *rig, char *bytes, size_t length)
{
	struct document document = {
		.url = strdup("https://example.org/feed"),
		.content_type = strdup("text/xml"),
		.length = length,
	};
	int r;

	document.bytes = bytes;
	if (!rig->pool)
		assert_int_equal(pool_new(&rig->options, &rig->pool), 0);
	r = pool_submit(rig->pool, &document, NULL, 0, note_result, rig);
	if (r == 0) {
		assert_null(document.bytes);
		rig->wanted++;
	}
	document_clear(&document);
	return r;
}

static void submit(struct rig *rig, const char *text)
{
	assert_int_equal(submit_bytes(rig, strdup(text), strlen(text)), 0);
}

static void run(struct rig *rig)
{
	if (rig->results < rig->wanted)
		(void)event_base_dispatch(rig->base);
	assert_int_equal(rig->results, rig->wanted);
	assert_int_equal(pool_pending(rig->pool), 0);
}

static void read_text(struct rig *rig, const char *text)
{
	submit(rig, text);
	run(rig);
}

/* The job fails with these words, the next one succeeds in another reader. */
static void check_replaced(struct rig *rig, const char *text, const char *words)
{
	unsigned deaths = rig->deaths;

	read_text(rig, text);
	assert_int_equal(rig->error, -EIO);
	assert_string_equal(rig->words, words);
	assert_int_equal(rig->deaths, deaths + 1);
	assert_string_equal(rig->death, words);
	read_text(rig, "hello");
	assert_int_equal(rig->error, 0);
	assert_string_equal(rig->title, "hello");
}

/* ---- answers ---- */

static void test_document_and_headers_reach_the_parser_and_the_entries_come_back(void **state)
{
	struct rig *rig = *state;

	read_text(rig, "hello");
	assert_int_equal(rig->error, 0);
	assert_string_equal(rig->title, "hello");
	assert_string_equal(rig->id, "https://example.org/feed");
	assert_string_equal(rig->author, "text/xml");
}

static void test_known_digests_go_with_the_job(void **state)
{
	struct rig *rig = *state;
	const struct digest known[3] = {{{1}}, {{2}}, {{3}}};
	struct document document = {.bytes = strdup("x"), .length = 1};

	assert_int_equal(pool_new(&rig->options, &rig->pool), 0);
	assert_int_equal(pool_submit(rig->pool, &document, known, 3, note_result, rig), 0);
	rig->wanted++;
	run(rig);
	assert_int_equal(rig->known_count, 3);
	assert_string_equal(rig->id, "(null)");
	assert_string_equal(rig->author, "(null)");
}

static void test_empty_document_is_a_document(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(submit_bytes(rig, NULL, 0), 0);
	run(rig);
	assert_int_equal(rig->error, 0);
	assert_string_equal(rig->content, "0 bytes");
}

static void test_largest_document_passes_and_a_larger_one_is_refused(void **state)
{
	struct rig *rig = *state;

	rig->options.cpu_limit = 60 * USEC_SEC;
	assert_int_equal(submit_bytes(rig, calloc(1, DOCUMENT_BYTES_MAX), DOCUMENT_BYTES_MAX), 0);
	run(rig);
	assert_int_equal(rig->error, 0);
	assert_string_equal(rig->content, "16777216 bytes");
	assert_int_equal(
		submit_bytes(rig, calloc(1, DOCUMENT_BYTES_MAX + 1), DOCUMENT_BYTES_MAX + 1),
		-EFBIG);
}

static void test_no_feed_comes_with_reason_diagnoses_and_alternates(void **state)
{
	struct rig *rig = *state;

	read_text(rig, "refuse");
	assert_int_equal(rig->error, -EBADMSG);
	assert_string_equal(rig->words, "this is a web page");
	assert_int_equal(rig->diagnoses, 1);
	assert_int_equal(rig->alternates, 1);
	assert_int_equal(rig->deaths, 0);
}

static void test_a_reason_is_cut_at_the_bound(void **state)
{
	struct rig *rig = *state;

	read_text(rig, "ramble");
	assert_int_equal(rig->error, -EBADMSG);
	assert_int_equal(strlen(rig->words), ANSWER_REASON_MAX - 1);
	assert_int_equal(rig->deaths, 0);
}

static void test_failure_without_reason_gets_words(void **state)
{
	struct rig *rig = *state;

	read_text(rig, "fail");
	assert_int_equal(rig->error, -EIO);
	assert_string_equal(rig->words, "the document could not be read");
}

static void test_answer_beyond_its_bound_fails_the_document_not_the_reader(void **state)
{
	struct rig *rig = *state;

	rig->options.cpu_limit = 60 * USEC_SEC;
	read_text(rig, "chatter");
	assert_int_equal(rig->error, -EIO);
	assert_string_equal(rig->words, "the entries take more than 64 MiB");
	assert_int_equal(rig->deaths, 0);
}

static void test_many_jobs_are_all_answered_by_two_readers(void **state)
{
	struct rig *rig = *state;

	rig->options.readers = 2;
	for (unsigned i = 0; i < 100; i++)
		submit(rig, i % 10 == 3 ? "crash" : "hello");
	run(rig);
	for (unsigned i = 0, failed = 0; i < 100; i++) {
		failed += rig->errors[i] < 0;
		if (i == 99)
			assert_int_equal(failed, 10);
	}
	assert_int_equal(rig->deaths, 10);
}

static void test_a_few_jobs_are_the_first_readers(void **state)
{
	struct clock *clock = fake_clock_new(USEC_DAY); /* on which nobody waits */
	struct rig *rig = *state;
	char pid[64] = "";

	rig->options.clock = clock;
	rig->options.readers = 4;
	for (unsigned i = 0; i < 4; i++)
		submit(rig, "hello");
	for (rig->wanted = 1; rig->wanted <= 4; rig->wanted++) {
		(void)event_base_dispatch(rig->base);
		assert_true(pid[0] == '\0' || strcmp(pid, rig->pid) == 0);
		memcpy(pid, rig->pid, sizeof(pid));
	}
	assert_int_equal(rig->results, 4);
	pool_free(TAKE_PTR(rig->pool));
	fake_clock_free(clock);
}

static void test_a_job_that_waits_long_gets_another_reader(void **state)
{
	struct rig *rig = *state;

	rig->options.readers = 2;
	submit(rig, "sleep");
	submit(rig, "hello");
	rig->wanted = 1;
	(void)event_base_dispatch(rig->base);
	assert_string_equal(rig->title, "hello");
	assert_int_equal(pool_pending(rig->pool), 1);
}

/* ---- readers that fail on a document ---- */

static void test_crash_costs_one_job(void **state)
{
	check_replaced(*state, "crash", "the reader crashed on this document (signal 11)");
}

static void test_abort_costs_one_job(void **state)
{
	check_replaced(*state, "abort", "the reader crashed on this document (signal 6)");
}

static void test_spinning_reader_is_ended_by_its_cpu_time(void **state)
{
	check_replaced(*state, "spin", "the reader took more than 0.1 s of CPU on this document");
}

static void test_sleeping_reader_is_killed_by_the_clock(void **state)
{
	struct rig *rig = *state;

	rig->options.wall_limit = USEC_SEC;
	check_replaced(rig, "sleep", "the reader took longer than 1 s on this document");
}

static void test_reader_that_exits_is_replaced(void **state)
{
	check_replaced(*state, "leave", "the reader gave up on this document (status 3)");
}

static void test_eaten_memory_is_told_and_the_reader_retired(void **state)
{
	struct rig *rig = *state;

#ifdef WIREWATCH_SANITIZED
	skip();
#endif
	read_text(rig, "eat");
	assert_int_equal(rig->error, -EIO);
	assert_string_equal(rig->words,
		"the reader needed more memory on this document than it may have (512 MiB)");
	read_text(rig, "hello");
	assert_int_equal(rig->error, 0);
	assert_int_equal(rig->deaths, 0);
}

static void test_forbidden_calls_end_the_reader(void **state)
{
	static const char *const calls[] = {
		"socket", "exec", "fork", "kill", "trace", "code", "write"};
	struct rig *rig = *state;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		check_replaced(rig, calls[i],
			"the reader tried what its sandbox forbids on this document (signal 31)");
}

static void test_files_cannot_be_opened_in_the_sandbox(void **state)
{
	struct rig *rig = *state;

	read_text(rig, "open");
	assert_int_equal(rig->error, -EBADMSG);
	assert_string_equal(rig->words, "open: Permission denied");
}

/* ---- readers that break the protocol ---- */

static void check_role(struct rig *rig, const char *role, int error, const char *words)
{
	rig->options.argument = role;
	read_text(rig, "hello");
	assert_int_equal(rig->error, error);
	assert_string_equal(rig->words, words);
}

static void test_garbage_is_nonsense(void **state)
{
	check_role(*state, "--garbage", -EIO, "the reader answered nonsense on this document");
}

static void test_announced_length_beyond_the_bound_is_refused(void **state)
{
	check_role(*state, "--too-much", -EIO,
		"the reader answered too much or nothing on this document");
}

static void test_empty_answer_is_refused(void **state)
{
	check_role(*state, "--empty", -EIO,
		"the reader answered too much or nothing on this document");
}

static void test_closed_pipe_ends_a_reader_that_lives_on(void **state)
{
	check_role(*state, "--close", -EIO, "the reader closed its pipe on this document");
}

static void test_answer_cut_short_tells_the_status(void **state)
{
	check_role(*state, "--cut", -EIO, "the reader gave up on this document (status 5)");
}

static void test_answer_out_of_turn_kills_the_reader(void **state)
{
	struct rig *rig = *state;

	rig->options.argument = "--early";
	submit(rig, "hello");
	while (rig->deaths == 0)
		(void)event_base_loop(rig->base, EVLOOP_ONCE);
	assert_non_null(strstr(rig->death, "the reader answered nonsense"));
}

/* It cannot be this document's: it was not read yet. */
static void test_answer_to_half_a_job_kills_the_reader(void **state)
{
	struct rig *rig = *state;

	rig->options.argument = "--hasty";
	assert_int_equal(submit_bytes(rig, calloc(1, DOCUMENT_BYTES_MAX), DOCUMENT_BYTES_MAX), 0);
	run(rig);
	assert_int_equal(rig->error, -EIO);
	assert_string_equal(rig->words, "the reader answered nonsense on this document");
}

static void test_reader_inherits_nothing(void **state)
{
	struct rig *rig = *state;

	rig->options.argument = "--inherit";
	assert_int_equal(setenv("WIREWATCH_SECRET", "1", 1), 0);
	read_text(rig, "hello");
	assert_int_equal(rig->error, 0);
	assert_string_equal(rig->title, "clean");
}

/* ---- readers that do not start ---- */

static void test_missing_executable_fails_jobs_after_three_tries(void **state)
{
	struct rig *rig = *state;

	rig->options.executable = "/nonexistent/reader";
	read_text(rig, "hello");
	assert_int_equal(rig->error, -EAGAIN);
	assert_string_equal(rig->words, "no reader can be started: No such file or directory");
	assert_int_equal(rig->deaths, 3);
}

static void test_reader_that_ends_at_once_fails_jobs_after_three_tries(void **state)
{
	struct rig *rig = *state;

	check_role(rig, "--leave", -EAGAIN,
		"no reader can be started: the reader gave up before it was ready (status 1)");
	assert_int_equal(rig->deaths, 3);
}

static void test_mute_reader_is_given_up(void **state)
{
	struct rig *rig = *state;

	rig->options.wall_limit = 50 * USEC_MSEC;
	check_role(rig, "--mute", -EAGAIN,
		"no reader can be started: the reader took longer than 0.05 s before it was ready");
}

/* ---- the pool ---- */

static void test_queue_refuses_more_jobs_than_its_bound(void **state)
{
	struct rig *rig = *state;

	rig->options.argument = "--mute";
	for (unsigned i = 0; i < READER_QUEUE_MAX; i++)
		submit(rig, "hello");
	assert_int_equal(submit_bytes(rig, strdup("x"), 1), -EAGAIN);
	assert_int_equal(pool_pending(rig->pool), READER_QUEUE_MAX);
}

static void test_queue_refuses_more_bytes_than_its_bound(void **state)
{
	struct rig *rig = *state;
	size_t fitting = READER_QUEUE_BYTES_MAX / DOCUMENT_BYTES_MAX;

	rig->options.argument = "--mute";
	for (size_t i = 0; i < fitting; i++)
		assert_int_equal(
			submit_bytes(rig, malloc(DOCUMENT_BYTES_MAX), DOCUMENT_BYTES_MAX), 0);
	assert_int_equal(submit_bytes(rig, strdup("x"), 1), -EAGAIN);
}

static void test_documents_that_were_read_leave_the_queue(void **state)
{
	struct rig *rig = *state;
	size_t fitting = READER_QUEUE_BYTES_MAX / DOCUMENT_BYTES_MAX;

	for (size_t i = 0; i < fitting + 1; i++) {
		assert_int_equal(
			submit_bytes(rig, calloc(1, DOCUMENT_BYTES_MAX), DOCUMENT_BYTES_MAX), 0);
		run(rig);
		assert_int_equal(rig->error, 0);
	}
}

static void test_shrinking_pool_finishes_what_is_read(void **state)
{
	struct rig *rig = *state;

	rig->options.readers = 4;
	for (unsigned i = 0; i < 20; i++)
		submit(rig, "hello");
	(void)event_base_loop(rig->base, EVLOOP_ONCE);
	assert_int_equal(pool_resize(rig->pool, 1), 0);
	run(rig);
	assert_int_equal(rig->deaths, 0);
	assert_int_equal(pool_resize(rig->pool, 3), 0);
	for (unsigned i = 0; i < 20; i++)
		submit(rig, "hello");
	run(rig);
	for (size_t i = 0; i < rig->results; i++)
		assert_int_equal(rig->errors[i], 0);
}

static void test_reader_whose_heap_stays_large_is_replaced_silently(void **state)
{
	struct rig *rig = *state;
	size_t length = 1024 * 1024;
	char *bytes;
	char pid[64];

#ifdef WIREWATCH_SANITIZED
	skip(); /* its allocator has another heap */
#endif
	rig->options.cpu_limit = 60 * USEC_SEC;
	read_text(rig, "hello");
	memcpy(pid, rig->pid, sizeof(pid));
	bytes = calloc(1, length);
	memcpy(bytes, "litter", strlen("litter"));
	assert_int_equal(submit_bytes(rig, bytes, length), 0);
	run(rig);
	assert_int_equal(rig->error, 0);
	read_text(rig, "hello");
	assert_string_equal(rig->title, "hello");
	assert_string_not_equal(rig->pid, pid);
	assert_int_equal(rig->deaths, 0);
}

static void test_reader_serves_one_document_after_the_other(void **state)
{
	struct rig *rig = *state;
	char pid[64];

	read_text(rig, "hello");
	memcpy(pid, rig->pid, sizeof(pid));
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(submit_bytes(rig, calloc(1, DOCUMENT_BYTES_MAX / 4),
					 DOCUMENT_BYTES_MAX / 4),
			0);
	run(rig);
	read_text(rig, "hello");
	assert_string_equal(rig->pid, pid);
}

static void test_reader_that_is_killed_while_idle_is_replaced_for_the_next_job(void **state)
{
	struct rig *rig = *state;

	read_text(rig, "hello");
	assert_int_equal(kill(atoi(rig->pid), SIGKILL), 0);
	while (rig->deaths == 0)
		(void)event_base_loop(rig->base, EVLOOP_ONCE);
	assert_string_equal(
		rig->death, "the reader was killed while it was idle (signal 9: out of memory?)");
	read_text(rig, "again");
	assert_int_equal(rig->error, 0);
	assert_string_equal(rig->title, "again");
}

static void test_one_document_is_read_without_a_loop(void **state)
{
	struct rig *rig = *state;
	struct document document = {.bytes = strdup("hello"), .length = 5};

	assert_int_equal(read_document_once(JOB_FEED, &document, note_result, rig), 0);
	assert_int_equal(rig->results, 1);
	assert_string_equal(rig->title, "hello");
	assert_null(document.bytes);
}

/* docs/POLLING.md, Bounds; what happens at them is tested with less of both. */
static void test_a_document_has_five_seconds_and_512_mib(void **state)
{
	(void)state;
	assert_int_equal(READER_CPU_SECONDS, 5);
	assert_int_equal(READER_MEMORY_BYTES, 512 * 1024 * 1024);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_document_has_five_seconds_and_512_mib),
		TEST(test_document_and_headers_reach_the_parser_and_the_entries_come_back),
		TEST(test_known_digests_go_with_the_job),
		TEST(test_empty_document_is_a_document),
		TEST(test_largest_document_passes_and_a_larger_one_is_refused),
		TEST(test_no_feed_comes_with_reason_diagnoses_and_alternates),
		TEST(test_a_reason_is_cut_at_the_bound),
		TEST(test_failure_without_reason_gets_words),
		TEST(test_answer_beyond_its_bound_fails_the_document_not_the_reader),
		TEST(test_many_jobs_are_all_answered_by_two_readers),
		TEST(test_a_few_jobs_are_the_first_readers),
		TEST(test_a_job_that_waits_long_gets_another_reader),
		TEST(test_crash_costs_one_job),
		TEST(test_abort_costs_one_job),
		TEST(test_spinning_reader_is_ended_by_its_cpu_time),
		TEST(test_sleeping_reader_is_killed_by_the_clock),
		TEST(test_reader_that_exits_is_replaced),
		TEST(test_eaten_memory_is_told_and_the_reader_retired),
		TEST(test_forbidden_calls_end_the_reader),
		TEST(test_files_cannot_be_opened_in_the_sandbox),
		TEST(test_garbage_is_nonsense),
		TEST(test_announced_length_beyond_the_bound_is_refused),
		TEST(test_empty_answer_is_refused),
		TEST(test_closed_pipe_ends_a_reader_that_lives_on),
		TEST(test_answer_cut_short_tells_the_status),
		TEST(test_answer_out_of_turn_kills_the_reader),
		TEST(test_answer_to_half_a_job_kills_the_reader),
		TEST(test_reader_inherits_nothing),
		TEST(test_missing_executable_fails_jobs_after_three_tries),
		TEST(test_reader_that_ends_at_once_fails_jobs_after_three_tries),
		TEST(test_mute_reader_is_given_up),
		TEST(test_queue_refuses_more_jobs_than_its_bound),
		TEST(test_queue_refuses_more_bytes_than_its_bound),
		TEST(test_documents_that_were_read_leave_the_queue),
		TEST(test_shrinking_pool_finishes_what_is_read),
		TEST(test_reader_serves_one_document_after_the_other),
		TEST(test_reader_whose_heap_stays_large_is_replaced_silently),
		TEST(test_reader_that_is_killed_while_idle_is_replaced_for_the_next_job),
		TEST(test_one_document_is_read_without_a_loop),
	};

	int status;
	int fd;

	if (argc > 1 && evil_reader_play(argv[1], &status))
		return status;
	fd = pidfd_open(getpid(), 0);
	if (fd < 0) {
		print_message("skipped: no pidfd_open(2) here (valgrind 3.19 has none)\n");
		return 77;
	}
	(void)close(fd);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
