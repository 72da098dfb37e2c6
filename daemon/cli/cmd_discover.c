#include <errno.h>
#include <string.h>

#include "cli/clean.h"
#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/verbs.h"
#include "worker/read_once.h"

struct discovery {
	const char *operand;
	char *url; /* where the document is from; NULL: unknown; owned */
	bool json;
	int status;
};

static json_t *list_feeds(const struct discovery *discovery, const struct reader_result *result)
{
	const struct parsed_feed *feed = &result->feed;
	json_t *list = json_array();

	if (result->error == 0 && discovery->url)
		(void)json_array_append_new(list, json_string(discovery->url));
	for (size_t i = 0; result->error != 0 && i < feed->alternate_count; i++)
		(void)json_array_append_new(list, json_string(feed->alternates[i]));
	return list;
}

static int print_json(const struct discovery *discovery, const struct reader_result *result)
{
	const char *format =
		result->error == 0 ? feed_format_to_string(result->feed.channel.format) : NULL;

	return output_json(json_pack("{s:s?, s:s?, s:o}", "url", discovery->url, "format", format,
		"feeds", list_feeds(discovery, result)));
}

static void print_lines(const struct discovery *discovery, const struct reader_result *result)
{
	if (result->error == 0) {
		(void)fprintf(stderr, "wirewatch discover: this is a feed itself (%s)\n",
			feed_format_to_string(result->feed.channel.format));
		clean_print(stdout, discovery->url ? discovery->url : discovery->operand);
		(void)fputc('\n', stdout);
		return;
	}
	for (size_t i = 0; i < result->feed.alternate_count; i++) {
		clean_print(stdout, result->feed.alternates[i]);
		(void)fputc('\n', stdout);
	}
}

static int refuse_document(const struct discovery *discovery, const struct reader_result *result)
{
	return refuse("discover", "%s: %s%s", discovery->operand,
		result->words ? result->words : "neither a feed nor a page",
		discovery->url ? "" : " (relative links need --url)");
}

static void on_done(const struct reader_result *result, void *userdata)
{
	struct discovery *discovery = userdata;
	bool found = result->error == 0 ||
		(result->error == -EBADMSG && result->feed.alternate_count > 0);

	discovery->status = EXIT_CODE_DONE;
	if (discovery->json)
		discovery->status = print_json(discovery, result);
	else if (found)
		print_lines(discovery, result);
	if (!found && discovery->status == EXIT_CODE_DONE)
		discovery->status = refuse_document(discovery, result);
}

/* Takes the document over. */
static int look(struct discovery *discovery, struct document *document)
{
	int r;

	discovery->url = document->url ? strdup(document->url) : NULL;
	if (document->url && !discovery->url)
		return fail_internal("discover", -ENOMEM);
	r = read_document_once(JOB_FEED, document, on_done, discovery);
	free(discovery->url);
	return r < 0 ? fail_internal("discover", r) : discovery->status;
}

int cmd_discover(int argc, char **argv)
{
	struct document document = {0};
	struct discovery discovery = {.status = EXIT_CODE_INTERNAL};
	const char *url = NULL;
	bool allow_private = false;
	const struct option_line options[] = {
		{"url", "URL", OPTION_TEXT, &url, "where a file came from, for relative links"},
		{"allow-private", NULL, OPTION_FLAG, &allow_private,
			"fetch from private networks too"},
		{"json", NULL, OPTION_FLAG, &discovery.json, "print JSON"}, {0}};
	const struct usage usage = {"discover", "URL|FILE|-",
		"Prints the feeds that a web page names, or says that the document is a feed.",
		options, 1, 1};
	struct operands operands;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	discovery.operand = operands.words[0];
	if (source_is_url(discovery.operand))
		r = source_fetch("discover", discovery.operand, allow_private, &document);
	else
		r = source_load("discover", discovery.operand, url, NULL, &document);
	if (r == 0)
		r = look(&discovery, &document);
	document_clear(&document);
	return output_finish(r);
}
