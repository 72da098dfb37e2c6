#include "cli/article_file.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/article_text.h"
#include "cli/complaint.h"
#include "cli/source.h"
#include "cli/verbs.h"
#include "text/html_text.h"
#include "worker/read_once.h"

enum {
	TITLE_BYTES_MAX = 300, /* a longer first line is no title */
};

struct reading {
	const char *verb;
	const char *path;
	struct arena *arena;
	struct article *article;
	int status;
};

static int refuse_file(const struct reading *reading, const char *words)
{
	return refuse(reading->verb, "%s: %s", reading->path, words);
}

/* A JSON object; `extract` knows no id and calls the address canonical_url. */
static int read_json(struct reading *reading, const struct document *document)
{
	json_error_t error;
	json_auto_t *object = json_loadb(document->bytes, document->length, 0, &error);
	const char *words = "it is too large";
	int r;

	if (!object)
		return refuse(reading->verb, "%s:%d: %s; expected one article, a JSON object",
			reading->path, error.line, error.text);
	if (!json_object_get(object, "id"))
		(void)json_object_set_new(object, "id", json_string(reading->path));
	if (!json_object_get(object, "url"))
		(void)json_object_set(object, "url", json_object_get(object, "canonical_url"));
	r = article_from_json(object, reading->arena, reading->article, &words);
	if (r < 0)
		return refuse_file(reading, words);
	r = article_text_clean(reading->article, reading->arena);
	return r < 0 ? fail_internal(reading->verb, r) : 0;
}

static void on_page(const struct reader_result *result, void *userdata)
{
	struct reading *reading = userdata;
	const struct web_page *page = &result->page;

	if (result->error != 0) {
		reading->status =
			refuse_file(reading, result->words ? result->words : "it is no web page");
		return;
	}
	*reading->article = (struct article){
		.id = reading->path,
		.title = page->title ? arena_strdup(reading->arena, page->title) : NULL,
		.text = page->text ? arena_strdup(reading->arena, page->text) : NULL,
		.url = page->canonical_url ? arena_strdup(reading->arena, page->canonical_url)
					   : NULL,
		.published = page->published,
	};
	reading->status = reading->article->text || reading->article->title
		? 0
		: refuse_file(reading, "the page has no text");
}

static int read_page(struct reading *reading, struct document *document)
{
	int r;

	r = read_document_once(JOB_PAGE, document, on_page, reading);
	return r < 0 ? fail_internal(reading->verb, r) : reading->status;
}

/* Takes the first line off as the title if an empty one follows. */
static char *take_title(struct reading *reading, char *text)
{
	char *newline = strchr(text, '\n');

	if (!newline || newline == text || newline - text > TITLE_BYTES_MAX ||
		(newline[1] != '\n' && strncmp(newline + 1, "\r\n", 2) != 0))
		return text;
	*newline = '\0';
	reading->article->title = text;
	return newline + 1;
}

static int read_text(struct reading *reading, const struct document *document)
{
	struct buffer folded = BUFFER_INIT(ARTICLE_TEXT_MAX);
	char *text;
	int r;

	if (!utf8_valid(document->bytes, document->length))
		return refuse_file(reading, "it is not UTF-8 text");
	text = arena_copy(reading->arena, document->bytes, document->length);
	if (!text)
		return fail_internal(reading->verb, -ENOMEM);
	*reading->article = (struct article){.id = reading->path, .published = DATE_NONE};
	text = take_title(reading, text);
	r = plain_text_add(text, strlen(text), 0, &folded);
	if (r == 0)
		reading->article->text = arena_strdup(reading->arena, buffer_string(&folded));
	buffer_free(&folded);
	if (r == -EFBIG)
		return refuse_file(reading, "the text is too long; at most 1 MiB is compared");
	return r < 0 || !reading->article->text ? fail_internal(reading->verb, -ENOMEM) : 0;
}

/* The first byte that is no white space and no byte order mark; 0: none. */
static char first_byte(const struct document *document)
{
	size_t i = document->length >= 3 && memcmp(document->bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

	while (i < document->length && strchr(" \t\r\n", document->bytes[i]))
		i++;
	return i < document->length ? (char)document->bytes[i] : '\0';
}

int article_file_read(const char *verb, const char *path, struct arena *arena, struct article *ret)
{
	struct reading reading = {
		.verb = verb,
		.path = source_name(path),
		.arena = arena,
		.article = ret,
		.status = EXIT_CODE_INTERNAL,
	};
	struct document document = {0};
	int r;

	r = source_load(verb, path, NULL, NULL, &document);
	if (r == 0) {
		char first = first_byte(&document);

		if (first == '\0')
			r = refuse_file(&reading, "it is empty");
		else if (first == '{')
			r = read_json(&reading, &document);
		else if (first == '<')
			r = read_page(&reading, &document);
		else
			r = read_text(&reading, &document);
	}
	document_clear(&document);
	return r;
}
