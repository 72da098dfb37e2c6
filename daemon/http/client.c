#include "http/client.h"

#include <errno.h>
#include <string.h>
#include <sys/queue.h>

#include "base/macro.h"
#include "base/url.h"
#include "http/bounds.h"
#include "http/exchange.h"
#include "http/glue.h"
#include "http/limits.h"
#include "http/location.h"
#include "http/transfer.h"

enum {
	TOLD_A_TURN = 256, /* ends without an answer, so that no turn of the loop is long */
};

TAILQ_HEAD(exchanges, exchange);

struct http_client {
	struct clock *clock;
	struct clock_timer *timer; /* the limits' next time, or now while `ended` has some */
	usec timer_at;
	struct glue *glue;
	struct limits *limits;
	char *user_agent;
	char *private_networks;
	unsigned max_transfers;
	unsigned active;
	unsigned idle_count;
	size_t bodies; /* bytes of bodies under way */
	struct exchanges idle;
	struct transfers transfers; /* waiting and running */
	struct transfers ended;
	unsigned turn;
};

const char *http_response_header(const struct http_response *response, const char *name)
{
	return response->headers ? headers_get(response->headers, name) : NULL;
}

char *http_response_take(const struct http_response *response, size_t *ret_length)
{
	char *bytes;
	char *exact;

	if (!response->taken || !response->body)
		return NULL;
	*ret_length = response->length;
	bytes = buffer_take(response->taken);
	/* The buffer grew by doubling; what waits for a reader should not. */
	exact = bytes ? realloc(bytes, *ret_length + 1) : NULL;
	return exact ? exact : bytes;
}

static void release_exchange(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;
	struct exchange *exchange = TAKE_PTR(transfer->exchange);

	if (!exchange)
		return;
	exchange->owner = NULL;
	if (exchange->spent || client->idle_count >= client->max_transfers) {
		exchange_free(exchange);
		return;
	}
	exchange_drop_body(exchange);
	TAILQ_INSERT_HEAD(&client->idle, exchange, link);
	client->idle_count++;
}

/* What fires early looks again, which costs less than setting the timer at each request. */
static void arm(struct http_client *client, usec at_monotonic)
{
	if (client->timer_at <= at_monotonic)
		return;
	client->timer_at = at_monotonic;
	clock_timer_set(client->clock, client->timer, at_monotonic);
}

/* Ends a transfer without a response; told in the next turn. */
static void end_later(struct http_transfer *transfer, enum http_failure failure, const char *words)
{
	struct http_client *client = transfer->client;

	if (transfer->ticket.host)
		limits_leave(client->limits, &transfer->ticket, clock_monotonic(client->clock));
	release_exchange(transfer);
	transfer->failure = failure;
	transfer->words = words;
	transfer->state = TRANSFER_ENDED;
	transfer->turn = client->turn;
	TAILQ_REMOVE(&client->transfers, transfer, link);
	TAILQ_INSERT_TAIL(&client->ended, transfer, link);
	arm(client, 0);
}

/* The last words to the owner.  The transfer is gone afterwards. */
static void tell(struct http_transfer *transfer, enum http_failure failure, const char *words)
{
	struct exchange *exchange = transfer->exchange;
	struct http_response response = {
		.failure = failure,
		.words = words,
		.url = transfer->location.shown ? transfer->location.shown : "",
		.permanent_url = transfer->permanent_url,
		.retry_at = transfer->retry_at,
		.trace = transfer->trace,
	};

	if (transfer->hops.length > 0)
		response.trace.hops = buffer_string(&transfer->hops);
	if (exchange) {
		response.status = exchange_status(exchange);
		response.headers = &exchange->headers;
		response.taken = &exchange->body;
		response.body = buffer_string(&exchange->body);
		response.length = exchange->body.length;
	}
	transfer->state = TRANSFER_TELLING;
	transfer->client->active--;
	transfer->done(&response, transfer->userdata);
	release_exchange(transfer);
	transfer_free(transfer);
}

static bool on_address(struct exchange *exchange, const char *address, bool sends)
{
	struct http_transfer *transfer = exchange->owner;
	struct http_client *client = transfer->client;
	usec now = clock_monotonic(client->clock);

	if (sends && transfer->trace.started == 0)
		transfer->trace.started = clock_now(client->clock);
	if (!transfer->request.polite)
		return true;
	if (address && !limits_resolved(client->limits, &transfer->ticket, address, now))
		return false;
	if (sends)
		limits_sent(client->limits, &transfer->ticket, now);
	return true;
}

static int take_exchange(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;
	struct exchange *exchange = TAILQ_FIRST(&client->idle);
	int r;

	if (exchange) {
		TAILQ_REMOVE(&client->idle, exchange, link);
		client->idle_count--;
	} else {
		r = exchange_new(client->glue, on_address, &client->bodies, &exchange);
		if (r < 0)
			return r;
	}
	exchange->owner = transfer;
	transfer->exchange = exchange;
	return 0;
}

/*
 * What the hop takes of the request's access.  Returns 0, -ENOMEM, or -EACCES where the guard
 * refuses the target of a proxy.
 */
static int take_access(struct http_transfer *transfer, struct hop *hop)
{
	const struct http_request *request = &transfer->request;
	int r = 0;

	if (!request->access)
		return 0;
	hop->reach = reach_of(request->access, &transfer->location, request->access_url);
	hop->reach.cookies = transfer->cookies;
	if (reach_is_proxied(&hop->reach) && !request->unguarded &&
		!reach_allows(&transfer->location, hop->allowed))
		return -EACCES;
	if (hop->reach.own && request->access->headers) {
		r = transfer_own_headers(transfer, hop->headers);
		hop->headers = transfer->own;
	}
	return r;
}

static void hop_start(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;
	const struct http_request *request = &transfer->request;
	struct hop hop = {
		.request = request,
		.url = transfer->location.url,
		.headers = transfer->unbound,
		.user_agent = request->user_agent ? request->user_agent : client->user_agent,
		.allowed = request->private_networks,
		.timeout = transfer->left,
		.redirected = transfer->redirects > 0,
	};
	int r;

	if (request->bound_url && strcmp(request->bound_url, transfer->location.shown) == 0)
		hop.headers = transfer->headers;
	transfer->trace.bound |= hop.headers != transfer->unbound;
	transfer->trace.user_agent = hop.user_agent;
	transfer->trace.packed = request->packed;
	transfer->state = TRANSFER_RUNNING;
	transfer->hop_started = clock_monotonic(client->clock);
	r = take_access(transfer, &hop);
	if (r == -EACCES) {
		end_later(transfer, HTTP_REFUSED_ADDRESS, exchange_refused_words(hop.redirected));
		return;
	}
	if (r >= 0)
		r = take_exchange(transfer);
	if (r >= 0)
		r = exchange_prepare(transfer->exchange, &hop);
	if (r >= 0)
		r = glue_add(client->glue, transfer->exchange->easy);
	if (r < 0)
		end_later(transfer, HTTP_BROKEN, "out of memory; give the daemon more");
}

/* Starts what the limits let go, and sets the timer for when they let more. */
static void pump(struct http_client *client)
{
	usec now = clock_monotonic(client->clock);
	struct limits_ticket *ticket;

	for (ticket = limits_next(client->limits, now); ticket;
		ticket = limits_next(client->limits, now))
		hop_start(CONTAINER_OF(ticket, struct http_transfer, ticket));
	arm(client, TAILQ_EMPTY(&client->ended) ? limits_wake(client->limits) : 0);
}

/* Enters the limits with the hop of transfer->location. */
static void hop_enter(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;
	const char *host = transfer->location.host;
	usec now = clock_monotonic(client->clock);
	usec blocked;

	if (!transfer->request.polite) {
		hop_start(transfer);
		return;
	}
	blocked = limits_blocked(client->limits, host, now);
	if (blocked > 0) {
		transfer->retry_at = usec_add(clock_now(client->clock), blocked - now);
		end_later(transfer, HTTP_BLOCKED, "the host asked to be left alone for a while");
		return;
	}
	transfer->state = TRANSFER_WAITING;
	transfer->ticket.bulk = transfer->request.bulk;
	if (limits_enter(client->limits, &transfer->ticket, host, now) < 0)
		end_later(transfer, HTTP_BROKEN, "out of memory; give the daemon more");
}

/* A hop is over; its host may serve another. */
static void hop_leave(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;
	usec now = clock_monotonic(client->clock);
	usec spent = now - transfer->hop_started;

	limits_leave(client->limits, &transfer->ticket, now);
	transfer->left = transfer->left > spent + USEC_MSEC ? transfer->left - spent : USEC_MSEC;
}

/* RFC 9110 section 15.4: after another status a POST would have to become a GET. */
static bool is_redirect(int status, const char *method)
{
	if (status == 307 || status == 308)
		return true;
	return !method && (status == 301 || status == 302 || status == 303);
}

/* Where the response sends us on to, or NULL where it is the last. */
static const char *redirect_of(const struct http_transfer *transfer, enum http_failure failure)
{
	const struct http_request *request = &transfer->request;

	if (failure != HTTP_OK || request->redirects_max == 0 ||
		!is_redirect(exchange_status(transfer->exchange), request->method))
		return NULL;
	return headers_get(&transfer->exchange->headers, "Location");
}

/* Whether user or password stand in the URL; an "@" of its path is neither. */
static bool has_userinfo(const char *url)
{
	struct url parts;

	return url_parse(url, &parts) < 0 || parts.userinfo.bytes;
}

/* P10: only where 301 and 308 alone led counts as a move; credentials do not move. */
static void note_move(struct http_transfer *transfer, int status, const struct location *to)
{
	if (status != 301 && status != 308)
		transfer->moved_for_a_time = true;
	if (transfer->moved_for_a_time)
		return;
	free(transfer->permanent_url);
	transfer->permanent_url = has_userinfo(transfer->location.url) ? NULL : strdup(to->shown);
}

/* Some sites send round in circles whoever does not bring back their cookie. */
static const char *words_of_circle(const struct http_transfer *transfer)
{
	const struct access *access = transfer->request.access;

	if (headers_get(&transfer->exchange->headers, "Set-Cookie") && !(access && access->cookies))
		return "too many redirects, each with a cookie; set Cookies=yes, or look for the "
		       "feed's present URL";
	return "too many redirects; look for the feed's present URL";
}

static void follow(struct http_transfer *transfer, const char *reference)
{
	unsigned most = transfer->request.redirects_max;
	struct location next;
	int r;

	if (transfer->redirects++ >= (most < HTTP_REDIRECTS_MAX ? most : HTTP_REDIRECTS_MAX)) {
		end_later(transfer, HTTP_TOO_MANY_REDIRECTS, words_of_circle(transfer));
		return;
	}
	r = location_follow(&transfer->location, reference, &next);
	if (r < 0) {
		end_later(transfer, HTTP_REFUSED_URL,
			r == -ENOMEM ? "out of memory; give the daemon more"
				     : "redirected to something that is no http or https URL; look "
				       "for the feed's present URL");
		return;
	}
	note_move(transfer, exchange_status(transfer->exchange), &next);
	(void)buffer_printf(&transfer->hops, "%d %s\n", exchange_status(transfer->exchange),
		transfer->location.shown);
	release_exchange(transfer);
	location_clear(&transfer->location);
	transfer->location = next;
	hop_enter(transfer);
}

static void on_finished(CURL *easy, CURLcode result, void *userdata)
{
	struct http_client *client = userdata;
	struct exchange *exchange = exchange_of(easy);
	struct http_transfer *transfer = exchange->owner;
	char words[HTTP_WORDS_SIZE];
	const char *reference;
	enum http_failure failure;

	hop_leave(transfer);
	if ((result == CURLE_COULDNT_CONNECT || result == CURLE_ABORTED_BY_CALLBACK) &&
		exchange->address_taken && !exchange->address_refused) {
		/* Another name's request is under way to the same machine: wait for it. */
		release_exchange(transfer);
		hop_enter(transfer);
		pump(client);
		return;
	}
	failure = exchange_judge(exchange, result, words);
	reference = redirect_of(transfer, failure);
	if (reference) {
		follow(transfer, reference);
	} else {
		TAILQ_REMOVE(&client->transfers, transfer, link);
		tell(transfer, failure, failure == HTTP_OK ? NULL : words);
	}
	pump(client);
}

static void on_timer(void *userdata)
{
	struct http_client *client = userdata;
	struct http_transfer *transfer;
	unsigned turn = ++client->turn;
	unsigned told = 0;

	client->timer_at = USEC_INFINITY;
	/* What ends while these are told is told in the next turn. */
	for (transfer = TAILQ_FIRST(&client->ended);
		transfer && transfer->turn != turn && told < TOLD_A_TURN;
		transfer = TAILQ_FIRST(&client->ended), told++) {
		TAILQ_REMOVE(&client->ended, transfer, link);
		tell(transfer, transfer->failure, transfer->words);
	}
	pump(client);
}

int http_client_start(struct http_client *client, const struct http_request *request,
	http_done_fn done, void *userdata, struct http_transfer **ret)
{
	struct http_transfer *transfer;
	int r;

	r = transfer_new(request, client->private_networks, &transfer);
	if (r < 0)
		return r;
	transfer->client = client;
	transfer->done = done;
	transfer->userdata = userdata;
	r = location_parse(request->url, &transfer->location);
	if (r == -ENOMEM) {
		transfer_free(transfer);
		return r;
	}
	TAILQ_INSERT_TAIL(&client->transfers, transfer, link);
	client->active++;
	if (r < 0)
		end_later(transfer, HTTP_REFUSED_URL,
			"this is no http or https URL, or one over 4 KiB; correct it");
	else
		hop_enter(transfer);
	if (ret)
		*ret = transfer;
	pump(client);
	return 0;
}

static void drop(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;

	if (transfer->state == TRANSFER_ENDED) {
		TAILQ_REMOVE(&client->ended, transfer, link);
	} else {
		TAILQ_REMOVE(&client->transfers, transfer, link);
		if (transfer->state == TRANSFER_RUNNING)
			glue_remove(client->glue, transfer->exchange->easy);
		limits_leave(client->limits, &transfer->ticket, clock_monotonic(client->clock));
	}
	client->active--;
	release_exchange(transfer);
	transfer_free(transfer);
}

bool http_transfer_is_under_way(const struct http_transfer *transfer)
{
	return transfer && transfer->trace.started > 0;
}

void http_transfer_cancel(struct http_transfer *transfer)
{
	struct http_client *client;

	if (!transfer || transfer->state == TRANSFER_TELLING)
		return;
	client = transfer->client;
	drop(transfer);
	pump(client);
}

unsigned http_client_active(const struct http_client *client)
{
	return client->active;
}

int http_client_block_host(struct http_client *client, const char *url, usec until_wall)
{
	usec now = clock_monotonic(client->clock);
	usec now_wall = clock_now(client->clock);
	struct location location;
	struct limits_ticket *ticket;
	int r;

	if (until_wall <= now_wall)
		return 0;
	r = location_parse(url, &location);
	if (r < 0)
		return r;
	r = limits_block(client->limits, location.host, usec_add(now, until_wall - now_wall), now);
	for (ticket = limits_waiting(client->limits, location.host); r >= 0 && ticket;
		ticket = limits_waiting(client->limits, location.host)) {
		struct http_transfer *transfer = CONTAINER_OF(ticket, struct http_transfer, ticket);

		transfer->retry_at = until_wall;
		end_later(transfer, HTTP_BLOCKED, "the host asked to be left alone for a while");
	}
	location_clear(&location);
	return r;
}

void http_client_hold(struct http_client *client, bool hold)
{
	limits_hold(client->limits, hold, clock_monotonic(client->clock));
	if (!hold)
		arm(client, 0);
}

int http_client_configure(struct http_client *client, const struct http_options *options)
{
	char *user_agent = strdup(options->user_agent);
	struct http_transfer *transfer;
	char *private_networks =
		options->private_networks ? strdup(options->private_networks) : NULL;
	struct limits_options limits = {
		.total = options->max_transfers,
		.per_host = options->host_connections,
		.gap = options->host_gap,
	};

	if (!user_agent || (options->private_networks && !private_networks)) {
		free(user_agent);
		free(private_networks);
		return -ENOMEM;
	}
	TAILQ_FOREACH(transfer, &client->transfers, link)
	transfer->trace.user_agent = NULL; /* it may be the one that goes now */
	free(client->user_agent);
	free(client->private_networks);
	client->user_agent = user_agent;
	client->private_networks = private_networks;
	client->max_transfers = options->max_transfers;
	limits_configure(client->limits, &limits);
	if (client->timer)
		arm(client, 0); /* more may go now */
	return 0;
}

int http_client_new(const struct http_options *options, struct http_client **ret)
{
	struct http_client *client = calloc(1, sizeof(*client));
	int r;

	if (!client)
		return -ENOMEM;
	TAILQ_INIT(&client->idle);
	TAILQ_INIT(&client->transfers);
	TAILQ_INIT(&client->ended);
	client->clock = options->clock;
	client->timer_at = USEC_INFINITY;
	r = limits_new(&(struct limits_options){0}, &client->limits);
	if (r >= 0)
		r = http_client_configure(client, options);
	if (r >= 0)
		r = clock_timer_new(client->clock, on_timer, client, &client->timer);
	if (r >= 0)
		r = glue_new(options->base, on_finished, client, &client->glue);
	if (r < 0) {
		http_client_free(client);
		return r;
	}
	glue_keep_connections(client->glue, HTTP_IDLE_CONNECTIONS);
	*ret = client;
	return 0;
}

void http_client_free(struct http_client *client)
{
	struct http_transfer *transfer;
	struct exchange *exchange;

	if (!client)
		return;
	for (transfer = TAILQ_FIRST(&client->transfers); transfer;
		transfer = TAILQ_FIRST(&client->transfers))
		drop(transfer);
	for (transfer = TAILQ_FIRST(&client->ended); transfer;
		transfer = TAILQ_FIRST(&client->ended))
		drop(transfer);
	for (exchange = TAILQ_FIRST(&client->idle); exchange;
		exchange = TAILQ_FIRST(&client->idle)) {
		TAILQ_REMOVE(&client->idle, exchange, link);
		exchange_free(exchange);
	}
	glue_free(client->glue);
	limits_free(client->limits);
	clock_timer_free(client->clock, client->timer);
	free(client->user_agent);
	free(client->private_networks);
	free(client);
}
