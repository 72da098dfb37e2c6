#include "unit/dedup/stories.h"

#include "dedup/revision.h"
#include "dedup/similarity.h"
#include "dedup/similarity_model.h"

#define LEAD                                                                                       \
	"LEEDS, England (dpa) - A fire in a warehouse in Leeds injured 12 people on Monday, "      \
	"police "                                                                                  \
	"in the city said.\n"
#define MIDDLE                                                                                     \
	"Chief fire officer Karen Holt said 80 firefighters fought the blaze in Armley for nine "  \
	"hours.\nThe cause was not known, and an inquiry into it would begin on Tuesday, she "     \
	"added.\n"
#define TAIL                                                                                       \
	"The warehouse belongs to Norbury Logistics, which stored furniture and paint there.\n"    \
	"Trains between Leeds and Bradford were stopped until the evening because of the smoke.\n"

typedef int (*judge_fn)(
	const struct fingerprint *article, const struct fingerprint *of, struct verdict *ret);

static struct verdict judge(judge_fn fn, const struct article *article, const struct article *old)
{
	struct arena *arena;
	struct fingerprint *fingerprint;
	struct fingerprint *of;
	struct verdict verdict;

	assert_int_equal(arena_new((size_t)4 * FINGERPRINT_ARENA_BYTES, &arena), 0);
	assert_int_equal(fingerprint_make(article, arena, &fingerprint), 0);
	assert_int_equal(fingerprint_make(old, arena, &of), 0);
	assert_int_equal(fn(fingerprint, of, &verdict), 0);
	arena_free(arena);
	return verdict;
}

static struct verdict compare(
	const char *title, const char *text, const char *old_title, const char *old_text)
{
	return judge(similarity_compare, &(struct article){.title = title, .text = text},
		&(struct article){.title = old_title, .text = old_text});
}

static void test_same_text_is_a_copy(void **state)
{
	struct verdict verdict =
		compare("Fire in Leeds", LEAD MIDDLE TAIL, "Fire in Leeds", LEAD MIDDLE TAIL);

	(void)state;
	assert_int_equal(verdict.relation, RELATION_COPY);
	assert_true(verdict.similarity > 0.99);
	assert_true(verdict.confidence > 0.99);
	assert_false(verdict.material);
	assert_string_equal(verdict.changed, "");
	assert_non_null(strstr(verdict.why, "name-and-number sequences"));
}

static void test_new_first_paragraphs_and_figures_are_an_update(void **state)
{
	static const char new_top[] =
		"LEEDS, England (dpa) - Two men died after the fire in a warehouse in Leeds which "
		"injured 19 people on Monday, police in the city said.\n"
		"Police named the dead as Peter Marsh, 44, and Owen Clegg, 51.\n";
	char text[2000];
	struct verdict verdict;

	(void)state;
	(void)snprintf(text, sizeof(text), "%s%s", new_top, MIDDLE TAIL);
	verdict = compare(
		"Two die after Leeds fire", text, "Fire in Leeds injures 12", LEAD MIDDLE TAIL);
	assert_int_equal(verdict.relation, RELATION_UPDATE);
	assert_true(verdict.material);
	assert_non_null(strstr(verdict.changed, "of the text is new"));
}

/* What became of the report when its publisher gave it another headline. */
static struct verdict revise(const char *title, const char *old_title)
{
	return judge(revision_judge, &(struct article){.title = title, .text = LEAD MIDDLE TAIL},
		&(struct article){.title = old_title, .text = LEAD MIDDLE TAIL});
}

static void test_a3_another_figure_in_the_headline_is_material(void **state)
{
	static const char before[] =
		"Fire in Norbury warehouse in Leeds injures 12 people, police say";
	struct verdict verdict =
		revise("Fire in Norbury warehouse in Leeds injures 19 people, police say", before);

	(void)state;
	assert_true(verdict.material);
	assert_int_equal(verdict.relation, RELATION_UPDATE);
	assert_string_equal(verdict.changed, "1 figure");
	/* One that the text had already is no news. */
	assert_false(revise(
		"Fire in Norbury warehouse in Leeds injures 12 of 80 people, police say", before)
			     .material);
	assert_false(revise("Fire in Norbury warehouse in Leeds injures 12 people, police say - "
			    "The Herald",
		before)
			     .material);
}

static void test_other_report_is_another_story(void **state)
{
	struct verdict verdict = compare("Leeds sign keeper",
		"LEEDS, England (dpa) - Leeds have signed the goalkeeper Milan Novak from Brno for "
		"4 "
		"million pounds, the club said on Monday.\nNovak, 27, has a contract until 2029 "
		"and "
		"will wear the number 13 shirt, it added.\nHe played 212 matches for Brno and 9 "
		"for "
		"the Czech Republic, whose coach has praised his calm.\n",
		"Fire in Leeds injures 12", LEAD MIDDLE TAIL);

	(void)state;
	assert_int_equal(verdict.relation, RELATION_NEW);
	assert_true(verdict.confidence < 0.1);
}

static void test_template_with_other_figures_is_another_story(void **state)
{
	struct verdict verdict = compare("Quake near Tonga",
		"A quake of magnitude 5.4 struck 83 km east of Tonga on Monday, the geological "
		"survey "
		"reported.\nIt hit at 04:17 local time at a depth of 31 kilometres, the survey "
		"said.\n"
		"There were no reports of damage, and no tsunami warning was issued for the "
		"coast.\n",
		"Quake near Fiji",
		"A quake of magnitude 6.1 struck 126 km south of Fiji on Friday, the geological "
		"survey "
		"reported.\nIt hit at 22:52 local time at a depth of 70 kilometres, the survey "
		"said.\n"
		"There were no reports of damage, and no tsunami warning was issued for the "
		"coast.\n");

	(void)state;
	assert_int_equal(verdict.relation, RELATION_NEW);
}

#define FORECAST(place, high, low, friday)                                                         \
	place " will have sunny spells on Thursday with a high of " high                           \
	      " degrees and light winds from the west. Showers are expected in the evening. "      \
	      "Overnight temperatures will fall to " low " degrees. Friday will be cloudy with a " \
	      "few bright intervals and a high of " friday " degrees."

/* The headline alone shows that the first word is a name. */
static void test_template_that_begins_with_another_place_is_another_story(void **state)
{
	struct verdict verdict =
		compare("Weather forecast for Paris", FORECAST("Paris", "17", "8", "24"),
			"Weather forecast for Leeds", FORECAST("Leeds", "17", "8", "21"));

	(void)state;
	assert_int_equal(verdict.relation, RELATION_NEW);
	verdict = compare("Weather forecast for Paris", FORECAST("Paris", "19", "4", "21"),
		"Weather forecast for Leeds", FORECAST("Leeds", "17", "8", "21"));
	assert_int_equal(verdict.relation, RELATION_NEW);
}

static void test_empty_articles_are_different_stories(void **state)
{
	(void)state;
	assert_int_equal(compare(NULL, NULL, NULL, NULL).relation, RELATION_NEW);
	assert_int_equal(compare("Fire in Leeds", "", "Fire in Leeds", "").relation, RELATION_NEW);
}

/* `wirewatch compare` says what the daemon would. */
static void test_short_texts_are_judged_as_by_an_index(void **state)
{
	static const char *const texts[][2] = {
		{"Net income of Norbury Logistics rose to 41 million euros from 37 million in the "
		 "third quarter, the company said on Tuesday. Sales fell to 512 million from 530 "
		 "million.",
			"Net income of Norbury Logistics rose to 58 million euros from 41 million "
			"in the fourth quarter, the company said on Thursday. Sales fell to 471 "
			"million from 512 million."},
		{"Leeds will see scattered clouds on Monday with a high of 19 degrees and a low of "
		 "7 degrees, the weather service said. Winds will be from the west at 22 km/h.",
			"Leeds will see heavy rain on Tuesday with a high of 14 degrees and a low "
			"of 4 degrees, the weather service said. Winds will be from the south at "
			"35 km/h."},
		{LEAD, LEAD},
		{LEAD MIDDLE TAIL, LEAD},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct verdict verdict = compare("Report", texts[i][1], "Report", texts[i][0]);
		struct shelf shelf;

		shelf_open(&shelf);
		(void)shelf_add(&shelf, "Report", texts[i][0]);
		assert_int_equal(
			verdict.relation, shelf_add(&shelf, "Report", texts[i][1]).relation);
		assert_int_equal(verdict.relation, i < 2 ? RELATION_NEW : RELATION_COPY);
		shelf_close(&shelf);
	}
}

static bool is_passed_over(
	const char *text, const char *old_text, double *ret_probability, bool *ret_same)
{
	const struct article article = {.title = "Report", .text = text};
	const struct article old = {.title = "Report", .text = old_text};
	_cleanup_(freep) struct reader *readers = calloc(2, sizeof(*readers));
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct fingerprint *fingerprint;
	struct fingerprint *of;
	struct evidence evidence;
	struct meeting meeting;

	assert_non_null(readers);
	assert_int_equal(arena_new((size_t)4 * FINGERPRINT_ARENA_BYTES, &arena), 0);
	assert_int_equal(fingerprint_make(&article, arena, &fingerprint), 0);
	assert_int_equal(fingerprint_make(&old, arena, &of), 0);
	reader_open(&readers[0], fingerprint, NULL, 0);
	reader_open(&readers[1], of, NULL, 0);
	reader_index(&readers[0]);
	evidence_meet(&readers[0], &readers[1], &meeting);
	(void)evidence_meet_runs(&readers[0], &readers[1], &meeting);
	evidence_gather(&readers[0], &readers[1], &meeting, &evidence);
	*ret_probability = similarity_probability(&evidence);
	*ret_same = evidence.of.hard >= 0.9F && evidence.article.hard >= 0.9F;
	return !similarity_may_be(&meeting);
}

/* Of words and pairs alone no more is said than the whole comparison bears out. */
static void test_only_what_has_no_probability_is_passed_over(void **state)
{
	static const char *const texts[] = {
		LEAD,
		LEAD MIDDLE TAIL,
		MIDDLE,
		TAIL,
		"A quake of magnitude 5.4 struck 83 km east of Tonga on Monday, Reuters said.",
		"A quake of magnitude 5.9 struck 41 km south of Fiji on Friday, Kyodo said.",
		"Shares in Oslo, Bern, Rome and Cairo rose 3, 5, 8 and 13 points on Monday.\n",
		"Shares in Lima, Quito, Lagos and Dakar fell 2, 4, 6 and 11 points on Friday.\n",
		"The of and to in is it he was for on are as with his they at be this from have.",
	};
	size_t passed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
			double probability;
			bool same;

			if (!is_passed_over(texts[i], texts[k], &probability, &same))
				continue;
			assert_true(probability == 0.0);
			assert_false(same);
			passed++;
		}
	assert_true(passed >= ARRAY_SIZE(texts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_text_is_a_copy),
		cmocka_unit_test(test_short_texts_are_judged_as_by_an_index),
		cmocka_unit_test(test_new_first_paragraphs_and_figures_are_an_update),
		cmocka_unit_test(test_a3_another_figure_in_the_headline_is_material),
		cmocka_unit_test(test_other_report_is_another_story),
		cmocka_unit_test(test_template_with_other_figures_is_another_story),
		cmocka_unit_test(test_template_that_begins_with_another_place_is_another_story),
		cmocka_unit_test(test_empty_articles_are_different_stories),
		cmocka_unit_test(test_only_what_has_no_probability_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
