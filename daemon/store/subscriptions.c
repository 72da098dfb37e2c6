#include <errno.h>
#include <string.h>

#include "store/statement.h"

static const char save_sql[] =
	"INSERT OR REPLACE INTO subscriptions (token, feed, secret, hub, topic, state, distrusted,"
	" lease_until, next_attempt, failures, missed, last_push, reason)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char remove_sql[] = "DELETE FROM subscriptions WHERE token = ?";
static const char set_back_sql[] =
	"UPDATE subscriptions SET"
	" lease_until = iif(lease_until > ?1, max(lease_until - ?2, 0), lease_until),"
	" next_attempt = iif(next_attempt > ?1, max(next_attempt - ?2, 0), next_attempt)"
	" WHERE lease_until > ?1 OR next_attempt > ?1";
static const char each_sql[] =
	"SELECT token, feed, secret, hub, topic, state, distrusted, lease_until, next_attempt,"
	" failures, missed, last_push, reason FROM subscriptions ORDER BY token";

int store_subscription_save(struct store *store, const struct subscription *subscription)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, save_sql);

	bind_text(&s, subscription->token);
	bind_text(&s, subscription->feed);
	bind_text(&s, subscription->secret);
	bind_text(&s, subscription->hub);
	bind_text(&s, subscription->topic);
	bind_text(&s, subscription_state_to_string(subscription->state));
	bind_int(&s, subscription->distrusted);
	bind_usec(&s, subscription->lease_until);
	bind_usec(&s, subscription->next_attempt);
	bind_int(&s, subscription->failures);
	bind_int(&s, subscription->missed);
	bind_usec(&s, subscription->last_push);
	bind_text(&s, subscription->reason);
	return statement_done(&s);
}

int store_subscription_remove(struct store *store, const char *token)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, remove_sql);

	bind_text(&s, token);
	return statement_done(&s);
}

int store_subscriptions_set_back(struct store *store, usec now, usec back)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, set_back_sql);

	bind_usec(&s, now);
	bind_usec(&s, back);
	return statement_done(&s);
}

/* Whether the text fits as a whole. */
static bool take(const char *text, char *ret, size_t size)
{
	if (!text || strlen(text) + 1 != size)
		return false;
	memcpy(ret, text, size);
	return true;
}

static int read_subscription(struct statement *s, struct subscription *ret)
{
	bool fits;

	*ret = (struct subscription){0};
	fits = take(column_text(s, NULL), ret->token, sizeof(ret->token));
	ret->feed = column_text(s, NULL);
	fits &= take(column_text(s, NULL), ret->secret, sizeof(ret->secret));
	ret->hub = column_text(s, NULL);
	ret->topic = column_text(s, NULL);
	ret->state = subscription_state_from_string(column_text(s, NULL));
	ret->distrusted = column_int(s) != 0;
	ret->lease_until = column_usec(s);
	ret->next_attempt = column_usec(s);
	ret->failures = (uint32_t)column_int(s);
	ret->missed = (uint32_t)column_int(s);
	ret->last_push = column_usec(s);
	ret->reason = column_text(s, NULL);
	if (s->result < 0)
		return s->result;
	return fits && ret->state >= 0 && ret->feed && ret->hub && ret->topic ? 0 : -EBADMSG;
}

int store_subscriptions_each(struct store *store, store_subscription_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, each_sql);
	struct subscription subscription;
	int r;

	for (r = statement_row(&s); r > 0; r = statement_row(&s)) {
		r = read_subscription(&s, &subscription);
		if (r == 0)
			r = fn(&subscription, userdata);
		if (r != 0)
			return r;
	}
	return r;
}
