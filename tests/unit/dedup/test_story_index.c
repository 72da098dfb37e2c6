#include "unit/dedup/stories.h"

#include "dedup/similarity.h"

struct report {
	const char *title;
	const char *text;
};

static const struct report bridge = {"Bridge over the Elbe closed after cracks found",
	"DRESDEN, Germany (dpa) - The Carola Bridge in Dresden was closed to all traffic on "
	"Wednesday "
	"after engineers found cracks in 14 of its steel cables.\n"
	"The city's building director, Simone Prill, said the western part of the bridge, built in "
	"1971, could no longer carry trams.\n"
	"\"We had no choice,\" Prill told reporters. \"Safety goes before everything else.\"\n"
	"About 32,000 cars a day use the bridge, which links the old town with Neustadt.\n"
	"Repairs would take at least nine months and cost some 8.6 million euros, the city said."};

static const struct report strike = {"Port workers in Rotterdam walk out over pensions",
	"ROTTERDAM, Netherlands (dpa) - Crane drivers at three container terminals in Rotterdam "
	"stopped work on Thursday in a dispute over pensions.\n"
	"The union FNV Havens said 1,450 of its members had joined the walkout, which was to last "
	"48 hours.\n"
	"A spokesman for the terminal operator ECT, Jeroen Visser, called the strike out of "
	"proportion.\n"
	"Some 60 ships were waiting off the coast, the port authority said on its website."};

/* The bridge's report with words swapped for others, as a machine does. */
static const char bridge_spun[] =
	"The Carola Bridge in Dresden was shut to all movement on Wednesday following engineers "
	"discovered fissures in 14 of its steel ropes.\n"
	"The town's construction chief, Simone Prill, stated the western portion of the bridge, "
	"erected in 1971, might no more bear trams.\n"
	"\"We had no choice,\" Prill informed journalists. \"Safety goes before everything "
	"else.\"\n"
	"Around 32,000 automobiles a day utilise the bridge, that connects the ancient town with "
	"Neustadt.\n"
	"Mending will need at minimum nine months and amount to some 8.6 million euros, the town "
	"stated.";

static const char furniture[] =
	"Home > World > Europe\nNews Sport Weather Markets Video Podcasts Newsletters Subscribe\n"
	"Sign up for our morning newsletter and get the top stories in your inbox every day.\n";

static const char tail[] =
	"\nRelated\n- Storm leaves thousands without power\n- Minister resigns over expenses\n"
	"- Ten walks to try this autumn\nCopyright 2026. All rights reserved.\n"
	"We use cookies to improve your experience. Read our privacy policy.";

static char *wrap(const char *text)
{
	char *page = NULL;

	assert_true(asprintf(&page, "%s%s%s", furniture, text, tail) > 0);
	return page;
}

static void test_copy_among_furniture_joins(void **state)
{
	struct shelf shelf;
	struct verdict verdict;
	_cleanup_(freep) char *page = wrap(bridge.text);

	(void)state;
	shelf_open(&shelf);
	assert_int_equal(shelf_add(&shelf, bridge.title, bridge.text).relation, RELATION_NEW);
	assert_int_equal(shelf_add(&shelf, strike.title, strike.text).relation, RELATION_NEW);
	verdict = shelf_add(&shelf, "Dresden bridge shut | The Daily Example", page);
	assert_int_equal(verdict.story, 1);
	assert_int_equal(verdict.of, 1);
	assert_int_equal(verdict.relation, RELATION_COPY);
	assert_true(verdict.similarity > 0.9);
	assert_true(verdict.why[0] != '\0');
	shelf_close(&shelf);
}

static void test_first_paragraphs_join_and_so_does_the_whole_after_them(void **state)
{
	struct shelf shelf;
	char start[400];

	(void)state;
	(void)snprintf(start, sizeof(start), "%.*s",
		(int)(strchr(strchr(bridge.text, '\n') + 1, '\n') - bridge.text), bridge.text);
	shelf_open(&shelf);
	(void)shelf_add(&shelf, strike.title, strike.text);
	(void)shelf_add(&shelf, bridge.title, start);
	assert_int_equal(shelf_add(&shelf, bridge.title, bridge.text).story, 2);
	shelf_close(&shelf);
	shelf_open(&shelf);
	(void)shelf_add(&shelf, bridge.title, bridge.text);
	assert_int_equal(shelf_add(&shelf, bridge.title, start).story, 1);
	shelf_close(&shelf);
}

static void test_spun_text_is_a_rewrite(void **state)
{
	struct shelf shelf;
	struct verdict verdict;

	(void)state;
	shelf_open(&shelf);
	(void)shelf_add(&shelf, strike.title, strike.text);
	(void)shelf_add(&shelf, bridge.title, bridge.text);
	verdict = shelf_add(&shelf, "Span over the Elbe shut following fissures", bridge_spun);
	assert_int_equal(verdict.story, 2);
	assert_int_equal(verdict.relation, RELATION_REWRITE);
	shelf_close(&shelf);
}

static void test_pages_without_a_report_stay_apart(void **state)
{
	struct shelf shelf;

	(void)state;
	shelf_open(&shelf);
	for (int i = 0; i < 3; i++) {
		_cleanup_(freep) char *page = wrap("");

		assert_int_equal(shelf_add(&shelf, "World | The Daily Example", page).relation,
			RELATION_NEW);
	}
	shelf_close(&shelf);
}

static void test_article_without_text_is_new(void **state)
{
	struct shelf shelf;

	(void)state;
	shelf_open(&shelf);
	assert_int_equal(shelf_add(&shelf, NULL, NULL).relation, RELATION_NEW);
	assert_int_equal(shelf_add(&shelf, NULL, NULL).relation, RELATION_NEW);
	assert_int_equal(shelf_add(&shelf, "", "").relation, RELATION_NEW);
	shelf_close(&shelf);
}

/* Two reports each; the second's copy stands among other text and has another headline. */
static const struct report languages[][2] = {
	{{"Mehr Geld für die Bahn",
		 "Berlin (dpa) - Die Bundesregierung will in den kommenden vier Jahren 107 "
		 "Milliarden "
		 "Euro in das Schienennetz stecken. Das sagte Verkehrsminister Patrick Schnieder "
		 "am "
		 "Montag in Berlin. Allein 2026 sollen 22 Milliarden Euro fließen. Die Opposition "
		 "sprach von einem Tropfen auf den heißen Stein."},
		{"Hochwasser an der Oder",
			"Frankfurt (Oder) (dpa) - Das Hochwasser der Oder hat am Dienstag die "
			"Altstadt "
			"von Frankfurt erreicht. Der Pegel stieg auf 6,11 Meter, wie das Landesamt "
			"für "
			"Umwelt mitteilte. Rund 400 Helfer füllten Sandsäcke. Oberbürgermeister "
			"Axel "
			"Strasser rief die Bürger auf, die Ufer zu meiden."}},
	{{"Строительство моста начнется весной",
		 "Строительство нового моста через Волгу в Саратове начнется весной следующего "
		 "года, "
		 "сообщил губернатор Роман Бусаргин. Стоимость работ оценивается в 48 миллиардов "
		 "рублей. По его словам, проект прошел государственную экспертизу. Движение по "
		 "старому "
		 "мосту на время работ закрывать не будут."},
		{"Ученые нашли древнее поселение",
			"Археологи обнаружили под Новгородом древнее поселение девятого века, "
			"рассказал журналистам руководитель экспедиции Петр Гайдуков. На площади "
			"1200 "
			"квадратных метров найдены остатки семи деревянных домов и кузницы. Среди "
			"находок "
			"этого лета есть арабские серебряные монеты, бусы и другие украшения. "
			"Раскопки на "
			"берегу реки продолжатся до середины октября, добавил ученый."}},
	{{"东京股市上涨",
		 "东京股市周三大幅上涨，日经指数收于39277点，较前一交易日上涨1.2%。"
		 "分析人士认为，日元贬值推动出口企业股价走高。"
		 "丰田汽车上涨3.4%，索尼集团上涨2.8%。"
		 "市场正在等待日本银行下周公布的利率决定。"},
		{"四川发生地震",
			"四川省甘孜州周四凌晨发生5.8级地震，震源深度12公里。"
			"当地政府表示，截至上午九时没有收到人员伤亡的报告。"
			"救援队伍已经赶赴震中地区核查灾情，部分道路因落石中断。"
			"气象部门预计未来三天当地将有小雨。"}},
	{{"台風が九州に接近",
		 "強い台風12号は水曜日、九州の南の海上を北へ進んでいる。"
		 "気象庁によると、中心気圧は955ヘクトパスカル、最大風速は40メートルとなっている。"
		 "鹿児島県では木曜日の朝にかけて300ミリの雨が予想されている。"
		 "航空各社は合わせて180便の欠航を決めた。"},
		{"国会で補正予算が成立",
			"総額13兆9千億円の補正予算が火曜日の参議院本会議で成立した。"
			"物価高への対策として低所得世帯に3万円を給付することなどが柱となっている。"
			"野党は財源の多くを国債に頼っていると批判した。"
			"政府は来月から給付の手続きを始める方針だ。"}},
	{{"افتتاح خط المترو الجديد في القاهرة",
		 "افتتح وزير النقل كامل الوزير يوم الأحد المرحلة الثالثة من خط المترو الثالث في "
		 "القاهرة "
		 "بطول 17 كيلومترا. وقال الوزير إن تكلفة المشروع بلغت 40 مليار جنيه وإنه سيخدم "
		 "مليون "
		 "راكب يوميا. وأضاف أن العمل في المرحلة التالية سيبدأ في شهر مارس المقبل بمشاركة "
		 "شركات "
		 "محلية وأجنبية."},
		{"فيضانات في السودان",
			"قالت السلطات السودانية يوم الاثنين إن الفيضانات دمرت أكثر من 3500 منزل في "
			"ولاية "
			"نهر النيل خلال الأسبوع الماضي. وأوضح الدفاع المدني أن 27 شخصا لقوا حتفهم "
			"جراء "
			"انهيار المنازل القديمة. وطالب السكان بإرسال خيام ومواد غذائية قبل موجة "
			"الأمطار "
			"القادمة."}},
};

static void test_copies_join_in_any_language(void **state)
{
	struct shelf shelf;
	size_t count = ARRAY_SIZE(languages);

	(void)state;
	shelf_open(&shelf);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < 2; k++)
			assert_int_equal(
				shelf_add(&shelf, languages[i][k].title, languages[i][k].text)
					.relation,
				RELATION_NEW);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < 2; k++) {
			_cleanup_(freep) char *page = wrap(languages[i][k].text);
			struct verdict verdict = shelf_add(&shelf, "Top stories today", page);

			assert_int_equal(verdict.story, (int64_t)(i * 2 + k + 1));
		}
	}
	shelf_close(&shelf);
}

static void test_rebuilt_index_judges_as_the_live_one(void **state)
{
	static struct shelf live;
	static struct shelf anew;

	(void)state;
	shelf_open(&live);
	shelf_open(&anew);
	for (int i = 0; i < 60; i++) {
		char *text = NULL;
		const struct report *report = &languages[i % 5][i / 5 % 2];

		assert_true(asprintf(&text, "%s Report number %d of %d was read at %d.",
				    report->text, i * 7 % 11, i, i * 31 % 17) > 0);
		(void)shelf_add(&live, report->title, text);
		free(text);
	}
	for (size_t key = 1; key <= live.count; key++) {
		const struct article_facts facts = {.host = "example.org"};
		struct fingerprint *fingerprint;

		arena_reset(anew.arena);
		assert_int_equal(fingerprint_from_bytes(live.bytes[key], live.lengths[key],
					 anew.arena, &fingerprint),
			0);
		assert_int_equal(story_index_add(anew.index, (int64_t)key, live.stories[key],
					 fingerprint, &facts, live.confidences[key]),
			0);
	}
	anew.count = live.count;
	for (size_t key = 1; key <= live.count; key++) {
		anew.lengths[key] = live.lengths[key];
		anew.bytes[key] = malloc(live.lengths[key]);
		assert_non_null(anew.bytes[key]);
		memcpy(anew.bytes[key], live.bytes[key], live.lengths[key]);
	}
	for (int i = 0; i < 10; i++) {
		const struct report *report = &languages[i % 5][i / 5];
		struct verdict a = shelf_add(&live, report->title, report->text);
		struct verdict b = shelf_add(&anew, report->title, report->text);

		assert_int_equal(a.story, b.story);
		assert_int_equal(a.of, b.of);
		assert_int_equal(a.relation, b.relation);
		assert_true(a.confidence == b.confidence);
		assert_string_equal(a.why, b.why);
	}
	shelf_close(&live);
	shelf_close(&anew);
}

static void test_judging_changes_nothing(void **state)
{
	struct shelf shelf;
	const struct article article = {.title = bridge.title, .text = bridge.text};
	const struct article_facts facts = {0};
	struct arena *arena;
	struct fingerprint *fingerprint;

	(void)state;
	shelf_open(&shelf);
	(void)shelf_add(&shelf, bridge.title, bridge.text);
	assert_int_equal(arena_new(FINGERPRINT_ARENA_BYTES, &arena), 0);
	assert_int_equal(fingerprint_make(&article, arena, &fingerprint), 0);
	for (int i = 0; i < 3; i++) {
		struct verdict verdict;

		assert_int_equal(story_index_judge(shelf.index, fingerprint, &facts, &verdict), 0);
		assert_int_equal(verdict.story, 1);
		assert_int_equal(story_index_usage(shelf.index).articles, 1);
	}
	arena_free(arena);
	shelf_close(&shelf);
}

static void test_removed_and_pruned_articles_are_forgotten(void **state)
{
	struct shelf shelf;

	(void)state;
	shelf_open(&shelf);
	(void)shelf_add_at(&shelf, bridge.title, bridge.text, 10 * USEC_DAY);
	(void)shelf_add_at(&shelf, strike.title, strike.text, 20 * USEC_DAY);
	assert_true(story_index_remove(shelf.index, 1));
	assert_false(story_index_remove(shelf.index, 1));
	assert_false(story_index_remove(shelf.index, 99));
	assert_int_equal(shelf_add_at(&shelf, bridge.title, bridge.text, 21 * USEC_DAY).relation,
		RELATION_NEW);
	assert_int_equal(story_index_prune(shelf.index, 21 * USEC_DAY, 1), 1);
	assert_int_equal(story_index_prune(shelf.index, 21 * USEC_DAY, 100), 1);
	assert_int_equal(story_index_prune(shelf.index, 21 * USEC_DAY, 100), 0);
	assert_int_equal(story_index_usage(shelf.index).articles, 1);
	assert_int_equal(shelf_add_at(&shelf, strike.title, strike.text, 22 * USEC_DAY).relation,
		RELATION_NEW);
	assert_int_equal(shelf_add_at(&shelf, bridge.title, bridge.text, 22 * USEC_DAY).story, 3);
	shelf_close(&shelf);
}

static void test_article_from_the_future_hides_no_old_ones(void **state)
{
	struct shelf shelf;

	(void)state;
	shelf_open(&shelf);
	(void)shelf_add_at(&shelf, bridge.title, bridge.text, 1000 * USEC_DAY);
	(void)shelf_add_at(&shelf, strike.title, strike.text, 20 * USEC_DAY);
	assert_int_equal(story_index_prune(shelf.index, 20 * USEC_DAY, 100), 0);
	assert_int_equal(story_index_prune(shelf.index, 21 * USEC_DAY, 100), 2);
	shelf_close(&shelf);
}

static void test_copy_after_a_quiet_week_is_a_reprint(void **state)
{
	struct shelf shelf;

	(void)state;
	shelf_open(&shelf);
	(void)shelf_add_at(&shelf, bridge.title, bridge.text, 100 * USEC_DAY);
	assert_int_equal(shelf_add_at(&shelf, bridge.title, bridge.text, 106 * USEC_DAY).relation,
		RELATION_COPY);
	assert_int_equal(shelf_add_at(&shelf, bridge.title, bridge.text, 112 * USEC_DAY).relation,
		RELATION_COPY);
	assert_int_equal(shelf_add_at(&shelf, bridge.title, bridge.text, 120 * USEC_DAY).relation,
		RELATION_REPRINT);
	shelf_close(&shelf);
}

static void test_keys_must_rise(void **state)
{
	struct shelf shelf;
	const struct article article = {.title = bridge.title, .text = bridge.text};
	const struct article_facts facts = {0};
	struct arena *arena;
	struct fingerprint *fingerprint;

	(void)state;
	shelf_open(&shelf);
	assert_int_equal(arena_new(FINGERPRINT_ARENA_BYTES, &arena), 0);
	assert_int_equal(fingerprint_make(&article, arena, &fingerprint), 0);
	assert_int_equal(story_index_add(shelf.index, 5, 5, fingerprint, &facts, 0.0), 0);
	assert_int_equal(story_index_add(shelf.index, 5, 5, fingerprint, &facts, 0.0), -EINVAL);
	assert_int_equal(story_index_add(shelf.index, 4, 5, fingerprint, &facts, 0.0), -EINVAL);
	arena_free(arena);
	shelf_close(&shelf);
}

struct tape {
	unsigned char *bytes;
	size_t length;
	size_t offset;
	size_t fail_at; /* a write that would pass this fails; 0: none does */
};

static int tape_write(void *userdata, const void *bytes, size_t length)
{
	struct tape *tape = userdata;

	if (tape->fail_at > 0 && tape->length + length > tape->fail_at)
		return -ENOSPC;
	tape->bytes = realloc(tape->bytes, tape->length + length);
	if (!tape->bytes)
		return -ENOMEM;
	memcpy(tape->bytes + tape->length, bytes, length);
	tape->length += length;
	return 0;
}

static int tape_read(void *userdata, void *ret_bytes, size_t length)
{
	struct tape *tape = userdata;

	if (length > tape->length - tape->offset)
		return -ENODATA;
	memcpy(ret_bytes, tape->bytes + tape->offset, length);
	tape->offset += length;
	return 0;
}

static void test_index_read_from_its_snapshot_goes_on_alike(void **state)
{
	struct shelf shelf;
	struct tape tape = {0};
	const struct story_index_options options = {.load = shelf_load, .userdata = &shelf};

	(void)state;
	shelf_open(&shelf);
	(void)shelf_add(&shelf, bridge.title, bridge.text);
	(void)shelf_add(&shelf, strike.title, strike.text);
	assert_int_equal(story_index_write(shelf.index, tape_write, &tape), 0);
	story_index_free(shelf.index);
	assert_int_equal(story_index_read(&options, tape_read, &tape, &shelf.index), 0);
	assert_int_equal(tape.offset, tape.length);
	assert_int_equal(story_index_usage(shelf.index).articles, 2);
	assert_int_equal(story_index_usage(shelf.index).last_article, 2);
	assert_int_equal(shelf_add(&shelf, strike.title, strike.text).story, 2);
	assert_int_equal(shelf_add(&shelf, bridge.title, bridge.text).story, 1);
	free(tape.bytes);
	shelf_close(&shelf);
}

static void test_damaged_snapshot_is_refused(void **state)
{
	struct shelf shelf;
	struct tape tape = {0};
	const struct story_index_options options = {.load = shelf_load, .userdata = &shelf};
	struct story_index *index = NULL;
	size_t length;

	(void)state;
	shelf_open(&shelf);
	(void)shelf_add(&shelf, bridge.title, bridge.text);
	assert_int_equal(story_index_write(shelf.index, tape_write, &tape), 0);
	length = tape.length;
	for (size_t at = 0; at < length; at += length / 61) {
		tape.bytes[at] ^= 1;
		tape.offset = 0;
		assert_int_equal(story_index_read(&options, tape_read, &tape, &index), -EBADMSG);
		tape.bytes[at] ^= 1;
		tape.offset = 0;
		tape.length = at;
		assert_int_equal(story_index_read(&options, tape_read, &tape, &index), -ENODATA);
		tape.length = length;
	}
	tape.fail_at = tape.length + 100;
	assert_int_equal(story_index_write(shelf.index, tape_write, &tape), -ENOSPC);
	assert_null(index);
	free(tape.bytes);
	shelf_close(&shelf);
}

/* A candidate whose fingerprint is gone, or damaged, is passed over. */
static void test_lost_fingerprint_is_passed_over(void **state)
{
	struct shelf shelf;

	(void)state;
	shelf_open(&shelf);
	(void)shelf_add(&shelf, bridge.title, bridge.text);
	(void)shelf_add(&shelf, bridge.title, bridge.text);
	free(shelf.bytes[1]);
	shelf.bytes[1] = NULL;
	assert_int_equal(shelf_add(&shelf, bridge.title, bridge.text).of, 2);
	((unsigned char *)shelf.bytes[2])[0] = 0;
	((unsigned char *)shelf.bytes[3])[1] ^= 1;
	assert_int_equal(shelf_add(&shelf, bridge.title, bridge.text).relation, RELATION_NEW);
	shelf_close(&shelf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy_among_furniture_joins),
		cmocka_unit_test(test_first_paragraphs_join_and_so_does_the_whole_after_them),
		cmocka_unit_test(test_spun_text_is_a_rewrite),
		cmocka_unit_test(test_pages_without_a_report_stay_apart),
		cmocka_unit_test(test_article_without_text_is_new),
		cmocka_unit_test(test_copies_join_in_any_language),
		cmocka_unit_test(test_rebuilt_index_judges_as_the_live_one),
		cmocka_unit_test(test_judging_changes_nothing),
		cmocka_unit_test(test_removed_and_pruned_articles_are_forgotten),
		cmocka_unit_test(test_article_from_the_future_hides_no_old_ones),
		cmocka_unit_test(test_copy_after_a_quiet_week_is_a_reprint),
		cmocka_unit_test(test_keys_must_rise),
		cmocka_unit_test(test_index_read_from_its_snapshot_goes_on_alike),
		cmocka_unit_test(test_damaged_snapshot_is_refused),
		cmocka_unit_test(test_lost_fingerprint_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
