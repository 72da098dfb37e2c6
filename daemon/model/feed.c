#include "model/feed.h"

#include <string.h>

#include "model/enum_names.h"

static const char *const health_names[] = {
	[FEED_NEW] = "new",
	[FEED_OK] = "ok",
	[FEED_FAILING] = "failing",
	[FEED_GONE] = "gone",
};

static const char *const rule_names[] = {
	[RULE_FIRST] = "first",
	[RULE_INTERVAL] = "interval",
	[RULE_RHYTHM] = "rhythm",
	[RULE_HINT] = "hint",
	[RULE_RETRY_AFTER] = "retry-after",
	[RULE_BACKOFF] = "backoff",
	[RULE_GONE] = "gone",
	[RULE_ASKED] = "asked",
	[RULE_PUSHED] = "pushed",
};

DEFINE_ENUM_NAMES(feed_health, enum feed_health, health_names)
static const char *const full_text_names[] = {
	[FULL_TEXT_NO] = "no",
	[FULL_TEXT_AUTO] = "auto",
	[FULL_TEXT_YES] = "yes",
};

DEFINE_ENUM_NAMES(full_text, enum full_text, full_text_names)
DEFINE_ENUM_NAMES(poll_rule, enum poll_rule, rule_names)

const char *feed_key(const struct feed *feed)
{
	return feed->key ? feed->key : feed->url;
}

bool feed_is_called(const struct feed *feed, const char *name)
{
	for (const struct feed_alias *alias = feed->aliases; alias; alias = alias->next)
		if (strcmp(alias->name, name) == 0)
			return true;
	return strcmp(feed->name, name) == 0 || strcmp(feed->url, name) == 0;
}

const char *poll_rule_to_words(enum poll_rule rule)
{
	static const char *const words[] = {
		[RULE_FIRST] = "new feed",
		[RULE_INTERVAL] = "PollInterval=",
		[RULE_RHYTHM] = "its own rhythm",
		[RULE_HINT] = "publisher's hint",
		[RULE_RETRY_AFTER] = "host asked to wait",
		[RULE_BACKOFF] = "back-off after failures",
		[RULE_GONE] = "gone: not polled any more",
		[RULE_ASKED] = "asked for",
		[RULE_PUSHED] = "pushed: a safety poll",
	};

	return rule >= 0 && rule < RULE_MAX ? words[rule] : "";
}
