#include "worker/program.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NUMBER_SIZE = 32, /* of a process, in decimals */
};

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

/*
 * What the child, which has closed its descriptors when it executes, finds the open file by: our
 * number is that of the /proc at hand, which may be of another PID namespace.
 */
static bool name_open_file(int fd, char (*ret)[READER_PROGRAM_SIZE])
{
	char number[NUMBER_SIZE];
	ssize_t length = readlink("/proc/self", number, sizeof(number) - 1);

	if (length <= 0)
		return false;
	number[length] = '\0';
	(void)snprintf(*ret, sizeof(*ret), "/proc/%s/fd/%d", number, fd);
	return true;
}

/* Whether the open file is a program that may be executed. */
static bool is_program(int fd, const char *path)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

static bool open_program(const char *own_folder, const char *folder, struct reader_program *ret)
{
	_cleanup_(closep) int fd = -1;
	char path[2 * PATH_MAX];
	char name[READER_PROGRAM_SIZE];

	(void)snprintf(path, sizeof(path), "%s/%s/%s", own_folder, folder, program_name);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || !name_open_file(fd, &name) || !is_program(fd, name))
		return false;
	ret->fd = TAKE_FD(fd);
	(void)snprintf(ret->path, sizeof(ret->path), "%s", name);
	return true;
}

void reader_program_open(const char *own, struct reader_program *ret)
{
	char own_folder[PATH_MAX];

	*ret = (struct reader_program){.fd = -1};
	(void)snprintf(ret->path, sizeof(ret->path), "%s", own);
	if (!find_folder(own, &own_folder))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(folders) && ret->fd < 0; i++)
		(void)open_program(own_folder, folders[i], ret);
}

void reader_program_close(struct reader_program *program)
{
	closep(&program->fd);
}
