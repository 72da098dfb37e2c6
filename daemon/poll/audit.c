#include "poll/audit.h"

#include <string.h>
#include <strings.h>

#include "poll/audit_rules.h"
#include "poll/schedule.h"

enum {
	MOVE_POLLS = 3,    /* P10 */
	SAME_BODIES = 3,   /* P9 */
	STARTS_LEAST = 12, /* P12: with fewer, chance would be blamed */
	HTTP_NOT_MODIFIED = 304,
	HTTP_TOO_MANY_REQUESTS = 429,
};

#define MOVE_TIME_LEAST (7 * USEC_DAY)               /* P10 */
#define PROBE_AFTER (7 * USEC_DAY)                   /* P9 */
#define PROBE_GAP USEC_DAY                           /* P9 */
#define INTERVAL_MOST (POLL_INTERVAL_MOST / 10 * 11) /* P5, with its jitter */
#define ROUND_HOUR_SPAN (2 * USEC_SEC)               /* P12: a start on the hour */

static const char *const rule_words[AUDIT_RULES] = {
	[P1] = "after the first request each carries the validators it was given",
	[P2] = "validators go back exactly as they came, to whom they came from",
	[P3] = "validators are the newest that were given",
	[P4] = "a start of the daemon is no reason to ask",
	[P5] = "the interval stays between 5 minutes and a day",
	[P6] = "no request before its time, which the publisher's hints may put off",
	[P7] = "a host that asks to be left alone is",
	[P8] = "failures put the next request off, longer each time; 410 ends it",
	[P9] = "a feed that seems dead is asked unconditionally once in a while, no more",
	[P10] = "at most 10 redirects; a new address is adopted after a week",
	[P11] = "one request at a time to a host, with a gap between",
	[P12] = "requests do not gather at the full hour",
	[P13] = "plain GET: no cookies, ranges, referers, added queries",
	[P14] = "one name, always the same",
	[P15] = "compression is offered",
	[P16] = "one URL is asked once",
	[P17] = "robots.txt is not fetched for feeds, and obeyed for pages",
};

/* What the log has shown up to a record. */
struct past {
	struct audit *audit;
	const struct audit_terms *terms;
	const struct request_record *records;
	size_t at;
	/* What the server gave last, by the log; NULL: nothing. */
	const char *etag;
	const char *modified;
	const char *from; /* whose they are */
	bool unknown;     /* the log begins later: they may be anything */
	bool whole;       /* the log begins with the feed's first request */
	usec last_200;    /* 0: not in the log */
	usec last_probe;
	size_t same_bodies;
	size_t name_changes;
	const char *first_name;
	size_t scheduled;
	size_t on_the_hour;
	size_t neighbour; /* the first that a later request may be too near to */
};

static const struct request_record *now_of(const struct past *past)
{
	return &past->records[past->at];
}

static const struct request_record *before(const struct past *past)
{
	return past->at > 0 ? &past->records[past->at - 1] : NULL;
}

void audit_hold(struct audit *audit, enum rule rule, const struct request_record *request,
	bool breached, const char *words, const char *other)
{
	audit->rules[rule].checked++;
	if (!breached)
		return;
	audit->rules[rule].breaches++;
	audit->breach_count++;
	if (audit->told < AUDIT_BREACHES_MAX)
		audit->breaches[audit->told++] =
			(struct audit_breach){(unsigned)rule, request, words, other};
}

static void check_beside(
	struct past *past, enum rule rule, bool breached, const char *words, const char *other)
{
	audit_hold(past->audit, rule, now_of(past), breached, words, other);
}

static void check(struct past *past, enum rule rule, bool breached, const char *words)
{
	check_beside(past, rule, breached, words, NULL);
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static const char *answered_url(const struct request_record *record)
{
	return record->answered ? record->answered : record->url;
}

/* Whether the request, or a redirect of it, went to that URL. */
static bool asks(const struct request_record *record, const char *url)
{
	const char *hops = record->hops ? record->hops : "";
	size_t length = strlen(url);

	if (same(record->url, url) || same(answered_url(record), url))
		return true;
	for (const char *hop = strstr(hops, url); hop; hop = strstr(hop + 1, url))
		if (hop > hops && hop[-1] == ' ' && (hop[length] == '\n' || hop[length] == '\0'))
			return true;
	return false;
}

static bool is_asked(const struct request_record *record)
{
	return record->flags & REQUEST_ASKED;
}

static bool has_validators(const struct request_record *record)
{
	return record->if_none_match || record->if_modified_since;
}

/* Whether the value was given at some time by the log. */
static bool was_given(const struct past *past, const char *value, bool etag)
{
	for (size_t i = 0; i < past->at; i++) {
		const struct request_record *record = &past->records[i];

		if (same(value, etag ? record->etag : record->last_modified))
			return true;
	}
	return false;
}

static void check_validator(struct past *past, const char *sent, const char *given, bool etag)
{
	const struct request_record *record = now_of(past);
	bool known = was_given(past, sent, etag);

	if (!sent || past->unknown)
		return;
	check(past, P2, !known && past->whole && !same(sent, given),
		"it sent a validator that was never given");
	check(past, P3, !same(sent, given) && (known || given),
		"it sent an older validator than the last that was given");
	if (past->from)
		check(past, P2, !asks(record, past->from), "it sent another address's validator");
}

static bool is_expected(const struct past *past)
{
	const struct request_record *record = now_of(past);
	const char *etag = record->flags & REQUEST_ETAG_USELESS ? NULL : past->etag;
	const char *modified = record->flags & REQUEST_MODIFIED_USELESS ? NULL : past->modified;

	return !past->unknown && (etag || modified) && !(record->flags & REQUEST_EXCUSED) &&
		past->from && asks(record, past->from);
}

static void check_conditions(struct past *past)
{
	const struct request_record *record = now_of(past);
	bool missing = is_expected(past) && !has_validators(record);

	if (past->at > 0)
		check(past, P1, missing, "it asked without the validators it had been given");
	else if (past->whole)
		check(past, P1, has_validators(record), "the first request of all had validators");
	check_validator(past, record->if_none_match, past->etag, true);
	check_validator(past, record->if_modified_since, past->modified, false);
	if (record->flags & REQUEST_AFTER_START && past->at > 0)
		check(past, P4, missing, "after a start it asked without its validators");
}

/* A start is the log's to a microsecond, and the limits' clock is another one. */
bool audit_is_nearer(usec earlier, usec later, usec gap)
{
	return later + USEC_MSEC < earlier + gap;
}

static void check_time(struct past *past)
{
	const struct request_record *record = now_of(past);
	const struct request_record *last = before(past);
	bool early;

	/* Where the clock was set back in between it says nothing of how long was waited. */
	if (!last || record->started < last->started)
		return;
	early = !is_asked(record) && last->next_poll != USEC_INFINITY &&
		record->started + AUDIT_TOLERANCE < last->next_poll;
	check(past, P6, early, "it asked before its time");
	if (record->flags & REQUEST_AFTER_START)
		check(past, P4, early, "after a start it asked before its time");
	if (last->blocked_until > 0)
		check(past, P7, record->started + AUDIT_TOLERANCE < last->blocked_until,
			"it asked before the time that the host had named");
	if (last->rule == RULE_GONE)
		check(past, P8, !is_asked(record), "it asked for a feed that is gone");
	check(past, P11, record->started < last->ended,
		"it asked while the last request was under way");
	check(past, P11, audit_is_nearer(last->started, record->started, past->terms->host_gap),
		"it asked too soon after the last request");
	check(past, P16, record->started < last->ended && same(record->url, last->url),
		"the same URL was asked for twice at a time");
}

/* P11 across the feeds of the host. */
static void check_neighbours(struct past *past)
{
	const struct audit_terms *terms = past->terms;
	const struct request_record *record = now_of(past);
	const struct audit_neighbour *near = NULL;
	const struct audit_neighbour *busy = NULL;
	unsigned under_way = 0;

	/* Both stand in the order of time; what ended long ago is passed over for good. */
	while (past->neighbour < terms->neighbour_count &&
		terms->neighbours[past->neighbour].ended + terms->host_gap + AUDIT_TOLERANCE <
			record->started)
		past->neighbour++;
	if (terms->neighbour_count == 0 || record->started < terms->neighbours_since)
		return;
	for (size_t i = past->neighbour; i < terms->neighbour_count; i++) {
		const struct audit_neighbour *other = &terms->neighbours[i];

		if (other->started > record->started)
			break;
		if (audit_is_nearer(other->started, record->started, terms->host_gap))
			near = other;
		if (other->ended > record->started) {
			busy = other;
			under_way++;
		}
	}
	check_beside(past, P11, near != NULL, "it asked too soon after another feed of the host",
		near ? near->feed : NULL);
	check_beside(past, P11, under_way >= terms->host_connections,
		"it asked while another feed's request to the host was under way",
		busy ? busy->feed : NULL);
}

static usec wait_of(const struct request_record *record)
{
	return record->next_poll > record->ended ? record->next_poll - record->ended : 0;
}

/* What the daemon planned after the answer. */
static void check_plan(struct past *past)
{
	const struct request_record *record = now_of(past);
	usec wait = wait_of(record) + AUDIT_TOLERANCE;
	usec least = past->terms->default_interval < POLL_INTERVAL_LEAST
		? past->terms->default_interval
		: POLL_INTERVAL_LEAST;
	usec hint = record->freshness < POLL_HINT_MOST ? record->freshness : POLL_HINT_MOST;
	bool fixed = record->flags & REQUEST_FIXED;

	if (record->outcome != REQUEST_FAILED && !fixed && record->rule != RULE_GONE) {
		check(past, P5, wait < least, "the next was planned too soon");
		if (record->rule == RULE_INTERVAL || record->rule == RULE_RHYTHM)
			check(past, P5, wait > INTERVAL_MOST + 2 * AUDIT_TOLERANCE,
				"the next was planned later than a day");
		if (hint > 0)
			check(past, P6, wait < hint,
				"the next was planned before the answer's freshness ends");
	}
	if (record->status == HTTP_TOO_MANY_REQUESTS)
		check(past, P7, record->blocked_until == 0, "it did not mind a 429");
	if (record->blocked_until > 0)
		check(past, P7, record->next_poll + AUDIT_TOLERANCE < record->blocked_until,
			"the next was planned before the time that the host named");
	if (record->rule == RULE_BACKOFF)
		check(past, P8,
			wait < schedule_backoff(same(record->url, past->terms->feed->url)
					       ? record->failures
					       : 1),
			"the next was planned too soon after failures");
	if (record->status == 410 && same(record->url, past->terms->feed->url))
		check(past, P8, record->rule != RULE_GONE, "a 410 did not end it");
}

static void check_probes(struct past *past)
{
	const struct request_record *record = now_of(past);

	if (record->flags & REQUEST_PROBE) {
		check(past, P9,
			past->last_probe > 0 && record->started < past->last_probe + PROBE_GAP,
			"it probed twice in a day");
		check(past, P9,
			past->last_200 > 0 && record->started < past->last_200 + PROBE_AFTER,
			"it probed though a document had come within the week");
		past->last_probe = record->started;
	}
	if (record->flags & (REQUEST_ETAG_USELESS | REQUEST_MODIFIED_USELESS))
		check(past, P9, past->whole && past->same_bodies < SAME_BODIES,
			"it gave a validator up before it had failed three times");
}

size_t audit_count_hops(const struct request_record *record)
{
	size_t count = 0;

	for (const char *hop = record->hops; hop && *hop != '\0'; count++) {
		hop += strcspn(hop, "\n");
		hop += *hop == '\n';
	}
	return count;
}

/* Whether permanent redirects led there long enough; true where the log does not reach so far. */
static bool is_settled_move(const struct past *past, const char *url)
{
	size_t polls = 0;
	usec first = now_of(past)->started;

	for (size_t i = past->at; i-- > 0 && same(past->records[i].moved, url); polls++)
		first = past->records[i].started;
	if (polls == past->at && !past->whole)
		return true;
	return polls >= MOVE_POLLS &&
		before(past)->ended + AUDIT_TOLERANCE >= first + MOVE_TIME_LEAST;
}

static void check_moves(struct past *past)
{
	const struct request_record *record = now_of(past);
	const struct request_record *last = before(past);
	size_t hops = audit_count_hops(record);

	if (hops > 0)
		check(past, P10, hops > AUDIT_REDIRECTS_MOST, "it followed more than 10 redirects");
	if (!last || same(record->url, last->url) || same(record->url, past->terms->feed->url))
		return;
	check(past, P10, !is_settled_move(past, record->url),
		"it adopted a new address within a week or 3 polls");
	check(past, P10,
		strncasecmp(last->url, "https:", 6) == 0 &&
			strncasecmp(record->url, "https:", 6) != 0,
		"it adopted an address without https for one with");
}

/* Whether a list of words has one of these. */
static bool has_forbidden(const char *headers)
{
	static const char *const forbidden[] = {
		"Cookie", "Range", "Referer", "If-Range", "Host", "Authorization"};

	for (size_t length; headers && *headers != '\0'; headers += length) {
		headers += strspn(headers, " ");
		length = strcspn(headers, " ");
		for (size_t i = 0; i < ARRAY_SIZE(forbidden); i++)
			if (strlen(forbidden[i]) == length &&
				strncasecmp(headers, forbidden[i], length) == 0)
				return true;
	}
	return false;
}

void audit_form(struct audit *audit, const struct request_record *request, bool may_have_cookies)
{
	const char *name = request->user_agent ? request->user_agent : "";

	audit_hold(
		audit, P13, request, !same(request->method, "GET"), "it did not ask by GET", NULL);
	audit_hold(audit, P13, request, strchr(request->url, '#') != NULL, "it added a fragment",
		NULL);
	audit_hold(audit, P13, request, has_forbidden(request->headers),
		"it sent a header that is not to be sent", NULL);
	audit_hold(audit, P13, request, request->flags & REQUEST_COOKIES && !may_have_cookies,
		"it allowed cookies though Cookies= does not", NULL);
	if (request->status > 0) {
		audit_hold(audit, P14, request, name[0] == '\0', "it did not say who it is", NULL);
		audit_hold(audit, P15, request, !(request->flags & REQUEST_PACKED),
			"it offered no compression", NULL);
	}
	audit_hold(audit, P11, request, !(request->flags & REQUEST_POLITE),
		"it did not wait for its host's turn", NULL);
}

static void check_form(struct past *past)
{
	const struct request_record *record = now_of(past);
	const struct feed *feed = past->terms->feed;
	bool query = strchr(record->url, '?') && !strchr(feed->url, '?') &&
		strncasecmp(record->url, feed->url, strcspn(feed->url, "#")) == 0;

	audit_form(past->audit, record, feed->access && feed->access->cookies);
	check(past, P13, query, "it added a query");
	check(past, P17, strstr(record->url, "/robots.txt") != NULL,
		"it asked for robots.txt for a feed");
}

/* A setting is changed now and then; who goes back and forth hides. */
static void check_name(struct past *past)
{
	const struct request_record *record = now_of(past);
	const struct request_record *last = before(past);

	if (!record->user_agent || !last || !last->user_agent)
		return;
	if (!past->first_name)
		past->first_name = last->user_agent;
	if (same(record->user_agent, last->user_agent))
		return;
	past->name_changes++;
	check(past, P14, past->name_changes > 1 && same(record->user_agent, past->first_name),
		"it went back to another name");
}

static void check_hour(struct past *past)
{
	const struct request_record *record = now_of(past);
	const struct request_record *last = before(past);

	/* What is asked every few minutes is at the full hour too. */
	if (!last || is_asked(record) || wait_of(last) < 10 * USEC_MINUTE)
		return;
	past->scheduled++;
	past->on_the_hour += record->started % USEC_HOUR < ROUND_HOUR_SPAN;
	if (past->scheduled >= STARTS_LEAST)
		check(past, P12, 2 * past->on_the_hour > past->scheduled,
			"most requests start on the full hour");
}

/* P3: what the next request is to carry. */
static void take_answer(struct past *past)
{
	const struct request_record *record = now_of(past);
	bool document = (record->status == 200 || record->status == 203) && record->bytes > 0;

	if (document) {
		bool dropped = record->flags & REQUEST_DROPPED;

		past->etag = dropped ? NULL : record->etag;
		past->modified = dropped ? NULL : record->last_modified;
		past->from = answered_url(record);
		past->unknown = false;
		past->last_200 = record->started;
		past->same_bodies += record->flags & REQUEST_SAME_BODY ? 1 : 0;
	} else if (record->status == HTTP_NOT_MODIFIED && has_validators(record)) {
		if (past->unknown) {
			past->etag = record->if_none_match;
			past->modified = record->if_modified_since;
			past->from = answered_url(record);
			past->unknown = false;
		}
		if (record->etag)
			past->etag = record->etag;
		if (record->last_modified)
			past->modified = record->last_modified;
	}
}

void audit_judge(struct audit *audit, const struct audit_terms *terms,
	const struct request_record *records, size_t count)
{
	struct past past = {.audit = audit, .terms = terms, .records = records};
	static const char *const names[AUDIT_RULES] = {"P1", "P2", "P3", "P4", "P5", "P6", "P7",
		"P8", "P9", "P10", "P11", "P12", "P13", "P14", "P15", "P16", "P17"};

	*audit = (struct audit){0};
	for (size_t i = 0; i < AUDIT_RULES; i++)
		audit->rules[i] = (struct audit_rule){.name = names[i], .words = rule_words[i]};
	past.whole = count > 0 && records[0].previous == 0;
	past.unknown = !past.whole;
	for (past.at = 0; past.at < count; past.at++) {
		check_conditions(&past);
		check_time(&past);
		check_neighbours(&past);
		check_plan(&past);
		check_probes(&past);
		check_moves(&past);
		check_form(&past);
		check_name(&past);
		check_hour(&past);
		take_answer(&past);
	}
}
