/* What of a URL is the article's address and what is wrapping: url_clean(), url_canonical_key(). */
#include "base/ascii.h"
#include "base/url.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <unicode/uidna.h>

#include "base/buffer.h"

enum {
	PARAMETERS_MAX = 128, /* of a query; more stay unsorted */
	HOST_MAX = 256,       /* RFC 1035 section 2.3.4: 255 octets */
};

/* How sure it is that a parameter only tracks. */
enum tracking {
	TRACKS,      /* nothing else goes by this name */
	TRACKS_KEY,  /* often, so it does not count for identity, but is kept in the URL */
	TRACKS_FEED, /* where the value says from which feed or service the reader came */
};

static const struct {
	const char *name; /* with "*" at the end: a prefix */
	enum tracking tracking;
} tracking_parameters[] = {
	{"utm_*", TRACKS},
	{"mtm_*", TRACKS},
	{"pk_*", TRACKS},
	{"piwik_*", TRACKS},
	{"matomo_*", TRACKS},
	{"hsa_*", TRACKS},
	{"at_*", TRACKS_KEY}, /* AT Internet: at_medium, at_campaign, at_custom1 */
	{"ns_*", TRACKS_KEY}, /* comScore */
	{"fbclid", TRACKS},
	{"fb_action_ids", TRACKS},
	{"fb_action_types", TRACKS},
	{"fb_source", TRACKS},
	{"fb_ref", TRACKS},
	{"gclid", TRACKS},
	{"gclsrc", TRACKS},
	{"dclid", TRACKS},
	{"gbraid", TRACKS},
	{"wbraid", TRACKS},
	{"srsltid", TRACKS},
	{"msclkid", TRACKS},
	{"yclid", TRACKS},
	{"ysclid", TRACKS},
	{"twclid", TRACKS},
	{"ttclid", TRACKS},
	{"igshid", TRACKS},
	{"igsh", TRACKS},
	{"mc_cid", TRACKS},
	{"mc_eid", TRACKS},
	{"_hsenc", TRACKS},
	{"_hsmi", TRACKS},
	{"hsctatracking", TRACKS},
	{"mkt_tok", TRACKS},
	{"oly_anon_id", TRACKS},
	{"oly_enc_id", TRACKS},
	{"vero_id", TRACKS},
	{"vero_conv", TRACKS},
	{"_openstat", TRACKS},
	{"rb_clickid", TRACKS},
	{"ml_subscriber", TRACKS},
	{"ml_subscriber_hash", TRACKS},
	{"guccounter", TRACKS},
	{"guce_referrer", TRACKS},
	{"guce_referrer_sig", TRACKS},
	{"soc_src", TRACKS},
	{"soc_trk", TRACKS},
	{"__twitter_impression", TRACKS},
	{"traffic_source", TRACKS},
	{"wt_mc", TRACKS},
	{"wt_zmc", TRACKS},
	{"wtmc", TRACKS},
	{"xtor", TRACKS},
	{"cmpid", TRACKS},
	{"cmp", TRACKS_KEY},
	{"icid", TRACKS_KEY},
	{"ncid", TRACKS_KEY},
	{"ocid", TRACKS_KEY},
	{"ito", TRACKS_KEY},
	{"ex_cid", TRACKS_KEY},
	{"s_cid", TRACKS_KEY},
	{"sr_share", TRACKS_KEY},
	{"smid", TRACKS_KEY},
	{"smtyp", TRACKS_KEY},
	{"taid", TRACKS_KEY},
	{"emc", TRACKS_KEY},
	{"spm", TRACKS_KEY},
	{"ref", TRACKS_KEY},
	{"ref_src", TRACKS},
	{"ref_url", TRACKS},
	{"referrer", TRACKS_KEY},
	{"feedtype", TRACKS_KEY},
	{"feedname", TRACKS_KEY},
	{"amp", TRACKS_KEY},
	{"outputtype", TRACKS_KEY},
	{"rss", TRACKS_KEY},
	{"source", TRACKS_FEED},
	{"src", TRACKS_FEED},
	{"from", TRACKS_FEED},
	{"mod", TRACKS_FEED},
	{"partner", TRACKS_FEED},
	{"via", TRACKS_FEED},
	{"share", TRACKS_FEED},
};

static bool name_matches(const char *pattern, const char *name, size_t length)
{
	size_t fixed = strcspn(pattern, "*");

	if (pattern[fixed] == '*')
		return length > fixed && strncasecmp(pattern, name, fixed) == 0;
	return length == fixed && strncasecmp(pattern, name, length) == 0;
}

/* "rss", "feedburner", "twitter": names a way by which readers come. */
static bool is_source_name(const char *value, size_t length)
{
	static const char *const sources[] = {
		"rss", "feed", "atom", "email", "twitter", "facebook"};

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		if (ascii_begins(value, length, sources[i]))
			return true;
	return false;
}

/* Whether the parameter "name=value" is left out. */
static bool is_tracking(const struct url_part *parameter, bool for_key)
{
	const char *name = parameter->bytes;
	const char *equals = memchr(name, '=', parameter->length);
	size_t length = equals ? (size_t)(equals - name) : parameter->length;

	for (size_t i = 0; i < ARRAY_SIZE(tracking_parameters); i++) {
		if (!name_matches(tracking_parameters[i].name, name, length))
			continue;
		if (tracking_parameters[i].tracking == TRACKS)
			return true;
		if (!for_key)
			return false;
		return tracking_parameters[i].tracking == TRACKS_KEY ||
			(equals && is_source_name(equals + 1, parameter->length - length - 1));
	}
	return false;
}

static int compare_parts(const void *a, const void *b)
{
	const struct url_part *one = a;
	const struct url_part *two = b;
	size_t shorter = one->length < two->length ? one->length : two->length;
	int order = memcmp(one->bytes, two->bytes, shorter);

	return order != 0 ? order : (one->length > two->length) - (one->length < two->length);
}

/* Splits the query at "&" into its parameters that count; returns how many. */
static size_t split_query(
	const struct url_part *query, bool for_key, struct url_part ret[PARAMETERS_MAX])
{
	const char *text = query->bytes;
	const char *end = text + query->length;
	size_t count = 0;

	while (text < end && count < PARAMETERS_MAX) {
		const char *ampersand = memchr(text, '&', (size_t)(end - text));
		struct url_part parameter = {text, 0};

		if (!ampersand || count == PARAMETERS_MAX - 1)
			ampersand = end;
		parameter.length = (size_t)(ampersand - text);
		if (parameter.length > 0 && !is_tracking(&parameter, for_key))
			ret[count++] = parameter;
		text = ampersand + 1;
	}
	return count;
}

static void add_query(struct buffer *out, const struct url_part *query, bool for_key)
{
	struct url_part parameters[PARAMETERS_MAX];
	size_t count = query->bytes ? split_query(query, for_key, parameters) : 0;

	if (for_key)
		qsort(parameters, count, sizeof(parameters[0]), compare_parts);
	for (size_t i = 0; i < count; i++) {
		(void)buffer_add_char(out, i == 0 ? '?' : '&');
		(void)buffer_add(out, parameters[i].bytes, parameters[i].length);
	}
}

/* "#!" is the address of a page that a script makes; other fragments are places in a page. */
static void add_script_address(struct buffer *out, const struct url_part *fragment)
{
	if (fragment->length == 0 || fragment->bytes[0] != '!')
		return;
	(void)buffer_add_char(out, '#');
	(void)buffer_add(out, fragment->bytes, fragment->length);
}

char *url_clean(const char *text, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer out = BUFFER_INIT(URL_BYTES_MAX);
	struct url url;

	if (url_parse(text, &url) < 0)
		return NULL;
	(void)buffer_add(&out, text, (size_t)(url.path.bytes + url.path.length - text));
	add_query(&out, &url.query, false);
	add_script_address(&out, &url.fragment);
	return out.failed ? NULL : arena_copy(arena, buffer_string(&out), out.length);
}

static bool skip_prefix(struct url_part *part, const char *prefix)
{
	size_t length = strlen(prefix);

	if (part->length <= length || strncasecmp(part->bytes, prefix, length) != 0)
		return false;
	part->bytes += length;
	part->length -= length;
	return true;
}

static bool skip_suffix(struct url_part *part, const char *suffix)
{
	size_t length = strlen(suffix);

	if (part->length < length ||
		strncasecmp(part->bytes + part->length - length, suffix, length) != 0)
		return false;
	part->length -= length;
	return true;
}

static bool part_equals(const struct url_part *part, const char *word)
{
	return ascii_is(part->bytes, part->length, word);
}

/*
 * AMP caches carry the publisher's address in their path: google.com/amp/s/HOST/PATH and
 * SOMETHING.cdn.ampproject.org/c/s/HOST/PATH.  Moves host and path inwards.
 */
static void unwrap_amp_cache(struct url *url)
{
	struct url_part path = url->path;
	struct url_part host = url->host;
	const char *slash;

	if (skip_suffix(&host, ".cdn.ampproject.org")) {
		if (!skip_prefix(&path, "/c/") && !skip_prefix(&path, "/v/"))
			return;
	} else {
		(void)skip_prefix(&host, "www.");
		if (!skip_prefix(&host, "google.") || !skip_prefix(&path, "/amp/"))
			return;
	}
	(void)skip_prefix(&path, "s/");
	slash = memchr(path.bytes, '/', path.length);
	if (!slash || path.bytes[0] == '/' ||
		!memchr(path.bytes, '.', (size_t)(slash - path.bytes)))
		return;
	url->host = (struct url_part){path.bytes, (size_t)(slash - path.bytes)};
	url->path = (struct url_part){slash, path.length - url->host.length};
	url->port = (struct url_part){0};
}

/* The host in its ASCII form (UTS #46), in lower case. */
static bool host_to_ascii(const struct url_part *host, char ret[HOST_MAX])
{
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UErrorCode error = U_ZERO_ERROR;
	UIDNA *idna = NULL;
	size_t length;

	for (length = 0; length < host->length; length++) {
		if ((unsigned char)host->bytes[length] >= 0x80)
			break;
		ret[length] = (char)tolower((unsigned char)host->bytes[length]);
	}
	ret[length] = '\0';
	if (length == host->length)
		return true;
	idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII, &error);
	if (U_FAILURE(error))
		return false;
	length = (size_t)uidna_nameToASCII_UTF8(
		idna, host->bytes, (int32_t)host->length, ret, HOST_MAX, &info, &error);
	uidna_close(idna);
	return U_SUCCESS(error) && length < HOST_MAX;
}

static bool is_default_port(const struct url_part *port)
{
	return part_equals(port, "80") || part_equals(port, "443");
}

/* The host without the labels that only say "the web" or "for phones". */
static bool add_host(struct buffer *out, const struct url *url)
{
	static const char *const prefixes[] = {"www.", "m.", "mobile.", "amp."};
	struct url_part host = url->host;
	char ascii[HOST_MAX];

	(void)skip_suffix(&host, ".");
	if (host.length == 0 || host.length >= sizeof(ascii) || !host_to_ascii(&host, ascii))
		return false;
	host = (struct url_part){ascii, strlen(ascii)};
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		struct url_part rest = host;

		/* "m.com" and "www.de" are names of their own. */
		if (skip_prefix(&rest, prefixes[i]) && memchr(rest.bytes, '.', rest.length))
			host = rest;
	}
	(void)buffer_add(out, host.bytes, host.length);
	if (url->port.length > 0 && !is_default_port(&url->port)) {
		(void)buffer_add_char(out, ':');
		(void)buffer_add(out, url->port.bytes, url->port.length);
	}
	return true;
}

/* Escapes in their one form: undone where the byte needed none (RFC 3986 section 6.2.2.2). */
static void add_segment(struct buffer *out, const struct url_part *segment)
{
	for (size_t i = 0; i < segment->length; i++) {
		int byte = segment->length - i >= 3 ? url_decode(segment->bytes + i) : -1;

		if (byte < 0) {
			(void)buffer_add_char(out, segment->bytes[i]);
			continue;
		}
		url_encode_byte(out, (char)byte);
		i += 2;
	}
}

static bool is_index_page(const struct url_part *segment)
{
	static const char *const pages[] = {"index.html", "index.htm", "index.php", "index.shtml",
		"default.aspx", "default.asp"};

	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		if (part_equals(segment, pages[i]))
			return true;
	return false;
}

/* Adds the segments that count: no empty ones, no "amp" at either end, no index page. */
static void add_path(struct buffer *out, const struct url_part *path)
{
	const char *text = path->bytes;
	const char *end = text + path->length;
	bool first = true;

	while (text < end) {
		const char *slash = memchr(text, '/', (size_t)(end - text));
		struct url_part segment = {text, (size_t)((slash ? slash : end) - text)};
		bool last = !slash || slash + 1 == end;

		text += segment.length + 1;
		if (segment.length == 0 || (last && is_index_page(&segment)))
			continue;
		if ((first || last) && part_equals(&segment, "amp"))
			continue;
		if (last)
			(void)skip_suffix(&segment, ".amp");
		(void)buffer_add_char(out, '/');
		add_segment(out, &segment);
		first = false;
	}
}

char *url_canonical_key(const char *text, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer out = BUFFER_INIT(URL_BYTES_MAX);
	struct url url;

	if (!url_is_http(text) || url_parse(text, &url) < 0)
		return NULL;
	unwrap_amp_cache(&url);
	if (!add_host(&out, &url))
		return NULL;
	add_path(&out, &url.path);
	add_query(&out, &url.query, true);
	add_script_address(&out, &url.fragment);
	return out.failed ? NULL : arena_copy(arena, buffer_string(&out), out.length);
}
