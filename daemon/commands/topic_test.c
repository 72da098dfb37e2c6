/* What a topic would have matched of the stored articles, a page at a time. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "commands/commands.h"
#include "commands/reply.h"
#include "commands/topic_commands.h"
#include "match/matcher.h"
#include "watch/explain.h"

enum {
	/* Of a request: reading and matching them takes a few milliseconds. */
	PAGE_ARTICLES = 50,
	PAGE_TEXT_BYTES = 256 * 1024,
	ARTICLE_BYTES = 8 * 1024 * 1024, /* one with its text, its fingerprint and its snippets */
};

/* One request. */
struct trial {
	const struct command_context *context;
	const struct topic *topic;
	struct matcher *matcher;
	struct match_scratch *scratch;
	struct arena *arena; /* of one article */
	json_t *matches;
	int64_t before;
	usec since;
	size_t articles;
	size_t bytes;
	bool ended;
};

/* When it was published, else when it was seen. */
static json_t *time_value(const struct article *article)
{
	return article->published != DATE_NONE ? json_date(article->published)
					       : json_time(article->first_seen);
}

static int add_match(struct trial *trial, const struct article *article)
{
	struct match match;
	int r;

	r = matcher_explain(trial->matcher, trial->scratch, 0, article, trial->arena, &match);
	if (r < 0)
		return r;
	r = json_array_append_new(trial->matches,
		json_pack("{s:s?, s:s?, s:s?, s:o, s:o}", "id", article->id, "title",
			article->title, "url", article->url, "time", time_value(article), "terms",
			explain_spans(&match)));
	return r < 0 ? -ENOMEM : 0;
}

/* Looks at the next older article.  Sets trial->ended where there is none. */
static int try_next(struct trial *trial)
{
	struct article_record record;
	const uint32_t *topics;
	size_t count;
	int r;

	arena_reset(trial->arena);
	r = store_article_before(trial->context->store, trial->before, trial->arena, &record);
	if (r == -ENOENT || (r == 0 && record.article.first_seen < trial->since)) {
		trial->ended = true;
		return 0;
	}
	if (r < 0)
		return r;
	trial->before = record.key;
	trial->articles++;
	trial->bytes += record.article.text ? strlen(record.article.text) : 0;
	r = matcher_run(trial->matcher, trial->scratch, &record.article, &topics, &count);
	return r < 0 || count == 0 ? r : add_match(trial, &record.article);
}

static int run_page(struct trial *trial)
{
	struct matcher_errors errors = {0};
	int r;

	r = arena_new(ARTICLE_BYTES, &trial->arena);
	if (r == 0)
		r = match_scratch_new(&trial->scratch);
	if (r == 0)
		r = matcher_new(trial->topic, 1, &trial->matcher, &errors);
	matcher_errors_clear(&errors);
	while (r == 0 && !trial->ended && trial->articles < PAGE_ARTICLES &&
		trial->bytes < PAGE_TEXT_BYTES)
		r = try_next(trial);
	return r;
}

static json_t *answer(const struct trial *trial)
{
	return json_pack("{s:s, s:I, s:o, s:O}", "topic", trial->topic->name, "looked_at",
		(json_int_t)trial->articles, "next",
		trial->ended ? json_null() : json_integer(trial->before), "matches",
		trial->matches);
}

void topic_command_test(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	struct trial trial = {.context = userdata};
	struct page page;
	int r;

	trial.topic = commands_find_topic(trial.context, request->argument);
	if (!trial.topic) {
		reply_error(reply, -ENOENT, "topic");
		return;
	}
	if (!page_take(request, clock_now(trial.context->clock), reply, &page))
		return;
	trial.before = page.before;
	trial.since = page.since;
	trial.matches = json_array();
	r = trial.matches ? run_page(&trial) : -ENOMEM;
	if (r == 0)
		reply_body(reply, answer(&trial));
	else
		reply_error(reply, r, "store");
	json_decref(trial.matches);
	matcher_free(trial.matcher);
	match_scratch_free(trial.scratch);
	arena_free(trial.arena);
}
