#include <errno.h>
#include <string.h>

#include "base/macro.h"
#include "poll/books.h"
#include "poll/local_file.h"

static enum request_outcome outcome_of(const struct round *round, const struct round_result *result)
{
	if (round->outcome == ROUND_FAILED || (result && !result->readable))
		return REQUEST_FAILED;
	return round->outcome == ROUND_DOCUMENT ? REQUEST_DOCUMENT : REQUEST_UNCHANGED;
}

/* What was not read whole is asked for again whole. */
static bool drops_validators(const struct answer *answer, const struct feed_state *next)
{
	return (answer->etag || answer->last_modified) && !next->validators.etag &&
		!next->validators.last_modified;
}

static unsigned flags_of(
	const struct round *round, const struct answer *answer, const struct feed_state *next)
{
	const struct feed *feed = round->feed;
	unsigned flags = answer->flags;

	if (feed->poll_interval > 0)
		flags |= REQUEST_FIXED;
	if (feed->access && feed->access->cookies)
		flags |= REQUEST_COOKIES;
	if (answer->status == 200 && round->outcome != ROUND_DOCUMENT)
		flags |= REQUEST_SAME_BODY;
	if (drops_validators(answer, next))
		flags |= REQUEST_DROPPED;
	return flags;
}

/* The URL of the first redirect; NULL: there was none. */
static const char *redirected_url(const struct answer *answer, struct arena *arena)
{
	const char *url = answer->hops ? strchr(answer->hops, ' ') : NULL;

	return url ? arena_copy(arena, url + 1, strcspn(url + 1, "\n")) : NULL;
}

/* The names of the headers that the feed's access has, or NULL. */
static const char *header_names(const struct access *access, struct arena *arena)
{
	const char *names = NULL;

	for (char **header = access ? access->headers : NULL; header && *header; header++)
		names = arena_printf(arena, "%s%s%.*s", names ? names : "", names ? " " : "",
			(int)strcspn(*header, ":"), *header);
	return names;
}

struct request_record round_record_child(
	const struct poll_round *round, const struct answer *answer)
{
	const struct feed *feed = round->round.feed;
	struct arena *arena = round->poller->arena;
	const char *redirected;

	arena_reset(arena);
	redirected = redirected_url(answer, arena);
	return (struct request_record){
		.started = answer->started,
		.ended = answer->now,
		.method = "GET",
		.url = redirected ? redirected : answer->url,
		.hops = answer->hops,
		.answered = redirected ? answer->url : NULL,
		.user_agent = answer->user_agent,
		.headers = header_names(feed->access, arena),
		.status = answer->status,
		.outcome = answer->outcome == ROUND_DOCUMENT ? REQUEST_DOCUMENT : REQUEST_FAILED,
		.bytes = answer->bytes,
		.blocked_until = answer->blocked_until,
		.next_poll = USEC_INFINITY,
		.flags = answer->flags | REQUEST_SITEMAP |
			(feed->access && feed->access->cookies ? REQUEST_COOKIES : 0U),
	};
}

int poller_record(const struct round *round, const struct round_result *result,
	const struct feed_state *next, struct arena *arena, struct request_record *ret)
{
	const struct poll_round *whole =
		CONTAINER_OF((struct round *)round, struct poll_round, round);
	const struct answer *answer = &whole->answer;
	const char *redirected = redirected_url(answer, arena);

	if (answer->pushed || local_file_is(round->state->url))
		return -ENOENT;
	*ret = (struct request_record){
		.feed = round->state->id,
		.previous = round->state->last_request,
		.started = answer->started,
		.ended = answer->now,
		.method = "GET",
		.url = redirected ? redirected : answer->url,
		.hops = answer->hops,
		.answered = redirected ? answer->url : NULL,
		.moved = answer->permanent_url,
		.if_none_match = answer->if_none_match,
		.if_modified_since = answer->if_modified_since,
		.user_agent = answer->user_agent,
		.headers = header_names(round->feed->access, arena),
		.status = answer->status,
		.outcome = outcome_of(round, result),
		.bytes = answer->bytes,
		.etag = answer->etag,
		.last_modified = answer->last_modified,
		.freshness = answer->freshness,
		.blocked_until = answer->blocked_until,
		.next_poll = next->next_poll,
		.rule = next->rule,
		.failures = next->failures,
		.flags = flags_of(round, answer, next),
	};
	return 0;
}
