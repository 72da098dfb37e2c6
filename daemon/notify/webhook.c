#include "notify/webhook.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/datetime.h"
#include "http/headers.h"
#include "notify/signature.h"
#include "notify/transcript.h"
#include "notify/words.h"

enum {
	/* Headers, signatures and body of one request. */
	REQUEST_ARENA_BYTES = 256 * 1024 + FORMAT_ARENA_BYTES,
};

struct attempt {
	notifier_done_fn done;
	void *userdata;
	struct clock *clock;
	struct buffer *transcript;
	struct http_transfer *transfer;
};

/* The hook's headers that are the specification's to say. */
static bool is_reserved(const char *header)
{
	static const char *const names[] = {
		"webhook-id", "webhook-timestamp", "webhook-signature", "content-length"};
	size_t length = strcspn(header, ":");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (ascii_is(header, length, names[i]))
			return true;
	return false;
}

static bool has_header(const struct hook *hook, const char *name)
{
	for (size_t i = 0; hook->headers && hook->headers[i]; i++)
		if (ascii_is(hook->headers[i], strcspn(hook->headers[i], ":"), name))
			return true;
	return false;
}

/* During a rotation the receiver may know either secret: both sign, separated by a space. */
static int signature_header(const struct hook *hook, const struct signature_subject *subject,
	struct arena *arena, const char **ret)
{
	char signature[SIGNATURE_SIZE];
	char next[SIGNATURE_SIZE] = "";
	int r;

	r = signature_make(subject, hook->secret, hook->secret_length, signature);
	if (r == 0 && hook->next_secret)
		r = signature_make(subject, hook->next_secret, hook->next_secret_length, next);
	if (r < 0)
		return r;
	*ret = arena_printf(
		arena, "webhook-signature: %s%s%s", signature, hook->next_secret ? " " : "", next);
	return *ret ? 0 : -ENOMEM;
}

int webhook_headers(const struct hook *hook, const struct alert *alert,
	const struct rendering *rendering, usec now, struct arena *arena, const char ***ret)
{
	struct signature_subject subject = {
		alert->id.text, (int64_t)(now / USEC_SEC), rendering->body, rendering->length};
	const char **headers = arena_array(arena, WEBHOOK_HEADERS_MAX + 5, sizeof(*headers));
	size_t count = 0;
	int r;

	if (!headers)
		return -ENOMEM;
	for (size_t i = 0; hook->headers && hook->headers[i] && i < WEBHOOK_HEADERS_MAX; i++)
		if (!is_reserved(hook->headers[i]))
			headers[count++] = hook->headers[i];
	if (!has_header(hook, "content-type")) {
		headers[count] = arena_printf(arena, "content-type: %s", rendering->content_type);
		if (!headers[count++])
			return -ENOMEM;
	}
	headers[count] = arena_printf(arena, "webhook-id: %s", subject.id);
	if (!headers[count++])
		return -ENOMEM;
	headers[count] =
		arena_printf(arena, "webhook-timestamp: %lld", (long long)subject.timestamp);
	if (!headers[count++])
		return -ENOMEM;
	if (hook->secret) {
		r = signature_header(hook, &subject, arena, &headers[count]);
		if (r < 0)
			return r;
	}
	*ret = headers;
	return 0;
}

usec retry_after_parse(const char *value, usec now)
{
	usec wait = 0;
	int64_t date;

	while (*value == ' ' || *value == '\t')
		value++;
	if (isdigit((unsigned char)*value)) {
		char *end;
		unsigned long long seconds = strtoull(value, &end, 10);

		/* Some services add a fraction of a second. */
		if (*end == '.') {
			end += 1 + strspn(end + 1, "0123456789");
			seconds = seconds < ULLONG_MAX ? seconds + 1 : seconds;
		}
		if (end[strspn(end, " \t")] != '\0')
			return 0;
		wait = seconds >= RETRY_AFTER_MAX / USEC_SEC ? RETRY_AFTER_MAX : seconds * USEC_SEC;
	} else if (datetime_parse_http(value, &date) == 0) {
		int64_t seconds = date - (int64_t)(now / USEC_SEC);

		if (seconds > 0)
			wait = (usec)seconds >= RETRY_AFTER_MAX / USEC_SEC
				? RETRY_AFTER_MAX
				: (usec)seconds * USEC_SEC;
	} else {
		return 0;
	}
	return wait < RETRY_AFTER_MIN ? RETRY_AFTER_MIN : wait;
}

/* The start of what the receiver said, on one line. */
static void quote_body(const struct http_response *response, struct words *words)
{
	if (response->length == 0)
		return;
	words_add(words, ": \"");
	words_add_foreign(words, response->body, response->length, WEBHOOK_QUOTE_BYTES);
	words_add(words, "\"");
}

struct outcome webhook_outcome(
	const struct http_response *response, usec now, char room[OUTCOME_WORDS_BYTES])
{
	struct outcome outcome = {.kind = OUTCOME_RETRY, .words = room};
	struct words words = words_of(room, OUTCOME_WORDS_BYTES);
	const char *retry_after;

	/*
	 * The status says all: where the rest breaks off or does not end, the receiver has decided
	 * all the same, and what it took is not to be sent once more.
	 */
	if (response->failure != HTTP_OK && response->status < 200) {
		words_add(&words, "%s", response->words ? response->words : "no response");
		outcome.unwell = true;
		return outcome;
	}
	if (response->status >= 200 && response->status < 300)
		return (struct outcome){.kind = OUTCOME_DELIVERED};
	words_add(&words, "the receiver answered HTTP %d", response->status);
	/* Other refusals may be of this one alert. */
	outcome.unwell =
		response->status >= 500 || response->status == 408 || response->status == 429;
	if (response->status == 410) {
		outcome.kind = OUTCOME_DISABLED;
		words_add(&words,
			" Gone: the hook is disabled until its URL= or secret is another or "
			"`wirewatch deliveries retry ID` sends one again");
	} else if (response->status >= 300 && response->status < 400) {
		words_add(&words,
			", a redirect, which is not followed; set URL= to where the "
			"receiver is");
	} else if (response->status == 429 || response->status == 503) {
		retry_after = http_response_header(response, "retry-after");
		outcome.hold = retry_after ? retry_after_parse(retry_after, now) : 0;
		if (outcome.hold > 0)
			words_add(&words, ", to be asked again after %llu s",
				(unsigned long long)(outcome.hold / USEC_SEC));
	}
	quote_body(response, &words);
	return outcome;
}

/* ---- the transcript ---- */

static bool is_own(const struct hook *hook, const char *header)
{
	for (size_t i = 0; hook->headers && hook->headers[i]; i++)
		if (hook->headers[i] == header)
			return true;
	return false;
}

/* The host alone: paths and users of webhooks are mostly secrets; so are headers such as tokens. */
static void note_request(struct buffer *transcript, const struct hook *hook,
	const struct rendering *rendering, const char *const *headers)
{
	const char *host = strstr(rendering->url, "://");
	size_t length;
	const char *at;

	if (!transcript || !host)
		return;
	host += strlen("://");
	length = strcspn(host, "/?#");
	at = memrchr(host, '@', length);
	transcript_printf(transcript, '>', "%s %.*s%.*s/(hidden)", rendering->method,
		(int)(host - rendering->url), rendering->url,
		(int)(at ? host + length - at - 1 : (ptrdiff_t)length), at ? at + 1 : host);
	for (; *headers; headers++)
		if (is_own(hook, *headers) && strncasecmp(*headers, "content-type:", 13) != 0)
			transcript_printf(transcript, '>', "%.*s: (hidden)",
				(int)strcspn(*headers, ":"), *headers);
		else
			transcript_printf(transcript, '>', "%s", *headers);
	transcript_add(transcript, '>', "", 0);
	transcript_add(transcript, '>', rendering->body, rendering->length);
}

static void note_response(struct buffer *transcript, const struct http_response *response)
{
	const struct http_headers *headers = response->headers;

	if (response->status == 0)
		return;
	transcript_printf(transcript, '<', "HTTP %d", response->status);
	for (unsigned i = 0; headers && i < headers->count; i++) {
		const char *name = headers->text.bytes + headers->offsets[i];

		transcript_printf(transcript, '<', "%s: %s", name, name + strlen(name) + 1);
	}
	if (response->length > 0) {
		transcript_add(transcript, '<', "", 0);
		transcript_add(transcript, '<', response->body, response->length);
	}
}

static void on_response(const struct http_response *response, void *userdata)
{
	struct attempt *attempt = userdata;
	notifier_done_fn done = attempt->done;
	void *owner = attempt->userdata;
	char words[OUTCOME_WORDS_BYTES];
	struct outcome outcome = webhook_outcome(response, clock_now(attempt->clock), words);

	note_response(attempt->transcript, response);
	free(attempt);
	done(&outcome, owner);
}

static int start_request(const struct notifier_context *context, struct http_request *request,
	notifier_done_fn done, void *userdata, struct attempt **ret)
{
	struct attempt *attempt = calloc(1, sizeof(*attempt));
	int r;

	if (!attempt)
		return -ENOMEM;
	*attempt = (struct attempt){
		.done = done,
		.userdata = userdata,
		.clock = context->clock,
		.transcript = context->transcript,
	};
	r = http_client_start(context->http, request, on_response, attempt, &attempt->transfer);
	if (r < 0) {
		free(attempt);
		return r;
	}
	*ret = attempt;
	return 0;
}

static int webhook_start(const struct notifier_context *context, const struct hook *hook,
	const struct alert *alert, notifier_done_fn done, void *userdata, struct attempt **ret)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct http_request request = {
		.unguarded = true,
		.access = hook->access,
		.access_url = hook->url,
		.timeout = hook->timeout,
		.body_max = WEBHOOK_RESPONSE_BYTES,
		.truncate = true,
		.patient = true,
	};
	struct rendering rendering;
	const char **headers;
	int r;

	r = arena_new(REQUEST_ARENA_BYTES, &arena);
	if (r < 0)
		return r;
	r = format_render(hook, alert, arena, &rendering);
	if (r < 0)
		return r;
	r = webhook_headers(hook, alert, &rendering, clock_now(context->clock), arena, &headers);
	if (r < 0)
		return r;
	note_request(context->transcript, hook, &rendering, headers);
	request.method = rendering.method;
	request.url = rendering.url;
	request.headers = headers;
	request.body = rendering.body;
	request.body_length = rendering.length;
	return start_request(context, &request, done, userdata, ret);
}

static void webhook_cancel(struct attempt *attempt)
{
	http_transfer_cancel(attempt->transfer);
	free(attempt);
}

const struct notifier_ops webhook_notifier = {
	.start = webhook_start,
	.cancel = webhook_cancel,
};
