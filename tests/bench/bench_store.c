/*
 * What the store costs: ingesting feeds with grouped commits, asking what is known, alerts and
 * their deliveries, reading all fingerprints at start.  `bench_store [FEEDS [ENTRIES [FOLDER]]]`;
 * the folder should be on the disk that is meant.
 */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/store.h"

enum {
	FEEDS = 1000,
	ENTRIES = 25,
	FEEDS_A_COMMIT = 8, /* rounds that end in one turn of a busy loop */
	WORDS = 20000,
	TEXT_WORDS = 450,
	FINGERPRINT_BYTES = 1000,
	ALERTS = 10000,
	BATCH = 64, /* deliveries a turn */
	ARENA_BYTES = 64 * 1024 * 1024,
};

struct bench {
	struct store *store;
	struct arena *arena;
	unsigned feeds;
	unsigned entries;
	int64_t *keys;
	usec now;
	double commit_worst;
	unsigned commits;
	char text[TEXT_WORDS * 12];
	unsigned char fingerprint[FINGERPRINT_BYTES];
};

static char words[WORDS][12];

static double seconds(clockid_t clock)
{
	struct timespec time;

	(void)clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(struct bench *bench, int r)
{
	if (r >= 0)
		return;
	(void)fprintf(stderr, "%s\n", bench->store ? store_error(bench->store) : strerror(-r));
	exit(1);
}

struct span {
	double wall;
	double cpu;
};

static struct span begin(void)
{
	return (struct span){seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID)};
}

static void report(const char *what, struct span span, double count, const char *unit)
{
	double wall = seconds(CLOCK_MONOTONIC) - span.wall;
	double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - span.cpu;

	printf("%-34s %9.0f %-11s %8.2f s wall %8.2f s cpu %9.2f us cpu each\n", what, count, unit,
		wall, cpu, cpu / count * 1e6);
}

static void commit(struct bench *bench)
{
	double start = seconds(CLOCK_MONOTONIC);
	double took;

	must(bench, store_commit(bench->store));
	took = seconds(CLOCK_MONOTONIC) - start;
	bench->commits++;
	if (took > bench->commit_worst)
		bench->commit_worst = took;
}

static void make_words(void)
{
	for (unsigned i = 0; i < WORDS; i++) {
		uint64_t hash = hash_bytes(&i, sizeof(i));
		unsigned length = 2 + hash % 9;

		for (unsigned j = 0; j < length; j++)
			words[i][j] = (char)('a' + (hash >> (j * 5) & 31) % 26);
	}
}

/* Words as frequent as in language: the n-th about 1/n as often as the first. */
static void make_text(struct bench *bench)
{
	size_t length = 0;

	for (unsigned i = 0; i < TEXT_WORDS; i++) {
		double share = (double)random() / ((double)RAND_MAX + 1);
		unsigned rank = (unsigned)(WORDS * share * share * share * share);
		size_t word = strlen(words[rank]);

		memcpy(bench->text + length, words[rank], word);
		length += word;
		bench->text[length++] = ' ';
	}
	bench->text[length] = '\0';
	for (unsigned i = 0; i < FINGERPRINT_BYTES; i++)
		bench->fingerprint[i] = (unsigned char)random();
}

static struct digest make_digest(unsigned kind, unsigned feed, unsigned entry)
{
	unsigned numbers[] = {kind, feed, entry};

	return digest_bytes(numbers, sizeof(numbers));
}

static void ingest_entry(struct bench *bench, unsigned feed, unsigned number)
{
	struct known_entry entry = {
		.identity = make_digest(0, feed, number),
		.digest = make_digest(1, feed, number),
		.link = make_digest(2, feed, number),
		.text = make_digest(3, feed, number),
	};
	struct digest what = make_digest(4, feed, number);
	struct known_entry found;
	struct id id;
	struct article_record record = {
		.feed = bench->keys[feed],
		.host = "example.org",
		.why = "no stored story shares its text",
		.fingerprint = bench->fingerprint,
		.fingerprint_length = FINGERPRINT_BYTES,
		.article =
			{
				.id = id.text,
				.url = "https://example.org/2026/11/22/"
				       "a-report-of-usual-length.html",
				.title = "A headline of the length that headlines have in most "
					 "papers",
				.text = bench->text,
				.author = "A. Writer",
				.source = "Example Times",
				.language = "en",
				.published = 1763700000,
				.first_seen = bench->now,
			},
	};
	struct story story = {
		.title = record.article.title, .first_seen = bench->now, .last_seen = bench->now};

	make_text(bench);
	(void)store_entry_find(bench->store, record.feed, &entry.identity, &found);
	(void)store_entry_find_same(bench->store, record.feed, &entry.link, &entry.text, &found);
	must(bench, store_next_article_key(bench->store, &record.key));
	id = id_make_keyed(bench->now, &what, record.key);
	story.id = id;
	story.key = record.key;
	must(bench, store_story_add(bench->store, &story));
	record.story = story.key;
	must(bench, store_article_add(bench->store, &record));
	must(bench, store_story_count(bench->store, story.key, record.host, NULL, bench->now));
	entry.article = record.key;
	must(bench, store_entry_save(bench->store, record.feed, &entry, bench->now));
	bench->now += USEC_MSEC;
}

static void load_feed(struct bench *bench, unsigned feed, struct feed_state *ret)
{
	char url[64];

	arena_reset(bench->arena);
	(void)snprintf(url, sizeof(url), "https://feed%u.example.org/rss", feed);
	must(bench, store_feed_ensure(bench->store, url, bench->now, bench->arena, ret));
	bench->keys[feed] = ret->id;
}

static void ingest_feed(struct bench *bench, unsigned feed)
{
	struct feed_state state;
	struct digest *digests;
	size_t count;

	load_feed(bench, feed, &state);
	must(bench, store_known_digests(bench->store, state.id, bench->arena, &digests, &count));
	must(bench, store_savepoint(bench->store));
	for (unsigned i = 0; i < bench->entries; i++)
		ingest_entry(bench, feed, i);
	state.validators.etag = "W/\"5f3-6221\"";
	state.validators.last_modified = "Sat, 21 Nov 2026 10:15:00 GMT";
	state.last_poll = bench->now;
	must(bench, store_feed_save(bench->store, &state));
	must(bench, store_savepoint_release(bench->store));
}

static void bench_ingest(struct bench *bench)
{
	unsigned entries = bench->feeds * bench->entries;
	struct span span = begin();
	double make;

	for (unsigned i = 0; i < entries / 10; i++)
		make_text(bench);
	make = (seconds(CLOCK_PROCESS_CPUTIME_ID) - span.cpu) * 10 / entries;
	span = begin();
	for (unsigned i = 0; i < bench->feeds; i++) {
		ingest_feed(bench, i);
		if ((i + 1) % FEEDS_A_COMMIT == 0)
			commit(bench);
	}
	commit(bench);
	report("new entries", span, entries, "entries");
	printf("    of which making the text %.2f us; worst commit %.1f ms of %u\n", make * 1e6,
		bench->commit_worst * 1e3, bench->commits);
}

static void bench_known(struct bench *bench)
{
	struct span span = begin();

	for (unsigned i = 0; i < bench->feeds; i++) {
		struct digest *digests;
		size_t count;

		arena_reset(bench->arena);
		must(bench,
			store_known_digests(
				bench->store, bench->keys[i], bench->arena, &digests, &count));
	}
	report("known digests of a feed", span, bench->feeds, "feeds");
}

static void bench_unchanged(struct bench *bench)
{
	struct span span = begin();

	bench->commit_worst = 0;
	for (unsigned i = 0; i < bench->feeds; i++) {
		struct feed_state state;

		load_feed(bench, i, &state);
		state.next_poll = bench->now + i;
		must(bench, store_feed_save(bench->store, &state));
		commit(bench);
	}
	report("304: state saved, own commit", span, bench->feeds, "feeds");
	printf("    worst commit %.1f ms\n", bench->commit_worst * 1e3);
}

/* What the log of requests adds to a 304. */
static void bench_requests(struct bench *bench)
{
	struct request_record record = {
		.method = "GET",
		.url = "https://feed.example.org/rss",
		.if_none_match = "\"5f2c-61d5e8a2b7c40-gzip\"",
		.if_modified_since = "Sun, 01 Nov 2026 00:00:00 GMT",
		.user_agent = "wirewatch/1.0 (+https://example.org/)",
		.status = 304,
		.outcome = REQUEST_UNCHANGED,
		.etag = "\"5f2c-61d5e8a2b7c40-gzip\"",
		.started = bench->now,
		.ended = bench->now,
		.next_poll = bench->now,
		.rule = RULE_RHYTHM,
	};
	struct span span = begin();

	for (unsigned i = 0; i < bench->feeds; i++) {
		record.feed = i + 1;
		must(bench, store_request_add(bench->store, &record, &record.previous));
		if (i % BATCH == BATCH - 1)
			commit(bench);
	}
	commit(bench);
	report("304: request logged", span, bench->feeds, "requests");
}

static void bench_alerts(struct bench *bench)
{
	static const char *const hooks[] = {"desk", "archive", NULL};
	char event[1500];
	struct span span = begin();

	memset(event, 'x', sizeof(event) - 1);
	event[sizeof(event) - 1] = '\0';
	for (unsigned i = 0; i < ALERTS; i++) {
		struct digest what = make_digest(5, i, 0);
		struct id story;
		struct alert alert = {
			.id = id_make(bench->now, &what),
			.type = EVENT_STORY_NEW,
			.time = bench->now,
			.topic = "topic",
			.title = "A headline of the length that headlines have in most papers",
			.event = event,
		};

		what = make_digest(6, i / 2, 0);
		story = id_make(bench->now, &what);
		alert.story = story.text;
		must(bench, store_alert_add(bench->store, &alert, hooks));
		if ((i + 1) % BATCH == 0)
			commit(bench);
	}
	commit(bench);
	report("alerts with 2 deliveries", span, ALERTS, "alerts");
}

static int deliver(const struct delivery *delivery, void *userdata)
{
	struct bench *bench = userdata;
	struct delivery delivered = *delivery;

	delivered.state = DELIVERY_DELIVERED;
	delivered.attempts = 1;
	delivered.last_attempt = bench->now;
	must(bench, store_delivery_save(bench->store, &delivered));
	return 0;
}

static void bench_deliveries(struct bench *bench)
{
	struct store_figures figures = {.pending = 1};
	struct span span = begin();
	unsigned delivered = 0;

	while (delivered < ALERTS) {
		must(bench,
			store_deliveries_due(
				bench->store, "desk", bench->now, BATCH, deliver, bench));
		commit(bench);
		delivered += BATCH;
	}
	report("deliveries: due, saved", span, ALERTS, "deliveries");
	must(bench, store_figures(bench->store, &figures));
	if (figures.pending > ALERTS + BATCH)
		printf("    but %" PRIu64 " are pending\n", figures.pending);
}

static int note_fingerprint(const struct article_record *record, void *userdata)
{
	*(uint64_t *)userdata += record->fingerprint_length;
	return 0;
}

static void bench_fingerprints(struct bench *bench)
{
	struct span span = begin();
	uint64_t bytes = 0;

	must(bench, store_fingerprints_after(bench->store, 0, note_fingerprint, &bytes));
	report("all fingerprints", span, (double)bench->feeds * bench->entries, "articles");
}

static void bench_figures(struct bench *bench)
{
	struct store_figures figures;
	struct span span = begin();
	struct rusage usage;

	must(bench, store_figures(bench->store, &figures));
	report("figures", span, 1, "call");
	(void)getrusage(RUSAGE_SELF, &usage);
	printf("file %.1f MiB: %.0f bytes an article; resident at most %.1f MiB, heap in use %.1f "
	       "MiB\n",
		(double)figures.bytes / 1048576, (double)figures.bytes / (double)figures.articles,
		(double)usage.ru_maxrss / 1024, (double)mallinfo2().uordblks / 1048576);
}

static void bench_open(struct bench *bench, const char *folder)
{
	struct span span = begin();
	char *error = NULL;

	if (store_open(folder, &bench->store, &error) < 0) {
		(void)fprintf(stderr, "%s\n", error);
		exit(1);
	}
	report("open", span, 1, "call");
}

int main(int argc, char **argv)
{
	static struct bench bench = {.feeds = FEEDS, .entries = ENTRIES};
	char folder[256];
	char file[300];

	if (argc > 1)
		bench.feeds = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		bench.entries = (unsigned)strtoul(argv[2], NULL, 10);
	(void)snprintf(
		folder, sizeof(folder), "%s/bench-store-XXXXXX", argc > 3 ? argv[3] : "/tmp");
	if (bench.feeds == 0 || bench.entries == 0 || !mkdtemp(folder))
		return 2;
	bench.keys = calloc(bench.feeds, sizeof(*bench.keys));
	if (!bench.keys || arena_new(ARENA_BYTES, &bench.arena) < 0)
		return 1;
	bench.now = (usec)1763700000 * USEC_SEC;
	make_words();
	bench_open(&bench, folder);
	bench_ingest(&bench);
	bench_known(&bench);
	bench_unchanged(&bench);
	bench_requests(&bench);
	bench_alerts(&bench);
	bench_deliveries(&bench);
	store_close(bench.store);
	bench_open(&bench, folder);
	bench_fingerprints(&bench);
	bench_figures(&bench);
	store_close(bench.store);
	arena_free(bench.arena);
	free(bench.keys);
	(void)snprintf(file, sizeof(file), "%s/wirewatch.db", folder);
	(void)unlink(file);
	(void)rmdir(folder);
	return 0;
}
