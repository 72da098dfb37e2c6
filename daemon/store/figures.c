#include <errno.h>

#include "store/backlog.h"
#include "store/statement.h"

static const char count_sql[] =
	"SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM stories),"
	" (SELECT count(*) FROM alerts)";

/* What is dead is found in a small index of its own. */
static const char figures_sql[] =
	"SELECT (SELECT count(*) FROM deliveries WHERE state = 'dead'),"
	" (SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size())";

static int count(struct store *store)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, count_sql);
	int r;

	if (store->counts.known)
		return 0;
	r = statement_row(&s);
	if (r < 0)
		return r;
	store->counts = (struct row_counts){.known = true};
	store->counts.articles = column_int(&s);
	store->counts.stories = column_int(&s);
	store->counts.alerts = column_int(&s);
	return 0;
}

int store_figures(struct store *store, struct store_figures *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, figures_sql);
	int r;

	r = count(store);
	if (r < 0)
		return r;
	r = statement_row(&s);
	if (r < 0)
		return r;
	*ret = (struct store_figures){
		.articles = (uint64_t)store->counts.articles,
		.stories = (uint64_t)store->counts.stories,
		.alerts = (uint64_t)store->counts.alerts,
	};
	ret->dead = (uint64_t)column_int(&s);
	ret->bytes = (uint64_t)column_int(&s);
	return backlog_total(store, &ret->pending);
}
