#include "control/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/buffer.h"

enum {
	TIMEOUT_SECONDS = 60, /* of a whole request: a reload of many feeds takes a while */
};

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
	if (code == CURLE_OUT_OF_MEMORY)
		return -ENOMEM;
	return -EBADMSG;
}

static CURLcode perform(
	CURL *curl, const char *socket, const char *method, const char *url, struct buffer *buffer)
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
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT_SECONDS);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, buffer);
	if (strcmp(method, "POST") == 0) {
		(void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, 0L);
	}
	return curl_easy_perform(curl);
}

int control_client_request(const char *socket, const char *method, const char *path,
	int *ret_status, struct json_t **ret_body)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(ANSWER_BYTES_MAX);
	_cleanup_(freep) char *url = NULL;
	CURL *curl = curl_easy_init();
	json_t *body;
	long status = 0;
	int r;

	if (!curl || asprintf(&url, "http://wirewatch%s", path) < 0) {
		url = NULL;
		curl_easy_cleanup(curl);
		return -ENOMEM;
	}
	r = error_of(curl, perform(curl, socket, method, url, &buffer));
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
