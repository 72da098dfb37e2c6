/*
 * Deliveries a second to one receiver on the loopback, durable: each outcome is committed, grouped
 * as the daemon does.  The receiver is another process and its time does not count.
 * `bench_outbox [ALERTS [CONCURRENCY [FOLDER]]]`; the folder should be on the disk that is meant.
 */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "http/client.h"
#include "loopback_receiver.h"
#include "notify/outbox.h"
#include "store/store.h"

enum {
	ALERTS = 50000,
	CONCURRENCY = 64,
	BODY_BYTES = 2048, /* of an event of usual length */
	STORIES = 10,      /* of which one has two events: order costs something */
};

/* As daemon/pipeline does. */
#define COMMIT_DELAY (10 * USEC_MSEC)

struct bench {
	struct event_base *base;
	struct clock *clock;
	struct store *store;
	struct outbox *outbox;
	struct clock_timer *commit;
	struct clock_timer *tick;
	unsigned commits;
	bool waiting;
};

static void must(int r, const char *what)
{
	if (r >= 0)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, strerror(-r));
	exit(1);
}

static double seconds(clockid_t clock)
{
	struct timespec time;

	(void)clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void on_commit(void *userdata)
{
	struct bench *bench = userdata;

	bench->waiting = false;
	must(store_commit(bench->store), "commit");
	bench->commits++;
}

static void on_dirty(void *userdata)
{
	struct bench *bench = userdata;

	if (!bench->waiting)
		clock_timer_in(bench->clock, bench->commit, COMMIT_DELAY);
	bench->waiting = true;
}

static void on_tick(void *userdata)
{
	struct bench *bench = userdata;

	if (outbox_idle(bench->outbox))
		(void)event_base_loopbreak(bench->base);
	else
		clock_timer_in(bench->clock, bench->tick, 50 * USEC_MSEC);
}

static void add_alerts(struct bench *bench, unsigned count)
{
	static const char *const hooks[] = {"bench", NULL};
	char event[BODY_BYTES + 1];
	char story[32];

	memset(event, ' ', BODY_BYTES);
	memcpy(event, "{}", 2);
	event[BODY_BYTES] = '\0';
	for (unsigned i = 0; i < count; i++) {
		struct digest what = digest_bytes(&i, sizeof(i));
		struct alert alert = {
			.type = EVENT_STORY_NEW,
			.time = clock_now(bench->clock),
			.topic = "topic",
			.story = story,
			.title = "A headline of the length that headlines have",
			.url = "https://example.org/2026/11/22/a-report.html",
			.event = event,
		};

		(void)snprintf(story, sizeof(story), "story%u", i - (i % STORIES == 1));
		alert.id = id_make(alert.time, &what);
		must(store_alert_add(bench->store, &alert, hooks), "alert");
		if (i % 1000 == 999)
			must(store_commit(bench->store), "commit");
	}
	must(store_commit(bench->store), "commit");
}

static void open_bench(struct bench *bench, const char *folder, unsigned concurrency, unsigned port)
{
	static char url[64];
	struct hook hook = {
		.name = "bench",
		.kind = HOOK_WEBHOOK,
		.timeout = 30 * USEC_SEC,
		.concurrency = concurrency,
		.retry_first = USEC_SEC,
		.retry_for = USEC_HOUR,
		.url = url,
		.secret = (const unsigned char *)"0123456789abcdef01234567",
		.secret_length = 24,
	};
	struct http_options http = {
		.user_agent = "bench", .max_transfers = 64, .host_connections = 2};
	struct outbox_options outbox = {0};
	char *words = NULL;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
	bench->base = event_base_new();
	must(clock_new_system(bench->base, &bench->clock), "clock");
	must(clock_timer_new(bench->clock, on_commit, bench, &bench->commit), "timer");
	must(clock_timer_new(bench->clock, on_tick, bench, &bench->tick), "timer");
	http.base = bench->base;
	http.clock = bench->clock;
	outbox.base = bench->base;
	outbox.clock = bench->clock;
	must(http_client_new(&http, &outbox.http), "http");
	must(store_open(folder, &bench->store, &words), words ? words : "store");
	outbox.store = bench->store;
	must(outbox_new(&outbox, &bench->outbox), "outbox");
	must(store_commit(bench->store), "commit");
	must(outbox_set_hooks(bench->outbox, &hook, 1), "hook");
	store_on_dirty(bench->store, on_dirty, bench);
}

static void report(const struct bench *bench, double wall, double cpu)
{
	struct outbox_figures figures = outbox_figures(bench->outbox);
	struct store_figures stored;
	struct rusage usage;
	double count = (double)figures.delivered;

	must(store_figures(bench->store, &stored), "figures");
	(void)getrusage(RUSAGE_SELF, &usage);
	printf("%.0f delivered, %llu failed attempts, %llu left\n", count,
		(unsigned long long)figures.failed_attempts, (unsigned long long)stored.pending);
	printf("%.0f deliveries/s, %.1f us wall and %.1f us cpu each, %u commits, %ld MiB RSS\n",
		count / wall, wall / count * 1e6, cpu / count * 1e6, bench->commits,
		usage.ru_maxrss / 1024);
}

int main(int argc, char **argv)
{
	unsigned alerts = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : ALERTS;
	unsigned concurrency = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : CONCURRENCY;
	char folder[] = "/tmp/bench-outbox-XXXXXX";
	const char *where = argc > 3 ? argv[3] : mkdtemp(folder);
	struct bench bench = {0};
	double wall;
	double cpu;
	pid_t receiver;

	open_bench(&bench, where, concurrency, loopback_receiver_start(&receiver));
	add_alerts(&bench, alerts);
	bench.commits = 0;
	wall = seconds(CLOCK_MONOTONIC);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	outbox_wake(bench.outbox);
	on_tick(&bench);
	(void)event_base_dispatch(bench.base);
	report(&bench, seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	(void)kill(receiver, SIGKILL);
	outbox_free(bench.outbox);
	store_close(bench.store);
	return 0;
}
