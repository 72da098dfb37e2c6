/*
 * Mails against golden files (tests/data/notify/EVENT.mail), and what no text of a stranger's may
 * bring about.
 */
#include "notify/mail_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <jansson.h>

#include "notify/mail.h"
#include "notify/mail_text.h"
#include "sample_event.h"
#include "support/golden.h"

static struct mailbox recipients[] = {
	{"Büro \"News\"", "desk@example.org"}, {NULL, "archive@example.net"}};

static const struct hook hook = {
	.name = "mail",
	.kind = HOOK_MAIL,
	.from = {"wirewatch", "wirewatch@example.org"},
	.to = {recipients, 2},
};

/* Not inlined: GCC 12 at -O3 would take the message for a pointer to the local one. */
__attribute__((noinline)) static const char *build(json_t *event, struct arena *arena)
{
	struct alert alert = sample_alert(event, arena);
	const char *message = NULL;
	size_t length = 0;

	assert_int_equal(mail_message_build(&hook, &alert, arena, &message, &length), 0);
	assert_int_equal(length, strlen(message));
	return message;
}

/* Golden files have LF alone, so that they are ordinary text files. */
static void check_golden(const char *path, const char *message)
{
	static char text[65536];
	size_t length = 0;

	for (const char *c = message; *c != '\0'; c++)
		if (*c != '\r')
			text[length++] = *c;
	text[length] = '\0';
	golden_check(path, text);
}

static void test_each_event_is_as_its_golden_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sample_events); i++) {
		json_t *event = sample_event(sample_events[i]);
		struct arena *arena;
		char path[512];

		assert_int_equal(arena_new(MAIL_ARENA_BYTES, &arena), 0);
		(void)snprintf(path, sizeof(path), "%s/%s.mail", TEST_DATA, sample_events[i]);
		check_golden(path, build(event, arena));
		arena_free(arena);
		json_decref(event);
	}
}

/* RFC 5322 section 2.1 and 2.1.1: ASCII, lines end in CR LF, at most 78 characters. */
static void assert_well_formed(const char *message)
{
	size_t length = 0;

	for (const char *c = message; *c != '\0'; c++) {
		if (*c == '\r') {
			assert_int_equal(c[1], '\n');
			assert_true(length <= 78);
			length = 0;
			c++;
			continue;
		}
		assert_true(*c >= ' ' && *c <= '~');
		length++;
	}
	assert_int_equal(length, 0);
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		count++;
	return count;
}

static void fill(char *room, size_t length, const char *sign)
{
	size_t step = strlen(sign);

	for (size_t i = 0; i < length / step * step; i++)
		room[i] = sign[i % step];
}

static void test_no_text_makes_a_field_or_a_part(void **state)
{
	static const char *const signs[] = {"x", "\r\nBcc: a@b.c\r\n\r\n",
		"=?UTF-8?B?QQ==?= ", "--=_01J\n", "€", "&", "<", "\"", "word ", ".\r\n", "\x01",
		"=", " ", "日本語"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		char title[1025] = "";
		char excerpt[2049] = "";
		json_t *event = sample_event("story_new");
		json_t *data = json_object_get(event, "data");
		json_t *article = json_object_get(data, "article");
		const char *message;
		const char *body;
		struct arena *arena;

		fill(title, sizeof(title) - 1, signs[i]);
		fill(excerpt, sizeof(excerpt) - 1, signs[i]);
		(void)json_object_set_new(article, "title", json_string(title));
		(void)json_object_set_new(article, "excerpt", json_string(excerpt));
		(void)json_object_set_new(article, "feed_title", json_string(title));
		(void)json_object_set_new(data, "topic", json_string(title));
		assert_int_equal(arena_new(MAIL_ARENA_BYTES, &arena), 0);
		message = build(event, arena);
		assert_well_formed(message);
		body = strstr(message, "\r\n\r\n");
		assert_non_null(body);
		assert_true(!strstr(message, "\r\nBcc:") || strstr(message, "\r\nBcc:") > body);
		assert_int_equal(count_of(message, "\r\nSubject:"), 1);
		assert_int_equal(count_of(message, "\r\n--=_01"), 3);
		arena_free(arena);
		json_decref(event);
	}
}

static void test_mails_of_a_story_are_one_thread(void **state)
{
	json_t *first = sample_event("story_new");
	json_t *later = sample_event("story_update");
	const char *id = json_string_value(json_object_get(first, "id"));
	char line[128];
	struct arena *arena;

	(void)state;
	assert_int_equal(arena_new(4 * MAIL_ARENA_BYTES, &arena), 0);
	(void)json_object_set_new(later, "id", json_string("01KAJ4XG00W7Q2M5R8T1V3X6ZA"));
	(void)snprintf(line, sizeof(line), "\r\nMessage-ID: <%s@example.org>\r\n", id);
	assert_non_null(strstr(build(first, arena), line));
	assert_null(strstr(build(later, arena), line));
	(void)snprintf(line, sizeof(line), "\r\nReferences: <story.%s@example.org>\r\n",
		json_string_value(json_object_get(
			json_object_get(json_object_get(first, "data"), "story"), "id")));
	assert_non_null(strstr(build(first, arena), line));
	assert_non_null(strstr(build(later, arena), line));
	/* An attempt after another is the same mail to the letter. */
	assert_string_equal(build(first, arena), build(first, arena));
	arena_free(arena);
	json_decref(first);
	json_decref(later);
}

static void test_event_that_is_none_is_refused(void **state)
{
	struct alert alert = {.event = "no event"};
	const char *message;
	struct arena *arena;
	size_t length;

	(void)state;
	assert_int_equal(arena_new(MAIL_ARENA_BYTES, &arena), 0);
	assert_int_equal(mail_message_build(&hook, &alert, arena, &message, &length), -EBADMSG);
	arena_free(arena);
}

static void check_field(const char *text, const char *expected)
{
	struct buffer mail = BUFFER_INIT(4096);

	mail_add_field(&mail, "Subject", text);
	assert_string_equal(buffer_string(&mail), expected);
	buffer_free(&mail);
}

static void test_fields_are_encoded_where_they_must_be(void **state)
{
	char text[80] = "";

	(void)state;
	check_field("Talks end", "Subject: Talks end\r\n");
	check_field("", "Subject: \r\n");
	check_field("Größe", "Subject: =?UTF-8?B?R3LDtsOfZQ==?=\r\n");
	check_field("a\r\nb", "Subject: =?UTF-8?B?YQ0KYg==?=\r\n");
	check_field("=?x", "Subject: =?UTF-8?B?PT94?=\r\n");
	memset(text, 'x', MAIL_LINE_MAX - strlen("Subject: "));
	check_field(text,
		"Subject: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"\r\n");
	text[strlen(text)] = 'x';
	check_field(text,
		"Subject: =?UTF-8?B?"
		"eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4?=\r\n"
		" =?UTF-8?B?eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=?=\r\n");
}

static void check_quoted(const char *text, const char *expected)
{
	struct buffer mail = BUFFER_INIT(4096);

	mail_add_quoted_printable(&mail, text);
	assert_string_equal(buffer_string(&mail), expected);
	buffer_free(&mail);
}

static void test_parts_are_quoted_printable(void **state)
{
	(void)state;
	check_quoted("a=b\n", "a=3Db\r\n");
	check_quoted("-- \nx ", "--=20\r\nx=20\r\n");
	check_quoted("é", "=C3=A9\r\n");
	check_quoted("1234567890123456789012345678901234567890123456789012345678901234567890123456",
		"123456789012345678901234567890123456789012345678901234567890123456789012345="
		"\r\n6\r"
		"\n");
}

static struct outcome outcome_of(enum smtp_stage stage, int code, const char *words)
{
	static char room[OUTCOME_WORDS_BYTES];

	return mail_outcome(
		&(struct smtp_result){.stage = stage, .code = code, .words = words}, room);
}

static void test_answers_of_the_server_are_judged(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(SMTP_ACCEPTED, 250, NULL).kind, OUTCOME_DELIVERED);
	assert_int_equal(outcome_of(SMTP_RECIPIENT, 450, "grey").kind, OUTCOME_RETRY);
	assert_false(outcome_of(SMTP_RECIPIENT, 450, "grey").unwell);
	assert_int_equal(outcome_of(SMTP_RECIPIENT, 550, "no").kind, OUTCOME_FAILED);
	assert_int_equal(outcome_of(SMTP_CONTENT, 554, "spam").kind, OUTCOME_FAILED);
	assert_int_equal(outcome_of(SMTP_SENDER, 421, "bye").kind, OUTCOME_RETRY);
	assert_true(outcome_of(SMTP_SENDER, 421, "bye").unwell);
	/* A password that is changed on one side only costs no mail. */
	assert_int_equal(outcome_of(SMTP_LOGIN, 535, "no").kind, OUTCOME_RETRY);
	assert_true(outcome_of(SMTP_LOGIN, 535, "no").unwell);
	assert_int_equal(outcome_of(SMTP_CONNECT, 0, "down").kind, OUTCOME_RETRY);
	assert_true(outcome_of(SMTP_CONTENT, 0, "broke off").unwell);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_event_is_as_its_golden_file),
		cmocka_unit_test(test_no_text_makes_a_field_or_a_part),
		cmocka_unit_test(test_mails_of_a_story_are_one_thread),
		cmocka_unit_test(test_event_that_is_none_is_refused),
		cmocka_unit_test(test_fields_are_encoded_where_they_must_be),
		cmocka_unit_test(test_parts_are_quoted_printable),
		cmocka_unit_test(test_answers_of_the_server_are_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
