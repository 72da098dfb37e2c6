#include "config/values.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/timespan.h"
#include "base/url.h"
#include "config/terms.h"
#include "config/words.h"
#include "model/hook.h"
#include "model/mailbox.h"
#include "model/topic.h"

enum {
	TEXT_MAX = 512, /* bytes of a User-Agent or contact */
	HEADER_MAX = 4096,
	LOGIN_NAME_BYTES = 32, /* as useradd(8) */
	FEED_HEADERS_MAX = 16,
	PATH_BYTES_MAX = 4096,
	SOCKET_PATH_MAX = 107, /* sun_path without its NUL (unix(7)) */
};

static int refuse(struct value_context *context, const char *words)
{
	context->words = words;
	return -EINVAL;
}

static int keep_string(const char *value, const char **target, struct value_context *context)
{
	*target = arena_strdup(context->arena, value);
	return *target ? 0 : -ENOMEM;
}

int value_boolean(const char *value, void *target, struct value_context *context)
{
	static const char *const yes[] = {"yes", "true", "on", "1"};
	static const char *const no[] = {"no", "false", "off", "0"};

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		if (strcasecmp(value, yes[i]) != 0 && strcasecmp(value, no[i]) != 0)
			continue;
		*(bool *)target = strcasecmp(value, yes[i]) == 0;
		return 0;
	}
	return refuse(context, "expected yes or no");
}

int value_number(const char *value, void *target, struct value_context *context)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (!isdigit((unsigned char)value[0]) || *end != '\0' || errno != 0 ||
		number < context->least || number > context->most) {
		context->words = arena_printf(context->arena, "expected a number from %llu to %llu",
			(unsigned long long)context->least, (unsigned long long)context->most);
		return context->words ? -EINVAL : -ENOMEM;
	}
	*(unsigned *)target = (unsigned)number;
	return 0;
}

int value_timespan(const char *value, void *target, struct value_context *context)
{
	char least[TIMESPAN_SIZE];
	char most[TIMESPAN_SIZE];
	usec span;

	if (timespan_parse(value, &span) < 0)
		return refuse(context, "expected a time span such as 90s, 5min or 1h 30min");
	if (span < context->least || span > context->most) {
		context->words = arena_printf(context->arena, "expected a time span from %s to %s",
			timespan_format(context->least, least),
			timespan_format(context->most, most));
		return context->words ? -EINVAL : -ENOMEM;
	}
	*(usec *)target = span;
	return 0;
}

/* The longest time that a rate is over. */
#define RATE_SPAN_MAX (30 * USEC_DAY)

/* "20/1h"; the bounds are those of the count. */
int value_rate(const char *value, void *target, struct value_context *context)
{
	unsigned long long count;
	struct rate rate;
	char *end;

	errno = 0;
	count = strtoull(value, &end, 10);
	if (!isdigit((unsigned char)value[0]) || *end != '/' || errno != 0 ||
		count < context->least || count > context->most ||
		timespan_parse(end + 1, &rate.span) < 0 || rate.span < count ||
		rate.span > RATE_SPAN_MAX)
		return refuse(context, "expected a number and a time span such as 20/1min");
	rate.count = (unsigned)count;
	*(struct rate *)target = rate;
	return 0;
}

int value_text(const char *value, void *target, struct value_context *context)
{
	if (value[0] == '\0' || strlen(value) > TEXT_MAX || strchr(value, '\t'))
		return refuse(context, "expected a text of 1 to 512 bytes");
	return keep_string(value, target, context);
}

/* It goes into "(+CONTACT)", a comment of RFC 9110 section 5.6.5. */
int value_contact(const char *value, void *target, struct value_context *context)
{
	if (value[0] == '\0' || strlen(value) > TEXT_MAX || strpbrk(value, "()\\ \t"))
		return refuse(
			context, "expected a URL or mail address without blanks or parentheses");
	return keep_string(value, target, context);
}

int value_path(const char *value, void *target, struct value_context *context)
{
	if (value[0] != '/' || strlen(value) > PATH_BYTES_MAX)
		return refuse(context, "expected an absolute path");
	return keep_string(value, target, context);
}

int value_socket(const char *value, void *target, struct value_context *context)
{
	if (value[0] != '/' || strlen(value) > SOCKET_PATH_MAX)
		return refuse(context, "expected an absolute path of at most 107 bytes");
	return keep_string(value, target, context);
}

/* Empty for none. */
int value_hook_socket(const char *value, void *target, struct value_context *context)
{
	if (strcmp(value, "no") == 0)
		return keep_string("", target, context);
	if (value[0] != '/' || strlen(value) > SOCKET_PATH_MAX)
		return refuse(context, "expected no, or an absolute path of at most 107 bytes");
	return keep_string(value, target, context);
}

/* A path from the folder of the file in which it stands. */
static const char *resolve_path(const char *path, struct value_context *context)
{
	if (path[0] == '/')
		return arena_strdup(context->arena, path);
	return arena_printf(context->arena, "%s/%s", context->folder, path);
}

int value_file(const char *value, void *target, struct value_context *context)
{
	const char *path;

	if (value[0] == '\0' || strlen(value) > PATH_BYTES_MAX)
		return refuse(context, "expected the path of a file");
	path = resolve_path(value, context);
	if (!path)
		return -ENOMEM;
	*(const char **)target = path;
	return 0;
}

static bool is_file_url(const char *value)
{
	return strncmp(value, "file:///", strlen("file:///")) == 0 &&
		strlen(value) <= URL_BYTES_MAX;
}

int value_feed_url(const char *value, void *target, struct value_context *context)
{
	if (!url_is_http(value) && !is_file_url(value))
		return refuse(context,
			"no URL that can be polled; expected http://HOST/..., https://HOST/... or "
			"file:///PATH");
	return keep_string(value, target, context);
}

int value_hook_url(const char *value, void *target, struct value_context *context)
{
	if (!url_is_http(value))
		return refuse(context, "expected http://HOST/... or https://HOST/...");
	return keep_string(value, target, context);
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
		return keep_string(all ? "yes" : "", target, context);
	r = words_split(value, context->arena, &words, &wrong);
	if (r == -EINVAL || (r == 0 && !words[0]))
		return refuse(context, expected);
	if (r < 0)
		return r;
	for (size_t i = 0; words[i]; i++)
		if (!is_prefix(words[i]))
			return refuse(context, expected);
	return keep_string(value, target, context);
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
		return refuse(context, "expected ADDRESS:PORT such as 127.0.0.1:8427");
	memcpy(address, start, length);
	address[length] = '\0';
	port = strtoul(colon + 1, &end, 10);
	if (*end != '\0' || port == 0 || port > UINT16_MAX ||
		inet_pton(start == value ? AF_INET : AF_INET6, address, bytes) != 1 ||
		(start > value && start + length + 1 != colon))
		return refuse(context, "expected ADDRESS:PORT such as 127.0.0.1:8427");
	return keep_string(value, target, context);
}

/* Lists grow with every line that gives them; an empty value begins them anew. */
static int add_words(const char **words, const char ***target, struct value_context *context)
{
	const char **all = words_unite(words[0] ? *target : NULL, words, context->arena);

	if (!all)
		return -ENOMEM;
	*target = all;
	return 0;
}

int value_words(const char *value, void *target, struct value_context *context)
{
	const char **words;
	int r;

	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	return add_words(words, target, context);
}

int value_command(const char *value, void *target, struct value_context *context)
{
	const char **words;
	int r;

	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	if (!words[0] || words[0][0] != '/')
		return refuse(context, "expected the absolute path of a program and its arguments");
	*(const char ***)target = words;
	return 0;
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
			return refuse(context, "expected Name: value");
		header[0] = arena_strdup(context->arena, value);
		if (!header[0])
			return -ENOMEM;
	}
	return add_words(header, target, context);
}

int value_files(const char *value, void *target, struct value_context *context)
{
	const char **words;
	int r;

	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	for (size_t i = 0; words[i]; i++) {
		words[i] = resolve_path(words[i], context);
		if (!words[i])
			return -ENOMEM;
	}
	return add_words(words, target, context);
}

static bool is_credential(const char *name)
{
	return !strchr(name, '/') && name[0] != '.' && name[0] != '\0';
}

int value_credentials(const char *value, void *target, struct value_context *context)
{
	const char **words;
	int r;

	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	for (size_t i = 0; words[i]; i++)
		if (!is_credential(words[i]))
			return refuse(context, "expected the name of a credential, not a path");
	return add_words(words, target, context);
}

int value_credential(const char *value, void *target, struct value_context *context)
{
	if (!is_credential(value))
		return refuse(context, "expected the name of a credential, not a path");
	return keep_string(value, target, context);
}

/* RFC 7617 section 2: a colon would end it. */
int value_user(const char *value, void *target, struct value_context *context)
{
	if (value[0] == '\0' || strlen(value) > TEXT_MAX || strpbrk(value, ":\t"))
		return refuse(context, "expected a name of 1 to 512 bytes without a colon");
	return keep_string(value, target, context);
}

int value_proxy(const char *value, void *target, struct value_context *context)
{
	static const char *const schemes[] = {"http", "https", "socks5", "socks5h"};
	struct url parts;

	if (url_parse(value, &parts) == 0 && parts.scheme.bytes && parts.host.length > 0 &&
		!strpbrk(value, " \t"))
		for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
			if (ascii_is(value, parts.scheme.length, schemes[i]))
				return keep_string(value, target, context);
	return refuse(
		context, "expected http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT");
}

/* What the rules of polling and HTTP itself set, and what sets it (specs/polling.md P1 to P15). */
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
		return refuse(context, owned);
	/* libcurl takes "Name:" as the wish to send no such header. */
	if (value[0] != '\0' && (!text || text[1 + strspn(text + 1, " ")] == '\0'))
		return refuse(context, "expected Name: value");
	for (const char *c = value; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return refuse(context, "expected Name: value without control characters");
	if (words_count(headers) >= FEED_HEADERS_MAX)
		return refuse(context, "too many headers; 16 are allowed");
	return value_header(value, target, context);
}

/* Empty ones are kept: room match refuses them, with the column. */
int value_query(const char *value, void *target, struct value_context *context)
{
	return keep_string(value, target, context);
}

/* An empty value begins the list anew. */
int value_terms(const char *value, void *target, struct value_context *context)
{
	struct listed_terms **terms = target;
	int r;

	if (!*terms || value[0] == '\0')
		*terms = arena_new_object(context->arena, struct listed_terms);
	if (!*terms)
		return -ENOMEM;
	r = terms_split(*terms, value, context->arena);
	return r == -EFBIG ? refuse(context, "too many terms; 100,000 are allowed") : r;
}

int value_stem(const char *value, void *target, struct value_context *context)
{
	if (strcmp(value, "english") != 0)
		return refuse(context, "expected english");
	return keep_string(value, target, context);
}

int value_alert(const char *value, void *target, struct value_context *context)
{
	static const struct {
		const char *name;
		unsigned bit;
	} kinds[] = {
		{"new", ALERT_ON_NEW},
		{"update", ALERT_ON_UPDATE},
		{"rewrite", ALERT_ON_REWRITE},
		{"reprint", ALERT_ON_REPRINT},
	};
	const char **words;
	unsigned bits = 0;
	int r;

	r = words_split(value, context->arena, &words, &context->words);
	if (r < 0)
		return r;
	for (size_t i = 0; words[i]; i++) {
		size_t k = 0;

		while (k < ARRAY_SIZE(kinds) && strcmp(words[i], kinds[k].name) != 0)
			k++;
		if (k == ARRAY_SIZE(kinds))
			return refuse(context, "expected words of: new update rewrite reprint");
		bits |= kinds[k].bit;
	}
	*(unsigned *)target = bits;
	return 0;
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
		return refuse(context, "expected smtp://HOST:PORT or smtps://HOST:PORT");
	return keep_string(value, target, context);
}

int value_mailbox(const char *value, void *target, struct value_context *context)
{
	int r;

	r = mailbox_parse(value, context->arena, target);
	return r == -EINVAL ? refuse(context, "expected a mail address, or Name <address>") : r;
}

int value_mailboxes(const char *value, void *target, struct value_context *context)
{
	int r;

	r = mailbox_list_parse(value, context->arena, target);
	if (r == -E2BIG)
		return refuse(context, "more than 100 addresses");
	return r == -EINVAL
		? refuse(context, "expected mail addresses, or Name <address>, parted by commas")
		: r;
}

/* The form of useradd(8)'s names; whether there is such a user is seen when the command is run. */
int value_account(const char *value, void *target, struct value_context *context)
{
	static const char marks[] = "_-.";
	size_t length = 0;

	while (isalnum((unsigned char)value[length]) ||
		(length > 0 && value[length] != '\0' && strchr(marks, value[length])) ||
		value[length] == '_')
		length++;
	if (length == 0 || length > LOGIN_NAME_BYTES || value[length] != '\0')
		return refuse(context, "expected the name of a user of this machine");
	return keep_string(value, target, context);
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
	if (parts[0] == 0 || parts[1] == 0 || !strchr("; ", *place) || strlen(value) > TEXT_MAX)
		return refuse(
			context, "expected a media type such as text/plain or application/xml");
	return keep_string(value, target, context);
}

int value_method(const char *value, void *target, struct value_context *context)
{
	if (strcmp(value, "POST") != 0 && strcmp(value, "PUT") != 0)
		return refuse(context, "expected POST or PUT");
	return keep_string(value, target, context);
}

int value_full_text(const char *value, void *target, struct value_context *context)
{
	enum full_text full_text = full_text_from_string(value);

	if (full_text < 0)
		return refuse(context, "expected yes, no or auto");
	*(enum full_text *)target = full_text;
	return 0;
}

int value_format(const char *value, void *target, struct value_context *context)
{
	enum hook_format format = hook_format_from_string(value);

	if (format < 0)
		return refuse(context,
			"expected json, cloudevents, slack, discord, mattermost, teams, ntfy, "
			"matrix "
			"or text");
	*(enum hook_format *)target = format;
	return 0;
}
