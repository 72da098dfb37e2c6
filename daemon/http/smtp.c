#include "http/smtp.h"

#include <ctype.h>
#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>

#include "http/glue.h"
#include "http/smtp_inside.h"

enum {
	ARENA_BYTES_MAX = 4 * 1024 * 1024, /* copies of a request */
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

void smtp_finish(struct smtp_transfer *transfer, const char *words)
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
void smtp_fail(struct smtp_transfer *transfer, const char *what, const char *next)
{
	char words[SMTP_WORDS_SIZE];

	(void)snprintf(words, sizeof(words), "the mail server %s%s%s%s%s%s", what,
		transfer->last_line[0] ? ": \"" : "", transfer->last_line,
		transfer->last_line[0] ? "\"" : "", next ? "; " : "", next ? next : "");
	smtp_finish(transfer, words);
}

static void on_timeout(void *userdata)
{
	struct smtp_transfer *transfer = userdata;

	transfer->last_line[0] = '\0';
	transfer->code = 0;
	smtp_fail(transfer, "did not answer within Timeout=", "check that it is up");
}

/* ---- libcurl's part ---- */

/* Of what libcurl says itself, for the transcript: a login's words are secret. */
static void note_command(struct smtp_transfer *transfer, const char *bytes, size_t length)
{
	static const char *const open[] = {"EHLO", "HELO", "STARTTLS"};

	for (size_t i = 0; i < ARRAY_SIZE(open); i++)
		if (length >= strlen(open[i]) && strncmp(bytes, open[i], strlen(open[i])) == 0) {
			smtp_note(transfer, ">", bytes, length);
			return;
		}
	smtp_note(transfer, ">", "AUTH (hidden)", strlen("AUTH (hidden)"));
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

	smtp_note(transfer, "<", line, length);
	smtp_note_reply(transfer, line, length);
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
		smtp_fail(transfer, "offers no STARTTLS",
			"use smtps://, another port, or for a server of this machine StartTLS=no");
		return;
	case CURLE_LOGIN_DENIED:
		transfer->stage = SMTP_LOGIN;
		smtp_fail(transfer, "refused the login", "check User= and the password");
		return;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CONNECT_ERROR:
		transfer->last_line[0] = '\0';
		smtp_fail(transfer, what,
			"it has to mend its certificate, or CAFile= to name who signed it");
		return;
	default:
		transfer->last_line[0] = '\0';
		smtp_fail(transfer, what, "check Server= and that it is up");
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
	smtp_dialogue_begin(transfer);
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
	const char *password = request->password;
	const char **to;
	size_t count = 0;

	*copy = *request;
	copy->password = NULL; /* it is wiped in the end: never the caller's */
	while (request->to[count])
		count++;
	to = arena_array(arena, count + 1, sizeof(*to));
	if (!to)
		return -ENOMEM;
	/* All of them: a mail goes out as it was meant, or not at all. */
	for (size_t i = 0; i < count; i++) {
		to[i] = arena_strdup(arena, request->to[i]);
		if (!to[i])
			return -ENOMEM;
	}
	copy->to = to;
	copy->message = arena_copy(arena, request->message, request->length);
	if (!copy->message || !copy_text(arena, &copy->server) ||
		!copy_text(arena, &copy->ca_file) || !copy_text(arena, &copy->user) ||
		!copy_text(arena, &copy->from) || !copy_text(arena, &password))
		return -ENOMEM;
	copy->password = password;
	return 0;
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
