/* Entries for the journal, as journald would get them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/journal_socket.h"
#include "base/macro.h"
#include "support/scratch.h"

struct journal {
	char folder[SCRATCH_FOLDER_BYTES];
	char path[SCRATCH_FOLDER_BYTES + 16];
	int fd;
	int from; /* that we send by */
};

static int set_up(void **state)
{
	static struct journal journal;
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	scratch_make(journal.folder);
	(void)snprintf(journal.path, sizeof(journal.path), "%s/socket", journal.folder);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", journal.path);
	journal.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(journal.fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	journal.from = journal_socket_open();
	assert_true(journal.from >= 0);
	*state = &journal;
	return 0;
}

static int tear_down(void **state)
{
	struct journal *journal = *state;

	(void)close(journal->fd);
	(void)close(journal->from);
	scratch_remove(journal->folder);
	return 0;
}

static struct iovec field(const char *text)
{
	return (struct iovec){(void *)text, strlen(text)};
}

static void test_fields_go_out_in_the_native_form(void **state)
{
	static const char expected[] = "MESSAGE=a=b\n"
				       "WIREWATCH_TITLE\n\x08\0\0\0\0\0\0\0two\nline\n"
				       "PRIORITY=5\n"
				       "EMPTY=\n";
	const struct iovec fields[] = {
		field("MESSAGE=a=b"),
		field("WIREWATCH_TITLE=two\nline"),
		field("no field"),
		field("=nor this"),
		field("PRIORITY=5"),
		field("EMPTY="),
	};
	struct journal *journal = *state;
	char bytes[256];

	assert_int_equal(
		journal_socket_send(journal->from, journal->path, fields, ARRAY_SIZE(fields)), 0);
	assert_int_equal(recv(journal->fd, bytes, sizeof(bytes), 0), sizeof(expected) - 1);
	assert_memory_equal(bytes, expected, sizeof(expected) - 1);
}

static void test_large_entry_goes_out_whole(void **state)
{
	static char text[128 * 1024] = "MESSAGE=";
	static char bytes[sizeof(text) + 1];
	const struct iovec fields[] = {{text, sizeof(text)}};
	struct journal *journal = *state;

	memset(text + strlen(text), 'x', sizeof(text) - strlen(text));
	assert_int_equal(journal_socket_send(journal->from, journal->path, fields, 1), 0);
	assert_int_equal(recv(journal->fd, bytes, sizeof(bytes), 0), sizeof(bytes));
}

/* A kernel takes some hundreds (net.unix.max_dgram_qlen) at most. */
static void test_journal_that_stands_still_is_not_waited_for(void **state)
{
	const struct iovec fields[] = {field("MESSAGE=x")};
	struct journal *journal = *state;
	int r = 0;

	for (unsigned i = 0; r == 0 && i < 100000; i++)
		r = journal_socket_send(journal->from, journal->path, fields, 1);
	assert_int_equal(r, -EAGAIN);
}

static void test_journal_that_is_back_gets_what_is_sent_from_before(void **state)
{
	const struct iovec fields[] = {field("MESSAGE=x")};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct journal *journal = *state;
	char bytes[256];

	(void)close(journal->fd);
	assert_int_equal(
		journal_socket_send(journal->from, journal->path, fields, 1), -ECONNREFUSED);
	(void)unlink(journal->path);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", journal->path);
	journal->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(journal->fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(journal_socket_send(journal->from, journal->path, fields, 1), 0);
	assert_int_equal(recv(journal->fd, bytes, sizeof(bytes), 0), strlen("MESSAGE=x\n"));
}

static void test_no_journal_is_told(void **state)
{
	const struct iovec fields[] = {field("MESSAGE=x")};
	struct journal *journal = *state;

	(void)unlink(journal->path);
	assert_int_equal(journal_socket_send(journal->from, journal->path, fields, 1), -ENOENT);
}

static void test_fields_are_bounded(void **state)
{
	struct iovec fields[JOURNAL_FIELDS_MAX + 1];
	struct journal *journal = *state;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		fields[i] = field("A=\n");
	assert_int_equal(
		journal_socket_send(journal->from, journal->path, fields, JOURNAL_FIELDS_MAX), 0);
	assert_int_equal(
		journal_socket_send(journal->from, journal->path, fields, JOURNAL_FIELDS_MAX + 1),
		-E2BIG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fields_go_out_in_the_native_form),
		TEST(test_large_entry_goes_out_whole),
		TEST(test_journal_that_stands_still_is_not_waited_for),
		TEST(test_journal_that_is_back_gets_what_is_sent_from_before),
		TEST(test_no_journal_is_told),
		TEST(test_fields_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
