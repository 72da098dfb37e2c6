/* What operators join: words, phrases, regular expressions, groups, and what stands before them. */
#include <errno.h>
#include <string.h>

#include "match/query_check.h"
#include "match/query_list.h"
#include "match/query_run.h"

/* Reads the boost whose `^` is at `at`; it must reach to the end of the word. */
static int read_boost(struct query_run *run, size_t at)
{
	size_t end = lexer_boost_end(&run->lexer, at + 1);

	if (end == at + 1 || end != lexer_word_end(&run->lexer, end))
		return query_run_refuse(
			run, at, "a number should follow the `^`, as in term^2 or term^1.5");
	run->lexer.at = end;
	return 0;
}

static int skip_boost(struct query_run *run)
{
	return lexer_peek(&run->lexer) == LEX_BOOST ? read_boost(run, run->lexer.at) : 0;
}

/* Makes a term of [start, end). */
static int term_node(struct query_run *run, size_t start, size_t end, bool phrase, bool exact,
	struct query_node **ret)
{
	struct query_node *node = query_run_node(run, QUERY_TERM, start);
	enum query_mode mode = exact ? MODE_EXACT : MODE_FOLDED;
	const struct query_source source = {run->lexer.chars, start, end, phrase};

	if (!node)
		return -ENOMEM;
	if (run->options->stem && !phrase && !exact)
		mode = MODE_STEMMED;
	node->fields = run->fields ? run->fields : FIELD_DEFAULT;
	*ret = node;
	return query_words_read(run->words, &source, mode, run->arena, node, run->error);
}

static int parse_word(struct query_run *run, bool exact, struct query_node **ret)
{
	size_t start = run->lexer.at;
	size_t end = lexer_word_end(&run->lexer, start);
	size_t boost = start;
	int r;

	while (boost < end && run->lexer.chars[boost] != '^')
		boost++;
	run->lexer.at = boost;
	if (boost < end) {
		r = read_boost(run, boost);
		if (r < 0)
			return r;
	}
	r = term_node(run, start, boost, false, exact, ret);
	if (r < 0)
		return r;
	(*ret)->end = (unsigned)boost + 1;
	return 0;
}

static int parse_phrase(struct query_run *run, bool exact, struct query_node **ret)
{
	size_t quote = run->lexer.at;
	size_t end = quote + 1;
	int r;

	while (end < run->lexer.count && !lexer_is_quote(run->lexer.chars[end]))
		end++;
	if (end == run->lexer.count)
		return query_run_refuse(
			run, quote, "this quotation mark is not closed; add a \" at the end");
	r = term_node(run, quote + 1, end, true, exact, ret);
	if (r < 0)
		return r;
	(*ret)->column = (unsigned)quote + 1;
	(*ret)->end = (unsigned)end + 2;
	run->lexer.at = end + 1;
	return 0;
}

static int parse_exact(struct query_run *run, struct query_node **ret)
{
	size_t at = run->lexer.at++;
	int r;

	if (run->lexer.at == run->lexer.count || lexer_is_space(run->lexer.chars[run->lexer.at]) ||
		run->lexer.chars[run->lexer.at] == '(' || run->lexer.chars[run->lexer.at] == ')')
		return query_run_refuse(
			run, at, "a word or phrase should follow the `=`, as in =SEC");
	r = lexer_is_quote(run->lexer.chars[run->lexer.at]) ? parse_phrase(run, true, ret)
							    : parse_word(run, true, ret);
	if (r < 0)
		return r;
	(*ret)->column = (unsigned)at + 1;
	return 0;
}

/* The expression between "(" at `open`, which was read, and its ")". */
static int parse_inside(struct query_run *run, size_t open, struct query_node **ret)
{
	enum lexeme lexeme = lexer_peek(&run->lexer);
	int r;

	if (++run->depth > QUERY_DEPTH_MAX)
		return query_run_refuse(run, open, "parentheses nest too deeply; 100 are allowed");
	if (lexeme == LEX_CLOSE)
		return query_run_refuse(run, open, "there is nothing between these parentheses");
	if (lexeme == LEX_END)
		return query_run_refuse(run, open, "this parenthesis is not closed; add a `)`");
	r = query_run_or(run, ret);
	if (r < 0)
		return r;
	if (lexer_peek(&run->lexer) != LEX_CLOSE)
		return query_run_refuse(run, open, "this parenthesis is not closed; add a `)`");
	run->lexer.at++;
	run->depth--;
	if ((*ret)->open == 0)
		(*ret)->open = (unsigned)open + 1;
	return 0;
}

static int parse_group(struct query_run *run, struct query_node **ret)
{
	size_t open = run->lexer.at++;

	return parse_inside(run, open, ret);
}

static int parse_atleast(struct query_run *run, struct query_node **ret)
{
	size_t at = run->lexer.at;
	size_t end = lexer_word_end(&run->lexer, at);
	int number = lexer_number(&run->lexer, at + strlen("ATLEAST/"), end, QUERY_ATLEAST_MAX);
	struct query_node *node;
	int r;

	run->lexer.at = end;
	if (number < 1 || lexer_peek(&run->lexer) != LEX_OPEN)
		return query_run_refuse(run, at,
			"ATLEAST takes a number from 1 to 100 and a group, as in "
			"ATLEAST/3(word OR \"a phrase\")");
	node = query_run_unary(run, QUERY_ATLEAST, at, (unsigned)number);
	if (!node)
		return -ENOMEM;
	r = parse_group(run, &node->children[0]);
	if (r >= 0)
		r = query_run_check(run, node->children[0], true);
	node->end = (unsigned)run->lexer.at + 1;
	*ret = node;
	return r;
}

static int parse_regex(struct query_run *run, struct query_node **ret)
{
	size_t slash = run->lexer.at;
	size_t end = lexer_pattern_end(&run->lexer, slash + 1);
	struct query_node *node = query_run_node(run, QUERY_REGEX, slash);
	const struct query_source source = {run->lexer.chars, slash + 1, end, false};
	size_t flags;

	if (!run->options->regex)
		return query_run_refuse(run, slash,
			"regular expressions are off in this topic; set Regex=yes, or quote the "
			"word");
	if (end == run->lexer.count)
		return query_run_refuse(
			run, slash, "this regular expression is not closed; add a `/`");
	if (end == slash + 1)
		return query_run_refuse(run, slash, "this regular expression is empty");
	if (!node)
		return -ENOMEM;
	flags = end + 1;
	run->lexer.at = lexer_word_end(&run->lexer, flags);
	node->caseless = flags < run->lexer.at && run->lexer.chars[flags] == 'i';
	flags += node->caseless;
	if (flags < run->lexer.at)
		return query_run_refuse(
			run, flags, "the only flag of a regular expression is `i`: /.../i");
	node->fields = run->fields ? run->fields : FIELD_DEFAULT;
	node->end = (unsigned)run->lexer.at + 1;
	*ret = node;
	return query_words_regex(run->words, &source, run->arena, node, run->error);
}

static int parse_basic(struct query_run *run, struct query_node **ret)
{
	switch (lexer_peek(&run->lexer)) {
	case LEX_OPEN:
		return parse_group(run, ret);
	case LEX_QUOTE:
		return parse_phrase(run, false, ret);
	case LEX_EQUALS:
		return parse_exact(run, ret);
	case LEX_REGEX:
		return parse_regex(run, ret);
	case LEX_ATLEAST:
		return parse_atleast(run, ret);
	case LEX_BOOST:
		return query_run_refuse(
			run, run->lexer.at, "a `^` belongs behind a term, as in term^2");
	case LEX_CLOSE:
		return query_run_refuse(run, run->lexer.at, "there is no `(` for this parenthesis");
	case LEX_END:
		return query_run_refuse(run, 0, "the query is empty");
	case LEX_AND:
	case LEX_OR:
	case LEX_NEAR:
	case LEX_ONEAR:
		return query_run_refuse(run, run->lexer.at,
			"a term should stand before this operator; to search for the word itself, "
			"quote it");
	default:
		return parse_word(run, false, ret);
	}
}

static int parse_field(struct query_run *run, size_t colon, unsigned field, struct query_node **ret)
{
	size_t prefix = run->lexer.at;
	enum lexeme lexeme;
	int r;

	if (run->fields)
		return query_run_refuse(run, prefix, "a field cannot stand inside another field");
	run->lexer.at = colon + 1;
	if (run->lexer.at == run->lexer.count || lexer_is_space(run->lexer.chars[run->lexer.at]) ||
		run->lexer.chars[run->lexer.at] == '-')
		return query_run_refuse(run, prefix,
			"a term should follow the field at once, as in title:word; for a negation "
			"write -title:word");
	lexeme = lexer_peek(&run->lexer);
	if (!lexeme_begins_operand(lexeme) || lexeme == LEX_NOT)
		return query_run_refuse(
			run, prefix, "a term should follow the field, as in title:word");
	run->fields = field;
	r = query_run_operand(run, ret);
	run->fields = 0;
	if (r < 0)
		return r;
	(*ret)->prefix = (unsigned)prefix + 1;
	return 0;
}

static int refuse_field(struct query_run *run, size_t colon)
{
	const char *name = lexer_text(&run->lexer, run->lexer.at, colon, run->arena);

	if (!name)
		return -ENOMEM;
	return query_run_refuse(run, run->lexer.at, query_check_unknown_field(name, run->arena));
}

int query_run_operand(struct query_run *run, struct query_node **ret)
{
	size_t colon = 0;
	unsigned field = 0;
	int r;

	if (lexer_peek(&run->lexer) == LEX_WORD)
		colon = lexer_prefix_end(&run->lexer);
	if (colon > 0)
		field = lexer_field(&run->lexer, colon);
	if (field)
		return parse_field(run, colon, field, ret);
	if (colon == 0 || !lexer_is_unknown_field(&run->lexer, colon))
		r = parse_basic(run, ret);
	else if (query_list_is_meant(&run->lexer, colon))
		r = query_list_parse(run, colon, ret);
	else
		r = refuse_field(run, colon);
	return r < 0 ? r : skip_boost(run);
}
