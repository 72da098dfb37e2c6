/* How feeds are reached: credentials, headers, proxy, TLS, and which feeds are one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "config/config.h"
#include "support/scratch.h"

struct room {
	char folder[SCRATCH_FOLDER_BYTES];
	struct config *config;
};

static unsigned warnings;

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	scratch_make(room->folder);
	scratch_write(room->folder, "password", "open sesame\r\n");
	scratch_write(room->folder, "token", "t0k.en\n");
	scratch_write(room->folder, "client.pem", "-----BEGIN CERTIFICATE-----\n");
	scratch_write(room->folder, "list.opml",
		"<opml version=\"2.0\"><body>"
		"<outline text=\"a\" xmlUrl=\"https://example.org/a\"/>"
		"<outline text=\"b\" xmlUrl=\"https://me:pw@example.org/b\"/>"
		"</body></opml>");
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	scratch_remove(room->folder);
	config_free(room->config);
	free(room);
	return 0;
}

static struct config *load(struct room *room, const char *text)
{
	struct config_errors errors = {0};
	char path[SCRATCH_PATH_BYTES];
	int r;

	scratch_write(room->folder, "wirewatch.conf", text);
	scratch_path(room->folder, "wirewatch.conf", path);
	r = config_load(path, &errors, &room->config);
	for (size_t i = 0; i < errors.count; i++)
		print_error("%s\n", errors.lines[i]);
	assert_int_equal(r, 0);
	config_errors_clear(&errors);
	return room->config;
}

static void test_plain_feeds_have_no_access(void **state)
{
	const struct config *config = load(*state,
		"[Feed "
		"\"a\"]\nURL=https://example.org/a\nCookies=no\nVerifyTLS=yes\nUserAgent=x\n");

	assert_null(config->feeds[0].access);
	assert_string_equal(feed_key(&config->feeds[0]), "https://example.org/a");
}

static void test_password_is_the_line_of_its_file(void **state)
{
	const struct config *config = load(*state,
		"[Feed \"a\"]\nURL=https://example.org/a\nUser=reader\nPasswordFile=password\n"
		"Header=X-One: 1\nHeader=X-Two: 2\nProxy=socks5://127.0.0.1:1080\nCookies=yes\n"
		"ClientCertificate=client.pem\nCAFile=client.pem\nVerifyTLS=no\n");
	const struct access *access = config->feeds[0].access;

	assert_string_equal(access->user, "reader");
	assert_string_equal(access->password, "open sesame");
	assert_null(access->token);
	assert_string_equal(access->headers[0], "X-One: 1");
	assert_string_equal(access->headers[1], "X-Two: 2");
	assert_null(access->headers[2]);
	assert_string_equal(access->proxy, "socks5h://127.0.0.1:1080");
	assert_true(access->cookies);
	assert_true(access->unverified);
	assert_memory_equal(access->certificate.bytes, "-----BEGIN", 10);
	assert_memory_equal(access->authorities.bytes, "-----BEGIN", 10);
	assert_null(access->key.bytes);
}

static void test_credentials_of_systemd(void **state)
{
	struct room *room = *state;
	const struct config *config;

	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", room->folder, 1), 0);
	config = load(room,
		"[Feed \"a\"]\nURL=https://example.org/a\nUser=u\nPasswordCredential=password\n"
		"[Feed \"b\"]\nURL=https://example.org/b\nTokenCredential=token\n");
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	assert_string_equal(config->feeds[0].access->password, "open sesame");
	assert_string_equal(config->feeds[1].access->token, "t0k.en");
	assert_null(config->feeds[1].access->user);
}

static void test_user_and_password_are_taken_out_of_urls(void **state)
{
	const struct config *config =
		load(*state, "[Feed \"a\"]\nURL=https://m%40e:p%3Aw@example.org/a?b=c@d\n");

	assert_string_equal(config->feeds[0].url, "https://example.org/a?b=c@d");
	assert_string_equal(config->feeds[0].access->user, "m@e");
	assert_string_equal(config->feeds[0].access->password, "p:w");
}

static void test_percent_that_encodes_nothing_stays_in_a_password(void **state)
{
	static const char *const passwords[] = {"pa%5", "pa%", "pa%-1", "pa%+5z", "%0x1", "%00"};
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(passwords); i++) {
		struct room *room = *state;
		const struct config *config;

		(void)snprintf(text, sizeof(text), "[Feed \"a\"]\nURL=https://me:%s@example.org/\n",
			passwords[i]);
		config = load(room, text);
		assert_string_equal(config->feeds[0].access->password, passwords[i]);
		config_free(room->config);
		room->config = NULL;
	}
}

static void test_feeds_of_a_list_share_its_access(void **state)
{
	const struct config *config =
		load(*state, "[FeedList \"l\"]\nFile=list.opml\nProxy=http://proxy.example:3128\n");

	assert_int_equal(config->feed_count, 2);
	assert_string_equal(config->feeds[0].access->proxy, "http://proxy.example:3128");
	assert_null(config->feeds[0].access->user);
	assert_string_equal(config->feeds[1].url, "https://example.org/b");
	assert_string_equal(config->feeds[1].access->user, "me");
	assert_string_equal(config->feeds[1].access->proxy, "http://proxy.example:3128");
}

static void test_p16_one_url_with_two_credentials_is_two_feeds(void **state)
{
	const struct config *config = load(*state,
		"[Feed \"a\"]\nURL=https://example.org/a\nUser=one\nPasswordFile=password\n"
		"[Feed \"b\"]\nURL=https://example.org/a\nUser=two\nPasswordFile=password\n"
		"[Feed \"c\"]\nURL=https://EXAMPLE.org/a#c\nUser=two\nPasswordFile=password\n"
		"[Feed \"d\"]\nURL=https://example.org/a\nTags=plain\n");

	assert_int_equal(config->feed_count, 2);
	assert_string_equal(config->feeds[0].url, config->feeds[1].url);
	assert_string_equal(feed_key(&config->feeds[0]), "https://example.org/a");
	assert_string_not_equal(feed_key(&config->feeds[1]), feed_key(&config->feeds[0]));
	assert_null(strstr(feed_key(&config->feeds[1]), "sesame"));
	assert_string_equal(config->feeds[0].tags[0], "plain");
}

static void test_p16_urls_that_make_one_request_are_one_feed(void **state)
{
	const struct config *config = load(*state,
		"[Feed \"a\"]\nURL=https://example.org\n"
		"[Feed \"b\"]\nURL=https://example.org:443/\n"
		"[Feed \"c\"]\nURL=HTTPS://Example.org/#top\n"
		"[Feed \"d\"]\nURL=http://example.org:8080/d?q\n"
		"[Feed \"e\"]\nURL=http://example.org:80/d?q\n"
		"[Feed \"f\"]\nURL=http://example.org/d?q\n"
		"[Feed \"g\"]\nURL=http://example.org/D?q\n"
		"[Feed \"h\"]\nURL=http://[2001:DB8::1]:443?q\n"
		"[Feed \"i\"]\nURL=http://[2001:db8::1]:443/?q\n");

	assert_int_equal(config->feed_count, 5);
	assert_string_equal(config->feeds[0].url, "https://example.org");
	assert_string_equal(config->feeds[1].name, "d");
	assert_string_equal(config->feeds[2].name, "e");
	assert_string_equal(config->feeds[3].name, "g");
	assert_string_equal(config->feeds[4].name, "h");
}

static void test_p16_credentials_of_any_section_are_the_feeds(void **state)
{
	const struct config *config = load(*state,
		"[Feed \"a\"]\nURL=https://example.org/a\n"
		"[Feed \"b\"]\nURL=https://example.org/a\nTokenFile=token\n");

	assert_int_equal(config->feed_count, 1);
	assert_string_equal(config->feeds[0].access->token, "t0k.en");
}

static void test_a_changed_password_is_the_same_access(void **state)
{
	static const char text[] =
		"[Feed \"a\"]\nURL=https://example.org/a\nUser=u\nPasswordFile=password\n";
	struct room *room = *state;
	struct config *before = load(room, text);

	scratch_write(room->folder, "password", "another");
	(void)load(room, text);
	assert_string_equal(room->config->feeds[0].access->password, "another");
	assert_true(access_equal(before->feeds[0].access, room->config->feeds[0].access));
	config_free(before);
}

static void count_warning(const char *words)
{
	warnings++;
	assert_null(strstr(words, "sesame"));
	assert_non_null(strstr(words, "first a"));
}

static void test_unsafe_access_is_warned_about(void **state)
{
	const struct config *config = load(*state,
		"[Feed "
		"\"a\"]\nURL=http://example.org/a\nUser=u\nPasswordFile=password\nVerifyTLS=no\n"
		"[Feed \"b\"]\nURL=https://example.org/b\nTokenFile=token\n");

	warnings = 0;
	config_warn(config, count_warning);
	assert_int_equal(warnings, 2);
}

static void test_sixteen_headers_are_taken_and_no_more(void **state)
{
	struct room *room = *state;
	struct config_errors errors = {0};
	_cleanup_(config_freep) struct config *config = NULL;
	char text[2048] = "[Feed \"a\"]\nURL=https://example.org/a\n";
	char path[SCRATCH_PATH_BYTES];

	for (int i = 0; i < 16; i++)
		(void)sprintf(text + strlen(text), "Header=X-%d: %d\n", i, i);
	(void)load(room, text);
	(void)strcat(text, "Header=X-16: 16\n");
	scratch_write(room->folder, "wirewatch.conf", text);
	scratch_path(room->folder, "wirewatch.conf", path);
	assert_int_equal(config_load(path, &errors, &config), -EINVAL);
	assert_non_null(strstr(errors.lines[0], "too many headers; 16 are allowed"));
	config_errors_clear(&errors);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_plain_feeds_have_no_access),
		TEST(test_password_is_the_line_of_its_file),
		TEST(test_credentials_of_systemd),
		TEST(test_user_and_password_are_taken_out_of_urls),
		TEST(test_percent_that_encodes_nothing_stays_in_a_password),
		TEST(test_feeds_of_a_list_share_its_access),
		TEST(test_p16_one_url_with_two_credentials_is_two_feeds),
		TEST(test_p16_urls_that_make_one_request_are_one_feed),
		TEST(test_p16_credentials_of_any_section_are_the_feeds),
		TEST(test_a_changed_password_is_the_same_access),
		TEST(test_unsafe_access_is_warned_about),
		TEST(test_sixteen_headers_are_taken_and_no_more),
	};

	(void)unsetenv("CREDENTIALS_DIRECTORY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
