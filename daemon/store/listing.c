#include "store/listing.h"

int listing_run(struct listing *listing, struct store *store)
{
	_cleanup_(statement_end) struct statement s =
		statement_read(store, listing->topic ? listing->topic_sql : listing->all_sql);
	size_t told = 0;

	bind_int(&s, listing->before);
	if (listing->topic)
		bind_text(&s, listing->topic);
	while (told < listing->limit) {
		usec time;
		int r;

		r = statement_row(&s);
		if (r <= 0)
			return r;
		r = listing->read(listing, &s, &time);
		if (r < 0)
			return r;
		if (usec_add(time, LISTING_DISORDER) < listing->since)
			return 0;
		if (time < listing->since)
			continue;
		told++;
		r = listing->tell(listing);
		if (r != 0)
			return r;
	}
	return 0;
}
