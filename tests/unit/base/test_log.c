/* What is logged is one line of text, whoever's words stand in it. */
#include "base/log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/journal_socket.h"
#include "base/macro.h"
#include "base/utf8.h"

enum {
	OUTPUT_MAX = 8192,
	MESSAGE_MAX = 2048, /* log.c's */
};

static unsigned sent;

/* In place of libc's: what would go to the journal. */
ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	const struct sockaddr_un *address = message->msg_name;

	(void)flags;
	assert_true(fd >= 0);
	assert_string_equal(address->sun_path, JOURNAL_SOCKET);
	assert_memory_equal(message->msg_iov[0].iov_base, "MESSAGE=words", strlen("MESSAGE=words"));
	sent++;
	return 1;
}

/* Logs the words and gets what stood on standard error. */
static const char *logged(const char *words, char output[OUTPUT_MAX])
{
	_cleanup_(closep) int before = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	size_t length;

	assert_non_null(file);
	assert_int_equal(dup2(fileno(file), STDERR_FILENO), STDERR_FILENO);
	log_error("%s", words);
	assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
	rewind(file);
	length = fread(output, 1, OUTPUT_MAX - 1, file);
	output[length] = '\0';
	(void)fclose(file);
	return output;
}

static void test_words_from_outside_forge_no_line_and_steer_no_terminal(void **state)
{
	char output[OUTPUT_MAX];

	(void)state;
	assert_string_equal(logged("feed a: oh\nerror: forged\r\t\x1b[31m\x7f\xc2\x9b"
				   "1m \xc3\xa4",
				    output),
		"error: feed a: oh error: forged   [31m   1m \xc3\xa4\n");
}

static void test_long_message_is_cut_between_characters(void **state)
{
	char words[MESSAGE_MAX + 2];
	char output[OUTPUT_MAX];

	(void)state;
	for (size_t length = MESSAGE_MAX - 2; length <= MESSAGE_MAX + 1; length++) {
		memset(words, 'a', length);
		(void)memcpy(words + length - 2, "\xc3\xa4", sizeof("\xc3\xa4"));
		(void)logged(words, output);
		assert_true(utf8_valid(output, strlen(output)));
		assert_int_equal(strlen(output),
			strlen("error: \n") + (length <= MESSAGE_MAX ? length : MESSAGE_MAX - 1));
	}
}

static void test_journal_is_told_though_no_descriptor_is_left(void **state)
{
	struct rlimit before;
	struct rlimit none;
	struct stat info;
	char stream[64];

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &info), 0);
	(void)snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)info.st_dev,
		(unsigned long long)info.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	log_open(LOG_INFO);
	assert_true(log_to_journal());
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = 1, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	log_error("words");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(sent, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_from_outside_forge_no_line_and_steer_no_terminal),
		cmocka_unit_test(test_long_message_is_cut_between_characters),
		cmocka_unit_test(
			test_journal_is_told_though_no_descriptor_is_left), /* to the end */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
