#include "store/backlog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/statement.h"

static const char count_sql[] =
	"SELECT hook, count(*) FROM deliveries WHERE state = 'pending' GROUP BY hook";

struct backlog {
	int64_t pending;
	char hook[];
};

void backlog_forget(struct store *store)
{
	struct backlog *backlog;
	size_t cursor = 0;

	while ((backlog = map_next(&store->backlogs, &cursor)))
		free(backlog);
	map_free(&store->backlogs);
	store->backlogs = (struct map){0};
	store->backlogs_known = false;
	store->pending = 0;
}

/* The hook's; made where it is not there.  NULL out of memory. */
static struct backlog *find(struct store *store, const char *hook)
{
	struct backlog *backlog = map_get(&store->backlogs, hook);
	size_t size = strlen(hook) + 1;

	if (backlog)
		return backlog;
	backlog = calloc(1, sizeof(*backlog) + size);
	if (!backlog)
		return NULL;
	memcpy(backlog->hook, hook, size);
	if (map_put(&store->backlogs, backlog->hook, backlog) == 0)
		return backlog;
	free(backlog);
	return NULL;
}

static int read_all(struct store *store)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, count_sql);

	for (;;) {
		struct backlog *backlog;
		int r = statement_row(&s);

		if (r <= 0)
			return r;
		backlog = find(store, column_text(&s, NULL));
		if (!backlog)
			return -ENOMEM;
		backlog->pending = column_int(&s);
		store->pending += backlog->pending;
	}
}

static int count(struct store *store)
{
	int r;

	if (store->backlogs_known)
		return 0;
	r = read_all(store);
	if (r < 0)
		backlog_forget(store);
	else
		store->backlogs_known = true;
	return r;
}

void backlog_change(struct store *store, const char *hook, int change)
{
	struct backlog *backlog;

	if (!store->backlogs_known)
		return; /* it will be counted when somebody asks */
	backlog = find(store, hook);
	if (!backlog) {
		backlog_forget(store);
		return;
	}
	backlog->pending += change;
	store->pending += change;
}

int backlog_get(struct store *store, const char *hook, uint64_t *ret)
{
	const struct backlog *backlog;
	int r;

	r = count(store);
	if (r < 0)
		return r;
	backlog = map_get(&store->backlogs, hook);
	*ret = backlog ? (uint64_t)backlog->pending : 0;
	return 0;
}

int backlog_each(struct store *store, store_backlog_fn fn, void *userdata)
{
	const struct backlog *backlog;
	size_t cursor = 0;
	int r;

	r = count(store);
	while (r == 0 && (backlog = map_next(&store->backlogs, &cursor)))
		if (backlog->pending > 0)
			r = fn(backlog->hook, (uint64_t)backlog->pending, userdata);
	return r;
}

int backlog_total(struct store *store, uint64_t *ret)
{
	int r;

	r = count(store);
	if (r == 0)
		*ret = (uint64_t)store->pending;
	return r;
}
