#include "websub/hub_signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macro.h"

/* RFC 2202 and RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?". */
static const char body[] = "what do ya want for nothing?";
static const char *const right[] = {
	"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
	"sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	"sha384=af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
	"8e2240ca5e69e2c78b3239ecfab21649",
	"sha512=164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	"9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
	"SHA1=EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79",
};

static void test_all_four_methods_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++)
		assert_true(hub_signature_is_right(right[i], "Jefe", body, strlen(body)));
}

static void test_another_secret_or_body_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		assert_false(hub_signature_is_right(right[i], "Jeff", body, strlen(body)));
		assert_false(hub_signature_is_right(right[i], "Jefe", body, strlen(body) - 1));
	}
}

static void test_other_forms_are_wrong(void **state)
{
	static const char *const wrong[] = {NULL, "", "=", "sha1",
		"sha1=", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
		"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c7",
		"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c790",
		"md5=750c783e6ab0b503eaa86e310a5db738",
		"sha256=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
		" sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(hub_signature_is_right(wrong[i], "Jefe", body, strlen(body)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_four_methods_are_known),
		cmocka_unit_test(test_another_secret_or_body_is_wrong),
		cmocka_unit_test(test_other_forms_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
