#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void test_every_setting_is_whole_and_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *setting = &settings_table[i];

		assert_non_null(section_kind_to_string(setting->section));
		assert_non_null(setting->parse);
		assert_true(setting->help && setting->help[0] != '\0');
		assert_ptr_equal(setting_find(setting->section, setting->key), setting);
		assert_false(setting->fallback && setting->flags & SETTING_NEEDED);
	}
}

static void test_keys_are_found_near_and_elsewhere(void **state)
{
	(void)state;
	assert_null(setting_find(SECTION_FEED, "Readers"));
	assert_string_equal(setting_nearest(SECTION_DAEMON, "Reader"), "Readers");
	assert_null(setting_nearest(SECTION_FEED, "Journal"));
	assert_int_equal(setting_elsewhere("Readers"), SECTION_DAEMON);
	assert_int_equal(setting_elsewhere("Nowhere"), SECTION_KIND_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_setting_is_whole_and_once),
		cmocka_unit_test(test_keys_are_found_near_and_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
