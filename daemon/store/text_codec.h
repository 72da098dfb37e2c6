/*
 * Articles' texts as they are stored, a packet of them or a single one: a zstd frame of known size
 * with a checksum.  Most frames hold less than 64 KiB, so the contexts are made once; the window is
 * bounded, so that one long text does not leave megabytes behind.  Private to store/.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"

struct text_codec;

/* Returns 0 or -ENOMEM. */
int text_codec_new(struct text_codec **ret);
void text_codec_free(struct text_codec *codec);

/* The frame is borrowed until the next call.  -EFBIG beyond ARTICLE_TEXT_MAX. */
int text_codec_pack(struct text_codec *codec, const char *text, size_t length, const void **ret,
	size_t *ret_length);

/* Copies the text into the arena.  -EBADMSG where the frame is damaged or claims too much. */
int text_codec_unpack(struct text_codec *codec, const void *frame, size_t length,
	struct arena *arena, const char **ret, size_t *ret_length);
