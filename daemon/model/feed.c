#include "model/feed.h"

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
};

DEFINE_ENUM_NAMES(feed_health, enum feed_health, health_names)
DEFINE_ENUM_NAMES(poll_rule, enum poll_rule, rule_names)

const char *feed_key(const struct feed *feed)
{
	return feed->key ? feed->key : feed->url;
}
