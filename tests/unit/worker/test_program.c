#include "worker/program.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/scratch.h"

struct rig {
	char folder[SCRATCH_FOLDER_BYTES];
	char own[SCRATCH_PATH_BYTES]; /* the link to the program that asks */
};

static int set_up(void **state)
{
	struct rig *rig = test_calloc(1, sizeof(*rig));
	char path[SCRATCH_PATH_BYTES];

	scratch_make(rig->folder);
	scratch_path(rig->folder, "sbin", path);
	assert_int_equal(mkdir(path, 0700), 0);
	scratch_path(rig->folder, "sbin/wirewatchd", path);
	scratch_path(rig->folder, "own", rig->own);
	assert_int_equal(symlink(path, rig->own), 0);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	scratch_remove(rig->folder);
	test_free(rig);
	return 0;
}

static void make_program(const struct rig *rig, const char *name, mode_t mode)
{
	char path[SCRATCH_PATH_BYTES];

	scratch_write(rig->folder, name, "");
	scratch_path(rig->folder, name, path);
	assert_int_equal(chmod(path, mode), 0);
}

/* What is executed is the file of this name in the folder. */
static void check_found(const struct rig *rig, const char *name)
{
	struct reader_program program;
	char expected[PATH_MAX];
	char wanted[SCRATCH_PATH_BYTES];
	char found[PATH_MAX];

	scratch_path(rig->folder, name, wanted);
	assert_non_null(realpath(wanted, expected));
	reader_program_open(rig->own, &program);
	assert_true(program.fd >= 0);
	assert_non_null(realpath(program.path, found));
	assert_string_equal(found, expected);
	reader_program_close(&program);
}

static void test_the_reader_beside_the_program_is_taken(void **state)
{
	const struct rig *rig = *state;

	make_program(rig, "sbin/wirewatch-reader", 0700);
	check_found(rig, "sbin/wirewatch-reader");
}

static void test_an_installed_reader_is_found(void **state)
{
	const struct rig *rig = *state;
	char path[SCRATCH_PATH_BYTES];

	scratch_path(rig->folder, "libexec", path);
	assert_int_equal(mkdir(path, 0700), 0);
	scratch_path(rig->folder, "libexec/wirewatch", path);
	assert_int_equal(mkdir(path, 0700), 0);
	make_program(rig, "libexec/wirewatch/wirewatch-reader", 0700);
	check_found(rig, "libexec/wirewatch/wirewatch-reader");
}

static void test_a_reader_that_is_replaced_stays_what_it_was(void **state)
{
	const struct rig *rig = *state;
	struct reader_program program;
	struct stat before;
	struct stat after;
	char old[SCRATCH_PATH_BYTES];
	char new[SCRATCH_PATH_BYTES];

	make_program(rig, "sbin/wirewatch-reader", 0700);
	make_program(rig, "sbin/wirewatch-reader.new", 0700);
	scratch_path(rig->folder, "sbin/wirewatch-reader", old);
	scratch_path(rig->folder, "sbin/wirewatch-reader.new", new);
	assert_int_equal(stat(old, &before), 0);
	reader_program_open(rig->own, &program);
	assert_int_equal(rename(new, old), 0);
	assert_int_equal(stat(program.path, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	reader_program_close(&program);
}

/* The program itself is the reader. */
static void check_none(const struct rig *rig)
{
	struct reader_program program;

	reader_program_open(rig->own, &program);
	assert_int_equal(program.fd, -1);
	assert_string_equal(program.path, rig->own);
	reader_program_close(&program);
}

static void test_without_one_the_program_is_its_own_reader(void **state)
{
	check_none(*state);
}

static void test_what_cannot_be_executed_is_no_reader(void **state)
{
	const struct rig *rig = *state;
	char path[SCRATCH_PATH_BYTES];

	make_program(rig, "sbin/wirewatch-reader", 0600);
	check_none(rig);
	scratch_path(rig->folder, "sbin/wirewatch-reader", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	check_none(rig);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_reader_beside_the_program_is_taken),
		TEST(test_an_installed_reader_is_found),
		TEST(test_a_reader_that_is_replaced_stays_what_it_was),
		TEST(test_without_one_the_program_is_its_own_reader),
		TEST(test_what_cannot_be_executed_is_no_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
