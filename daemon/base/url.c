#include "base/url.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"

static bool part_is(const struct url_part *part, const char *word)
{
	return ascii_is(part->bytes, part->length, word);
}

/* RFC 3986 section 3.1: a letter, then letters, digits, "+", "-", "."; ended by ":". */
static size_t scheme_length(const char *text)
{
	size_t length = 0;

	if (!isalpha((unsigned char)text[0]))
		return 0;
	while (isalnum((unsigned char)text[length]) ||
		(text[length] != '\0' && strchr("+-.", text[length])))
		length++;
	return text[length] == ':' ? length : 0;
}

/* [userinfo@]host[:port] */
static void parse_authority(const char *text, size_t length, struct url *url)
{
	const char *at = memrchr(text, '@', length);
	const char *end = text + length;
	const char *host = at ? at + 1 : text;
	const char *colon;

	if (at)
		url->userinfo = (struct url_part){text, (size_t)(at - text)};
	colon = memrchr(host, ':', (size_t)(end - host));
	if (colon && memchr(colon, ']', (size_t)(end - colon)))
		colon = NULL; /* inside an IPv6 address */
	if (colon)
		url->port = (struct url_part){colon + 1, (size_t)(end - colon - 1)};
	url->host = (struct url_part){host, (size_t)((colon ? colon : end) - host)};
}

int url_parse(const char *text, struct url *ret)
{
	struct url url = {0};
	size_t length;

	if (strnlen(text, URL_BYTES_MAX + 1) > URL_BYTES_MAX)
		return -EINVAL;
	length = scheme_length(text);
	if (length > 0) {
		url.scheme = (struct url_part){text, length};
		text += length + 1;
	}
	if (text[0] == '/' && text[1] == '/') {
		text += 2;
		length = strcspn(text, "/?#");
		parse_authority(text, length, &url);
		text += length;
	}
	length = strcspn(text, "?#");
	url.path = (struct url_part){text, length};
	text += length;
	if (*text == '?') {
		length = strcspn(text + 1, "#");
		url.query = (struct url_part){text + 1, length};
		text += length + 1;
	}
	if (*text == '#')
		url.fragment = (struct url_part){text + 1, strlen(text + 1)};
	*ret = url;
	return 0;
}

static bool is_http(const struct url *url)
{
	return (part_is(&url->scheme, "http") || part_is(&url->scheme, "https")) &&
		url->host.length > 0;
}

bool url_is_unreserved(char byte)
{
	return isalnum((unsigned char)byte) || (byte != '\0' && strchr("-._~", byte));
}

void url_encode_byte(struct buffer *buffer, char byte)
{
	if (url_is_unreserved(byte))
		(void)buffer_add_char(buffer, byte);
	else
		(void)buffer_printf(buffer, "%%%02X", (unsigned char)byte);
}

void url_encode(struct buffer *buffer, const char *text)
{
	for (; *text != '\0'; text++)
		url_encode_byte(buffer, *text);
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit = (char)tolower((unsigned char)digit);
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

int url_decode(const char *text)
{
	if (text[0] != '%' || hex_value(text[1]) < 0 || hex_value(text[2]) < 0)
		return -1;
	return hex_value(text[1]) * 16 + hex_value(text[2]);
}

bool url_is_http(const char *text)
{
	struct url url;

	if (url_parse(text, &url) < 0 || !is_http(&url))
		return false;
	for (const char *byte = text; *byte; byte++)
		if ((unsigned char)*byte <= ' ' || *byte == 0x7F)
			return false;
	return true;
}

bool url_is_same_host(const char *a, const char *b)
{
	struct url x;
	struct url y;

	return url_parse(a, &x) == 0 && url_parse(b, &y) == 0 && x.host.length > 0 &&
		x.host.length == y.host.length &&
		strncasecmp(x.host.bytes, y.host.bytes, x.host.length) == 0;
}

char *url_host(const char *text, struct arena *arena)
{
	struct url url;
	size_t length;
	char *host;

	if (url_parse(text, &url) < 0 || url.host.length == 0)
		return NULL;
	length = url.host.length;
	if (length > 1 && url.host.bytes[length - 1] == '.')
		length--;
	host = arena_copy(arena, url.host.bytes, length);
	for (size_t i = 0; host && i < length; i++)
		host[i] = (char)tolower((unsigned char)host[i]);
	return host;
}

static void add_part(struct buffer *out, const char *before, const struct url_part *part)
{
	if (!part->bytes)
		return;
	(void)buffer_add_string(out, before);
	(void)buffer_add(out, part->bytes, part->length);
}

static void add_authority(struct buffer *out, const struct url *url)
{
	if (!url->host.bytes)
		return;
	(void)buffer_add_string(out, "//");
	add_part(out, "", &url->userinfo);
	if (url->userinfo.bytes)
		(void)buffer_add_char(out, '@');
	add_part(out, "", &url->host);
	add_part(out, ":", &url->port);
}

/* RFC 3986 section 5.2.4, over the bytes of `out` from `start` on, which hold the path. */
static void remove_dot_segments(struct buffer *out, size_t start)
{
	char *path = out->bytes + start;
	const char *in = path;
	const char *end = out->bytes + out->length;
	char *to = path;

	while (in < end) {
		size_t segment = strcspn(in + 1, "/") + 1; /* with its leading slash */
		bool one = segment == 2 && in[1] == '.';
		bool two = segment == 3 && in[1] == '.' && in[2] == '.';

		if (two)
			while (to > path && *--to != '/')
				;
		if (!one && !two) {
			memmove(to, in, segment);
			to += segment;
		} else if (in + segment == end) {
			*to++ = '/';
		}
		in += segment;
	}
	out->length = (size_t)(to - out->bytes);
	*to = '\0';
}

/* RFC 3986 section 5.2.3: the reference's path after the last slash of the base's. */
static void merge_paths(struct buffer *out, const struct url *base, const struct url_part *path)
{
	size_t start = out->length;
	const char *slash;

	if (path->length == 0 || path->bytes[0] != '/') {
		slash = memrchr(base->path.bytes, '/', base->path.length);
		if (slash)
			(void)buffer_add(
				out, base->path.bytes, (size_t)(slash + 1 - base->path.bytes));
		else if (base->host.bytes)
			(void)buffer_add_char(out, '/');
	}
	(void)buffer_add(out, path->bytes, path->length);
	if (!out->failed && out->bytes[start] == '/')
		remove_dot_segments(out, start);
}

/* RFC 3986 section 5.2.2; the scheme is the base's. */
static void transform(const struct url *base, const struct url *reference, struct buffer *out)
{
	const struct url *authority = reference->host.bytes ? reference : base;

	(void)buffer_add(out, base->scheme.bytes, base->scheme.length);
	(void)buffer_add_char(out, ':');
	add_authority(out, authority);
	if (reference->path.length > 0)
		merge_paths(out, authority, &reference->path);
	else if (!reference->host.bytes)
		merge_paths(out, base, &base->path);
	if (!reference->query.bytes && reference->path.length == 0 && !reference->host.bytes)
		add_part(out, "?", &base->query);
	else
		add_part(out, "?", &reference->query);
	add_part(out, "#", &reference->fragment);
}

/* Bytes that no URL holds as they are (RFC 3986 section 2). */
static const bool unfit_bytes[256] = {
	[0 ... ' '] = true,
	['"'] = true,
	['<'] = true,
	['>'] = true,
	['\\'] = true,
	['^'] = true,
	['`'] = true,
	['{' ... '}'] = true,
	[0x7F ... 0xFF] = true,
};

static bool is_unfit(unsigned char byte)
{
	return unfit_bytes[byte];
}

static bool is_tidy(const char *text)
{
	while (*text && !is_unfit((unsigned char)*text))
		text++;
	return *text == '\0';
}

/* Writes the bytes from `text` to `end`; those up to `host_end` may be of other scripts. */
static void add_tidied(struct buffer *out, const char *text, const char *end, const char *host_end)
{
	for (; text < end; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '\t' || byte == '\n' || byte == '\r')
			continue;
		if (is_unfit(byte) && (byte < 0x80 || text >= host_end))
			(void)buffer_printf(out, "%%%02X", byte);
		else
			(void)buffer_add_char(out, (char)byte);
	}
}

/*
 * Makes of what a publisher wrote a string that has only bytes which a URL may hold: white space
 * around it and line breaks inside go, as the WHATWG URL standard has it; others, and non-ASCII
 * outside the host (RFC 3987 section 3.1), are percent-encoded.  Borrows `text` if it is tidy.
 */
static const char *tidy(const char *text, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer out = BUFFER_INIT(URL_BYTES_MAX);
	const char *end = text + strnlen(text, 2 * URL_BYTES_MAX);
	const char *host_end;
	struct url url;

	if (is_tidy(text))
		return text;
	while (text < end && (unsigned char)*text <= ' ')
		text++;
	while (end > text && (unsigned char)end[-1] <= ' ')
		end--;
	host_end = text;
	if (url_parse(text, &url) == 0 && url.host.bytes)
		host_end = url.host.bytes + url.host.length;
	add_tidied(&out, text, end, host_end);
	return out.failed ? NULL : arena_copy(arena, buffer_string(&out), out.length);
}

/* Whether references can be resolved against it: hierarchical, not "urn:x" or "mailto:x". */
static bool is_base(const char *text, struct url *ret)
{
	return text && url_parse(text, ret) == 0 && ret->scheme.bytes &&
		(ret->host.bytes || (ret->path.length > 0 && ret->path.bytes[0] == '/'));
}

/* "http:page" is relative to an http base: section 5.2.2 allows it, and browsers do it. */
static bool is_relative(const struct url *reference, const struct url *base)
{
	if (!reference->scheme.bytes)
		return true;
	return reference->scheme.length == base->scheme.length && reference->scheme.length <= 5 &&
		strncasecmp(reference->scheme.bytes, "https", reference->scheme.length) == 0 &&
		strncasecmp(base->scheme.bytes, "https", base->scheme.length) == 0;
}

/* Whether a segment of the path begins with a dot. */
static bool has_dot_segment(const struct url *url)
{
	const char *end = url->path.bytes + url->path.length;

	for (const char *at = url->path.bytes; at < end; at++) {
		at = memchr(at, '.', (size_t)(end - at));
		if (!at)
			return false;
		if (at > url->path.bytes && at[-1] == '/')
			return true;
	}
	return false;
}

/* An absolute URL without anything to remove from its path stands as it is. */
static bool is_resolved(const struct url *url)
{
	return url->scheme.bytes && url->host.bytes && !has_dot_segment(url);
}

char *url_resolve(const char *base, const char *reference, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer out = BUFFER_INIT(URL_BYTES_MAX);
	const char *tidied = tidy(reference, arena);
	const char *tidy_base;
	struct url base_parts;
	struct url parts;

	if (!tidied || url_parse(tidied, &parts) < 0)
		return NULL;
	if (is_resolved(&parts))
		return arena_strdup(arena, tidied);
	tidy_base = base ? tidy(base, arena) : NULL;
	if (parts.scheme.bytes && parts.host.bytes)
		transform(&parts, &parts, &out);
	else if (is_base(tidy_base, &base_parts) && is_relative(&parts, &base_parts))
		transform(&base_parts, &parts, &out);
	else
		return arena_strdup(arena, tidied);
	return out.failed ? NULL : arena_copy(arena, buffer_string(&out), out.length);
}
