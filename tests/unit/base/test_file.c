#include "base/file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>

#include "base/macro.h"

static void test_file_comes_whole_with_nul_behind(void **state)
{
	static const char text[] = "one\0two\n";
	char path[] = "/tmp/wirewatch-test-file-XXXXXX";
	_cleanup_(freep) char *bytes = NULL;
	int fd = mkstemp(path);
	size_t length;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	(void)close(fd);
	assert_int_equal(file_read(path, sizeof(text) - 2, &bytes, &length), -EFBIG);
	assert_null(bytes);
	assert_int_equal(file_read(path, sizeof(text) - 1, &bytes, &length), 0);
	assert_int_equal(length, sizeof(text) - 1);
	assert_memory_equal(bytes, text, sizeof(text));
	(void)unlink(path);
}

static void test_empty_file_is_an_empty_string(void **state)
{
	_cleanup_(freep) char *bytes = NULL;
	size_t length = 1;

	(void)state;
	assert_int_equal(file_read("/dev/null", 10, &bytes, &length), 0);
	assert_int_equal(length, 0);
	assert_string_equal(bytes, "");
}

static void test_what_is_no_file_is_an_error(void **state)
{
	char *bytes = NULL;
	size_t length;

	(void)state;
	assert_int_equal(file_read("/nonexistent", 10, &bytes, &length), -ENOENT);
	assert_int_equal(file_read("/tmp", 10, &bytes, &length), -EISDIR);
	assert_int_equal(file_read("/dev/zero", 100 * 1000, &bytes, &length), -EFBIG);
	assert_null(bytes);
}

static void test_stored_file_is_read_and_what_is_yet_to_be_sent_refused(void **state)
{
	char folder[] = "/tmp/wirewatch-test-file-XXXXXX";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	_cleanup_(freep) char *bytes = NULL;
	char path[64];
	size_t length;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/it", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(file_read_stored(path, 10, &bytes, &length), -ESPIPE);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(file_read_stored(path, 10, &bytes, &length), -ESPIPE);
	assert_non_null(strstr(file_error(-ESPIPE), "pipe"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(file_read_stored(path, 10, &bytes, &length), -ENOENT);
	assert_string_equal(file_error(-ENOENT), strerror(ENOENT));
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(file_read_stored(path, 10, &bytes, &length), 0);
	assert_int_equal(length, 0);
	(void)unlink(path);
	(void)rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_comes_whole_with_nul_behind),
		cmocka_unit_test(test_empty_file_is_an_empty_string),
		cmocka_unit_test(test_what_is_no_file_is_an_error),
		cmocka_unit_test(test_stored_file_is_read_and_what_is_yet_to_be_sent_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
