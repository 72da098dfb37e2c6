/* What is known of hooks, kept across runs. */

#include "store/statement.h"

static const char get_sql[] =
	"SELECT destination, disabled, reason, failing, asked, held FROM hooks WHERE name = ?";
static const char put_sql[] =
	"INSERT OR REPLACE INTO hooks (name, destination, disabled, reason, failing, asked, held)"
	" VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char remove_sql[] = "DELETE FROM hooks WHERE name = ?";

int store_hook_get(
	struct store *store, const char *name, struct arena *arena, struct hook_state *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);
	struct hook_state state;
	int r;

	bind_text(&s, name);
	r = statement_found(&s);
	if (r < 0)
		return r;
	state.destination = column_digest(&s);
	state.disabled = column_usec(&s);
	state.reason = column_text(&s, arena);
	state.failing = column_usec(&s);
	state.asked = column_usec(&s);
	state.held = column_usec(&s);
	if (s.result < 0)
		return s.result;
	*ret = state;
	return 0;
}

int store_hook_put(struct store *store, const char *name, const struct hook_state *state)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, put_sql);

	bind_text(&s, name);
	bind_digest(&s, &state->destination);
	bind_usec(&s, state->disabled);
	bind_text(&s, state->reason);
	bind_usec(&s, state->failing);
	bind_usec(&s, state->asked);
	bind_usec(&s, state->held);
	return statement_done(&s);
}

int store_hook_remove(struct store *store, const char *name)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, remove_sql);

	bind_text(&s, name);
	return statement_done(&s);
}
