/*
 * The schema's versions.  PRAGMA user_version says which one a database has; each step takes it one
 * version on, forward only, in one transaction.  A released step is never changed.
 */
#pragma once

struct store;

extern const char schema_1_sql[];
extern const char schema_2_sql[];
extern const char schema_3_sql[];
extern const char schema_4_sql[];
extern const char schema_5_sql[];

/*
 * Brings an opened database to the newest version; a new and empty one as well.  Returns 0,
 * -EBADMSG where it is not wirewatch's, -ENOTSUP where a newer wirewatch wrote it, or another
 * error; store_error() has the words.
 */
int migrate(struct store *store);
