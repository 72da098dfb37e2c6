#include "support/scratch.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	OPEN_FOLDERS = 8, /* of nftw(3) */
};

void scratch_make(char folder[SCRATCH_FOLDER_BYTES])
{
	/* In memory where there is such a folder: what is tested is not the disk's speed. */
	(void)snprintf(folder, SCRATCH_FOLDER_BYTES, "%s/wirewatch-test-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(folder));
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

void scratch_remove(const char *folder)
{
	assert_int_equal(nftw(folder, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS), 0);
}

void scratch_path(const char *folder, const char *name, char path[SCRATCH_PATH_BYTES])
{
	assert_in_range(snprintf(path, SCRATCH_PATH_BYTES, "%s/%s", folder, name), 1,
		SCRATCH_PATH_BYTES - 1);
}

void scratch_write(const char *folder, const char *name, const char *text)
{
	scratch_write_bytes(folder, name, text, strlen(text));
}

void scratch_write_bytes(const char *folder, const char *name, const char *bytes, size_t length)
{
	char path[SCRATCH_PATH_BYTES];
	FILE *file;

	scratch_path(folder, name, path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}
