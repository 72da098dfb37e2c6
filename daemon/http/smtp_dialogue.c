#include <ctype.h>
#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <string.h>

#include "http/smtp_inside.h"

enum {
	COMMAND_BYTES_MAX = 1024, /* RFC 5321 section 4.5.3.1.4 wants 512 */
	READ_BYTES = 2048,
};

void smtp_note(struct smtp_transfer *transfer, const char *sign, const char *bytes, size_t length)
{
	struct buffer *transcript = transfer->request.transcript;

	if (!transcript || transcript->failed)
		return;
	while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
		length--;
	(void)buffer_printf(transcript, "%s %.*s\n", sign, (int)length, bytes);
}

void smtp_note_reply(struct smtp_transfer *transfer, const char *line, size_t length)
{
	size_t kept = length < LAST_LINE_BYTES - 1 ? length : LAST_LINE_BYTES - 1;

	while (kept > 0 && isspace((unsigned char)line[kept - 1]))
		kept--;
	for (size_t i = 0; i < kept; i++)
		transfer->last_line[i] = line[i] < ' ' || line[i] > '~' ? '?' : line[i];
	transfer->last_line[kept] = '\0';
}

static void on_event(evutil_socket_t fd, short what, void *userdata);

static void wait_until(struct smtp_transfer *transfer, short what)
{
	if (transfer->event)
		event_free(transfer->event);
	transfer->event = event_new(transfer->client->base, transfer->fd, what, on_event, transfer);
	if (!transfer->event || event_add(transfer->event, NULL) < 0)
		smtp_fail(transfer, "cannot be waited for: out of memory", NULL);
}

static void say(struct smtp_transfer *transfer, const char *format, ...) _printf_(2, 3);

static void say(struct smtp_transfer *transfer, const char *format, ...)
{
	char command[COMMAND_BYTES_MAX];
	va_list arguments;
	int length;

	va_start(arguments, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it was started above */
	length = vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= sizeof(command)) {
		transfer->out.failed = -EFBIG;
		return;
	}
	smtp_note(transfer, ">", command, (size_t)length);
	(void)buffer_add(&transfer->out, command, (size_t)length);
}

/* RFC 5321 section 4.5.2: a dot more before a line's own, and one alone at the end. */
static void say_message(struct smtp_transfer *transfer)
{
	const char *line = transfer->request.message;
	const char *end = line + transfer->request.length;

	while (line < end) {
		const char *feed = memchr(line, '\n', (size_t)(end - line));
		const char *next = feed ? feed + 1 : end;

		smtp_note(transfer, ">", line, (size_t)(next - line));
		if (*line == '.')
			(void)buffer_add_char(&transfer->out, '.');
		(void)buffer_add(&transfer->out, line, (size_t)(next - line));
		line = next;
	}
	say(transfer, ".\r\n");
}

/* It may go unsent, and its answer unread: nothing hangs on it any more. */
static void take_leave(struct smtp_transfer *transfer)
{
	static const char quit[] = "QUIT\r\n";
	size_t sent;

	smtp_note(transfer, ">", quit, strlen(quit));
	(void)curl_easy_send(transfer->easy, quit, strlen(quit), &sent);
}

static void next_recipient(struct smtp_transfer *transfer)
{
	const char *address = transfer->request.to[transfer->recipient];

	if (address) {
		transfer->recipient++;
		transfer->stage = SMTP_RECIPIENT;
		say(transfer, "RCPT TO:<%s>\r\n", address);
	} else {
		transfer->stage = SMTP_DATA;
		say(transfer, "DATA\r\n");
	}
}

static void refused(struct smtp_transfer *transfer)
{
	static const char *const what[SMTP_ACCEPTED] = {
		[SMTP_SENDER] = "refused the sender",
		[SMTP_RECIPIENT] = "refused a recipient",
		[SMTP_DATA] = "wants no mail now",
		[SMTP_CONTENT] = "refused the message",
	};
	static const char *const next[SMTP_ACCEPTED] = {
		[SMTP_SENDER] = "check From= and whether User= may send for it",
		[SMTP_RECIPIENT] = "check To=",
	};

	take_leave(transfer);
	smtp_fail(transfer, what[transfer->stage], next[transfer->stage]);
}

/* A whole reply is there.  Returns false where the mail is over, and the transfer gone. */
static bool on_reply(struct smtp_transfer *transfer)
{
	int wanted = transfer->stage == SMTP_DATA ? 3 : 2;

	if (transfer->code / 100 != wanted) {
		refused(transfer);
		return false;
	}
	switch (transfer->stage) {
	case SMTP_SENDER:
	case SMTP_RECIPIENT:
		next_recipient(transfer);
		return true;
	case SMTP_DATA:
		transfer->stage = SMTP_CONTENT;
		say_message(transfer);
		return true;
	default:
		take_leave(transfer);
		smtp_finish(transfer, NULL);
		return false;
	}
}

/* Takes the lines that are whole.  Returns 1 at a reply's last one, 0, or -EBADMSG. */
static int take_lines(struct smtp_transfer *transfer)
{
	struct buffer *in = &transfer->in;
	const char *feed;

	while (in->length > 0 && (feed = memchr(in->bytes, '\n', in->length))) {
		size_t length = (size_t)(feed - in->bytes) + 1;
		bool last = length > 4 && in->bytes[3] != '-';

		if (length < 5 || !isdigit((unsigned char)in->bytes[0]) ||
			!isdigit((unsigned char)in->bytes[1]) ||
			!isdigit((unsigned char)in->bytes[2]))
			return -EBADMSG;
		smtp_note(transfer, "<", in->bytes, length);
		smtp_note_reply(transfer, in->bytes, length);
		transfer->code = atoi(in->bytes);
		buffer_consume(in, length);
		if (last)
			return 1;
	}
	return 0;
}

/* Returns 0, -EAGAIN, or -EPIPE. */
static int send_some(struct smtp_transfer *transfer)
{
	while (transfer->sent < transfer->out.length) {
		size_t sent = 0;
		CURLcode code = curl_easy_send(transfer->easy, transfer->out.bytes + transfer->sent,
			transfer->out.length - transfer->sent, &sent);

		if (code == CURLE_AGAIN)
			return -EAGAIN;
		if (code != CURLE_OK)
			return -EPIPE;
		transfer->sent += sent;
	}
	buffer_reset(&transfer->out);
	transfer->sent = 0;
	return 0;
}

/* Returns 1 where a reply is whole, -EAGAIN, -EPIPE or -EBADMSG. */
static int receive_some(struct smtp_transfer *transfer)
{
	int r = take_lines(transfer);

	while (r == 0) {
		char bytes[READ_BYTES];
		size_t length = 0;
		CURLcode code = curl_easy_recv(transfer->easy, bytes, sizeof(bytes), &length);

		if (code == CURLE_AGAIN)
			return -EAGAIN;
		if (code != CURLE_OK || length == 0)
			return -EPIPE;
		if (buffer_add(&transfer->in, bytes, length) < 0)
			return -EBADMSG;
		r = take_lines(transfer);
	}
	return r;
}

static void break_off(struct smtp_transfer *transfer, int error)
{
	transfer->code = 0;
	transfer->last_line[0] = '\0';
	smtp_fail(transfer,
		error == -EBADMSG          ? "answers in no SMTP"
			: error == -ENOMEM ? "cannot be spoken to: out of memory"
					   : "broke off",
		error == -EPIPE ? "see its log" : NULL);
}

static void advance(struct smtp_transfer *transfer)
{
	for (;;) {
		int r = transfer->out.failed ? -ENOMEM : send_some(transfer);

		if (r == -EAGAIN) {
			wait_until(transfer, EV_WRITE);
			return;
		}
		if (r == 0)
			r = receive_some(transfer);
		if (r == -EAGAIN) {
			wait_until(transfer, EV_READ);
			return;
		}
		if (r < 0) {
			break_off(transfer, r);
			return;
		}
		if (!on_reply(transfer))
			return;
	}
}

static void on_event(evutil_socket_t fd, short what, void *userdata)
{
	(void)fd;
	(void)what;
	advance(userdata);
}

void smtp_dialogue_begin(struct smtp_transfer *transfer)
{
	transfer->stage = SMTP_SENDER;
	say(transfer, "MAIL FROM:<%s>\r\n", transfer->request.from);
	advance(transfer);
}
