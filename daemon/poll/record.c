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
	unsigned flags = 0;

	if (round->feed->poll_interval > 0)
		flags |= REQUEST_FIXED;
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

/* What any answer tells, whatever it was asked for. */
static struct request_record record_of(
	const struct answer *answer, const struct access *access, struct arena *arena)
{
	const char *redirected = redirected_url(answer, arena);

	return (struct request_record){
		.started = answer->started,
		.ended = answer->now,
		.method = "GET",
		.url = redirected ? redirected : answer->url,
		.hops = answer->hops,
		.answered = redirected ? answer->url : NULL,
		.user_agent = answer->user_agent,
		.headers = header_names(access, arena),
		.status = answer->status,
		.bytes = answer->bytes,
		.blocked_until = answer->blocked_until,
		.flags = answer->flags | (access && access->cookies ? REQUEST_COOKIES : 0U),
	};
}

struct request_record round_record_child(
	const struct poll_round *round, const struct answer *answer)
{
	struct arena *arena = round->poller->arena;
	struct request_record record;

	arena_reset(arena);
	record = record_of(answer, round->round.feed->access, arena);
	record.outcome = answer->outcome == ROUND_DOCUMENT ? REQUEST_DOCUMENT : REQUEST_FAILED;
	record.next_poll = USEC_INFINITY;
	record.flags |= REQUEST_SITEMAP;
	return record;
}

int poller_record(const struct round *round, const struct round_result *result,
	const struct feed_state *next, struct arena *arena, struct request_record *ret)
{
	const struct poll_round *whole =
		CONTAINER_OF((struct round *)round, struct poll_round, round);
	const struct answer *answer = &whole->answer;

	if (answer->pushed || local_file_is(round->state->url))
		return -ENOENT;
	*ret = record_of(answer, round->feed->access, arena);
	ret->feed = round->state->id;
	ret->previous = round->state->last_request;
	ret->moved = answer->permanent_url;
	ret->if_none_match = answer->if_none_match;
	ret->if_modified_since = answer->if_modified_since;
	ret->outcome = outcome_of(round, result);
	ret->etag = answer->etag;
	ret->last_modified = answer->last_modified;
	ret->freshness = answer->freshness;
	ret->next_poll = next->next_poll;
	ret->rule = next->rule;
	ret->failures = next->failures;
	ret->flags |= flags_of(round, answer, next);
	return 0;
}
