#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "base/journal_socket.h"
#include "base/utf8.h"

enum {
	MESSAGE_MAX = 2048, /* bytes of one message; a longer one is cut */
	FIELDS_MAX = 16,
};

static int arg_level = LOG_INFO;
static int arg_journal = -1; /* a socket: what is told of missing descriptors needs none */

/* $JOURNAL_STREAM names the device and inode of the journal's stream (systemd.exec(5)). */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device;
	unsigned long long inode;
	struct stat info;
	char *end;

	if (!stream || fstat(STDERR_FILENO, &info) < 0)
		return false;
	device = strtoull(stream, &end, 10);
	if (*end != ':')
		return false;
	inode = strtoull(end + 1, NULL, 10);
	return device == info.st_dev && inode == info.st_ino;
}

void log_open(int max_level)
{
	arg_level = max_level;
	if (arg_journal < 0 && stderr_is_journal())
		arg_journal = journal_socket_open();
}

bool log_to_journal(void)
{
	return arg_journal >= 0;
}

/*
 * One line of text, whatever a publisher's words in it hold: control characters could forge another
 * message and steer a terminal, and journalctl(1) shows nothing of a message with an escape.
 */
static void make_line(char *message)
{
	const unsigned char c1 = 0xc2; /* before the later half of them, U+0080 to U+009F */

	message[utf8_cut(message, strlen(message), MESSAGE_MAX)] = '\0';
	for (unsigned char *at = (unsigned char *)message; *at != '\0'; at++) {
		if (*at < ' ' || *at == 0x7f)
			*at = ' ';
		else if (*at == c1 && at[1] >= 0x80 && at[1] < 0xa0)
			at[0] = at[1] = ' ';
	}
}

static void write_stderr(int level, const char *message)
{
	static const char *const names[] = {
		[LOG_EMERG] = "emergency",
		[LOG_ALERT] = "alert",
		[LOG_CRIT] = "critical",
		[LOG_ERR] = "error",
		[LOG_WARNING] = "warning",
		[LOG_NOTICE] = "notice",
		[LOG_INFO] = "info",
		[LOG_DEBUG] = "debug",
	};

	(void)fprintf(stderr, "%s: %s\n", names[level], message);
}

static char *field_text(const char *prefix, const char *name, const char *value)
{
	char *text;

	return asprintf(&text, "%s%s=%s", prefix, name, value) < 0 ? NULL : text;
}

static void write_journal(
	int level, const char *message_id, const struct log_field *fields, const char *message)
{
	char *texts[FIELDS_MAX + 4];
	struct iovec vectors[ARRAY_SIZE(texts)];
	const char digit[] = {(char)('0' + level), '\0'};
	size_t count = 0;
	size_t used = 0;

	texts[count++] = field_text("", "MESSAGE", message);
	texts[count++] = field_text("", "PRIORITY", digit);
	texts[count++] = field_text("", "SYSLOG_IDENTIFIER", program_invocation_short_name);
	if (message_id)
		texts[count++] = field_text("", "MESSAGE_ID", message_id);
	for (; fields && fields->name && count < ARRAY_SIZE(texts); fields++)
		if (fields->value)
			texts[count++] = field_text("WIREWATCH_", fields->name, fields->value);
	for (size_t i = 0; i < count; i++)
		if (texts[i])
			vectors[used++] = (struct iovec){texts[i], strlen(texts[i])};
	/* Nowhere left to complain. */
	(void)journal_socket_send(arg_journal, JOURNAL_SOCKET, vectors, used);
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
}

void log_write(
	int level, const char *message_id, const struct log_field *fields, const char *format, ...)
{
	int saved = errno;
	char message[MESSAGE_MAX + 2]; /* so that one at the bound is told from a longer one */
	va_list arguments;

	if (level > arg_level)
		return;
	va_start(arguments, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it was started above */
	(void)vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	make_line(message);
	if (arg_journal >= 0)
		write_journal(level, message_id, fields, message);
	else
		write_stderr(level, message);
	errno = saved;
}
