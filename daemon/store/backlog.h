/*
 * How many deliveries of each hook are pending, counted once and then kept up by who adds and ends
 * them: a look at a long backlog would take milliseconds.  After a rollback they are counted again.
 * Private to store/.
 */
#pragma once

#include "store/connection.h"

/* So many more (or less) of the hook's are pending. */
void backlog_change(struct store *store, const char *hook, int change);
int backlog_get(struct store *store, const char *hook, uint64_t *ret);

/* Of all hooks. */
int backlog_total(struct store *store, uint64_t *ret);

/* Of each hook that has any; what `fn` returns other than 0 ends it and is returned. */
int backlog_each(struct store *store, store_backlog_fn fn, void *userdata);

/* They are not what the store says any more. */
void backlog_forget(struct store *store);
