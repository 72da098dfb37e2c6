#include "model/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What follows a header; no test unpacks it. */
#define BODY "\x4B\x4C\x04\x02 packed"
#define FIXED(flags, time) "\x1F\x8B\x08" flags time "\x00\xFF"

#define DIGEST(literal) document_digest(literal, sizeof(literal) - 1)

static bool is_same(struct digest a, struct digest b)
{
	return digest_equal(&a, &b);
}

static void test_bytes_that_are_not_packed_count_from_the_first(void **state)
{
	(void)state;
	assert_true(is_same(DIGEST("<rss>"), digest_bytes("<rss>", 5)));
	assert_false(is_same(DIGEST("<rss>"), DIGEST("<rsS>")));
	assert_true(is_same(DIGEST(""), digest_bytes("", 0)));
	/* Another method than the one there is, or less than a header. */
	assert_false(is_same(DIGEST("\x1F\x8B\x07\x00\x01\x02\x03\x04\x00\xFF" BODY),
		DIGEST("\x1F\x8B\x07\x00\x05\x06\x07\x08\x00\xFF" BODY)));
	assert_false(is_same(DIGEST("\x1F\x8B\x08\x00\x01\x02\x03\x04\x00"),
		DIGEST("\x1F\x8B\x08\x00\x05\x06\x07\x08\x00")));
}

static void test_the_header_of_gzip_does_not_count(void **state)
{
	const struct digest plain = DIGEST(FIXED("\x00", "\x00\x00\x00\x00") BODY);

	(void)state;
	assert_true(is_same(plain, DIGEST(FIXED("\x00", "\x01\x02\x03\x04") BODY)));
	assert_true(is_same(plain, DIGEST(FIXED("\x08", "\x01\x02\x03\x04") "name\0" BODY)));
	assert_true(is_same(plain, DIGEST(FIXED("\x10", "\x01\x02\x03\x04") "said\0" BODY)));
	assert_true(is_same(plain, DIGEST(FIXED("\x02", "\x01\x02\x03\x04") "\xAB\xCD" BODY)));
	assert_true(is_same(
		plain, DIGEST(FIXED("\x04", "\x01\x02\x03\x04") "\x03\x00\x01\x02\x03" BODY)));
	assert_true(is_same(plain,
		DIGEST(FIXED("\x1F", "\x01\x02\x03\x04") "\x01\x00x"
							 "name\0"
							 "said\0"
							 "\xAB\xCD" BODY)));
	assert_false(is_same(plain, DIGEST(FIXED("\x00", "\x00\x00\x00\x00") BODY ".")));
}

static void test_a_header_that_does_not_end_is_all_there_is(void **state)
{
	const struct digest nothing = digest_bytes("", 0);

	(void)state;
	assert_true(is_same(nothing, DIGEST(FIXED("\x00", "\x01\x02\x03\x04"))));
	assert_true(is_same(nothing, DIGEST(FIXED("\x08", "\x01\x02\x03\x04") "name")));
	assert_true(is_same(nothing, DIGEST(FIXED("\x18", "\x01\x02\x03\x04") "name\0")));
	assert_true(is_same(nothing, DIGEST(FIXED("\x02", "\x01\x02\x03\x04") "\xAB")));
	assert_true(is_same(nothing, DIGEST(FIXED("\x04", "\x01\x02\x03\x04") "\xFF\xFF" BODY)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_that_are_not_packed_count_from_the_first),
		cmocka_unit_test(test_the_header_of_gzip_does_not_count),
		cmocka_unit_test(test_a_header_that_does_not_end_is_all_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
