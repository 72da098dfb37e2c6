#include "http/exchange.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "http/glue.h"
#include "http/guard.h"

enum {
	ERROR_BODY_MAX = 64 * 1024, /* of a response that is not 2xx: nobody reads more */
};

static size_t on_header(char *line, size_t size, size_t count, void *userdata)
{
	struct exchange *exchange = userdata;

	if (headers_add_line(&exchange->headers, line, size * count) < 0) {
		exchange->headers_too_large = true;
		return 0;
	}
	return size * count;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *userdata)
{
	struct exchange *exchange = userdata;
	struct buffer *body = &exchange->body;
	size_t length = size * count;
	int status = exchange_status(exchange);
	bool truncate = exchange->hop.request->truncate;
	size_t limit = body->limit;

	if (status < 200 || status >= 300) {
		truncate = true;
		limit = limit < ERROR_BODY_MAX ? limit : ERROR_BODY_MAX;
	}
	if (length > limit - body->length) {
		exchange->cut = truncate;
		exchange->too_large = !truncate;
		if (truncate)
			(void)buffer_add(body, bytes, limit - body->length);
		return 0;
	}
	if (length > HTTP_BODIES_MAX - *exchange->bodies) {
		exchange->too_much = true;
		return 0;
	}
	*exchange->bodies += length;
	exchange->counted += length;
	return buffer_add(body, bytes, length) < 0 ? 0 : length;
}

/* The guard for new connections: sees the resolved address before anything is sent to it. */
static curl_socket_t on_open_socket(
	void *userdata, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *exchange = userdata;
	char text[INET6_ADDRSTRLEN] = "";
	const void *bytes = &((const struct sockaddr_in *)(const void *)&address->addr)->sin_addr;
	bool proxied = reach_is_proxied(&exchange->hop.reach);
	curl_socket_t fd;

	(void)purpose;
	exchange->resolved = true;
	if (address->family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_addr;
	if (address->family != AF_INET && address->family != AF_INET6)
		return CURL_SOCKET_BAD;
	if (!exchange->hop.request->unguarded && !proxied &&
		!guard_allows(exchange->hop.allowed, &address->addr)) {
		exchange->address_refused = true;
		return CURL_SOCKET_BAD;
	}
	if (!inet_ntop(address->family, bytes, text, sizeof(text)))
		return CURL_SOCKET_BAD;
	if (!exchange->on_address(exchange, proxied ? NULL : text, false)) {
		exchange->address_taken = true;
		return CURL_SOCKET_BAD;
	}
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
		address->protocol);
	if (fd >= 0)
		glue_own_socket(exchange->glue, fd);
	return fd;
}

/*
 * The guard for connections that are used again: another request, which was allowed more, may have
 * opened this one.  The parameters are curl_prereq_callback's.
 */
static int on_before_request(
	/* NOLINTNEXTLINE(readability-non-const-parameter) */
	void *userdata, char *remote, char *local, int remote_port, int local_port)
{
	struct exchange *exchange = userdata;
	bool proxied = reach_is_proxied(&exchange->hop.reach);

	(void)local;
	(void)remote_port;
	(void)local_port;
	if (!exchange->hop.request->unguarded && !proxied &&
		!guard_allows_text(exchange->hop.allowed, remote)) {
		exchange->address_refused = true;
		return CURL_PREREQFUNC_ABORT;
	}
	if (!exchange->on_address(exchange, proxied ? NULL : remote, true)) {
		exchange->address_taken = true;
		return CURL_PREREQFUNC_ABORT;
	}
	exchange->sent = true;
	return CURL_PREREQFUNC_OK;
}

static int set_fixed_options(struct exchange *exchange)
{
	CURL *easy = exchange->easy;
	CURLcode r = glue_set_options(easy, "http,https", exchange);

	r |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	/* Hostile bytes are unpacked by readers. */
	r |= curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	r |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	r |= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)HTTP_LOW_SPEED);
	r |= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)(HTTP_LOW_SPEED_TIME / USEC_SEC));
	r |= curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)HTTP_READ_SIZE);
	r |= curl_easy_setopt(
		easy, CURLOPT_DNS_CACHE_TIMEOUT, (long)(HTTP_DNS_CACHE_TIME / USEC_SEC));
	r |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	r |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
	r |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	r |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	r |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	r |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
	r |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_before_request);
	r |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
	r |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error);
	return r == CURLE_OK ? 0 : -ENOMEM;
}

int exchange_new(
	struct glue *glue, exchange_address_fn on_address, size_t *bodies, struct exchange **ret)
{
	_cleanup_(exchange_freep) struct exchange *exchange = calloc(1, sizeof(*exchange));
	int r;

	if (!exchange)
		return -ENOMEM;
	exchange->glue = glue;
	headers_init(&exchange->headers);
	exchange->body = BUFFER_INIT(HTTP_BODY_MAX);
	exchange->on_address = on_address;
	exchange->bodies = bodies;
	exchange->easy = curl_easy_init();
	exchange->target = curl_url();
	if (!exchange->easy || !exchange->target)
		return -ENOMEM;
	r = set_fixed_options(exchange);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(exchange);
	return 0;
}

void exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	if (exchange->easy)
		curl_easy_cleanup(exchange->easy);
	curl_url_cleanup(exchange->target);
	headers_free(&exchange->headers);
	exchange_drop_body(exchange);
	free(exchange->agent.data);
	free(exchange);
}

void exchange_drop_body(struct exchange *exchange)
{
	*exchange->bodies -= exchange->counted;
	exchange->counted = 0;
	buffer_free(&exchange->body);
}

static void forget_last_hop(struct exchange *exchange, const struct hop *hop)
{
	size_t body_max = hop->request->body_max;

	headers_reset(&exchange->headers);
	exchange_drop_body(exchange);
	exchange->body.limit = body_max > 0 && body_max < HTTP_BODY_MAX ? body_max : HTTP_BODY_MAX;
	exchange->hop = *hop;
	exchange->resolved = false;
	exchange->sent = false;
	exchange->address_refused = false;
	exchange->address_taken = false;
	exchange->too_large = false;
	exchange->too_much = false;
	exchange->headers_too_large = false;
	exchange->cut = false;
	exchange->error[0] = '\0';
}

static CURLcode set_own_options(struct exchange *exchange, const struct hop *hop)
{
	CURL *easy = exchange->easy;
	CURLcode r = CURLE_OK;

	exchange->spent = true;
	r |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, hop->headers);
	r |= curl_easy_setopt(easy, CURLOPT_USERAGENT, hop->user_agent);
	r |= curl_easy_setopt(
		easy, CURLOPT_ACCEPT_ENCODING, hop->request->packed ? HTTP_ENCODINGS : NULL);
	return r;
}

/*
 * libcurl formats fields that it has options for twice for each request, character by character:
 * much of what a poll without news costs.  Among the hop's fields, where these hold no other and no
 * proxy needs to be told, they are formatted once.
 */
static CURLcode set_headers(struct exchange *exchange, const struct hop *hop)
{
	static const char name[] = "User-Agent: ";
	static char encodings[] = "Accept-Encoding: " HTTP_ENCODINGS;
	const char *agent = hop->user_agent;
	struct curl_slist *first = &exchange->agent;

	if (!agent || hop->request->method || hop->request->body || hop->reach.access)
		return set_own_options(exchange, hop);
	if (!first->data || strcmp(first->data + strlen(name), agent) != 0) {
		free(first->data);
		if (asprintf(&first->data, "%s%s", name, agent) < 0) {
			first->data = NULL;
			return CURLE_OUT_OF_MEMORY;
		}
	}
	exchange->encodings = (struct curl_slist){encodings, hop->headers};
	first->next = hop->request->packed ? &exchange->encodings : hop->headers;
	return curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, first);
}

/*
 * Taken apart here: libcurl would put it together again after taking it apart.  What it cannot be
 * made of is its error to tell.
 */
static CURLcode set_url(struct exchange *exchange, const char *url)
{
	bool whole = curl_url_set(exchange->target, CURLUPART_URL, url, 0) == CURLUE_OK;

	return curl_easy_setopt(exchange->easy, CURLOPT_URL, url) |
		curl_easy_setopt(exchange->easy, CURLOPT_CURLU, whole ? exchange->target : NULL);
}

int exchange_prepare(struct exchange *exchange, const struct hop *hop)
{
	const struct http_request *request = hop->request;
	CURL *easy = exchange->easy;
	CURLcode r = CURLE_OK;

	forget_last_hop(exchange, hop);
	r |= set_url(exchange, hop->url);
	r |= set_headers(exchange, hop);
	r |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(hop->timeout / USEC_MSEC));
	r |= curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
		request->truncate ? (curl_off_t)0 : (curl_off_t)exchange->body.limit);
	if (request->patient) {
		exchange->spent = true;
		r |= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 0L);
	}
	if (request->body) {
		exchange->spent = true;
		r |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
		r |= curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
	}
	if (request->method && strcmp(request->method, "GET") != 0) {
		exchange->spent = true;
		r |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	}
	if (r == CURLE_OK && hop->reach.access) {
		exchange->spent = true;
		return reach_apply(&hop->reach, easy);
	}
	return r == CURLE_OK ? 0 : -ENOMEM;
}

struct exchange *exchange_of(CURL *easy)
{
	char *exchange = NULL;

	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &exchange);
	return (struct exchange *)(void *)exchange;
}

int exchange_status(const struct exchange *exchange)
{
	long status = 0;

	(void)curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

/* What libcurl's result comes to where none of our own bounds was passed. */
static enum http_failure failure_of(CURLcode result)
{
	switch (result) {
	case CURLE_OK:
		return HTTP_OK;
	case CURLE_URL_MALFORMAT:
		return HTTP_REFUSED_URL;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_DNS;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TIMEOUT;
	case CURLE_COULDNT_CONNECT:
		return HTTP_CONNECT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CIPHER:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CLIENTCERT:
		return HTTP_TLS;
	case CURLE_FILESIZE_EXCEEDED:
		return HTTP_TOO_LARGE;
	default:
		return HTTP_BROKEN;
	}
}

static enum http_failure bounded_failure(const struct exchange *exchange, CURLcode result)
{
	if (exchange->cut && result == CURLE_WRITE_ERROR)
		return HTTP_OK;
	if (exchange->too_large)
		return HTTP_TOO_LARGE;
	if (result != CURLE_OK && exchange->address_refused)
		return HTTP_REFUSED_ADDRESS;
	/* RFC 9110 section 8.6: which of two lengths is right nobody knows. */
	if (result == CURLE_OK && headers_contradict(&exchange->headers, "Content-Length"))
		return HTTP_BROKEN;
	if (result == CURLE_OPERATION_TIMEDOUT && !exchange->sent)
		return exchange->resolved ? HTTP_CONNECT : HTTP_DNS;
	if (result == CURLE_SSL_CERTPROBLEM || result == CURLE_SSL_CACERT_BADFILE)
		return HTTP_CERTIFICATE;
	if (result != CURLE_OK && !exchange->sent && exchange->resolved &&
		reach_is_proxied(&exchange->hop.reach))
		return failure_of(result) == HTTP_TLS ? HTTP_TLS : HTTP_PROXY;
	return failure_of(result);
}

/* What happened and the next step. */
static const struct {
	const char *what;
	const char *next;
	bool account; /* libcurl's own account goes between them */
} failure_words[HTTP_FAILURE_MAX] = {
	[HTTP_REFUSED_URL] = {"the URL cannot be used", "correct it", true},
	[HTTP_DNS] = {"the host's name was not found", "check the URL and the name server", true},
	[HTTP_CONNECT] = {"no connection to the host", "check that the site is up", true},
	[HTTP_TLS] = {"no secure connection",
		"the site has to mend its certificate, or this machine its clock or CA "
		"certificates; CAFile= names an authority of your own",
		true},
	[HTTP_PROXY] = {"no connection through the proxy", "check Proxy= and that the proxy is up",
		true},
	[HTTP_CERTIFICATE] = {"a certificate of the configuration cannot be used",
		"check ClientCertificate=, ClientKey= and CAFile=", true},
	[HTTP_TIMEOUT] = {"the server was too slow", "check that the site is up", true},
	[HTTP_TOO_LARGE] = {"document too large: more than 16 MiB",
		"check that the URL is a feed's", false},
	[HTTP_BROKEN] = {"the response broke off or is malformed", "the site has to mend it", true},
};

/* Who was not asked for may be a trap: the publisher's word is no reason to open a network. */
const char *exchange_refused_words(bool redirected)
{
	return redirected
		? "it redirects into a private network, where nothing is fetched; look for the "
		  "feed's present URL, or name the network in AllowPrivateNetworks= if it is yours"
		: "the host is in a private network, which is not polled; name the network in "
		  "AllowPrivateNetworks= if it is yours";
}

/* libcurl's accounts may quote the server. */
static void make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

enum http_failure exchange_judge(
	const struct exchange *exchange, CURLcode result, char words[HTTP_WORDS_SIZE])
{
	enum http_failure failure = bounded_failure(exchange, result);
	const char *account =
		exchange->error[0] != '\0' ? exchange->error : curl_easy_strerror(result);

	if (result == CURLE_OK)
		account = "two different Content-Length fields";
	else if (exchange->too_much)
		account = "too many large documents at a time";
	else if (exchange->headers_too_large)
		account = "more than 64 KiB or 100 fields of header";
	else if (result == CURLE_OUT_OF_MEMORY)
		account = "a header line without end"; /* libcurl's own bound of 100 KiB */
	words[0] = '\0';
	if (failure == HTTP_OK)
		return failure;
	if (failure == HTTP_REFUSED_ADDRESS)
		(void)snprintf(words, HTTP_WORDS_SIZE, "%s",
			exchange_refused_words(exchange->hop.redirected));
	else if (failure_words[failure].account)
		(void)snprintf(words, HTTP_WORDS_SIZE, "%s (%s); %s", failure_words[failure].what,
			account, failure_words[failure].next);
	else
		(void)snprintf(words, HTTP_WORDS_SIZE, "%s; %s", failure_words[failure].what,
			failure_words[failure].next);
	make_printable(words);
	return failure;
}
