#include "http/reach.h"

#include <errno.h>
#include <string.h>

#include "http/guard.h"

struct reach reach_of(const struct access *access, const struct location *location, const char *url)
{
	struct reach reach = {.access = access};

	if (access)
		location_compare(location, url, &reach.own, &reach.own_host);
	return reach;
}

bool reach_is_proxied(const struct reach *reach)
{
	return reach->access && reach->access->proxy;
}

/* RFC 6761 section 6.3: these are this machine, whoever resolves them. */
static bool is_localhost(const char *host)
{
	static const char name[] = "localhost";
	size_t length = strlen(host);
	size_t own = strlen(name);

	return length >= own && strcmp(host + length - own, name) == 0 &&
		(length == own || host[length - own - 1] == '.');
}

bool reach_allows(const struct location *location, const char *allowed)
{
	const char *host = location->host;
	char address[64];
	size_t length;

	if (is_localhost(host))
		return guard_allows_text(allowed, "127.0.0.1") && guard_allows_text(allowed, "::1");
	if (host[0] == '[') {
		length = strcspn(host + 1, "]%");
		if (length >= sizeof(address))
			return false;
		memcpy(address, host + 1, length);
		address[length] = '\0';
		return guard_allows_text(allowed, address);
	}
	/* Digits and dots alone: libcurl wrote every form of an IPv4 address so. */
	if (host[strspn(host, "0123456789.")] == '\0')
		return guard_allows_text(allowed, host);
	return true;
}

static CURLcode set_blob(CURL *easy, CURLoption option, const struct access_file *file)
{
	/* The access outlives the handle. */
	struct curl_blob blob = {
		.data = file->bytes, .len = file->length, .flags = CURL_BLOB_NOCOPY};

	return file->bytes ? curl_easy_setopt(easy, option, &blob) : CURLE_OK;
}

static CURLcode set_credentials(CURL *easy, const struct access *access)
{
	const struct access_file *key = access->key.bytes ? &access->key : &access->certificate;
	CURLcode r = CURLE_OK;

	if (access->user) {
		r |= curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		r |= curl_easy_setopt(easy, CURLOPT_USERNAME, access->user);
		r |= curl_easy_setopt(easy, CURLOPT_PASSWORD, access->password);
	}
	if (access->token) {
		r |= curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		r |= curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, access->token);
	}
	r |= set_blob(easy, CURLOPT_SSLCERT_BLOB, &access->certificate);
	if (access->certificate.bytes)
		r |= set_blob(easy, CURLOPT_SSLKEY_BLOB, key);
	return r;
}

int reach_apply(const struct reach *reach, CURL *easy)
{
	const struct access *access = reach->access;
	CURLcode r = CURLE_OK;

	if (access->proxy)
		r |= curl_easy_setopt(easy, CURLOPT_PROXY, access->proxy);
	if (reach->own)
		r |= set_credentials(easy, access);
	if (reach->own_host)
		r |= set_blob(easy, CURLOPT_CAINFO_BLOB, &access->authorities);
	if (reach->own_host && access->unverified) {
		r |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		r |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (reach->cookies) {
		r |= curl_easy_setopt(easy, CURLOPT_SHARE, reach->cookies);
		r |= curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
	}
	return r == CURLE_OK ? 0 : -ENOMEM;
}

CURLSH *reach_new_jar(void)
{
	CURLSH *jar = curl_share_init();

	if (jar)
		(void)curl_share_setopt(jar, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
	return jar;
}
