/* The settings table in itself, and the sample configuration that shows it. */
#include "config/settings.h"

#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/file.h"
#include "config/config.h"

enum {
	SAMPLE_MAX = 64 * 1024,
};

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
	assert_null(setting_nearest(SECTION_FEED, "Reader"));
	assert_int_equal(setting_elsewhere("Readers"), SECTION_DAEMON);
	assert_int_equal(setting_elsewhere("Nowhere"), SECTION_KIND_INVALID);
}

/* Whether the line of the sample is a setting or header behind a #. */
static bool is_shown_setting(const char *line)
{
	size_t length = 1;

	if (line[0] != '#')
		return false;
	while (isalnum((unsigned char)line[length]))
		length++;
	return line[1] == '[' || (length > 1 && line[length] == '=');
}

/* What needs files of its own. */
static bool needs_file(const char *line)
{
	return strstr(line, "[FeedList") || strncmp(line, "#File=", 6) == 0 ||
		strncmp(line, "#Secret", 7) == 0;
}

/* Takes the # away from every setting of the sample. */
static void uncomment(char *sample, struct buffer *ret)
{
	bool in_list = false;
	char *rest;

	for (char *line = strtok_r(sample, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (strstr(line, "["))
			in_list = needs_file(line);
		if (in_list || needs_file(line))
			continue;
		(void)buffer_printf(ret, "%s\n", line + is_shown_setting(line));
	}
}

static void test_sample_is_a_good_configuration(void **state)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(SAMPLE_MAX);
	_cleanup_(freep) char *sample = NULL;
	struct config_errors errors = {0};
	struct config *config = NULL;
	char path[] = "/tmp/wirewatch-test-sample-XXXXXX";
	int fd = mkstemp(path);
	size_t length;
	int r;

	(void)state;
	assert_int_equal(
		file_read(TEST_DATA "/../../../conf/wirewatch.conf", SAMPLE_MAX, &sample, &length),
		0);
	uncomment(sample, &text);
	assert_int_equal(write(fd, text.bytes, text.length), (ssize_t)text.length);
	(void)close(fd);
	r = config_load(path, &errors, &config);
	(void)unlink(path);
	for (size_t i = 0; i < errors.count; i++)
		print_error("%s\n", errors.lines[i]);
	config_errors_clear(&errors);
	assert_int_equal(r, 0);
	assert_true(config->feed_count > 0 && config->topic_count > 0 && config->hook_count > 2);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_setting_is_whole_and_once),
		cmocka_unit_test(test_keys_are_found_near_and_elsewhere),
		cmocka_unit_test(test_sample_is_a_good_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
