#include "notify/format.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/url.h"
#include "notify/card.h"
#include "notify/digest_body.h"
#include "notify/escape.h"
#include "notify/template_body.h"

enum {
	TEXT_BYTES_MAX = 16 * 1024, /* of any one text below; the limits add up to less */
};

/* The event in the forms that renderers want. */
struct subject {
	const struct hook *hook;
	const struct alert *alert;
	const json_t *event;
	struct card card;
	struct arena *arena;
};

/* ---- pieces ---- */

static char *piece(const struct subject *subject, const char *text, enum escape_style style,
	size_t limit, bool lines)
{
	struct buffer buffer = BUFFER_INIT(TEXT_BYTES_MAX);
	char *copy;

	escape_add(&buffer, text, style, limit, lines);
	copy = buffer.failed ? NULL : arena_strdup(subject->arena, buffer_string(&buffer));
	buffer_free(&buffer);
	return copy;
}

/* The link as the style writes URLs, or NULL: none, or too long. */
static char *url_piece(const struct subject *subject, enum escape_style style)
{
	struct buffer buffer = BUFFER_INIT(TEXT_BYTES_MAX);
	char *copy = NULL;

	if (!subject->card.url)
		return NULL;
	/* A limit that cannot cut: a URL stays whole. */
	escape_add(&buffer, subject->card.url, style, TEXT_BYTES_MAX, false);
	if (!buffer.failed && buffer.length <= FORMAT_URL_BYTES)
		copy = arena_strdup(subject->arena, buffer_string(&buffer));
	buffer_free(&buffer);
	return copy;
}

/* What a message is made of, each escaped and within its bound. */
struct pieces {
	const char *heading;
	const char *title;
	const char *body; /* a digest's alerts, what changed, or the excerpt; or "" */
	const char *byline;
	const char *foot; /* heading and byline on one line */
	const char *url;  /* or NULL */
};

/*
 * How a digest is shown, and how long: what each service takes, with room for the rest of the
 * message and for JSON's backslashes.
 */
static const struct {
	enum digest_form form;
	size_t limit;
} digests[HOOK_FORMAT_MAX] = {
	[HOOK_FORMAT_SLACK] = {DIGEST_SLACK, 32000}, /* in sections; 50 blocks */
	[HOOK_FORMAT_DISCORD] = {DIGEST_MARKDOWN, 3900},
	[HOOK_FORMAT_MATTERMOST] = {DIGEST_MARKDOWN, 15000},
	[HOOK_FORMAT_TEAMS] = {DIGEST_MARKDOWN, 12000},
	[HOOK_FORMAT_NTFY] = {DIGEST_TITLES, 3000},
	[HOOK_FORMAT_MATRIX] = {DIGEST_HTML, 24000},
	[HOOK_FORMAT_TEXT] = {DIGEST_PLAIN, 32000},
};

/* What is told beneath the title: a digest's alerts, what changed, or the excerpt. */
static const char *body_piece(const struct subject *subject, enum escape_style style)
{
	const json_t *alerts = json_object_get(json_object_get(subject->event, "data"), "alerts");
	enum hook_format format = subject->hook->format;
	const struct card *card = &subject->card;

	if (alerts)
		return digest_body(
			alerts, digests[format].form, digests[format].limit, subject->arena);
	return piece(subject, card->changed ? card->changed : card->excerpt, style,
		FORMAT_EXCERPT_BYTES, true);
}

/* `links` is how the service writes URLs.  Returns false where memory is short. */
static bool take_pieces(const struct subject *subject, enum escape_style style,
	enum escape_style links, struct pieces *ret)
{
	const struct card *card = &subject->card;
	struct pieces pieces = {
		.heading = piece(subject, card->heading, style, FORMAT_LINE_BYTES, false),
		.title = piece(subject, card->title, style, FORMAT_TITLE_BYTES, false),
		.body = body_piece(subject, style),
		.byline = piece(subject, card->byline, style, FORMAT_LINE_BYTES, false),
		.url = url_piece(subject, links),
	};

	if (!pieces.heading || !pieces.title || !pieces.body || !pieces.byline)
		return false;
	pieces.foot = arena_printf(subject->arena, "%s%s%s", pieces.heading,
		*pieces.byline ? " · " : "", pieces.byline);
	*ret = pieces;
	return pieces.foot != NULL;
}

/* ---- one function a form; NULL where memory is short ---- */

static json_t *render_cloudevents(const struct subject *subject)
{
	/* CloudEvents 1.0, JSON event format, structured mode. */
	return json_pack("{s:s, s:s, s:s, s:s, s:O, s:s*, s:s, s:O}", "specversion", "1.0", "id",
		subject->alert->id.text, "source", "urn:wirewatch", "type",
		event_type_to_string(subject->alert->type), "time",
		json_object_get(subject->event, "timestamp"), "subject", subject->alert->story,
		"datacontenttype", "application/json", "data",
		json_object_get(subject->event, "data"));
}

static json_t *slack_section(const char *text)
{
	return json_pack(
		"{s:s, s:{s:s, s:s}}", "type", "section", "text", "type", "mrkdwn", "text", text);
}

/* Sections as long as they may be, from line to line; a line is shorter than one. */
static int slack_sections(const struct subject *subject, const char *text, json_t *blocks)
{
	while (*text != '\0') {
		size_t length = strlen(text);
		const char *section;

		if (length > FORMAT_SECTION_BYTES) {
			const char *end = memrchr(text, '\n', FORMAT_SECTION_BYTES);

			length = end ? (size_t)(end - text) : FORMAT_SECTION_BYTES;
		}
		section = arena_copy(subject->arena, text, length);
		if (!section)
			return -ENOMEM;
		(void)json_array_append_new(blocks, slack_section(section));
		text += length + (text[length] == '\n');
	}
	return 0;
}

static json_t *render_slack(const struct subject *subject)
{
	struct pieces pieces;
	const char *head;
	json_t *blocks;

	if (!take_pieces(subject, ESCAPE_SLACK, ESCAPE_SLACK, &pieces))
		return NULL;
	head = pieces.url ? arena_printf(subject->arena, "*<%s|%s>*", pieces.url, pieces.title)
			  : arena_printf(subject->arena, "*%s*", pieces.title);
	if (!head)
		return NULL;
	blocks = json_array();
	(void)json_array_append_new(blocks, slack_section(head));
	if (slack_sections(subject, pieces.body, blocks) < 0) {
		json_decref(blocks);
		return NULL;
	}
	(void)json_array_append_new(blocks,
		json_pack("{s:s, s:[{s:s, s:s}]}", "type", "context", "elements", "type", "mrkdwn",
			"text", pieces.foot));
	return json_pack("{s:o, s:o, s:b, s:b}", "text",
		json_sprintf("%s: %s", pieces.heading, pieces.title), "blocks", blocks,
		"unfurl_links", 0, "unfurl_media", 0);
}

static json_t *render_discord(const struct subject *subject)
{
	struct pieces pieces;

	if (!take_pieces(subject, ESCAPE_MARKDOWN, ESCAPE_NONE, &pieces))
		return NULL;
	/* No name in a text calls anyone (allowed_mentions); empty members are refused. */
	return json_pack("{s:[{s:s, s:s*, s:s*, s:{s:o}, s:o*, s:O}], s:{s:[]}}", "embeds", "title",
		pieces.title, "url", pieces.url, "description", *pieces.body ? pieces.body : NULL,
		"author", "name",
		json_string(piece(
			subject, subject->card.heading, ESCAPE_NONE, FORMAT_TITLE_BYTES, false)),
		"footer",
		*subject->card.byline ? json_pack("{s:s}", "text", subject->card.byline) : NULL,
		"timestamp", json_object_get(subject->event, "timestamp"), "allowed_mentions",
		"parse");
}

static json_t *render_mattermost(const struct subject *subject)
{
	struct pieces pieces;
	const char *head;

	if (!take_pieces(subject, ESCAPE_MARKDOWN, ESCAPE_LINK, &pieces))
		return NULL;
	head = pieces.url ? arena_printf(subject->arena, "**[%s](%s)**", pieces.title, pieces.url)
			  : arena_printf(subject->arena, "**%s**", pieces.title);
	if (!head)
		return NULL;
	return json_pack("{s:o}", "text",
		json_sprintf(
			"%s\n%s%s%s", head, pieces.body, *pieces.body ? "\n" : "", pieces.foot));
}

static json_t *text_block(const char *text, const char *size, const char *weight, bool subtle)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "type", "TextBlock", "text", text,
		"size", size, "weight", weight, "isSubtle", subtle, "wrap", true);
}

static json_t *render_teams(const struct subject *subject)
{
	struct pieces pieces;
	json_t *blocks;
	json_t *card;

	if (!take_pieces(subject, ESCAPE_MARKDOWN, ESCAPE_NONE, &pieces))
		return NULL;
	blocks = json_array();
	(void)json_array_append_new(blocks, text_block(pieces.title, "Medium", "Bolder", false));
	if (*pieces.body)
		(void)json_array_append_new(
			blocks, text_block(pieces.body, "Default", "Default", false));
	(void)json_array_append_new(blocks, text_block(pieces.foot, "Small", "Default", true));
	card = json_pack("{s:s, s:s, s:s, s:o}", "$schema",
		"http://adaptivecards.io/schemas/adaptive-card.json", "type", "AdaptiveCard",
		"version", "1.4", "body", blocks);
	if (pieces.url)
		(void)json_object_set_new(card, "actions",
			json_pack("[{s:s, s:s, s:s}]", "type", "Action.OpenUrl", "title", "Open",
				"url", pieces.url));
	return json_pack("{s:s, s:[{s:s, s:n, s:o}]}", "type", "message", "attachments",
		"contentType", "application/vnd.microsoft.card.adaptive", "contentUrl", "content",
		card);
}

/* The plain message: what is said beneath the title. */
static char *plain_message(const struct subject *subject, const struct pieces *pieces)
{
	return arena_printf(subject->arena, "%s%s%s", pieces->body,
		*pieces->body && *pieces->byline ? "\n" : "", pieces->byline);
}

/* Published as JSON to the server's root; the last part of the hook's path is the topic. */
static json_t *render_ntfy(const struct subject *subject)
{
	const char *slash = strrchr(subject->hook->url, '/');
	const char *topic = slash ? slash + 1 : "";
	struct pieces pieces;
	const char *message;

	if (!take_pieces(subject, ESCAPE_NONE, ESCAPE_NONE, &pieces))
		return NULL;
	message = plain_message(subject, &pieces);
	if (!message)
		return NULL;
	return json_pack("{s:s#, s:s, s:s, s:s*, s:[s]}", "topic", topic, (int)strcspn(topic, "?#"),
		"title", pieces.title, "message", *message ? message : pieces.heading, "click",
		pieces.url, "tags", pieces.heading);
}

static json_t *render_matrix(const struct subject *subject)
{
	struct pieces pieces;
	struct pieces plain;
	const char *head;

	if (!take_pieces(subject, ESCAPE_HTML, ESCAPE_HTML, &pieces) ||
		!take_pieces(subject, ESCAPE_NONE, ESCAPE_NONE, &plain))
		return NULL;
	head = pieces.url
		? arena_printf(subject->arena, "<a href=\"%s\">%s</a>", pieces.url, pieces.title)
		: pieces.title;
	if (!head)
		return NULL;
	return json_pack("{s:s, s:o, s:s, s:o}", "msgtype", "m.text", "body",
		json_sprintf("%s: %s%s%s", plain.heading, plain.title, plain.url ? "\n" : "",
			plain.url ? plain.url : ""),
		"format", "org.matrix.custom.html", "formatted_body",
		json_sprintf("<strong>%s</strong><br>%s%s<em>%s</em>", head, pieces.body,
			*pieces.body ? "<br>" : "", pieces.foot));
}

static char *render_text(const struct subject *subject)
{
	struct pieces pieces;
	const char *message;

	if (!take_pieces(subject, ESCAPE_NONE, ESCAPE_NONE, &pieces))
		return NULL;
	message = plain_message(subject, &pieces);
	if (!message)
		return NULL;
	return arena_printf(subject->arena, "%s: %s\n%s%s%s%s", pieces.heading, pieces.title,
		pieces.url ? pieces.url : "", pieces.url ? "\n" : "", message,
		*message ? "\n" : "");
}

/* ---- putting it together ---- */

static json_t *(*const renderers[HOOK_FORMAT_MAX])(const struct subject *subject) = {
	[HOOK_FORMAT_CLOUDEVENTS] = render_cloudevents,
	[HOOK_FORMAT_SLACK] = render_slack,
	[HOOK_FORMAT_DISCORD] = render_discord,
	[HOOK_FORMAT_MATTERMOST] = render_mattermost,
	[HOOK_FORMAT_TEAMS] = render_teams,
	[HOOK_FORMAT_NTFY] = render_ntfy,
	[HOOK_FORMAT_MATRIX] = render_matrix,
};

static const char *body_of(const struct subject *subject)
{
	enum hook_format format = subject->hook->format;
	json_auto_t *json = NULL;
	const char *body;
	char *text;

	if (format == HOOK_FORMAT_TEXT)
		return render_text(subject);
	json = renderers[format](subject);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	body = arena_strdup(subject->arena, text);
	free(text);
	return body;
}

/* The hook's address and method, as far as the service does not want its own. */
static int address(const struct subject *subject, struct rendering *rendering)
{
	const char *url = subject->hook->url;
	const char *slash = strrchr(url, '/');

	if (subject->hook->format == HOOK_FORMAT_NTFY && slash) {
		rendering->url = arena_copy(subject->arena, url, (size_t)(slash - url) + 1);
	} else if (subject->hook->format == HOOK_FORMAT_MATRIX) {
		/* The alert's id is the transaction's: a repeat makes no second message. */
		rendering->url = arena_printf(subject->arena, "%s%s%s", url,
			slash && slash[1] == '\0' ? "" : "/", subject->alert->id.text);
		rendering->method = "PUT";
	}
	return rendering->url ? 0 : -ENOMEM;
}

static const char *media_type_of(const struct hook *hook)
{
	if (hook->content_type)
		return hook->content_type;
	if (hook->format == HOOK_FORMAT_CLOUDEVENTS)
		return "application/cloudevents+json";
	return hook->format == HOOK_FORMAT_TEXT ? "text/plain; charset=utf-8" : "application/json";
}

/* All but the event itself, which needs no work. */
static int render_message(struct subject *subject, struct rendering *rendering)
{
	const struct hook *hook = subject->hook;
	int r;

	r = card_read(subject->event, subject->arena, &subject->card);
	if (r == 0)
		r = address(subject, rendering);
	if (r < 0)
		return r;
	if (hook->template)
		return template_body_render(
			hook, subject->event, &subject->card, subject->arena, &rendering->body);
	rendering->body = body_of(subject);
	return rendering->body ? 0 : -ENOMEM;
}

int format_render(const struct hook *hook, const struct alert *alert, struct arena *arena,
	struct rendering *ret)
{
	struct subject subject = {.hook = hook, .alert = alert, .arena = arena};
	struct rendering rendering = {
		.body = alert->event,
		.content_type = media_type_of(hook),
		.url = hook->url,
		.method = hook->method ? hook->method : "POST",
	};
	json_auto_t *event = NULL;
	int r;

	if (hook->format != HOOK_FORMAT_JSON || hook->template) {
		event = json_loads(alert->event, 0, NULL);
		if (!event)
			return -EBADMSG;
		subject.event = event;
		r = render_message(&subject, &rendering);
		if (r < 0)
			return r;
	}
	rendering.length = strlen(rendering.body);
	*ret = rendering;
	return 0;
}
