#include "poll/local_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/url.h"

enum {
	STAMP_SIZE = 96,
	WORDS_SIZE = 512,
};

bool local_file_is(const char *url)
{
	return strncasecmp(url, "file:", 5) == 0;
}

/* The path of a file URL (RFC 8089), percent-decoded; NULL where it is none of this machine. */
static char *path_of(const char *url)
{
	const char *from = url + 5;
	char *path;
	char *to;

	if (strncmp(from, "//", 2) == 0) {
		from += 2;
		if (strncasecmp(from, "localhost/", 10) == 0)
			from += 9;
	}
	if (*from != '/')
		return NULL;
	path = malloc(strlen(from) + 1);
	if (!path)
		return NULL;
	for (to = path; *from != '\0'; to++) {
		int byte = url_decode(from);

		*to = byte >= 0 ? (char)byte : *from;
		from += byte >= 0 ? 3 : 1;
	}
	*to = '\0';
	return path;
}

static int fail(struct answer *answer, const char *what, int error)
{
	char words[WORDS_SIZE];

	if (error != 0)
		(void)snprintf(words, sizeof(words), "%s: %s; check URL= and the file's rights",
			what, strerrordesc_np(error));
	else
		(void)snprintf(words, sizeof(words), "%s", what);
	answer->outcome = ROUND_FAILED;
	answer->words = strdup(words);
	return answer->words ? 0 : -ENOMEM;
}

/* Whether the file is as it was at the last poll. */
static bool is_unchanged(
	const struct answer *answer, const struct feed_state *state, const struct memory *memory)
{
	if (answer->file_stamp && memory->file_stamp &&
		strcmp(answer->file_stamp, memory->file_stamp) == 0)
		return true;
	return answer->body.bytes[0] != 0 && digest_equal(&answer->body, &state->body);
}

static int unchanged(
	struct answer *answer, const struct feed_state *state, const struct memory *memory)
{
	if (memory->unreadable)
		return fail(answer, state->error ? state->error : "the file is no feed", 0);
	answer->outcome = ROUND_UNCHANGED;
	return 0;
}

static int read_open_file(int fd, const struct feed_state *state, const struct memory *memory,
	struct answer *answer, struct document *ret)
{
	char stamp[STAMP_SIZE];
	struct stat status;
	char *bytes;
	size_t length;
	int r;

	if (fstat(fd, &status) < 0)
		return fail(answer, "cannot read the file", errno);
	if (!S_ISREG(status.st_mode))
		return fail(answer, "this is no regular file; check URL=", 0);
	(void)snprintf(stamp, sizeof(stamp), "%" PRIdMAX ".%09ld.%" PRIdMAX,
		(intmax_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec, (intmax_t)status.st_size);
	answer->file_stamp = strdup(stamp);
	if (!answer->file_stamp)
		return -ENOMEM;
	if (is_unchanged(answer, state, memory))
		return unchanged(answer, state, memory);
	r = file_read_fd(fd, DOCUMENT_BYTES_MAX, &bytes, &length);
	if (r == -EFBIG)
		return fail(answer, "document too large: more than 16 MiB; check URL=", 0);
	if (r < 0)
		return r == -ENOMEM ? r : fail(answer, "cannot read the file", -r);
	answer->body = digest_bytes(bytes, length);
	if (is_unchanged(answer, state, memory)) {
		free(bytes);
		return unchanged(answer, state, memory);
	}
	answer->outcome = ROUND_DOCUMENT;
	*ret = (struct document){.bytes = bytes, .length = length};
	return 0;
}

int local_file_read(const struct feed_state *state, const struct memory *memory, usec now,
	struct answer *answer, struct document *ret)
{
	_cleanup_(closep) int fd = -1;
	char *path;

	answer->now = now;
	answer->url = strdup(state->url);
	if (!answer->url)
		return -ENOMEM;
	path = path_of(state->url);
	if (!path)
		return fail(answer, "this names no file of this machine; write file:///PATH", 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return fail(answer, "cannot open the file", errno);
	return read_open_file(fd, state, memory, answer, ret);
}
