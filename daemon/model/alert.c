#include "model/alert.h"

#include "model/enum_names.h"

static const char *const event_names[] = {
	[EVENT_STORY_NEW] = "story.new",
	[EVENT_STORY_UPDATE] = "story.update",
	[EVENT_STORY_REWRITE] = "story.rewrite",
	[EVENT_STORY_REPRINT] = "story.reprint",
	[EVENT_STORY_SPREAD] = "story.spread",
	[EVENT_DIGEST] = "digest",
	[EVENT_TEST] = "test",
	[EVENT_FEED_FAILING] = "feed.failing",
	[EVENT_FEED_RECOVERED] = "feed.recovered",
	[EVENT_FEED_SILENT] = "feed.silent",
	[EVENT_FEED_MOVED] = "feed.moved",
	[EVENT_FEED_GONE] = "feed.gone",
	[EVENT_HOOK_FAILING] = "hook.failing",
	[EVENT_HOOK_RECOVERED] = "hook.recovered",
};

static const char *const state_names[] = {
	[DELIVERY_PENDING] = "pending",
	[DELIVERY_DELIVERED] = "delivered",
	[DELIVERY_DEAD] = "dead",
	[DELIVERY_DROPPED] = "dropped",
};

DEFINE_ENUM_NAMES(event_type, enum event_type, event_names)
DEFINE_ENUM_NAMES(delivery_state, enum delivery_state, state_names)
