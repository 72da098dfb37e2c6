#include "store/text_codec.h"

#include <errno.h>
#include <stdint.h>
#include <zstd.h>

#include "model/article.h"

enum {
	LEVEL = -2,       /* of texts of some KiB: as small as level 3, at two thirds of its cost */
	WINDOW_BITS = 17, /* 128 KiB; bounds what the context keeps */
	/*
	 * Texts of one feed repeat whole phrases: where all of a packet's are found, and short
	 * matches are left, a packet takes a tenth less time and is smaller too.
	 */
	HASH_BITS = 15, /* of 32-bit entries */
	MATCH_BYTES = 6,
	KEEP_BYTES = 68 * 1024, /* of a frame's memory between two: a full packet's at worst */
};

struct text_codec {
	ZSTD_CCtx *compressor;
	ZSTD_DCtx *decompressor;
	void *frame;
	size_t frame_size;
};

int text_codec_new(struct text_codec **ret)
{
	struct text_codec *codec = calloc(1, sizeof(*codec));

	if (!codec)
		return -ENOMEM;
	codec->compressor = ZSTD_createCCtx();
	codec->decompressor = ZSTD_createDCtx();
	if (!codec->compressor || !codec->decompressor) {
		text_codec_free(codec);
		return -ENOMEM;
	}
	(void)ZSTD_CCtx_setParameter(codec->compressor, ZSTD_c_compressionLevel, LEVEL);
	(void)ZSTD_CCtx_setParameter(codec->compressor, ZSTD_c_windowLog, WINDOW_BITS);
	(void)ZSTD_CCtx_setParameter(codec->compressor, ZSTD_c_hashLog, HASH_BITS);
	(void)ZSTD_CCtx_setParameter(codec->compressor, ZSTD_c_minMatch, MATCH_BYTES);
	(void)ZSTD_CCtx_setParameter(codec->compressor, ZSTD_c_checksumFlag, 1);
	*ret = codec;
	return 0;
}

void text_codec_free(struct text_codec *codec)
{
	if (!codec)
		return;
	(void)ZSTD_freeCCtx(codec->compressor);
	(void)ZSTD_freeDCtx(codec->decompressor);
	free(codec->frame);
	free(codec);
}

static int make_room(struct text_codec *codec, size_t size)
{
	if (size <= codec->frame_size && (size > KEEP_BYTES || codec->frame_size <= KEEP_BYTES))
		return 0;
	free(codec->frame);
	codec->frame_size = 0;
	codec->frame = malloc(size > KEEP_BYTES ? size : KEEP_BYTES);
	if (!codec->frame)
		return -ENOMEM;
	codec->frame_size = size > KEEP_BYTES ? size : KEEP_BYTES;
	return 0;
}

int text_codec_pack(struct text_codec *codec, const char *text, size_t length, const void **ret,
	size_t *ret_length)
{
	size_t packed;
	int r;

	if (length > ARTICLE_TEXT_MAX)
		return -EFBIG;
	r = make_room(codec, ZSTD_compressBound(length));
	if (r < 0)
		return r;
	packed = ZSTD_compress2(codec->compressor, codec->frame, codec->frame_size, text, length);
	if (ZSTD_isError(packed))
		return -ENOMEM; /* with room for the bound, the one error left */
	*ret = codec->frame;
	*ret_length = packed;
	return 0;
}

int text_codec_unpack(struct text_codec *codec, const void *frame, size_t length,
	struct arena *arena, const char **ret, size_t *ret_length)
{
	unsigned long long size = ZSTD_getFrameContentSize(frame, length);
	size_t unpacked;
	char *text;

	/* The error codes of a frame without a size are the greatest numbers. */
	if (size > ARTICLE_TEXT_MAX)
		return -EBADMSG;
	text = arena_alloc(arena, size + 1);
	if (!text)
		return -ENOMEM;
	unpacked = ZSTD_decompressDCtx(codec->decompressor, text, size, frame, length);
	if (ZSTD_isError(unpacked) || unpacked != size)
		return -EBADMSG;
	*ret = text;
	*ret_length = unpacked;
	return 0;
}
