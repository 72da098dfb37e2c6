/*
 * What holds for every notifier, over the table of them.  The receiver stands in for HTTP, a
 * function of the test's for the journal's socket, real commands for commands.
 */
#include "notify/notifier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <event2/event.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/journal_socket.h"
#include "receiver.h"
#include "support/fake_clock.h"

#define NOON (UINT64_C(1792324800) * USEC_SEC)

enum {
	SECONDS_MAX = 20,
};

struct room {
	struct event_base *base;
	struct clock *clock;
	struct smtp_client *smtp;
	struct outcome outcome;
	char words[OUTCOME_WORDS_BYTES];
	unsigned calls;
	size_t kinds; /* how many can be tried here */
};

/* A way to make each notifier succeed or fail. */
struct way {
	struct hook good;
	struct hook bad;
};

static const char *good_command[] = {"/bin/true", NULL};
static const char *bad_command[] = {"/bin/sh", "-c", "echo no >&2; exit 1", NULL};

/* In order of trial; commands come last, for where they cannot be watched. */
static const enum hook_kind kinds[] = {HOOK_WEBHOOK, HOOK_JOURNAL, HOOK_MAIL, HOOK_EXEC};
_Static_assert(ARRAY_SIZE(kinds) == HOOK_KIND_MAX, "each notifier is tried");

static const struct way ways[HOOK_KIND_MAX] = {
	[HOOK_WEBHOOK] = {{.name = "w", .kind = HOOK_WEBHOOK, .url = "https://good.example/"},
		{.name = "w", .kind = HOOK_WEBHOOK, .url = "https://bad.example/"}},
	[HOOK_EXEC] = {{.name = "e",
			       .kind = HOOK_EXEC,
			       .argv = good_command,
			       .timeout = USEC_MINUTE},
		{.name = "e", .kind = HOOK_EXEC, .argv = bad_command, .timeout = USEC_MINUTE}},
	[HOOK_MAIL] = {{.name = "m",
			       .kind = HOOK_MAIL,
			       .url = "smtps://good.example",
			       .from = {NULL, "w@example.org"}},
		{.name = "m",
			.kind = HOOK_MAIL,
			.url = "smtps://bad.example",
			.from = {NULL, "w@example.org"}}},
	[HOOK_JOURNAL] = {{.name = "journal", .kind = HOOK_JOURNAL},
		{.name = "bad", .kind = HOOK_JOURNAL}},
};

static const struct alert alert = {
	.id = {"01KAJ4XG00ARTCCE0000000001"},
	.type = EVENT_STORY_NEW,
	.topic = "dprk-arms",
	.title = "Talks end",
	.event = "{}",
};

static bool journal_is_bad;
static unsigned journal_calls;

/* In place of base's; a system without a journal is no failure. */
int journal_socket_open(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

int journal_socket_send(int fd, const char *path, const struct iovec *fields, size_t count)
{
	assert_true(fd >= 0);
	assert_string_equal(path, JOURNAL_SOCKET);
	assert_int_equal(memcmp(fields[0].iov_base, "MESSAGE=", strlen("MESSAGE=")), 0);
	assert_true(count > 3);
	journal_calls++;
	return journal_is_bad ? -EAGAIN : -ENOENT;
}

/* valgrind 3.19 knows no pidfd_open(2). */
static size_t kinds_here(void)
{
	_cleanup_(closep) int pidfd = pidfd_open(getpid(), 0);

	return pidfd < 0 ? ARRAY_SIZE(kinds) - 1 : ARRAY_SIZE(kinds);
}

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	room->base = event_base_new();
	room->clock = fake_clock_new(NOON);
	assert_int_equal(smtp_client_new(room->base, room->clock, &room->smtp), 0);
	room->kinds = kinds_here();
	(void)alarm(SECONDS_MAX);
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;

	(void)alarm(0);
	receiver_reset();
	smtp_client_free(room->smtp);
	fake_clock_free(room->clock);
	event_base_free(room->base);
	free(room);
	return 0;
}

static void on_done(const struct outcome *outcome, void *userdata)
{
	struct room *room = userdata;

	room->outcome = *outcome;
	room->words[0] = '\0';
	if (outcome->words)
		(void)snprintf(room->words, sizeof(room->words), "%s", outcome->words);
	room->calls++;
	(void)event_base_loopbreak(room->base);
}

static struct attempt *start(struct room *room, const struct hook *hook)
{
	struct notifier_context context = {
		.base = room->base, .clock = room->clock, .smtp = room->smtp};
	struct attempt *attempt = NULL;

	journal_is_bad = strcmp(hook->name, "bad") == 0;
	room->calls = 0;
	assert_int_equal(
		notifier_of(hook->kind)->start(&context, hook, &alert, on_done, room, &attempt), 0);
	assert_non_null(attempt);
	/* Never from within the call. */
	assert_int_equal(room->calls, 0);
	return attempt;
}

static void answer(const struct hook *hook)
{
	if (hook->kind == HOOK_WEBHOOK)
		receiver_answer_all(strstr(hook->url, "good") ? 200 : 500);
}

static void finish(struct room *room, const struct hook *hook)
{
	answer(hook);
	if (room->calls == 0)
		(void)event_base_dispatch(room->base);
	assert_int_equal(room->calls, 1);
}

static void test_each_delivers_to_a_good_destination(void **state)
{
	struct room *room = *state;

	for (size_t k = 0; k < ARRAY_SIZE(kinds) && k < room->kinds; k++) {
		enum hook_kind kind = kinds[k];
		(void)start(room, &ways[kind].good);
		finish(room, &ways[kind].good);
		assert_int_equal(room->outcome.kind, OUTCOME_DELIVERED);
	}
	assert_int_equal(journal_calls, 1);
}

static void test_each_says_why_it_failed(void **state)
{
	struct room *room = *state;

	for (size_t k = 0; k < ARRAY_SIZE(kinds) && k < room->kinds; k++) {
		enum hook_kind kind = kinds[k];
		(void)start(room, &ways[kind].bad);
		finish(room, &ways[kind].bad);
		assert_int_not_equal(room->outcome.kind, OUTCOME_DELIVERED);
		assert_int_not_equal(room->outcome.kind, OUTCOME_DISABLED);
		assert_true(strlen(room->words) > 10);
		assert_null(strchr(room->words, '\n'));
	}
}

static void test_cancelled_attempt_calls_nobody(void **state)
{
	struct room *room = *state;

	for (size_t k = 0; k < ARRAY_SIZE(kinds) && k < room->kinds; k++) {
		enum hook_kind kind = kinds[k];
		struct attempt *attempt = start(room, &ways[kind].good);

		notifier_of(kind)->cancel(attempt);
		(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
		fake_clock_advance(room->clock, USEC_HOUR);
		(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
		assert_int_equal(room->calls, 0);
	}
}

static void test_attempts_of_one_hook_run_side_by_side(void **state)
{
	struct room *room = *state;

	for (size_t k = 0; k < ARRAY_SIZE(kinds) && k < room->kinds; k++) {
		enum hook_kind kind = kinds[k];
		for (unsigned i = 0; i < 8; i++)
			(void)start(room, &ways[kind].good);
		answer(&ways[kind].good);
		while (room->calls < 8)
			(void)event_base_loop(room->base, EVLOOP_ONCE);
		assert_int_equal(room->calls, 8);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_delivers_to_a_good_destination),
		TEST(test_each_says_why_it_failed),
		TEST(test_cancelled_attempt_calls_nobody),
		TEST(test_attempts_of_one_hook_run_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
