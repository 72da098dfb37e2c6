#include "commands/hook_test.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "commands/reply.h"
#include "control/later.h"
#include "notify/destination.h"
#include "notify/health_event.h"
#include "notify/transcript.h"

enum {
	EVENT_ARENA_BYTES = 128 * 1024,
	NAME_TOLD_BYTES = 100,
};

struct hook_test {
	struct hook_test *next;
	struct hook_tests *tests;
	struct destination *destination; /* a reload may take the configuration away */
	struct arena *arena;             /* of `alert` */
	struct alert alert;
	struct buffer transcript;
	struct attempt *attempt;
	struct control_later *later; /* NULL: who asked has left */
	usec started;                /* monotonic */
};

struct hook_tests {
	struct notifier_context context;
	struct hook_test *first;
	size_t count;
};

static void test_free(struct hook_test *test)
{
	struct hook_test **place = &test->tests->first;

	while (*place != test)
		place = &(*place)->next;
	*place = test->next;
	test->tests->count--;
	if (test->attempt)
		notifier_of(test->destination->hook.kind)->cancel(test->attempt);
	destination_unref(test->destination);
	arena_free(test->arena);
	buffer_free(&test->transcript);
	free(test);
}

/* ---- the answer ---- */

static json_t *transcript_json(const struct buffer *transcript)
{
	const char *text = buffer_string(transcript);
	json_t *lines = json_array();

	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		(void)json_array_append_new(lines, json_stringn(text, length));
		text += length + (text[length] == '\n');
	}
	if (transcript->failed)
		(void)json_array_append_new(lines, json_string("... (the rest is left out)"));
	return lines;
}

static const char *verdict_of(const struct outcome *outcome)
{
	switch (outcome->kind) {
	case OUTCOME_DELIVERED:
		return "delivered";
	case OUTCOME_RETRY:
		return "retry";
	case OUTCOME_DISABLED:
		return "disabled";
	default:
		return "failed";
	}
}

/* What would become of an alert. */
static const char *next_of(const struct outcome *outcome)
{
	switch (outcome->kind) {
	case OUTCOME_DELIVERED:
		return "nothing: the hook works";
	case OUTCOME_RETRY:
		return "an alert would be tried again until RetryFor= is over";
	case OUTCOME_DISABLED:
		return "the hook would be disabled until its URL= or secret is another or "
		       "`wirewatch deliveries retry ID` sends one again";
	default:
		return "an alert would be tried a few times, then be a dead letter";
	}
}

static void on_done(const struct outcome *outcome, void *userdata)
{
	struct hook_test *test = userdata;
	const struct hook *hook = &test->destination->hook;
	usec took = clock_monotonic(test->tests->context.clock) - test->started;
	struct control_later *later = TAKE_PTR(test->later);

	test->attempt = NULL;
	if (later)
		control_later_answer(later, REPLY_OK,
			json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:I, s:o}", "hook", hook->name,
				"kind", hook_kind_to_string(hook->kind), "alert",
				test->alert.id.text, "verdict", verdict_of(outcome), "words",
				outcome->words, "next", next_of(outcome), "milliseconds",
				(json_int_t)(took / USEC_MSEC), "exchange",
				transcript_json(&test->transcript)));
	test_free(test);
}

/* Nobody reads the answer, and what was begun is not to be sent any more. */
static void on_gone(void *userdata)
{
	struct hook_test *test = userdata;

	test->later = NULL;
	test_free(test);
}

/* ---- making ---- */

static int build_alert(struct hook_test *test)
{
	const char *name = test->destination->hook.name;
	struct health_facts facts = {
		.type = EVENT_TEST,
		.time = clock_now(test->tests->context.clock),
		.name = name,
	};

	facts.words = arena_printf(test->arena,
		"TEST: this is no news. It shows that alerts for the hook \"%.*s\" arrive; there "
		"is "
		"nothing to do.",
		NAME_TOLD_BYTES, name);
	return facts.words ? health_event_build(&facts, test->arena, &test->alert) : -ENOMEM;
}

static int test_new(struct hook_tests *tests, const struct hook *hook, struct hook_test **ret)
{
	struct hook_test *test = calloc(1, sizeof(*test));
	int r;

	if (!test)
		return -ENOMEM;
	test->tests = tests;
	test->next = tests->first;
	tests->first = test;
	tests->count++;
	test->transcript = BUFFER_INIT(TRANSCRIPT_BYTES_MAX);
	test->started = clock_monotonic(tests->context.clock);
	r = destination_new(hook, &test->destination);
	if (r == 0)
		r = arena_new(EVENT_ARENA_BYTES, &test->arena);
	if (r == 0)
		r = build_alert(test);
	if (r < 0) {
		test_free(test);
		return r;
	}
	*ret = test;
	return 0;
}

static int start(struct hook_test *test)
{
	struct notifier_context context = test->tests->context;

	context.transcript = &test->transcript;
	return notifier_of(test->destination->hook.kind)
		->start(&context, &test->destination->hook, &test->alert, on_done, test,
			&test->attempt);
}

void hook_tests_start(struct hook_tests *tests, const struct hook *hook,
	const struct control_request *request, struct control_reply *reply)
{
	struct hook_test *test;
	int r;

	if (tests->count == HOOK_TESTS_MAX) {
		reply_refuse(reply, REPLY_CONFLICT, "other tests are under way; try again later");
		return;
	}
	r = test_new(tests, hook, &test);
	if (r == 0) {
		r = start(test);
		if (r < 0)
			test_free(test);
	}
	if (r == -EMSGSIZE) {
		reply_refuse(reply, REPLY_UNPROCESSABLE,
			"the hook's Template= makes a body of more than 256 KiB; shorten it");
		return;
	}
	if (r < 0) {
		reply_error(reply, r, "hook");
		return;
	}
	test->later = control_later_new(request, on_gone, test);
	if (!test->later) {
		test_free(test);
		reply_error(reply, -ENOMEM, "hook");
	}
}

int hook_tests_new(const struct notifier_context *context, struct hook_tests **ret)
{
	struct hook_tests *tests = calloc(1, sizeof(*tests));

	if (!tests)
		return -ENOMEM;
	tests->context = *context;
	*ret = tests;
	return 0;
}

void hook_tests_free(struct hook_tests *tests)
{
	if (!tests)
		return;
	while (tests->first) {
		if (tests->first->later)
			control_later_end(tests->first->later);
		test_free(tests->first);
	}
	free(tests);
}
