#include "match/explanation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/array.h"
#include "base/utf8.h"
#include "match/match_scratch.h"
#include "match/matcher_build.h"
#include "match/query_lexer.h"
#include "match/token_atoms.h"

/* One of the article's texts as read, and where its tokens stand in it. */
struct read_text {
	struct match_text text;
	uint32_t position; /* of its first token */
	uint32_t count;
	size_t first; /* of its tokens in the extents */
};

/* Bytes [begin, end) of a text. */
struct token_extent {
	uint32_t begin;
	uint32_t end;
};

struct explanation {
	struct matcher index; /* a program for each node of the query, in preorder */
	struct match_scratch *scratch;
	const struct article *article;
	struct arena *arena;
	struct read_text *texts;
	size_t text_count;
	size_t text_size;
	struct token_extent *extents;
	size_t extent_count;
	size_t extent_size;
	uint32_t position;
	size_t next_program;
};

static void explanation_clear(struct explanation *explanation)
{
	index_clear(&explanation->index);
	free(explanation->texts);
	free(explanation->extents);
}

static int keep_extents(struct explanation *explanation, const struct token_list *tokens)
{
	int r;

	r = array_reserve((void **)&explanation->extents, &explanation->extent_size,
		explanation->extent_count + tokens->count, sizeof(*explanation->extents));
	if (r < 0)
		return r;
	for (size_t i = 0; i < tokens->count; i++)
		explanation->extents[explanation->extent_count++] =
			(struct token_extent){tokens->tokens[i].begin, tokens->tokens[i].end};
	return 0;
}

static int read_text(void *userdata, const struct match_text *text)
{
	struct explanation *explanation = userdata;
	struct match_scratch *scratch = explanation->scratch;
	struct token_list tokens;
	int r;

	r = array_grow((void **)&explanation->texts, &explanation->text_size,
		explanation->text_count, sizeof(*explanation->texts));
	if (r >= 0)
		r = tokenizer_run(scratch->tokenizer, text->text, strlen(text->text),
			field_token_options(text->field) | TOKENS_OFFSETS, &tokens, NULL);
	if (r < 0)
		return r;
	explanation->texts[explanation->text_count++] = (struct read_text){
		.text = *text,
		.position = explanation->position,
		.count = (uint32_t)tokens.count,
		.first = explanation->extent_count,
	};
	r = keep_extents(explanation, &tokens);
	if (r >= 0)
		r = find_leaves(
			&explanation->index, scratch, &tokens, text->field, explanation->position);
	explanation->position += (uint32_t)tokens.count + POSITION_GAP;
	return r;
}

/* Where a span of positions lies; positions rise with the texts. */
static struct explained_place place_of(const struct explanation *explanation, struct span span)
{
	const struct read_text *text = explanation->texts;
	const struct token_extent *extents;

	while (span.start >= text->position + text->count)
		text++;
	extents = explanation->extents + text->first;
	return (struct explained_place){
		.field = (enum query_field)text->text.field,
		.text = text->text.text,
		.begin = extents[span.start - text->position].begin,
		.end = extents[span.end - text->position - 1].end,
	};
}

/* Sets the places of a node that has spans: of terms, and ORs and NEARs of them. */
static int set_places(
	const struct explanation *explanation, const uint32_t *program, struct explained_node *node)
{
	struct occurrences *found = &explanation->scratch->found;
	const struct span *spans;
	size_t count;
	int r;

	r = program_spans(found, &explanation->index, program, &spans, &count);
	if (r < 0)
		return r;
	if (count > EXPLAINED_PLACES_MAX)
		count = EXPLAINED_PLACES_MAX;
	node->places = arena_array(explanation->arena, count, sizeof(*node->places));
	if (!node->places)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		node->places[i] = place_of(explanation, spans[i]);
	node->place_count = count;
	return 0;
}

static int judge_regex(void *userdata, const struct regex_leaf *leaf)
{
	struct explanation *explanation = userdata;

	return scratch_match_regex(
		explanation->scratch, leaf->regex, explanation->article, leaf->fields);
}

/* Explains a node and those below it, in the order in which their programs were added. */
static int explain_node(struct explanation *explanation, const struct query_node *query,
	struct explained_node *node)
{
	const struct matcher *index = &explanation->index;
	const uint32_t *program = index->code + index->programs[explanation->next_program++];
	const struct regex_judge judge = {judge_regex, explanation};
	int r;

	r = program_run(&explanation->scratch->found, index, &judge, program);
	if (r < 0)
		return r;
	node->node = query;
	node->verdict = r > 0;
	r = node->verdict ? set_places(explanation, program, node) : 0;
	if (r < 0)
		return r;
	node->children =
		arena_array(explanation->arena, query->child_count, sizeof(*node->children));
	if (!node->children)
		return -ENOMEM;
	for (size_t i = 0; i < query->child_count && r >= 0; i++)
		r = explain_node(explanation, query->children[i], &node->children[i]);
	return r;
}

static int build_index(struct explanation *explanation, const struct query_node *query)
{
	_cleanup_(index_builder_freep) struct index_builder *builder = NULL;
	int r;

	r = index_builder_new(&explanation->index, &builder);
	if (r >= 0)
		r = index_builder_add_nodes(builder, query);
	if (r >= 0)
		r = index_builder_finish(builder);
	return r < 0 ? r : index_layout(&explanation->index, true);
}

static int parse(struct match_scratch *scratch, const struct topic *topic, struct arena *arena,
	struct query_node **ret, struct query_error *ret_error)
{
	const struct query_options options = {
		.stem = topic->stem != NULL,
		.regex = topic->regex,
		.lists = topic->lists,
	};
	int r;

	if (!scratch->parser) {
		r = query_parser_new(&scratch->parser);
		if (r < 0)
			return r;
	}
	return query_parser_run(
		scratch->parser, topic->query ? topic->query : "", &options, arena, ret, ret_error);
}

int explanation_run(struct match_scratch *scratch, const struct topic *topic,
	const struct article *article, struct arena *arena, struct explained_node **ret,
	struct query_error *ret_error)
{
	_cleanup_(explanation_clear) struct explanation explanation = {
		.scratch = scratch,
		.article = article,
		.arena = arena,
	};
	struct explained_node *root = arena_new_object(arena, struct explained_node);
	struct query_node *query;
	int r;

	if (!root)
		return -ENOMEM;
	r = parse(scratch, topic, arena, &query, ret_error);
	if (r >= 0)
		r = build_index(&explanation, query);
	if (r >= 0)
		r = occurrences_begin(&scratch->found, &explanation.index);
	if (r < 0)
		return r;
	r = article_texts(article, explanation.index.fields, read_text, &explanation);
	if (r >= 0)
		r = explain_node(&explanation, query, root);
	if (r < 0)
		return r;
	*ret = root;
	return 0;
}

/* The offset of a column of the query. */
static size_t column_offset(const char *query, size_t length, unsigned column)
{
	size_t i = 0;

	U8_FWD_N((const uint8_t *)query, i, length, column - 1);
	return i;
}

/* The first column of a node with the parentheses and fields of its first operands. */
static unsigned first_column(const struct query_node *node)
{
	unsigned first = node->column;

	while (node->child_count > 0) {
		node = node->children[0];
		if (node->open > 0 && node->open < first)
			first = node->open;
		if (node->prefix > 0 && node->prefix < first)
			first = node->prefix;
	}
	return first;
}

/* Moves the end of query[start, end) behind the parentheses that are open there. */
static size_t closed_end(const char *query, size_t length, size_t start, size_t end)
{
	bool quoted = false;
	int open = 0;
	size_t i = start;

	while (i < length && (i < end || open > 0)) {
		UChar32 c;

		U8_NEXT((const uint8_t *)query, i, length, c);
		if (lexer_is_quote((uint32_t)c))
			quoted = !quoted;
		else if (!quoted)
			open += (c == '(') - (c == ')');
	}
	return i;
}

const char *explanation_words(const char *query, const struct query_node *node, struct arena *arena)
{
	size_t length = strlen(query);
	size_t start;
	size_t end;

	if (node->words)
		return node->words;
	start = column_offset(query, length, first_column(node));
	end = column_offset(query, length, node->end);
	if (node->child_count > 0)
		end = closed_end(query, length, start, end);
	return arena_copy(arena, query + start, end - start);
}

/* Where the snippet begins: at a word, about a third of its room before the place. */
static size_t snippet_start(const char *text, size_t begin, size_t room)
{
	size_t start = begin > room ? begin - room : 0;

	if (start == 0)
		return 0;
	while (start < begin && text[start] != ' ' && text[start] != '\n')
		start++;
	while (start < begin && (text[start] == ' ' || text[start] == '\n'))
		start++;
	return start;
}

const char *explanation_snippet(const struct explained_place *place, struct arena *arena)
{
	const size_t room = SNIPPET_BYTES - sizeof("\xC2\xAB\xC2\xBB");
	size_t length = strlen(place->text);
	size_t marked = place->end - place->begin;
	size_t start;
	size_t end;
	char *snippet;

	/* A place that is longer than a snippet (NEAR reaches far) is cut at its end. */
	if (marked > room)
		marked = utf8_cut_word(place->text + place->begin, marked, room);
	start = snippet_start(place->text, place->begin, (room - marked) / 3);
	end = start + utf8_cut_word(place->text + start, length - start, room);
	if (end < place->begin + marked)
		end = place->begin + marked;
	snippet = arena_printf(arena, "%.*s\xC2\xAB%.*s\xC2\xBB%.*s", (int)(place->begin - start),
		place->text + start, (int)marked, place->text + place->begin,
		(int)(end - place->begin - marked), place->text + place->begin + marked);
	for (char *c = snippet; c && *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	return snippet;
}

/* Whether the match has a span of the same words in the same field. */
static bool has_span(const struct match *match, const char *term, const char *field)
{
	for (size_t i = 0; i < match->span_count; i++)
		if (strcmp(match->spans[i].term, term) == 0 &&
			strcmp(match->spans[i].field, field) == 0)
			return true;
	return false;
}

static int add_spans(const char *query, const struct explained_node *node, struct arena *arena,
	struct match *match)
{
	const char *words = explanation_words(query, node->node, arena);

	if (!words)
		return -ENOMEM;
	for (size_t i = 0; i < node->place_count && match->span_count < MATCH_SPANS_MAX; i++) {
		const char *field = query_field_name(node->places[i].field);
		struct match_span *span = &match->spans[match->span_count];

		if (has_span(match, words, field))
			continue;
		*span = (struct match_span){
			.term = words,
			.field = field,
			.snippet = explanation_snippet(&node->places[i], arena),
		};
		if (!span->snippet)
			return -ENOMEM;
		match->span_count++;
	}
	return 0;
}

/* Tells what makes the node true: terms, and a NEAR as a whole. */
static int collect_spans(const char *query, const struct explained_node *node, struct arena *arena,
	struct match *match)
{
	enum query_kind kind = node->node->kind;
	int r = 0;

	if (!node->verdict || kind == QUERY_NOT)
		return 0;
	if (kind == QUERY_TERM || kind == QUERY_NEAR)
		return add_spans(query, node, arena, match);
	for (size_t i = 0; i < node->node->child_count && r >= 0; i++)
		r = collect_spans(query, &node->children[i], arena, match);
	return r;
}

int matcher_explain(const struct matcher *matcher, struct match_scratch *scratch, size_t topic,
	const struct article *article, struct arena *arena, struct match *ret)
{
	struct match match = {.topic = topic};
	const struct topic *explained = &matcher->topics[topic];
	struct explained_node *root;
	struct query_error error;
	int r;

	r = explanation_run(scratch, explained, article, arena, &root, &error);
	if (r < 0)
		return r;
	r = collect_spans(explained->query, root, arena, &match);
	if (r < 0)
		return r;
	*ret = match;
	return 0;
}
