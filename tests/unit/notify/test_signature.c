#include "notify/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "base/secret.h"

static void test_signature_is_that_of_the_published_vector(void **state)
{
	static const char body[] = "{\"test\": 2432232314}";
	struct signature_subject subject = {
		"msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, strlen(body)};
	unsigned char *key;
	size_t length;
	char signature[SIGNATURE_SIZE];

	(void)state;
	assert_int_equal(secret_parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &key, &length), 0);
	assert_int_equal(length, 24);
	assert_int_equal(signature_make(&subject, key, length, signature), 0);
	assert_string_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	secret_free(key, length);
}

static void test_signature_depends_on_each_part(void **state)
{
	const unsigned char key[] = "0123456789abcdef01234567";
	const unsigned char other[] = "0123456789abcdef01234568";
	const struct signature_subject subjects[] = {
		{"a", 1, "x", 1}, {"b", 1, "x", 1}, {"a", 2, "x", 1}, {"a", 1, "y", 1}};
	char signatures[5][SIGNATURE_SIZE];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(signature_make(&subjects[i], key, 24, signatures[i]), 0);
	assert_int_equal(signature_make(&subjects[0], other, 24, signatures[4]), 0);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(strlen(signatures[i]), SIGNATURE_SIZE - 1);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(signatures[i], signatures[j]);
	}
}

static void assert_secret(const char *text, const char *expected)
{
	unsigned char *key = NULL;
	size_t length = 0;

	assert_int_equal(secret_parse(text, &key, &length), 0);
	assert_int_equal(length, strlen(expected));
	assert_memory_equal(key, expected, length);
	secret_free(key, length);
}

static void test_secret_may_lack_prefix_and_padding(void **state)
{
	(void)state;
	assert_secret("whsec_c2VjcmV0cw==", "secrets");
	assert_secret("  whsec_c2VjcmV0cw==\n", "secrets");
	assert_secret("c2VjcmV0cw", "secrets");
	assert_secret("c2VjcmV0", "secret");
}

static void test_secret_that_is_no_base64_is_refused(void **state)
{
	static const char *const texts[] = {"", "whsec_", "whsec_=", "whsec_====", "whsec_a",
		"whsec_c2Vj cmV0", "whsec_c2VjcmV0cw=", "whsec_c2Vjcm!0",
		"whsec_c2VjcmV0cx==" /* spare bits */};
	unsigned char *key;
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(secret_parse(texts[i], &key, &length), -EINVAL);
}

static void test_secret_is_bounded(void **state)
{
	char text[400];
	unsigned char *key;
	size_t length;

	(void)state;
	memset(text, 'A', sizeof(text));
	memcpy(text, "whsec_", 6);
	/* 340 digits without padding are 255 bytes, 342 are 256, 343 are 257. */
	text[6 + 342] = '\0';
	assert_int_equal(secret_parse(text, &key, &length), 0);
	assert_int_equal(length, SECRET_BYTES_MAX);
	secret_free(key, length);
	text[6 + 342] = 'A';
	text[6 + 343] = '\0';
	assert_int_equal(secret_parse(text, &key, &length), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signature_is_that_of_the_published_vector),
		cmocka_unit_test(test_signature_depends_on_each_part),
		cmocka_unit_test(test_secret_may_lack_prefix_and_padding),
		cmocka_unit_test(test_secret_that_is_no_base64_is_refused),
		cmocka_unit_test(test_secret_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
