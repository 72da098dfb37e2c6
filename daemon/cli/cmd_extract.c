#include <string.h>

#include "base/json.h"
#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/verbs.h"
#include "worker/read_once.h"

struct extracting {
	const char *path;
	int status;
};

static json_t *page_to_json(const struct web_page *page)
{
	json_t *object = json_object();

	(void)json_object_set_new(object, "title", json_text(page->title));
	(void)json_object_set_new(object, "text", json_text(page->text));
	(void)json_object_set_new(
		object, "published", json_date_zoned(page->published, page->published_offset));
	(void)json_object_set_new(
		object, "modified", json_date_zoned(page->modified, page->modified_offset));
	(void)json_object_set_new(object, "author", json_text(page->author));
	(void)json_object_set_new(object, "language", json_text(page->language));
	(void)json_object_set_new(object, "canonical_url", json_text(page->canonical_url));
	(void)json_object_set_new(object, "site", json_text(page->site));
	(void)json_object_set_new(object, "image", json_text(page->image));
	(void)json_object_set_new(
		object, "verdict", json_text(page_verdict_to_string(page->verdict)));
	return object;
}

static void on_done(const struct reader_result *result, void *userdata)
{
	struct extracting *extracting = userdata;

	if (result->error == 0) {
		extracting->status = output_json(page_to_json(&result->page));
		return;
	}
	extracting->status = refuse("extract", "%s: %s", extracting->path,
		result->words ? result->words : "no web page");
}

static int extract_document(struct document *document, struct extracting *extracting)
{
	int r;

	r = read_document_once(JOB_PAGE, document, on_done, extracting);
	return r < 0 ? fail_internal("extract", r) : extracting->status;
}

int cmd_extract(int argc, char **argv)
{
	struct document document = {0};
	struct extracting extracting = {.status = EXIT_CODE_INTERNAL};
	const char *url = NULL;
	const char *content_type = NULL;
	const struct option_line options[] = {
		{"url", "URL", OPTION_TEXT, &url, "where it came from, for relative links"},
		{"content-type", "TYPE", OPTION_TEXT, &content_type, "what its server called it"},
		{0}};
	const struct usage usage = {"extract", "FILE|-",
		"Prints the article that a web page carries, as JSON. The page is read as the\n"
		"daemon would, in a caged process.",
		options, 1, 1};
	struct operands operands;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	extracting.path = source_name(operands.words[0]);
	r = source_load("extract", operands.words[0], url, content_type, &document);
	if (r == 0)
		r = extract_document(&document, &extracting);
	document_clear(&document);
	return output_finish(r);
}
