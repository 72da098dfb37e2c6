/*
 * What goes to the systemd journal, by its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL):
 * one datagram an entry.  libsystemd's own call waits where journald stands still; this one never
 * does, so that nothing else stands still with it.  Entries are as large as a datagram may be
 * (208 KiB at least, unless net.core.wmem_max is lowered).
 */
#pragma once

#include <stddef.h>
#include <sys/uio.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

enum {
	JOURNAL_FIELDS_MAX = 32,
};

/*
 * A socket to send from, which outlives journald's restarts.  Who must be heard when there are no
 * descriptors left keeps one.  Returns it, or what socket(2) says.
 */
int journal_socket_open(void);

/*
 * Sends the fields, "NAME=value" each, from the socket to who listens at `path`.  Returns 0,
 * -ENOENT where there is no journal, -EAGAIN where it takes no more for now, -E2BIG for too many
 * fields, -EMSGSIZE for too large ones, or another error.
 */
int journal_socket_send(int fd, const char *path, const struct iovec *fields, size_t count);
