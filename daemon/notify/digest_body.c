#include "notify/digest_body.h"

#include <jansson.h>
#include <string.h>

#include "base/buffer.h"
#include "notify/card.h"
#include "notify/digest_event.h"
#include "notify/escape.h"

enum {
	LINE_BYTES = 1024,
	LINK_BYTES = 8 * DIGEST_URL_BYTES, /* with each of its signs escaped */
	MORE_BYTES = 80,                   /* of the last line */
};

_Static_assert(LINE_BYTES > DIGEST_BODY_TITLE_BYTES + DIGEST_BODY_URL_BYTES + 64, "a line fits");

static const struct {
	enum escape_style text;
	enum escape_style link;
} styles[] = {
	[DIGEST_TITLES] = {ESCAPE_NONE, ESCAPE_NONE},
	[DIGEST_PLAIN] = {ESCAPE_NONE, ESCAPE_NONE},
	[DIGEST_SLACK] = {ESCAPE_SLACK, ESCAPE_SLACK},
	[DIGEST_MARKDOWN] = {ESCAPE_MARKDOWN, ESCAPE_LINK},
	[DIGEST_HTML] = {ESCAPE_HTML, ESCAPE_HTML},
};

static void join(struct buffer *line, enum digest_form form, const char *title, const char *link)
{
	if (*link == '\0' || form == DIGEST_TITLES)
		(void)buffer_printf(line, "• %s", title);
	else if (form == DIGEST_PLAIN)
		(void)buffer_printf(line, "• %s\n  %s", title, link);
	else if (form == DIGEST_SLACK)
		(void)buffer_printf(line, "• <%s|%s>", link, title);
	else if (form == DIGEST_MARKDOWN)
		(void)buffer_printf(line, "• [%s](%s)", title, link);
	else
		(void)buffer_printf(line, "• <a href=\"%s\">%s</a>", link, title);
}

static void make_line(struct buffer *line, const json_t *alert, enum digest_form form)
{
	_cleanup_(buffer_free) struct buffer title = BUFFER_INIT(LINE_BYTES);
	_cleanup_(buffer_free) struct buffer link = BUFFER_INIT(LINK_BYTES);
	const char *words = json_string_value(json_object_get(alert, "title"));
	const char *url = card_url(json_string_value(json_object_get(alert, "url")));

	buffer_reset(line);
	/* On one line, so that no title looks like another alert. */
	escape_add(&title, words && *words ? words : "(no title)", styles[form].text,
		DIGEST_BODY_TITLE_BYTES, false);
	/* A limit that cannot cut: a URL stays whole. */
	escape_add(&link, url, styles[form].link, LINK_BYTES, false);
	if (link.failed || link.length > DIGEST_BODY_URL_BYTES)
		buffer_reset(&link);
	join(line, form, buffer_string(&title), buffer_string(&link));
	if (title.failed)
		line->failed = title.failed;
}

const char *digest_body(
	const json_t *alerts, enum digest_form form, size_t limit, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer body = BUFFER_INIT(limit + 1);
	_cleanup_(buffer_free) struct buffer line = BUFFER_INIT(LINE_BYTES);
	const char *end = form == DIGEST_HTML ? "<br>" : "\n";
	size_t count = json_array_size(alerts);
	const json_t *alert;
	size_t i;

	json_array_foreach (alerts, i, alert) {
		/* Room for the last line, unless this is the last. */
		size_t kept = i + 1 < count ? MORE_BYTES : 0;

		make_line(&line, alert, form);
		if (line.failed)
			return NULL;
		if (body.length + strlen(end) + line.length + kept > limit)
			break;
		(void)buffer_add_string(&body, i > 0 ? end : "");
		(void)buffer_add_string(&body, buffer_string(&line));
	}
	if (i < count)
		(void)buffer_printf(
			&body, "%s… and %zu more: wirewatch alerts lists them", end, count - i);
	return body.failed ? NULL : arena_strdup(arena, buffer_string(&body));
}
