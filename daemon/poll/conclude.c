#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/url.h"
#include "poll/answer.h"
#include "poll/schedule.h"

enum {
	/* P9 */
	SAME_BODY_MOST = 3,
	/* Documents in a row on which the reader failed, and that are asked for again whole. */
	UNREAD_TRIES_MOST = 3,
	/* P10 */
	MOVE_POLLS = 3,
	MOVED_FAILURES_MOST = 3, /* then the configured URL is asked again */
};

#define MOVE_TIME_LEAST (7 * USEC_DAY) /* P10 */

/* The work in progress: the next state and memory. */
struct draft {
	const struct conclusion *given;
	const struct answer *answer;
	struct feed_state state;
	struct memory memory;
};

/* A document or "not modified" came, whatever the document was worth. */
static bool came(const struct draft *draft)
{
	return !digest_equal(&draft->answer->body, &(struct digest){0}) ||
		(draft->answer->status == 304 && draft->answer->conditional);
}

/*
 * A document on which the reader failed may be read another time: after the back-off, or by a newer
 * version.  It is asked for again whole, a few times; then when it has changed, and at each probe.
 */
static void note_unread(struct draft *draft)
{
	const struct round_result *result = draft->given->result;

	if (!result)
		return;
	if (!result->unread) {
		draft->memory.unread = 0;
		return;
	}
	draft->state.body = (struct digest){0};
	draft->memory.file_stamp = NULL;
	if (++draft->memory.unread < UNREAD_TRIES_MOST)
		draft->state.validators = (struct validators){0};
}

static const char *asked_url(const struct feed_state *state)
{
	return state->moved_url ? state->moved_url : state->url;
}

/* P3: replaced from each 200 (absent is forgotten), from a 304 where present. */
static void take_validators(struct draft *draft)
{
	const struct answer *answer = draft->answer;
	struct validators *validators = &draft->state.validators;

	if (!came(draft))
		return;
	if (answer->status != 304) {
		*validators = (struct validators){answer->etag, answer->last_modified};
		draft->memory.validators_url =
			strcmp(answer->url, asked_url(&draft->state)) == 0 ? NULL : answer->url;
		draft->memory.access = answer->access;
		draft->memory.last_200 = answer->now;
		draft->state.body = answer->body;
		draft->memory.file_stamp = answer->file_stamp;
		if (draft->given->result && draft->given->result->incomplete) {
			*validators = (struct validators){0};
			draft->state.body = (struct digest){0};
			draft->memory.file_stamp = NULL;
		}
		return;
	}
	if (answer->etag)
		validators->etag = answer->etag;
	if (answer->last_modified)
		validators->last_modified = answer->last_modified;
}

/* P9: a validator that brought the same body three times does not work.  An ETag goes before a
 * date with the server (RFC 9110 section 13.2.2), so it is the one to blame. */
static void judge_validators(struct draft *draft)
{
	struct memory *memory = &draft->memory;
	const struct answer *answer = draft->answer;
	bool same = answer->outcome != ROUND_DOCUMENT && came(draft) && answer->status != 304;

	if (answer->probe)
		memory->probed = answer->now;
	if (answer->status == 304 && answer->conditional)
		memory->same = 0;
	if (!same || !answer->conditional || ++memory->same < SAME_BODY_MOST)
		return;
	memory->same = 0;
	if (answer->sent_etag)
		memory->etag_useless = true;
	else
		memory->modified_useless = true;
}

/* P10: no way back from https, but to the URL that the user wrote; no adoption in haste. */
static bool is_safe_move(const struct feed_state *state, const char *to)
{
	return strncasecmp(asked_url(state), "https:", 6) != 0 ||
		strncasecmp(to, "https:", 6) == 0 || strcmp(to, state->url) == 0;
}

static void note_move(struct draft *draft)
{
	struct memory *memory = &draft->memory;
	struct feed_state *state = &draft->state;
	const struct answer *answer = draft->answer;
	const char *to = answer->permanent_url;

	if (!to || !is_safe_move(state, to)) {
		memory->move_url = NULL;
		memory->move_count = 0;
		return;
	}
	if (!memory->move_url || strcmp(memory->move_url, to) != 0) {
		memory->move_url = to;
		memory->move_since = answer->now;
		memory->move_count = 0;
	}
	memory->move_count++;
	if (memory->move_count < MOVE_POLLS || answer->now < memory->move_since + MOVE_TIME_LEAST)
		return;
	state->moved_url = strcmp(to, state->url) == 0 ? NULL : to;
	/* The validators stay whose they were: the target's, if it answered itself. */
	memory->validators_url = answer->url;
	memory->move_url = NULL;
	memory->move_count = 0;
}

/* A move that went wrong is taken back.  Returns whether it was. */
static bool undo_move(struct draft *draft)
{
	struct feed_state *state = &draft->state;

	if (!state->moved_url ||
		(state->failures < MOVED_FAILURES_MOST && draft->answer->status != 410))
		return false;
	if (!draft->memory.validators_url)
		draft->memory.validators_url = state->moved_url;
	state->moved_url = NULL;
	return true;
}

/* Sets the next time, and the rule that did, plus jitter. */
static void set_next(struct draft *draft, usec delay, enum poll_rule rule)
{
	usec now = draft->answer->now;

	draft->state.rule = rule;
	draft->state.next_poll =
		usec_add(now, usec_add(delay, schedule_jitter(draft->state.url, now, delay)));
}

static usec own_interval(const struct draft *draft)
{
	if (draft->given->feed->poll_interval > 0)
		return draft->given->feed->poll_interval;
	return draft->state.interval > 0 ? draft->state.interval : draft->given->default_interval;
}

static void set_gone(struct draft *draft, const char *words)
{
	draft->state.health = FEED_GONE;
	draft->state.error = words;
	draft->state.rule = RULE_GONE;
	draft->state.next_poll = USEC_INFINITY;
}

/* P4, P7: a block outlives the daemon that was told of it. */
static void note_block(struct draft *draft, usec until, const char *url)
{
	draft->memory.blocked_until = until;
	draft->memory.blocked_url = url;
}

static void conclude_failure(struct draft *draft, const char *words)
{
	struct feed_state *state = &draft->state;
	const struct answer *answer = draft->answer;

	if (state->failures++ == 0)
		state->failing_since = answer->now;
	state->health = FEED_FAILING;
	state->error = words;
	draft->memory.limited = answer->limited ? draft->memory.limited + 1 : 0;
	if (answer->blocked_until > answer->now) {
		usec delay = answer->blocked_until - answer->now;

		note_block(draft, answer->blocked_until, answer->url);
		/* A short Retry-After is no licence to come earlier than one would have. */
		set_next(draft, delay > own_interval(draft) ? delay : own_interval(draft),
			RULE_RETRY_AFTER);
		return;
	}
	if (undo_move(draft))
		set_next(draft, schedule_backoff(1), RULE_BACKOFF);
	else if (answer->status == 410)
		set_gone(draft, words);
	else
		set_next(draft, schedule_backoff(state->failures), RULE_BACKOFF);
}

static void adapt(struct draft *draft, size_t entries, size_t fresh)
{
	const struct feed_state *before = draft->given->state;
	usec now = draft->answer->now;
	usec news = draft->state.last_news > 0 ? draft->state.last_news : draft->state.first_poll;
	usec since = before->last_news > 0 ? before->last_news : before->last_success;
	struct rhythm rhythm = {
		.interval = before->interval,
		.start = draft->given->default_interval,
		.gap = draft->memory.gap,
		.entries = entries,
		.fresh = fresh,
		.hint = schedule_hint(draft->answer->freshness, &draft->memory.hints),
	};

	/* What the clock leapt over never was. */
	rhythm.silence = usec_before(usec_before(now, news), draft->given->leapt);
	if (before->last_success == 0 || now <= before->last_success || now <= since)
		rhythm.fresh = 0; /* all is new at first: that says nothing */
	else
		rhythm.elapsed = usec_before(now - since, draft->given->leapt);
	draft->state.interval = schedule_rhythm(&rhythm, &draft->memory.gap);
}

/* P5, P6 */
static void set_next_after_success(struct draft *draft)
{
	const struct channel_hints *hints = &draft->memory.hints;
	usec safety = draft->given->safety_interval;
	usec own = own_interval(draft);
	usec hint = schedule_hint(draft->answer->freshness, hints);
	usec at;

	if (draft->given->feed->poll_interval > 0) {
		set_next(draft, own, RULE_INTERVAL);
		return;
	}
	if (safety > own && safety > hint)
		set_next(draft, safety, RULE_PUSHED);
	else if (hint > own)
		set_next(draft, hint, RULE_HINT);
	else
		set_next(draft, own,
			own == draft->given->default_interval ? RULE_INTERVAL : RULE_RHYTHM);
	at = schedule_skip(draft->state.next_poll, hints);
	if (at > draft->state.next_poll) {
		draft->state.next_poll = at;
		draft->state.rule = RULE_HINT;
	}
}

static void conclude_success(struct draft *draft)
{
	struct feed_state *state = &draft->state;
	const struct round_result *result = draft->given->result;
	usec now = draft->answer->now;

	state->health = FEED_OK;
	state->failures = 0;
	state->failing_since = 0;
	state->error = NULL;
	state->last_success = now;
	draft->memory.limited = 0;
	draft->memory.unreadable = false;
	if (draft->memory.blocked_until <= now)
		note_block(draft, 0, NULL);
	note_move(draft);
	if (result) {
		state->primed = true;
		state->diagnosis = result->diagnosis;
		if (result->title)
			state->title = result->title;
		draft->memory.hints = result->hints;
		draft->memory.children = result->children;
		if (result->noted)
			draft->memory.noted = now;
		if (result->fresh > 0)
			state->last_news = now;
		if (result->hints.expired) {
			set_gone(draft,
				"the feed says that it ended (expired); remove it, or look "
				"for its successor");
			return;
		}
	}
	adapt(draft, result ? result->entries : 0, result ? result->fresh : 0);
	set_next_after_success(draft);
}

static int copy_string(const char **string, struct arena *arena)
{
	if (*string) {
		*string = arena_strdup(arena, *string);
		if (!*string)
			return -ENOMEM;
	}
	return 0;
}

static int copy_strings(struct feed_state *state, struct arena *arena)
{
	const char **strings[] = {&state->url, &state->moved_url, &state->title,
		&state->validators.etag, &state->validators.last_modified, &state->error,
		&state->diagnosis, &state->memory};

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		if (copy_string(strings[i], arena) < 0)
			return -ENOMEM;
	return 0;
}

static bool is_usable_url(const char *url)
{
	return url && url_is_http(url) && strlen(url) <= URL_BYTES_MAX;
}

/*
 * WebSub section 4: the header goes before the document.  A topic that nobody names is the URL that
 * answered.
 */
static void note_hub(struct draft *draft)
{
	const struct answer *answer = draft->answer;
	const struct round_result *result = draft->given->result;
	const char *hub = answer->hub ? answer->hub : result->hub;
	const char *topic = answer->hub && answer->self ? answer->self : result->self;

	draft->memory.hub = is_usable_url(hub) ? hub : NULL;
	draft->memory.topic = is_usable_url(topic) ? topic : answer->url;
	if (!draft->memory.hub)
		draft->memory.topic = NULL;
}

/* What a hub brought changes what is known of the feed, and nothing of its polling. */
static void conclude_push(struct draft *draft)
{
	const struct round_result *result = draft->given->result;

	if (!result || !result->readable)
		return;
	draft->state.diagnosis = result->diagnosis;
	if (result->title)
		draft->state.title = result->title;
	if (result->fresh > 0)
		draft->state.last_news = draft->answer->now;
}

/*
 * What a clock that has been set back since said counts from now; an outage and a block are as long
 * as they were at the poll before.
 */
static void follow_clock(struct draft *draft)
{
	usec now = draft->answer->now;
	usec back = usec_before(draft->state.last_poll, now);
	usec *times[] = {&draft->state.first_poll, &draft->state.last_news,
		&draft->state.failing_since, &draft->memory.last_200, &draft->memory.probed,
		&draft->memory.move_since, &draft->memory.noted};

	if (back > 0 && draft->state.failing_since > back)
		draft->state.failing_since -= back;
	if (back > 0)
		draft->memory.blocked_until = usec_before(draft->memory.blocked_until, back);
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		if (*times[i] > now)
			*times[i] = now;
}

/* P7, of the hosts of the index's sitemaps. */
static void note_children(struct draft *draft)
{
	const struct answer *answer = draft->answer;

	if (answer->child_limited)
		draft->memory.child_limited++;
	else if (answer->child_unlimited)
		draft->memory.child_limited = 0;
	if (answer->child_blocked_until > answer->now)
		note_block(draft, answer->child_blocked_until, answer->child_blocked_url);
}

static void conclude_poll(struct draft *draft)
{
	const struct round_result *result = draft->given->result;

	follow_clock(draft);
	draft->state.last_poll = draft->answer->now;
	if (draft->state.first_poll == 0)
		draft->state.first_poll = draft->answer->now;
	take_validators(draft);
	note_unread(draft);
	judge_validators(draft);
	note_children(draft);
	if (draft->answer->outcome == ROUND_FAILED) {
		conclude_failure(draft, draft->answer->words);
	} else if (result && !result->readable) {
		draft->memory.unreadable = true;
		conclude_failure(draft, result->words ? result->words : "the document is no feed");
	} else {
		if (result)
			note_hub(draft);
		conclude_success(draft);
	}
}

int answer_conclude(
	const struct conclusion *conclusion, struct arena *arena, struct feed_state *ret)
{
	struct draft draft = {
		.given = conclusion,
		.answer = conclusion->answer,
		.state = *conclusion->state,
	};
	struct memory before;

	memory_read(conclusion->state->memory, arena, &draft.memory);
	before = draft.memory;
	if (draft.answer->pushed)
		conclude_push(&draft);
	else
		conclude_poll(&draft);
	/* Most polls leave it as it was. */
	if (!draft.state.memory || !memory_equals(&draft.memory, &before)) {
		draft.state.memory = memory_write(&draft.memory, arena);
		if (!draft.state.memory)
			return -ENOMEM;
	}
	if (copy_strings(&draft.state, arena) < 0)
		return -ENOMEM;
	*ret = draft.state;
	return 0;
}
