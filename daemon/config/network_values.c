/* Values of what goes over the network: URLs, addresses, headers. */
#include "config/values.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "base/url.h"
#include "config/words.h"

enum {
	HEADER_MAX = 4096,
	FEED_HEADERS_MAX = 16,
};

static bool is_file_url(const char *value)
{
	return strncmp(value, "file:///", strlen("file:///")) == 0 &&
		strlen(value) <= URL_BYTES_MAX;
}

int value_feed_url(const char *value, void *target, struct value_context *context)
{
	if (!url_is_http(value) && !is_file_url(value))
		return value_refuse(context,
			"no URL that can be polled; expected http://HOST/..., https://HOST/... or "
			"file:///PATH");
	return value_keep(value, target, context);
}

int value_hook_url(const char *value, void *target, struct value_context *context)
{
	if (!url_is_http(value))
		return value_refuse(context, "expected http://HOST/... or https://HOST/...");
	return value_keep(value, target, context);
}

/* Whether the word is an address with or without /LENGTH. */
static bool is_prefix(const char *word)
{
	char address[INET6_ADDRSTRLEN + 1];
	unsigned char bytes[16];
	const char *slash = strchr(word, '/');
	size_t length = slash ? (size_t)(slash - word) : strlen(word);
	long most;
	long bits;
	char *end;

	if (length >= sizeof(address))
		return false;
	memcpy(address, word, length);
	address[length] = '\0';
	if (inet_pton(AF_INET, address, bytes) == 1)
		most = 32;
	else if (inet_pton(AF_INET6, address, bytes) == 1)
		most = 128;
	else
		return false;
	if (!slash)
		return true;
	bits = strtol(slash + 1, &end, 10);
	return isdigit((unsigned char)slash[1]) && *end == '\0' && bits <= most;
}

int value_networks(const char *value, void *target, struct value_context *context)
{
	static const char expected[] =
		"expected yes, no, or prefixes such as 10.0.0.0/8 and fd00::/8";
	const char **words;
	const char *wrong;
	bool all;
	int r;

	if (value_boolean(value, &all, context) == 0)
		return value_keep(all ? "yes" : "", target, context);
	r = words_split(value, context->arena, &words, &wrong);
	if (r == -EINVAL || (r == 0 && !words[0]))
		return value_refuse(context, expected);
	if (r < 0)
		return r;
	for (size_t i = 0; words[i]; i++)
		if (!is_prefix(words[i]))
			return value_refuse(context, expected);
	return value_keep(value, target, context);
}

/* "127.0.0.1:8080" or "[::1]:8080" */
int value_listen(const char *value, void *target, struct value_context *context)
{
	const char *colon = strrchr(value, ':');
	const char *start = value[0] == '[' ? value + 1 : value;
	char address[INET6_ADDRSTRLEN + 1];
	unsigned char bytes[16];
	size_t length = colon ? strcspn(start, "]") : 0;
	unsigned long port;
	char *end;

	if (colon && start == value)
		length = (size_t)(colon - value);
	if (!colon || length >= sizeof(address) || !isdigit((unsigned char)colon[1]))
		return value_refuse(context, "expected ADDRESS:PORT such as 127.0.0.1:8427");
	memcpy(address, start, length);
	address[length] = '\0';
	port = strtoul(colon + 1, &end, 10);
	if (*end != '\0' || port == 0 || port > UINT16_MAX ||
		inet_pton(start == value ? AF_INET : AF_INET6, address, bytes) != 1 ||
		(start > value && start + length + 1 != colon))
		return value_refuse(context, "expected ADDRESS:PORT such as 127.0.0.1:8427");
	return value_keep(value, target, context);
}

int value_proxy(const char *value, void *target, struct value_context *context)
{
	static const char *const schemes[] = {"http", "https", "socks5", "socks5h"};
	struct url parts;

	if (url_parse(value, &parts) == 0 && parts.scheme.bytes && parts.host.length > 0 &&
		!strpbrk(value, " \t"))
		for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
			if (ascii_is(value, parts.scheme.length, schemes[i]))
				return value_keep(value, target, context);
	return value_refuse(
		context, "expected http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT");
}

/* smtp://HOST[:PORT]; a user and a path are not to be given here. */
int value_mail_server(const char *value, void *target, struct value_context *context)
{
	static const char *const schemes[] = {"smtp://", "smtps://"};
	const char *host = NULL;
	char http[URL_BYTES_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (strncmp(value, schemes[i], strlen(schemes[i])) == 0)
			host = value + strlen(schemes[i]);
	if (!host || strpbrk(host, "/?#@ ") ||
		snprintf(http, sizeof(http), "http://%s/", host) >= (int)sizeof(http) ||
		!url_is_http(http))
		return value_refuse(context, "expected smtp://HOST:PORT or smtps://HOST:PORT");
	return value_keep(value, target, context);
}

/* RFC 7617 section 2: a colon would end it. */
int value_user(const char *value, void *target, struct value_context *context)
{
	if (value[0] == '\0' || strlen(value) > VALUE_TEXT_MAX || strpbrk(value, ":\t"))
		return value_refuse(context, "expected a name of 1 to 512 bytes without a colon");
	return value_keep(value, target, context);
}

/* A field name is a token of RFC 9110 section 5.6.2. */
int value_header(const char *value, void *target, struct value_context *context)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";
	const char **header = arena_array(context->arena, 2, sizeof(*header));
	size_t length = 0;

	if (!header)
		return -ENOMEM;
	if (value[0] != '\0') {
		while (isalnum((unsigned char)value[length]) ||
			(value[length] != '\0' && strchr(marks, value[length])))
			length++;
		if (length == 0 || value[length] != ':' || strlen(value) > HEADER_MAX)
			return value_refuse(context, "expected Name: value");
		header[0] = arena_strdup(context->arena, value);
		if (!header[0])
			return -ENOMEM;
	}
	return value_add_words(header, target, context);
}

/* What the rules of polling and HTTP itself set, and what sets it (docs/POLLING.md P1 to P15). */
static const struct {
	const char *name;
	const char *words;
} owned_headers[] = {
	{"If-None-Match", "the feed's own validators go there"},
	{"If-Modified-Since", "the feed's own validators go there"},
	{"If-Match", "feeds are asked by If-None-Match"},
	{"If-Unmodified-Since", "feeds are asked by If-Modified-Since"},
	{"If-Range", "feeds are asked for whole"},
	{"Range", "feeds are asked for whole"},
	{"A-IM", "feeds are asked for whole"},
	{"Host", "it follows from URL="},
	{"User-Agent", "set UserAgent="},
	{"Accept", "feeds are what is asked for"},
	{"Accept-Encoding", "all that can be unpacked is asked for"},
	{"Authorization", "set User= and PasswordFile=, or TokenFile="},
	{"Proxy-Authorization", "write Proxy=http://USER:PASSWORD@HOST:PORT"},
	{"Cookie", "set Cookies=yes"},
	{"Cookie2", "set Cookies=yes"},
	{"Referer", "none is sent"},
	{"Connection", "it is the connection's own"},
	{"Proxy-Connection", "it is the connection's own"},
	{"Keep-Alive", "it is the connection's own"},
	{"Upgrade", "it is the connection's own"},
	{"HTTP2-Settings", "it is the connection's own"},
	{"TE", "it is the connection's own"},
	{"Trailer", "it is the connection's own"},
	{"Transfer-Encoding", "it is the connection's own"},
	{"Content-Length", "requests have no body"},
	{"Content-Type", "requests have no body"},
	{"Content-Encoding", "requests have no body"},
	{"Expect", "requests have no body"},
};

/* Why the header cannot be given; NULL: it can. */
static const char *owned_words(const char *header, struct arena *arena)
{
	size_t length = strcspn(header, ":");

	for (size_t i = 0; i < ARRAY_SIZE(owned_headers); i++)
		if (ascii_is(header, length, owned_headers[i].name))
			return arena_printf(arena, "%s is not given here: %s",
				owned_headers[i].name, owned_headers[i].words);
	return NULL;
}

int value_feed_header(const char *value, void *target, struct value_context *context)
{
	const char *text = strchr(value, ':');
	const char *owned = owned_words(value, context->arena);
	const char *const *headers = *(const char ***)target;

	if (owned)
		return value_refuse(context, owned);
	/* libcurl takes "Name:" as the wish to send no such header. */
	if (value[0] != '\0' && (!text || text[1 + strspn(text + 1, " ")] == '\0'))
		return value_refuse(context, "expected Name: value");
	for (const char *c = value; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return value_refuse(
				context, "expected Name: value without control characters");
	if (words_count(headers) >= FEED_HEADERS_MAX)
		return value_refuse(context, "too many headers; 16 are allowed");
	return value_header(value, target, context);
}

/* TYPE/SUBTYPE with parameters (RFC 9110 section 8.3.1), of which only the first part is looked at.
 */
int value_media_type(const char *value, void *target, struct value_context *context)
{
	static const char marks[] = "!#$&-^_.+";
	const char *place = value;
	size_t parts[2] = {0};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		while (isalnum((unsigned char)*place) ||
			(*place != '\0' && strchr(marks, *place))) {
			place++;
			parts[i]++;
		}
		if (i == 0 && *place == '/')
			place++;
	}
	if (parts[0] == 0 || parts[1] == 0 || !strchr("; ", *place) ||
		strlen(value) > VALUE_TEXT_MAX)
		return value_refuse(
			context, "expected a media type such as text/plain or application/xml");
	return value_keep(value, target, context);
}

int value_method(const char *value, void *target, struct value_context *context)
{
	if (strcmp(value, "POST") != 0 && strcmp(value, "PUT") != 0)
		return value_refuse(context, "expected POST or PUT");
	return value_keep(value, target, context);
}
