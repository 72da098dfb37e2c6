/*
 * What goes to the systemd journal, by its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL):
 * one datagram an entry.  libsystemd's own call waits where journald stands still; this one never
 * does, so that nothing else stands still with it.  Entries are as large as a datagram may be
 * (net.core.wmem_default, 208 KiB).
 */
#pragma once

#include <stddef.h>
#include <sys/uio.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

enum {
	JOURNAL_FIELDS_MAX = 32,
};

/*
 * Sends the fields, "NAME=value" each, to who listens at `path`.  Returns 0, -ENOENT where there is
 * no journal, -EAGAIN where it takes no more for now, -E2BIG for too many fields, or another error.
 */
int journal_socket_send(const char *path, const struct iovec *fields, size_t count);
