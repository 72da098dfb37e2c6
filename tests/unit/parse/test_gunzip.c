#include "parse/gunzip.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "parse/feed_parser.h"

static const char feed[] = "<rss version=\"2.0\"><channel><title>Packed</title>"
			   "<item><guid>1</guid><title>One</title></item></channel></rss>";

/* Appends the bytes as a member of gzip. */
static void pack(const char *bytes, size_t length, struct buffer *out)
{
	z_stream stream = {0};
	size_t bound = compressBound(length) + 64;
	char *room = buffer_reserve(out, bound);

	assert_non_null(room);
	assert_int_equal(
		deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in = (Bytef *)bytes;
	stream.avail_in = (uInt)length;
	stream.next_out = (Bytef *)room;
	stream.avail_out = (uInt)bound;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	buffer_commit(out, bound - stream.avail_out);
	(void)deflateEnd(&stream);
}

static struct buffer packed(const char *bytes, size_t length)
{
	struct buffer out = BUFFER_INIT(64UL * 1024 * 1024);

	pack(bytes, length, &out);
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

/* Packs so many bytes and unpacks them. */
static int around(size_t length, size_t random)
{
	char *bytes = make_bytes(length, random);
	struct buffer file = packed(bytes, length);
	struct buffer out;
	int r = gunzip(file.bytes, file.length, &out);

	if (r == 0) {
		assert_int_equal(out.length, length);
		assert_memory_equal(out.bytes, bytes, length);
	}
	buffer_free(&out);
	buffer_free(&file);
	free(bytes);
	return r;
}

static void test_what_was_packed_comes_back(void **state)
{
	(void)state;
	assert_int_equal(around(1, 1), 0);
	assert_int_equal(around(64UL * 1024, 4), 0);
	assert_int_equal(around(1000001, 4), 0);
}

static void test_size_is_bounded(void **state)
{
	(void)state;
	assert_int_equal(around(GUNZIP_BYTES_MAX, 4), 0);
	assert_int_equal(around(GUNZIP_BYTES_MAX + 1, 4), -EFBIG);
}

static void test_ratio_is_bounded(void **state)
{
	char *bytes = make_bytes(GUNZIP_RATIO_FREE + 1, 0);
	struct buffer file = packed(bytes, GUNZIP_RATIO_FREE + 1);
	struct buffer out;

	(void)state;
	/* What packs as well as zeros do is none of a publisher's, beyond the first MiB. */
	assert_true(GUNZIP_RATIO_FREE / GUNZIP_RATIO_MAX > file.length);
	assert_int_equal(around(GUNZIP_RATIO_FREE, 0), 0);
	assert_int_equal(gunzip(file.bytes, file.length, &out), -EFBIG);
	buffer_free(&out);
	/* Padded to one byte for 200 it is taken: the ratio is of the whole file. */
	while (file.length < (GUNZIP_RATIO_FREE + 1) / GUNZIP_RATIO_MAX)
		(void)buffer_add_char(&file, ' ');
	assert_int_equal(gunzip(file.bytes, file.length, &out), 0);
	buffer_free(&out);
	assert_int_equal(gunzip(file.bytes, file.length - 1, &out), -EFBIG);
	buffer_free(&out);
	buffer_free(&file);
	free(bytes);
}

static void test_members_are_one_file_and_what_follows_is_passed_over(void **state)
{
	struct buffer file = packed("one ", 4);
	struct buffer out;

	(void)state;
	pack("two", 3, &file);
	(void)buffer_add_string(&file, "padding");
	assert_int_equal(gunzip(file.bytes, file.length, &out), 0);
	assert_string_equal(out.bytes, "one two");
	buffer_free(&out);
	buffer_free(&file);
}

static int unpacked(const char *bytes, size_t length)
{
	struct buffer out;
	int r = gunzip(bytes, length, &out);

	buffer_free(&out);
	return r;
}

static void test_a_damaged_file_is_refused(void **state)
{
	char *bytes = make_bytes(100000, 4);
	struct buffer file = packed(bytes, 100000);

	(void)state;
	assert_int_equal(unpacked(file.bytes, file.length), 0);
	assert_int_equal(unpacked(file.bytes, file.length - 1), -EBADMSG);
	assert_int_equal(unpacked(file.bytes, file.length / 2), -EBADMSG);
	assert_int_equal(unpacked(file.bytes, 4), -EBADMSG);
	file.bytes[file.length - 6] ^= 1; /* in the check sum */
	assert_int_equal(unpacked(file.bytes, file.length), -EBADMSG);
	assert_int_equal(unpacked("\x1F\x8B\x08 nothing of the kind", 24), -EBADMSG);
	buffer_free(&file);
	free(bytes);
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

static void test_a_packed_document_is_read(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct buffer file = packed(feed, strlen(feed));
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

static void test_a_packed_bomb_is_refused_with_a_reason(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	char *bytes = make_bytes(4UL * 1024 * 1024, 0);
	struct buffer file = packed(bytes, 4UL * 1024 * 1024);
	struct parsed_feed parsed;
	const char *reason;

	(void)state;
	assert_int_equal(arena_new(ROUND_BYTES_MAX, &arena), 0);
	assert_int_equal(read_file(&file, &parsed, arena, &reason), -EBADMSG);
	assert_non_null(strstr(reason, "200 times"));
	buffer_free(&file);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_packed_comes_back),
		cmocka_unit_test(test_size_is_bounded),
		cmocka_unit_test(test_ratio_is_bounded),
		cmocka_unit_test(test_members_are_one_file_and_what_follows_is_passed_over),
		cmocka_unit_test(test_a_damaged_file_is_refused),
		cmocka_unit_test(test_a_packed_document_is_read),
		cmocka_unit_test(test_a_packed_bomb_is_refused_with_a_reason),
	};

	return parse_prepare() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
