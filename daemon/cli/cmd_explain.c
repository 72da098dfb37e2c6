#include <errno.h>

#include "cli/articles.h"
#include "cli/clean.h"
#include "cli/complaint.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/verbs.h"
#include "cli/watchlist.h"

enum {
	INDENT = 2, /* columns a level */
};

/* An operator, or the words of a term. */
static void print_what(const json_t *node)
{
	const char *words = member_string(node, "operator");

	if (!words)
		words = member_string(node, "words");
	clean_print(stdout, words ? words : "");
	(void)printf("  (column %lld)\n", member_number(node, "column"));
}

static void print_places(const json_t *places, int level)
{
	for (size_t i = 0; i < json_array_size(places); i++) {
		const json_t *place = json_array_get(places, i);

		(void)printf("     %*s", level * INDENT, "");
		clean_print(stdout, member_string(place, "field"));
		(void)printf(": ");
		clean_print(stdout, member_string(place, "snippet"));
		(void)putchar('\n');
	}
}

/* One line of the tree, verdict and words, and where that was found; then those of the operands. */
static void print_node(const json_t *node, int level)
{
	const json_t *children = json_object_get(node, "children");
	long long omitted = member_number(node, "omitted");

	(void)printf("%-5s%*s", json_is_true(json_object_get(node, "verdict")) ? "yes" : "no",
		level * INDENT, "");
	print_what(node);
	if (json_array_size(children) == 0)
		print_places(json_object_get(node, "places"), level + 1);
	for (size_t i = 0; i < json_array_size(children); i++)
		print_node(json_array_get(children, i), level + 1);
	if (omitted > 0)
		(void)printf("no   %*s... and %lld more\n", (level + 1) * INDENT, "", omitted);
}

static void print_line(const char *name, const char *text)
{
	if (!text)
		return;
	(void)printf("%-9s", name);
	clean_print(stdout, text);
	(void)putchar('\n');
}

static int print_explanation(const json_t *body)
{
	const json_t *article = json_object_get(body, "article");
	const json_t *story = json_object_get(body, "story");
	int64_t now = now_seconds();
	char when[WHEN_SIZE];

	print_line("article", member_string(article, "id"));
	print_line("title", member_string(article, "title"));
	print_line("feed", member_string(article, "feed"));
	print_line("topic", member_string(body, "topic"));
	print_line("matches", json_is_true(json_object_get(body, "matched")) ? "yes" : "no");
	print_line("alert", member_string(body, "words"));
	print_line("story", member_string(story, "id"));
	if (member_string(story, "told"))
		print_line("told", when_format(member_string(story, "told"), now, when));
	print_line("text", member_string(article, "text_from"));
	if (json_is_false(json_object_get(article, "has_text")))
		(void)printf("The article's text is gone (Keep=); only its title was looked at.\n");
	(void)putchar('\n');
	print_node(json_object_get(body, "tree"), 0);
	return EXIT_CODE_DONE;
}

/* Asks the daemon about one of its own articles. */
static int explain_stored(
	const struct remote *remote, const char *topic, const char *article, json_t **ret)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);

	(void)buffer_add_string(&path, "/topics");
	path_add_segment(&path, topic);
	(void)buffer_add_string(&path, "/explain");
	path_add_parameter(&path, "article", article);
	if (path.failed)
		return fail_internal(remote->verb, path.failed);
	return remote_request(remote, "GET", path.bytes, ret);
}

/* The one article of a file against a topic of a file. */
static int explain_file(const char *file, const char *topic, const char *path, json_t **ret)
{
	_cleanup_(watchlist_freep) struct watchlist *watchlist = NULL;
	_cleanup_(articles_freep) struct articles *articles = NULL;
	struct article article;
	int r;

	r = watchlist_open("explain", file, &watchlist);
	if (r == 0)
		r = articles_open("explain", path, &articles);
	if (r != 0)
		return r;
	if (articles_next(articles, &article) <= 0)
		return refuse("explain", "there is no article in the file");
	r = watchlist_explain_topic(watchlist, topic, &article, ret);
	if (r == -ENOENT)
		return refuse("explain", "there is no topic \"%s\" in that file", topic);
	return r < 0 ? fail_internal("explain", r) : 0;
}

int cmd_explain(int argc, char **argv)
{
	struct remote remote = {.verb = "explain"};
	const char *topics = NULL;
	const struct option_line options[] = {
		{"topics", "FILE", OPTION_TEXT, &topics,
			"the topics: [Topic] sections; ARTICLE is a file then"},
		REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {"explain", "TOPIC ARTICLE",
		"Says why a topic matches an article or not: the query's tree with a verdict on "
		"each\nnode and what was found. ARTICLE is the id of an article of the daemon, of "
		"which is\nalso told why it brought an alert or none; with --topics, a file with "
		"an article as a\nline of JSON, without a daemon.",
		options, 2, 2};
	struct operands operands;
	json_t *body = NULL;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	r = topics ? explain_file(topics, operands.words[0], operands.words[1], &body)
		   : explain_stored(&remote, operands.words[0], operands.words[1], &body);
	if (r != 0)
		return r;
	if (remote.json)
		return output_finish(output_json(body));
	r = print_explanation(body);
	json_decref(body);
	return output_finish(r);
}
