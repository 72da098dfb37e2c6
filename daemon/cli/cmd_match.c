#include "cli/articles.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/watchlist.h"

static int match_all(struct watchlist *watchlist, struct articles *articles)
{
	struct article article;
	json_t *topics;
	int r;

	while (articles_next(articles, &article) > 0) {
		r = watchlist_run(watchlist, &article, &topics);
		if (r < 0)
			return fail_internal("match", r);
		r = output_json_line(json_pack("{s:s, s:o}", "id", article.id, "topics", topics));
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
	const struct option_line options[] = {
		{"topics", "FILE", OPTION_TEXT, &topics, "the topics: [Topic] sections (needed)"},
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
		r = match_all(watchlist, articles);
	return output_finish(r);
}
