#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/message_ids.h"
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

void lane_remember(struct lane *lane)
{
	const struct hook *hook = &lane->destination->hook;
	const struct hook_state state = {
		.destination = digest_of(hook),
		.disabled = lane->disabled ? lane->disabled_since : 0,
		.reason = lane->disabled ? lane->words : NULL,
		.failing = lane->failing_since,
		.asked = lane->peace_asked,
		.held = lane->peace_until,
	};
	int r;

	if (state.disabled > 0 || state.failing > 0 || state.held > 0)
		r = store_hook_put(lane->context->store, hook->name, &state);
	else
		r = store_hook_remove(lane->context->store, hook->name);
	if (r < 0)
		log_error("hook %s: cannot note how it does: %s", hook->name, strerrordesc_np(-r));
}

void lane_disable(struct lane *lane, const struct outcome *outcome)
{
	const char *name = lane->destination->hook.name;

	if (lane->disabled)
		return;
	lane->disabled = true;
	lane->disabled_since = clock_now(lane->context->notifiers.clock);
	lane->failing_since = lane->disabled_since;
	lane_note_words(lane, outcome->words);
	lane_remember(lane);
	log_write(LOG_ERR, MESSAGE_HOOK_DISABLED, LOG_FIELDS({"HOOK", name}), "hook %s: %s", name,
		outcome->words);
	if (lane->context->on_health)
		lane->context->on_health(name, outcome->words, lane->context->userdata);
}

/* What of its state ends with the destination that it was of. */
static void recall_destination(struct lane *lane, const struct hook_state *state)
{
	usec now = clock_now(lane->context->notifiers.clock);

	if (state->disabled > 0) {
		lane->disabled = true;
		lane->disabled_since = state->disabled;
		(void)snprintf(
			lane->words, sizeof(lane->words), "%s", state->reason ? state->reason : "");
	}
	if (state->held <= now || state->held < state->asked)
		return;
	lane->peace_asked = state->asked;
	lane->peace_until = state->held;
	/* What was asked for after now was so before the clock was set back: as long, from now on.
	 */
	if (state->asked > now)
		lane_end_peace_sooner(lane, state->asked - now);
	lane_hold(lane, lane->peace_until - now);
}

void lane_end_peace_sooner(struct lane *lane, usec back)
{
	if (lane->peace_until == 0)
		return;
	lane->peace_asked = usec_before(lane->peace_asked, back);
	lane->peace_until = usec_before(lane->peace_until, back);
	lane_remember(lane);
}

void lane_recall(struct lane *lane)
{
	const struct hook *hook = &lane->destination->hook;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct hook_state state = {0};
	struct digest destination;
	int r;

	lane->disabled = false;
	lane->failing_since = 0;
	lane->peace_asked = 0;
	lane->peace_until = 0;
	r = arena_new(STATE_BYTES, &arena);
	if (r == 0)
		r = store_hook_get(lane->context->store, hook->name, arena, &state);
	if (r == -ENOENT)
		return;
	if (r < 0) {
		log_error("hook %s: cannot read how it did: %s", hook->name, strerrordesc_np(-r));
		return;
	}
	lane->failing_since = state.failing;
	destination = digest_of(hook);
	if (digest_equal(&destination, &state.destination))
		recall_destination(lane, &state);
	else if (state.disabled > 0)
		lane_enable(lane);
	else
		lane_remember(lane);
}

void lane_enable(struct lane *lane)
{
	lane->disabled = false;
	lane->failures = 0;
	lane->refusals = 0;
	lane_remember(lane);
	log_info("hook %s: is enabled again", lane->destination->hook.name);
}
