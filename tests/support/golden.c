#include "support/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"

enum {
	GOLDEN_BYTES_MAX = 1024 * 1024,
};

static void write_anew(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void golden_check(const char *path, const char *text)
{
	char *expected;
	size_t length;

	if (getenv("WIREWATCH_WRITE_GOLDEN"))
		write_anew(path, text);
	if (file_read(path, GOLDEN_BYTES_MAX, &expected, &length) < 0)
		fail_msg("%s is missing", path);
	if (strcmp(expected, text) != 0)
		fail_msg("%s differs from:\n%s", path, text);
	free(expected);
}
