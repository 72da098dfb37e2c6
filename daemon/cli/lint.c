#include "cli/lint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/map.h"
#include "cli/articles.h"
#include "cli/clean.h"
#include "cli/complaint.h"
#include "cli/output.h"
#include "cli/questions.h"
#include "cli/stored.h"
#include "cli/verbs.h"
#include "cli/watchlist.h"
#include "config/topic_places.h"
#include "match/query_form.h"
#include "match/query_parser.h"

#define LINT_BYTES_MAX ((size_t)4 * 1024 * 1024 * 1024) /* what is told and asked, all topics */
#define TREE_BYTES_MAX ((size_t)512 * 1024 * 1024)      /* of one query, with its lists */

enum {
	HINTED_TOPICS_MAX = 10 * 1000, /* of more no hints are tried, which would take GiB */
};

struct lint {
	const struct remote *remote;
	const struct lint_options *options;
	const struct topic *topics;
	size_t topic_count;
	bool *chosen;
	size_t chosen_count;
	struct arena *arena;
	struct arena *tree; /* of one query */
	struct query_parser *parser;
	struct probes *probes;
	struct questions *questions;
	struct map keys; /* of queries, to the first topic with it */
	struct finding *findings;
	size_t finding_count;
	size_t finding_size;
	struct topic_places places;
};

static void lint_clear(struct lint *lint)
{
	free(lint->chosen);
	free(lint->findings);
	topic_places_clear(&lint->places);
	map_free(&lint->keys);
	questions_free(lint->questions);
	probes_free(lint->probes);
	query_parser_free(lint->parser);
	arena_free(lint->tree);
	arena_free(lint->arena);
}

static int lint_init(struct lint *lint)
{
	int r;

	r = arena_new(LINT_BYTES_MAX, &lint->arena);
	if (r == 0)
		r = arena_new(TREE_BYTES_MAX, &lint->tree);
	if (r == 0)
		r = query_parser_new(&lint->parser);
	if (r == 0)
		r = probes_new(&lint->probes);
	if (r == 0)
		r = questions_new(lint->probes, lint->arena, &lint->questions);
	return r;
}

/* ---- which topics ---- */

static bool is_named(const struct lint_options *options, const char *name)
{
	for (size_t i = 0; i < options->name_count; i++)
		if (strcmp(options->names[i], name) == 0)
			return true;
	return options->name_count == 0;
}

static bool has_topic(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->topic_count; i++)
		if (strcmp(lint->topics[i].name, name) == 0)
			return true;
	return false;
}

/* Returns 0 or an exit status. */
static int choose_topics(struct lint *lint)
{
	const struct lint_options *options = lint->options;

	lint->chosen = calloc(lint->topic_count + 1, sizeof(*lint->chosen));
	if (!lint->chosen)
		return fail_internal(lint->remote->verb, -ENOMEM);
	for (size_t i = 0; i < options->name_count; i++) {
		if (!has_topic(lint, options->names[i]))
			return refuse(lint->remote->verb,
				"there is no topic \"%s\"; name one of %s", options->names[i],
				options->topics ? "the file"
						: "those that 'wirewatch topics' lists");
	}
	for (size_t i = 0; i < lint->topic_count; i++) {
		lint->chosen[i] = is_named(options, lint->topics[i].name);
		lint->chosen_count += lint->chosen[i];
	}
	return 0;
}

/* ---- findings ---- */

static int add_finding(const struct finding *finding, void *userdata)
{
	struct lint *lint = userdata;
	int r = array_grow((void **)&lint->findings, &lint->finding_size, lint->finding_count,
		sizeof(*finding));

	if (r < 0)
		return r;
	lint->findings[lint->finding_count++] = *finding;
	return 0;
}

static const char *kind_name(enum lint_kind kind)
{
	static const char *const names[] = {
		[LINT_OPERATOR] = "operator",
		[LINT_PHRASE] = "phrase",
		[LINT_COVERED] = "covered",
		[LINT_REDUNDANT] = "redundant",
		[LINT_CONTRARY] = "removes-all",
		[LINT_LANGUAGE] = "language",
		[LINT_UNMEETABLE] = "never-near",
	};

	return names[kind];
}

struct form_notes {
	struct lint *lint;
	size_t topic;
};

static int note_form(const struct lint_finding *form, void *userdata)
{
	const struct form_notes *notes = userdata;
	struct lint *lint = notes->lint;
	const struct finding finding = {
		.topic = notes->topic,
		.column = form->column,
		.kind = kind_name(form->kind),
		.found = form->found,
		.suggestion = form->suggestion,
	};

	if (!form->evidence)
		return add_finding(&finding, lint);
	return questions_ask_evidence(
		lint->questions, &lint->topics[notes->topic], &finding, form->evidence);
}

/* Tells a query that means the same as an earlier topic's. */
static int note_duplicate(struct lint *lint, size_t topic, const struct query_node *root)
{
	const char *form = query_form_key(root, lint->tree);
	const struct topic *this = &lint->topics[topic];
	const struct topic *first;
	char *key;

	key = form ? arena_printf(lint->arena, "%d%s", this->stem != NULL, form) : NULL;
	if (!key)
		return -ENOMEM;
	first = map_get(&lint->keys, key);
	if (!first)
		return map_put(&lint->keys, key, (void *)this);
	if (!lint->chosen[topic])
		return 0;
	return add_finding(
		&(struct finding){
			.topic = topic,
			.column = 1,
			.kind = "duplicate",
			.found = arena_printf(lint->arena,
				"this query means the same as that of topic \"%s\" (%s:%u)",
				first->name, first->file ? first->file : "-", first->line),
		},
		lint);
}

static int judge_topic(struct lint *lint, size_t index)
{
	const struct topic *topic = &lint->topics[index];
	const struct query_options options = {
		.stem = topic->stem != NULL, .regex = topic->regex, .lists = topic->lists};
	struct form_notes notes = {lint, index};
	struct query_error error;
	struct query_node *root;
	int r;

	arena_reset(lint->tree);
	r = query_parser_run(lint->parser, topic->query, &options, lint->tree, &root, &error);
	if (r == 0)
		r = note_duplicate(lint, index, root);
	if (r < 0 || !lint->chosen[index])
		return r;
	r = query_lint(topic->query, root, lint->arena, note_form, &notes);
	if (r < 0)
		return r;
	return questions_ask(
		lint->questions, topic, index, root, lint->chosen_count <= HINTED_TOPICS_MAX);
}

/* ---- articles ---- */

/* Returns an exit status, as articles_status(). */
static int run_file(struct lint *lint)
{
	_cleanup_(articles_freep) struct articles *articles = NULL;
	struct article article;
	int r;

	r = articles_open(lint->remote->verb, lint->options->articles, &articles);
	if (r != 0)
		return r;
	while (articles_next(articles, &article) > 0) {
		r = probes_run(lint->probes, &article);
		if (r < 0)
			return fail_internal(lint->remote->verb, r);
	}
	return articles_status(articles);
}

static int run_stored(struct lint *lint)
{
	_cleanup_(stored_freep) struct stored *stored = NULL;
	struct article article;
	int r;

	r = stored_open(lint->remote, lint->options->since, &stored);
	if (r != 0)
		return r;
	while (stored_next(stored, &article) > 0) {
		r = probes_run(lint->probes, &article);
		if (r < 0)
			return fail_internal(lint->remote->verb, r);
	}
	return stored_status(stored);
}

static int run_articles(struct lint *lint)
{
	if (lint->options->articles)
		return run_file(lint);
	return lint->options->topics ? EXIT_CODE_DONE : run_stored(lint);
}

/* ---- what is told ---- */

static int by_place(const void *a, const void *b)
{
	const struct finding *left = a;
	const struct finding *right = b;

	if (left->topic != right->topic)
		return left->topic < right->topic ? -1 : 1;
	if (left->column != right->column)
		return left->column < right->column ? -1 : 1;
	return strcmp(left->kind, right->kind);
}

static void print_finding(struct lint *lint, const struct finding *finding)
{
	const struct topic *topic = &lint->topics[finding->topic];
	struct ini_place place = {0};
	bool placed = topic_places_find(&lint->places, topic, finding->column, &place);

	clean_print(stdout, topic->file ? topic->file : "-");
	if (placed)
		(void)printf(":%u:%u: topic \"", place.line, place.column);
	else
		(void)printf(":%u: topic \"", topic->line);
	clean_print(stdout, topic->name);
	(void)fputs("\": ", stdout);
	if (!placed)
		(void)printf("column %u: ", finding->column);
	clean_print(stdout, finding->found);
	(void)printf(" [%s]\n", finding->kind);
	if (!finding->suggestion)
		return;
	(void)fputs("    perhaps: ", stdout);
	clean_print(stdout, finding->suggestion);
	(void)putchar('\n');
}

static json_t *finding_value(struct lint *lint, const struct finding *finding)
{
	const struct topic *topic = &lint->topics[finding->topic];
	struct ini_place place = {0};
	json_t *value = json_pack("{s:s, s:s?, s:i, s:s, s:s, s:s?}", "topic", topic->name, "file",
		topic->file, "query_column", (int)finding->column, "kind", finding->kind, "found",
		finding->found, "suggestion", finding->suggestion);
	bool placed = topic_places_find(&lint->places, topic, finding->column, &place);

	(void)json_object_set_new(value, "line", json_integer(placed ? place.line : topic->line));
	(void)json_object_set_new(
		value, "column", placed ? json_integer(place.column) : json_null());
	return value;
}

static int print_json(struct lint *lint)
{
	json_t *list = json_array();

	for (size_t i = 0; i < lint->finding_count; i++)
		(void)json_array_append_new(list, finding_value(lint, &lint->findings[i]));
	return output_json(json_pack("{s:I, s:I, s:o}", "topics", (json_int_t)lint->chosen_count,
		"articles", (json_int_t)probes_articles(lint->probes), "findings", list));
}

static void print_summary(const struct lint *lint)
{
	size_t articles = probes_articles(lint->probes);
	bool asked = lint->options->articles || !lint->options->topics;

	(void)printf("%zu finding%s in %zu topic%s", lint->finding_count,
		lint->finding_count == 1 ? "" : "s", lint->chosen_count,
		lint->chosen_count == 1 ? "" : "s");
	if (asked)
		(void)printf(", %zu article%s looked at", articles, articles == 1 ? "" : "s");
	(void)printf("\n");
	if (asked && articles < QUESTIONS_ARTICLES_LEAST)
		(void)printf("Of fewer than %d articles nothing is said about how often terms "
			     "occur.\n",
			QUESTIONS_ARTICLES_LEAST);
}

/* Judges the topics that were loaded.  Returns an exit status. */
static int judge(struct lint *lint)
{
	int status;
	int r;

	status = choose_topics(lint);
	if (status != 0)
		return status;
	r = lint_init(lint);
	for (size_t i = 0; i < lint->topic_count && r == 0; i++)
		r = judge_topic(lint, i);
	if (r < 0)
		return fail_internal(lint->remote->verb, r);
	status = run_articles(lint);
	if (status != EXIT_CODE_DONE && status != EXIT_CODE_REFUSED)
		return status;
	r = questions_answer(lint->questions, add_finding, lint);
	if (r < 0)
		return fail_internal(lint->remote->verb, r);
	if (lint->finding_count > 0)
		qsort(lint->findings, lint->finding_count, sizeof(*lint->findings), by_place);
	if (lint->remote->json) {
		r = print_json(lint);
	} else {
		for (size_t i = 0; i < lint->finding_count; i++)
			print_finding(lint, &lint->findings[i]);
		print_summary(lint);
	}
	if (r != EXIT_CODE_DONE)
		return r;
	return lint->finding_count > 0 ? EXIT_CODE_REFUSED : status;
}

int lint_run(const struct remote *remote, const struct lint_options *options)
{
	_cleanup_(watchlist_freep) struct watchlist *watchlist = NULL;
	_cleanup_(lint_clear) struct lint lint = {.remote = remote, .options = options};
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct topic *topics;
	int r;

	if (options->topics) {
		r = watchlist_open(remote->verb, options->topics, &watchlist);
		if (r != 0)
			return r;
		lint.topics = watchlist_topics(watchlist, &lint.topic_count);
		return judge(&lint);
	}
	r = arena_new(LINT_BYTES_MAX, &arena);
	if (r < 0)
		return fail_internal(remote->verb, r);
	r = stored_topics(remote, arena, &topics, &lint.topic_count);
	if (r != 0)
		return r;
	lint.topics = topics;
	return judge(&lint);
}
