/* What hubs bring, in the order in which they did: each is kept until it is committed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "poll/books.h"

enum {
	PUSHES_MOST = 16,     /* of a feed, that wait */
	PUSH_TRIES_MOST = 10, /* where it is we who cannot take it; then it is left to a poll */
};

/*
 * What a hub brings goes first, for an answer to a poll is newer: a poll waits for it so long, and
 * no longer, for a hub may bring something all the time.
 */
#define POLL_WAITS_MOST USEC_MINUTE

#define PUSH_BYTES_MOST ((size_t)16 * 1024 * 1024) /* of all feeds, that wait */

struct push {
	STAILQ_ENTRY(push) link;
	struct document document;
	unsigned tries;
};

static void drop_first(struct poll_feed *feed)
{
	struct push *push = STAILQ_FIRST(&feed->pushes);

	STAILQ_REMOVE_HEAD(&feed->pushes, link);
	feed->push_count--;
	feed->poller->push_bytes -= push->document.length;
	document_clear(&push->document);
	free(push);
}

void push_clear(struct poll_feed *feed)
{
	while (!STAILQ_EMPTY(&feed->pushes))
		drop_first(feed);
}

int push_keep(struct poll_feed *feed, struct document *document)
{
	struct poller *poller = feed->poller;
	struct push *push;

	if (feed->push_count == PUSHES_MOST ||
		document->length > PUSH_BYTES_MOST - poller->push_bytes)
		return -EAGAIN;
	push = calloc(1, sizeof(*push));
	if (!push)
		return -ENOMEM;
	push->document = *document;
	*document = (struct document){0};
	STAILQ_INSERT_TAIL(&feed->pushes, push, link);
	poller->push_bytes += push->document.length;
	if (feed->push_count++ == 0)
		feed->push_at = pacer_now(poller);
	return 0;
}

static int copy_document(const struct document *document, struct document *ret)
{
	const struct url_part url = {document->url, strlen(document->url)};

	return document_make(url, document->content_type, document->bytes, document->length, ret);
}

bool push_is_due(const struct poll_feed *feed)
{
	usec now = pacer_now(feed->poller);

	return feed->push_count > 0 && feed->push_at <= now &&
		now < usec_add(feed->state->next_poll, POLL_WAITS_MOST);
}

void push_start(struct poll_feed *feed)
{
	const struct push *push = STAILQ_FIRST(&feed->pushes);
	struct poll_round *round = calloc(1, sizeof(*round));

	/* The round's owner may take its document; this one is for when it cannot be stored. */
	if (!round || copy_document(&push->document, &round->round.document) < 0) {
		round_free(round);
		(void)push_put_off(feed, USEC_MINUTE);
		pacer_arm(feed);
		return;
	}
	round->answer.now = pacer_now(feed->poller);
	round->answer.outcome = ROUND_DOCUMENT;
	round->answer.pushed = true;
	round_open(feed, round);
}

void push_done(struct poll_feed *feed)
{
	drop_first(feed);
	feed->push_at = pacer_now(feed->poller);
}

bool push_put_off(struct poll_feed *feed, usec delay)
{
	struct push *push = STAILQ_FIRST(&feed->pushes);

	feed->push_at = usec_add(pacer_now(feed->poller), delay);
	if (++push->tries < PUSH_TRIES_MOST)
		return true;
	log_write(LOG_NOTICE, NULL, LOG_FIELDS({"FEED", feed->feed->name}),
		"feed %s: what its hub brought could not be taken in; it is polled instead",
		feed->feed->name);
	drop_first(feed);
	return false;
}
