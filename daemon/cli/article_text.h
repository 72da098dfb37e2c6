/*
 * An article that the user gives as JSON, brought to the form in which a reader gives those of
 * feeds (text/html_text.h): NFC, white space folded, nothing invisible.  Stories are then told as
 * by the daemon.
 */
#pragma once

#include "base/arena.h"
#include "model/article.h"

/* Replaces title and text; what is new lives in the arena.  Returns 0 or -ENOMEM. */
int article_text_clean(struct article *article, struct arena *arena);
