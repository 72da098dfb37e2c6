#include "base/block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
	PATTERNS = 1 << BLOCK_BYTES,
};

static block flags_of(unsigned pattern)
{
	block flags;

	for (size_t i = 0; i < BLOCK_BYTES; i++)
		flags[i] = pattern >> i & 1 ? 0xFF : 0;
	return flags;
}

static size_t first_of(unsigned pattern)
{
	size_t first = 0;

	while (first < BLOCK_BYTES && !(pattern >> first & 1))
		first++;
	return first;
}

static void test_every_pattern_of_flags_is_read_right(void **state)
{
	(void)state;
	for (unsigned pattern = 0; pattern < PATTERNS; pattern++) {
		block flags = flags_of(pattern);

		assert_int_equal(block_bits(flags), pattern);
		assert_int_equal(block_first(flags), first_of(pattern));
		assert_int_equal(block_any(flags), pattern != 0);
	}
}

static void test_bytes_are_loaded_from_anywhere_in_their_order(void **state)
{
	char text[2 * BLOCK_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(0xF0 - i);
	for (size_t start = 0; start <= BLOCK_BYTES; start++) {
		block bytes = block_load(text + start);

		for (size_t i = 0; i < BLOCK_BYTES; i++)
			assert_int_equal(bytes[i], (unsigned char)text[start + i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pattern_of_flags_is_read_right),
		cmocka_unit_test(test_bytes_are_loaded_from_anywhere_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
