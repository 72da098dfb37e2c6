#include "notify/policy.h"

#include "model/topic.h"

/* What wants to be told of an article whose story the topic knows. */
static enum event_type event_of_known(const struct policy_facts *facts)
{
	switch (facts->relation) {
	case RELATION_UPDATE:
		return facts->material && facts->alert & ALERT_ON_UPDATE ? EVENT_STORY_UPDATE
									 : EVENT_INVALID;
	case RELATION_REWRITE:
		return facts->alert & ALERT_ON_REWRITE ? EVENT_STORY_REWRITE : EVENT_INVALID;
	case RELATION_REPRINT:
		return facts->alert & ALERT_ON_REPRINT ? EVENT_STORY_REPRINT : EVENT_INVALID;
	default:
		return EVENT_INVALID;
	}
}

/*
 * A1 and A2: whatever first brings the story to the topic makes its story.new, a copy as well.  A
 * reprint says what it is where the topic asks for it.
 */
static enum event_type event_of_unknown(const struct policy_facts *facts)
{
	if (facts->relation == RELATION_REPRINT && facts->alert & ALERT_ON_REPRINT)
		return EVENT_STORY_REPRINT;
	return facts->alert & ALERT_ON_NEW ? EVENT_STORY_NEW : EVENT_INVALID;
}

/* A6: a first poll is silent on what is older than the backfill, or of unknown age. */
static bool is_silent(const struct policy_facts *facts)
{
	usec published;

	if (!facts->first_poll)
		return false;
	if (facts->backfill == 0 || facts->published == DATE_NONE || facts->published < 0)
		return true;
	published = (usec)facts->published;
	if (published > USEC_INFINITY / USEC_SEC)
		return false;
	return usec_add(published * USEC_SEC, facts->backfill) < facts->now;
}

/*
 * A6: a story that was there before the topic counts as primed with it, for what its earlier
 * articles would have matched was never asked.
 */
static bool is_primed_with_topic(const struct policy_facts *facts)
{
	return !facts->state.known && facts->relation != RELATION_NEW &&
		facts->story_first_seen < facts->topic_since;
}

/* A3; a last update in the future was written before the clock was set back. */
static bool is_too_soon(const struct policy_facts *facts)
{
	return facts->state.updated != 0 && facts->state.updated <= facts->now &&
		facts->now - facts->state.updated < UPDATE_GAP;
}

static struct policy_decision remember(const struct policy_facts *facts, bool primed)
{
	struct policy_decision decision = {POLICY_REMEMBER, EVENT_INVALID, 0, facts->state};

	if (facts->state.known)
		decision.action = POLICY_NOTHING;
	decision.state.known = true;
	decision.state.primed = primed || facts->state.primed;
	return decision;
}

struct policy_decision policy_decide(const struct policy_facts *facts)
{
	bool primed = is_primed_with_topic(facts);
	enum event_type type;

	if (is_silent(facts))
		return remember(facts, !facts->state.known);
	type = facts->state.known || primed ? event_of_known(facts) : event_of_unknown(facts);
	if (type == EVENT_INVALID)
		return remember(facts, primed);
	if (type == EVENT_STORY_UPDATE && is_too_soon(facts))
		return (struct policy_decision){
			POLICY_HOLD,
			type,
			usec_add(facts->state.updated, UPDATE_GAP),
			facts->state,
		};
	return (struct policy_decision){
		POLICY_ALERT,
		type,
		facts->now,
		policy_told(&facts->state, type, facts->now),
	};
}

struct story_topic policy_told(const struct story_topic *state, enum event_type type, usec now)
{
	struct story_topic told = *state;

	told.known = true;
	told.told = now;
	told.events++;
	if (type == EVENT_STORY_UPDATE)
		told.updated = now;
	return told;
}

unsigned policy_spread(const struct policy_facts *facts, const struct story_topic *state)
{
	uint32_t before = facts->state.known ? facts->sites_before : 0;
	unsigned reached = 0;

	/* A6: later copies of what was primed make no alert, until something was told of it. */
	if (!facts->spread || !state->known || is_silent(facts) ||
		(state->primed && state->told == 0))
		return 0;
	for (const unsigned *threshold = facts->spread; *threshold > 0; threshold++)
		if (before < *threshold && *threshold <= facts->sites)
			reached = *threshold;
	return reached;
}
