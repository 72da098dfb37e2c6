#include "notify/journal.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>

#include "base/journal_socket.h"
#include "base/log.h"
#include "base/message_ids.h"
#include "notify/transcript.h"
#include "notify/words.h"

enum {
	FIELDS_MAX = 16,
	FIELDS_ARENA_BYTES = 64 * 1024, /* title and URL twice, and a little */
};

static const char *const message_ids[] = {
	[EVENT_STORY_NEW] = MESSAGE_STORY_NEW,
	[EVENT_STORY_UPDATE] = MESSAGE_STORY_UPDATE,
	[EVENT_STORY_REWRITE] = MESSAGE_STORY_REWRITE,
	[EVENT_STORY_REPRINT] = MESSAGE_STORY_REPRINT,
	[EVENT_STORY_SPREAD] = MESSAGE_STORY_SPREAD,
	[EVENT_DIGEST] = MESSAGE_DIGEST,
	[EVENT_TEST] = MESSAGE_TEST,
	[EVENT_FEED_FAILING] = MESSAGE_FEED_FAILING,
	[EVENT_FEED_RECOVERED] = MESSAGE_FEED_RECOVERED,
	[EVENT_FEED_SILENT] = MESSAGE_FEED_SILENT,
	[EVENT_FEED_MOVED] = MESSAGE_FEED_MOVED,
	[EVENT_FEED_GONE] = MESSAGE_FEED_GONE,
	[EVENT_HOOK_FAILING] = MESSAGE_HOOK_FAILING,
	[EVENT_HOOK_RECOVERED] = MESSAGE_HOOK_RECOVERED,
};
_Static_assert(ARRAY_SIZE(message_ids) == EVENT_MAX, "each event type has its MESSAGE_ID");

struct attempt {
	notifier_done_fn done;
	void *userdata;
	struct event *ended;
	int error;
};

static int priority_of(enum event_type type)
{
	switch (type) {
	case EVENT_FEED_FAILING:
	case EVENT_FEED_GONE:
	case EVENT_HOOK_FAILING:
		return LOG_WARNING;
	default:
		return LOG_NOTICE;
	}
}

static char *message_of(const struct alert *alert, struct arena *arena)
{
	return arena_printf(arena, "MESSAGE=%s%s%s: %s%s%s", event_type_to_string(alert->type),
		alert->topic ? " " : "", alert->topic ? alert->topic : "",
		alert->title ? alert->title : "(no title)", alert->url ? " " : "",
		alert->url ? alert->url : "");
}

int journal_fields(const struct alert *alert, struct arena *arena, char ***ret)
{
	/* clang-format off */
	const struct { const char *name, *value; } variables[] = {
		{"MESSAGE_ID", message_ids[alert->type]},
		{"SYSLOG_IDENTIFIER", "wirewatchd"},
		{"WIREWATCH_TYPE", event_type_to_string(alert->type)},
		{"WIREWATCH_TOPIC", alert->topic},
		{"WIREWATCH_STORY", alert->story},
		{"WIREWATCH_TITLE", alert->title},
		{"WIREWATCH_URL", alert->url},
		{"WIREWATCH_FEED", alert->feed},
		{"WIREWATCH_RELATION", alert->relation},
		{"WIREWATCH_ALERT_ID", alert->id.text},
	};
	/* clang-format on */
	char **fields = arena_array(arena, FIELDS_MAX, sizeof(*fields));
	size_t count = 0;

	if (!fields)
		return -ENOMEM;
	fields[count++] = message_of(alert, arena);
	fields[count++] = arena_printf(arena, "PRIORITY=%d", priority_of(alert->type));
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		if (variables[i].value)
			fields[count++] =
				arena_printf(arena, "%s=%s", variables[i].name, variables[i].value);
	for (size_t i = 0; i < count; i++)
		if (!fields[i])
			return -ENOMEM;
	*ret = fields;
	return 0;
}

/* A system without a journal is as good as one that nobody reads. */
static int send_fields(char **fields)
{
	_cleanup_(closep) int fd = journal_socket_open();
	struct iovec vectors[FIELDS_MAX];
	size_t count = 0;
	int r;

	if (fd < 0)
		return fd;

	for (; fields[count]; count++)
		vectors[count] = (struct iovec){fields[count], strlen(fields[count])};
	r = journal_socket_send(fd, JOURNAL_SOCKET, vectors, count);
	return r == -ENOENT ? 0 : r;
}

static void attempt_free(struct attempt *attempt)
{
	if (attempt->ended)
		event_free(attempt->ended);
	free(attempt);
}

static void on_ended(evutil_socket_t fd, short what, void *userdata)
{
	struct attempt *attempt = userdata;
	notifier_done_fn done = attempt->done;
	void *owner = attempt->userdata;
	int error = attempt->error;
	char room[OUTCOME_WORDS_BYTES];
	struct words words = words_of(room, sizeof(room));
	struct outcome outcome = {.kind = OUTCOME_DELIVERED};

	(void)fd;
	(void)what;
	attempt_free(attempt);
	if (error < 0) {
		words_add(
			&words, "the journal did not take the alert: %s", strerrordesc_np(-error));
		outcome = (struct outcome){.kind = OUTCOME_RETRY, .words = room, .unwell = true};
	}
	done(&outcome, owner);
}

static int journal_start(const struct notifier_context *context, const struct hook *hook,
	const struct alert *alert, notifier_done_fn done, void *userdata, struct attempt **ret)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct attempt *attempt;
	char **fields;
	int r;

	(void)hook;
	r = arena_new(FIELDS_ARENA_BYTES, &arena);
	if (r < 0)
		return r;
	r = journal_fields(alert, arena, &fields);
	if (r < 0)
		return r;
	attempt = calloc(1, sizeof(*attempt));
	if (!attempt)
		return -ENOMEM;
	*attempt = (struct attempt){.done = done, .userdata = userdata};
	attempt->ended = evtimer_new(context->base, on_ended, attempt);
	if (!attempt->ended || evtimer_add(attempt->ended, &(struct timeval){0}) < 0) {
		attempt_free(attempt);
		return -ENOMEM;
	}
	/* Who runs the daemon by hand sees alerts where its messages are. */
	if (!log_to_journal())
		log_write(
			priority_of(alert->type), NULL, NULL, "%s", fields[0] + strlen("MESSAGE="));
	attempt->error = send_fields(fields);
	for (size_t i = 0; fields[i]; i++)
		transcript_add(context->transcript, '>', fields[i], strlen(fields[i]));
	*ret = attempt;
	return 0;
}

const struct notifier_ops journal_notifier = {
	.start = journal_start,
	.cancel = attempt_free,
};
