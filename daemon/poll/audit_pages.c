/*
 * The requests for articles' pages and for the robots.txt before them, and for the sitemaps of an
 * index, beside those of the feed.
 */
#include "poll/audit.h"

#include <errno.h>
#include <strings.h>

#include "base/url.h"
#include "poll/audit_rules.h"

enum {
	LOOK_BACK = 100, /* for the last request to a host: that many others may be between */
};

struct look {
	const struct request_record *request;
	struct url_part host;
};

static struct url_part host_of(const struct request_record *request)
{
	struct url url;

	return url_parse(request->answered ? request->answered : request->url, &url) == 0
		? url.host
		: (struct url_part){0};
}

static bool is_of_a_page(const struct request_record *request)
{
	return request->flags & (REQUEST_PAGE | REQUEST_ROBOTS | REQUEST_SITEMAP);
}

static size_t merge(const struct request_record *feed, size_t feed_count,
	const struct request_record *pages, size_t page_count, struct look *ret)
{
	size_t f = 0;
	size_t p = 0;

	while (f < feed_count || p < page_count) {
		bool page =
			f == feed_count || (p < page_count && pages[p].started < feed[f].started);
		const struct request_record *next = page ? &pages[p++] : &feed[f++];

		ret[f + p - 1] = (struct look){next, host_of(next)};
	}
	return f + p;
}

/* The last request to the host before looks[at], or NULL. */
static const struct request_record *last_to_host(const struct look *looks, size_t at)
{
	const struct url_part *host = &looks[at].host;

	for (size_t i = at; host->length > 0 && i-- > 0 && at - i <= LOOK_BACK;)
		if (looks[i].host.length == host->length &&
			strncasecmp(looks[i].host.bytes, host->bytes, host->length) == 0)
			return looks[i].request;
	return NULL;
}

static void hold_beside(struct audit *audit, const struct audit_terms *terms,
	const struct request_record *request, const struct request_record *last)
{
	if (last->blocked_until > 0)
		audit_hold(audit, P7, request,
			request->started + AUDIT_TOLERANCE < last->blocked_until,
			"it asked before the time that the host had named to a page's or the "
			"feed's request",
			NULL);
	audit_hold(audit, P11, request,
		audit_is_nearer(last->started, request->started, terms->host_gap),
		"it asked too soon after a page of the host, or for one", NULL);
	if (terms->host_connections == 1)
		audit_hold(audit, P11, request, request->started < last->ended,
			"it asked while a page of the host was under way, or for one meanwhile",
			NULL);
}

static void hold_page(
	struct audit *audit, const struct audit_terms *terms, const struct request_record *page)
{
	const struct feed *feed = terms->feed;
	size_t hops = audit_count_hops(page);

	audit_form(audit, page, feed->access && feed->access->cookies);
	if (hops > 0)
		audit_hold(audit, P10, page, hops > AUDIT_REDIRECTS_MOST,
			"it followed more than 10 redirects", NULL);
	if (page->flags & REQUEST_PAGE)
		audit_hold(audit, P17, page, !(page->flags & REQUEST_ALLOWED),
			"it asked for a page without the leave of robots.txt", NULL);
}

int audit_judge_pages(struct audit *audit, const struct audit_terms *terms,
	const struct request_record *records, size_t count, const struct request_record *pages,
	size_t page_count, struct arena *arena)
{
	struct look *looks = arena_array(arena, count + page_count + 1, sizeof(*looks));
	size_t all;

	if (!looks)
		return -ENOMEM;
	all = merge(records, count, pages, page_count, looks);
	for (size_t i = 0; i < all; i++) {
		const struct request_record *request = looks[i].request;
		const struct request_record *last = last_to_host(looks, i);

		if (last && (is_of_a_page(request) || is_of_a_page(last)))
			hold_beside(audit, terms, request, last);
		if (is_of_a_page(request))
			hold_page(audit, terms, request);
	}
	return 0;
}
