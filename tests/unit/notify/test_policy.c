/* Each rule of docs/ALERTS.md that the policy decides has its tests, named by what it says. */
#include "notify/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/entry.h"
#include "model/topic.h"

#define NOON (UINT64_C(1792324800) * USEC_SEC)

/* A new article of a new story, in a feed and for a topic that have long been there. */
static struct policy_facts facts_of_news(void)
{
	return (struct policy_facts){
		.alert = ALERT_ON_NEW,
		.topic_since = NOON - 30 * USEC_DAY,
		.relation = RELATION_NEW,
		.story_first_seen = NOON,
		.published = (int64_t)(NOON / USEC_SEC) - 60,
		.now = NOON,
	};
}

/* A later article of a story that the topic was told of an hour and a half ago. */
static struct policy_facts facts_of_more(enum relation relation)
{
	struct policy_facts facts = facts_of_news();

	facts.relation = relation;
	facts.story_first_seen = NOON - 90 * USEC_MINUTE;
	facts.state =
		(struct story_topic){.known = true, .told = NOON - 90 * USEC_MINUTE, .events = 1};
	return facts;
}

static void assert_alert(const struct policy_facts *facts, enum event_type type)
{
	struct policy_decision decision = policy_decide(facts);

	assert_int_equal(decision.action, POLICY_ALERT);
	assert_int_equal(decision.type, type);
	assert_true(decision.state.known);
	assert_true(decision.state.told == facts->now);
	assert_int_equal(decision.state.events, facts->state.events + 1);
}

static void assert_action(const struct policy_facts *facts, enum policy_action action)
{
	assert_int_equal(policy_decide(facts).action, action);
}

static void test_a1_first_article_of_a_story_makes_story_new(void **state)
{
	struct policy_facts facts = facts_of_news();

	(void)state;
	assert_alert(&facts, EVENT_STORY_NEW);
}

static void test_a1_copies_and_rewrites_make_no_alert(void **state)
{
	struct policy_facts copy = facts_of_more(RELATION_COPY);
	struct policy_facts rewrite = facts_of_more(RELATION_REWRITE);

	(void)state;
	assert_action(&copy, POLICY_NOTHING);
	assert_action(&rewrite, POLICY_NOTHING);
}

static void test_a2_later_copy_that_matches_first_makes_story_new(void **state)
{
	static const enum relation relations[] = {
		RELATION_COPY, RELATION_REWRITE, RELATION_UPDATE, RELATION_REPRINT};

	(void)state;
	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++) {
		struct policy_facts facts = facts_of_more(relations[i]);

		facts.state = (struct story_topic){0};
		assert_alert(&facts, EVENT_STORY_NEW);
	}
}

static void test_a3_material_update_makes_story_update_where_asked_for(void **state)
{
	struct policy_facts facts = facts_of_more(RELATION_UPDATE);

	(void)state;
	facts.material = true;
	assert_action(&facts, POLICY_NOTHING);
	facts.alert |= ALERT_ON_UPDATE;
	assert_alert(&facts, EVENT_STORY_UPDATE);
	assert_true(policy_decide(&facts).state.updated == NOON);
}

static void test_a3_immaterial_update_makes_none(void **state)
{
	struct policy_facts facts = facts_of_more(RELATION_UPDATE);

	(void)state;
	facts.alert |= ALERT_ON_UPDATE;
	assert_action(&facts, POLICY_NOTHING);
}

static void test_a3_first_update_goes_at_once_even_right_after_story_new(void **state)
{
	struct policy_facts facts = facts_of_more(RELATION_UPDATE);

	(void)state;
	facts.alert |= ALERT_ON_UPDATE;
	facts.material = true;
	facts.state.told = NOON - 1;
	assert_alert(&facts, EVENT_STORY_UPDATE);
}

static void test_a3_second_update_waits_until_an_hour_after_the_first(void **state)
{
	struct policy_facts facts = facts_of_more(RELATION_UPDATE);
	struct policy_decision decision;

	(void)state;
	facts.alert |= ALERT_ON_UPDATE;
	facts.material = true;
	facts.state.updated = NOON - 10 * USEC_MINUTE;
	decision = policy_decide(&facts);
	assert_int_equal(decision.action, POLICY_HOLD);
	assert_int_equal(decision.type, EVENT_STORY_UPDATE);
	assert_true(decision.due == NOON + 50 * USEC_MINUTE);
	assert_true(decision.state.updated == facts.state.updated);
	assert_int_equal(decision.state.events, facts.state.events);
	facts.now = decision.due;
	assert_alert(&facts, EVENT_STORY_UPDATE);
	facts.now--;
	assert_action(&facts, POLICY_HOLD);
}

static void test_a3_clock_set_back_holds_no_update(void **state)
{
	struct policy_facts facts = facts_of_more(RELATION_UPDATE);

	(void)state;
	facts.alert |= ALERT_ON_UPDATE;
	facts.material = true;
	facts.state.updated = NOON + USEC_DAY;
	assert_alert(&facts, EVENT_STORY_UPDATE);
}

static void test_a4_rewrite_and_reprint_alert_only_where_asked_for(void **state)
{
	struct policy_facts rewrite = facts_of_more(RELATION_REWRITE);
	struct policy_facts reprint = facts_of_more(RELATION_REPRINT);

	(void)state;
	assert_action(&reprint, POLICY_NOTHING);
	rewrite.alert |= ALERT_ON_REWRITE;
	reprint.alert |= ALERT_ON_REPRINT;
	assert_alert(&rewrite, EVENT_STORY_REWRITE);
	assert_alert(&reprint, EVENT_STORY_REPRINT);
	rewrite.alert = ALERT_ON_NEW | ALERT_ON_REPRINT;
	assert_action(&rewrite, POLICY_NOTHING);
}

static void test_a4_reprint_that_a_topic_sees_first_is_called_one(void **state)
{
	struct policy_facts facts = facts_of_more(RELATION_REPRINT);

	(void)state;
	facts.state = (struct story_topic){0};
	facts.alert |= ALERT_ON_REPRINT;
	assert_alert(&facts, EVENT_STORY_REPRINT);
}

static void test_topic_without_new_still_learns_the_story(void **state)
{
	struct policy_facts facts = facts_of_news();
	struct policy_decision decision;

	(void)state;
	facts.alert = ALERT_ON_UPDATE;
	decision = policy_decide(&facts);
	assert_int_equal(decision.action, POLICY_REMEMBER);
	assert_true(decision.state.known);
	assert_false(decision.state.primed);
	assert_int_equal(decision.state.events, 0);
}

static void test_a6_new_feed_primes_silently(void **state)
{
	struct policy_facts facts = facts_of_news();
	struct policy_decision decision;

	(void)state;
	facts.first_poll = true;
	decision = policy_decide(&facts);
	assert_int_equal(decision.action, POLICY_REMEMBER);
	assert_true(decision.state.known);
	assert_true(decision.state.primed);
	assert_true(decision.state.told == 0);
}

static void test_a6_copies_of_what_was_primed_make_no_alert(void **state)
{
	struct policy_facts facts = facts_of_more(RELATION_COPY);

	(void)state;
	facts.state = (struct story_topic){.known = true, .primed = true};
	assert_action(&facts, POLICY_NOTHING);
}

static void test_a6_updates_of_what_was_primed_may(void **state)
{
	struct policy_facts facts = facts_of_more(RELATION_UPDATE);

	(void)state;
	facts.state = (struct story_topic){.known = true, .primed = true};
	facts.alert |= ALERT_ON_UPDATE;
	facts.material = true;
	assert_alert(&facts, EVENT_STORY_UPDATE);
}

static void test_a6_story_older_than_the_topic_is_primed_with_it(void **state)
{
	struct policy_facts facts = facts_of_more(RELATION_COPY);
	struct policy_decision decision;

	(void)state;
	facts.state = (struct story_topic){0};
	facts.topic_since = NOON - USEC_MINUTE;
	decision = policy_decide(&facts);
	assert_int_equal(decision.action, POLICY_REMEMBER);
	assert_true(decision.state.primed);
	facts.relation = RELATION_UPDATE;
	facts.material = true;
	facts.alert |= ALERT_ON_UPDATE;
	assert_alert(&facts, EVENT_STORY_UPDATE);
}

static void test_a6_new_story_alerts_a_topic_of_the_same_moment(void **state)
{
	struct policy_facts facts = facts_of_news();

	(void)state;
	facts.topic_since = NOON;
	assert_alert(&facts, EVENT_STORY_NEW);
}

static void test_a6_backfill_alerts_on_what_is_younger(void **state)
{
	struct policy_facts facts = facts_of_news();
	const int64_t noon = (int64_t)(NOON / USEC_SEC);

	(void)state;
	facts.first_poll = true;
	facts.backfill = USEC_DAY;
	assert_alert(&facts, EVENT_STORY_NEW);
	facts.published = noon - 24 * 3600;
	assert_alert(&facts, EVENT_STORY_NEW);
	facts.published = noon - 24 * 3600 - 1;
	assert_action(&facts, POLICY_REMEMBER);
}

static void test_a6_backfill_is_silent_on_what_has_no_sane_date(void **state)
{
	struct policy_facts facts = facts_of_news();

	(void)state;
	facts.first_poll = true;
	facts.backfill = USEC_DAY;
	facts.published = DATE_NONE;
	assert_action(&facts, POLICY_REMEMBER);
	facts.published = -5;
	assert_action(&facts, POLICY_REMEMBER);
}

static void test_a6_first_poll_tells_nothing_of_known_stories_either(void **state)
{
	struct policy_facts facts = facts_of_more(RELATION_UPDATE);

	(void)state;
	facts.first_poll = true;
	facts.material = true;
	facts.alert |= ALERT_ON_UPDATE;
	assert_action(&facts, POLICY_NOTHING);
}

static void test_a9_same_facts_give_the_same_decision(void **state)
{
	struct policy_facts facts = facts_of_more(RELATION_UPDATE);
	struct policy_decision first;
	struct policy_decision second;

	(void)state;
	facts.material = true;
	facts.alert |= ALERT_ON_UPDATE;
	first = policy_decide(&facts);
	second = policy_decide(&facts);
	assert_int_equal(first.action, second.action);
	assert_int_equal(first.type, second.type);
	assert_true(first.due == second.due);
	assert_int_equal(first.state.events, second.state.events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a1_first_article_of_a_story_makes_story_new),
		cmocka_unit_test(test_a1_copies_and_rewrites_make_no_alert),
		cmocka_unit_test(test_a2_later_copy_that_matches_first_makes_story_new),
		cmocka_unit_test(test_a3_material_update_makes_story_update_where_asked_for),
		cmocka_unit_test(test_a3_immaterial_update_makes_none),
		cmocka_unit_test(test_a3_first_update_goes_at_once_even_right_after_story_new),
		cmocka_unit_test(test_a3_second_update_waits_until_an_hour_after_the_first),
		cmocka_unit_test(test_a3_clock_set_back_holds_no_update),
		cmocka_unit_test(test_a4_rewrite_and_reprint_alert_only_where_asked_for),
		cmocka_unit_test(test_a4_reprint_that_a_topic_sees_first_is_called_one),
		cmocka_unit_test(test_topic_without_new_still_learns_the_story),
		cmocka_unit_test(test_a6_new_feed_primes_silently),
		cmocka_unit_test(test_a6_copies_of_what_was_primed_make_no_alert),
		cmocka_unit_test(test_a6_updates_of_what_was_primed_may),
		cmocka_unit_test(test_a6_story_older_than_the_topic_is_primed_with_it),
		cmocka_unit_test(test_a6_new_story_alerts_a_topic_of_the_same_moment),
		cmocka_unit_test(test_a6_backfill_alerts_on_what_is_younger),
		cmocka_unit_test(test_a6_backfill_is_silent_on_what_has_no_sane_date),
		cmocka_unit_test(test_a6_first_poll_tells_nothing_of_known_stories_either),
		cmocka_unit_test(test_a9_same_facts_give_the_same_decision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
