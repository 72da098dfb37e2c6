#include "http/smtp.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "http/bounds.h"
#include "http/glue.h"

enum {
	ARENA_BYTES_MAX = 4 * 1024 * 1024, /* copies of a request */
	COMMAND_BYTES_MAX = 1024,          /* RFC 5321 section 4.5.3.1.4 wants 512 */
	READ_BYTES = 2048,
	LAST_LINE_BYTES = 300, /* told of a reply */
};

struct smtp_client {
	struct event_base *base;
	struct clock *clock;
	struct glue *glue;
	size_t active;
};

struct smtp_transfer {
	struct smtp_client *client;
	struct arena *arena; /* of `request` */
	struct smtp_request request;
	smtp_done_fn done;
	void *userdata;
	CURL *easy;
	int fd; /* libcurl's, once the dialogue is ours */
	struct clock_timer *timer;
	struct event *event; /* once the dialogue is ours */
	enum smtp_stage stage;
	size_t recipient;
	struct buffer out;
	size_t sent;
	struct buffer in; /* lines of the present reply */
	int code;
	char last_line[LAST_LINE_BYTES]; /* of the last reply; printable */
	char error[CURL_ERROR_SIZE];
};

/* ---- ends ---- */

static void transfer_free(struct smtp_transfer *transfer)
{
	struct smtp_client *client = transfer->client;

	if (transfer->event)
		event_free(transfer->event);
	clock_timer_free(client->clock, transfer->timer);
	if (transfer->easy) {
		glue_remove(client->glue, transfer->easy);
		curl_easy_cleanup(transfer->easy);
	}
	buffer_free(&transfer->out);
	buffer_free(&transfer->in);
	if (transfer->request.password)
		explicit_bzero(
			(char *)transfer->request.password, strlen(transfer->request.password));
	arena_free(transfer->arena);
	client->active--;
	free(transfer);
}

static void finish(struct smtp_transfer *transfer, const char *words)
{
	smtp_done_fn done = transfer->done;
	void *userdata = transfer->userdata;
	struct smtp_result result = {
		.stage = words ? transfer->stage : SMTP_ACCEPTED,
		.code = transfer->code,
		.words = words,
	};

	transfer_free(transfer);
	done(&result, userdata);
}

/* The server is there and said no, or fell silent; `what` says to what. */
static void fail(struct smtp_transfer *transfer, const char *what, const char *next)
{
	char words[SMTP_WORDS_SIZE];

	(void)snprintf(words, sizeof(words), "the mail server %s%s%s%s%s%s", what,
		transfer->last_line[0] ? ": \"" : "", transfer->last_line,
		transfer->last_line[0] ? "\"" : "", next ? "; " : "", next ? next : "");
	finish(transfer, words);
}

static void on_timeout(void *userdata)
{
	struct smtp_transfer *transfer = userdata;

	transfer->last_line[0] = '\0';
	transfer->code = 0;
	fail(transfer, "did not answer within Timeout=", "check that it is up");
}

/* ---- what is told ---- */

static void note(struct smtp_transfer *transfer, const char *sign, const char *bytes, size_t length)
{
	struct buffer *transcript = transfer->request.transcript;

	if (!transcript || transcript->failed)
		return;
	while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
		length--;
	(void)buffer_printf(transcript, "%s %.*s\n", sign, (int)length, bytes);
}

static void keep_line(struct smtp_transfer *transfer, const char *line, size_t length)
{
	size_t kept = length < LAST_LINE_BYTES - 1 ? length : LAST_LINE_BYTES - 1;

	while (kept > 0 && isspace((unsigned char)line[kept - 1]))
		kept--;
	for (size_t i = 0; i < kept; i++)
		transfer->last_line[i] = line[i] < ' ' || line[i] > '~' ? '?' : line[i];
	transfer->last_line[kept] = '\0';
}

/* Of what libcurl says itself, for the transcript: a login's words are secret. */
static void note_command(struct smtp_transfer *transfer, const char *bytes, size_t length)
{
	static const char *const open[] = {"EHLO", "HELO", "STARTTLS"};

	for (size_t i = 0; i < ARRAY_SIZE(open); i++)
		if (length >= strlen(open[i]) && strncmp(bytes, open[i], strlen(open[i])) == 0) {
			note(transfer, ">", bytes, length);
			return;
		}
	note(transfer, ">", "AUTH (hidden)", strlen("AUTH (hidden)"));
	transfer->stage = SMTP_LOGIN;
}

static int on_debug(CURL *easy, curl_infotype type, char *bytes, size_t length, void *userdata)
{
	struct smtp_transfer *transfer = userdata;

	(void)easy;
	if (type == CURLINFO_HEADER_OUT)
		note_command(transfer, bytes, length);
	return 0;
}

static size_t on_header(char *line, size_t size, size_t count, void *userdata)
{
	struct smtp_transfer *transfer = userdata;
	size_t length = size * count;

	note(transfer, "<", line, length);
	keep_line(transfer, line, length);
	if (length >= 3 && isdigit((unsigned char)line[0]))
		transfer->code = atoi(line);
	return length;
}

static curl_socket_t on_open_socket(
	void *userdata, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)userdata;
	(void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
		address->protocol);
}

/* ---- our part of the dialogue ---- */

static void on_event(evutil_socket_t fd, short what, void *userdata);

static void wait_until(struct smtp_transfer *transfer, short what)
{
	if (transfer->event)
		event_free(transfer->event);
	transfer->event = event_new(transfer->client->base, transfer->fd, what, on_event, transfer);
	if (!transfer->event || event_add(transfer->event, NULL) < 0)
		fail(transfer, "cannot be waited for: out of memory", NULL);
}

static void say(struct smtp_transfer *transfer, const char *format, ...) _printf_(2, 3);

static void say(struct smtp_transfer *transfer, const char *format, ...)
{
	char command[COMMAND_BYTES_MAX];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= sizeof(command)) {
		transfer->out.failed = -EFBIG;
		return;
	}
	note(transfer, ">", command, (size_t)length);
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

		note(transfer, ">", line, (size_t)(next - line));
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

	note(transfer, ">", quit, strlen(quit));
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
	fail(transfer, what[transfer->stage], next[transfer->stage]);
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
		finish(transfer, NULL);
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
		note(transfer, "<", in->bytes, length);
		keep_line(transfer, in->bytes, length);
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
	fail(transfer,
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

/* ---- libcurl's part ---- */

/* Why there is no connection to speak over, and the next step. */
static void fail_to_connect(struct smtp_transfer *transfer, CURLcode result)
{
	const char *account =
		transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(result);
	char what[SMTP_WORDS_SIZE];

	(void)snprintf(what, sizeof(what), "cannot be spoken to: %s", account);
	switch (result) {
	case CURLE_USE_SSL_FAILED:
		transfer->last_line[0] = '\0';
		fail(transfer, "offers no STARTTLS",
			"use smtps://, another port, or for a server of this machine StartTLS=no");
		return;
	case CURLE_LOGIN_DENIED:
		transfer->stage = SMTP_LOGIN;
		fail(transfer, "refused the login", "check User= and the password");
		return;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CONNECT_ERROR:
		transfer->last_line[0] = '\0';
		fail(transfer, what,
			"it has to mend its certificate, or CAFile= to name who signed it");
		return;
	default:
		transfer->last_line[0] = '\0';
		fail(transfer, what, "check Server= and that it is up");
	}
}

static void on_finished(CURL *easy, CURLcode result, void *userdata)
{
	struct smtp_transfer *transfer = NULL;
	char *private = NULL;

	(void)userdata;
	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
	transfer = (struct smtp_transfer *)(void *)private;
	if (result == CURLE_OK) {
		curl_socket_t fd = CURL_SOCKET_BAD;

		result = curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
		transfer->fd = fd;
		if (result == CURLE_OK && fd == CURL_SOCKET_BAD)
			result = CURLE_RECV_ERROR;
	}
	if (result != CURLE_OK) {
		fail_to_connect(transfer, result);
		return;
	}
	transfer->stage = SMTP_SENDER;
	say(transfer, "MAIL FROM:<%s>\r\n", transfer->request.from);
	advance(transfer);
}

static CURLcode set_options(struct smtp_transfer *transfer)
{
	const struct smtp_request *request = &transfer->request;
	CURL *easy = transfer->easy;
	CURLcode r = glue_set_options(easy, "smtp,smtps", transfer);

	r |= curl_easy_setopt(easy, CURLOPT_URL, request->server);
	r |= curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	r |= curl_easy_setopt(
		easy, CURLOPT_USE_SSL, (long)(request->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	if (request->ca_file)
		r |= curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
	if (request->user) {
		r |= curl_easy_setopt(easy, CURLOPT_USERNAME, request->user);
		r |= curl_easy_setopt(easy, CURLOPT_PASSWORD, request->password);
	}
	r |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	r |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	r |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	r |= curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L); /* for on_debug() */
	r |= curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
	r |= curl_easy_setopt(easy, CURLOPT_DEBUGDATA, transfer);
	r |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	return r;
}

/* ---- making ---- */

/* Returns whether there was memory; NULL needs none. */
static bool copy_text(struct arena *arena, const char **text)
{
	if (!*text)
		return true;
	*text = arena_strdup(arena, *text);
	return *text;
}

static int copy_request(struct smtp_transfer *transfer, const struct smtp_request *request)
{
	struct smtp_request *copy = &transfer->request;
	struct arena *arena = transfer->arena;
	const char **to;
	size_t count = 0;

	*copy = *request;
	while (request->to[count])
		count++;
	to = arena_array(arena, count + 1, sizeof(*to));
	for (size_t i = 0; to && i < count; i++)
		to[i] = arena_strdup(arena, request->to[i]);
	copy->to = to;
	copy->message = arena_copy(arena, request->message, request->length);
	if (!to || !copy->message || (count > 0 && !to[count - 1]))
		return -ENOMEM;
	/* All of them: a mail goes out as it was meant, or not at all. */
	return copy_text(arena, &copy->server) && copy_text(arena, &copy->ca_file) &&
			copy_text(arena, &copy->user) && copy_text(arena, &copy->password) &&
			copy_text(arena, &copy->from)
		? 0
		: -ENOMEM;
}

int smtp_start(struct smtp_client *client, const struct smtp_request *request, smtp_done_fn done,
	void *userdata, struct smtp_transfer **ret)
{
	struct smtp_transfer *transfer;
	int r;

	if (client->active == SMTP_MAILS_MAX)
		return -EMFILE;
	transfer = calloc(1, sizeof(*transfer));
	if (!transfer)
		return -ENOMEM;
	client->active++;
	transfer->client = client;
	transfer->done = done;
	transfer->userdata = userdata;
	transfer->fd = -1;
	transfer->in = BUFFER_INIT(SMTP_REPLY_BYTES);
	transfer->out = BUFFER_INIT(ARENA_BYTES_MAX);
	r = arena_new(ARENA_BYTES_MAX, &transfer->arena);
	if (r == 0)
		r = copy_request(transfer, request);
	if (r == 0)
		r = clock_timer_new(client->clock, on_timeout, transfer, &transfer->timer);
	if (r == 0) {
		transfer->easy = curl_easy_init();
		r = transfer->easy && set_options(transfer) == CURLE_OK ? 0 : -ENOMEM;
	}
	if (r == 0)
		r = glue_add(client->glue, transfer->easy);
	if (r < 0) {
		transfer_free(transfer);
		return r;
	}
	clock_timer_in(client->clock, transfer->timer, transfer->request.timeout);
	*ret = transfer;
	return 0;
}

void smtp_cancel(struct smtp_transfer *transfer)
{
	transfer_free(transfer);
}

int smtp_client_new(struct event_base *base, struct clock *clock, struct smtp_client **ret)
{
	_cleanup_(smtp_client_freep) struct smtp_client *client = calloc(1, sizeof(*client));
	int r;

	if (!client)
		return -ENOMEM;
	client->base = base;
	client->clock = clock;
	r = glue_new(base, on_finished, client, &client->glue);
	if (r < 0)
		return r;
	/* A full cache would part from its oldest connection, with a QUIT that waits. */
	glue_keep_connections(client->glue, 2 * SMTP_MAILS_MAX);
	glue_keep_finished(client->glue);
	*ret = TAKE_PTR(client);
	return 0;
}

void smtp_client_free(struct smtp_client *client)
{
	if (!client)
		return;
	glue_free(client->glue);
	free(client);
}
