#include "notify/exec_message.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/wire.h"

enum {
	SIGNAL_MAX = 64, /* of Linux */
	ERRNO_MAX = 4095,
};

static size_t count_strings(const char **strings)
{
	size_t count = 0;

	while (strings[count])
		count++;
	return count;
}

static void put_strings(struct buffer *buffer, const char **strings)
{
	size_t count = count_strings(strings);

	wire_put_u32(buffer, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		wire_put_string(buffer, strings[i]);
}

int exec_request_write(const struct exec_command *command, struct buffer *buffer)
{
	if (count_strings(command->argv) > EXEC_ARGUMENTS_MAX ||
		count_strings(command->environment) > EXEC_VARIABLES_MAX)
		return -EMSGSIZE;
	wire_put_u8(buffer, EXEC_MESSAGE_VERSION);
	wire_put_u64(buffer, command->cpu_seconds);
	put_strings(buffer, command->argv);
	put_strings(buffer, command->environment);
	return buffer->failed == -EFBIG ? -EMSGSIZE : buffer->failed;
}

/* NULL-terminated, in the arena.  Returns NULL where the input is bad. */
static const char **get_strings(struct wire_reader *reader, uint32_t most, struct arena *arena)
{
	uint32_t count = wire_get_count(reader, most);
	const char **strings = arena_array(arena, (size_t)count + 1, sizeof(*strings));

	for (uint32_t i = 0; strings && i < count; i++) {
		strings[i] = wire_get_string(reader, EXEC_REQUEST_BYTES_MAX, arena);
		if (!strings[i])
			return NULL;
	}
	return strings;
}

/* What execve(2) and who reads the environment expect. */
static bool is_sound(const struct exec_command *command)
{
	if (!command->argv[0] || command->argv[0][0] != '/')
		return false;
	for (size_t i = 0; command->environment[i]; i++) {
		const char *equals = strchr(command->environment[i], '=');

		if (!equals || equals == command->environment[i])
			return false;
	}
	return command->cpu_seconds > 0 && command->cpu_seconds <= EXEC_CPU_SECONDS_MAX;
}

int exec_request_read(
	const void *bytes, size_t length, struct arena *arena, struct exec_command *ret)
{
	struct wire_reader reader = {.bytes = bytes, .length = length};
	struct exec_command command = {.stdin_fd = -1, .stderr_fd = -1};
	uint8_t version = wire_get_u8(&reader);

	if (length > EXEC_REQUEST_BYTES_MAX || reader.bad)
		return -EBADMSG;
	if (version != EXEC_MESSAGE_VERSION)
		return -EPROTONOSUPPORT;
	command.cpu_seconds = wire_get_u64(&reader);
	command.argv = get_strings(&reader, EXEC_ARGUMENTS_MAX, arena);
	if (command.argv)
		command.environment = get_strings(&reader, EXEC_VARIABLES_MAX, arena);
	if (!command.environment || !wire_done(&reader) || !is_sound(&command))
		return -EBADMSG;
	*ret = command;
	return 0;
}

int exec_report_write(const struct exec_report *report, struct buffer *buffer)
{
	wire_put_u8(buffer, (uint8_t)report->kind);
	switch (report->kind) {
	case EXEC_REPORT_ENDED:
		wire_put_u8(buffer, (uint8_t)report->code);
		wire_put_u8(buffer, (uint8_t)report->status);
		break;
	case EXEC_REPORT_NO_COMMAND:
		wire_put_u32(buffer, (uint32_t)-report->error);
		break;
	case EXEC_REPORT_REFUSED:
		wire_put_string(buffer, report->words);
		break;
	default:
		break;
	}
	return buffer->failed;
}

/* As waitid(2) tells it. */
static bool is_end(const struct exec_report *report)
{
	switch (report->code) {
	case CLD_EXITED:
		return true;
	case CLD_KILLED:
	case CLD_DUMPED:
		return report->status > 0 && report->status <= SIGNAL_MAX;
	default:
		return false;
	}
}

static bool get_report(struct wire_reader *reader, struct arena *arena, struct exec_report *report)
{
	uint32_t error;

	switch (report->kind) {
	case EXEC_REPORT_TAKEN:
		return true;
	case EXEC_REPORT_ENDED:
		report->code = wire_get_u8(reader);
		report->status = wire_get_u8(reader);
		return is_end(report);
	case EXEC_REPORT_NO_COMMAND:
		error = wire_get_u32(reader);
		report->error = error <= ERRNO_MAX ? -(int)error : 0;
		return report->error < 0;
	case EXEC_REPORT_REFUSED:
		report->words = wire_get_string(reader, EXEC_REPORT_WORDS_MAX, arena);
		return report->words;
	default:
		return false;
	}
}

int exec_report_read(const void *bytes, size_t length, struct arena *arena, struct exec_report *ret)
{
	struct wire_reader reader = {.bytes = bytes, .length = length};
	struct exec_report report = {.kind = wire_get_u8(&reader)};

	if (!get_report(&reader, arena, &report) || !wire_done(&reader))
		return -EBADMSG;
	*ret = report;
	return 0;
}
