/*
 * What the daemon and the runner in a command's unit say to each other, each a packet of a
 * SOCK_SEQPACKET connection (unix(7)) in the form of base/wire.h.  The daemon sends one request,
 * with the command's standard input and error; the runner answers EXEC_REPORT_TAKEN before it
 * starts the command, then one report of its end, or one report that refuses it.  Where the
 * daemon's side ends, so does the command.  Both readers take the bytes for hostile.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "notify/exec_group.h"

enum {
	EXEC_MESSAGE_VERSION = 1,
	/* Below what a socket takes at once by default (net.core.wmem_default, 208 KiB). */
	EXEC_REQUEST_BYTES_MAX = 128 * 1024,
	EXEC_ARGUMENTS_MAX = 1024 + 3, /* the words of Command=, and the role before them */
	EXEC_VARIABLES_MAX = 32,
	EXEC_CPU_SECONDS_MAX = 2 * 3600 + 1, /* of Timeout='s hour */
	EXEC_DESCRIPTORS = 2,                /* standard input, standard error */
	EXEC_REPORT_BYTES_MAX = 512,
	EXEC_REPORT_WORDS_MAX = 256,
	EXEC_REQUEST_ARENA_BYTES = 2 * EXEC_REQUEST_BYTES_MAX,
};

enum exec_report_kind {
	EXEC_REPORT_TAKEN = 1,
	EXEC_REPORT_ENDED,      /* waitid(2)'s code and status */
	EXEC_REPORT_NO_COMMAND, /* it could not be started: -error */
	EXEC_REPORT_REFUSED,    /* words */
	EXEC_REPORT_KIND_MAX,
};

struct exec_report {
	enum exec_report_kind kind;
	int code;
	int status;
	int error;         /* -errno */
	const char *words; /* at most EXEC_REPORT_WORDS_MAX bytes */
};

/*
 * Writes the command, without its descriptors; the buffer's limit is EXEC_REQUEST_BYTES_MAX.
 * Returns 0, -EMSGSIZE or -ENOMEM.
 */
int exec_request_write(const struct exec_command *command, struct buffer *buffer);

/*
 * Reads it; strings go to the arena, of EXEC_REQUEST_ARENA_BYTES.  Returns 0, -EPROTONOSUPPORT
 * where it is of another version, or -EBADMSG.
 */
int exec_request_read(
	const void *bytes, size_t length, struct arena *arena, struct exec_command *ret);

/* Returns 0 or -ENOMEM. */
int exec_report_write(const struct exec_report *report, struct buffer *buffer);

/* The words go to the arena.  Returns 0 or -EBADMSG. */
int exec_report_read(
	const void *bytes, size_t length, struct arena *arena, struct exec_report *ret);
