#include "store/migrate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "store/statement.h"

enum {
	APPLICATION_ID = 0x57495245, /* as in schema.sql */
};

/* Step n takes a database from version n to n + 1. */
static const char *const steps[] = {
	schema_1_sql,
	schema_2_sql,
	schema_3_sql,
	schema_4_sql,
	schema_5_sql,
};

static const char application_sql[] = "PRAGMA application_id";
static const char version_sql[] = "PRAGMA user_version";
static const char tables_sql[] = "SELECT count(*) FROM sqlite_schema";

static int read_number(struct store *store, const char *sql, int64_t *ret)
{
	_cleanup_(statement_end) struct statement statement = statement_read(store, sql);
	int r;

	r = statement_row(&statement);
	if (r < 0)
		return r;
	*ret = r > 0 ? column_int(&statement) : 0;
	return 0;
}

static int run_step(struct store *store, size_t step)
{
	char version[64];
	int r;

	(void)snprintf(version, sizeof(version), "PRAGMA user_version = %zu", step + 1);
	r = store_run_sql(store, "BEGIN IMMEDIATE");
	if (r < 0)
		return r;
	r = store_run_sql(store, steps[step]);
	if (r == 0)
		r = store_run_sql(store, version);
	if (r == 0)
		r = store_run_sql(store, "COMMIT");
	if (r < 0 && !sqlite3_get_autocommit(store->db))
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

/* Whether the file is ours, or new. */
static int check_owner(struct store *store, int64_t version)
{
	int64_t application;
	int64_t tables;
	int r;

	r = read_number(store, application_sql, &application);
	if (r == 0)
		r = read_number(store, tables_sql, &tables);
	if (r < 0)
		return r;
	if (application == APPLICATION_ID && version > 0)
		return 0;
	if (application == 0 && version == 0 && tables == 0)
		return 0;
	(void)snprintf(store->error, sizeof(store->error),
		"%s is the database of another program; move it away", store->path);
	return -EBADMSG;
}

int migrate(struct store *store)
{
	int64_t version;
	int r;

	r = read_number(store, version_sql, &version);
	if (r == 0)
		r = check_owner(store, version);
	if (r < 0)
		return r;
	if (version > (int64_t)ARRAY_SIZE(steps)) {
		(void)snprintf(store->error, sizeof(store->error),
			"%s was written by a newer wirewatch (version %" PRId64
			" of the schema; this one knows %zu): use that one, or put an older copy "
			"of the file in place",
			store->path, version, ARRAY_SIZE(steps));
		return -ENOTSUP;
	}
	for (size_t step = (size_t)version; step < ARRAY_SIZE(steps); step++) {
		r = run_step(store, step);
		if (r < 0)
			return r;
	}
	return 0;
}
