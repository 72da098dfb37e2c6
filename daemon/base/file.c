#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buffer.h"

enum {
	PIECE_BYTES = 64 * 1024,
};

int file_read_fd(int fd, size_t limit, char **ret, size_t *ret_length)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(limit);
	_cleanup_(freep) char *piece = malloc(PIECE_BYTES);
	char *bytes;
	size_t length;
	ssize_t got;
	int r;

	if (!piece)
		return -ENOMEM;
	for (;;) {
		got = read(fd, piece, PIECE_BYTES);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		r = buffer_add(&buffer, piece, (size_t)got);
		if (r < 0)
			return r;
	}
	length = buffer.length;
	bytes = buffer_take(&buffer);
	if (!bytes)
		return -ENOMEM;
	*ret = bytes;
	*ret_length = length;
	return 0;
}

int file_read(const char *path, size_t limit, char **ret, size_t *ret_length)
{
	_cleanup_(closep) int fd = -1;

	if (strcmp(path, "-") == 0)
		return file_read_fd(STDIN_FILENO, limit, ret, ret_length);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	return file_read_fd(fd, limit, ret, ret_length);
}

int file_read_stored(const char *path, size_t limit, char **ret, size_t *ret_length)
{
	_cleanup_(closep) int fd = -1;
	struct stat status;

	/* Opening a pipe would wait for who writes into it. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return errno == ENXIO ? -ESPIPE : -errno;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (S_ISFIFO(status.st_mode) || isatty(fd))
		return -ESPIPE;
	return file_read_fd(fd, limit, ret, ret_length);
}

const char *file_error(int error)
{
	return error == -ESPIPE ? "it is a pipe, a socket or a terminal; expected a file"
				: strerror(-error);
}
