/* Whole configurations: a good one, and every class of faults with the lines that users see. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/file.h"
#include "config/config.h"
#include "support/scratch.h"

enum {
	FILE_MAX = 256 * 1024,
	SECRET_BYTES = 24,
};

static struct config *load_good(void)
{
	struct config_errors errors = {0};
	struct config *config = NULL;
	int r;

	r = config_load(TEST_DATA "/good", &errors, &config);
	for (size_t i = 0; i < errors.count; i++)
		print_error("%s\n", errors.lines[i]);
	assert_int_equal(r, 0);
	config_errors_clear(&errors);
	return config;
}

static const struct feed *find_feed(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->feed_count; i++)
		if (strcmp(config->feeds[i].name, name) == 0)
			return &config->feeds[i];
	fail_msg("there is no feed %s", name);
	return NULL;
}

static void assert_words(const char *const *words, ...)
{
	va_list expected;
	const char *word;

	va_start(expected, words);
	for (;; words++) {
		word = va_arg(expected, const char *);
		if (!word)
			break;
		assert_non_null(*words);
		assert_string_equal(*words, word);
	}
	assert_null(*words);
	va_end(expected);
}

static void test_daemon_settings_and_defaults(void **state)
{
	_cleanup_(config_freep) struct config *config = load_good();

	(void)state;
	assert_int_equal(config->poll_interval, 10 * USEC_MINUTE); /* the drop-in comes later */
	assert_int_equal(config->host_gap, 0);
	assert_int_equal(config->readers, 2);
	assert_int_equal(config->host_connections, 1);
	assert_int_equal(config->max_transfers, 64);
	assert_int_equal(config->remember, 400 * USEC_DAY);
	assert_int_equal(config->keep, 90 * USEC_DAY);
	assert_string_equal(config->state_directory, "/var/lib/wirewatch");
	assert_string_equal(config->control_socket, "/run/wirewatch/control.sock");
	assert_string_equal(config->hook_socket, "/run/wirewatch/hook.sock");
	assert_string_equal(config->private_networks, "127.1.0.0/16 fd00::/8");
	assert_string_equal(
		config->user_agent, "wirewatch/" WIREWATCH_VERSION " (+https://example.org/bot)");
	assert_true(config->journal);
	assert_words(config->notify, "desk", "journal", NULL);
}

static void test_feeds_of_one_url_are_one(void **state)
{
	_cleanup_(config_freep) struct config *config = load_good();
	const struct feed *feed = find_feed(config, "ap-world");

	(void)state;
	assert_string_equal(feed->url, "https://example.org/world.rss");
	assert_words(feed->tags, "wire", "world", "agency", "listed", NULL);
	for (size_t i = 0; i < config->feed_count; i++)
		assert_string_not_equal(config->feeds[i].name, "alias");
	assert_ptr_equal(config_find_feed(config, "alias"), feed);
	assert_ptr_equal(config_find_feed(config, "ap-world"), feed);
	assert_ptr_equal(config_find_feed(config, feed->url), feed);
	assert_null(config_find_feed(config, "nobody"));
}

static void test_feed_overrides_defaults_of_daemon(void **state)
{
	_cleanup_(config_freep) struct config *config = load_good();
	const struct feed *feed = find_feed(config, "quotes \" and \\ here]");

	(void)state;
	assert_int_equal(feed->poll_interval, USEC_SEC);
	assert_int_equal(feed->backfill, 0);
	assert_int_equal(find_feed(config, "ap-world")->backfill, 2 * USEC_HOUR);
	assert_int_equal(find_feed(config, "ap-world")->poll_interval, 0);
	assert_non_null(feed->tags);
	assert_null(feed->tags[0]);
}

static void test_outlines_become_feeds_with_tags(void **state)
{
	_cleanup_(config_freep) struct config *config = load_good();
	const struct feed *third = find_feed(config, "Third Paper");

	(void)state;
	assert_int_equal(config->feed_count, 6);
	assert_string_equal(third->url, "https://third.example/rss?a=1&b=2");
	assert_words(third->tags, "listed", "World-News", "Asia", "Far-East", "Wire", NULL);
	assert_words(find_feed(config, "By title")->tags, "listed", "World-News", "Inner", NULL);
	assert_string_equal(find_feed(config, "ap-world (2)")->url, "https://fifth.example/");
	assert_string_equal(
		find_feed(config, "https://sixth.example/feed")->url, "https://sixth.example/feed");
}

static void test_queries_are_kept_raw(void **state)
{
	_cleanup_(config_freep) struct config *config = load_good();
	const struct topic *topic = &config->topics[0];

	(void)state;
	assert_int_equal(config->topic_count, 2);
	assert_string_equal(topic->name, "dprk-arms");
	assert_string_equal(topic->query,
		"(\"north korea\" OR dprk) NEAR/30 (arms OR munition*) AND (russia* OR moscow) "
		"NOT \"foot;ball # no comment\"");
	assert_int_equal(topic->line, 28);
	assert_string_equal(topic->file, TEST_DATA "/good/wirewatch.conf");
	assert_int_equal(topic->alert, ALERT_ON_NEW | ALERT_ON_UPDATE);
	assert_words(topic->notify, "desk", "archive", "journal", NULL);
	assert_int_equal(config->topics[1].alert, ALERT_ON_NEW);
	assert_null(config->topics[1].feeds);
	assert_words(config->topics[1].notify, "journal", NULL);
}

static void test_topics_take_feeds_by_name_and_tag(void **state)
{
	_cleanup_(config_freep) struct config *config = load_good();
	const struct topic *topic = &config->topics[0];

	(void)state;
	assert_true(config_topic_takes(topic, find_feed(config, "ap-world")));
	assert_true(config_topic_takes(topic, find_feed(config, "Third Paper")));
	assert_false(config_topic_takes(topic, find_feed(config, "By title")));
	assert_true(config_topic_takes(&config->topics[1], find_feed(config, "By title")));
}

static const struct hook *find_hook(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->hook_count; i++)
		if (strcmp(config->hooks[i].name, name) == 0)
			return &config->hooks[i];
	fail_msg("there is no hook %s", name);
	return NULL;
}

static void test_hooks_with_secret_and_arguments(void **state)
{
	_cleanup_(config_freep) struct config *config = load_good();
	const struct hook *desk = find_hook(config, "desk");
	const struct hook *archive = find_hook(config, "archive");

	(void)state;
	assert_int_equal(config->hook_count, 3);
	assert_int_equal(desk->kind, HOOK_WEBHOOK);
	assert_string_equal(desk->method, "POST");
	assert_words(desk->headers, "X-Desk: world", "X-Other: two", NULL);
	assert_int_equal(desk->secret_length, SECRET_BYTES);
	assert_null(desk->next_secret);
	assert_int_equal(desk->timeout, 30 * USEC_SEC);
	assert_int_equal(desk->retry_first, 5 * USEC_SEC);
	assert_int_equal(desk->retry_for, USEC_DAY);
	assert_int_equal(archive->kind, HOOK_EXEC);
	assert_int_equal(archive->timeout, 10 * USEC_SEC);
	assert_words(archive->argv, "/usr/local/bin/archive-article", "--into", "/srv/two words",
		"single \"quoted\"", "back slash", NULL);
	assert_string_equal(archive->socket, "/run/wirewatch/hook.sock");
	assert_null(desk->socket);
	assert_int_equal(find_hook(config, "journal")->kind, HOOK_JOURNAL);
}

static void test_state_directory_of_systemd_is_the_default(void **state)
{
	_cleanup_(config_freep) struct config *config = NULL;

	(void)state;
	assert_int_equal(setenv("STATE_DIRECTORY", "/var/lib/private/ww:/other", 1), 0);
	config = load_good();
	assert_int_equal(unsetenv("STATE_DIRECTORY"), 0);
	assert_string_equal(config->state_directory, "/var/lib/private/ww");
}

/* The messages name files by path; the golden ones from the folder of the case. */
static void add_without_folder(struct buffer *buffer, const char *line)
{
	static const char folder[] = TEST_DATA "/errors/";
	const char *found;

	while ((found = strstr(line, folder))) {
		(void)buffer_add(buffer, line, (size_t)(found - line));
		line = found + strlen(folder);
	}
	(void)buffer_add_string(buffer, line);
	(void)buffer_add_char(buffer, '\n');
}

static void check_faults(const char *name)
{
	_cleanup_(buffer_free) struct buffer got = BUFFER_INIT(FILE_MAX);
	_cleanup_(freep) char *expected = NULL;
	struct config_errors errors = {0};
	_cleanup_(config_freep) struct config *config = NULL;
	char path[512];
	size_t length;

	(void)snprintf(path, sizeof(path), TEST_DATA "/errors/%s.conf", name);
	assert_int_equal(config_load(path, &errors, &config), -EINVAL);
	for (size_t i = 0; i < errors.count; i++)
		add_without_folder(&got, errors.lines[i]);
	config_errors_clear(&errors);
	(void)snprintf(path, sizeof(path), TEST_DATA "/errors/%s.errors", name);
	assert_int_equal(file_read(path, FILE_MAX, &expected, &length), 0);
	if (strcmp(buffer_string(&got), expected) != 0)
		fail_msg("%s\n--- got\n%s--- expected\n%s", name, buffer_string(&got), expected);
}

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".conf") == 0;
}

static void test_every_fault_is_told_with_its_place(void **state)
{
	struct dirent **entries;
	int count = scandir(TEST_DATA "/errors", &entries, is_case, alphasort);

	(void)state;
	assert_true(count >= 7);
	for (int i = 0; i < count; i++) {
		*strrchr(entries[i]->d_name, '.') = '\0';
		check_faults(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static void test_missing_configuration_says_where(void **state)
{
	struct config_errors errors = {0};
	_cleanup_(config_freep) struct config *config = NULL;

	(void)state;
	assert_int_equal(config_load("/nonexistent/wirewatch", &errors, &config), -EINVAL);
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.lines[0],
		"/nonexistent/wirewatch: No such file or directory; expected one file, or a "
		"folder with wirewatch.conf");
	config_errors_clear(&errors);
}

/* Loads a text as a file, from a folder that is gone then. */
static int load_text(const char *text, struct config_errors *errors, struct config **ret)
{
	char folder[SCRATCH_FOLDER_BYTES];
	char path[SCRATCH_PATH_BYTES];
	int r;

	scratch_make(folder);
	scratch_write(folder, "wirewatch.conf", text);
	scratch_path(folder, "wirewatch.conf", path);
	r = config_load(path, errors, ret);
	scratch_remove(folder);
	return r;
}

static void test_faults_beyond_the_limit_are_counted(void **state)
{
	struct config_errors errors = {0};
	_cleanup_(config_freep) struct config *config = NULL;
	struct buffer text = BUFFER_INIT(FILE_MAX);

	(void)state;
	(void)buffer_add_string(&text, "[Daemon]\n");
	for (int i = 0; i < CONFIG_ERRORS_MAX + 5; i++)
		(void)buffer_printf(&text, "Unknown%d=1\n", i);
	assert_int_equal(load_text(text.bytes, &errors, &config), -EINVAL);
	buffer_free(&text);
	assert_int_equal(errors.count, CONFIG_ERRORS_MAX);
	assert_int_equal(errors.dropped, 5);
	config_errors_clear(&errors);
	assert_int_equal(errors.count, 0);
}

static void check_feed_count(int feeds, int expected)
{
	_cleanup_(config_freep) struct config *config = NULL;
	struct config_errors errors = {0};
	struct buffer text = BUFFER_INIT(32 * 1024 * 1024);

	for (int i = 0; i < feeds; i++)
		(void)buffer_printf(&text, "[Feed \"f%d\"]\nURL=http://example.org/%d.xml\n", i, i);
	assert_int_equal(load_text(text.bytes, &errors, &config), expected);
	buffer_free(&text);
	if (expected == 0)
		assert_int_equal(config->feed_count, feeds);
	else
		assert_string_equal(errors.lines[0], "200001 feeds; at most 200000 are taken");
	config_errors_clear(&errors);
}

static void test_feeds_are_bounded(void **state)
{
	(void)state;
	check_feed_count(200000, 0);
	check_feed_count(200001, -EINVAL);
}

static void test_credentials_are_read_from_the_folder_of_systemd(void **state)
{
	static const char text[] =
		"[Webhook \"w\"]\nURL=https://example.org/\nSecretCredential=old new\n";
	_cleanup_(config_freep) struct config *config = NULL;
	struct config_errors errors = {0};
	char folder[SCRATCH_FOLDER_BYTES];

	(void)state;
	scratch_make(folder);
	scratch_write(folder, "old", "whsec_b2xk");
	scratch_write(folder, "new", "bmV3");
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
	assert_int_equal(load_text(text, &errors, &config), 0);
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	assert_memory_equal(config->hooks[0].secret, "old", 3);
	assert_int_equal(config->hooks[0].secret_length, 3);
	assert_memory_equal(config->hooks[0].next_secret, "new", 3);
	assert_int_equal(config->hooks[0].next_secret_length, 3);
	scratch_remove(folder);
}

static void test_folder_needs_no_drop_ins_and_passes_over_what_is_none(void **state)
{
	static const char faulty[] = "what an editor left\n";
	_cleanup_(config_freep) struct config *without = NULL;
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_(config_errors_clear) struct config_errors errors = {0};
	char folder[SCRATCH_FOLDER_BYTES];
	char path[SCRATCH_PATH_BYTES];

	(void)state;
	scratch_make(folder);
	scratch_write(folder, "wirewatch.conf", "[Daemon]\nReaders=3\n");
	assert_int_equal(config_load(folder, &errors, &without), 0);
	assert_int_equal(without->readers, 3);
	scratch_path(folder, "conf.d", path);
	assert_int_equal(mkdir(path, 0700), 0);
	scratch_write(folder, "conf.d/.#feeds.conf", faulty);
	scratch_write(folder, "conf.d/feeds.conf.bak", faulty);
	scratch_write(folder, "conf.d/.conf", faulty);
	scratch_write(folder, "conf.d/feeds.conf", "[Daemon]\nReaders=4\n");
	scratch_path(folder, "conf.d/masked.conf", path);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(config_load(folder, &errors, &config), 0);
	assert_int_equal(config->readers, 4);
	scratch_remove(folder);
}

static void test_drop_ins_that_cannot_be_listed_are_a_fault(void **state)
{
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_(config_errors_clear) struct config_errors errors = {0};
	char folder[SCRATCH_FOLDER_BYTES];

	(void)state;
	scratch_make(folder);
	scratch_write(folder, "wirewatch.conf", "");
	scratch_write(folder, "conf.d", "");
	assert_int_equal(config_load(folder, &errors, &config), -EINVAL);
	assert_int_equal(errors.count, 1);
	assert_non_null(
		strstr(errors.lines[0], "/conf.d: cannot read the folder: Not a directory"));
	scratch_remove(folder);
}

/* Reading them would stop a start, and in a reload the loop. */
static void test_pipes_are_refused_and_not_waited_for(void **state)
{
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_(config_errors_clear) struct config_errors errors = {0};
	char folder[SCRATCH_FOLDER_BYTES];
	char path[SCRATCH_PATH_BYTES];

	(void)state;
	scratch_make(folder);
	scratch_path(folder, "conf.d", path);
	assert_int_equal(mkdir(path, 0700), 0);
	scratch_path(folder, "conf.d/pipe.conf", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	scratch_path(folder, "pipe", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	scratch_write(folder, "wirewatch.conf",
		"[FeedList \"a\"]\nFile=pipe\n[List \"b\"]\nFile=pipe\n"
		"[Webhook \"c\"]\nURL=https://example.org/\nSecretFile=pipe\nTemplate=pipe\n"
		"[Feed \"d\"]\nURL=https://example.org/\nTokenFile=pipe\nCAFile=pipe\n");
	assert_int_equal(config_load(folder, &errors, &config), -EINVAL);
	assert_int_equal(errors.count, 7);
	for (size_t i = 0; i < errors.count; i++)
		assert_non_null(strstr(errors.lines[i], "it is a pipe, a socket or a terminal"));
	scratch_remove(folder);
}

static void test_hooks_have_the_socket_of_the_daemon_or_none(void **state)
{
	char text[512];

	(void)state;
	for (size_t length = 106; length <= 108; length++) {
		_cleanup_(config_freep) struct config *config = NULL;
		_cleanup_(config_errors_clear) struct config_errors errors = {0};

		(void)snprintf(text, sizeof(text),
			"[Daemon]\nHookSocket=/%0*d\n[Exec \"a\"]\nCommand=/bin/true\n",
			(int)length - 1, 0);
		assert_int_equal(load_text(text, &errors, &config), length <= 107 ? 0 : -EINVAL);
		if (length <= 107)
			assert_int_equal(strlen(config->hooks[0].socket), length);
	}
}

static void test_hooks_may_be_kept_out_of_units(void **state)
{
	static const char text[] = "[Daemon]\nHookSocket=no\n[Exec \"a\"]\nCommand=/bin/true\n";
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_(config_errors_clear) struct config_errors errors = {0};

	(void)state;
	assert_int_equal(load_text(text, &errors, &config), 0);
	assert_null(config->hook_socket);
	assert_null(config->hooks[0].socket);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_daemon_settings_and_defaults),
		cmocka_unit_test(test_feeds_of_one_url_are_one),
		cmocka_unit_test(test_feed_overrides_defaults_of_daemon),
		cmocka_unit_test(test_outlines_become_feeds_with_tags),
		cmocka_unit_test(test_queries_are_kept_raw),
		cmocka_unit_test(test_topics_take_feeds_by_name_and_tag),
		cmocka_unit_test(test_hooks_with_secret_and_arguments),
		cmocka_unit_test(test_state_directory_of_systemd_is_the_default),
		cmocka_unit_test(test_every_fault_is_told_with_its_place),
		cmocka_unit_test(test_missing_configuration_says_where),
		cmocka_unit_test(test_faults_beyond_the_limit_are_counted),
		cmocka_unit_test(test_feeds_are_bounded),
		cmocka_unit_test(test_credentials_are_read_from_the_folder_of_systemd),
		cmocka_unit_test(test_folder_needs_no_drop_ins_and_passes_over_what_is_none),
		cmocka_unit_test(test_drop_ins_that_cannot_be_listed_are_a_fault),
		cmocka_unit_test(test_pipes_are_refused_and_not_waited_for),
		cmocka_unit_test(test_hooks_have_the_socket_of_the_daemon_or_none),
		cmocka_unit_test(test_hooks_may_be_kept_out_of_units),
	};

	(void)unsetenv("STATE_DIRECTORY");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
