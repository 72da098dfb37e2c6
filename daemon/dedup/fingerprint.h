/*
 * What is kept of an article's text to recognise it again: its words as 24-bit codes, sentence by
 * sentence, with prose told from furniture and names and numbers from words.  The bytes are what
 * the store keeps (versioned, portable, about 3 bytes a word, at most FINGERPRINT_BYTES_MAX); a
 * fingerprint is a view of them whose memory belongs to the arena it was made in.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/article.h"

enum {
	FINGERPRINT_VERSION = 1,
	FINGERPRINT_TITLE_TOKENS_MAX = 60,
	FINGERPRINT_TOKENS_MAX = 1600,   /* of prose; a report's later words add nothing */
	FINGERPRINT_THIN_WORDS = 30,     /* with less prose than this, the rest counts too: */
	FINGERPRINT_FURNITURE_MAX = 240, /* so many words of it are kept */
	FINGERPRINT_SENTENCES_MAX = 250,
	FINGERPRINT_BYTES_MAX = 8192,
	/* Room that an arena needs for one fingerprint and its making. */
	FINGERPRINT_ARENA_BYTES = 512 * 1024,
};

struct fingerprint;

/* Makes the fingerprint of title and text; either may be NULL.  Returns 0 or -ENOMEM. */
int fingerprint_make(const struct article *article, struct arena *arena, struct fingerprint **ret);

/* The bytes to store; they live as long as the fingerprint's arena. */
const void *fingerprint_bytes(const struct fingerprint *fingerprint, size_t *ret_length);

/*
 * Reads what was stored.  The fingerprint borrows `bytes`, which are checked throughout.  Returns
 * 0, -ENOMEM, -EBADMSG where they are damaged, or -ESTALE where another version wrote them: then
 * the fingerprint is made anew from the article's text, if that is still there.
 */
int fingerprint_from_bytes(
	const void *bytes, size_t length, struct arena *arena, struct fingerprint **ret);
