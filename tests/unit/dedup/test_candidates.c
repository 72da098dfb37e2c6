#include "unit/dedup/stories.h"

#include <stdio.h>

#include "dedup/candidates.h"

enum {
	TEXT_MAX = 8192,
	SENTENCE_WORDS = 10,
	COMMON_STORIES = 30, /* in so many a name leads to none of them */
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

static void add_own_words(struct text *text, unsigned *next, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned number = (*next)++;
		const char word[] = {'q', (char)('a' + number % 26), (char)('a' + number / 26 % 26),
			(char)('a' + number / 676 % 26), 'x', 'o', '\0'};

		add_word(text, word);
	}
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

/* A long article with both names, and one word that it has above all others. */
static void add_long_article(struct shelf *shelf, unsigned *next)
{
	struct text text = {0};

	for (size_t i = 0; i < 8; i++) {
		add_own_words(&text, next, 3);
		if (i == 0) {
			add_word(&text, "Zebulon");
			add_word(&text, "Quartermaine");
		}
		add_own_words(&text, next, 12);
		add_word(&text, "palimpsest");
	}
	(void)shelf_add(shelf, NULL, text.bytes);
}

/* How many articles a brief one is compared with that has the names side by side. */
static size_t compared_with(struct shelf *shelf, unsigned *next, const char *word)
{
	struct text text = {0};
	size_t before = shelf->loads;

	add_own_words(&text, next, 4);
	add_word(&text, "Zebulon");
	add_word(&text, "Quartermaine");
	add_own_words(&text, next, 12);
	if (word)
		add_word(&text, word);
	add_own_words(&text, next, 20);
	(void)shelf_add(shelf, NULL, text.bytes);
	return shelf->loads - before;
}

static void test_brief_article_is_not_compared_for_a_pair_of_names_alone(void **state)
{
	struct shelf shelf;
	unsigned next = 0;

	(void)state;
	shelf_open(&shelf);
	make_names_common(&shelf, &next);
	add_long_article(&shelf, &next);
	assert_int_equal(compared_with(&shelf, &next, NULL), 0);
	shelf_close(&shelf);
}

static void test_brief_article_is_compared_for_a_rare_word(void **state)
{
	struct shelf shelf;
	unsigned next = 0;

	(void)state;
	shelf_open(&shelf);
	make_names_common(&shelf, &next);
	add_long_article(&shelf, &next);
	assert_int_equal(compared_with(&shelf, &next, "palimpsest"), 1);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brief_article_is_not_compared_for_a_pair_of_names_alone),
		cmocka_unit_test(test_brief_article_is_compared_for_a_rare_word),
		cmocka_unit_test(test_feature_of_many_stories_is_worth_less_and_a_word_not_so_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
