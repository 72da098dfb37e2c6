/*
 * What a webhook posts: the event itself, or a message in the form of a chat service
 * (docs/ALERTS.md).  Each form keeps the bounds that its service
 * publishes.  Pure.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "model/alert.h"
#include "model/hook.h"
#include "model/template.h"

enum {
	/* What rendering one event takes at most. */
	FORMAT_ARENA_BYTES = 256 * 1024 + TEMPLATE_BODY_MAX,
	FORMAT_TITLE_BYTES = 250,    /* Discord: 256 characters of an embed's title */
	FORMAT_EXCERPT_BYTES = 1500, /* Slack: 3,000 of a section; ntfy: 4,096 bytes in all */
	FORMAT_LINE_BYTES = 500,     /* heading, byline, what changed */
	FORMAT_URL_BYTES = 1500,     /* a longer link is left out: Slack's sections again */
	FORMAT_SECTION_BYTES = 2900, /* Slack: 3,000 characters */
};

struct rendering {
	const char *body;
	size_t length;
	const char *content_type;
	const char *url;    /* the hook's, or made from it */
	const char *method; /* the hook's, or what the service wants */
};

/*
 * Renders the alert for the hook.  Strings are in the arena or borrowed.  Returns 0, -ENOMEM,
 * -EBADMSG where the alert's event is no event, or -EMSGSIZE where the hook's template makes too
 * much of it.
 */
int format_render(const struct hook *hook, const struct alert *alert, struct arena *arena,
	struct rendering *ret);
