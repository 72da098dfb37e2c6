#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/message_ids.h"
#include "notify/flight.h"
#include "notify/lane_inside.h"
#include "notify/signature.h"

enum {
	STATE_BYTES = 8192, /* a reason and a little */
};

/*
 * Where the hook leads: its URL and its secrets.  Of these nothing is kept but what a signature of
 * theirs says.
 */
static struct digest digest_of(const struct hook *hook)
{
	const struct signature_subject subject = {hook->name, 0, "", 0};
	char signature[SIGNATURE_SIZE] = "";
	char next[SIGNATURE_SIZE] = "";
	const char *strings[] = {hook->url ? hook->url : "", signature, next};

	if (hook->secret)
		(void)signature_make(&subject, hook->secret, hook->secret_length, signature);
	if (hook->next_secret)
		(void)signature_make(&subject, hook->next_secret, hook->next_secret_length, next);
	return digest_strings(strings, ARRAY_SIZE(strings));
}

void lane_disable(struct lane *lane, const struct outcome *outcome)
{
	const struct hook *hook = &lane->destination->hook;
	const struct hook_state state = {
		.destination = digest_of(hook),
		.disabled = clock_now(lane->context->notifiers.clock),
		.reason = outcome->words,
	};
	int r;

	if (lane->disabled)
		return;
	lane->disabled = true;
	lane->disabled_since = state.disabled;
	(void)snprintf(lane->words, sizeof(lane->words), "%s", outcome->words);
	r = store_hook_put(lane->context->store, hook->name, &state);
	if (r < 0)
		log_error("hook %s: cannot note that it is disabled: %s", hook->name,
			strerrordesc_np(-r));
	log_write(LOG_ERR, MESSAGE_HOOK_DISABLED, LOG_FIELDS({"HOOK", hook->name}), "hook %s: %s",
		hook->name, outcome->words);
	if (lane->context->on_health)
		lane->context->on_health(hook->name, outcome->words, lane->context->userdata);
}

void lane_recall(struct lane *lane)
{
	const struct hook *hook = &lane->destination->hook;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct hook_state state = {0};
	struct digest destination;
	int r;

	lane->disabled = false;
	r = arena_new(STATE_BYTES, &arena);
	if (r == 0)
		r = store_hook_get(lane->context->store, hook->name, arena, &state);
	if (r == -ENOENT)
		return;
	if (r < 0) {
		log_error("hook %s: cannot read whether it is disabled: %s", hook->name,
			strerrordesc_np(-r));
		return;
	}
	destination = digest_of(hook);
	if (!digest_equal(&destination, &state.destination)) {
		lane_enable(lane);
		return;
	}
	lane->disabled = true;
	lane->disabled_since = state.disabled;
	(void)snprintf(lane->words, sizeof(lane->words), "%s", state.reason ? state.reason : "");
}

void lane_enable(struct lane *lane)
{
	int r;

	lane->disabled = false;
	lane->failures = 0;
	r = store_hook_remove(lane->context->store, lane->destination->hook.name);
	if (r < 0)
		log_error("hook %s: cannot note that it is enabled again: %s",
			lane->destination->hook.name, strerrordesc_np(-r));
	else
		log_info("hook %s: is enabled again", lane->destination->hook.name);
}
