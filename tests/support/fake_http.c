#include "support/fake_http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/heap.h"
#include "http/headers.h"
#include "http/limits.h"
#include "http/location.h"

struct http_transfer {
	struct limits_ticket ticket;
	struct heap_node over;
	TAILQ_ENTRY(http_transfer) link;
	struct http_client *client;
	struct location location;
	char *bound_url;
	char *if_none_match;
	char *accept;
	char *if_modified_since;
	size_t body_most; /* where a longer one is cut */
	struct http_trace trace;
	bool running;
	bool telling;
	usec retry_at;
	enum http_failure failure; /* of one that ended without a request */
	struct http_headers headers;
	struct buffer body;
	int status;
	char *url;
	char *permanent_url;
	http_done_fn done;
	void *userdata;
};

TAILQ_HEAD(transfers, http_transfer);

struct http_client {
	struct clock *clock;
	struct clock_timer *timer;
	struct limits *limits;
	struct heap running;
	struct transfers transfers;
	unsigned active;
	unsigned in_flight;
};

static fake_http_fn script_answer;
static const char *(*script_redirects)(const char *url, void *userdata);
static void *script_userdata;
static unsigned peak;

void fake_http_script(fake_http_fn answer,
	const char *(*redirects)(const char *url, void *userdata), void *userdata)
{
	script_answer = answer;
	script_redirects = redirects;
	script_userdata = userdata;
}

unsigned fake_http_peak(void)
{
	unsigned was = peak;

	peak = 0;
	return was;
}

static char *copy(const char *text)
{
	char *twin = text ? strdup(text) : NULL;

	if (text && !twin)
		abort();
	return twin;
}

const char *http_response_header(const struct http_response *response, const char *name)
{
	return response->headers ? headers_get(response->headers, name) : NULL;
}

char *http_response_take(const struct http_response *response, size_t *ret_length)
{
	*ret_length = response->length;
	return buffer_take(response->taken);
}

static void transfer_free(struct http_transfer *transfer)
{
	location_clear(&transfer->location);
	headers_free(&transfer->headers);
	buffer_free(&transfer->body);
	free(transfer->bound_url);
	free(transfer->if_none_match);
	free(transfer->accept);
	free(transfer->if_modified_since);
	free(transfer->url);
	free(transfer->permanent_url);
	free(transfer);
}

static void tell(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;
	struct http_response response = {
		.failure = transfer->failure,
		.words = transfer->failure != HTTP_OK ? "the script says so" : NULL,
		.status = transfer->status,
		.url = transfer->url ? transfer->url : transfer->location.shown,
		.permanent_url = transfer->permanent_url,
		.body = buffer_string(&transfer->body),
		.length = transfer->body.length,
		.retry_at = transfer->retry_at,
		.headers = &transfer->headers,
		.trace = transfer->trace,
		.taken = &transfer->body,
	};

	transfer->telling = true;
	client->active--;
	TAILQ_REMOVE(&client->transfers, transfer, link);
	heap_remove(&client->running, &transfer->over);
	limits_leave(client->limits, &transfer->ticket, clock_monotonic(client->clock));
	if (transfer->running)
		client->in_flight--;
	transfer->done(&response, transfer->userdata);
	transfer_free(transfer);
}

/* The request goes out: what will come back is settled now. */
static void run(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;
	const char *to = transfer->location.shown;
	struct fake_request request = {.at = clock_now(client->clock)};
	struct fake_answer answer = {.takes = 50 * USEC_MSEC};

	if (script_redirects)
		to = script_redirects(to, script_userdata);
	request.url = to;
	request.accept = transfer->accept;
	if (strcmp(to, transfer->bound_url) == 0) {
		request.if_none_match = transfer->if_none_match;
		request.if_modified_since = transfer->if_modified_since;
	}
	script_answer(&request, &answer, script_userdata);
	transfer->trace.started = request.at;
	transfer->failure = answer.failure;
	transfer->status = answer.status;
	transfer->url = copy(answer.url ? answer.url : to);
	transfer->permanent_url = copy(answer.permanent_url);
	for (size_t i = 0; answer.headers[i]; i++)
		(void)headers_add_line(
			&transfer->headers, answer.headers[i], strlen(answer.headers[i]));
	(void)buffer_add(&transfer->body, answer.body,
		answer.length < transfer->body_most ? answer.length : transfer->body_most);
	transfer->running = true;
	if (++client->in_flight > peak)
		peak = client->in_flight;
	heap_put(&client->running, &transfer->over,
		usec_add(clock_monotonic(client->clock), answer.takes));
}

static void pump(struct http_client *client)
{
	usec now = clock_monotonic(client->clock);
	struct heap_node *first;
	struct limits_ticket *ticket;
	usec at;

	for (ticket = limits_next(client->limits, now); ticket;
		ticket = limits_next(client->limits, now))
		run(CONTAINER_OF(ticket, struct http_transfer, ticket));
	at = limits_wake(client->limits);
	first = heap_first(&client->running);
	if (first && first->at < at)
		at = first->at;
	clock_timer_set(client->clock, client->timer, at);
}

static void on_timer(void *userdata)
{
	struct http_client *client = userdata;
	usec now = clock_monotonic(client->clock);
	struct heap_node *first;

	for (first = heap_first(&client->running); first && first->at <= now;
		first = heap_first(&client->running))
		tell(CONTAINER_OF(first, struct http_transfer, over));
	pump(client);
}

static void end_blocked(struct http_transfer *transfer, usec until)
{
	struct http_client *client = transfer->client;
	usec now = clock_monotonic(client->clock);

	limits_leave(client->limits, &transfer->ticket, now);
	transfer->failure = HTTP_BLOCKED;
	transfer->retry_at = until;
	heap_put(&client->running, &transfer->over, now);
}

/* The value of a header "Name: value", or NULL. */
static char *find_header(const char *const *headers, const char *name)
{
	size_t length = strlen(name);

	for (; headers && *headers; headers++)
		if (strncasecmp(*headers, name, length) == 0 && (*headers)[length] == ':')
			return copy(*headers + length + 2);
	return NULL;
}

int http_client_start(struct http_client *client, const struct http_request *request,
	http_done_fn done, void *userdata, struct http_transfer **ret)
{
	struct http_transfer *transfer = calloc(1, sizeof(*transfer));
	usec now = clock_monotonic(client->clock);
	usec blocked;

	if (!transfer || location_parse(request->url, &transfer->location) < 0)
		abort();
	transfer->client = client;
	transfer->done = done;
	transfer->userdata = userdata;
	transfer->bound_url = copy(request->bound_url ? request->bound_url : "");
	transfer->accept = find_header(request->headers, "Accept");
	transfer->if_none_match = find_header(request->bound_headers, "If-None-Match");
	transfer->if_modified_since = find_header(request->bound_headers, "If-Modified-Since");
	transfer->ticket.bulk = request->bulk;
	transfer->trace = (struct http_trace){.polite = request->polite, .packed = request->packed};
	transfer->body_most = request->truncate ? request->body_max : SIZE_MAX;
	transfer->body = BUFFER_INIT(HTTP_BODY_MAX);
	headers_init(&transfer->headers);
	TAILQ_INSERT_TAIL(&client->transfers, transfer, link);
	if (heap_reserve(&client->running, ++client->active) < 0)
		abort();
	blocked = limits_blocked(client->limits, transfer->location.host, now);
	if (blocked > 0)
		end_blocked(transfer, clock_now(client->clock) + (blocked - now));
	else if (limits_enter(client->limits, &transfer->ticket, transfer->location.host, now) < 0)
		abort();
	*ret = transfer;
	pump(client);
	return 0;
}

bool http_transfer_is_under_way(const struct http_transfer *transfer)
{
	return transfer && transfer->running;
}

void http_transfer_cancel(struct http_transfer *transfer)
{
	struct http_client *client;

	if (!transfer || transfer->telling)
		return;
	client = transfer->client;
	client->active--;
	if (transfer->running)
		client->in_flight--;
	TAILQ_REMOVE(&client->transfers, transfer, link);
	heap_remove(&client->running, &transfer->over);
	limits_leave(client->limits, &transfer->ticket, clock_monotonic(client->clock));
	transfer_free(transfer);
}

unsigned http_client_active(const struct http_client *client)
{
	return client->active;
}

int http_client_block_host(struct http_client *client, const char *url, usec until_wall)
{
	usec now = clock_monotonic(client->clock);
	usec wall = clock_now(client->clock);
	struct location location;
	struct limits_ticket *ticket;

	if (until_wall <= wall)
		return 0;
	if (location_parse(url, &location) < 0)
		return -EINVAL;
	if (limits_block(client->limits, location.host, now + (until_wall - wall), now) < 0)
		abort();
	for (ticket = limits_waiting(client->limits, location.host); ticket;
		ticket = limits_waiting(client->limits, location.host))
		end_blocked(CONTAINER_OF(ticket, struct http_transfer, ticket), until_wall);
	location_clear(&location);
	return 0;
}

void http_client_hold(struct http_client *client, bool hold)
{
	limits_hold(client->limits, hold, clock_monotonic(client->clock));
	if (!hold)
		clock_timer_set(client->clock, client->timer, 0);
}

int http_client_configure(struct http_client *client, const struct http_options *options)
{
	struct limits_options limits = {
		.total = options->max_transfers,
		.per_host = options->host_connections,
		.gap = options->host_gap,
	};

	limits_configure(client->limits, &limits);
	return 0;
}

int http_client_new(const struct http_options *options, struct http_client **ret)
{
	struct http_client *client = calloc(1, sizeof(*client));

	if (!client || limits_new(&(struct limits_options){0}, &client->limits) < 0)
		abort();
	client->clock = options->clock;
	TAILQ_INIT(&client->transfers);
	if (clock_timer_new(client->clock, on_timer, client, &client->timer) < 0)
		abort();
	*ret = client;
	return http_client_configure(client, options);
}

void http_client_free(struct http_client *client)
{
	struct http_transfer *transfer;

	if (!client)
		return;
	while (!TAILQ_EMPTY(&client->transfers)) {
		transfer = TAILQ_FIRST(&client->transfers);
		TAILQ_REMOVE(&client->transfers, transfer, link);
		limits_leave(client->limits, &transfer->ticket, clock_monotonic(client->clock));
		transfer_free(transfer);
	}
	heap_free(&client->running);
	limits_free(client->limits);
	clock_timer_free(client->clock, client->timer);
	free(client);
}
