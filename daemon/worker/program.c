#include "worker/program.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char program_name[] = "wirewatch-reader";

/* From the folder of this program. */
static const char *const folders[] = {".", WIREWATCH_READER_FOLDER};

/* The folder of a program, without the slash.  Returns whether there is one. */
static bool find_folder(const char *own, char (*ret)[PATH_MAX])
{
	ssize_t length = readlink(own, *ret, sizeof(*ret) - 1);
	char *slash;

	if (length <= 0)
		return false;
	(*ret)[length] = '\0';
	slash = strrchr(*ret, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

static int open_program(const char *own_folder, const char *folder)
{
	char path[2 * PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s/%s", own_folder, folder, program_name);
	return open(path, O_PATH | O_CLOEXEC);
}

void reader_program_open(const char *own, struct reader_program *ret)
{
	char own_folder[PATH_MAX];

	*ret = (struct reader_program){.fd = -1};
	(void)snprintf(ret->path, sizeof(ret->path), "%s", own);
	if (!find_folder(own, &own_folder))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(folders) && ret->fd < 0; i++)
		ret->fd = open_program(own_folder, folders[i]);
	/* By our number, because the child has closed its descriptors when it executes. */
	if (ret->fd >= 0)
		(void)snprintf(
			ret->path, sizeof(ret->path), "/proc/%d/fd/%d", (int)getpid(), ret->fd);
}

void reader_program_close(struct reader_program *program)
{
	closep(&program->fd);
}
