#include "http/location.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <unicode/uidna.h>

#include "base/url.h"

enum {
	HOST_SIZE = 256, /* RFC 1035 section 2.3.4: 255 octets */
};

DEFINE_CLEANUP(url_cleanupp, CURLU, curl_url_cleanup)
DEFINE_CLEANUP(curl_freep, char, curl_free)

void location_clear(struct location *location)
{
	free(location->url);
	free(location->shown);
	free(location->host);
	*location = (struct location){0};
}

static int get_part(CURLU *url, CURLUPart what, unsigned flags, char **ret)
{
	_cleanup_(curl_freep) char *part = NULL;
	CURLUcode r;

	r = curl_url_get(url, what, &part, flags);
	if (r != CURLUE_OK)
		return r == CURLUE_OUT_OF_MEMORY ? -ENOMEM : -EINVAL;
	*ret = strdup(part);
	return *ret ? 0 : -ENOMEM;
}

/*
 * Names beyond ASCII as the name service knows them (UTS #46).  libcurl would convert by the
 * locale, which a daemon has not.
 */
static int encode_host(CURLU *url, const char *host)
{
	UErrorCode error = U_ZERO_ERROR;
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	char ascii[HOST_SIZE];
	UIDNA *idna;
	int32_t length;

	idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII, &error);
	if (U_FAILURE(error))
		return -ENOMEM;
	length = uidna_nameToASCII_UTF8(idna, host, -1, ascii, HOST_SIZE, &info, &error);
	uidna_close(idna);
	if (U_FAILURE(error) || info.errors != 0 || length >= HOST_SIZE)
		return -EINVAL;
	return curl_url_set(url, CURLUPART_HOST, ascii, 0) == CURLUE_OK ? 0 : -EINVAL;
}

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* The name under which the limits count; the URL gets it in ASCII too. */
static int get_host(CURLU *url, char **ret)
{
	char *host = NULL;
	size_t length;
	int r;

	r = get_part(url, CURLUPART_HOST, 0, &host);
	if (r >= 0 && !is_ascii(host)) {
		r = encode_host(url, host);
		free(host);
		host = NULL;
		if (r >= 0)
			r = get_part(url, CURLUPART_HOST, 0, &host);
	}
	if (r < 0)
		return r;
	for (char *c = host; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	length = strlen(host);
	if (length > 1 && host[length - 1] == '.')
		host[length - 1] = '\0';
	*ret = host;
	return 0;
}

static int get_shown(CURLU *url, const char *whole, char **ret)
{
	if (!strpbrk(whole, "@#")) {
		*ret = strdup(whole);
		return *ret ? 0 : -ENOMEM;
	}
	(void)curl_url_set(url, CURLUPART_USER, NULL, 0);
	(void)curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
	(void)curl_url_set(url, CURLUPART_OPTIONS, NULL, 0);
	(void)curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
	return get_part(url, CURLUPART_URL, 0, ret);
}

static bool is_http(CURLU *url)
{
	_cleanup_(curl_freep) char *scheme = NULL;

	return curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		(strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0);
}

static int fill(CURLU *url, struct location *ret)
{
	struct location location = {0};
	int r;

	if (!is_http(url))
		return -EINVAL;
	r = get_host(url, &location.host);
	if (r >= 0)
		r = get_part(url, CURLUPART_URL, 0, &location.url);
	if (r >= 0 && strlen(location.url) > URL_BYTES_MAX)
		r = -EINVAL;
	if (r >= 0)
		r = get_shown(url, location.url, &location.shown);
	if (r < 0) {
		location_clear(&location);
		return r;
	}
	*ret = location;
	return 0;
}

/* What libcurl could write another way is not among them: capitals, numbers that are addresses. */
static bool is_plain_host(const char *host, size_t length)
{
	char copy[HOST_SIZE];
	struct in_addr address;

	if (length == 0 || length >= sizeof(copy) || host[0] == '.' || host[length - 1] == '.')
		return false;
	if (host[0] < '0' || host[0] > '9')
		return true;
	memcpy(copy, host, length);
	copy[length] = '\0';
	return inet_pton(AF_INET, copy, &address) == 1;
}

/* The length of ":port" as libcurl writes it, or 0. */
static size_t plain_port(const char *text)
{
	size_t length = text[0] == ':' ? strspn(text + 1, "0123456789") : 0;

	if (length < 1 || length > 5 || text[1] == '0' || strtoul(text + 1, NULL, 10) > UINT16_MAX)
		return 0;
	return length + 1;
}

static bool is_host_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static bool is_path_character(char c)
{
	switch (c) {
	case 'a' ... 'z':
	case 'A' ... 'Z':
	case '0' ... '9':
	case '/':
	case '-':
	case '_':
	case '.':
	case '~':
	case '?':
	case '=':
	case '&':
	case '+':
	case ',':
	case ':':
	case ';':
		return true;
	default:
		return false;
	}
}

/* strspn() would make a table of the characters each time. */
static size_t span(const char *text, bool (*is_one)(char))
{
	size_t length = 0;

	while (is_one(text[length]))
		length++;
	return length;
}

/*
 * Whether libcurl would give the URL back as it is, as most feeds' are: taking it apart and putting
 * it together costs as much as sending the request.
 */
static bool is_plain(const char *text, const char **ret_host, size_t *ret_length)
{
	const char *host = text + 4;
	const char *path;
	size_t length;

	if (strncmp(text, "http", 4) != 0)
		return false;
	host += *host == 's';
	if (strncmp(host, "://", 3) != 0)
		return false;
	host += 3;
	length = span(host, is_host_character);
	path = host + length + plain_port(host + length);
	if (!is_plain_host(host, length) || *path != '/' || strstr(path, "/."))
		return false;
	path += span(path, is_path_character);
	if (*path != '\0' || path[-1] == '?')
		return false;
	*ret_host = host;
	*ret_length = length;
	return true;
}

static int copy_plain(const char *text, const char *host, size_t length, struct location *ret)
{
	struct location location = {strdup(text), strdup(text), strndup(host, length)};

	if (!location.url || !location.shown || !location.host) {
		location_clear(&location);
		return -ENOMEM;
	}
	*ret = location;
	return 0;
}

int location_parse(const char *text, struct location *ret)
{
	_cleanup_(url_cleanupp) CURLU *url = NULL;
	const char *host;
	size_t length;

	if (strlen(text) > URL_BYTES_MAX)
		return -EINVAL;
	if (is_plain(text, &host, &length))
		return copy_plain(text, host, length, ret);
	url = curl_url();
	if (!url)
		return -ENOMEM;
	if (curl_url_set(url, CURLUPART_URL, text, CURLU_URLENCODE | CURLU_ALLOW_SPACE) !=
		CURLUE_OK)
		return -EINVAL;
	return fill(url, ret);
}

/* Whether scheme, host and port are the same. */
static bool same_origin(CURLU *url, const struct location *from)
{
	static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
	_cleanup_(url_cleanupp) CURLU *other = curl_url();

	if (!other || curl_url_set(other, CURLUPART_URL, from->url, 0) != CURLUE_OK)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		_cleanup_(curl_freep) char *a = NULL;
		_cleanup_(curl_freep) char *b = NULL;

		if (curl_url_get(url, parts[i], &a, CURLU_DEFAULT_PORT) != CURLUE_OK ||
			curl_url_get(other, parts[i], &b, CURLU_DEFAULT_PORT) != CURLUE_OK ||
			strcasecmp(a, b) != 0)
			return false;
	}
	return true;
}

/* The credentials of `from`, or none. */
static void set_credentials(CURLU *url, const struct location *from)
{
	static const CURLUPart parts[] = {CURLUPART_USER, CURLUPART_PASSWORD};
	_cleanup_(url_cleanupp) CURLU *other = NULL;
	bool keep = same_origin(url, from);

	if (keep) {
		other = curl_url();
		keep = other && curl_url_set(other, CURLUPART_URL, from->url, 0) == CURLUE_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		_cleanup_(curl_freep) char *part = NULL;

		if (keep)
			(void)curl_url_get(other, parts[i], &part, 0);
		(void)curl_url_set(url, parts[i], part, 0);
	}
}

int location_follow(const struct location *from, const char *reference, struct location *ret)
{
	_cleanup_(url_cleanupp) CURLU *url = NULL;

	if (strlen(reference) > URL_BYTES_MAX)
		return -EINVAL;
	url = curl_url();
	if (!url)
		return -ENOMEM;
	if (curl_url_set(url, CURLUPART_URL, from->url, 0) != CURLUE_OK ||
		curl_url_set(url, CURLUPART_URL, reference, CURLU_URLENCODE | CURLU_ALLOW_SPACE) !=
			CURLUE_OK)
		return -EINVAL;
	if (strchr(from->url, '@') || strchr(reference, '@'))
		set_credentials(url, from);
	return fill(url, ret);
}

void location_compare(
	const struct location *location, const char *url, bool *ret_origin, bool *ret_host)
{
	_cleanup_(url_cleanupp) CURLU *parsed = curl_url();
	struct location other;

	*ret_origin = false;
	*ret_host = false;
	if (!parsed || location_parse(url, &other) < 0)
		return;
	*ret_host = strcmp(location->host, other.host) == 0;
	*ret_origin = curl_url_set(parsed, CURLUPART_URL, other.url, 0) == CURLUE_OK &&
		same_origin(parsed, location);
	location_clear(&other);
}
