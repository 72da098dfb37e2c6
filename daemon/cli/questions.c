#include "cli/questions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucasemap.h>

#include "base/array.h"
#include "match/explanation.h"
#include "match/query_form.h"

enum {
	HINTS_MAX = 4,          /* of a term */
	HINT_LETTERS_LEAST = 4, /* bytes of a word that perhaps lacks its `*` */
	HINT_PHRASE_MAX = 4,    /* words of a phrase whose words perhaps stand apart */
	HINT_PHRASE_DISTANCE = 5,
	CASED_BYTES_MAX = 512, /* of a word in other capitals */
	PERCENT = 100,
};

/* Distances that are tried for a NEAR which is never met. */
static const unsigned distances[] = {10, 30, QUERY_DISTANCE_MAX};

/* Something else that was perhaps meant. */
struct hint {
	const char *words; /* what to write */
	uint32_t probe;
};

enum question_kind {
	ASK_TERM,     /* does it occur? */
	ASK_REQUIRED, /* ... and not almost everywhere? */
	ASK_QUERY,    /* does the whole not match almost everything? */
	ASK_NEAR,     /* do its operands ever come so near? */
	ASK_NOT,      /* does it leave anything? */
	ASK_EVIDENCE, /* is a finding of the form borne out? */
};

struct question {
	enum question_kind kind;
	struct finding finding; /* what would be told */
	const char *words;      /* of the part that is asked about */
	uint32_t subject;
	uint32_t context; /* what the subject is a part of */
	struct hint hints[HINTS_MAX];
	size_t hint_count;
};

struct questions {
	struct probes *probes;
	struct arena *arena;
	struct question *questions;
	size_t count;
	size_t size;
};

/* The topic that is asked about. */
struct asking {
	struct questions *all;
	const struct topic *topic;
	size_t index;
	size_t first; /* of its questions */
	bool hinted;
};

int questions_new(struct probes *probes, struct arena *arena, struct questions **ret)
{
	struct questions *questions = calloc(1, sizeof(*questions));

	if (!questions)
		return -ENOMEM;
	questions->probes = probes;
	questions->arena = arena;
	*ret = questions;
	return 0;
}

void questions_free(struct questions *questions)
{
	if (!questions)
		return;
	free(questions->questions);
	free(questions);
}

static int add_question(struct questions *questions, const struct question *question)
{
	int r = array_grow((void **)&questions->questions, &questions->size, questions->count,
		sizeof(*question));

	if (r < 0)
		return r;
	questions->questions[questions->count++] = *question;
	return 0;
}

static int probe(const struct asking *asking, const char *query, uint32_t *ret)
{
	return query ? probes_add(asking->all->probes, asking->topic, query, ret) : -ENOMEM;
}

static int probe_node(const struct asking *asking, const struct query_node *node, uint32_t *ret)
{
	return probe(asking, query_form_text(asking->topic->query, node, asking->all->arena), ret);
}

/* ---- hints: what might have been meant ---- */

/* Adds a hint: `words` to be written, in the field of `node`. */
static int add_hint(const struct asking *asking, const struct query_node *node, const char *words,
	struct question *question)
{
	struct arena *arena = asking->all->arena;
	const char *prefix = query_form_prefix(node, arena);
	struct hint *hint = &question->hints[question->hint_count];

	if (!words || !prefix)
		return -ENOMEM;
	hint->words = arena_printf(arena, "%s%s", prefix, words);
	question->hint_count++;
	return probe(asking, hint->words, &hint->probe);
}

/* An exact word in other capitals, or in any. */
static int hint_capitals(const struct asking *asking, const struct query_node *node,
	const char *words, struct question *question)
{
	int32_t (*const change[])(const UCaseMap *, char *, int32_t, const char *, int32_t,
		UErrorCode *) = {ucasemap_utf8ToUpper, ucasemap_utf8ToLower};
	UErrorCode status = U_ZERO_ERROR;
	UCaseMap *map = ucasemap_open("", 0, &status);
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(change) && r == 0 && U_SUCCESS(status); i++) {
		char other[CASED_BYTES_MAX] = "";

		(void)change[i](map, other, CASED_BYTES_MAX - 1, words, -1, &status);
		if (U_SUCCESS(status) && strcmp(other, words) != 0)
			r = add_hint(
				asking, node, arena_strdup(asking->all->arena, other), question);
	}
	if (map)
		ucasemap_close(map);
	return r < 0 ? r : add_hint(asking, node, words + 1, question);
}

static bool is_plain(const struct query_token *token)
{
	return token->mode != MODE_EXACT && !token->rest && !token->one && token->before == 0 &&
		token->after == 0;
}

static bool is_plain_phrase(const struct query_node *node)
{
	for (size_t i = 0; i < node->token_count; i++)
		if (!is_plain(&node->tokens[i]))
			return false;
	return node->token_count <= HINT_PHRASE_MAX;
}

/* The words of a phrase as one word, and near each other. */
static int hint_phrase(
	const struct asking *asking, const struct query_node *node, struct question *question)
{
	struct arena *arena = asking->all->arena;
	const struct query_token *tokens = node->tokens;
	const char *near;
	int r = 0;

	if (node->token_count == 2)
		r = add_hint(asking, node,
			arena_printf(arena, "%s%s", tokens[0].folded, tokens[1].folded), question);
	near = arena_printf(arena, "(%s", tokens[0].folded);
	for (size_t i = 1; i < node->token_count && near; i++)
		near = arena_printf(
			arena, "%s NEAR/%d %s", near, HINT_PHRASE_DISTANCE, tokens[i].folded);
	if (near)
		near = arena_printf(arena, "%s)", near);
	return r < 0 ? r : add_hint(asking, node, near, question);
}

static int hint_term(const struct asking *asking, const struct query_node *node, const char *words,
	struct question *question)
{
	const struct query_token *token = &node->tokens[0];
	struct arena *arena = asking->all->arena;

	if (token->mode == MODE_EXACT)
		return words[0] == '=' ? hint_capitals(asking, node, words, question) : 0;
	if (node->token_count > 1)
		return is_plain_phrase(node) ? hint_phrase(asking, node, question) : 0;
	if (token->before != 0 || token->after != 0)
		return add_hint(asking, node, token->folded, question);
	if (is_plain(token) && token->folded_length >= HINT_LETTERS_LEAST)
		return add_hint(asking, node, arena_printf(arena, "%s*", token->folded), question);
	return 0;
}

/* ---- questions ---- */

static struct question new_question(
	const struct asking *asking, enum question_kind kind, unsigned column, const char *name)
{
	return (struct question){
		.kind = kind,
		.finding = {.topic = asking->index, .column = column, .kind = name},
		.context = PROBE_NONE,
	};
}

/* Of a part that stands twice in a query only the first is asked about. */
static bool is_asked(const struct asking *asking, const struct question *question)
{
	for (size_t i = asking->first; i < asking->all->count; i++)
		if (asking->all->questions[i].kind == question->kind &&
			asking->all->questions[i].subject == question->subject)
			return true;
	return false;
}

/* A term, a regular expression, or a list as a whole. */
static int ask_term(const struct asking *asking, const struct query_node *node, bool required)
{
	bool is_common_field = node->child_count > 0 || node->fields == FIELD_DEFAULT;
	struct question question =
		new_question(asking, required && is_common_field ? ASK_REQUIRED : ASK_TERM,
			node->prefix > 0 ? node->prefix : node->column, "never");
	const char *words = explanation_words(asking->topic->query, node, asking->all->arena);
	const char *prefix =
		node->child_count > 0 ? "" : query_form_prefix(node, asking->all->arena);
	int r;

	if (!words || !prefix)
		return -ENOMEM;
	question.words = arena_printf(asking->all->arena, "%s%s", prefix, words);
	r = probe_node(asking, node, &question.subject);
	if (r < 0 || is_asked(asking, &question))
		return r;
	if (asking->hinted && node->kind == QUERY_TERM)
		r = hint_term(asking, node, words, &question);
	return r < 0 ? r : add_question(asking->all, &question);
}

/* Wider distances, or any order. */
static int hint_near(
	const struct asking *asking, const struct query_node *node, struct question *question)
{
	struct query_node wider = *node;
	int r = 0;

	wider.ordered = false;
	for (size_t i = 0; i < ARRAY_SIZE(distances) + 1 && r == 0; i++) {
		struct hint *hint = &question->hints[question->hint_count];
		const char *name = node->ordered ? "ONEAR" : "NEAR";

		if (i == 0 && !node->ordered)
			continue;
		if (i > 0 && distances[i - 1] <= node->distance)
			continue;
		wider.ordered = i > 0 && node->ordered;
		wider.distance = i == 0 ? node->distance : distances[i - 1];
		hint->words = arena_printf(
			asking->all->arena, "%s/%u", i == 0 ? "NEAR" : name, wider.distance);
		question->hint_count++;
		r = hint->words ? probe_node(asking, &wider, &hint->probe) : -ENOMEM;
	}
	return r;
}

static int ask_near(const struct asking *asking, const struct query_node *node)
{
	struct question question = new_question(asking, ASK_NEAR, node->column, "never-near");
	struct query_node both = *node;
	int r;

	both.kind = QUERY_AND;
	question.words = explanation_words(asking->topic->query, node, asking->all->arena);
	r = question.words ? probe_node(asking, node, &question.subject) : -ENOMEM;
	if (r == 0)
		r = probe_node(asking, &both, &question.context);
	if (r == 0)
		r = hint_near(asking, node, &question);
	return r < 0 ? r : add_question(asking->all, &question);
}

/* The operands of an AND that are no negations, in parentheses; NULL where all are. */
static const char *positive_part(const struct asking *asking, const struct query_node *node)
{
	const char *text = NULL;

	for (size_t i = 0; i < node->child_count; i++) {
		const struct query_node *child = node->children[i];
		const char *part;

		if (child->kind == QUERY_NOT && child->number % 2 != 0)
			continue;
		part = query_form_text(asking->topic->query, child, asking->all->arena);
		text = text ? arena_printf(asking->all->arena, "%s AND %s", text, part ? part : "")
			    : part;
	}
	return text;
}

/* Each negation of an AND alone. */
static int ask_nots(const struct asking *asking, const struct query_node *node)
{
	const char *positive = positive_part(asking, node);
	int r = 0;

	for (size_t i = 0; positive && i < node->child_count && r == 0; i++) {
		const struct query_node *child = node->children[i];
		struct question question =
			new_question(asking, ASK_NOT, child->column, "removes-all");
		const char *negation;

		if (child->kind != QUERY_NOT || child->number % 2 == 0)
			continue;
		negation = query_form_text(asking->topic->query, child, asking->all->arena);
		question.words = explanation_words(asking->topic->query, child, asking->all->arena);
		r = negation && question.words ? probe(asking, positive, &question.context)
					       : -ENOMEM;
		if (r == 0)
			r = probe(asking,
				arena_printf(asking->all->arena, "(%s) %s", positive, negation),
				&question.subject);
		if (r == 0)
			r = add_question(asking->all, &question);
	}
	return r;
}

static int ask_node(const struct asking *asking, const struct query_node *node, bool required)
{
	int r = 0;

	if (node->child_count == 0 || query_is_list(node))
		return ask_term(asking, node, required);
	if (node->kind == QUERY_AND)
		r = ask_nots(asking, node);
	else if (node->kind == QUERY_NEAR)
		r = ask_near(asking, node);
	else if (node->kind == QUERY_NOT)
		required = false;
	for (size_t i = 0; i < node->child_count && r == 0; i++)
		r = ask_node(asking, node->children[i], required);
	return r;
}

int questions_ask(struct questions *questions, const struct topic *topic, size_t index,
	const struct query_node *root, bool hinted)
{
	const struct asking asking = {questions, topic, index, questions->count, hinted};
	struct question whole = new_question(&asking, ASK_QUERY, 1, "everything");
	int r;

	r = ask_node(&asking, root, true);
	if (r < 0 || root->child_count == 0)
		return r;
	r = probe_node(&asking, root, &whole.subject);
	return r < 0 ? r : add_question(questions, &whole);
}

int questions_ask_evidence(struct questions *questions, const struct topic *topic,
	const struct finding *finding, const char *evidence)
{
	const struct asking asking = {.all = questions, .topic = topic};
	struct question question = {
		.kind = ASK_EVIDENCE, .finding = *finding, .context = PROBE_NONE};
	int r;

	r = probe(&asking, evidence, &question.subject);
	return r < 0 ? r : add_question(questions, &question);
}

/* ---- answers ---- */

/* The first hint that occurs. */
static const struct hint *find_hint(
	const struct questions *questions, const struct question *question)
{
	for (size_t i = 0; i < question->hint_count; i++)
		if (probes_count(questions->probes, question->hints[i].probe) > 0)
			return &question->hints[i];
	return NULL;
}

static const char *words_of_never(
	const struct questions *questions, const struct question *question, const struct hint *hint)
{
	size_t context = probes_count(questions->probes, question->context);
	const char *more = "";

	if (hint)
		more = arena_printf(questions->arena, "; %s matches %zu", hint->words,
			probes_count(questions->probes, hint->probe));
	if (!more)
		return NULL;
	if (question->kind == ASK_NEAR)
		return arena_printf(questions->arena,
			"`%s` is never met, though %zu articles have both sides%s", question->words,
			context, more);
	return arena_printf(questions->arena, "`%s` occurs in none of the %zu articles%s",
		question->words, probes_articles(questions->probes), more);
}

/* Sets what is told of a part that never matched. */
static int answer_never(
	const struct questions *questions, const struct question *question, struct finding *finding)
{
	const struct hint *hint = find_hint(questions, question);

	finding->found = words_of_never(questions, question, hint);
	finding->suggestion = hint ? hint->words : NULL;
	return finding->found ? 1 : -ENOMEM;
}

/* Sets what is told of a part that matched almost everything. */
static int answer_common(
	const struct questions *questions, const struct question *question, struct finding *finding)
{
	size_t count = probes_count(questions->probes, question->subject);
	size_t all = probes_articles(questions->probes);

	if (PERCENT * count < QUESTIONS_COMMON_PERCENT * all)
		return 0;
	finding->kind = "everything";
	finding->found = question->kind == ASK_QUERY
		? arena_printf(
			  questions->arena, "the query matches %zu of the %zu articles", count, all)
		: arena_printf(questions->arena, "`%s` occurs in %zu of the %zu articles",
			  question->words, count, all);
	return finding->found ? 1 : -ENOMEM;
}

static int answer_not(
	const struct questions *questions, const struct question *question, struct finding *finding)
{
	size_t context = probes_count(questions->probes, question->context);

	if (context == 0)
		return 0;
	finding->found = arena_printf(questions->arena,
		"`%s` removes all of the %zu articles that the rest matches", question->words,
		context);
	return finding->found ? 1 : -ENOMEM;
}

/* Returns whether there is something to tell, or -ENOMEM. */
static int answer(
	const struct questions *questions, const struct question *question, struct finding *finding)
{
	size_t count = probes_count(questions->probes, question->subject);
	size_t context = probes_count(questions->probes, question->context);

	/* What was no query by itself has no count. */
	if (question->subject == PROBE_NONE)
		return 0;
	switch (question->kind) {
	case ASK_TERM:
		return count == 0 ? answer_never(questions, question, finding) : 0;
	case ASK_REQUIRED:
		return count == 0 ? answer_never(questions, question, finding)
				  : answer_common(questions, question, finding);
	case ASK_QUERY:
		return answer_common(questions, question, finding);
	case ASK_NEAR:
		return count == 0 && context > 0 ? answer_never(questions, question, finding) : 0;
	case ASK_NOT:
		return count == 0 ? answer_not(questions, question, finding) : 0;
	default:
		return count > 0;
	}
}

int questions_answer(struct questions *questions, finding_fn fn, void *userdata)
{
	size_t articles = probes_articles(questions->probes);

	for (size_t i = 0; i < questions->count; i++) {
		const struct question *question = &questions->questions[i];
		struct finding finding = question->finding;
		bool is_form = question->kind == ASK_EVIDENCE;
		int r;

		/* Too few articles bear nothing out, so what the form says is told. */
		if (articles < QUESTIONS_ARTICLES_LEAST)
			r = is_form;
		else
			r = answer(questions, question, &finding);
		if (r > 0)
			r = fn(&finding, userdata);
		if (r != 0)
			return r;
	}
	return 0;
}
