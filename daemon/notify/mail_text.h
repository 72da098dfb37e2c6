/*
 * How mail is written (RFC 5322, 2045, 2047): header fields of any text and parts in
 * quoted-printable, in ASCII and lines of at most 76 characters.  Whatever the text holds, it makes
 * no line end of its own and so no field or part.  Pure; the buffer says what failed.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "model/mailbox.h"

enum {
	MAIL_LINE_MAX = 76, /* RFC 2047 section 2, RFC 2045 section 6.7 */
};

/* "NAME: TEXT", as it is where it is short plain ASCII, else in encoded words. */
void mail_add_field(struct buffer *mail, const char *name, const char *text);

/* "NAME: PHRASE <ADDRESS>", one to a line. */
void mail_add_mailboxes(
	struct buffer *mail, const char *name, const struct mailbox *boxes, size_t count);

/* A part's text in quoted-printable; its lines may end in LF, and end in CR LF afterwards. */
void mail_add_quoted_printable(struct buffer *mail, const char *text);
