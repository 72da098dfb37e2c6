/*
 * A webhook's body made of its Template= and an event: values are escaped for what the body is, so
 * that no title of a stranger's becomes markup, ends a string or calls anyone.  Pure.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "model/hook.h"
#include "model/template.h"
#include "notify/card.h"

/*
 * Fills the hook's template.  Returns 0 with the body in the arena, -EMSGSIZE where it would pass
 * TEMPLATE_BODY_MAX, or -ENOMEM.
 */
int template_body_render(const struct hook *hook, const struct json_t *event,
	const struct card *card, struct arena *arena, const char **ret);
