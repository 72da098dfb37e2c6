#include "cli/source.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "cli/complaint.h"
#include "cli/verbs.h"
#include "http/bounds.h"
#include "http/fetch_once.h"

struct fetching {
	const char *verb;
	const char *url; /* as it was asked for */
	struct document *document;
	int status; /* exit status */
};

bool source_is_url(const char *operand)
{
	return strncasecmp(operand, "http://", strlen("http://")) == 0 ||
		strncasecmp(operand, "https://", strlen("https://")) == 0;
}

const char *source_name(const char *operand)
{
	return strcmp(operand, "-") == 0 ? "standard input" : operand;
}

static int copy_text(const char *text, char **ret)
{
	*ret = text ? strdup(text) : NULL;
	return text && !*ret ? -ENOMEM : 0;
}

static int copy_origin(const char *url, const char *content_type, struct document *document)
{
	int r;

	r = copy_text(url, &document->url);
	return r < 0 ? r : copy_text(content_type, &document->content_type);
}

int source_load(const char *verb, const char *path, const char *url, const char *content_type,
	struct document *ret)
{
	int r;

	r = file_read(path, DOCUMENT_BYTES_MAX, &ret->bytes, &ret->length);
	if (r == -ENOENT && strstr(path, "://"))
		return refuse(verb,
			"cannot read %s: expected a file; 'curl -s URL | wirewatch %s --url URL -' "
			"reads what is on the web",
			path, verb);
	if (r == -EFBIG)
		return refuse(verb, "%s: the document is too large; at most 16 MiB are read",
			source_name(path));
	if (r < 0)
		return refuse(verb, "cannot read %s: %s", source_name(path), strerror(-r));
	r = copy_origin(url, content_type, ret);
	return r < 0 ? fail_internal(verb, r) : 0;
}

static int give_up(const struct fetching *fetching, int status, const char *words)
{
	(void)refuse(fetching->verb, "%s: %s", fetching->url, words);
	return status;
}

/* A server that is there and says or is something wrong is not out of reach. */
static bool is_out_of_reach(enum http_failure failure)
{
	return failure == HTTP_DNS || failure == HTTP_CONNECT || failure == HTTP_TLS ||
		failure == HTTP_TIMEOUT;
}

static int take_response(const struct fetching *fetching, const struct http_response *response)
{
	struct document *document = fetching->document;
	char words[64];
	int r;

	if (response->failure == HTTP_REFUSED_ADDRESS)
		return give_up(fetching, EXIT_CODE_REFUSED,
			"the host is in a private network; --allow-private fetches from there too");
	if (response->failure != HTTP_OK)
		return give_up(fetching,
			is_out_of_reach(response->failure) ? EXIT_CODE_UNREACHABLE
							   : EXIT_CODE_REFUSED,
			response->words ? response->words : "the request failed");
	if (response->status != 200) {
		(void)snprintf(words, sizeof(words), "the server answered %d; check the URL",
			response->status);
		return give_up(fetching, EXIT_CODE_REFUSED, words);
	}
	r = copy_origin(response->url, http_response_header(response, "Content-Type"), document);
	if (r == 0)
		r = http_response_list(response, "Content-Encoding", &document->encoding);
	if (r < 0)
		return fail_internal(fetching->verb, r);
	document->bytes = http_response_take(response, &document->length);
	if (!document->bytes)
		return give_up(fetching, EXIT_CODE_REFUSED, "the document is empty");
	return 0;
}

static void on_response(const struct http_response *response, void *userdata)
{
	struct fetching *fetching = userdata;

	fetching->status = take_response(fetching, response);
}

int source_fetch(const char *verb, const char *url, bool allow_private, struct document *ret)
{
	static const char *const headers[] = {
		"Accept: text/html, application/xhtml+xml, application/atom+xml, "
		"application/rss+xml, application/feed+json, */*;q=0.5",
		NULL};
	const struct http_options options = {
		.user_agent = "wirewatch/" WIREWATCH_VERSION,
		.private_networks = allow_private ? "yes" : NULL,
		.max_transfers = 1,
		.host_connections = 1,
	};
	const struct http_request request = {
		.url = url,
		.headers = headers,
		.packed = true,
		.redirects_max = HTTP_REDIRECTS_MAX,
		.body_max = DOCUMENT_BYTES_MAX,
	};
	struct fetching fetching = {.verb = verb, .url = url, .document = ret};
	int r;

	r = http_fetch_once(&options, &request, on_response, &fetching);
	return r < 0 ? fail_internal(verb, r) : fetching.status;
}
