/*
 * An event as a mail: plain text and HTML side by side, in one thread for each story.  Message-ID
 * derives from the alert's id, References from the story's, both at the sender's domain.  Marked as
 * made by a program (RFC 3834) and as a list's (RFC 2919).  Pure.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "model/alert.h"
#include "model/hook.h"

enum {
	MAIL_MESSAGE_MAX = 256 * 1024, /* an event's texts twice, encoded */
	MAIL_ARENA_BYTES = 4 * MAIL_MESSAGE_MAX,
	MAIL_SUBJECT_BYTES = 250,
	MAIL_EXCERPT_BYTES = 28 * 1024, /* a digest of EVENT_BYTES_MAX stands there whole */
};

/*
 * Lines end in CR LF.  Returns 0 with the message in the arena, -EBADMSG where the alert's event is
 * none, -EMSGSIZE or -ENOMEM.
 */
int mail_message_build(const struct hook *hook, const struct alert *alert, struct arena *arena,
	const char **ret, size_t *ret_length);
