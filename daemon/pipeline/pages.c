#include "pipeline/pages.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "intake/deferral.h"
#include "pipeline/kept_pages.h"
#include "pipeline/page_fetch.h"
#include "pipeline/pipeline_inside.h"

/* How often what waits is looked through, while anything does. */
#define TICK (500 * USEC_MSEC)
#define FORGET_INTERVAL USEC_MINUTE
#define IDLE_INTERVAL USEC_HOUR /* while nothing waits, and pages are kept */
#define STORE_RETRY USEC_MINUTE
#define TAKE_RETRY USEC_HOUR /* after an entry that cannot be taken in for a reason of its own */

enum {
	ENTRY_ARENA_BYTES = 32 * 1024 * 1024, /* the entry in two forms, the page beside it */
	HOSTS_MAX = 4096,                     /* with something due, looked through in a tick */
	LATE_STEP = 20,                       /* entries given up in a turn of the loop */
	TRIES_MAX = 3,
	AGENT_MAX = 64,
	HOST_MAX = 256,
};

/* A page in hand. */
struct job {
	struct job *next;
	struct pages *pages;
	int64_t id; /* of the entry that waits */
	char *url;
	char *host;
	usec since;
	uint32_t tries;
	struct page_fetch *fetch;
};

struct pages {
	struct pages_options options;
	const struct config *config;
	struct map feeds; /* by their keys; empty until one is looked for */
	char agent[AGENT_MAX];
	struct clock_timer *timer;
	struct job *jobs;
	size_t job_count;
	char turn[HOST_MAX]; /* the host that was chosen last: those after it are next */
	usec forgot;         /* monotonic */
	usec seen;           /* by the wall clock; 0: not yet */
	int64_t clock_offset;
	bool failing; /* the last article could not be stored */
	usec rests;   /* monotonic; nothing is begun before, for it could not be stored */
	struct pages_figures figures;
};

static usec wall_clock(const struct pages *pages)
{
	return clock_now(pages->options.clock);
}

/* Looks through what waits after a while. */
static void wake_in(struct pages *pages, usec delay)
{
	usec at = usec_add(clock_monotonic(pages->options.clock), delay);

	clock_timer_set(pages->options.clock, pages->timer, at < pages->rests ? pages->rests : at);
}

/* The store fails: a page that was fetched meanwhile would be fetched again and again. */
static void rest(struct pages *pages)
{
	pages->failing = true;
	pages->rests = usec_add(clock_monotonic(pages->options.clock), STORE_RETRY);
	wake_in(pages, 0);
}

/* ---- jobs ---- */

static void job_free(struct job *job)
{
	free(job->url);
	free(job->host);
	free(job);
}

/* Takes the job out of the list; its fetch is over or ends here. */
static void job_drop(struct job *job, bool cancel)
{
	struct pages *pages = job->pages;

	for (struct job **link = &pages->jobs; *link; link = &(*link)->next)
		if (*link == job) {
			*link = job->next;
			pages->job_count--;
			break;
		}
	if (cancel)
		page_fetch_cancel(job->fetch);
	job_free(job);
}

static struct job *job_of(const struct pages *pages, int64_t id)
{
	struct job *job = pages->jobs;

	while (job && job->id != id)
		job = job->next;
	return job;
}

static bool is_host_in_hand(const struct pages *pages, const char *host)
{
	for (const struct job *job = pages->jobs; job; job = job->next)
		if (strcmp(job->host, host) == 0)
			return true;
	return false;
}

static int job_new(struct pages *pages, const struct waiting_entry *waiting, struct job **ret)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return -ENOMEM;
	*job = (struct job){
		.pages = pages,
		.id = waiting->id,
		.url = strdup(waiting->url),
		.host = strdup(waiting->host),
		.since = waiting->since,
		.tries = waiting->tries,
	};
	if (!job->url || !job->host) {
		job_free(job);
		return -ENOMEM;
	}
	job->next = pages->jobs;
	pages->jobs = job;
	pages->job_count++;
	*ret = job;
	return 0;
}

/* ---- taking in ---- */

static void forget_feeds(struct pages *pages)
{
	map_free(&pages->feeds);
	pages->feeds = (struct map){0};
}

/* Of sections with the same URL the first stands for all (P16).  Returns 0 or -ENOMEM. */
static int know_feeds(struct pages *pages)
{
	const struct config *config = pages->config;
	int r = 0;

	if (pages->feeds.count > 0)
		return 0;
	for (size_t i = config->feed_count; r == 0 && i > 0; i--)
		r = map_put(&pages->feeds, feed_key(&config->feeds[i - 1]),
			(void *)&config->feeds[i - 1]);
	if (r < 0)
		forget_feeds(pages);
	return r;
}

/* *ret is NULL where it was taken out of the configuration.  Returns 0 or -ENOMEM. */
static int find_feed(struct pages *pages, const char *key, const struct feed **ret)
{
	int r = know_feeds(pages);

	if (r == 0)
		*ret = map_get(&pages->feeds, key);
	return r;
}

/* Less text than the feed has is none of the article's: a teaser, or something beside it. */
static bool is_longer(const struct web_page *page, const struct parsed_feed *parsed)
{
	const char *text = entry_text(&parsed->entries[0]);

	return !text || strlen(page->text) >= strlen(text);
}

static int take_read(struct pages *pages, const struct waiting_entry *waiting,
	const struct web_page *page, const char *note, struct arena *arena)
{
	struct waited waited = {waiting->id, waiting->identity, page, note};
	const struct feed *feed = NULL;
	struct parsed_feed parsed;
	struct feed_state state;
	int r;

	r = find_feed(pages, waiting->feed_key, &feed);
	if (r < 0)
		return r;
	/* Its feed is not configured any more, or it is of no use to anybody. */
	if (!feed || deferral_read(waiting, arena, &parsed) < 0)
		return store_waiting_remove(pages->options.store, waiting->id);
	r = store_feed_ensure(
		pages->options.store, waiting->feed_key, wall_clock(pages), arena, &state);
	if (r < 0)
		return r;
	state.url = feed->url;
	if (page && !is_longer(page, &parsed)) {
		waited.page = NULL;
		waited.note = "less than the feed's";
	}
	r = pipeline_take_waiting(pages->options.pipeline, feed, &state, &parsed, &waited);
	if (r == 0 && waited.page)
		pages->figures.used++;
	else if (r == 0)
		pages->figures.fallback++;
	return r;
}

static int take_waiting(
	struct pages *pages, int64_t id, const struct web_page *page, const char *note)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct waiting_entry waiting;
	int r;

	r = arena_new(ENTRY_ARENA_BYTES, &arena);
	if (r == 0)
		r = store_waiting_get(pages->options.store, id, arena, &waiting);
	if (r == -ENOENT)
		return 0; /* it waits no more */
	return r != 0 ? r : take_read(pages, &waiting, page, note, arena);
}

/* The entry itself is at fault, perhaps: it is kept, and holds no other up. */
static int put_off(struct pages *pages, int64_t id, int error)
{
	log_error(
		"an article whose page was awaited cannot be taken in: %s; tried again in an hour",
		strerrordesc_np(-error));
	return store_waiting_delay(
		pages->options.store, id, usec_add(wall_clock(pages), TAKE_RETRY), 0);
}

/* Takes the entry in.  What cannot be stored now, or not yet, is looked at again. */
static void take(struct pages *pages, int64_t id, const struct web_page *page, const char *note)
{
	int r;

	r = take_waiting(pages, id, page, note);
	if (r < 0 && page && !pipeline_is_store_trouble(r))
		r = take_waiting(pages, id, NULL, "not readable");
	if (r < 0 && !pipeline_is_store_trouble(r))
		r = put_off(pages, id, r);
	if (r >= 0) {
		pages->failing = false;
		return;
	}
	rest(pages);
	log_error("an article whose page was awaited cannot be stored: %s; tried again in a minute",
		store_error(pages->options.store));
}

/* ---- pages that were fetched ---- */

/* Takes the entry in by what its page brought a while ago; false where it is to be fetched. */
static bool take_kept(struct pages *pages, const struct waiting_entry *waiting, struct arena *arena)
{
	usec since = waiting->renew ? waiting->since : usec_before(waiting->since, PAGES_FRESH);
	struct kept_page kept;

	if (kept_pages_find(
		    pages->options.store, waiting->url, since, wall_clock(pages), arena, &kept) < 0)
		return false;
	take(pages, waiting->id, kept.has_page ? &kept.page : NULL,
		kept.has_page ? NULL : kept.note);
	return true;
}

static struct page_request request_of(const struct pages *pages, const struct job *job)
{
	return (struct page_request){
		.url = job->url, .host = job->host, .entry = job->id, .time = wall_clock(pages)};
}

/* Looks at the entry again later, or gives its page up. */
static void try_later(
	struct pages *pages, const struct job *job, const struct page_fetched *fetched)
{
	struct page_request request = request_of(pages, job);
	usec due = fetched->retry_at > 0 ? fetched->retry_at
					 : usec_add(request.time, PAGES_RETRY << job->tries);

	if (fetched->asked)
		kept_pages_count(pages->options.store, &request);
	if (pages->options.once || job->tries + 1 >= TRIES_MAX ||
		due >= usec_add(job->since, PAGES_WAIT))
		take(pages, job->id, NULL, fetched->note);
	else
		(void)store_waiting_delay(pages->options.store, job->id, due, job->tries + 1);
}

/* The wait for pages goes on where it was when the clock leapt ahead. */
static void set_forward(struct pages *pages, usec now, usec step)
{
	(void)store_waiting_set_forward(pages->options.store, now, step);
	for (struct job *job = pages->jobs; job; job = job->next)
		if (usec_add(job->since, step) <= now)
			job->since += step;
}

/* Since the last look, or while the daemon was down, the clock may have been set. */
static void follow_clock(struct pages *pages)
{
	int64_t step = clock_stepped(pages->options.clock, &pages->clock_offset);
	usec now = wall_clock(pages);

	if (now < pages->seen || pages->seen == 0)
		(void)store_waiting_hasten(pages->options.store, now);
	if (step < 0)
		(void)store_robots_set_back(pages->options.store, now, (usec)-step);
	else if (step > 0)
		set_forward(pages, now, (usec)step);
	pages->seen = now;
}

static void on_fetched(const struct page_fetched *fetched, void *userdata)
{
	struct job *job = userdata;
	struct pages *pages = job->pages;
	struct page_request request = request_of(pages, job);

	follow_clock(pages);
	pages->figures.fetched += fetched->asked;
	if (fetched->outcome == PAGE_LATER) {
		try_later(pages, job, fetched);
	} else {
		kept_pages_keep(pages->options.store, &request, fetched);
		take(pages, job->id, fetched->page, fetched->note);
	}
	job_drop(job, false);
	wake_in(pages, 0);
}

/* ---- what is next ---- */

static struct page_fetch_options fetch_options(const struct pages *pages)
{
	return (struct page_fetch_options){
		.clock = pages->options.clock,
		.store = pages->options.store,
		.http = pages->options.http,
		.pool = pages->options.pool,
		.agent = pages->agent,
	};
}

static void start(struct pages *pages, const struct waiting_entry *waiting)
{
	struct page_fetch_options options = fetch_options(pages);
	const struct feed *feed = NULL;
	struct job *job;

	if (find_feed(pages, waiting->feed_key, &feed) < 0)
		return; /* it is looked at again */
	if (!feed) {
		(void)store_waiting_remove(pages->options.store, waiting->id);
		return;
	}
	/* Another configuration let it wait. */
	if (!deferral_feed_wants(feed)) {
		take(pages, waiting->id, NULL, NULL);
		return;
	}
	if (kept_pages_are_too_many(pages->options.store, waiting->host, wall_clock(pages))) {
		if (pages->options.once)
			take(pages, waiting->id, NULL, "too many pages");
		return;
	}
	if (job_new(pages, waiting, &job) < 0)
		return;
	/* It may be over, and the job gone, when this returns 0. */
	if (page_fetch_start(&options, job->url, feed, on_fetched, job, &job->fetch) < 0)
		job_drop(job, false);
}

/* The entry's page was fetched a while ago, or is asked for now. */
static void begin(struct pages *pages, int64_t id)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct waiting_entry waiting;

	if (arena_new(ENTRY_ARENA_BYTES, &arena) < 0 ||
		store_waiting_get(pages->options.store, id, arena, &waiting) < 0)
		return;
	if (!take_kept(pages, &waiting, arena))
		start(pages, &waiting);
}

struct choice {
	struct pages *pages;
	int64_t ids[PAGES_IN_HAND_MAX];
	char hosts[PAGES_IN_HAND_MAX][HOST_MAX];
	size_t count;
};

static bool is_chosen(const struct choice *choice, int64_t id)
{
	for (size_t i = 0; i < choice->count; i++)
		if (choice->ids[i] == id)
			return true;
	return false;
}

static int choose(const struct waiting_entry *waiting, void *userdata)
{
	struct choice *choice = userdata;

	if (is_host_in_hand(choice->pages, waiting->host) || is_chosen(choice, waiting->id))
		return 0;
	(void)snprintf(choice->hosts[choice->count], HOST_MAX, "%s", waiting->host);
	choice->ids[choice->count++] = waiting->id;
	return choice->count + choice->pages->job_count >= PAGES_IN_HAND_MAX;
}

/* Of the hosts that sort after `host`. */
static void choose_after(struct choice *choice, const char *host)
{
	struct pages *pages = choice->pages;

	if (choice->count + pages->job_count < PAGES_IN_HAND_MAX)
		(void)store_waiting_each(
			pages->options.store, wall_clock(pages), host, HOSTS_MAX, choose, choice);
}

/* Whether the turn of the loop has lasted long enough. */
static bool is_over(const struct pages *pages, usec until)
{
	return clock_monotonic(pages->options.clock) > until;
}

/*
 * Hosts take turns, so that those with many pages keep none waiting (P11).  Returns false where
 * time ran out before all had theirs.
 */
static bool start_due(struct pages *pages, usec until)
{
	struct choice choice = {.pages = pages};

	choose_after(&choice, pages->turn);
	choose_after(&choice, "");
	for (size_t i = 0; i < choice.count; i++) {
		if (i > 0 && is_over(pages, until))
			return false;
		memcpy(pages->turn, choice.hosts[i], HOST_MAX);
		begin(pages, choice.ids[i]);
	}
	return true;
}

/* Entries that waited for long enough.  Returns false where there may be more of them. */
static bool give_up_late(struct pages *pages, usec until)
{
	usec now = wall_clock(pages);
	int64_t id;

	for (unsigned i = 0; i < LATE_STEP && !is_over(pages, until); i++) {
		struct job *job;

		if (store_waiting_late(
			    pages->options.store, usec_before(now, PAGES_WAIT), now, &id) < 0)
			return true;
		job = job_of(pages, id);
		if (job && page_fetch_is_reading(job->fetch))
			return true;
		if (job)
			job_drop(job, true);
		take(pages, id, NULL, "waited too long");
		if (pages->failing)
			return true;
	}
	return false;
}

static void forget(struct pages *pages)
{
	usec monotonic = clock_monotonic(pages->options.clock);

	if (monotonic < pages->forgot + FORGET_INTERVAL)
		return;
	pages->forgot = monotonic;
	kept_pages_forget(pages->options.store, wall_clock(pages));
}

static void on_timer(void *userdata)
{
	struct pages *pages = userdata;
	usec now = clock_monotonic(pages->options.clock);
	bool done;

	pages->failing = false;
	follow_clock(pages);
	done = give_up_late(pages, now + SLICE_TIME / 2);
	if (!pages->failing)
		done &= start_due(pages, now + SLICE_TIME);
	forget(pages);
	if (pages_idle(pages))
		wake_in(pages, IDLE_INTERVAL);
	else
		wake_in(pages, done ? TICK : 0);
}

static void on_waiting(int result, void *userdata)
{
	struct pages *pages = userdata;

	if (result < 0)
		rest(pages);
	else
		wake_in(pages, 0);
}

/* ---- the pages ---- */

int pages_new(const struct pages_options *options, struct pages **ret)
{
	struct pages *pages = calloc(1, sizeof(*pages));
	struct page_fetch_options fetching;
	int r;

	if (!pages)
		return -ENOMEM;
	pages->options = *options;
	pages->clock_offset = clock_offset(options->clock);
	fetching = fetch_options(pages);
	r = page_fetch_restore(&fetching);
	if (r == 0)
		r = clock_timer_new(options->clock, on_timer, pages, &pages->timer);
	if (r < 0) {
		free(pages);
		return r;
	}
	pipeline_on_waiting(options->pipeline, on_waiting, pages);
	*ret = pages;
	return 0;
}

void pages_free(struct pages *pages)
{
	if (!pages)
		return;
	while (pages->jobs)
		job_drop(pages->jobs, true);
	forget_feeds(pages);
	clock_timer_free(pages->options.clock, pages->timer);
	free(pages);
}

void pages_configure(struct pages *pages, const struct config *config)
{
	const char *agent = config->user_agent;
	size_t length = 0;

	while (length < AGENT_MAX - 1 &&
		(isalpha((unsigned char)agent[length]) || agent[length] == '-' ||
			agent[length] == '_'))
		length++;
	(void)snprintf(pages->agent, sizeof(pages->agent), "%.*s", (int)length,
		length > 0 ? agent : "wirewatch");
	if (length == 0)
		(void)snprintf(pages->agent, sizeof(pages->agent), "wirewatch");
	pages->config = config;
	forget_feeds(pages);
	/* What waits since before the last start. */
	wake_in(pages, 0);
}

static int find_any(const struct waiting_entry *waiting, void *userdata)
{
	(void)waiting;
	(void)userdata;
	return 1;
}

bool pages_idle(struct pages *pages)
{
	usec until = usec_add(wall_clock(pages), PAGES_WAIT);

	/* A run that ends leaves what cannot be stored to the next one. */
	if (pages->options.once && pages->failing)
		return true;
	return store_waiting_each(pages->options.store, until, "", 1, find_any, NULL) <= 0;
}

struct pages_figures pages_figures(struct pages *pages)
{
	(void)store_waiting_count(pages->options.store, &pages->figures.waiting);
	return pages->figures;
}
