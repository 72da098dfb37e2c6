#include <math.h>

#include "cli/archive.h"
#include "cli/articles.h"
#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/watchlist.h"

/* Enough to compare by, without noise. */
#define SIMILARITY_STEPS 10000.0

static int print_article(const struct article *article, const struct verdict *verdict,
	const char *of, json_t *topics)
{
	return output_json_line(json_pack("{s:s, s:I, s:s, s:s?, s:f, s:o}", "id", article->id,
		"story", (json_int_t)verdict->story, "relation",
		relation_to_string(verdict->relation), "of", of, "similarity",
		round(verdict->similarity * SIMILARITY_STEPS) / SIMILARITY_STEPS, "topics",
		topics));
}

static int replay(struct archive *archive, struct watchlist *watchlist, struct articles *articles)
{
	struct article article;
	struct verdict verdict;
	const char *of;
	json_t *topics;
	int r;

	while (articles_next(articles, &article) > 0) {
		topics = watchlist ? NULL : json_array();
		r = watchlist ? watchlist_run(watchlist, &article, &topics) : 0;
		if (r < 0)
			return fail_internal("replay", r);
		r = archive_take(archive, &article, &verdict, &of);
		if (r < 0) {
			json_decref(topics);
			return fail_internal("replay", r);
		}
		r = print_article(&article, &verdict, of, topics);
		if (r != 0)
			return r;
	}
	return articles_status(articles);
}

int cmd_replay(int argc, char **argv)
{
	_cleanup_(archive_freep) struct archive *archive = NULL;
	_cleanup_(watchlist_freep) struct watchlist *watchlist = NULL;
	_cleanup_(articles_freep) struct articles *articles = NULL;
	const char *topics = NULL;
	const struct option_line options[] = {
		{"topics", "FILE", OPTION_TEXT, &topics, "also match these topics"}, {0}};
	const struct usage usage = {"replay", "ARTICLES.jsonl|-",
		"Runs an archive of articles through topics and story recognition as the daemon\n"
		"would, without one. Articles are as for 'wirewatch match'; the answer is a line\n"
		"{\"id\", \"story\", \"relation\", \"of\", \"similarity\", \"topics\"} for each.",
		options, 1, 1};
	struct operands operands;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	r = archive_new(&archive);
	if (r < 0)
		return fail_internal("replay", r);
	if (topics)
		r = watchlist_open("replay", topics, &watchlist);
	if (r == 0)
		r = articles_open("replay", operands.words[0], &articles);
	if (r == 0)
		r = replay(archive, watchlist, articles);
	return output_finish(r);
}
