#include "parse/unpack.h"

#include <brotli/decode.h>
#include <endian.h>
#include <errno.h>
#include <libdeflate.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/macro.h"

enum {
	ROOM_LEAST = 64 * 1024,
	/* What is guessed where nothing is said; feeds are packed to a fifth or so. */
	RATIO_GUESSED = 8,
	/* Each attempt begins anew: those that fail cost a third of the last one together. */
	ROOM_GROWTH = 4,
	NAME_SHOWN_MAX = 32,
	GZIP_TRAILER_BYTES = 8,
};

struct span {
	const char *bytes;
	size_t length;
};

struct unpacker {
	struct libdeflate_decompressor *deflate;
	ZSTD_DCtx *zstd;        /* NULL while nobody has packed by it */
	struct buffer rooms[2]; /* in turn, where one coding lies over another */
	char words[UNPACK_WORDS_SIZE];
};

/* Unpacking the whole of `in` into a room of so many bytes, of which `got` are set. */
struct attempt {
	struct unpacker *unpacker;
	struct span in;
	char *room;
	size_t size;
	size_t got;
};

struct coding {
	const char *name;
	/* Returns 0, -ENOSPC where the room is too small, -EBADMSG or -ENOMEM. */
	int (*attempt)(struct attempt *attempt);
	/* The size that it is said to unpack to, whether true or not; 0: nothing is. */
	size_t (*announced)(const struct span *in);
};

/* ---- one coding each ---- */

static int libdeflate_to_errno(enum libdeflate_result result)
{
	switch (result) {
	case LIBDEFLATE_SUCCESS:
		return 0;
	case LIBDEFLATE_INSUFFICIENT_SPACE:
		return -ENOSPC;
	default:
		return -EBADMSG;
	}
}

static int attempt_gzip(struct attempt *attempt)
{
	struct span in = attempt->in;

	do {
		enum libdeflate_result result;
		size_t used;
		size_t got;

		result = libdeflate_gzip_decompress_ex(attempt->unpacker->deflate, in.bytes,
			in.length, attempt->room + attempt->got, attempt->size - attempt->got,
			&used, &got);
		if (result != LIBDEFLATE_SUCCESS)
			return libdeflate_to_errno(result);
		attempt->got += got;
		in.bytes += used;
		in.length -= used;
	} while (is_gzip(in.bytes, in.length));
	return 0;
}

/* ISIZE of RFC 1952, of the last member. */
static size_t announced_by_gzip(const struct span *in)
{
	uint32_t size;

	if (in->length < GZIP_TRAILER_BYTES)
		return 0;
	memcpy(&size, in->bytes + in->length - sizeof(size), sizeof(size));
	return le32toh(size);
}

/* RFC 1950 section 2.2: method 8, and a check of these two bytes. */
static bool has_zlib_header(const struct span *in)
{
	const uint8_t *bytes = (const uint8_t *)in->bytes;

	return in->length > 2 && (bytes[0] & 0x0F) == 8 && (bytes[0] << 8 | bytes[1]) % 31 == 0;
}

/* RFC 9110 section 8.4.1.2: "some non-conformant implementations" leave the wrapping out. */
static int attempt_deflate(struct attempt *attempt)
{
	struct libdeflate_decompressor *deflate = attempt->unpacker->deflate;
	const struct span *in = &attempt->in;
	enum libdeflate_result result = LIBDEFLATE_BAD_DATA;

	if (has_zlib_header(in))
		result = libdeflate_zlib_decompress(deflate, in->bytes, in->length, attempt->room,
			attempt->size, &attempt->got);
	if (result == LIBDEFLATE_BAD_DATA)
		result = libdeflate_deflate_decompress(deflate, in->bytes, in->length,
			attempt->room, attempt->size, &attempt->got);
	return libdeflate_to_errno(result);
}

static int brotli_to_errno(BrotliDecoderResult result, BrotliDecoderErrorCode error)
{
	if (result == BROTLI_DECODER_RESULT_SUCCESS)
		return 0;
	if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT)
		return -ENOSPC;
	if (error <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
		error >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES)
		return -ENOMEM;
	return -EBADMSG;
}

static int attempt_br(struct attempt *attempt)
{
	BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	const uint8_t *in = (const uint8_t *)attempt->in.bytes;
	uint8_t *out = (uint8_t *)attempt->room;
	size_t in_left = attempt->in.length;
	size_t out_left = attempt->size;
	BrotliDecoderResult result;
	BrotliDecoderErrorCode error;

	if (!state)
		return -ENOMEM;
	result = BrotliDecoderDecompressStream(state, &in_left, &in, &out_left, &out, NULL);
	error = BrotliDecoderGetErrorCode(state);
	BrotliDecoderDestroyInstance(state);
	attempt->got = attempt->size - out_left;
	return brotli_to_errno(result, error);
}

static int attempt_zstd(struct attempt *attempt)
{
	struct unpacker *unpacker = attempt->unpacker;
	size_t got;

	if (!unpacker->zstd)
		unpacker->zstd = ZSTD_createDCtx();
	if (!unpacker->zstd)
		return -ENOMEM;
	got = ZSTD_decompressDCtx(unpacker->zstd, attempt->room, attempt->size, attempt->in.bytes,
		attempt->in.length);
	if (!ZSTD_isError(got)) {
		attempt->got = got;
		return 0;
	}
	switch (ZSTD_getErrorCode(got)) {
	case ZSTD_error_dstSize_tooSmall:
		return -ENOSPC;
	case ZSTD_error_memory_allocation:
		return -ENOMEM;
	default:
		return -EBADMSG;
	}
}

/* Of the first frame. */
static size_t announced_by_zstd(const struct span *in)
{
	unsigned long long size = ZSTD_getFrameContentSize(in->bytes, in->length);

	return size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ? 0 : size;
}

static size_t announces_nothing(const struct span *in)
{
	(void)in;
	return 0;
}

static const struct coding codings[] = {
	{"gzip", attempt_gzip, announced_by_gzip},
	{"x-gzip", attempt_gzip, announced_by_gzip}, /* RFC 9110 section 8.4.1.3 */
	{"deflate", attempt_deflate, announces_nothing},
	{"br", attempt_br, announces_nothing},
	{"zstd", attempt_zstd, announced_by_zstd},
	{"identity", NULL, NULL},
	/* what some servers write for it */
	{"none", NULL, NULL},
};

static const struct coding *const gzip = &codings[0];

/* ---- within bounds ---- */

/* What so many bytes may become. */
static size_t limit_of(size_t packed, size_t bytes_max)
{
	size_t limit = packed * UNPACK_RATIO_MAX + (UNPACK_RATIO_MAX - 1);

	if (limit < UNPACK_RATIO_FREE)
		limit = UNPACK_RATIO_FREE;
	return limit < bytes_max ? limit : bytes_max;
}

/* Unpacks; what is announced or guessed is where attempts begin.  -EFBIG beyond the limit. */
static int undo(struct unpacker *unpacker, const struct coding *coding, const struct span *in,
	size_t limit, struct buffer *room)
{
	struct attempt attempt = {.unpacker = unpacker, .in = *in};
	size_t size = coding->announced(in);
	int r;

	if (size == 0 || size > limit)
		size = in->length * RATIO_GUESSED;
	if (size < ROOM_LEAST)
		size = ROOM_LEAST;
	if (size < room->size)
		size = room->size - 1; /* a NUL comes behind */
	for (;; size *= ROOM_GROWTH) {
		if (size > limit)
			size = limit;
		if (size < room->size)
			buffer_reset(room);
		else
			buffer_free(room);
		attempt.room = buffer_reserve(room, size);
		if (!attempt.room)
			return -ENOMEM;
		attempt.size = size;
		attempt.got = 0;
		r = coding->attempt(&attempt);
		if (r == 0)
			buffer_commit(room, attempt.got);
		if (r != -ENOSPC)
			return r;
		if (size == limit)
			return -EFBIG;
	}
}

int gunzip(const char *bytes, size_t length, struct buffer *ret)
{
	_cleanup_(unpacker_freep) struct unpacker *unpacker = NULL;
	int r;

	*ret = BUFFER_INIT(DOCUMENT_BYTES_MAX);
	r = unpacker_new(&unpacker);
	if (r < 0)
		return r;
	return undo(unpacker, gzip, &(struct span){bytes, length},
		limit_of(length, DOCUMENT_BYTES_MAX), ret);
}

/* ---- what a server says ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes the last element off a list.  Returns whether there was one. */
static bool take_last(struct span *list, struct span *ret)
{
	size_t end = list->length;
	size_t start;

	while (end > 0 && (is_blank(list->bytes[end - 1]) || list->bytes[end - 1] == ','))
		end--;
	start = end;
	while (start > 0 && list->bytes[start - 1] != ',')
		start--;
	list->length = start;
	while (start < end && is_blank(list->bytes[start]))
		start++;
	*ret = (struct span){list->bytes + start, end - start};
	return end > start;
}

static const struct coding *find_coding(const struct span *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(codings); i++)
		if (strlen(codings[i].name) == name->length &&
			strncasecmp(codings[i].name, name->bytes, name->length) == 0)
			return &codings[i];
	return NULL;
}

static int refuse_unknown(struct unpacker *unpacker, const struct span *name)
{
	char shown[NAME_SHOWN_MAX + 1] = "";

	for (size_t i = 0; i < name->length && i < NAME_SHOWN_MAX; i++) {
		shown[i] = name->bytes[i];
		if (shown[i] < ' ' || shown[i] > '~')
			shown[i] = '?';
	}
	(void)snprintf(unpacker->words, sizeof(unpacker->words),
		"the response broke off or is malformed (it is in the encoding \"%s\", which was "
		"not asked for); the site has to mend it",
		shown);
	return -EBADMSG;
}

static int refuse_many(struct unpacker *unpacker)
{
	(void)snprintf(unpacker->words, sizeof(unpacker->words),
		"the response broke off or is malformed (it is packed more than %d times); the "
		"site has to mend it",
		UNPACK_CODINGS_MAX);
	return -EBADMSG;
}

/* What undo() came to, in words. */
static int refuse(
	struct unpacker *unpacker, const struct coding *coding, int error, size_t bytes_max)
{
	if (error == -EBADMSG)
		(void)snprintf(unpacker->words, sizeof(unpacker->words),
			"the response broke off or is malformed (its %s is damaged or cut off); "
			"the site has to mend it",
			coding->name);
	else
		(void)snprintf(unpacker->words, sizeof(unpacker->words),
			"document too large: it unpacks to more than %zu MiB, or to more than %d "
			"times its size; check that the URL is a feed's",
			bytes_max / (1024 * 1024), UNPACK_RATIO_MAX);
	return error;
}

static int undo_all(struct unpacker *unpacker, struct document *document, size_t bytes_max)
{
	const size_t limit = limit_of(document->length, bytes_max);
	struct span list = {document->encoding, strlen(document->encoding)};
	struct span name;
	unsigned undone = 0;
	int r;

	while (take_last(&list, &name)) {
		const struct span in = {document->bytes, document->length};
		const struct coding *coding = find_coding(&name);
		struct buffer *room = &unpacker->rooms[undone % ARRAY_SIZE(unpacker->rooms)];

		if (!coding)
			return refuse_unknown(unpacker, &name);
		if (!coding->attempt)
			continue;
		if (undone++ == UNPACK_CODINGS_MAX)
			return refuse_many(unpacker);
		r = undo(unpacker, coding, &in, limit, room);
		if (r == -EBADMSG || r == -EFBIG)
			return refuse(unpacker, coding, r, bytes_max);
		if (r < 0)
			return r;
		document->bytes = room->bytes;
		document->length = room->length;
	}
	return 0;
}

int unpacker_undo(struct unpacker *unpacker, struct document *document, size_t bytes_max,
	const char **ret_words)
{
	int r = 0;

	unpacker->words[0] = '\0';
	/* What is nothing was packed by nothing. */
	if (document->encoding && document->length > 0)
		r = undo_all(unpacker, document, bytes_max);
	if (r == 0)
		document->encoding = NULL;
	*ret_words = unpacker->words;
	return r;
}

/* ---- its life ---- */

int unpacker_new(struct unpacker **ret)
{
	_cleanup_(unpacker_freep) struct unpacker *unpacker = calloc(1, sizeof(*unpacker));

	if (!unpacker)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(unpacker->rooms); i++)
		unpacker->rooms[i] = BUFFER_INIT(DOCUMENT_BYTES_MAX);
	unpacker->deflate = libdeflate_alloc_decompressor();
	if (!unpacker->deflate)
		return -ENOMEM;
	*ret = TAKE_PTR(unpacker);
	return 0;
}

void unpacker_free(struct unpacker *unpacker)
{
	if (!unpacker)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(unpacker->rooms); i++)
		buffer_free(&unpacker->rooms[i]);
	libdeflate_free_decompressor(unpacker->deflate);
	(void)ZSTD_freeDCtx(unpacker->zstd);
	free(unpacker);
}

void unpacker_rest(struct unpacker *unpacker)
{
	for (size_t i = 0; i < ARRAY_SIZE(unpacker->rooms); i++)
		if (unpacker->rooms[i].size > UNPACKER_KEPT_BYTES)
			buffer_free(&unpacker->rooms[i]);
}
