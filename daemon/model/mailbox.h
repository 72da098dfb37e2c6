/*
 * A mail address with the name that is shown for it (RFC 5322 section 3.4): ADDRESS, NAME <ADDRESS>
 * or "NAME" <ADDRESS>.  Addresses are ASCII, as every mail server takes them: a domain beyond that
 * stands in its xn-- form.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"

enum {
	MAILBOX_NAME_BYTES = 256,
	MAILBOX_LOCAL_BYTES = 64,   /* RFC 5321 section 4.5.3.1.1 */
	MAILBOX_DOMAIN_BYTES = 255, /* section 4.5.3.1.2 */
	MAILBOXES_MAX = 100,        /* section 4.5.3.1.8: what every server takes */
};

struct mailbox {
	const char *name; /* UTF-8 without control characters, or NULL */
	const char *address;
};

struct mailbox_list {
	struct mailbox *boxes;
	size_t count;
};

/* Reads one; blanks around it do not count.  Returns 0, -EINVAL or -ENOMEM. */
int mailbox_parse(const char *text, struct arena *arena, struct mailbox *ret);

/* Reads some, parted by commas.  Returns 0, -EINVAL, -E2BIG beyond MAILBOXES_MAX, or -ENOMEM. */
int mailbox_list_parse(const char *text, struct arena *arena, struct mailbox_list *ret);

/* What stands behind the @. */
const char *mailbox_domain(const struct mailbox *mailbox);
