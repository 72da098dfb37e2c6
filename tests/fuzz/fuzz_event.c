/*
 * Whatever a feed says, the event is JSON, shorter than its bound, and the same when it is built
 * again; each chat service's form of it is a whole message, and so are a template's and a mail. The
 * input is texts, each ended by NUL; those that are no UTF-8 are not what gets so far.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "config/template.h"
#include "notify/event.h"
#include "notify/format.h"
#include "notify/mail_message.h"

enum {
	TEXTS = 8,
	ARENA_BYTES = 256 * 1024,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_texts(char *input, size_t size, const char *texts[TEXTS])
{
	size_t used = 0;

	for (size_t i = 0; i < TEXTS; i++) {
		texts[i] = NULL;
		if (used >= size)
			continue;
		if (utf8_valid(input + used, strlen(input + used)))
			texts[i] = input + used;
		used += strlen(input + used) + 1;
	}
}

static int build(const char *const texts[TEXTS], struct arena *arena, struct alert *ret)
{
	const struct story story = {.id = {"01KAJ4XG00STRYCCE000000001"}, .title = texts[0]};
	const struct article article = {
		.id = "01KAJ4XG00ARTCCE0000000001",
		.title = texts[0],
		.url = texts[1],
		.text = texts[2],
		.author = texts[3],
		.language = texts[4],
	};
	const struct match_span span = {texts[5], "title", texts[6]};
	struct verdict verdict = {.relation = RELATION_NEW};
	const struct event_facts facts = {
		.type = EVENT_STORY_NEW,
		.time = USEC_DAY,
		.topic = "topic",
		.story = &story,
		.sites = &texts[7],
		.site_count = texts[7] ? 1 : 0,
		.article = &article,
		.feed = "feed",
		.feed_title = texts[6],
		.spans = &span,
		.span_count = 1,
		.verdict = &verdict,
	};

	/* As a fixed buffer cuts it: perhaps within a character. */
	(void)snprintf(verdict.why, sizeof(verdict.why), "%s", texts[2] ? texts[2] : "");
	return event_build(&facts, arena, ret);
}

/* Each chat service gets a message: JSON, but for plain text. */
static void render_all(const struct alert *alert)
{
	for (int format = 0; format < HOOK_FORMAT_MAX; format++) {
		const struct hook hook = {
			.url = "https://chat.example/room", .format = (enum hook_format)format};
		_cleanup_(arena_freep) struct arena *arena = NULL;
		struct rendering rendering;
		json_t *body;

		if (arena_new(FORMAT_ARENA_BYTES, &arena) < 0)
			return;
		if (format_render(&hook, alert, arena, &rendering) < 0 ||
			!utf8_valid(rendering.body, rendering.length))
			abort();
		body = json_loads(rendering.body, 0, NULL);
		if (!body && format != HOOK_FORMAT_TEXT)
			abort();
		json_decref(body);
	}
}

/* A template of JSON gives JSON, whatever stands in its places. */
static void fill_template(const struct alert *alert)
{
	static const char text[] =
		"{\"{{title}}\": [\"{{excerpt|lines}} {{url|url}}\", {{data|json}}, "
		"\"{{data.match.term|html|99}}\", \"{{byline|plain}}\"]}";
	struct config_errors errors = {0};
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct template *template = NULL;
	struct hook hook = {.url = "https://chat.example/room", .format = HOOK_FORMAT_DISCORD};
	struct rendering rendering;
	json_t *body;

	if (arena_new(2 * FORMAT_ARENA_BYTES, &arena) < 0)
		return;
	if (template_parse("t", text, TEMPLATE_JSON, arena, &errors, &template) < 0 || !template)
		abort();
	hook.template = template;
	if (format_render(&hook, alert, arena, &rendering) < 0)
		abort();
	body = json_loads(rendering.body, 0, NULL);
	if (!body)
		abort();
	json_decref(body);
}

/* A mail is lines of printable ASCII with one Subject, whatever a title holds. */
static void write_mail(const struct alert *alert)
{
	static struct mailbox to[] = {{"Desk", "desk@example.org"}};
	const struct hook hook = {.from = {NULL, "from@example.org"}, .to = {to, 1}};
	_cleanup_(arena_freep) struct arena *arena = NULL;
	const char *message;
	const char *body;
	size_t length;

	if (arena_new(MAIL_ARENA_BYTES, &arena) < 0)
		return;
	if (mail_message_build(&hook, alert, arena, &message, &length) < 0)
		abort();
	for (size_t i = 0; i < length; i++)
		if (message[i] == '\r'
				? message[i + 1] != '\n'
				: message[i] != '\n' && (message[i] < ' ' || message[i] > '~'))
			abort();
	body = strstr(message, "\r\n\r\n");
	for (const char *c = strstr(message, "\r\nBcc:"); c; c = strstr(c + 1, "\r\nBcc:"))
		if (!body || c < body)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(freep) char *input = calloc(1, size + 1);
	const char *texts[TEXTS];
	struct alert alert;
	struct alert again;
	json_t *event;

	if (!input || arena_new(ARENA_BYTES, &arena) < 0)
		return 0;
	if (size > 0)
		memcpy(input, data, size);
	take_texts(input, size, texts);
	if (build(texts, arena, &alert) < 0 || build(texts, arena, &again) < 0)
		abort();
	event = json_loads(alert.event, JSON_REJECT_DUPLICATES, NULL);
	if (!event || strlen(alert.event) >= EVENT_BYTES_MAX ||
		strcmp(alert.event, again.event) != 0)
		abort();
	json_decref(event);
	render_all(&alert);
	fill_template(&alert);
	write_mail(&alert);
	return 0;
}
