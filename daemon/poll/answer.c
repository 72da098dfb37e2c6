#include "poll/answer.h"

#include <errno.h>
#include <string.h>

#include "model/request.h"
#include "poll/schedule.h"

enum {
	/* P9 */
	FALSE_304_GAPS = 5,
	WORDS_SIZE = 512,
	VALIDATOR_MAX = 16 * 1024, /* an ETag of 8 KiB was seen; a longer one is not kept */
};

#define FALSE_304_LEAST (7 * USEC_DAY)

void answer_clear(struct answer *answer)
{
	free(answer->url);
	free(answer->permanent_url);
	free(answer->etag);
	free(answer->last_modified);
	free(answer->file_stamp);
	free(answer->access);
	free(answer->words);
	free(answer->if_none_match);
	free(answer->if_modified_since);
	free(answer->user_agent);
	free(answer->hops);
	free(answer->child_blocked_url);
	free(answer->hub);
	free(answer->self);
	*answer = (struct answer){0};
}

/* P9: 304 for too long to be believed without a look. */
static bool wants_probe(const struct memory *memory, usec now)
{
	usec since = memory->last_200 > memory->probed ? memory->last_200 : memory->probed;
	usec wait = memory->gap * FALSE_304_GAPS;

	if (memory->last_200 == 0 || now < since)
		return false;
	/* Counted from the last probe as well: so there is never a second one within a day. */
	return now - since > (wait > FALSE_304_LEAST ? wait : FALSE_304_LEAST);
}

struct plan answer_plan(const struct feed_state *state, const struct memory *memory, usec now)
{
	const char *url = state->moved_url ? state->moved_url : state->url;
	struct plan plan = {
		.url = url,
		.bound_url = memory->validators_url ? memory->validators_url : url,
	};

	if (!memory->etag_useless)
		plan.etag = state->validators.etag;
	if (!memory->modified_useless)
		plan.last_modified = state->validators.last_modified;
	if ((plan.etag || plan.last_modified) && wants_probe(memory, now)) {
		plan.probe = true;
		plan.etag = NULL;
		plan.last_modified = NULL;
	}
	return plan;
}

static int copy(const char *text, char **ret)
{
	if (!text)
		return 0;
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}

/* What a status means to the user who follows the feed, and the next step. */
static const struct {
	int status;
	const char *words;
} status_words[] = {
	{204, "the server has no content there (204); check the URL"},
	{206,
		"the server sent a part only (206) though none was asked for; the site has to mend "
		"it"},
	{304,
		"the server says \"not modified\" though nothing was asked on condition (304); the "
		"site has to mend it"},
	{400, "the server does not understand the request (400); check the URL"},
	{401,
		"the feed wants a password, or refuses the one it got (401); set User= and "
		"PasswordFile=, or TokenFile="},
	{403, "the server refuses us (403); ask the publisher, or set UserAgent= or Contact="},
	{404, "there is no such page (404); look for the feed's present URL"},
	{406, "the server has no form that we can read (406); check the URL"},
	{407, "the proxy wants a password (407); write Proxy=http://USER:PASSWORD@HOST:PORT"},
	{408, "the server gave up waiting (408); it is tried again"},
	{410, "the feed is gone for good (410); remove it, or look for its successor"},
	{429, "the server asks us to come less often (429); we wait as it says"},
	{451, "withheld for legal reasons (451); remove the feed, or look for another source"},
	{500, "the server is broken (500); it is tried again"},
	{502, "the server behind the site does not answer (502); it is tried again"},
	{503, "the site is overloaded or being mended (503); it is tried again"},
	{504, "the server behind the site does not answer (504); it is tried again"},
};

static int status_to_words(int status, char **ret)
{
	char words[WORDS_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(status_words); i++)
		if (status_words[i].status == status)
			return copy(status_words[i].words, ret);
	if (status >= 300 && status < 400)
		(void)snprintf(words, sizeof(words),
			"the server points elsewhere but does not say where (%d); look for the "
			"feed's present URL",
			status);
	else
		(void)snprintf(words, sizeof(words),
			"the server answered %d instead of a feed; check the URL", status);
	return copy(words, ret);
}

static bool is_document(int status)
{
	return status == 200 || status == 203;
}

static enum round_outcome outcome_of(const struct answer *answer,
	const struct http_response *response, const struct feed_state *state,
	const struct memory *memory)
{
	static const struct digest none;

	if (response->failure != HTTP_OK)
		return ROUND_FAILED;
	/* Also for a document that was no feed: it still is none. */
	if (response->status == 304 && answer->conditional)
		return memory->unreadable ? ROUND_FAILED : ROUND_UNCHANGED;
	if (!is_document(response->status))
		return ROUND_FAILED;
	if (digest_equal(&answer->body, &none) || !digest_equal(&answer->body, &state->body))
		return ROUND_DOCUMENT;
	return memory->unreadable ? ROUND_FAILED : ROUND_UNCHANGED;
}

static bool is_limited(const struct http_response *response, uint32_t limited_so_far)
{
	return response->failure == HTTP_OK &&
		(response->status == 429 || (response->status == 403 && limited_so_far > 0));
}

usec answer_blocked_until(const struct http_response *response, uint32_t limited_so_far, usec now)
{
	const char *value = http_response_header(response, "Retry-After");
	const char *date = http_response_header(response, "Date");
	bool limited = is_limited(response, limited_so_far);
	usec delay;

	if (response->failure != HTTP_OK || (!limited && response->status != 503))
		return 0;
	/* To wait for no time at all is no answer. */
	if (schedule_retry_after(value, date, now, &delay) && delay > 0)
		return usec_add(now, delay);
	return limited ? usec_add(now, schedule_limited(limited_so_far + 1)) : 0;
}

static const char *validator(const struct http_response *response, const char *name)
{
	const char *value = http_response_header(response, name);

	return value && *value != '\0' && strlen(value) <= VALIDATOR_MAX ? value : NULL;
}

static int fill_words(
	struct answer *answer, const struct http_response *response, const struct feed_state *state)
{
	if (answer->outcome != ROUND_FAILED)
		return 0;
	if (response->failure != HTTP_OK)
		return copy(
			response->words ? response->words : "the request failed", &answer->words);
	if (is_document(response->status) || (response->status == 304 && answer->conditional))
		return copy(
			state->error ? state->error : "the document is no feed", &answer->words);
	return status_to_words(response->status, &answer->words);
}

static int fill_freshness(struct answer *answer, const struct http_response *response)
{
	struct freshness freshness = {
		.age = http_response_header(response, "Age"),
		.expires = http_response_header(response, "Expires"),
		.date = http_response_header(response, "Date"),
		.now = answer->now,
	};
	char *cache_control;

	/* Frameworks and the servers before them add a field each. */
	if (http_response_list(response, "Cache-Control", &cache_control) < 0)
		return -ENOMEM;
	freshness.cache_control = cache_control;
	answer->freshness = schedule_freshness(&freshness);
	free(cache_control);
	return 0;
}

/* What the log is to keep of the request itself. */
static int fill_record(struct answer *answer, const struct http_response *response,
	const struct plan *plan, const struct memory *memory)
{
	const struct http_trace *trace = &response->trace;

	answer->started = trace->started;
	answer->bytes = response->failure == HTTP_OK ? response->length : 0;
	answer->flags = (plan->probe ? REQUEST_PROBE : 0U) |
		(plan->other_access ? REQUEST_OTHER_ACCESS : 0U) |
		(memory->etag_useless ? REQUEST_ETAG_USELESS : 0U) |
		(memory->modified_useless ? REQUEST_MODIFIED_USELESS : 0U) |
		(trace->polite ? REQUEST_POLITE : 0U) | (trace->packed ? REQUEST_PACKED : 0U);
	if (trace->bound &&
		(copy(plan->etag, &answer->if_none_match) < 0 ||
			copy(plan->last_modified, &answer->if_modified_since) < 0))
		return -ENOMEM;
	if (copy(trace->user_agent, &answer->user_agent) < 0 ||
		copy(trace->hops, &answer->hops) < 0)
		return -ENOMEM;
	return 0;
}

int answer_fill(struct answer *answer, const struct http_response *response,
	const struct plan *plan, const struct feed_state *state, const struct memory *memory,
	usec now)
{
	bool bound = strcmp(response->url, plan->bound_url) == 0;
	bool whole = response->failure == HTTP_OK;

	answer->now = now;
	answer->status = response->status;
	answer->probe = plan->probe;
	answer->conditional = bound && (plan->etag || plan->last_modified);
	answer->sent_etag = bound && plan->etag;
	if (whole && is_document(response->status))
		answer->body = document_digest(response->body, response->length);
	answer->outcome = outcome_of(answer, response, state, memory);
	answer->limited = is_limited(response, memory->limited);
	answer->blocked_until = answer_blocked_until(response, memory->limited, now);
	if (whole && fill_freshness(answer, response) < 0)
		return -ENOMEM;
	if (fill_record(answer, response, plan, memory) < 0)
		return -ENOMEM;
	if (answer->outcome == ROUND_DOCUMENT) {
		answer->hub = http_response_link(response, "hub");
		answer->self = answer->hub ? http_response_link(response, "self") : NULL;
	}
	if (copy(response->url, &answer->url) < 0 ||
		copy(response->permanent_url, &answer->permanent_url) < 0 ||
		fill_words(answer, response, state) < 0)
		return -ENOMEM;
	if (whole && (is_document(response->status) || answer->conditional) &&
		(copy(validator(response, "ETag"), &answer->etag) < 0 ||
			copy(validator(response, "Last-Modified"), &answer->last_modified) < 0))
		return -ENOMEM;
	return 0;
}

int answer_spoil(struct answer *answer, const char *words)
{
	char *copied = strdup(words);

	if (!copied)
		return -ENOMEM;
	free(answer->words);
	free(answer->etag);
	free(answer->last_modified);
	answer->words = copied;
	answer->etag = NULL;
	answer->last_modified = NULL;
	answer->outcome = ROUND_FAILED;
	answer->body = (struct digest){0};
	answer->freshness = 0;
	answer->bytes = 0;
	return 0;
}
