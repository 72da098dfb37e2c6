#include <errno.h>
#include <string.h>
#include <time.h>

#include "cli/clean.h"
#include "cli/complaint.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/verbs.h"

enum {
	ID_SIZE = 64,
	RECONNECT_SECONDS_MAX = 30, /* between two tries; from 1 on doubling */
	STATUS_ERRORS = 400,
};

struct tail {
	const struct remote *remote;
	unsigned long left; /* alerts still to print; 0: without end */
	bool bounded;
	char last[ID_SIZE]; /* id of the last one printed; "": none yet */
	bool connected;     /* since the last try */
	bool ever;
	int failed; /* exit status of an output that failed, or of a refusal */
};

static void print_alert(const json_t *alert)
{
	static const char *const members[] = {"time", "type", "topic", "title", "url"};

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		const char *text = member_string(alert, members[i]);

		if (!text)
			continue;
		if (i > 0)
			(void)fputs("  ", stdout);
		clean_print(stdout, text);
	}
	(void)putchar('\n');
}

/* Returns whether to go on. */
static bool take_alert(struct tail *tail, const json_t *alert)
{
	const char *id = member_string(alert, "id");

	(void)snprintf(tail->last, sizeof(tail->last), "%s", id ? id : "");
	if (tail->remote->json)
		tail->failed = output_json_line(json_incref(json_object_get(alert, "event")));
	else
		print_alert(alert);
	/* Whoever reads a pipe waits for each. */
	if (tail->failed == 0)
		tail->failed = output_finish(EXIT_CODE_DONE);
	if (tail->bounded && --tail->left == 0)
		return false;
	return tail->failed == 0;
}

static bool on_line(int status, json_t *line, void *userdata)
{
	struct tail *tail = userdata;
	const char *note = member_string(line, "note");

	if (status >= STATUS_ERRORS) {
		tail->failed = remote_refused(tail->remote, status, line);
		return false;
	}
	if (!tail->connected && tail->ever)
		(void)fprintf(stderr, "wirewatch tail: the daemon is back\n");
	tail->connected = true;
	tail->ever = true;
	if (note)
		(void)fprintf(stderr, "wirewatch tail: %s\n", note);
	return member_string(line, "id") ? take_alert(tail, line) : true;
}

static int follow_once(struct tail *tail, const char *topic, const char *since)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	int status;

	(void)buffer_add_string(&path, "/tail");
	path_add_parameter(&path, "topic", topic);
	if (tail->last[0] != '\0')
		path_add_parameter(&path, "after", tail->last);
	else
		path_add_parameter(&path, "since", since);
	if (path.failed)
		return path.failed;
	tail->connected = false;
	return remote_follow(tail->remote, path.bytes, on_line, tail, &status);
}

/* Goes on where it was when the daemon comes back; one that was never there is an error. */
static int follow(struct tail *tail, const char *topic, const char *since)
{
	unsigned wait = 1;
	int r;

	for (;;) {
		r = follow_once(tail, topic, since);
		if (r == 1)
			return tail->failed;
		if (r == -ENOMEM || r == -EFBIG)
			return fail_internal(tail->remote->verb, r);
		if (!tail->ever || r == -EACCES || r == -EPERM)
			return remote_unreachable(tail->remote, r < 0 ? r : -EBADMSG);
		if (tail->connected) {
			wait = 1;
			(void)fprintf(stderr,
				"wirewatch tail: the daemon is gone; waiting until it is back\n");
		}
		(void)nanosleep(&(struct timespec){.tv_sec = wait}, NULL);
		wait = wait * 2 < RECONNECT_SECONDS_MAX ? wait * 2 : RECONNECT_SECONDS_MAX;
	}
}

int cmd_tail(int argc, char **argv)
{
	struct remote remote = {.verb = "tail"};
	struct tail tail = {.remote = &remote};
	const char *topic = NULL;
	const char *since = NULL;
	const char *limit = NULL;
	const struct option_line options[] = {
		{"topic", "TOPIC", OPTION_TEXT, &topic, "only alerts of the topic"},
		{"since", "WHEN", OPTION_TEXT, &since, "first those since then: 24h, 2026-11-21"},
		{"limit", "N", OPTION_TEXT, &limit, "end after so many"}, REMOTE_OPTIONS(remote),
		{0}};
	const struct usage usage = {"tail", NULL,
		"Prints alerts as they are made, until it is ended; it waits for a daemon that\n"
		"restarts, and goes on where it was.",
		options, 0, 0};
	struct operands operands;
	char *end;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	if (limit) {
		tail.bounded = true;
		errno = 0;
		tail.left = strtoul(limit, &end, 10);
		if (*end != '\0' || limit[0] == '-' || errno != 0 || tail.left == 0)
			return usage_error(&usage, "--limit takes a number from 1 on");
	}
	return output_finish(follow(&tail, topic, since));
}
