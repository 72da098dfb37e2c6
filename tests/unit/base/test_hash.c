#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Digests are stored: they must never change. */
static void test_digests_are_xxh3_in_canonical_order(void **state)
{
	struct digest digest = digest_bytes("", 0);
	char text[DIGEST_HEX];

	(void)state;
	hex_encode(digest.bytes, sizeof(digest.bytes), text);
	assert_string_equal(text, "99aa06d3014798d86001c324468d497f");
}

static void test_where_strings_end_counts(void **state)
{
	const char *const one[] = {"ab", "c"};
	const char *const two[] = {"a", "bc"};
	const char *const empty[] = {"", "x"};
	const char *const absent[] = {NULL, "x"};
	struct digest first = digest_strings(one, 2);
	struct digest second = digest_strings(two, 2);
	struct digest third = digest_strings(empty, 2);
	struct digest fourth = digest_strings(absent, 2);
	struct digest again = digest_strings(one, 2);

	(void)state;
	assert_false(digest_equal(&first, &second));
	assert_false(digest_equal(&third, &fourth));
	assert_true(digest_equal(&first, &again));
}

static void test_digests_sort_and_are_found(void **state)
{
	struct digest digests[16];
	struct digest wanted = digest_bytes("7", 1);

	(void)state;
	for (size_t i = 0; i < 16; i++)
		digests[i] = digest_bytes((const char[]){(char)('0' + i)}, 1);
	qsort(digests, 16, sizeof(digests[0]), digest_compare);
	for (size_t i = 1; i < 16; i++)
		assert_true(digest_compare(&digests[i - 1], &digests[i]) < 0);
	assert_non_null(bsearch(&wanted, digests, 16, sizeof(wanted), digest_compare));
}

static void test_hexadecimal_is_in_lower_case(void **state)
{
	char text[7];

	(void)state;
	hex_encode("\x00\xAB\xFF", 3, text);
	assert_string_equal(text, "00abff");
	assert_true(hash_string("abc") == hash_bytes("abc", 3));
	assert_true(hash_string("abc") != hash_string("abd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digests_are_xxh3_in_canonical_order),
		cmocka_unit_test(test_where_strings_end_counts),
		cmocka_unit_test(test_digests_sort_and_are_found),
		cmocka_unit_test(test_hexadecimal_is_in_lower_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
