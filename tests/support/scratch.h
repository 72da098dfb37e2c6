/* A folder of a test's own, with files in it.  What goes wrong here fails the test. */
#pragma once

#include <stddef.h>

enum {
	SCRATCH_FOLDER_BYTES = 64,
	SCRATCH_PATH_BYTES = 128,
};

void scratch_make(char folder[SCRATCH_FOLDER_BYTES]);

/* Removes the folder with all that is in it. */
void scratch_remove(const char *folder);

/* The path of a file there. */
void scratch_path(const char *folder, const char *name, char path[SCRATCH_PATH_BYTES]);

/* Writes a file there, in place of one that has the name. */
void scratch_write(const char *folder, const char *name, const char *text);
void scratch_write_bytes(const char *folder, const char *name, const char *bytes, size_t length);
