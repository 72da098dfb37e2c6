#include "base/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_the_same_thing_has_the_same_id(void **state)
{
	struct digest what = digest_bytes("what", 4);
	struct digest other = digest_bytes("other", 5);
	struct id first = id_make(1714550400 * USEC_SEC, &what);
	struct id again = id_make(1714550400 * USEC_SEC + 999, &what);
	struct id second = id_make(1714550400 * USEC_SEC, &other);

	(void)state;
	assert_string_equal(first.text, again.text); /* milliseconds count */
	assert_string_not_equal(first.text, second.text);
	assert_int_equal(strlen(first.text), ID_LENGTH);
	assert_int_equal(strspn(first.text, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), ID_LENGTH);
}

static void test_ids_sort_by_time(void **state)
{
	struct digest what = digest_bytes("what", 4);
	struct id last = id_make(0, &what);

	(void)state;
	for (usec time = USEC_MSEC; time < 4000 * 365 * USEC_DAY; time = time * 3 + USEC_MSEC) {
		struct id next = id_make(time, &what);

		assert_true(strcmp(last.text, next.text) < 0);
		last = next;
	}
}

/* The form of a ULID: ten characters of time, sixteen of the digest's first 80 bits. */
static void test_the_form_is_that_of_a_ulid(void **state)
{
	struct digest zero = {0};
	struct digest ones;

	(void)state;
	memset(ones.bytes, 0xFF, sizeof(ones.bytes));
	assert_string_equal(id_make(0, &zero).text, "00000000000000000000000000");
	assert_string_equal(id_make(((UINT64_C(1) << 48) - 1) * USEC_MSEC, &ones).text,
		"7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
}

static void test_key_stands_in_the_last_characters(void **state)
{
	static const int64_t keys[] = {1, 31, 32, 28356, (INT64_C(1) << 40) - 1};
	struct digest what = digest_bytes("what", 4);
	struct id plain = id_make(USEC_DAY, &what);

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct id id = id_make_keyed(USEC_DAY, &what, keys[i]);

		assert_int_equal(id_key(id.text), keys[i]);
		assert_memory_equal(id.text, plain.text, ID_LENGTH - 8);
	}
	assert_string_equal(id_make_keyed(USEC_DAY, &what, 33).text + ID_LENGTH - 8, "00000011");
	assert_int_equal(id_key(id_make_keyed(USEC_DAY, &what, INT64_C(1) << 40).text), 0);
}

static void test_what_is_no_id_tells_no_key(void **state)
{
	(void)state;
	assert_int_equal(id_key(""), 0);
	assert_int_equal(id_key("0000000000000000000000001"), 0);   /* too short by one */
	assert_int_equal(id_key("000000000000000000000000001"), 0); /* too long by one */
	assert_int_equal(id_key("0000000000000000000000000U"), 0);
	assert_int_equal(id_key("0000000000000000000000000a"), 0);
	assert_int_equal(id_key("00000000000000000000000001"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_same_thing_has_the_same_id),
		cmocka_unit_test(test_ids_sort_by_time),
		cmocka_unit_test(test_the_form_is_that_of_a_ulid),
		cmocka_unit_test(test_key_stands_in_the_last_characters),
		cmocka_unit_test(test_what_is_no_id_tells_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
