/*
 * What a hook's runner takes from the daemon and the daemon from it: what is understood is sound,
 * and is the same when it is written and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "notify/exec_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const char *const *left, const char *const *right)
{
	size_t i = 0;

	for (; left[i] && right[i]; i++)
		if (strcmp(left[i], right[i]) != 0)
			abort();
	if (left[i] || right[i])
		abort();
}

static void check_request(const uint8_t *data, size_t size, struct arena *arena)
{
	_cleanup_(arena_freep) struct arena *other = NULL;
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(EXEC_REQUEST_BYTES_MAX);
	struct exec_command command;
	struct exec_command again;

	if (exec_request_read(data, size, arena, &command) < 0)
		return;
	if (command.argv[0][0] != '/' || command.cpu_seconds == 0)
		abort();
	if (arena_new(EXEC_REQUEST_ARENA_BYTES, &other) < 0)
		return;
	if (exec_request_write(&command, &buffer) < 0 ||
		exec_request_read(buffer.bytes, buffer.length, other, &again) < 0)
		abort();
	compare(command.argv, again.argv);
	compare(command.environment, again.environment);
}

static void check_report(const uint8_t *data, size_t size, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(EXEC_REPORT_BYTES_MAX);
	struct exec_report report;

	if (exec_report_read(data, size, arena, &report) < 0)
		return;
	if (exec_report_write(&report, &buffer) < 0 || buffer.length != size ||
		memcmp(buffer.bytes, data, size) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;

	if (arena_new(EXEC_REQUEST_ARENA_BYTES, &arena) < 0)
		return 0;
	check_request(data, size, arena);
	arena_reset(arena);
	check_report(data, size, arena);
	return 0;
}
