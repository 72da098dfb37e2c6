#include "unit/dedup/stories.h"

#include <stdio.h>

#include "dedup/candidates.h"

enum {
	TEXT_MAX = 16384,
	SENTENCE_WORDS = 10,
	COMMON_STORIES = 30, /* in so many a name leads to none of them */
	SHARERS = 600,       /* more than CANDIDATES_MAX */
	RICH_WORDS = 1590,   /* of which pairs and words are more than FEATURES_ASKED */
};

/* A text of words that no other has. */
struct text {
	char bytes[TEXT_MAX];
	size_t length;
	unsigned words;
};

static void add_word(struct text *text, const char *word)
{
	bool ends = ++text->words % SENTENCE_WORDS == 0;

	text->length += (size_t)snprintf(text->bytes + text->length, TEXT_MAX - text->length,
		"%s%s", word, ends ? ".\n" : " ");
	assert_true(text->length < TEXT_MAX);
}

/* A word of its own for each first letter and number below 17,576. */
static void add_numbered_word(struct text *text, char first, unsigned number)
{
	const char word[] = {first, (char)('a' + number % 26), (char)('a' + number / 26 % 26),
		(char)('a' + number / 676 % 26), 'x', 'o', '\0'};

	add_word(text, word);
}

static void add_own_words(struct text *text, unsigned *next, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_numbered_word(text, 'q', (*next)++);
}

/* Stories that have one of the names each, and no other word in common. */
static void make_names_common(struct shelf *shelf, unsigned *next)
{
	for (size_t i = 0; i < COMMON_STORIES; i++) {
		struct text text = {0};

		add_own_words(&text, next, 5);
		add_word(&text, i % 2 ? "Quartermaine" : "Zebulon");
		add_own_words(&text, next, 24);
		(void)shelf_add(shelf, NULL, text.bytes);
		text = (struct text){0};
		add_own_words(&text, next, 5);
		add_word(&text, i % 2 ? "Zebulon" : "Quartermaine");
		add_own_words(&text, next, 24);
		(void)shelf_add(shelf, NULL, text.bytes);
	}
}

/* A long article with both names, if it is to have them, and one word that it has above all others.
 */
static void add_long_article(struct shelf *shelf, unsigned *next, bool names)
{
	struct text text = {0};

	for (size_t i = 0; i < 8; i++) {
		add_own_words(&text, next, 3);
		if (names && i == 0) {
			add_word(&text, "Zebulon");
			add_word(&text, "Quartermaine");
		}
		add_own_words(&text, next, 12);
		add_word(&text, "palimpsest");
	}
	(void)shelf_add(shelf, NULL, text.bytes);
}

/* What a brief article has in common with long ones, and with how many of these it is compared. */
struct brief_case {
	size_t long_articles;
	bool names; /* side by side, in all of them */
	bool word;
	size_t compared;
};

static void add_brief_article(struct shelf *shelf, unsigned *next, const struct brief_case *brief)
{
	struct text text = {0};

	add_own_words(&text, next, 4);
	if (brief->names) {
		add_word(&text, "Zebulon");
		add_word(&text, "Quartermaine");
	}
	add_own_words(&text, next, 12);
	if (brief->word)
		add_word(&text, "palimpsest");
	add_own_words(&text, next, 20);
	(void)shelf_add(shelf, NULL, text.bytes);
}

static void check_brief(const struct brief_case *brief)
{
	struct shelf shelf;
	unsigned next = 0;
	size_t before;

	shelf_open(&shelf);
	make_names_common(&shelf, &next);
	for (size_t i = 0; i < brief->long_articles; i++)
		add_long_article(&shelf, &next, brief->names);
	before = shelf.loads;
	add_brief_article(&shelf, &next, brief);
	assert_int_equal(shelf.loads - before, brief->compared);
	shelf_close(&shelf);
}

static void test_brief_article_is_not_compared_for_a_pair_of_names_alone(void **state)
{
	(void)state;
	check_brief(&(struct brief_case){.long_articles = 1, .names = true, .compared = 0});
}

static void test_brief_article_is_compared_for_a_rare_word(void **state)
{
	(void)state;
	check_brief(&(struct brief_case){
		.long_articles = 1, .names = true, .word = true, .compared = 1});
	check_brief(&(struct brief_case){.long_articles = 1, .word = true, .compared = 1});
}

/* Two stories: it is worth 0.3 to each; three: 0.2. */
static void test_brief_article_is_compared_for_a_rare_word_of_two_stories_not_of_three(void **state)
{
	(void)state;
	check_brief(&(struct brief_case){.long_articles = 2, .word = true, .compared = 2});
	check_brief(&(struct brief_case){.long_articles = 3, .word = true, .compared = 0});
}

/* An article that shares a rare word, and nothing else, with a long one. */
static void add_sharer(struct shelf *shelf, unsigned *next, unsigned number)
{
	struct text text = {0};

	for (size_t i = 0; i < 4; i++) {
		add_own_words(&text, next, 4);
		add_numbered_word(&text, 'r', number);
	}
	assert_int_equal(shelf_add(shelf, NULL, text.bytes).story, 0);
}

static void test_copy_is_found_among_more_candidates_than_are_counted(void **state)
{
	struct shelf shelf;
	struct text text = {0};
	struct verdict verdict;
	unsigned next = 0;

	(void)state;
	shelf_open(&shelf);
	for (unsigned i = 0; i < SHARERS; i++) {
		add_numbered_word(&text, 'r', i);
		if (i % 3 == 0)
			add_own_words(&text, &next, 1);
	}
	(void)shelf_add(&shelf, NULL, text.bytes);
	for (unsigned i = 0; i < SHARERS; i++)
		add_sharer(&shelf, &next, i);
	verdict = shelf_add(&shelf, NULL, text.bytes);
	assert_int_equal(verdict.of, 1);
	assert_int_equal(verdict.relation, RELATION_COPY);
	shelf_close(&shelf);
}

/* Every second word is a name that stands there once: each makes a pair with both before it. */
static void make_rich_text(struct text *text)
{
	for (unsigned i = 0; i < RICH_WORDS; i++)
		add_numbered_word(text, i % 2 == 0 ? 'q' : 'Z', i);
}

static size_t features_asked_of(const char *text)
{
	const struct article article = {.text = text};
	struct reader reader;
	struct text_features features;
	struct asked_feature asked[FEATURES_ASKED];
	_cleanup_(commonness_freep) struct commonness *commonness = NULL;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct fingerprint *fingerprint;

	assert_int_equal(commonness_new(&commonness), 0);
	assert_int_equal(arena_new((size_t)4 * 1024 * 1024, &arena), 0);
	assert_int_equal(fingerprint_make(&article, arena, &fingerprint), 0);
	reader_open(&reader, fingerprint, commonness, 0);
	reader_index(&reader);
	features_read(&reader, &features);
	assert_true(reader.pair_count + reader.vocabulary.count > FEATURES_ASKED);
	return features_ask(&reader, &features, commonness, &asked);
}

static void test_copy_is_found_of_an_article_with_more_features_than_are_asked(void **state)
{
	struct shelf shelf;
	struct text text = {0};
	struct verdict verdict;

	(void)state;
	make_rich_text(&text);
	assert_int_equal(features_asked_of(text.bytes), FEATURES_ASKED);
	shelf_open(&shelf);
	(void)shelf_add(&shelf, NULL, text.bytes);
	verdict = shelf_add(&shelf, NULL, text.bytes);
	assert_int_equal(verdict.of, 1);
	assert_int_equal(verdict.relation, RELATION_COPY);
	shelf_close(&shelf);
}

static void test_feature_of_many_stories_is_worth_less_and_a_word_not_so_soon(void **state)
{
	(void)state;
	for (size_t stories = 1; stories < 5; stories++)
		for (unsigned kind = FEATURE_PAIR; kind <= FEATURE_SENTENCE; kind++)
			assert_true(
				feature_worth(kind, stories + 1) < feature_worth(kind, stories));
	assert_true(feature_worth(FEATURE_WORD, 1) < feature_worth(FEATURE_PAIR, 1));
	assert_true(feature_worth(FEATURE_WORD, 2) > feature_worth(FEATURE_PAIR, 2));
}

static void test_each_shingle_is_of_its_own_words_alone(void **state)
{
	const uint32_t codes[] = {WORD_NAME << WORD_IDENTITY_BITS | 7, 4000000, 0, 3, 3, 1};
	const struct sentence sentence = {.count = ARRAY_SIZE(codes)};
	uint32_t hash = shingle_start(&sentence, codes, 3);

	(void)state;
	for (size_t i = 0; i + 3 <= ARRAY_SIZE(codes); i++) {
		uint32_t alone = shingle_start(&sentence, codes + i, 3);
		uint32_t words = 0;

		for (size_t k = 0; k < 3; k++)
			words = word_roll(words, codes[i + k]);
		assert_int_equal(shingle_next(&hash, codes + i, 3), shingle_end(words));
		assert_int_equal(shingle_next(&alone, codes + i, 3), shingle_end(words));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brief_article_is_not_compared_for_a_pair_of_names_alone),
		cmocka_unit_test(test_brief_article_is_compared_for_a_rare_word),
		cmocka_unit_test(
			test_brief_article_is_compared_for_a_rare_word_of_two_stories_not_of_three),
		cmocka_unit_test(test_copy_is_found_among_more_candidates_than_are_counted),
		cmocka_unit_test(
			test_copy_is_found_of_an_article_with_more_features_than_are_asked),
		cmocka_unit_test(test_feature_of_many_stories_is_worth_less_and_a_word_not_so_soon),
		cmocka_unit_test(test_each_shingle_is_of_its_own_words_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
