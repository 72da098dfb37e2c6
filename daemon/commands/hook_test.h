/*
 * `wirewatch hooks test`: a marked event goes to a hook as any alert would, and what was said both
 * ways is the answer.  Beside the outbox: it waits for no rate and no delivery, is tried once, and
 * changes nothing of the hook's state.  At most HOOK_TESTS_MAX at a time.
 */
#pragma once

#include "base/clock.h"
#include "base/macro.h"
#include "control/server.h"
#include "model/hook.h"
#include "notify/notifier.h"

enum {
	HOOK_TESTS_MAX = 8,
};

struct hook_tests;

/* The context is copied; what it leads to outlives the tests.  Returns 0 or -ENOMEM. */
int hook_tests_new(const struct notifier_context *context, struct hook_tests **ret);

/* Ends those under way; who asked is told so.  Takes NULL. */
void hook_tests_free(struct hook_tests *tests);
DEFINE_CLEANUP(hook_tests_freep, struct hook_tests, hook_tests_free)

/* Starts one; answers the request when it is over, or refuses at once. */
void hook_tests_start(struct hook_tests *tests, const struct hook *hook,
	const struct control_request *request, struct control_reply *reply);
