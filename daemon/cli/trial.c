#include "cli/trial.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/articles.h"
#include "cli/clean.h"
#include "cli/complaint.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/watchlist.h"

enum {
	DAY_LENGTH = 10, /* of "2026-11-21" */
};

/* What was found so far. */
struct trial {
	const struct trial_options *options;
	json_t *matches; /* those to be told */
	json_t *days;    /* day -> count */
	size_t looked_at;
	size_t matched;
};

/* Counts a match, which is taken over. */
static int take_match(struct trial *trial, json_t *match)
{
	const char *time = member_string(match, "time");
	char day[DAY_LENGTH + 1] = "undated";
	json_int_t count;
	int r = match ? 0 : -ENOMEM;

	if (time && strlen(time) > DAY_LENGTH)
		(void)snprintf(day, sizeof(day), "%s", time);
	count = json_integer_value(json_object_get(trial->days, day));
	if (r == 0)
		r = json_object_set_new(trial->days, day, json_integer(count + 1));
	if (r == 0 && trial->matched++ < trial->options->limit)
		r = json_array_append(trial->matches, match);
	json_decref(match);
	return r < 0 ? -ENOMEM : 0;
}

static int try_article(
	struct trial *trial, struct watchlist *watchlist, const struct article *article)
{
	json_t *terms = NULL;
	int r;

	trial->looked_at++;
	r = watchlist_try_topic(watchlist, trial->options->topic, article, &terms);
	if (r < 0 || !terms)
		return r;
	return take_match(trial,
		json_pack("{s:s?, s:s?, s:s?, s:o, s:o}", "id", article->id, "title",
			article->title, "url", article->url, "time", json_date(article->published),
			"terms", terms));
}

static int run_file(const struct remote *remote, struct trial *trial)
{
	const struct trial_options *options = trial->options;
	_cleanup_(watchlist_freep) struct watchlist *watchlist = NULL;
	_cleanup_(articles_freep) struct articles *articles = NULL;
	struct article article;
	int r;

	r = watchlist_open(remote->verb, options->topics, &watchlist);
	if (r != 0)
		return r;
	if (!watchlist_has_topic(watchlist, options->topic))
		return refuse(
			remote->verb, "there is no topic \"%s\" in that file", options->topic);
	r = articles_open(remote->verb, options->articles, &articles);
	if (r != 0)
		return r;
	while (articles_next(articles, &article) > 0) {
		r = try_article(trial, watchlist, &article);
		if (r < 0)
			return fail_internal(remote->verb, r);
	}
	return articles_status(articles);
}

/* Takes one answer of the daemon.  *before is the next page's, 0 at the end. */
static int take_page(struct trial *trial, const json_t *body, json_int_t *before)
{
	json_t *matches = json_object_get(body, "matches");
	int r = json_is_array(matches) ? 0 : -EBADMSG;

	trial->looked_at += (size_t)member_number(body, "looked_at");
	*before = member_number(body, "next");
	for (size_t i = 0; i < json_array_size(matches) && r == 0; i++)
		r = take_match(trial, json_incref(json_array_get(matches, i)));
	return r;
}

static int ask_page(const struct remote *remote, struct trial *trial, json_int_t *before)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	char number[24];
	json_t *body = NULL;
	int r;

	(void)buffer_add_string(&path, "/topics");
	path_add_segment(&path, trial->options->topic);
	(void)buffer_add_string(&path, "/test");
	path_add_parameter(&path, "since", trial->options->since);
	(void)snprintf(number, sizeof(number), "%lld", (long long)*before);
	path_add_parameter(&path, "before", *before ? number : NULL);
	if (path.failed)
		return fail_internal(remote->verb, path.failed);
	r = remote_request(remote, "GET", path.bytes, &body);
	if (r != 0)
		return r;
	r = take_page(trial, body, before);
	json_decref(body);
	return r < 0 ? fail_internal(remote->verb, r) : 0;
}

static int run_stored(const struct remote *remote, struct trial *trial)
{
	json_int_t before = 0;
	int r;

	do
		r = ask_page(remote, trial, &before);
	while (r == 0 && before != 0);
	return r;
}

/* The snippet with what was found in bold on a terminal, else in « ». */
static void print_snippet(const char *snippet)
{
	static const char open[] = "\xC2\xAB";
	static const char close[] = "\xC2\xBB";
	_cleanup_(freep) char *copy = isatty(STDOUT_FILENO) ? strdup(snippet) : NULL;
	char *begin = copy ? strstr(copy, open) : NULL;
	char *end = begin ? strstr(begin, close) : NULL;

	if (!end) {
		clean_print(stdout, snippet);
		return;
	}
	*begin = '\0';
	*end = '\0';
	clean_print(stdout, copy);
	(void)fputs("\033[1m", stdout);
	clean_print(stdout, begin + strlen(open));
	(void)fputs("\033[0m", stdout);
	clean_print(stdout, end + strlen(close));
}

static void print_match(const json_t *match)
{
	const char *time = member_string(match, "time");
	const char *title = member_string(match, "title");
	const json_t *terms = json_object_get(match, "terms");

	(void)printf("%.*s  ", DAY_LENGTH, time ? time : "undated   ");
	clean_print(stdout, title ? title : "-");
	(void)fputs("  [", stdout);
	clean_print(stdout, member_string(match, "id") ? member_string(match, "id") : "-");
	(void)fputs("]\n", stdout);
	for (size_t i = 0; i < json_array_size(terms); i++) {
		const json_t *term = json_array_get(terms, i);
		const char *snippet = member_string(term, "snippet");

		(void)fputs("    ", stdout);
		clean_print(stdout, member_string(term, "field"));
		(void)fputs(": ", stdout);
		print_snippet(snippet ? snippet : "");
		(void)putchar('\n');
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int print_days(json_t *days)
{
	size_t count = json_object_size(days);
	_cleanup_(freep) const char **names = calloc(count + 1, sizeof(*names));
	const char *name;
	json_t *value;
	size_t i = 0;

	if (!names)
		return -ENOMEM;
	json_object_foreach (days, name, value)
		names[i++] = name;
	qsort(names, count, sizeof(*names), by_name);
	for (i = 0; i < count; i++)
		(void)printf("%-*s  %lld\n", DAY_LENGTH, names[i], member_number(days, names[i]));
	return 0;
}

static int print_trial(const struct remote *remote, const struct trial *trial)
{
	size_t told = json_array_size(trial->matches);

	if (remote->json)
		return output_json(json_pack("{s:s, s:I, s:I, s:O, s:O}", "topic",
			trial->options->topic, "looked_at", (json_int_t)trial->looked_at, "matched",
			(json_int_t)trial->matched, "days", trial->days, "matches",
			trial->matches));
	for (size_t i = 0; i < told; i++)
		print_match(json_array_get(trial->matches, i));
	if (trial->matched > told)
		(void)printf("... and %zu more (--limit)\n", trial->matched - told);
	(void)printf("%s%zu of %zu articles match\n", told > 0 ? "\n" : "", trial->matched,
		trial->looked_at);
	return print_days(trial->days) < 0 ? fail_internal(remote->verb, -ENOMEM) : EXIT_CODE_DONE;
}

int trial_run(const struct remote *remote, const struct trial_options *options)
{
	struct trial trial = {
		.options = options,
		.matches = json_array(),
		.days = json_object(),
	};
	int status = EXIT_CODE_INTERNAL;
	int r;

	if (trial.matches && trial.days)
		status = options->topics ? run_file(remote, &trial) : run_stored(remote, &trial);
	/* Of a file with faulty lines the others are told, as `match` does. */
	if (status == EXIT_CODE_DONE || (status == EXIT_CODE_REFUSED && trial.looked_at > 0)) {
		r = print_trial(remote, &trial);
		status = r != 0 ? r : status;
	}
	json_decref(trial.matches);
	json_decref(trial.days);
	return status;
}
