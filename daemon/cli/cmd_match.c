#include "cli/articles.h"
#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/watchlist.h"

/* Prints the line of one article.  Returns an exit status. */
static int match_article(struct watchlist *watchlist, const struct article *article, bool explain)
{
	json_t *matches = NULL;
	json_t *topics;
	int r;

	r = watchlist_run(watchlist, article, &topics);
	if (r < 0)
		return fail_internal("match", r);
	if (explain)
		r = watchlist_explain(watchlist, article, &matches);
	if (r < 0) {
		json_decref(topics);
		return fail_internal("match", r);
	}
	return output_json_line(json_pack(
		"{s:s, s:o, s:o*}", "id", article->id, "topics", topics, "matches", matches));
}

static int match_all(struct watchlist *watchlist, struct articles *articles, bool explain)
{
	struct article article;
	int r;

	while (articles_next(articles, &article) > 0) {
		r = match_article(watchlist, &article, explain);
		if (r != 0)
			return r;
	}
	return articles_status(articles);
}

int cmd_match(int argc, char **argv)
{
	_cleanup_(watchlist_freep) struct watchlist *watchlist = NULL;
	_cleanup_(articles_freep) struct articles *articles = NULL;
	const char *topics = NULL;
	bool explain = false;
	const struct option_line options[] = {
		{"topics", "FILE", OPTION_TEXT, &topics, "the topics: [Topic] sections (needed)"},
		{"explain", NULL, OPTION_FLAG, &explain,
			"also tell which terms were found, and where"},
		{0}};
	const struct usage usage = {"match", "ARTICLES.jsonl|-",
		"Matches articles against topics, without a daemon. Articles are JSON Lines with\n"
		"id, and url, title, author, published, lang, source, categories, text where "
		"known;\n"
		"the answer is a line {\"id\", \"topics\"} for each.",
		options, 1, 1};
	struct operands operands;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	if (!topics)
		return usage_error(&usage, "--topics=FILE is missing");
	r = watchlist_open("match", topics, &watchlist);
	if (r == 0)
		r = articles_open("match", operands.words[0], &articles);
	if (r == 0)
		r = match_all(watchlist, articles, explain);
	return output_finish(r);
}
