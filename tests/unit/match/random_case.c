#include "unit/match/random_case.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "match/explanation.h"
#include "match/matcher.h"
#include "match/query_parser.h"
#include "unit/match/reference.h"

enum {
	TOPICS = 12,
	ARTICLES = 4,
	QUERY_BYTES_MAX = 4096,
	ARENA_BYTES_MAX = 16 * 1024 * 1024,
	DEPTH = 3,
	WORDS_MAX = 40,
};

static const char *const words[] = {"a", "b", "c", "aa", "ab", "abc", "abcdefghij", "abcdefghijk",
	"iran", "Iran", "IRAN", "US", "U.S.", "U.S", "us", "AT&T", "R&D", "C++", "C#", "#iran",
	"@iran", "$5bn", "7%", "covid-19", "1,000", "1000", "1.5m", "v2.0", "na\xC3\xAFve", "naive",
	"M\xC3\xBCller", "stra\xC3\x9F", "strass", "\xE6\x9D\xB1\xE4\xBA\xAC", "\xE4\xBA\xAC",
	"Kim's", "Kim\xE2\x80\x99s", "kim", "O'Brien", "o", "brien", "run", "runs", "running",
	"J.P.", "e.g.", "\xC4\xB0zmir", "izmir", "\xC2\xA3x", "50", "x", "the", "of", "the of"};

static const char *const separators[] = {" ", " ", " ", " ", ", ", ". ", "-", "'", ".", "&", "\n",
	"'s ", " \xE2\x80\x94 ", "&amp;", "\xC2\xAD", "\xCC\x81 ", "_", "", ",", " \xE2\x82\xAC",
	"+ ", "# ", "&#8217;s ", "\xE3\x80\x80"};

unsigned dice_roll(struct dice *dice, unsigned sides)
{
	if (dice->seed) {
		/* xorshift64* */
		dice->seed ^= dice->seed >> 12;
		dice->seed ^= dice->seed << 25;
		dice->seed ^= dice->seed >> 27;
		return (unsigned)((dice->seed * UINT64_C(0x2545F4914F6CDD1D)) >> 33) % sides;
	}
	if (dice->count == 0)
		return 0;
	dice->count--;
	return *dice->bytes++ % sides;
}

static const char *word(struct dice *dice)
{
	/* The first few are short and common. */
	return words[dice_roll(dice, dice_roll(dice, 2) ? 12 : ARRAY_SIZE(words))];
}

static void random_phrase(struct dice *dice, struct buffer *buffer)
{
	unsigned count = 1 + dice_roll(dice, 3);

	(void)buffer_add_string(buffer, "\"");
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			(void)buffer_add_string(buffer, " ");
		(void)buffer_add_string(buffer, word(dice));
		if (dice_roll(dice, 8) == 0)
			(void)buffer_add_string(buffer, "*");
	}
	(void)buffer_add_string(buffer, "\"");
}

static void random_wildcard(struct dice *dice, struct buffer *buffer)
{
	static const char *const wildcards[] = {"ab*", "abc*", "a?c", "abcdefgh*", "abcdefghi*",
		"ir?n", "=Ir*", "i??n", "na?ve", "run*", "a?", "kim*", "at&*", "m?l*", "str*"};

	(void)buffer_add_string(buffer, wildcards[dice_roll(dice, ARRAY_SIZE(wildcards))]);
}

static void random_group(struct dice *dice, struct buffer *buffer, int depth, bool operand)
{
	(void)buffer_add_string(buffer, "(");
	if (operand) {
		unsigned count = 1 + dice_roll(dice, 3);

		for (unsigned i = 0; i < count; i++) {
			(void)buffer_add_string(buffer, i > 0 ? " OR " : "");
			(void)buffer_add_string(buffer, word(dice));
			if (dice_roll(dice, 6) == 0)
				(void)buffer_printf(
					buffer, " NEAR/%u %s", dice_roll(dice, 4), word(dice));
		}
	} else {
		random_query(dice, buffer, depth - 1);
	}
	(void)buffer_add_string(buffer, ")");
}

static void random_basic(struct dice *dice, struct buffer *buffer, int depth, bool operand)
{
	switch (dice_roll(dice, 12)) {
	case 0:
		random_phrase(dice, buffer);
		break;
	case 1:
		(void)buffer_printf(buffer, "=%s", word(dice));
		break;
	case 2:
		random_wildcard(dice, buffer);
		break;
	case 3:
		(void)buffer_printf(buffer, "ATLEAST/%u", 1 + dice_roll(dice, 3));
		random_group(dice, buffer, 0, true);
		break;
	case 4:
	case 5:
		if (depth > 0 || operand) {
			random_group(dice, buffer, depth, operand);
			break;
		}
		/* fall through */
	default:
		(void)buffer_add_string(buffer, word(dice));
	}
}

static void random_near(struct dice *dice, struct buffer *buffer, int depth)
{
	static const char *const fields[] = {
		"title:", "body:", "author:", "url:", "source:", "lang:", "category:", "Title:"};
	bool near = dice_roll(dice, 4) == 0;

	if (!near && dice_roll(dice, 8) == 0)
		(void)buffer_add_string(buffer, fields[dice_roll(dice, ARRAY_SIZE(fields))]);
	random_basic(dice, buffer, depth, near);
	/* Dice without bytes left always fall on 0: what hangs on them is counted. */
	for (unsigned count = near ? 1 + dice_roll(dice, 3) : 0; count > 0; count--) {
		(void)buffer_printf(buffer, " %s/%u ", dice_roll(dice, 3) ? "NEAR" : "ONEAR",
			dice_roll(dice, 6));
		random_basic(dice, buffer, depth, true);
	}
}

void random_query(struct dice *dice, struct buffer *buffer, int depth)
{
	unsigned count = 1 + dice_roll(dice, 4);

	for (unsigned i = 0; i < count; i++) {
		static const char *const operators[] = {
			" ", " AND ", " OR ", " OR ", " NOT ", " -"};

		if (i > 0)
			(void)buffer_add_string(
				buffer, operators[dice_roll(dice, ARRAY_SIZE(operators))]);
		else if (dice_roll(dice, 12) == 0)
			(void)buffer_add_string(buffer, "NOT ");
		random_near(dice, buffer, depth);
	}
}

static const char *random_text(struct dice *dice, struct arena *arena, unsigned words_max)
{
	struct buffer buffer = BUFFER_INIT(QUERY_BYTES_MAX);
	unsigned count = dice_roll(dice, words_max + 1);
	const char *text;

	if (count == 0 && dice_roll(dice, 2))
		return NULL;
	for (unsigned i = 0; i < count; i++) {
		(void)buffer_add_string(&buffer, word(dice));
		(void)buffer_add_string(
			&buffer, separators[dice_roll(dice, ARRAY_SIZE(separators))]);
	}
	text = arena_strdup(arena, buffer_string(&buffer));
	buffer_free(&buffer);
	return text;
}

struct article random_article(struct dice *dice, struct arena *arena)
{
	static const char *const languages[] = {"en", "en-GB", "EN_us", "a", "iran-a", NULL};
	struct article article = {.id = "x"};

	article.title = random_text(dice, arena, 8);
	article.text = random_text(dice, arena, WORDS_MAX);
	article.author = random_text(dice, arena, 3);
	article.url = random_text(dice, arena, 6);
	article.source = random_text(dice, arena, 3);
	article.language = languages[dice_roll(dice, ARRAY_SIZE(languages))];
	article.categories = arena_array(arena, 2, sizeof(*article.categories));
	for (unsigned i = dice_roll(dice, 3); i > 0; i--) {
		const char *category = random_text(dice, arena, 3);

		if (category)
			article.categories[article.category_count++] = category;
	}
	return article;
}

/* What one comparison works with. */
struct bench {
	struct arena *arena;
	struct query_parser *parser;
	struct match_scratch *scratch;
	struct reference reference;
	struct topic topics[TOPICS];
	struct query_node *queries[TOPICS];
	size_t count;
};

static void bench_clear(struct bench *bench)
{
	arena_free(bench->arena);
	query_parser_free(bench->parser);
	match_scratch_free(bench->scratch);
	reference_clear(&bench->reference);
}

static int add_topic(struct dice *dice, struct bench *bench)
{
	struct buffer buffer = BUFFER_INIT(QUERY_BYTES_MAX);
	struct query_options options = {.stem = dice_roll(dice, 4) == 0};
	struct query_error error;
	const char *query;
	int r;

	random_query(dice, &buffer, DEPTH);
	query = arena_strdup(bench->arena, buffer_string(&buffer));
	buffer_free(&buffer);
	if (!query)
		return -ENOMEM;
	r = query_parser_run(bench->parser, query, &options, bench->arena,
		&bench->queries[bench->count], &error);
	if (r == -EINVAL)
		return 0;
	bench->topics[bench->count++] = (struct topic){
		.name = "t", .query = query, .stem = options.stem ? "english" : NULL};
	return r;
}

static int compare(
	struct bench *bench, const struct matcher *matcher, const struct article *article)
{
	bool matched[TOPICS] = {false};
	struct explained_node *root;
	struct query_error error;
	const uint32_t *topics;
	size_t count;
	int r;

	r = matcher_run(matcher, bench->scratch, article, &topics, &count);
	for (size_t i = 0; i < count && r >= 0; i++)
		matched[topics[i]] = true;
	for (size_t i = 0; i < bench->count && r >= 0; i++) {
		bool expected = reference_matches(&bench->reference, bench->queries[i], article);

		r = explanation_run(
			bench->scratch, &bench->topics[i], article, bench->arena, &root, &error);
		if (r >= 0 && expected == matched[i] && expected == root->verdict)
			continue;
		printf("%s (stem %d): reference %d, matcher %d, explanation %d\n  title: %s\n  "
		       "body: %s\n",
			bench->topics[i].query, bench->topics[i].stem != NULL, expected, matched[i],
			r < 0 ? r : root->verdict, article->title, article->text);
		return -EINVAL;
	}
	return r;
}

int random_case_run(struct dice *dice)
{
	_cleanup_(bench_clear) struct bench bench = {0};
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	struct matcher_errors errors = {0};
	int r;

	r = reference_init(&bench.reference);
	if (r >= 0)
		r = arena_new(ARENA_BYTES_MAX, &bench.arena);
	if (r >= 0)
		r = query_parser_new(&bench.parser);
	if (r >= 0)
		r = match_scratch_new(&bench.scratch);
	for (unsigned i = 0; i < TOPICS && r >= 0; i++)
		r = add_topic(dice, &bench);
	if (r >= 0)
		r = matcher_new(bench.topics, bench.count, &matcher, &errors);
	matcher_errors_clear(&errors);
	for (unsigned i = 0; i < ARTICLES && r >= 0; i++) {
		struct article article = random_article(dice, bench.arena);

		r = compare(&bench, matcher, &article);
	}
	return r < 0 ? r : (int)(ARTICLES * bench.count);
}
