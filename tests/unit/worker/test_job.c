/* The frames of jobs and answers, honest and not. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macro.h"
#include "base/url.h"
#include "extract/robots.h"
#include "worker/frame.h"
#include "worker/job.h"

struct wire {
	struct arena *arena;
	struct buffer buffer;
};

static int set_up(void **state)
{
	struct wire *wire = test_calloc(1, sizeof(*wire));

	assert_int_equal(arena_new(4 * ROUND_BYTES_MAX, &wire->arena), 0);
	wire->buffer = BUFFER_INIT(FRAME_HEAD_BYTES + ANSWER_BYTES_MAX);
	*state = wire;
	return 0;
}

static int tear_down(void **state)
{
	struct wire *wire = *state;

	arena_free(wire->arena);
	buffer_free(&wire->buffer);
	test_free(wire);
	return 0;
}

static struct job sample_job(void)
{
	static const struct digest known[2] = {{{1, 2, 3}}, {{4, 5, 6}}};

	return (struct job){
		.kind = JOB_FEED,
		.cpu_limit = 5 * USEC_SEC,
		.document = {(char *)"https://example.org/\xff", (char *)"text/\xe9",
			(char *)"gzip, \xe8", (char *)"<rss/>", 6},
		.known = known,
		.known_count = 2,
	};
}

/* The job's whole frame in the buffer. */
static void write_job(struct wire *wire, const struct job *job)
{
	assert_int_equal(job_write_head(job, &wire->buffer), 0);
	assert_int_equal(buffer_add(&wire->buffer, job->document.bytes, job->document.length), 0);
}

static int read_job(const struct wire *wire, size_t length, struct job *ret)
{
	return job_read(wire->buffer.bytes + FRAME_HEAD_BYTES, length, wire->arena, ret);
}

static void test_job_comes_back_as_it_was_written(void **state)
{
	struct wire *wire = *state;
	struct job job = sample_job();
	struct job back;

	write_job(wire, &job);
	assert_int_equal(read_job(wire, wire->buffer.length - FRAME_HEAD_BYTES, &back), 0);
	assert_int_equal(back.kind, JOB_FEED);
	assert_int_equal(back.cpu_limit, 5 * USEC_SEC);
	assert_string_equal(back.document.url, job.document.url);
	assert_string_equal(back.document.content_type, job.document.content_type);
	assert_string_equal(back.document.encoding, job.document.encoding);
	assert_int_equal(back.document.length, 6);
	assert_memory_equal(back.document.bytes, "<rss/>", 6);
	assert_int_equal(back.known_count, 2);
	assert_true(digest_equal(&back.known[1], &job.known[1]));
}

static void test_job_cut_anywhere_is_refused(void **state)
{
	struct wire *wire = *state;
	struct job job = sample_job();
	struct job back;

	write_job(wire, &job);
	for (size_t length = 0; length < wire->buffer.length - FRAME_HEAD_BYTES; length++)
		assert_int_equal(read_job(wire, length, &back), -EBADMSG);
}

static void test_job_of_another_version_or_kind_is_refused(void **state)
{
	struct wire *wire = *state;
	struct job job = sample_job();
	size_t length;
	struct job back;

	write_job(wire, &job);
	length = wire->buffer.length - FRAME_HEAD_BYTES;
	wire->buffer.bytes[FRAME_HEAD_BYTES + 1] = JOB_ROBOTS + 1;
	assert_int_equal(read_job(wire, length, &back), -EBADMSG);
	wire->buffer.bytes[FRAME_HEAD_BYTES + 1] = JOB_FEED;
	wire->buffer.bytes[FRAME_HEAD_BYTES]++;
	assert_int_equal(read_job(wire, length, &back), -EBADMSG);
}

static void test_job_takes_known_digests_up_to_the_bound(void **state)
{
	struct wire *wire = *state;
	struct digest *known = test_calloc(JOB_KNOWN_MAX + 1, sizeof(*known));
	struct job job = sample_job();
	struct job back;

	job.known = known;
	job.known_count = JOB_KNOWN_MAX + 1;
	write_job(wire, &job);
	assert_int_equal(read_job(wire, wire->buffer.length - FRAME_HEAD_BYTES, &back), 0);
	assert_int_equal(back.known_count, JOB_KNOWN_MAX);
	test_free(known);
}

/* `string` of the job is one longer than it may be: it is left out, and comes when it is not. */
static void expect_bound(
	struct wire *wire, struct job *job, char **string, char **read, struct job *back)
{
	const size_t length = strlen(*string);

	write_job(wire, job);
	assert_int_equal(read_job(wire, wire->buffer.length - FRAME_HEAD_BYTES, back), 0);
	assert_null(*read);
	(*string)[length - 1] = '\0';
	buffer_reset(&wire->buffer);
	write_job(wire, job);
	assert_int_equal(read_job(wire, wire->buffer.length - FRAME_HEAD_BYTES, back), 0);
	assert_string_equal(*read, *string);
}

static void test_job_leaves_a_content_type_beyond_the_bound_out(void **state)
{
	struct job job = sample_job();
	char type[JOB_CONTENT_TYPE_MAX + 2] = "";
	struct job back;

	memset(type, 'a', JOB_CONTENT_TYPE_MAX + 1);
	job.document.content_type = type;
	expect_bound(*state, &job, &job.document.content_type, &back.document.content_type, &back);
}

static void test_job_leaves_an_encoding_beyond_the_bound_out(void **state)
{
	struct job job = sample_job();
	char encoding[JOB_ENCODING_MAX + 2] = "";
	struct job back;

	memset(encoding, ',', JOB_ENCODING_MAX + 1);
	job.document.encoding = encoding;
	expect_bound(*state, &job, &job.document.encoding, &back.document.encoding, &back);
}

static void test_job_with_a_url_beyond_the_bound_is_not_written(void **state)
{
	struct wire *wire = *state;
	struct job job = sample_job();
	char url[URL_BYTES_MAX + 2];

	memset(url, 'a', sizeof(url));
	url[URL_BYTES_MAX + 1] = '\0';
	job.document.url = url;
	assert_int_equal(job_write_head(&job, &wire->buffer), -EFBIG);
}

static struct answer sample_answer(void)
{
	static struct entry entry = {
		.id = "a", .title = "Title", .published = 7, .updated = DATE_NONE};

	return (struct answer){
		.kind = ANSWER_FEED,
		.feed = {.entries = &entry, .entry_count = 1, .channel = {.title = "Channel"}},
	};
}

static int read_answer(const struct wire *wire, size_t length, struct answer *ret)
{
	return answer_read(wire->buffer.bytes + FRAME_HEAD_BYTES, length, wire->arena, ret);
}

static void test_answer_comes_back_as_it_was_written(void **state)
{
	struct wire *wire = *state;
	struct answer answer = sample_answer();
	struct answer back;

	assert_int_equal(answer_write(&answer, &wire->buffer), 0);
	assert_int_equal(read_answer(wire, wire->buffer.length - FRAME_HEAD_BYTES, &back), 0);
	assert_int_equal(back.status, ANSWER_DONE);
	assert_false(back.grown);
	assert_null(back.reason);
	assert_string_equal(back.feed.channel.title, "Channel");
	assert_string_equal(back.feed.entries[0].title, "Title");
	answer_set_grown(&wire->buffer);
	assert_int_equal(read_answer(wire, wire->buffer.length - FRAME_HEAD_BYTES, &back), 0);
	assert_true(back.grown);
	assert_int_equal(back.status, ANSWER_DONE);
}

static void test_answer_of_failure_carries_no_feed(void **state)
{
	struct wire *wire = *state;
	struct answer answer = sample_answer();
	struct answer back;

	answer.status = ANSWER_FAILED;
	answer.reason = "because";
	assert_int_equal(answer_write(&answer, &wire->buffer), 0);
	assert_int_equal(read_answer(wire, wire->buffer.length - FRAME_HEAD_BYTES, &back), 0);
	assert_int_equal(back.status, ANSWER_FAILED);
	assert_string_equal(back.reason, "because");
	assert_int_equal(back.feed.entry_count, 0);
}

static void test_answer_cut_or_lengthened_is_refused(void **state)
{
	struct wire *wire = *state;
	struct answer answer = sample_answer();
	struct answer back;
	size_t length;

	assert_int_equal(answer_write(&answer, &wire->buffer), 0);
	length = wire->buffer.length - FRAME_HEAD_BYTES;
	for (size_t cut = 0; cut < length; cut++)
		assert_int_equal(read_answer(wire, cut, &back), -EBADMSG);
	assert_int_equal(buffer_add_char(&wire->buffer, 'x'), 0);
	assert_int_equal(read_answer(wire, length + 1, &back), -EBADMSG);
}

static void test_answer_with_text_that_is_not_utf8_is_refused(void **state)
{
	struct wire *wire = *state;
	struct answer answer = sample_answer();
	struct answer back;

	answer.feed.channel.title = "\xff";
	assert_int_equal(answer_write(&answer, &wire->buffer), 0);
	assert_int_equal(
		read_answer(wire, wire->buffer.length - FRAME_HEAD_BYTES, &back), -EBADMSG);
}

static void test_answer_with_a_reason_beyond_the_bound_is_refused(void **state)
{
	struct wire *wire = *state;
	struct answer answer = {.kind = ANSWER_FEED, .status = ANSWER_FAILED};
	char reason[ANSWER_REASON_MAX + 2];
	struct answer back;

	memset(reason, 'a', sizeof(reason));
	reason[ANSWER_REASON_MAX + 1] = '\0';
	answer.reason = reason;
	assert_int_equal(answer_write(&answer, &wire->buffer), 0);
	assert_int_equal(
		read_answer(wire, wire->buffer.length - FRAME_HEAD_BYTES, &back), -EBADMSG);
	reason[ANSWER_REASON_MAX] = '\0';
	buffer_reset(&wire->buffer);
	assert_int_equal(answer_write(&answer, &wire->buffer), 0);
	assert_int_equal(read_answer(wire, wire->buffer.length - FRAME_HEAD_BYTES, &back), 0);
}

/* Writes the answer and reads it back. */
static int pass(struct wire *wire, const struct answer *answer)
{
	struct answer back;

	buffer_reset(&wire->buffer);
	assert_int_equal(answer_write(answer, &wire->buffer), 0);
	return read_answer(wire, wire->buffer.length - FRAME_HEAD_BYTES, &back);
}

/* The daemon looks names of them up in tables. */
static void test_answer_of_no_known_status_or_verdict_is_refused(void **state)
{
	struct answer answer = {.kind = ANSWER_PAGE, .reason = "because"};

	answer.status = ANSWER_STATUS_MAX - 1;
	assert_int_equal(pass(*state, &answer), 0);
	answer.status = ANSWER_STATUS_MAX;
	assert_int_equal(pass(*state, &answer), -EBADMSG);
	answer.status = ANSWER_DONE;
	answer.page.verdict = PAGE_VERDICT_MAX - 1;
	assert_int_equal(pass(*state, &answer), 0);
	answer.page.verdict = PAGE_VERDICT_MAX;
	assert_int_equal(pass(*state, &answer), -EBADMSG);
}

static void test_page_with_a_text_beyond_its_bound_is_refused(void **state)
{
	static const struct {
		size_t offset;
		size_t limit;
	} texts[] = {
		{offsetof(struct web_page, title), PAGE_TITLE_MAX},
		{offsetof(struct web_page, text), PAGE_TEXT_MAX},
		{offsetof(struct web_page, author), PAGE_AUTHOR_MAX},
		{offsetof(struct web_page, language), LANGUAGE_MAX},
		{offsetof(struct web_page, canonical_url), URL_BYTES_MAX},
		{offsetof(struct web_page, site), PAGE_SITE_MAX},
		{offsetof(struct web_page, image), URL_BYTES_MAX},
	};
	char *text = test_malloc(PAGE_TEXT_MAX + 2);

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct answer answer = {.kind = ANSWER_PAGE};

		*(const char **)((char *)&answer.page + texts[i].offset) = text;
		memset(text, 'a', texts[i].limit + 1);
		text[texts[i].limit + 1] = '\0';
		assert_int_equal(pass(*state, &answer), -EBADMSG);
		text[texts[i].limit] = '\0';
		assert_int_equal(pass(*state, &answer), 0);
	}
	test_free(text);
}

static void test_rules_that_are_none_or_beyond_the_bound_are_refused(void **state)
{
	struct answer answer = {.kind = ANSWER_ROBOTS};
	char *rules = test_malloc(ROBOTS_RULES_MAX + 2);

	assert_int_equal(pass(*state, &answer), -EBADMSG);
	answer.rules = rules;
	memset(rules, '\n', ROBOTS_RULES_MAX + 1);
	rules[ROBOTS_RULES_MAX + 1] = '\0';
	assert_int_equal(pass(*state, &answer), -EBADMSG);
	rules[ROBOTS_RULES_MAX] = '\0';
	assert_int_equal(pass(*state, &answer), 0);
	test_free(rules);
}

/* Feeds a frame to a pipe byte by byte. */
static void test_frame_is_whole_only_with_its_last_byte(void **state)
{
	static const char frame[] = "\x03\0\0\0abc";
	struct frame_input input = {0};
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(write(ends[1], &frame[i], 1), 1);
		assert_int_equal(frame_input_read(&input, ends[0], 3), i == 6);
		if (i < 6 && i >= 3) {
			assert_non_null(input.bytes);
			assert_int_equal(input.length, 3);
		}
		if (i > 3 && i < 6)
			assert_int_equal(input.got, i - 3);
	}
	assert_string_equal(input.bytes, "abc");
	frame_input_clear(&input);
	(void)close(ends[1]);
	assert_int_equal(frame_input_read(&input, ends[0], 3), -ENODATA);
	(void)close(ends[0]);
}

static int read_all(const char *bytes, size_t length, size_t limit)
{
	struct frame_input input = {0};
	int ends[2];
	int r;

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(write(ends[1], bytes, length), (ssize_t)length);
	(void)close(ends[1]);
	do
		r = frame_input_read(&input, ends[0], limit);
	while (r == 0);
	frame_input_clear(&input);
	(void)close(ends[0]);
	return r;
}

static void test_frame_beyond_its_limit_or_empty_or_cut_is_refused(void **state)
{
	(void)state;
	assert_int_equal(read_all("\x03\0\0\0abc", 7, 3), 1);
	assert_int_equal(read_all("\x03\0\0\0abc", 7, 2), -EBADMSG);
	assert_int_equal(read_all("\xff\xff\xff\xff", 4, ANSWER_BYTES_MAX), -EBADMSG);
	assert_int_equal(read_all("\0\0\0\0", 4, 3), -EBADMSG);
	assert_int_equal(read_all("\x03\0\0\0ab", 6, 3), -EBADMSG);
	assert_int_equal(read_all("\x03\0", 2, 3), -EBADMSG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_job_comes_back_as_it_was_written),
		TEST(test_job_cut_anywhere_is_refused),
		TEST(test_job_of_another_version_or_kind_is_refused),
		TEST(test_job_takes_known_digests_up_to_the_bound),
		TEST(test_job_leaves_a_content_type_beyond_the_bound_out),
		TEST(test_job_leaves_an_encoding_beyond_the_bound_out),
		TEST(test_job_with_a_url_beyond_the_bound_is_not_written),
		TEST(test_answer_comes_back_as_it_was_written),
		TEST(test_answer_of_failure_carries_no_feed),
		TEST(test_answer_cut_or_lengthened_is_refused),
		TEST(test_answer_with_text_that_is_not_utf8_is_refused),
		TEST(test_answer_with_a_reason_beyond_the_bound_is_refused),
		TEST(test_answer_of_no_known_status_or_verdict_is_refused),
		TEST(test_page_with_a_text_beyond_its_bound_is_refused),
		TEST(test_rules_that_are_none_or_beyond_the_bound_are_refused),
		TEST(test_frame_is_whole_only_with_its_last_byte),
		TEST(test_frame_beyond_its_limit_or_empty_or_cut_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
