#include <errno.h>
#include <string.h>

#include "cli/clean.h"
#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/verbs.h"
#include "parse/feed_json.h"
#include "worker/read_once.h"

struct parsing {
	const char *path;
	bool diagnose;
	int status;
};

/* What an HTML page links to, for who asked for the page instead of its feed. */
static void print_alternates(const struct parsed_feed *feed)
{
	if (feed->alternate_count > 0)
		(void)fputs("The page names these feeds:\n", stderr);
	for (size_t i = 0; i < feed->alternate_count; i++) {
		(void)fputs("  ", stderr);
		clean_print(stderr, feed->alternates[i]);
		(void)fputc('\n', stderr);
	}
}

static void print_diagnoses(const struct parsing *parsing, const struct parsed_feed *feed)
{
	for (size_t i = 0; i < feed->diagnosis_count; i++) {
		(void)fputs(parsing->path, stderr);
		if (feed->diagnoses[i].line > 0)
			(void)fprintf(stderr, ":%u", (unsigned)feed->diagnoses[i].line);
		(void)fputs(": ", stderr);
		clean_print(stderr, feed->diagnoses[i].words);
		(void)fputc('\n', stderr);
	}
}

static void on_done(const struct reader_result *result, void *userdata)
{
	struct parsing *parsing = userdata;

	if (parsing->diagnose)
		print_diagnoses(parsing, &result->feed);
	if (result->error == 0) {
		parsing->status = output_json(parsed_feed_to_json(&result->feed));
		return;
	}
	parsing->status =
		refuse("parse", "%s: %s", parsing->path, result->words ? result->words : "no feed");
	if (result->error == -EBADMSG)
		print_alternates(&result->feed);
}

static int read_document(struct document *document, struct parsing *parsing)
{
	int r;

	r = read_document_once(JOB_FEED, document, on_done, parsing);
	return r < 0 ? fail_internal("parse", r) : parsing->status;
}

int cmd_parse(int argc, char **argv)
{
	struct document document = {0};
	struct parsing parsing = {.status = EXIT_CODE_INTERNAL};
	const char *url = NULL;
	const char *content_type = NULL;
	const struct option_line options[] = {
		{"url", "URL", OPTION_TEXT, &url, "where it came from, for relative links"},
		{"content-type", "TYPE", OPTION_TEXT, &content_type, "what its server called it"},
		{"diagnose", NULL, OPTION_FLAG, &parsing.diagnose,
			"say on standard error what is wrong with it"},
		{0}};
	const struct usage usage = {"parse", "FILE|-",
		"Reads a feed as the daemon would, in a caged process, and prints it as JSON.",
		options, 1, 1};
	struct operands operands;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	parsing.path = source_name(operands.words[0]);
	r = source_load("parse", operands.words[0], url, content_type, &document);
	if (r == 0)
		r = read_document(&document, &parsing);
	document_clear(&document);
	return output_finish(r);
}
