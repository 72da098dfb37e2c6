/*
 * Texts of articles that come in together are packed together: a packet is filled in memory and
 * written as one row where it is full (PACKET_BYTES, PACKET_SPAN), before retention, and before the
 * commit.  It goes on from one savepoint to the next; what one that is undone had added is cut off
 * again.  A written packet never changes; retention removes it whole.  Private to store/.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"

struct store;

enum {
	/*
	 * Of texts in a packet that has more than one, of one feed or of several; twice as much
	 * packs 4 % better.  Who reads one text unpacks all, 0.1 ms.
	 */
	PACKET_BYTES = 64 * 1024,
};

/* Between the times at which a packet's articles were first seen: they are forgotten together. */
#define PACKET_SPAN USEC_MINUTE

/* The one that is being filled, at one time. */
struct packet_state {
	int64_t key; /* its first article; 0: there is none */
	size_t length;
	usec oldest; /* of the times at which its articles were first seen */
	usec newest;
};

struct packets {
	struct packet_state state;
	struct buffer texts; /* one behind another */

	int64_t unpacked; /* the one that was read last; 0: there is none */
	struct arena *room;
	const char *bytes; /* its texts */
	size_t length;
};

/* Where an article's text stands. */
struct text_place {
	int64_t packet; /* 0: in none */
	int64_t at;
	int64_t length;
};

/* Returns 0 or -ENOMEM. */
int packets_init(struct packets *packets);
void packets_free(struct packets *packets);

/*
 * Adds the text of an article that is being added, in the open transaction.  -EFBIG beyond
 * ARTICLE_TEXT_MAX.
 */
int packets_add(struct store *store, int64_t article, usec first_seen, const char *text,
	struct text_place *ret);

/* Writes what is being filled, if anything. */
int packets_write(struct store *store);

/* What is in memory was undone, or removed. */
void packets_forget(struct packets *packets);

/* Notes in *ret what is being filled, where a savepoint opens. */
int packets_mark(struct store *store, struct packet_state *ret);

/* Fills that again, where the savepoint is about to be undone: it may have been written within. */
int packets_restore(struct store *store, const struct packet_state *mark);

/* Copies the text into the arena; *ret is NULL where it is forgotten, or was in no packet. */
int packets_read(
	struct store *store, const struct text_place *place, struct arena *arena, const char **ret);
