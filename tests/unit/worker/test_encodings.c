/*
 * Packed documents through a real reader.  This program is its own reader, around the stand-in of
 * evil_parser.c.
 */
#include <errno.h>
#include <libdeflate.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker/child.h"
#include "worker/pool.h"
#include "worker/read_once.h"

struct seen {
	int error;
	char words[256];
	char content[64]; /* what the parser was given */
};

static void note(const struct reader_result *result, void *userdata)
{
	struct seen *seen = userdata;

	seen->error = result->error;
	(void)snprintf(seen->words, sizeof(seen->words), "%s", result->words ? result->words : "");
	if (result->feed.entry_count > 0)
		(void)snprintf(seen->content, sizeof(seen->content), "%s",
			result->feed.entries[0].content);
}

/* Letters that pack to a tenth or so, and not to less than a bomb does. */
static char *make_bytes(size_t length)
{
	char *bytes = malloc(length);
	uint32_t noise = 1;

	assert_non_null(bytes);
	memset(bytes, 'h', length);
	for (size_t i = 50; i < length; i += 50)
		bytes[i] = (char)('a' + (noise = noise * 1664525 + 1013904223) % 26);
	return bytes;
}

/* Reads a document of so many bytes, packed by gzip, of which `cut` are missing. */
static struct seen read_packed(enum job_kind kind, size_t length, size_t cut)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(1);
	size_t bound = libdeflate_gzip_compress_bound(compressor, length);
	struct document document = {.encoding = strdup("gzip"), .bytes = malloc(bound)};
	char *bytes = make_bytes(length);
	struct seen seen = {0};

	document.length =
		libdeflate_gzip_compress(compressor, bytes, length, document.bytes, bound);
	document.length -= cut;
	assert_int_equal(read_document_once(kind, &document, note, &seen), 0);
	assert_null(document.encoding);
	libdeflate_free_compressor(compressor);
	free(bytes);
	return seen;
}

static void test_a_document_is_unpacked_in_the_sandbox(void **state)
{
	struct seen seen = read_packed(JOB_FEED, 100000, 0);

	(void)state;
	assert_int_equal(seen.error, 0);
	assert_string_equal(seen.content, "100000 bytes");
}

static void test_a_damaged_document_is_told_apart_from_one_that_is_no_feed(void **state)
{
	struct seen seen = read_packed(JOB_FEED, 100000, 1);

	(void)state;
	assert_int_equal(seen.error, -EPROTO);
	assert_non_null(strstr(seen.words, "its gzip is damaged or cut off"));
}

static void test_a_document_is_16_mib_when_it_is_unpacked(void **state)
{
	struct seen seen = read_packed(JOB_FEED, DOCUMENT_BYTES_MAX, 0);

	(void)state;
	assert_int_equal(seen.error, 0);
	assert_string_equal(seen.content, "16777216 bytes");
	seen = read_packed(JOB_FEED, DOCUMENT_BYTES_MAX + 1, 0);
	assert_int_equal(seen.error, -EFBIG);
	assert_non_null(strstr(seen.words, "document too large"));
}

static void test_a_page_is_4_mib_when_it_is_unpacked(void **state)
{
	(void)state;
	assert_int_not_equal(read_packed(JOB_PAGE, PAGE_BYTES_MAX, 0).error, -EFBIG);
	assert_int_equal(read_packed(JOB_PAGE, PAGE_BYTES_MAX + 1, 0).error, -EFBIG);
	assert_int_equal(PAGE_BYTES_MAX, 4194304);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_document_is_unpacked_in_the_sandbox),
		cmocka_unit_test(test_a_damaged_document_is_told_apart_from_one_that_is_no_feed),
		cmocka_unit_test(test_a_document_is_16_mib_when_it_is_unpacked),
		cmocka_unit_test(test_a_page_is_4_mib_when_it_is_unpacked),
	};

	if (argc > 1 && strcmp(argv[1], READER_ARGUMENT) == 0)
		return child_main();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
