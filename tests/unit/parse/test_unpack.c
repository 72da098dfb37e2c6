#include "parse/unpack.h"

#include <brotli/encode.h>
#include <errno.h>
#include <libdeflate.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include <cmocka.h>

#include "base/macro.h"
#include "parse/feed_parser.h"

enum {
	PACKED_MAX = 64 * 1024 * 1024,
	HARD = 4, /* bytes of each 64 that do not pack: about as in sitemaps */
};

static const char feed[] = "<rss version=\"2.0\"><channel><title>Packed</title>"
			   "<item><guid>1</guid><title>One</title></item></channel></rss>";

/* ---- packing, one function a coding: each appends ---- */

typedef size_t (*libdeflate_fn)(
	struct libdeflate_compressor *, const void *, size_t, void *, size_t);

static void pack_by_libdeflate(
	libdeflate_fn pack, const char *bytes, size_t length, struct buffer *out)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
	size_t bound = length + length / 8 + 1024;
	char *room = buffer_reserve(out, bound);
	size_t size;

	assert_non_null(room);
	size = pack(compressor, bytes, length, room, bound);
	assert_true(size > 0);
	buffer_commit(out, size);
	libdeflate_free_compressor(compressor);
}

static void pack_gzip(const char *bytes, size_t length, struct buffer *out)
{
	pack_by_libdeflate(libdeflate_gzip_compress, bytes, length, out);
}

static void pack_zlib(const char *bytes, size_t length, struct buffer *out)
{
	pack_by_libdeflate(libdeflate_zlib_compress, bytes, length, out);
}

static void pack_raw(const char *bytes, size_t length, struct buffer *out)
{
	pack_by_libdeflate(libdeflate_deflate_compress, bytes, length, out);
}

static void pack_br(const char *bytes, size_t length, struct buffer *out)
{
	size_t size = BrotliEncoderMaxCompressedSize(length) + 1024;
	char *room = buffer_reserve(out, size);

	assert_non_null(room);
	assert_true(BrotliEncoderCompress(2, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, length,
		(const uint8_t *)bytes, &size, (uint8_t *)room));
	buffer_commit(out, size);
}

static void pack_zstd(const char *bytes, size_t length, struct buffer *out)
{
	size_t bound = ZSTD_compressBound(length);
	char *room = buffer_reserve(out, bound);
	size_t size;

	assert_non_null(room);
	size = ZSTD_compress(room, bound, bytes, length, 1);
	assert_false(ZSTD_isError(size));
	buffer_commit(out, size);
}

/* As a server that does not know the length yet: the frame announces nothing. */
static void pack_zstd_stream(const char *bytes, size_t length, struct buffer *out)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t bound = ZSTD_compressBound(length);
	char *room = buffer_reserve(out, bound);
	ZSTD_inBuffer in = {bytes, length, 0};
	ZSTD_outBuffer packed = {room, bound, 0};

	assert_non_null(room);
	assert_int_equal(ZSTD_compressStream2(context, &packed, &in, ZSTD_e_continue), 0);
	assert_int_equal(ZSTD_compressStream2(context, &packed, &in, ZSTD_e_end), 0);
	buffer_commit(out, packed.pos);
	(void)ZSTD_freeCCtx(context);
}

static const struct packing {
	const char *encoding;
	void (*pack)(const char *bytes, size_t length, struct buffer *out);
	bool checked; /* by a sum, or by its own form: damage is seen */
} packings[] = {
	{"gzip", pack_gzip, true},
	{"x-gzip", pack_gzip, true},
	{"deflate", pack_zlib, true},
	{"deflate", pack_raw, false},
	{"br", pack_br, false},
	{"zstd", pack_zstd, false},
	{"ZStd", pack_zstd_stream, false},
};

static struct buffer packed(const struct packing *packing, const char *bytes, size_t length)
{
	struct buffer out = BUFFER_INIT(PACKED_MAX);

	packing->pack(bytes, length, &out);
	return out;
}

/* Bytes that pack about as badly as those of sitemaps do: `random` of each 64. */
static char *make_bytes(size_t length, size_t random)
{
	char *bytes = malloc(length);
	uint32_t seed = 1;

	assert_non_null(bytes);
	for (size_t i = 0; i < length; i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = i % 64 < random ? (char)(seed >> 24) : 'x';
	}
	return bytes;
}

/* ---- unpacking ---- */

struct fixture {
	struct unpacker *unpacker;
	struct document document; /* what the last one became; borrowed */
	const char *words;
};

static int set_up(void **state)
{
	struct fixture *fixture = test_calloc(1, sizeof(*fixture));

	*state = fixture;
	return unpacker_new(&fixture->unpacker);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	unpacker_free(fixture->unpacker);
	test_free(fixture);
	return 0;
}

static int undo(struct fixture *fixture, const char *encoding, const char *bytes, size_t length,
	size_t bytes_max)
{
	fixture->document = (struct document){
		.encoding = (char *)encoding, .bytes = (char *)bytes, .length = length};
	return unpacker_undo(fixture->unpacker, &fixture->document, bytes_max, &fixture->words);
}

static int undo_buffer(struct fixture *fixture, const char *encoding, const struct buffer *buffer)
{
	return undo(fixture, encoding, buffer->bytes, buffer->length, DOCUMENT_BYTES_MAX);
}

static void assert_is(const struct fixture *fixture, const char *bytes, size_t length)
{
	assert_null(fixture->document.encoding);
	assert_int_equal(fixture->document.length, length);
	assert_memory_equal(fixture->document.bytes, bytes, length);
	assert_int_equal(fixture->document.bytes[length], '\0');
}

/* Packs so many bytes and unpacks them within `bytes_max`. */
static int around(struct fixture *fixture, const struct packing *packing, size_t length,
	size_t random, size_t bytes_max)
{
	char *bytes = make_bytes(length, random);
	struct buffer file = packed(packing, bytes, length);
	int r = undo(fixture, packing->encoding, file.bytes, file.length, bytes_max);

	if (r == 0)
		assert_is(fixture, bytes, length);
	buffer_free(&file);
	free(bytes);
	return r;
}

static void test_what_was_packed_comes_back(void **state)
{
	static const size_t lengths[] = {1, 70, 64UL * 1024, 64UL * 1024 + 1, 1000001};

	for (size_t i = 0; i < ARRAY_SIZE(packings); i++)
		for (size_t j = 0; j < ARRAY_SIZE(lengths); j++)
			assert_int_equal(
				around(*state, &packings[i], lengths[j], HARD, DOCUMENT_BYTES_MAX),
				0);
}

static void test_what_is_not_packed_stays_as_it_is(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(undo(fixture, NULL, feed, strlen(feed), DOCUMENT_BYTES_MAX), 0);
	assert_ptr_equal(fixture->document.bytes, feed);
	assert_int_equal(undo(fixture, "identity", feed, strlen(feed), DOCUMENT_BYTES_MAX), 0);
	assert_is(fixture, feed, strlen(feed));
	assert_int_equal(undo(fixture, "none", feed, strlen(feed), DOCUMENT_BYTES_MAX), 0);
	assert_is(fixture, feed, strlen(feed));
	assert_int_equal(undo(fixture, " , ", feed, strlen(feed), DOCUMENT_BYTES_MAX), 0);
	assert_is(fixture, feed, strlen(feed));
	assert_int_equal(undo(fixture, "gzip", "", 0, DOCUMENT_BYTES_MAX), 0);
	assert_int_equal(fixture->document.length, 0);
}

static void test_size_is_bounded_in_each_coding(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_SIZE(packings); i++) {
		assert_int_equal(around(fixture, &packings[i], 100000, HARD, 100000), 0);
		assert_int_equal(around(fixture, &packings[i], 100001, HARD, 100000), -EFBIG);
		assert_non_null(
			strstr(fixture->words, "document too large: it unpacks to more than"));
	}
	assert_int_equal(
		around(fixture, packings, DOCUMENT_BYTES_MAX, HARD, DOCUMENT_BYTES_MAX), 0);
	assert_int_equal(
		around(fixture, packings, DOCUMENT_BYTES_MAX + 1, HARD, DOCUMENT_BYTES_MAX),
		-EFBIG);
	assert_non_null(strstr(
		fixture->words, "more than 16 MiB, or to more than 200 times its size; check"));
	assert_int_equal(
		around(fixture, packings, PAGE_BYTES_MAX + 1, HARD, PAGE_BYTES_MAX), -EFBIG);
	assert_non_null(strstr(fixture->words, "more than 4 MiB, or to"));
}

static void test_ratio_is_bounded_in_each_coding(void **state)
{
	struct fixture *fixture = *state;

	/* What packs as well as zeros do is none of a publisher's, beyond the first MiB. */
	for (size_t i = 0; i < ARRAY_SIZE(packings); i++) {
		assert_int_equal(
			around(fixture, &packings[i], UNPACK_RATIO_FREE, 0, DOCUMENT_BYTES_MAX), 0);
		assert_int_equal(
			around(fixture, &packings[i], UNPACK_RATIO_FREE + 1, 0, DOCUMENT_BYTES_MAX),
			-EFBIG);
	}
}

static void test_ratio_is_of_all_that_came(void **state)
{
	const size_t length = UNPACK_RATIO_FREE + UNPACK_RATIO_MAX;
	char *bytes = make_bytes(length, 0);
	struct buffer file = packed(packings, bytes, length);

	/* One byte for 200 is enough, though most of them are only there. */
	while (file.length < length / UNPACK_RATIO_MAX)
		(void)buffer_add_char(&file, ' ');
	assert_int_equal(undo_buffer(*state, "gzip", &file), 0);
	file.length--;
	assert_int_equal(undo_buffer(*state, "gzip", &file), -EFBIG);
	buffer_free(&file);
	free(bytes);
}

static void test_members_are_one_document_and_what_follows_is_passed_over(void **state)
{
	struct buffer file = packed(packings, "one ", 4);

	pack_gzip("", 0, &file);
	pack_gzip("two", 3, &file);
	assert_int_equal(undo_buffer(*state, "gzip", &file), 0);
	assert_is(*state, "one two", 7);
	(void)buffer_add_string(&file, "padding");
	assert_int_equal(undo_buffer(*state, "gzip", &file), 0);
	assert_is(*state, "one two", 7);
	buffer_free(&file);
}

/* Each of the last member's announcements is of no use to the first, which is large. */
static void test_the_size_that_is_announced_may_be_wrong(void **state)
{
	static const uint32_t lies[] = {0, 1, 65536, 999999, 1000001, 0xFFFFFFFF};
	char *bytes = make_bytes(1000000, HARD);

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		struct buffer file = packed(packings, bytes, 1000000);

		(void)buffer_add(&file, "....", 4);
		(void)buffer_add(&file, &lies[i], sizeof(lies[i]));
		assert_int_equal(undo_buffer(*state, "gzip", &file), 0);
		assert_is(*state, bytes, 1000000);
		buffer_free(&file);
	}
	free(bytes);
}

static void test_a_damaged_document_is_refused_in_words(void **state)
{
	struct fixture *fixture = *state;
	char *bytes = make_bytes(100000, HARD);

	for (size_t i = 0; i < ARRAY_SIZE(packings); i++) {
		struct buffer file = packed(&packings[i], bytes, 100000);
		size_t cuts[] = {1, file.length / 2, file.length - 1};

		for (size_t j = 0; j < ARRAY_SIZE(cuts); j++)
			assert_int_equal(undo(fixture, packings[i].encoding, file.bytes, cuts[j],
						 DOCUMENT_BYTES_MAX),
				-EBADMSG);
		assert_non_null(
			strstr(fixture->words, "the response broke off or is malformed (its "));
		assert_non_null(
			strstr(fixture->words, " is damaged or cut off); the site has to mend it"));
		file.bytes[file.length - 6] ^= 1;
		if (packings[i].checked)
			assert_int_equal(
				undo_buffer(fixture, packings[i].encoding, &file), -EBADMSG);
		buffer_free(&file);
		assert_int_equal(
			undo(fixture, packings[i].encoding, "<rss>plain", 10, DOCUMENT_BYTES_MAX),
			-EBADMSG);
		/* The next is not the worse for it. */
		assert_int_equal(around(fixture, &packings[i], 1000, HARD, DOCUMENT_BYTES_MAX), 0);
	}
	free(bytes);
}

static void test_codings_lie_one_over_the_other(void **state)
{
	struct buffer inner = packed(&packings[4], feed, strlen(feed));
	struct buffer middle = packed(&packings[5], inner.bytes, inner.length);
	struct buffer outer = packed(&packings[0], middle.bytes, middle.length);

	assert_int_equal(undo_buffer(*state, "br, zstd,gzip", &outer), 0);
	assert_is(*state, feed, strlen(feed));
	assert_int_equal(undo_buffer(*state, "\tbr ,identity, ,zstd , GZIP,", &outer), 0);
	assert_is(*state, feed, strlen(feed));
	assert_int_equal(undo_buffer(*state, "gzip, zstd, br", &outer), -EBADMSG);
	assert_int_equal(undo_buffer(*state, "zstd, gzip", &outer), 0);
	assert_is(*state, inner.bytes, inner.length);
	buffer_free(&outer);
	buffer_free(&middle);
	buffer_free(&inner);
}

static void test_codings_are_five_at_most(void **state)
{
	struct fixture *fixture = *state;
	struct buffer file = packed(packings, feed, strlen(feed));

	for (int i = 1; i < 6; i++) {
		struct buffer more = packed(packings, file.bytes, file.length);

		assert_int_equal(undo_buffer(fixture, "gzip,gzip,gzip,gzip,gzip", &file),
			i == 5 ? 0 : -EBADMSG);
		buffer_free(&file);
		file = more;
	}
	assert_int_equal(undo_buffer(fixture, "gzip,gzip,gzip,gzip,gzip,gzip", &file), -EBADMSG);
	assert_non_null(strstr(fixture->words, "packed more than 5 times"));
	buffer_free(&file);
}

/* The whole of what came is what counts, at each of the codings. */
static void test_a_bomb_in_a_bomb_is_within_the_same_bounds(void **state)
{
	struct fixture *fixture = *state;
	char *bytes = make_bytes(4UL * 1024 * 1024, 0);
	struct buffer inner = packed(packings, bytes, 4UL * 1024 * 1024);
	struct buffer outer = packed(packings, inner.bytes, inner.length);

	assert_int_equal(undo_buffer(fixture, "gzip, gzip", &outer), -EFBIG);
	buffer_free(&outer);
	buffer_free(&inner);
	free(bytes);
}

static void test_an_unknown_coding_is_refused_by_its_name(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(undo(fixture, "rot13", "x", 1, DOCUMENT_BYTES_MAX), -EBADMSG);
	assert_non_null(strstr(fixture->words, "in the encoding \"rot13\""));
	assert_int_equal(undo(fixture, "gzi", "x", 1, DOCUMENT_BYTES_MAX), -EBADMSG);
	assert_int_equal(undo(fixture, "gzipp", "x", 1, DOCUMENT_BYTES_MAX), -EBADMSG);
	assert_int_equal(undo(fixture, "gzip;q=1", "x", 1, DOCUMENT_BYTES_MAX), -EBADMSG);
	assert_int_equal(undo(fixture, "\x1b[2J\xff", "x", 1, DOCUMENT_BYTES_MAX), -EBADMSG);
	assert_non_null(strstr(fixture->words, "in the encoding \"?[2J?\""));
	assert_int_equal(undo(fixture, "a-name-that-is-longer-than-any-that-there-is", "x", 1,
				 DOCUMENT_BYTES_MAX),
		-EBADMSG);
	assert_non_null(strstr(fixture->words, "\"a-name-that-is-longer-than-any-t\""));
}

static void test_room_is_given_back_after_a_large_document(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(around(fixture, packings, 2000000, HARD, DOCUMENT_BYTES_MAX), 0);
	unpacker_rest(fixture->unpacker);
	assert_int_equal(around(fixture, packings, 1000, HARD, DOCUMENT_BYTES_MAX), 0);
	unpacker_rest(fixture->unpacker);
	assert_is(fixture, fixture->document.bytes, 1000); /* and kept after a small one */
}

/* ---- files of gzip ---- */

static int unpack_file(const char *bytes, size_t length)
{
	struct buffer out;
	int r = gunzip(bytes, length, &out);

	buffer_free(&out);
	return r;
}

static void test_a_file_is_unpacked_within_the_same_bounds(void **state)
{
	char *bytes = make_bytes(DOCUMENT_BYTES_MAX + 1, HARD);
	struct buffer file = packed(packings, bytes, DOCUMENT_BYTES_MAX);
	struct buffer out;

	(void)state;
	assert_int_equal(gunzip(file.bytes, file.length, &out), 0);
	assert_int_equal(out.length, DOCUMENT_BYTES_MAX);
	assert_memory_equal(out.bytes, bytes, out.length);
	buffer_free(&out);
	buffer_free(&file);
	file = packed(packings, bytes, DOCUMENT_BYTES_MAX + 1);
	assert_int_equal(unpack_file(file.bytes, file.length), -EFBIG);
	buffer_free(&file);
	file = packed(packings, bytes, 1000);
	assert_int_equal(unpack_file(file.bytes, file.length), 0);
	assert_int_equal(unpack_file(file.bytes, file.length - 1), -EBADMSG);
	buffer_free(&file);
	free(bytes);
	assert_int_equal(unpack_file("\x1F\x8B\x08 nothing of the kind", 24), -EBADMSG);
	assert_int_equal(unpack_file("\x1F\x8B\x08", 3), -EBADMSG);
}

/* Reads a document; returns what feed_parse() does. */
static int read_file(const struct buffer *file, struct parsed_feed *ret, struct arena *arena,
	const char **ret_reason)
{
	const struct document document = {.url = (char *)"https://example.org/news.xml.gz",
		.content_type = (char *)"application/octet-stream",
		.bytes = file->bytes,
		.length = file->length};

	return feed_parse(&document, NULL, 0, arena, ret, ret_reason);
}

static void test_a_packed_file_is_read(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct buffer file = packed(packings, feed, strlen(feed));
	struct parsed_feed parsed;
	const char *reason;

	(void)state;
	assert_int_equal(arena_new(ROUND_BYTES_MAX, &arena), 0);
	assert_int_equal(read_file(&file, &parsed, arena, &reason), 0);
	assert_string_equal(parsed.channel.title, "Packed");
	assert_int_equal(parsed.entry_count, 1);
	assert_int_equal(parsed.diagnosis_count, 0);
	file.length -= 4;
	assert_int_equal(read_file(&file, &parsed, arena, &reason), -EBADMSG);
	assert_non_null(strstr(reason, "cut off"));
	buffer_free(&file);
}

static void test_a_packed_bomb_of_a_file_is_refused_with_a_reason(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	char *bytes = make_bytes(4UL * 1024 * 1024, 0);
	struct buffer file = packed(packings, bytes, 4UL * 1024 * 1024);
	struct parsed_feed parsed;
	const char *reason;

	(void)state;
	assert_int_equal(arena_new(ROUND_BYTES_MAX, &arena), 0);
	assert_int_equal(read_file(&file, &parsed, arena, &reason), -EBADMSG);
	assert_non_null(strstr(reason, "200 times"));
	buffer_free(&file);
	free(bytes);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_packed_comes_back),
		TEST(test_what_is_not_packed_stays_as_it_is),
		TEST(test_size_is_bounded_in_each_coding),
		TEST(test_ratio_is_bounded_in_each_coding),
		TEST(test_ratio_is_of_all_that_came),
		TEST(test_members_are_one_document_and_what_follows_is_passed_over),
		TEST(test_the_size_that_is_announced_may_be_wrong),
		TEST(test_a_damaged_document_is_refused_in_words),
		TEST(test_codings_lie_one_over_the_other),
		TEST(test_codings_are_five_at_most),
		TEST(test_a_bomb_in_a_bomb_is_within_the_same_bounds),
		TEST(test_an_unknown_coding_is_refused_by_its_name),
		TEST(test_room_is_given_back_after_a_large_document),
		cmocka_unit_test(test_a_file_is_unpacked_within_the_same_bounds),
		cmocka_unit_test(test_a_packed_file_is_read),
		cmocka_unit_test(test_a_packed_bomb_of_a_file_is_refused_with_a_reason),
	};

	return parse_prepare() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
