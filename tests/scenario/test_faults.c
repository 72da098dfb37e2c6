/*
 * The real client, poller and readers against every fault of the shared feedfarm ($FEEDFARM is its
 * program): each is survived with the right state and words, within its time, and no turn of the
 * loop is long.  This program is its own reader.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/macro.h"
#include "poll/poller.h"
#include "worker/child.h"
#include "worker/pool.h"

enum {
	URL_SIZE = 160,
	ARGUMENT_SIZE = 64,
	PORT_LEAST = 10000,
	PORT_MOST = 32768,     /* ip_local_port_range begins there */
	LONGEST_TURN_MS = 250, /* of CPU; generous, for loaded machines and sanitizers */
	SKIPPED = 77,
};

/* A transfer takes a minute at most; what is over for another reason says so in its words. */
#define OVER_MOST (2 * USEC_MINUTE)

struct fault {
	const char *path;
	const char *words; /* part of them; NULL for documents */
	enum round_outcome outcome;
};

#define PRIVATE "redirects into a private network"
#define BROKEN "broke off or is malformed"
#define LARGE "too large"
#define SLOW "too slow"
#define MANY "too many redirects"
#define ELSEWHERE "no http or https URL"

static const struct fault faults[] = {
	{"/f/0.xml", NULL, ROUND_DOCUMENT},
	{"/x/hang", SLOW, ROUND_FAILED},
	{"/x/hang-headers", SLOW, ROUND_FAILED},
	{"/x/hang-mid", SLOW, ROUND_FAILED},
	{"/x/slow?bps=1", SLOW, ROUND_FAILED},
	{"/x/slow-headers", SLOW, ROUND_FAILED},
	{"/x/late?ms=3000", NULL, ROUND_DOCUMENT},
	{"/x/reset", BROKEN, ROUND_FAILED},
	{"/x/reset-mid", BROKEN, ROUND_FAILED},
	{"/x/close", BROKEN, ROUND_FAILED},
	{"/x/close-mid", BROKEN, ROUND_FAILED},
	{"/x/length-long", BROKEN, ROUND_FAILED},
	{"/x/length-two", BROKEN, ROUND_FAILED},
	{"/x/length-bad", BROKEN, ROUND_FAILED},
	{"/x/length-huge", LARGE, ROUND_FAILED},
	{"/x/no-length", NULL, ROUND_DOCUMENT},
	{"/x/chunked", NULL, ROUND_DOCUMENT},
	{"/x/chunk-trunc", BROKEN, ROUND_FAILED},
	{"/x/chunk-bad", BROKEN, ROUND_FAILED},
	{"/x/gzip-bad", BROKEN, ROUND_FAILED},
	{"/x/gzip-crc", BROKEN, ROUND_FAILED},
	{"/x/gzip-trunc", BROKEN, ROUND_FAILED},
	{"/x/gzip-double", NULL, ROUND_DOCUMENT},
	{"/x/gzip-unasked", NULL, ROUND_DOCUMENT},
	{"/x/gzip-file", NULL, ROUND_DOCUMENT},
	{"/x/gzip-bomb?kind=zero", "200 times its size", ROUND_FAILED},
	{"/x/gzip-bomb?kind=xml", "200 times its size", ROUND_FAILED},
	{"/x/encoding-br", BROKEN, ROUND_FAILED},
	{"/x/endless", "more than 16 MiB", ROUND_FAILED},
	{"/x/endless-headers", BROKEN, ROUND_FAILED},
	{"/x/redirect?code=301&n=1", NULL, ROUND_DOCUMENT},
	{"/x/redirect?code=302&n=10", NULL, ROUND_DOCUMENT},
	{"/x/redirect?code=302&n=11", MANY, ROUND_FAILED},
	{"/x/redirect-loop", MANY, ROUND_FAILED},
	{"/x/redirect-private?form=a", PRIVATE, ROUND_FAILED},
	{"/x/redirect-private?form=v6", PRIVATE, ROUND_FAILED},
	{"/x/redirect-private?form=mapped", PRIVATE, ROUND_FAILED},
	{"/x/redirect-private?form=dec", PRIVATE, ROUND_FAILED},
	{"/x/redirect-private?form=hex", PRIVATE, ROUND_FAILED},
	{"/x/redirect-private?form=short", PRIVATE, ROUND_FAILED},
	{"/x/redirect-private?form=name", PRIVATE, ROUND_FAILED},
	{"/x/redirect-file", ELSEWHERE, ROUND_FAILED},
	{"/x/redirect-gopher", ELSEWHERE, ROUND_FAILED},
	{"/x/redirect-ftp", ELSEWHERE, ROUND_FAILED},
	{"/x/redirect-data", ELSEWHERE, ROUND_FAILED},
	{"/x/redirect-relative", NULL, ROUND_DOCUMENT},
	{"/x/redirect-none", "does not say where", ROUND_FAILED},
	{"/x/redirect-cred", "password", ROUND_FAILED},
	{"/x/auth", "password", ROUND_FAILED},
	{"/x/status?code=404", "404", ROUND_FAILED},
	{"/x/status?code=500", "500", ROUND_FAILED},
	{"/x/429?form=s&s=5", "429", ROUND_FAILED},
	{"/x/429?form=date&s=5", "429", ROUND_FAILED},
	{"/x/503?form=s&s=5", "503", ROUND_FAILED},
	{"/x/gone-after?ok=0", "gone", ROUND_FAILED},
	{"/x/ctype?t=none", NULL, ROUND_DOCUMENT},
	{"/x/204", "no content", ROUND_FAILED},
	{"/x/etag-long", NULL, ROUND_DOCUMENT},
	{"/x/lm-bad", NULL, ROUND_DOCUMENT},
	{"/x/no-date", NULL, ROUND_DOCUMENT},
	{"/x/304-unasked", "not modified", ROUND_FAILED},
	{"/x/304-body", "not modified", ROUND_FAILED},
	{"/x/long-header?n=65536", BROKEN, ROUND_FAILED},
	{"/x/many-headers?n=1000", BROKEN, ROUND_FAILED},
	{"/x/cookies", "set Cookies=yes", ROUND_FAILED},
	{"/x/ka-close", NULL, ROUND_DOCUMENT},
	{"/x/ka-eat", NULL, ROUND_DOCUMENT},
	{"/x/http10", NULL, ROUND_DOCUMENT},
	{"/x/http09", BROKEN, ROUND_FAILED},
	{"/x/garbage", BROKEN, ROUND_FAILED},
	{"/x/early-hints", NULL, ROUND_DOCUMENT},
};

struct fixture;

/* A document that is with a reader. */
struct reading {
	struct fixture *fixture;
	struct round *round;
};

struct fixture {
	struct event_base *base;
	struct clock *clock;
	struct http_client *http;
	struct poller *poller;
	struct pool *pool;
	struct arena *arena;
	struct feed feeds[ARRAY_SIZE(faults)];
	char urls[ARRAY_SIZE(faults)][URL_SIZE];
	struct reading readings[ARRAY_SIZE(faults)];
	bool seen[ARRAY_SIZE(faults)];
	usec started;
	bool idle;
	pid_t farm;
	char log[ARGUMENT_SIZE];
};

static void conclude(struct fixture *fixture, struct round *round)
{
	size_t i = (size_t)(round->feed - fixture->feeds);
	const struct fault *fault = &faults[i];
	const struct round_result result = {.readable = true, .entries = 10, .fresh = 1};
	usec took = clock_now(fixture->clock) - fixture->started;
	struct feed_state next;

	if (round->outcome != fault->outcome)
		fail_msg("%s: outcome %d, words %s", fault->path, round->outcome, round->words);
	if (fault->words && !strstr(round->words, fault->words))
		fail_msg("%s: words %s", fault->path, round->words);
	if (took > OVER_MOST)
		fail_msg("%s: took %llu ms", fault->path, (unsigned long long)took / USEC_MSEC);
	arena_reset(fixture->arena);
	assert_int_equal(
		poller_conclude(fixture->poller, round,
			round->outcome == ROUND_DOCUMENT ? &result : NULL, fixture->arena, &next),
		0);
	if (round->outcome == ROUND_FAILED)
		assert_true(next.health == FEED_FAILING || next.health == FEED_GONE);
	fixture->seen[i] = true;
	poller_finish(fixture->poller, round, &next);
}

static void on_read(const struct reader_result *read, void *userdata)
{
	const struct reading *reading = userdata;
	struct fixture *fixture = reading->fixture;

	if (read->error == -EPROTO || read->error == -EFBIG)
		assert_int_equal(poller_spoil(fixture->poller, reading->round, read->words), 0);
	else if (read->error < 0)
		fail_msg("%s: %s", reading->round->feed->url, read->words);
	conclude(fixture, reading->round);
}

static void on_round(struct round *round, void *userdata)
{
	struct fixture *fixture = userdata;
	struct reading *reading = &fixture->readings[round->feed - fixture->feeds];

	if (round->outcome != ROUND_DOCUMENT) {
		conclude(fixture, round);
		return;
	}
	*reading = (struct reading){fixture, round};
	assert_int_equal(
		pool_submit(fixture->pool, &round->document, NULL, 0, on_read, reading), 0);
}

static void on_idle(void *userdata)
{
	((struct fixture *)userdata)->idle = true;
}

/* Below those that connections get by themselves: any of these may be taken before the farm is up.
 */
static unsigned free_port(void)
{
	struct sockaddr_in name = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint16_t port;

	assert_true(fd >= 0);
	do {
		assert_int_equal(getrandom(&port, sizeof(port), 0), sizeof(port));
		port = (uint16_t)(PORT_LEAST + port % (PORT_MOST - PORT_LEAST));
		name.sin_port = htons(port);
	} while (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0);
	(void)close(fd);
	return port;
}

/* Starts the farm and waits for its first line. */
static void start_farm(struct fixture *fixture, const char *program, unsigned port)
{
	char number[ARGUMENT_SIZE];
	char line[256];
	int pipes[2];

	(void)snprintf(number, sizeof(number), "%u", port);
	(void)snprintf(
		fixture->log, sizeof(fixture->log), "/tmp/wirewatch-farm-%ld.log", (long)getpid());
	assert_int_equal(pipe(pipes), 0);
	fixture->farm = fork();
	assert_true(fixture->farm >= 0);
	if (fixture->farm == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)dup2(pipes[1], STDOUT_FILENO);
		(void)dup2(pipes[1], STDERR_FILENO);
		(void)execl(program, "feedfarm", "--feeds", "20", "--hosts", "10", "--port", number,
			"--log", fixture->log, (char *)NULL);
		_exit(127);
	}
	(void)close(pipes[1]);
	assert_true(read(pipes[0], line, sizeof(line)) > 0);
	(void)close(pipes[0]);
}

static void stop_farm(struct fixture *fixture)
{
	(void)kill(fixture->farm, SIGTERM);
	(void)waitpid(fixture->farm, NULL, 0);
}

/* Each fault has a host of its own, so that none waits for another. */
static void add_feeds(struct fixture *fixture, unsigned port)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		struct feed_state state = {.url = fixture->urls[i]};

		(void)snprintf(fixture->urls[i], URL_SIZE, "http://127.2.0.%zu:%u%s", i + 1, port,
			faults[i].path);
		fixture->feeds[i] = (struct feed){.name = faults[i].path, .url = fixture->urls[i]};
		assert_int_equal(poller_add(fixture->poller, &fixture->feeds[i], &state), 0);
	}
}

/* ---- the turns of the loop: what is between two waits for events ---- */

static struct {
	double started_cpu; /* 0: none has */
	double started;
	double longest_cpu;
	double longest; /* of wall clock: other processes have their share in it */
} turns;

static double milliseconds(clockid_t id)
{
	struct timespec time;

	(void)clock_gettime(id, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static double longer(double a, double b)
{
	return a > b ? a : b;
}

/* Stands before the C library's: libevent waits here. */
int epoll_wait(int fd, struct epoll_event *events, int most, int timeout)
{
	int (*real)(int, struct epoll_event *, int, int);
	void *symbol = dlsym(RTLD_NEXT, "epoll_wait");
	int count;

	memcpy(&real, &symbol, sizeof(real));
	if (turns.started_cpu > 0) {
		turns.longest_cpu = longer(turns.longest_cpu,
			milliseconds(CLOCK_THREAD_CPUTIME_ID) - turns.started_cpu);
		turns.longest =
			longer(turns.longest, milliseconds(CLOCK_MONOTONIC) - turns.started);
	}
	count = real(fd, events, most, timeout);
	turns.started_cpu = milliseconds(CLOCK_THREAD_CPUTIME_ID);
	turns.started = milliseconds(CLOCK_MONOTONIC);
	return count;
}

static void run_loop(struct fixture *fixture)
{
	while (!fixture->idle)
		assert_true(event_base_loop(fixture->base, EVLOOP_ONCE) >= 0);
	assert_true(turns.started_cpu > 0);
	print_message("longest turn of the loop: %.1f ms of CPU, %.1f ms of wall clock\n",
		turns.longest_cpu, turns.longest);
	assert_true(turns.longest_cpu < LONGEST_TURN_MS);
}

static void assert_secret_was_kept(const struct fixture *fixture)
{
	FILE *file = fopen(fixture->log, "r");
	static char line[1024 * 1024];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		assert_null(strstr(line, "\"path\":\"/x/secret"));
	(void)fclose(file);
	(void)unlink(fixture->log);
}

static void open_rooms(struct fixture *fixture)
{
	struct http_options http = {
		.user_agent = "wirewatch/test",
		.private_networks = "127.1.0.0/16 127.2.0.0/16",
		.max_transfers = 64,
		.host_connections = 1,
		.host_gap = 0,
	};
	struct poller_options poller = {
		.poll_interval = 30 * USEC_MINUTE,
		.on_round = on_round,
		.on_idle = on_idle,
		.userdata = fixture,
	};
	struct pool_options pool = {.readers = 1, .executable = "/proc/self/exe"};

	http.base = fixture->base = loop_new();
	assert_non_null(fixture->base);
	assert_int_equal(clock_new_system(fixture->base, &fixture->clock), 0);
	poller.clock = http.clock = fixture->clock;
	assert_int_equal(http_client_new(&http, &fixture->http), 0);
	poller.http = fixture->http;
	assert_int_equal(poller_new(&poller, &fixture->poller), 0);
	pool.base = fixture->base;
	pool.clock = fixture->clock;
	assert_int_equal(pool_new(&pool, &fixture->pool), 0);
	assert_int_equal(arena_new(1024 * 1024, &fixture->arena), 0);
}

static void test_every_fault_is_survived_in_the_right_words(void **state)
{
	static struct fixture fixture;
	unsigned port = free_port();

	start_farm(&fixture, *state, port);
	open_rooms(&fixture);
	add_feeds(&fixture, port);
	fixture.started = clock_now(fixture.clock);
	poller_once(fixture.poller);
	run_loop(&fixture);
	stop_farm(&fixture);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		if (!fixture.seen[i])
			fail_msg("%s was not polled", faults[i].path);
	assert_secret_was_kept(&fixture);
	poller_free(fixture.poller);
	http_client_free(fixture.http);
	pool_free(fixture.pool);
	arena_free(fixture.arena);
	clock_free_system(fixture.clock);
	event_base_free(fixture.base);
}

int main(int argc, char **argv)
{
	char *farm = getenv("FEEDFARM");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_every_fault_is_survived_in_the_right_words, farm),
	};

	if (argc > 1 && strcmp(argv[1], READER_ARGUMENT) == 0)
		return child_main();
	if (!farm) {
		print_message("no FEEDFARM in the environment: skipped\n");
		return SKIPPED;
	}
	log_open(LOG_CRIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
