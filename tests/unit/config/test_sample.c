/*
 * The sample configuration (conf/wirewatch.conf) against the settings table: each key is there, in
 * its section, with its default; and with its comment signs removed the sample is a configuration.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/macro.h"
#include "config/config.h"
#include "config/settings.h"
#include "support/scratch.h"

enum {
	SAMPLE_MAX = 64 * 1024,
};

/* Settings stand as `#Key=` and `#[Section`, prose as `# Prose`. */
static bool is_setting(const char *line)
{
	return line[0] == '#' && line[1] != '\0' && !strchr(" \n", line[1]);
}

static char *read_sample(void)
{
	char *sample = NULL;
	size_t length;

	assert_int_equal(file_read(SAMPLE, SAMPLE_MAX, &sample, &length), 0);
	return sample;
}

/* Whether the text, from the start of a line on, is `#KEY=`. */
static bool is_key(const char *line, const char *key)
{
	size_t length = strlen(key);

	return line[0] == '#' && strncmp(line + 1, key, length) == 0 && line[1 + length] == '=';
}

/* The section that a line opens, or `before`. */
static enum section_kind section_of(const char *line, enum section_kind before)
{
	char name[32];

	if (sscanf(line, "[%31[A-Za-z]", name) == 1 || sscanf(line, "#[%31[A-Za-z]", name) == 1)
		return section_kind_from_string(name);
	return before;
}

/* The value in the sample, copied; fails where the key is not in its section. */
static char *sample_value(const char *sample, const struct setting *setting)
{
	enum section_kind section = SECTION_KIND_INVALID;

	for (const char *line = sample; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		section = section_of(line, section);
		if (section == setting->section && is_key(line, setting->key)) {
			const char *value = line + strlen(setting->key) + 2;

			return strndup(value, strcspn(value, "\n"));
		}
	}
	fail_msg("conf/wirewatch.conf has no %s= in [%s]", setting->key,
		section_kind_to_string(setting->section));
	return NULL;
}

static void test_sample_has_every_key_and_the_daemons_defaults(void **state)
{
	char *sample = read_sample();

	(void)state;
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *setting = &settings_table[i];
		char *value = sample_value(sample, setting);

		if (setting->section == SECTION_DAEMON && setting->fallback)
			assert_string_equal(value, setting->fallback);
		free(value);
	}
	free(sample);
}

/* What another setting beside it stands for: one of them may be given. */
static bool is_alternative(const char *line)
{
	static const char *const keys[] = {
		"PasswordFile", "TokenCredential", "TokenFile", "ClientKeyCredential"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (is_key(line, keys[i]))
			return true;
	return false;
}

/* Removes the comment signs before settings, in place. */
static void uncomment(char *sample)
{
	char *to = sample;
	bool start = true;

	for (const char *from = sample; *from; from++) {
		if (!start || !is_setting(from) || is_alternative(from))
			*to++ = *from;
		start = *from == '\n';
	}
	*to = '\0';
}

static void assert_loads(const char *path)
{
	struct config_errors errors = {0};
	struct config *config = NULL;
	int r;

	r = config_load(path, &errors, &config);
	for (size_t i = 0; i < errors.count; i++)
		print_error("%s\n", errors.lines[i]);
	assert_int_equal(r, 0);
	config_errors_clear(&errors);
	config_free(config);
}

static void test_sample_is_good_as_it_is(void **state)
{
	(void)state;
	assert_loads(SAMPLE);
}

static void test_sample_is_good_with_all_its_settings(void **state)
{
	static const char *const others[] = {"client.pem", "client.key", "authority.pem",
		"mail-password", "mail-password.txt", "mail-ca.pem"};
	static const char secret[] = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3\n";
	char folder[SCRATCH_FOLDER_BYTES];
	char *sample = read_sample();

	(void)state;
	uncomment(sample);
	scratch_make(folder);
	scratch_write(folder, "wirewatch.conf", sample);
	scratch_write(folder, "desk.opml",
		"<opml version=\"2.0\"><body><outline text=\"World\" type=\"rss\" "
		"xmlUrl=\"https://example.net/rss\"/></body></opml>");
	scratch_write(folder, "desk-secret", secret);
	scratch_write(folder, "desk-secret.txt", secret);
	scratch_write(folder, "weapons.txt", "mortar\n");
	scratch_write(folder, "desk.template", "{\"text\": \"{{title}}\"}\n");
	scratch_write(folder, "example-password", "open sesame\n");
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		scratch_write(folder, others[i], "-----BEGIN EXAMPLE-----\n");
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
	assert_loads(folder);
	scratch_remove(folder);
	free(sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample_has_every_key_and_the_daemons_defaults),
		cmocka_unit_test(test_sample_is_good_as_it_is),
		cmocka_unit_test(test_sample_is_good_with_all_its_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
