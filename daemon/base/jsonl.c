#include "base/jsonl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

enum {
	FIRST_SIZE = 64 * 1024,
};

struct jsonl {
	int fd;
	char *bytes;
	size_t size;
	size_t start; /* of what was not given yet */
	size_t end;
	size_t searched; /* up to here there is no newline */
	size_t line_max;
	size_t line;
	bool eof;
};

int jsonl_open(const char *path, size_t line_max, struct jsonl **ret)
{
	struct jsonl *lines = calloc(1, sizeof(*lines));
	int r = 0;

	if (!lines)
		return -ENOMEM;
	lines->line_max = line_max;
	lines->size = FIRST_SIZE < line_max + 2 ? FIRST_SIZE : line_max + 2;
	lines->bytes = malloc(lines->size);
	lines->fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
					   : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (lines->fd < 0)
		r = -errno;
	else if (!lines->bytes)
		r = -ENOMEM;
	if (r < 0) {
		jsonl_free(lines);
		return r;
	}
	*ret = lines;
	return 0;
}

void jsonl_free(struct jsonl *lines)
{
	if (!lines)
		return;
	if (lines->fd >= 0)
		(void)close(lines->fd);
	free(lines->bytes);
	free(lines);
}

size_t jsonl_line(const struct jsonl *lines)
{
	return lines->line;
}

/* Reads more behind what is there, making room up to a line of the limit with its end. */
static int fill(struct jsonl *lines)
{
	ssize_t got;

	if (lines->start > 0) {
		memmove(lines->bytes, lines->bytes + lines->start, lines->end - lines->start);
		lines->end -= lines->start;
		lines->searched -= lines->start;
		lines->start = 0;
	}
	if (lines->end + 1 >= lines->size && lines->size < lines->line_max + 2) {
		size_t size = 2 * lines->size < lines->line_max + 2 ? 2 * lines->size
								    : lines->line_max + 2;
		char *bytes = realloc(lines->bytes, size);

		if (!bytes)
			return -ENOMEM;
		lines->bytes = bytes;
		lines->size = size;
	}
	do
		got = read(lines->fd, lines->bytes + lines->end, lines->size - 1 - lines->end);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	lines->eof = got == 0;
	lines->end += (size_t)got;
	return 0;
}

/*
 * Finds the end of the line at `start`.  Returns 1, 0 where nothing is left, or -EFBIG where the
 * buffer is full without an end.
 */
static int find_end(struct jsonl *lines, size_t *ret)
{
	const char *newline;
	int r;

	for (;;) {
		newline =
			memchr(lines->bytes + lines->searched, '\n', lines->end - lines->searched);
		if (newline) {
			*ret = (size_t)(newline - lines->bytes);
			return 1;
		}
		lines->searched = lines->end;
		if (lines->end - lines->start > lines->line_max)
			return -EFBIG;
		if (lines->eof) {
			*ret = lines->end;
			return lines->end > lines->start;
		}
		r = fill(lines);
		if (r < 0)
			return r;
	}
}

/* Drops the rest of a line that is too long. */
static int skip_line(struct jsonl *lines)
{
	size_t end;
	int r;

	do {
		lines->start = lines->searched = lines->end;
		r = find_end(lines, &end);
	} while (r == -EFBIG);
	if (r > 0)
		lines->start = lines->searched = end < lines->end ? end + 1 : end;
	return r;
}

static bool is_blank(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!strchr(" \t\r", bytes[i]) || bytes[i] == '\0')
			return false;
	return true;
}

int jsonl_next(struct jsonl *lines, const char **ret, size_t *ret_length)
{
	size_t end;
	size_t start;
	int r;

	for (;;) {
		r = find_end(lines, &end);
		if (r > 0 || r == -EFBIG)
			lines->line++;
		if (r == -EFBIG) {
			r = skip_line(lines);
			return r < 0 ? r : -EFBIG;
		}
		if (r <= 0)
			return r;
		start = lines->start;
		lines->start = lines->searched = end < lines->end ? end + 1 : end;
		if (end - start > lines->line_max)
			return -EFBIG;
		if (is_blank(lines->bytes + start, end - start))
			continue;
		lines->bytes[end] = '\0';
		*ret = lines->bytes + start;
		*ret_length = end - start;
		return 1;
	}
}
