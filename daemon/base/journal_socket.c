#include "base/journal_socket.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/macro.h"

enum {
	PARTS_A_FIELD = 5,                   /* name, line feed, length, value, line feed */
	ENTRIES_BYTES_MAX = 8 * 1024 * 1024, /* that journald has yet to read; as libsystemd */
};

static struct iovec part_of(const void *bytes, size_t length)
{
	return (struct iovec){(void *)bytes, length};
}

/*
 * The field as it goes out: on a line of its own, or, where the value has lines, with its length.
 * `length` is the room for that.  Returns how many parts it is, 0 for what is no field.
 */
static size_t add_field(const struct iovec *field, uint64_t *length, struct iovec *parts)
{
	const char *text = field->iov_base;
	const char *equals = memchr(text, '=', field->iov_len);
	const char *value = equals ? equals + 1 : NULL;
	size_t size = equals ? field->iov_len - (size_t)(value - text) : 0;
	size_t count = 0;

	if (!equals || equals == text)
		return 0;
	if (!memchr(value, '\n', size)) {
		parts[count++] = *field;
	} else {
		*length = htole64(size);
		parts[count++] = part_of(text, (size_t)(equals - text));
		parts[count++] = part_of("\n", 1);
		parts[count++] = part_of(length, sizeof(*length));
		parts[count++] = part_of(value, size);
	}
	parts[count++] = part_of("\n", 1);
	return count;
}

int journal_socket_open(void)
{
	const int room = ENTRIES_BYTES_MAX;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	/* The kernel gives what net.core.wmem_max allows; its default is enough for most. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	return fd;
}

int journal_socket_send(int fd, const char *path, const struct iovec *fields, size_t count)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct iovec parts[JOURNAL_FIELDS_MAX * PARTS_A_FIELD];
	uint64_t lengths[JOURNAL_FIELDS_MAX];
	struct msghdr message = {
		.msg_name = &address, .msg_namelen = sizeof(address), .msg_iov = parts};

	if (count > JOURNAL_FIELDS_MAX)
		return -E2BIG;
	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	for (size_t i = 0; i < count; i++)
		message.msg_iovlen +=
			add_field(&fields[i], &lengths[i], &parts[message.msg_iovlen]);
	return sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}
