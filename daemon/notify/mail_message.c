#include "notify/mail_message.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "notify/card.h"
#include "notify/escape.h"
#include "notify/mail_text.h"

enum {
	LABEL_BYTES_MAX = 32, /* in List-Id; a domain's label may have 63 */
	LINE_BYTES = 500,     /* heading, byline */
	URL_BYTES = 2048,
	CHANGED_BYTES = 2048,
};

struct letter {
	const struct hook *hook;
	const struct alert *alert;
	struct card card;
	struct arena *arena;
	const char *domain;
};

/* ---- the header ---- */

/* RFC 5322 section 3.3; the C library's names would follow a locale. */
static void add_date(struct buffer *mail, usec time)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(time / USEC_SEC);
	struct tm tm = {0};

	(void)gmtime_r(&seconds, &tm);
	(void)buffer_printf(mail, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday],
		tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* A name as a label: small letters and digits, all else hyphens. */
static void make_label(const char *name, char label[LABEL_BYTES_MAX + 1])
{
	size_t length = 0;

	for (; *name != '\0' && length < LABEL_BYTES_MAX; name++)
		if (isalnum((unsigned char)*name))
			label[length++] = (char)tolower((unsigned char)*name);
		else if (length > 0 && label[length - 1] != '-')
			label[length++] = '-';
	while (length > 0 && label[length - 1] == '-')
		length--;
	label[length] = '\0';
}

static void add_list_id(struct buffer *mail, const struct letter *letter)
{
	const char *topic = letter->alert->topic;
	char label[LABEL_BYTES_MAX + 1] = "health";
	struct mailbox list;

	if (topic)
		make_label(topic, label);
	if (label[0] == '\0')
		(void)snprintf(label, sizeof(label), "topic");
	list.name = topic;
	list.address = arena_printf(letter->arena, "%s.wirewatch.%s", label, letter->domain);
	if (!list.address)
		mail->failed = -ENOMEM;
	else if (topic)
		mail_add_mailboxes(mail, "List-Id", &list, 1);
	else
		(void)buffer_printf(mail, "List-Id: <%s>\r\n", list.address);
}

/* The story itself was never sent: its id is what all mails of it refer to. */
static void add_thread(struct buffer *mail, const struct letter *letter)
{
	const struct alert *alert = letter->alert;

	(void)buffer_printf(mail, "Message-ID: <%s@%s>\r\n", alert->id.text, letter->domain);
	if (alert->story)
		(void)buffer_printf(mail,
			"In-Reply-To: <story.%s@%s>\r\nReferences: <story.%s@%s>\r\n", alert->story,
			letter->domain, alert->story, letter->domain);
}

static const char *subject_of(const struct letter *letter)
{
	_cleanup_(buffer_free) struct buffer subject = BUFFER_INIT(2 * MAIL_SUBJECT_BYTES);
	const struct card *card = &letter->card;
	/* The same for each event of a story: some readers make threads of subjects. */
	const char *where = letter->alert->topic ? letter->alert->topic : card->heading;

	(void)buffer_add_char(&subject, '[');
	escape_add(&subject, where, ESCAPE_NONE, MAIL_SUBJECT_BYTES / 2, false);
	(void)buffer_add_string(&subject, "] ");
	escape_add(&subject, card->title, ESCAPE_NONE, MAIL_SUBJECT_BYTES, false);
	return subject.failed ? NULL : arena_strdup(letter->arena, buffer_string(&subject));
}

static void add_header(struct buffer *mail, const struct letter *letter)
{
	const char *subject = subject_of(letter);

	add_date(mail, letter->alert->time);
	mail_add_mailboxes(mail, "From", &letter->hook->from, 1);
	mail_add_mailboxes(mail, "To", letter->hook->to.boxes, letter->hook->to.count);
	mail_add_field(mail, "Subject", subject ? subject : "");
	add_thread(mail, letter);
	add_list_id(mail, letter);
	(void)buffer_printf(
		mail, "X-Wirewatch-Type: %s\r\n", event_type_to_string(letter->alert->type));
	(void)buffer_add_string(mail,
		"Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n"
		"MIME-Version: 1.0\r\n");
}

/* ---- the parts ---- */

static void add_paragraph(struct buffer *text, const char *before, const char *words,
	enum escape_style style, size_t limit, const char *after)
{
	/* An excerpt alone has lines of its own. */
	bool lines = limit == MAIL_EXCERPT_BYTES;

	if (!words || *words == '\0')
		return;
	(void)buffer_add_string(text, before);
	escape_add(text, words, style, limit, lines);
	(void)buffer_add_string(text, after);
}

static void add_text(struct buffer *text, const struct card *card)
{
	add_paragraph(text, "", card->title, ESCAPE_NONE, MAIL_SUBJECT_BYTES * 4, "\n");
	add_paragraph(text, "", card->url, ESCAPE_NONE, URL_BYTES, "\n");
	add_paragraph(text, "\nChanged: ", card->changed, ESCAPE_NONE, CHANGED_BYTES, "\n");
	add_paragraph(text, "\n", card->list ? card->list : card->excerpt, ESCAPE_NONE,
		MAIL_EXCERPT_BYTES, "\n");
	/* The usual sign of a signature. */
	add_paragraph(text, "\n-- \n", card->heading, ESCAPE_NONE, LINE_BYTES, "\n");
	add_paragraph(text, "", card->byline, ESCAPE_NONE, LINE_BYTES, "\n");
}

static void add_html(struct buffer *text, const struct card *card)
{
	(void)buffer_add_string(text,
		"<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">"
		"</head><body>\n<h3>");
	if (card->url && strlen(card->url) <= URL_BYTES) {
		add_paragraph(text, "<a href=\"", card->url, ESCAPE_HTML, 6 * URL_BYTES, "\">");
		add_paragraph(text, "", card->title, ESCAPE_HTML, MAIL_SUBJECT_BYTES * 6, "</a>");
	} else {
		add_paragraph(text, "", card->title, ESCAPE_HTML, MAIL_SUBJECT_BYTES * 6, "");
	}
	(void)buffer_add_string(text, "</h3>\n");
	add_paragraph(text, "<p><strong>Changed:</strong> ", card->changed, ESCAPE_HTML,
		CHANGED_BYTES, "</p>\n");
	add_paragraph(text, "<p style=\"white-space: pre-line\">",
		card->list ? card->list : card->excerpt, ESCAPE_HTML, MAIL_EXCERPT_BYTES, "</p>\n");
	add_paragraph(text, "<p><small>", card->heading, ESCAPE_HTML, LINE_BYTES, "");
	add_paragraph(text, "<br>\n", card->byline, ESCAPE_HTML, LINE_BYTES, "");
	(void)buffer_add_string(text, "</small></p>\n</body></html>\n");
}

static void add_part(struct buffer *mail, const struct letter *letter, const char *type,
	void (*add)(struct buffer *text, const struct card *card))
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(MAIL_MESSAGE_MAX / 4);

	(void)buffer_printf(mail,
		"--=_%s\r\nContent-Type: %s; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		letter->alert->id.text, type);
	add(&text, &letter->card);
	mail_add_quoted_printable(mail, buffer_string(&text));
	if (text.failed)
		mail->failed = text.failed;
}

int mail_message_build(const struct hook *hook, const struct alert *alert, struct arena *arena,
	const char **ret, size_t *ret_length)
{
	_cleanup_(buffer_free) struct buffer mail = BUFFER_INIT(MAIL_MESSAGE_MAX);
	json_auto_t *event = json_loads(alert->event, 0, NULL);
	struct letter letter = {
		.hook = hook,
		.alert = alert,
		.arena = arena,
		.domain = mailbox_domain(&hook->from),
	};
	int r;

	if (!event)
		return -EBADMSG;
	r = card_read(event, arena, &letter.card);
	if (r < 0)
		return r;
	add_header(&mail, &letter);
	/* "=_" stands in no quoted-printable text, so the parts cannot hold it. */
	(void)buffer_printf(&mail, "Content-Type: multipart/alternative; boundary=\"=_%s\"\r\n\r\n",
		alert->id.text);
	add_part(&mail, &letter, "text/plain", add_text);
	add_part(&mail, &letter, "text/html", add_html);
	(void)buffer_printf(&mail, "--=_%s--\r\n", alert->id.text);
	if (mail.failed)
		return mail.failed == -EFBIG ? -EMSGSIZE : mail.failed;
	*ret = arena_copy(arena, buffer_string(&mail), mail.length);
	*ret_length = mail.length;
	return *ret ? 0 : -ENOMEM;
}
