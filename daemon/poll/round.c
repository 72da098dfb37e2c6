#include "poll/books.h"

#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "base/macro.h"
#include "poll/state.h"

void round_free(struct poll_round *round)
{
	if (!round)
		return;
	http_transfer_cancel(round->child);
	document_clear(&round->round.document);
	answer_clear(&round->answer);
	free((char *)round->feed.name);
	free((char *)round->feed.url);
	free(round->state);
	free(round);
}

void round_weigh(struct poll_round *round, bool document, size_t bytes)
{
	struct poller *poller = round->poller;

	poller->open_documents += (size_t)document - (size_t)round->document;
	poller->open_bytes += bytes - round->bytes;
	round->document = document;
	round->bytes = bytes;
	pacer_balance(poller);
}

void round_open(struct poll_feed *feed, struct poll_round *round)
{
	struct poller *poller = feed->poller;

	round->poller = poller;
	round->owner = feed;
	round->round.feed = feed->feed;
	round->round.state = feed->state;
	round->round.outcome = round->answer.outcome;
	round->round.status = round->answer.status;
	round->round.words = round->answer.words;
	round->round.pushed = round->answer.pushed;
	round->round.body = round->answer.body;
	round->round.leapt = feed->leapt;
	feed->round = round;
	TAILQ_INSERT_TAIL(&poller->rounds, round, link);
	poller->open_rounds++;
	round_weigh(round, round->answer.outcome == ROUND_DOCUMENT, round->round.document.length);
	poller->options.on_round(&round->round, poller->options.userdata);
}

/* Out of memory: as if nothing had been asked. */
void round_put_off(struct poll_feed *feed)
{
	log_error("feed %s: out of memory; polled again in an hour", feed->feed->name);
	feed->state->next_poll = pacer_now(feed->poller) + USEC_HOUR;
	pacer_arm(feed);
}

/* The round's owner may hold it for long; the feed and its configuration go now. */
void round_orphan(struct poll_round *round)
{
	round->feed.name = strdup(round->round.feed->name);
	round->feed.url = strdup(round->round.feed->url);
	round->state = round->owner->state;
	round->owner->state = NULL;
	round->owner = NULL;
	round->round.feed = &round->feed;
}

int poller_spoil(struct poller *poller, struct round *round, const char *words)
{
	struct poll_round *whole = CONTAINER_OF(round, struct poll_round, round);
	int r;

	(void)poller; /* the round's own */
	assert(round->outcome == ROUND_DOCUMENT);
	r = answer_spoil(&whole->answer, words);
	if (r < 0)
		return r;
	round->outcome = ROUND_FAILED;
	round->words = whole->answer.words;
	round_weigh(whole, false, whole->bytes);
	return 0;
}

int poller_conclude(struct poller *poller, const struct round *round,
	const struct round_result *result, struct arena *arena, struct feed_state *ret)
{
	const struct poll_round *whole =
		CONTAINER_OF((struct round *)round, struct poll_round, round);
	struct conclusion conclusion = {
		.feed = round->feed,
		.state = round->state,
		.answer = &whole->answer,
		.result = result,
		.default_interval = poller->options.poll_interval,
		.safety_interval =
			whole->owner && whole->owner->pushed ? poller->options.safety_interval : 0,
		.leapt = round->leapt,
	};

	return answer_conclude(&conclusion, arena, ret);
}

/* What the operator should learn of a poll, once. */
static void log_change(
	const struct feed *feed, const struct feed_state *before, const struct feed_state *after)
{
	const struct log_field *fields = LOG_FIELDS({"FEED", feed->name}, {"URL", feed->url});

	if (after->health == FEED_GONE && before->health != FEED_GONE)
		log_write(LOG_WARNING, NULL, fields, "feed %s ended: %s", feed->name, after->error);
	else if (after->health == FEED_FAILING && before->failures == 0)
		log_write(LOG_WARNING, NULL, fields, "feed %s fails: %s", feed->name, after->error);
	else if (after->health == FEED_OK && before->failures > 0)
		log_write(LOG_NOTICE, NULL, fields, "feed %s works again", feed->name);
	if (after->moved_url &&
		(!before->moved_url || strcmp(after->moved_url, before->moved_url) != 0))
		log_write(LOG_NOTICE, NULL, fields, "feed %s moved for good, polled at %s now",
			feed->name, after->moved_url);
	else if (!after->moved_url && before->moved_url)
		log_write(LOG_NOTICE, NULL, fields, "feed %s is polled at its configured URL again",
			feed->name);
}

/* Takes the round off the books and frees it; returns its feed, if there still is one. */
static struct poll_feed *close_round(struct poller *poller, struct poll_round *round)
{
	struct poll_feed *feed = round->owner;

	assert(round->poller == poller);
	if (feed)
		feed->round = NULL;
	TAILQ_REMOVE(&poller->rounds, round, link);
	poller->open_rounds--;
	round_weigh(round, false, 0);
	round_free(round);
	return feed;
}

/* It was asked for meanwhile. */
static void poll_again(struct poll_feed *feed)
{
	if (!feed->again)
		return;
	feed->again = false;
	feed->state->next_poll = pacer_now(feed->poller);
	feed->state->rule = RULE_ASKED;
}

void poller_finish(struct poller *poller, struct round *round, const struct feed_state *state)
{
	bool pushed = round->pushed;
	struct poll_feed *feed = close_round(poller, CONTAINER_OF(round, struct poll_round, round));
	struct feed_state *copy;

	if (!feed)
		return;
	pacer_follow_clock(poller);
	if (pushed)
		push_done(feed);
	copy = state_copy(state);
	if (!copy) {
		round_put_off(feed);
	} else {
		log_change(feed->feed, feed->state, copy);
		if (copy->last_news != feed->state->last_news)
			feed->leapt = 0;
		if (!pushed)
			pacer_follow_back(feed, copy);
		poller->failing -= feed->state->failures > 0;
		poller->failing += copy->failures > 0;
		free(feed->state);
		feed->state = copy;
		if (!pushed && feed->refused_at < feed->started)
			feed->refused_at = 0;
		if (!feed->pushed || feed->refused_at > 0)
			pacer_hurry(feed);
		poll_again(feed);
		pacer_arm(feed);
	}
	pacer_settle(poller);
}

void poller_abandon(struct poller *poller, struct round *round, usec delay)
{
	bool pushed = round->pushed;
	struct poll_feed *feed = close_round(poller, CONTAINER_OF(round, struct poll_round, round));

	if (!feed) {
		pacer_settle(poller);
		return;
	}
	if (!pushed || !push_put_off(feed, delay))
		feed->state->next_poll = usec_add(pacer_now(poller), delay);
	pacer_arm(feed);
	pacer_settle(poller);
}
