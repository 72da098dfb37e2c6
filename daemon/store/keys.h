/*
 * Keys of articles and stories, of one sequence: each is greater than any before, though what had
 * it may be gone, for keys stand in entries and in the story index.  SQLite's own way to that
 * (AUTOINCREMENT) writes a row for each row that is added; here retention notes the last key before
 * it removes anything.  Private to store/.
 */
#pragma once

#include <stdint.h>

struct store;
struct statement;

/* The next key that nothing has or had. */
int keys_next(struct store *store, int64_t *ret);

/* The key was given to a row of the open transaction. */
void keys_given(struct store *store, int64_t key);

/* Before articles and stories are removed. */
int keys_note_last(struct store *store);

/* What was given was undone. */
void keys_forget(struct store *store);

/* Binds the column `keyed`: whether the row can be found by its id alone. */
void keys_bind_keyed(struct statement *statement, const char *id, int64_t key);
