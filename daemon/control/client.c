#include "control/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"

enum {
	TIMEOUT_SECONDS = 60, /* of a whole request: a reload of many feeds takes a while */
};

/* Of a line: an event of EVENT_BYTES_MAX and its fields, in JSON once more. */
#define LINE_BYTES_MAX ((size_t)256 * 1024)

/* Of an answer; the daemon's own are a page of a list, far below. */
#define ANSWER_BYTES_MAX ((size_t)64 * 1024 * 1024)

static size_t on_body(char *bytes, size_t size, size_t count, void *userdata)
{
	struct buffer *buffer = userdata;

	return buffer_add(buffer, bytes, size * count) < 0 ? 0 : size * count;
}

/* What a caller tells apart: who does not listen, who may not, and everything else. */
static int error_of(CURL *curl, CURLcode code)
{
	long number = 0;

	if (code == CURLE_OK)
		return 0;
	(void)curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
	if (code == CURLE_COULDNT_CONNECT)
		return number > 0 ? -(int)number : -ECONNREFUSED;
	if (code == CURLE_OPERATION_TIMEDOUT)
		return -ETIMEDOUT;
	if (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
		code == CURLE_PARTIAL_FILE)
		return -ECONNRESET;
	if (code == CURLE_OUT_OF_MEMORY)
		return -ENOMEM;
	return -EBADMSG;
}

static CURLcode set_options(CURL *curl, const char *socket, const char *method, const char *url)
{
	CURLcode code;

	code = curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	if (code != CURLE_OK)
		return code;
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	if (strcmp(method, "POST") == 0) {
		(void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, 0L);
	}
	return CURLE_OK;
}

static CURLcode perform(CURL *curl, unsigned seconds, struct buffer *buffer)
{
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)seconds);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, buffer);
	return curl_easy_perform(curl);
}

static int open_request(const char *socket, const char *method, const char *path, CURL **ret)
{
	_cleanup_(freep) char *url = NULL;
	CURL *curl = curl_easy_init();
	CURLcode code;

	if (!curl || asprintf(&url, "http://wirewatch%s", path) < 0) {
		url = NULL;
		curl_easy_cleanup(curl);
		return -ENOMEM;
	}
	code = set_options(curl, socket, method, url);
	if (code != CURLE_OK) {
		curl_easy_cleanup(curl);
		return code == CURLE_OUT_OF_MEMORY ? -ENOMEM : -EINVAL;
	}
	*ret = curl;
	return 0;
}

int control_client_request_within(const char *socket, const char *method, const char *path,
	unsigned seconds, int *ret_status, struct json_t **ret_body)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(ANSWER_BYTES_MAX);
	json_t *body;
	long status = 0;
	CURL *curl;
	int r;

	r = open_request(socket, method, path, &curl);
	if (r < 0)
		return r;
	r = error_of(curl, perform(curl, seconds, &buffer));
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	if (r < 0)
		return r;
	body = json_loadb(buffer_string(&buffer), buffer.length, JSON_DECODE_ANY, NULL);
	if (!body)
		return -EBADMSG;
	*ret_status = (int)status;
	*ret_body = body;
	return 0;
}

int control_client_request(const char *socket, const char *method, const char *path,
	int *ret_status, struct json_t **ret_body)
{
	return control_client_request_within(
		socket, method, path, TIMEOUT_SECONDS, ret_status, ret_body);
}

/* ---- an answer of lines ---- */

struct following {
	CURL *curl;
	struct buffer buffer; /* of a line that is not whole yet */
	bool (*on_line)(int status, json_t *line, void *userdata);
	void *userdata;
	bool ended;
	bool malformed;
};

static int status_of(CURL *curl)
{
	long status = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

static bool take_line(struct following *following, const char *bytes, size_t length)
{
	json_t *line = json_loadb(bytes, length, JSON_DECODE_ANY, NULL);

	following->malformed = !line;
	if (!line)
		return false;
	following->ended =
		!following->on_line(status_of(following->curl), line, following->userdata);
	json_decref(line);
	return !following->ended;
}

static size_t on_lines(char *bytes, size_t size, size_t count, void *userdata)
{
	struct following *following = userdata;
	struct buffer *buffer = &following->buffer;
	const char *feed;

	if (buffer_add(buffer, bytes, size * count) < 0)
		return 0;
	while (buffer->length > 0 && (feed = memchr(buffer->bytes, '\n', buffer->length))) {
		size_t length = (size_t)(feed - buffer->bytes);

		if (length > 0 && !take_line(following, buffer->bytes, length))
			return 0;
		buffer_consume(buffer, length + 1);
	}
	return size * count;
}

int control_client_follow(const char *socket, const char *path,
	bool (*on_line)(int status, json_t *line, void *userdata), void *userdata, int *ret_status)
{
	struct following following = {
		.buffer = BUFFER_INIT(LINE_BYTES_MAX),
		.on_line = on_line,
		.userdata = userdata,
	};
	CURLcode code;
	int r;

	*ret_status = 0;
	r = open_request(socket, "GET", path, &following.curl);
	if (r < 0)
		return r;
	(void)curl_easy_setopt(following.curl, CURLOPT_WRITEFUNCTION, on_lines);
	(void)curl_easy_setopt(following.curl, CURLOPT_WRITEDATA, &following);
	/* The daemon gives a sign of life more often than this. */
	(void)curl_easy_setopt(following.curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	(void)curl_easy_setopt(following.curl, CURLOPT_LOW_SPEED_TIME, (long)TIMEOUT_SECONDS);
	code = curl_easy_perform(following.curl);
	*ret_status = status_of(following.curl);
	r = following.ended ? 1 : following.malformed ? -EBADMSG : error_of(following.curl, code);
	curl_easy_cleanup(following.curl);
	buffer_free(&following.buffer);
	return r;
}
