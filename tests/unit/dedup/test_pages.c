#include "unit/dedup/stories.h"

/* What pages are like that carry stories, or carry none (docs/STORIES.md). */

static const char verdict_of_court[] =
	"HALDEN, Norway (AP) - A court in Halden on Friday cleared the ferry captain Odd Brattli "
	"of "
	"all charges over the collision of May 2023.\n"
	"The judges found that the radar of the Skagerrak Star had failed 11 minutes before the "
	"ship "
	"hit the pier, injuring 37 passengers.\n"
	"\"I have slept badly for two years,\" Brattli said outside the courthouse.\n"
	"The prosecutor, Liv Aasen, had asked for 18 months in prison and said she would read the "
	"ruling before deciding on an appeal.\n"
	"The shipping line has since paid 42 million crowns in damages and replaced the equipment "
	"on "
	"its six ships.";

static void expect_copy(const char *title, const char *page)
{
	struct shelf shelf;
	struct verdict verdict;

	shelf_open(&shelf);
	(void)shelf_add(&shelf, "Captain cleared over Halden ferry crash", verdict_of_court);
	verdict = shelf_add(&shelf, title, page);
	assert_int_equal(verdict.story, 1);
	assert_int_equal(verdict.relation, RELATION_COPY);
	shelf_close(&shelf);
}

static char *put_together(const char *before, const char *after)
{
	char *page = NULL;

	assert_true(asprintf(&page, "%s%s%s", before, verdict_of_court, after) > 0);
	return page;
}

static void test_network_page_with_brand_and_other_headlines_joins(void **state)
{
	_cleanup_(freep) char *page = put_together(
		"Current:Home > NewsCaptain cleared over Halden ferry crash-TrendNova\n"
		"Captain cleared over Halden ferry crash\nViews\n"
		"Date:2024-11-02 08:15:00\n",
		"\nLike (3,214)\nRanking\nStorm Ulla leaves 9,000 homes dark\n"
		"What to know about the new tax on sugar\nActor Ben Folden dies at 71\n"
		"Mets beat Cubs 5-2 behind Alvarado's two homers\n");

	(void)state;
	expect_copy("Captain cleared over Halden ferry crash-TrendNova", page);
}

static void test_captions_and_tickers_count_for_nothing(void **state)
{
	_cleanup_(freep) char *page = put_together(
		"FILE - The harbour of Halden, Norway, is seen on March 3, 2022. (AP Photo/Nils "
		"Roe)\n"
		"OSEBX 1,402.11 +0.42% Brent 82.17 -1.03% EURNOK 11.71 +0.11% DAX 18,004 +0.30%\n",
		"\nOdd Brattli arrives at court on Friday. (Terje Moen/Scan via AP)\n"
		"Oslo 4 1 12 Bergen 7 5 31 Tromso -3 -9 8 Bodo 1 -2 22\n");

	(void)state;
	expect_copy("Captain cleared over Halden ferry crash", page);
}

static void test_lines_wrapped_anywhere_join(void **state)
{
	_cleanup_(freep) char *page = put_together("", "");
	size_t column = 0;

	(void)state;
	for (char *p = page; *p; p++) {
		column = *p == '\n' ? 0 : column + 1;
		if (*p == ' ' && column > 50) {
			*p = '\n';
			column = 0;
		}
	}
	expect_copy("Captain cleared over Halden ferry crash", page);
}

/* The next morning's report repeats the background, and is another. */
static void test_next_days_report_stays_apart(void **state)
{
	struct shelf shelf;

	(void)state;
	shelf_open(&shelf);
	(void)shelf_add(&shelf, "Captain cleared over Halden ferry crash", verdict_of_court);
	assert_int_equal(
		shelf_add(&shelf, "Norway's coast guard to get eight new pilot boats",
			"OSLO, Norway (AP) - The government will buy eight pilot boats for the "
			"coast "
			"guard, the fisheries minister, Tore Lunde, said on Saturday.\n"
			"The boats are to be built in Molde and cost 610 million crowns, with the "
			"first to be delivered in the autumn of 2026.\n"
			"Lunde said crews between Kristiansand and Halden had waited for them "
			"since "
			"2019, when two of the old ones were taken out of service.\n"
			"The opposition called the order late and too small for a coast of 2,500 "
			"kilometres.\n"
			"The shipping line has since paid 42 million crowns in damages and "
			"replaced "
			"the equipment on its six ships.")
			.relation,
		RELATION_NEW);
	shelf_close(&shelf);
}

/* Machine-made reports have each sentence in common, but for names and figures. */
static void test_stock_sentences_alone_join_nothing(void **state)
{
	static const char *const towns[] = {"Alnby", "Berfold", "Corwick", "Dunmere", "Elsham"};
	struct shelf shelf;
	char text[600];

	(void)state;
	shelf_open(&shelf);
	for (unsigned i = 0; i < 60; i++) {
		(void)snprintf(text, sizeof(text),
			"The town council of %s agreed on Monday to spend %u dollars on the "
			"library. "
			"Some %u people took part in the vote, %u percent more than last year. "
			"Trade unions had warned against the step for weeks. "
			"No reason was given for the delay, and the mayor of %s declined to "
			"comment.",
			towns[i % 5], 1000 + i * 7919 % 100000, 300 + i * 613 % 9000,
			2 + i * 31 % 90, towns[i * 3 / 5 % 5]);
		assert_int_equal(shelf_add(&shelf, "Council agrees on library", text).relation,
			RELATION_NEW);
	}
	/* The same with the same names and figures is one. */
	assert_int_equal(shelf_add(&shelf, "Council agrees on library", text).story, 60);
	shelf_close(&shelf);
}

/* Every sentence of it stands in all the company's announcements, but for what fills it in. */
static void announcement(unsigned number, char (*ret)[1000])
{
	static const char *const names[] = {"Agnes Corrigan", "Felix Dahlgren", "Irma Lindqvist",
		"Oscar Moreau", "Clara Nakata", "Howard Gallo", "Nora Birkdale"};
	static const char *const firms[] = {
		"Dynamo Health", "Everline Group", "Graphite Labs", "Fortuna Software"};
	static const char *const towns[] = {"Kelso", "Hexton", "Foxley", "Langport", "Drumlin"};
	const char *name = names[number % 7];

	(void)snprintf(*ret, sizeof(*ret),
		"Borealis Systems today announced the appointment of %s as head of branch, "
		"effective March %u.\n"
		"%s joins from %s, where %u years were spent in senior positions, and will be "
		"based in %s.\n"
		"\"We are delighted to welcome %s to the team and look forward to the next "
		"chapter,\" said Edith Hargreaves, chairman of Borealis Systems.\n"
		"Borealis Systems is a leading provider of solutions for customers in many "
		"countries.\n"
		"This announcement contains forward-looking statements that involve risks and "
		"uncertainties. Actual results may differ materially.",
		name, 1 + number % 28, name, firms[number % 4], 2 + number * 5 % 23,
		towns[number % 5], name);
}

static void test_a_form_is_known_by_what_fills_it_in(void **state)
{
	struct shelf shelf;
	char text[1000];
	char page[1200];

	(void)state;
	shelf_open(&shelf);
	for (unsigned i = 0; i < 28; i++) {
		announcement(i, &text);
		assert_int_equal(
			shelf_add(&shelf, "Borealis Systems names head of branch", text).relation,
			RELATION_NEW);
	}
	/* One of them again, in another site's wrapping. */
	announcement(20, &text);
	(void)snprintf(page, sizeof(page),
		"Start > Companies\nMoney Puzzles Notices Archive\n%s\n"
		"Send a tip to our newsroom or ring the desk at any hour.",
		text);
	assert_int_equal(
		shelf_add(&shelf, "Borealis Systems names head of branch", page).story, 21);
	shelf_close(&shelf);
}

static void test_captions_of_icons_are_no_story(void **state)
{
	static const char icons[] =
		"Calendar icon A drawing of a page. Arrow icon A line with a head. Play icon A "
		"triangle that starts a video. Pin icon A pin on a map. Lock icon A closed "
		"padlock.\n"
		"Support local journalism: become a member today for less than a dollar a week.\n"
		"Comments are moderated and may take some time to appear on this page.\n";
	struct shelf shelf;
	char page[1000];

	(void)state;
	shelf_open(&shelf);
	for (unsigned i = 0; i < 12; i++) {
		(void)snprintf(page, sizeof(page), "%sHome > Section %u\nMost read\n", icons, i);
		assert_int_equal(
			shelf_add(&shelf, "Weather | Valley Courier", page).relation, RELATION_NEW);
	}
	shelf_close(&shelf);
}

/* One sentence a hundred thousand times, and in a hundred articles. */
static void test_the_same_words_over_and_over_stay_within_bounds(void **state)
{
	static const char sentence[] =
		"The captain Odd Brattli of Halden steered the ferry into the pier. ";
	_cleanup_(freep) char *text = malloc(sizeof(sentence) * 100000);
	struct shelf shelf;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < 100000; i++)
		memcpy(text + i * (sizeof(sentence) - 1), sentence, sizeof(sentence));
	shelf_open(&shelf);
	for (unsigned i = 0; i < 100; i++) {
		(void)shelf_add(&shelf, i % 2 ? text : "", text);
		assert_true(shelf.lengths[i + 1] <= FINGERPRINT_BYTES_MAX);
	}
	assert_true(shelf.loads <= (size_t)100 * 9);
	shelf_close(&shelf);
}

static void test_one_word_or_none_joins_nothing(void **state)
{
	static const char *const texts[] = {
		"", "Brattli", "Brattli", "...", "\n\n", "1", "1", "。"};
	struct shelf shelf;

	(void)state;
	shelf_open(&shelf);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(shelf_add(&shelf, texts[i], texts[i]).relation, RELATION_NEW);
	shelf_close(&shelf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_network_page_with_brand_and_other_headlines_joins),
		cmocka_unit_test(test_captions_and_tickers_count_for_nothing),
		cmocka_unit_test(test_lines_wrapped_anywhere_join),
		cmocka_unit_test(test_next_days_report_stays_apart),
		cmocka_unit_test(test_stock_sentences_alone_join_nothing),
		cmocka_unit_test(test_a_form_is_known_by_what_fills_it_in),
		cmocka_unit_test(test_captions_of_icons_are_no_story),
		cmocka_unit_test(test_the_same_words_over_and_over_stay_within_bounds),
		cmocka_unit_test(test_one_word_or_none_joins_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
