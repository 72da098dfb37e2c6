#include "store/figures.h"

#include "store/backlog.h"
#include "store/statement.h"

static const char count_sql[] = "SELECT articles, stories, alerts FROM row_counts";
static const char note_sql[] = "UPDATE row_counts SET articles = articles + ?,"
			       " stories = stories + ?, alerts = alerts + ?";

/* What is dead is found in a small index of its own. */
static const char figures_sql[] =
	"SELECT (SELECT count(*) FROM deliveries WHERE state = 'dead'),"
	" (SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size())";

int figures_note(struct store *store)
{
	const struct row_counts *added = &store->added;
	_cleanup_(statement_end) struct statement s = {0};

	if (added->articles == 0 && added->stories == 0 && added->alerts == 0)
		return 0;
	s = statement_write(store, note_sql);
	bind_int(&s, added->articles);
	bind_int(&s, added->stories);
	bind_int(&s, added->alerts);
	return statement_done(&s);
}

static int count(struct store *store, struct store_figures *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, count_sql);
	int r;

	r = statement_found(&s);
	if (r < 0)
		return r;
	ret->articles = (uint64_t)(column_int(&s) + store->added.articles);
	ret->stories = (uint64_t)(column_int(&s) + store->added.stories);
	ret->alerts = (uint64_t)(column_int(&s) + store->added.alerts);
	return 0;
}

int store_figures(struct store *store, struct store_figures *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, figures_sql);
	int r;

	r = count(store, ret);
	if (r < 0)
		return r;
	r = statement_row(&s);
	if (r < 0)
		return r;
	ret->dead = (uint64_t)column_int(&s);
	ret->bytes = (uint64_t)column_int(&s);
	return backlog_total(store, &ret->pending);
}
