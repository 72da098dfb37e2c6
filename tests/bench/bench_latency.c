/*
 * From an article to its webhook while thousands of feeds are polled: the time between the answer
 * that carries a new article leaving the publisher and the POST of its alert being at the receiver,
 * which is more than from accepted to POST begun.  A real wirewatchd; publishers and receiver are
 * this process.  `bench_latency WIREWATCHD [FEEDS [INTERVAL [SECONDS]]]`.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	FEEDS = 10000,
	INTERVAL = 30, /* seconds between two polls of a feed */
	SECONDS = 60,  /* of measuring */
	HOSTS = 250,
	NEWS_EACH = 10, /* polls; one of them brings an article */
	WORDS = 120,    /* of an article */
	ARTICLES_MAX = 200000,
};

struct bench {
	struct event_base *base;
	unsigned *versions; /* of the feeds */
	unsigned feeds;
	double measuring; /* from then on */
	double end;
	double *sent; /* by article */
	double *latencies;
	unsigned articles;
	unsigned alerts;
	unsigned polls;
	unsigned measured_polls;
};

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void add_item(struct evbuffer *body, unsigned article)
{
	evbuffer_add_printf(body, "<item><guid>%u</guid><link>http://x.example/%u</link><title>",
		article, article);
	for (unsigned i = 0; i < WORDS; i++) {
		if (i == 8)
			evbuffer_add_printf(body, "</title><description>");
		/* Words of their own: no two articles are one story. */
		evbuffer_add_printf(body, "%s%lx ", i == 3 ? "embargo w" : "w", random());
	}
	evbuffer_add_printf(body, "</description></item>");
}

static void answer_feed(struct bench *bench, struct evhttp_request *request, unsigned feed)
{
	const char *condition =
		evhttp_find_header(evhttp_request_get_input_headers(request), "If-None-Match");
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	struct evbuffer *body;
	char etag[32];

	bench->polls++;
	bench->measured_polls += bench->measuring > 0 && now() >= bench->measuring;
	if (condition && now() >= bench->measuring && random() % NEWS_EACH == 0 &&
		bench->articles + 1 < ARTICLES_MAX)
		bench->versions[feed] = ++bench->articles;
	(void)snprintf(etag, sizeof(etag), "\"%u\"", bench->versions[feed]);
	evhttp_add_header(headers, "ETag", etag);
	if (condition && strcmp(condition, etag) == 0) {
		evhttp_send_reply(request, 304, "Not Modified", NULL);
		return;
	}
	evhttp_add_header(headers, "Content-Type", "application/rss+xml");
	body = evbuffer_new();
	evbuffer_add_printf(body, "<rss version=\"2.0\"><channel><title>f%u</title>", feed);
	if (bench->versions[feed] > 0) {
		add_item(body, bench->versions[feed]);
		bench->sent[bench->versions[feed]] = now();
	}
	evbuffer_add_printf(body, "</channel></rss>");
	evhttp_send_reply(request, 200, "OK", body);
	evbuffer_free(body);
}

static void take_alert(struct bench *bench, struct evhttp_request *request)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	size_t length = evbuffer_get_length(body);
	char *text = strndup((char *)evbuffer_pullup(body, -1), length);
	const char *url = text ? strstr(text, "http://x.example/") : NULL;
	unsigned article = url ? (unsigned)strtoul(url + strlen("http://x.example/"), NULL, 10) : 0;

	if (article > 0 && article < ARTICLES_MAX)
		bench->latencies[bench->alerts++] = now() - bench->sent[article];
	free(text);
	evhttp_send_reply(request, 204, "No Content", NULL);
}

static void on_request(struct evhttp_request *request, void *userdata)
{
	struct bench *bench = userdata;
	const char *path = evhttp_request_get_uri(request);
	unsigned feed = (unsigned)strtoul(path + 1, NULL, 10);

	if (strcmp(path, "/hook") == 0)
		take_alert(bench, request);
	else if (feed < bench->feeds)
		answer_feed(bench, request, feed);
	else
		evhttp_send_error(request, 404, NULL);
	if (now() >= bench->end)
		(void)event_base_loopbreak(bench->base);
}

static unsigned listen_on(struct bench *bench)
{
	struct evhttp *server = evhttp_new(bench->base);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(server, "0.0.0.0", 0);
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	if (!bound ||
		getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address,
			&length) < 0) {
		perror("publishers");
		exit(1);
	}
	evhttp_set_gencb(server, on_request, bench);
	return ntohs(address.sin_port);
}

static void write_config(
	const char *folder, const struct bench *bench, unsigned port, unsigned interval)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/wirewatch.conf", folder);
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		exit(1);
	}
	(void)fprintf(file,
		"[Daemon]\nStateDirectory=%s/state\nControlSocket=%s/control.sock\nJournal=no\n"
		"AllowPrivateNetworks=127.0.0.0/8\nHostGap=0\nPollInterval=%us\n"
		"[Topic \"t\"]\nQuery=embargo\nNotify=desk\n"
		"[Webhook \"desk\"]\nURL=http://127.0.0.1:%u/hook\nConcurrency=16\n",
		folder, folder, interval, port);
	for (unsigned i = 0; i < bench->feeds; i++)
		(void)fprintf(file,
			"[Feed \"f%u\"]\nURL=http://127.1.1.%u:%u/%u\nPollInterval=%us\n", i,
			i % HOSTS + 1, port, i, interval);
	(void)fclose(file);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double percentile(const struct bench *bench, double share)
{
	return bench->latencies[(size_t)(share * (bench->alerts - 1))] * 1e3;
}

static void report(struct bench *bench, double seconds)
{
	struct rusage usage;

	printf("%u feeds, %.0f polls/s, %u articles, %u alerts\n", bench->feeds,
		bench->measured_polls / seconds, bench->articles, bench->alerts);
	if (bench->alerts == 0)
		return;
	qsort(bench->latencies, bench->alerts, sizeof(double), compare);
	printf("from the publisher's answer to the POST: p50 %.1f ms, p90 %.1f, p99 %.1f, most "
	       "%.1f\n",
		percentile(bench, 0.5), percentile(bench, 0.9), percentile(bench, 0.99),
		percentile(bench, 1));
	(void)getrusage(RUSAGE_CHILDREN, &usage);
	printf("wirewatchd and its readers: %ld.%02ld s user, %ld.%02ld s system\n",
		usage.ru_utime.tv_sec, usage.ru_utime.tv_usec / 10000, usage.ru_stime.tv_sec,
		usage.ru_stime.tv_usec / 10000);
}

static unsigned number(int argc, char **argv, int index, unsigned fallback)
{
	return argc > index ? (unsigned)strtoul(argv[index], NULL, 10) : fallback;
}

int main(int argc, char **argv)
{
	struct bench bench = {.base = event_base_new(), .feeds = number(argc, argv, 2, FEEDS)};
	unsigned interval = number(argc, argv, 3, INTERVAL);
	unsigned seconds = number(argc, argv, 4, SECONDS);
	char folder[] = "/tmp/bench-latency-XXXXXX";
	char command[64];
	pid_t daemon;

	if (argc < 2 || !mkdtemp(folder)) {
		(void)fprintf(
			stderr, "usage: bench_latency WIREWATCHD [FEEDS [INTERVAL [SECONDS]]]\n");
		return 2;
	}
	bench.versions = calloc(bench.feeds, sizeof(*bench.versions));
	bench.sent = calloc(ARTICLES_MAX, sizeof(*bench.sent));
	bench.latencies = calloc(ARTICLES_MAX, sizeof(*bench.latencies));
	write_config(folder, &bench, listen_on(&bench), interval);
	daemon = fork();
	if (daemon == 0) {
		(void)execl(argv[1], argv[1], "--config", folder, "--quiet", (char *)NULL);
		_exit(127);
	}
	/* New feeds are first asked within one interval, which primes them. */
	bench.measuring = now() + 1.5 * interval;
	bench.end = bench.measuring + seconds;
	(void)event_base_dispatch(bench.base);
	(void)kill(daemon, SIGTERM);
	(void)waitpid(daemon, NULL, 0);
	report(&bench, seconds);
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) == 0 ? 0 : 1;
}
