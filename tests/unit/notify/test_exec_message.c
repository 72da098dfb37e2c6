#include "notify/exec_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>

#include "base/wire.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	return arena_new(EXEC_REQUEST_ARENA_BYTES, &arena);
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const char *plain_argv[] = {"/bin/echo", "", "a b", "\xE2\x82\xAC", NULL};
static const char *plain_environment[] = {"PATH=/bin", "EMPTY=", "TWICE=a=b", NULL};
static const struct exec_command plain = {
	.argv = plain_argv,
	.environment = plain_environment,
	.cpu_seconds = 61,
};

static struct buffer written(const struct exec_command *command)
{
	struct buffer buffer = BUFFER_INIT(EXEC_REQUEST_BYTES_MAX);

	assert_int_equal(exec_request_write(command, &buffer), 0);
	return buffer;
}

/* What reading it back returns. */
static int through(const struct exec_command *command)
{
	struct buffer buffer = written(command);
	struct exec_command back;
	int r;

	r = exec_request_read(buffer.bytes, buffer.length, arena, &back);
	buffer_free(&buffer);
	return r;
}

static void test_request_comes_back_as_it_was(void **state)
{
	struct buffer buffer = written(&plain);
	struct exec_command back;

	(void)state;
	assert_int_equal(exec_request_read(buffer.bytes, buffer.length, arena, &back), 0);
	buffer_free(&buffer);
	for (size_t i = 0; i < ARRAY_SIZE(plain_argv) - 1; i++)
		assert_string_equal(back.argv[i], plain_argv[i]);
	assert_null(back.argv[ARRAY_SIZE(plain_argv) - 1]);
	for (size_t i = 0; i < ARRAY_SIZE(plain_environment) - 1; i++)
		assert_string_equal(back.environment[i], plain_environment[i]);
	assert_null(back.environment[ARRAY_SIZE(plain_environment) - 1]);
	assert_int_equal(back.cpu_seconds, 61);
}

static void test_request_that_is_cut_or_longer_is_malformed(void **state)
{
	struct buffer buffer = written(&plain);
	struct exec_command back;

	(void)state;
	for (size_t length = 0; length < buffer.length; length++)
		assert_int_equal(exec_request_read(buffer.bytes, length, arena, &back), -EBADMSG);
	assert_int_equal(buffer_add_char(&buffer, '\0'), 0);
	assert_int_equal(exec_request_read(buffer.bytes, buffer.length, arena, &back), -EBADMSG);
	buffer_free(&buffer);
}

static void test_request_of_another_version_is_told(void **state)
{
	struct buffer buffer = written(&plain);
	struct exec_command back;

	(void)state;
	buffer.bytes[0]++;
	assert_int_equal(
		exec_request_read(buffer.bytes, buffer.length, arena, &back), -EPROTONOSUPPORT);
	buffer_free(&buffer);
}

/* A command whose request has so many bytes. */
static struct exec_command command_of_bytes(size_t bytes, const char *argv[3])
{
	static const char *environment[] = {NULL};
	const size_t head = 1 + 8 + 4 + (4 + 2) + 4 + 4;
	char *filler = arena_alloc(arena, bytes - head + 1);

	memset(filler, 'x', bytes - head);
	argv[0] = "/x";
	argv[1] = filler;
	argv[2] = NULL;
	return (struct exec_command){.argv = argv, .environment = environment, .cpu_seconds = 1};
}

static void test_request_may_be_as_large_as_its_bound(void **state)
{
	struct buffer buffer = BUFFER_INIT(EXEC_REQUEST_BYTES_MAX);
	struct arena *room;
	struct exec_command command;
	struct exec_command back;
	const char *argv[3];

	(void)state;
	command = command_of_bytes(EXEC_REQUEST_BYTES_MAX, argv);
	assert_int_equal(exec_request_write(&command, &buffer), 0);
	assert_int_equal(buffer.length, EXEC_REQUEST_BYTES_MAX);
	assert_int_equal(arena_new(EXEC_REQUEST_ARENA_BYTES, &room), 0);
	assert_int_equal(exec_request_read(buffer.bytes, buffer.length, room, &back), 0);
	assert_string_equal(back.argv[1], argv[1]);
	arena_free(room);
	buffer_free(&buffer);
}

static void test_request_beyond_its_bound_is_none(void **state)
{
	struct buffer buffer = BUFFER_INIT(EXEC_REQUEST_BYTES_MAX);
	struct exec_command command;
	const char *argv[3];

	(void)state;
	command = command_of_bytes(EXEC_REQUEST_BYTES_MAX + 1, argv);
	assert_int_equal(exec_request_write(&command, &buffer), -EMSGSIZE);
	buffer_free(&buffer);
}

static void test_arguments_and_variables_are_counted(void **state)
{
	struct buffer buffer = BUFFER_INIT(EXEC_REQUEST_BYTES_MAX);
	const char *argv[EXEC_ARGUMENTS_MAX + 2] = {NULL};
	const char *environment[EXEC_VARIABLES_MAX + 2] = {NULL};
	const struct exec_command command = {
		.argv = argv, .environment = environment, .cpu_seconds = 1};

	(void)state;
	for (size_t i = 0; i < EXEC_ARGUMENTS_MAX; i++)
		argv[i] = "/x";
	for (size_t i = 0; i < EXEC_VARIABLES_MAX; i++)
		environment[i] = "A=b";
	assert_int_equal(through(&command), 0);
	argv[EXEC_ARGUMENTS_MAX] = "x";
	assert_int_equal(exec_request_write(&command, &buffer), -EMSGSIZE);
	argv[EXEC_ARGUMENTS_MAX] = NULL;
	environment[EXEC_VARIABLES_MAX] = "A=b";
	assert_int_equal(exec_request_write(&command, &buffer), -EMSGSIZE);
	buffer_free(&buffer);
}

/* The counts stand before what they count: at byte 9 that of the arguments. */
static void test_count_beyond_the_bound_is_malformed(void **state)
{
	struct buffer buffer = BUFFER_INIT(EXEC_REQUEST_BYTES_MAX);
	struct exec_command back;

	(void)state;
	wire_put_u8(&buffer, EXEC_MESSAGE_VERSION);
	wire_put_u64(&buffer, 1);
	wire_put_u32(&buffer, EXEC_ARGUMENTS_MAX + 1);
	for (size_t i = 0; i <= EXEC_ARGUMENTS_MAX; i++)
		wire_put_string(&buffer, "/x");
	wire_put_u32(&buffer, 0);
	assert_int_equal(buffer.failed, 0);
	assert_int_equal(exec_request_read(buffer.bytes, buffer.length, arena, &back), -EBADMSG);
	buffer_free(&buffer);
}

static void test_request_that_nobody_should_run_is_malformed(void **state)
{
	const char *nothing[] = {NULL};
	const char *relative[] = {"bin/echo", NULL};
	const char *no_name[] = {"=b", NULL};
	const char *no_value[] = {"PATH", NULL};
	struct exec_command command;

	(void)state;
	command = plain;
	command.argv = nothing;
	assert_int_equal(through(&command), -EBADMSG);
	command.argv = relative;
	assert_int_equal(through(&command), -EBADMSG);
	command = plain;
	command.environment = no_name;
	assert_int_equal(through(&command), -EBADMSG);
	command.environment = no_value;
	assert_int_equal(through(&command), -EBADMSG);
	command = plain;
	command.cpu_seconds = 0;
	assert_int_equal(through(&command), -EBADMSG);
	command.cpu_seconds = EXEC_CPU_SECONDS_MAX + 1;
	assert_int_equal(through(&command), -EBADMSG);
	command.cpu_seconds = EXEC_CPU_SECONDS_MAX;
	assert_int_equal(through(&command), 0);
}

static void test_string_with_a_nul_is_malformed(void **state)
{
	struct buffer buffer = written(&plain);
	struct exec_command back;
	char *echo = memmem(buffer.bytes, buffer.length, "echo", 4);

	(void)state;
	assert_non_null(echo);
	*echo = '\0';
	assert_int_equal(exec_request_read(buffer.bytes, buffer.length, arena, &back), -EBADMSG);
	buffer_free(&buffer);
}

static int report_through(const struct exec_report *report, struct exec_report *ret)
{
	struct buffer buffer = BUFFER_INIT(EXEC_REPORT_BYTES_MAX);
	int r;

	assert_int_equal(exec_report_write(report, &buffer), 0);
	for (size_t length = 0; length < buffer.length; length++)
		assert_int_equal(exec_report_read(buffer.bytes, length, arena, ret), -EBADMSG);
	r = exec_report_read(buffer.bytes, buffer.length, arena, ret);
	assert_int_equal(buffer_add_char(&buffer, 'x'), 0);
	assert_int_equal(
		exec_report_read(buffer.bytes, buffer.length, arena, &(struct exec_report){0}),
		-EBADMSG);
	buffer_free(&buffer);
	return r;
}

static void test_reports_come_back_as_they_were(void **state)
{
	struct exec_report back;

	(void)state;
	assert_int_equal(
		report_through(&(struct exec_report){.kind = EXEC_REPORT_TAKEN}, &back), 0);
	assert_int_equal(back.kind, EXEC_REPORT_TAKEN);
	assert_int_equal(
		report_through(&(struct exec_report){EXEC_REPORT_ENDED, CLD_EXITED, 255}, &back),
		0);
	assert_int_equal(back.code, CLD_EXITED);
	assert_int_equal(back.status, 255);
	assert_int_equal(
		report_through(
			&(struct exec_report){EXEC_REPORT_ENDED, CLD_DUMPED, SIGSEGV}, &back),
		0);
	assert_int_equal(back.status, SIGSEGV);
	assert_int_equal(report_through(&(struct exec_report){.kind = EXEC_REPORT_NO_COMMAND,
						.error = -ENOENT},
				 &back),
		0);
	assert_int_equal(back.error, -ENOENT);
}

static void test_reports_that_cannot_be_are_malformed(void **state)
{
	static const struct exec_report reports[] = {
		{.kind = EXEC_REPORT_KIND_MAX},
		{.kind = 0},
		{EXEC_REPORT_ENDED, CLD_STOPPED, SIGSTOP},
		{EXEC_REPORT_ENDED, CLD_KILLED, 0},
		{EXEC_REPORT_ENDED, CLD_KILLED, 65},
		{.kind = EXEC_REPORT_NO_COMMAND, .error = 0},
		{.kind = EXEC_REPORT_NO_COMMAND, .error = -4096},
		{.kind = EXEC_REPORT_REFUSED, .words = NULL},
	};
	struct exec_report back;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++)
		assert_int_equal(report_through(&reports[i], &back), -EBADMSG);
}

static void test_words_of_a_refusal_have_their_bound(void **state)
{
	char words[EXEC_REPORT_WORDS_MAX + 2];
	struct exec_report back;

	(void)state;
	memset(words, 'x', sizeof(words));
	words[EXEC_REPORT_WORDS_MAX] = '\0';
	assert_int_equal(
		report_through(
			&(struct exec_report){.kind = EXEC_REPORT_REFUSED, .words = words}, &back),
		0);
	assert_string_equal(back.words, words);
	words[EXEC_REPORT_WORDS_MAX] = 'x';
	words[EXEC_REPORT_WORDS_MAX + 1] = '\0';
	assert_int_equal(
		report_through(
			&(struct exec_report){.kind = EXEC_REPORT_REFUSED, .words = words}, &back),
		-EBADMSG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_request_comes_back_as_it_was),
		TEST(test_request_that_is_cut_or_longer_is_malformed),
		TEST(test_request_of_another_version_is_told),
		TEST(test_request_may_be_as_large_as_its_bound),
		TEST(test_request_beyond_its_bound_is_none),
		TEST(test_arguments_and_variables_are_counted),
		TEST(test_count_beyond_the_bound_is_malformed),
		TEST(test_request_that_nobody_should_run_is_malformed),
		TEST(test_string_with_a_nul_is_malformed),
		TEST(test_reports_come_back_as_they_were),
		TEST(test_reports_that_cannot_be_are_malformed),
		TEST(test_words_of_a_refusal_have_their_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
