#include "unit/dedup/stories.h"

/*
 * One event told twice, and another of the same place, in languages whose capitals mean little or
 * which have none.
 */
struct telling {
	const char *language;
	const char *title;
	const char *report;
	const char *rewrite;
	const char *other;
};

static const struct telling tellings[] = {
	{"german", "Brücke über die Elm gesperrt",
		"Die Stadt Lindenrode hat am Dienstag die Brücke über die Elm "
		"gesperrt. Prüfer hatten in den Trägern 14 Risse gefunden, wie "
		"Baudezernentin Hanna Overbeck mitteilte. Rund 23.000 Fahrzeuge "
		"am Tag müssen nun über Steinfeld ausweichen. Die Reparatur soll "
		"4,2 Millionen Euro kosten und bis März dauern. „Sicherheit geht "
		"vor“, sagte Overbeck vor Journalisten. Die Brücke stammt aus "
		"dem Jahr 1968 und war zuletzt 2011 saniert worden.",
		"Wegen 14 Rissen in den Trägern ist die Elmbrücke in Lindenrode "
		"seit Dienstag dicht. Das gab die Dezernentin für Bau, Hanna Overbeck, "
		"bekannt. Täglich 23.000 Autos werden jetzt über Steinfeld umgeleitet. "
		"Veranschlagt sind für die Instandsetzung 4,2 Millionen Euro; "
		"fertig sein soll sie im März. „Sicherheit geht vor“, so Overbeck "
		"gegenüber der Presse. Gebaut wurde das Bauwerk 1968, die letzte "
		"Sanierung war 2011.",
		"In Lindenrode streiten die Fraktionen über den Haushalt. Stadtkämmerer "
		"Jens Wollberg legte am Mittwoch einen Entwurf über 310 Millionen "
		"Euro vor. Die Opposition verlangt mehr Geld für Schulen in Steinfeld. "
		"„So geht es nicht weiter“, sagte Ratsherr Tom Achim. Über den "
		"Entwurf wird am 12. Dezember abgestimmt. Im Vorjahr hatte die "
		"Stadt 295 Millionen Euro ausgegeben."},
	{"french", "Le pont de Clairmont fermé",
		"La ville de Clairmont a fermé mardi le pont sur la Verte. Des "
		"experts ont trouvé 14 fissures dans les poutres, a indiqué l'adjointe "
		"Hélène Vasseur. Quelque 23 000 véhicules par jour devront passer "
		"par Beaulieu. Les travaux coûteront 4,2 millions d'euros et dureront "
		"jusqu'en mars. « La sécurité passe avant tout », a déclaré Hélène "
		"Vasseur devant la presse. Le pont date de 1968 et avait été rénové "
		"en 2011.",
		"À Clairmont, le pont qui franchit la Verte est interdit à la "
		"circulation depuis mardi. En cause : 14 fissures découvertes "
		"dans les poutres, selon l'élue Hélène Vasseur. Chaque jour, 23 "
		"000 automobilistes sont déviés par Beaulieu. Le chantier, chiffré "
		"à 4,2 millions d'euros, s'achèvera en mars. « La sécurité passe "
		"avant tout », a répété Hélène Vasseur. Construit en 1968, l'ouvrage "
		"avait été remis en état en 2011.",
		"Les élus de Clairmont débattent du budget. Le maire Paul Gerville "
		"a présenté mercredi un projet de 310 millions d'euros. L'opposition "
		"réclame davantage pour les écoles de Beaulieu. « Cela ne peut "
		"pas durer », a lancé le conseiller Marc Thibault. Le vote aura "
		"lieu le 12 décembre. L'an dernier, la ville avait dépensé 295 "
		"millions d'euros."},
	{"spanish", "Cierran el puente de Montenuevo",
		"La ciudad de Montenuevo cerró el martes el puente sobre el Verdejo. "
		"Los técnicos hallaron 14 grietas en las vigas, informó la concejala "
		"Elena Barrios. Unos 23.000 vehículos diarios deberán desviarse "
		"por Torreblanca. La reparación costará 4,2 millones de euros "
		"y durará hasta marzo. «La seguridad es lo primero», dijo Barrios "
		"a la prensa. El puente es de 1968 y fue reformado en 2011.",
		"El puente que cruza el Verdejo en Montenuevo está cortado desde "
		"el martes por 14 grietas en sus vigas. Así lo anunció la edil "
		"Elena Barrios. El tráfico, 23.000 coches al día, va ahora por "
		"Torreblanca. Las obras están presupuestadas en 4,2 millones de "
		"euros y terminarán en marzo. «La seguridad es lo primero», insistió "
		"Barrios. La estructura se levantó en 1968 y se renovó en 2011.",
		"El pleno de Montenuevo discute las cuentas. El alcalde Luis Cardona "
		"presentó el miércoles un presupuesto de 310 millones de euros. "
		"La oposición pide más dinero para las escuelas de Torreblanca. "
		"«Así no podemos seguir», dijo la portavoz Ana Prieto. La votación "
		"será el 12 de diciembre. El año pasado se gastaron 295 millones "
		"de euros."},
	{"russian", "В Белореченске закрыли мост",
		"Власти Белореченска во вторник закрыли мост через Ельму. Специалисты "
		"нашли в балках 14 трещин, сообщила вице-мэр Анна Орлова. Около "
		"23 000 машин в день поедут через Новогорск. Ремонт обойдётся "
		"в 4,2 миллиона рублей и продлится до марта. «Безопасность прежде "
		"всего», заявила Орлова журналистам. Мост построили в 1968 году, "
		"последний ремонт был в 2011 году.",
		"Мост через Ельму в Белореченске перекрыт со вторника из-за 14 "
		"трещин в балках. Об этом рассказала вице-мэр Анна Орлова. Поток "
		"в 23 000 автомобилей ежедневно пустят через Новогорск. На восстановление "
		"потратят 4,2 миллиона рублей, работы закончат в марте. «Безопасность "
		"прежде всего», подчеркнула Орлова. Сооружение возвели в 1968 "
		"году и обновляли в 2011 году.",
		"Депутаты Белореченска спорят о бюджете. Мэр Игорь Савин в среду "
		"представил проект на 310 миллионов рублей. Оппозиция требует "
		"больше денег на школы Новогорска. «Так дальше нельзя», сказал "
		"депутат Пётр Лазарев. Голосование назначено на 12 декабря. В "
		"прошлом году город потратил 295 миллионов рублей."},
	{"arabic", "إغلاق جسر المدينة",
		"أغلقت بلدية الرملة يوم الثلاثاء الجسر فوق نهر العاصي. وعثر المهندسون "
		"على 14 شقا في العوارض، بحسب نائبة رئيس البلدية هناء العلي. وسيضطر "
		"نحو 23000 سيارة يوميا إلى المرور عبر السلام. وتبلغ كلفة الإصلاح "
		"4.2 مليون دولار ويستمر حتى آذار. وقالت العلي للصحافيين إن السلامة "
		"تأتي أولا. ويعود الجسر إلى عام 1968 وجرى ترميمه آخر مرة عام 2011.",
		"بات الجسر الممتد فوق نهر العاصي في الرملة مقفلا منذ الثلاثاء "
		"بسبب 14 شقا في عوارضه. هذا ما أعلنته هناء العلي نائبة رئيس البلدية. "
		"وتحول السير البالغ 23000 سيارة كل يوم إلى السلام. وخصص لأعمال "
		"الترميم 4.2 مليون دولار على أن تنتهي في آذار. وأكدت العلي أن "
		"السلامة تأتي أولا. وشيد الجسر عام 1968 ورمم عام 2011.",
		"يناقش مجلس الرملة موازنة العام المقبل. وقدم رئيس البلدية سامي "
		"الخوري يوم الأربعاء مشروعا بقيمة 310 ملايين دولار. وتطالب المعارضة "
		"بأموال أكثر لمدارس السلام. وقال العضو كريم نصار إن الأمر لا يمكن "
		"أن يستمر. ويجري التصويت في 12 كانون الأول. وأنفقت المدينة العام "
		"الماضي 295 مليون دولار."},
	{"chinese", "江安大桥封闭",
		"长江市政府星期二宣布封闭跨越榆河的江安大桥。检查人员在桥梁横梁中发现14处裂"
		"缝，副市长欧阳慧通报说。每天约有23000辆汽车需要改道西山。维修费用预计为42"
		"0万元，工期到三月。欧阳慧对记者表示，安全第一。这座桥建于1968年，2011年进"
		"行过一次翻修。",
		"因横梁出现14处裂缝，江安大桥自星期二起停止通行。副市长欧阳慧公布了这一消息"
		"。每日23000辆车将绕行西山。修缮工程耗资420万元，三月完工。欧阳慧强调，安全"
		"第一。该桥1968年建成，上一次翻修是在2011年。",
		"长江市议员正在讨论明年的预算。市长林国栋星期三提交了总额为3亿1千万元的草案"
		"。反对派要求为西山的学校增加拨款。议员周明说，这样下去不行。表决将于12月1"
		"2日举行。去年全市支出2亿9500万元。"},
	{"japanese", "江安大橋が通行止めに",
		"松山原市は火曜日、楡川にかかる江安大橋を通行止めにした。点検で桁に14か所の"
		"ひびが見つかったと、副市長の大沢恵氏が明らかにした。1日およそ23000台の車が"
		"西浜へ迂回することになる。修理には4億2千万円かかり、3月まで続く見込みだ。"
		"大沢氏は記者団に対し、安全が第一だと述べた。橋は1968年に完成し、2011年に改"
		"修されていた。",
		"桁に14か所のひびが入っていることが分かり、江安大橋は火曜日から渡れなくなっ"
		"た。松山原市の大沢恵副市長が発表した。毎日23000台が通る車の流れは西浜に回"
		"される。費用は4億2千万円で、工事は3月に終わる。大沢副市長は、安全が第一だ"
		"と強調した。1968年にできた橋で、前回の改修は2011年だった。",
		"松山原市の議会で来年度の予算をめぐる議論が始まった。中村健市長は水曜日、総"
		"額310億円の案を示した。野党は西浜の学校にもっと予算を付けるよう求めている"
		"。市議の高田進氏は、このままではいけないと話した。採決は12月12日に行われる"
		"。昨年度の支出は295億円だった。"},
	{"korean", "강안대교 통제",
		"남산시는 화요일 느릅강을 지나는 강안대교를 통제했다. 점검에서 "
		"들보에 14곳의 균열이 발견됐다고 오지혜 부시장이 밝혔다. 하루 "
		"약 23000대의 차량이 서포로 우회해야 한다. 수리에는 42억 원이 "
		"들고 3월까지 이어질 예정이다. 오 부시장은 기자들에게 안전이 먼저라고 "
		"말했다. 이 다리는 1968년에 지어졌고 2011년에 보수됐다.",
		"들보에서 14곳의 균열이 나와 강안대교 통행이 화요일부터 막혔다. "
		"남산시 오지혜 부시장이 이같이 발표했다. 매일 23000대에 이르는 "
		"차량은 서포 쪽으로 돌아간다. 보수 비용은 42억 원이며 공사는 3월에 "
		"끝난다. 오지혜 부시장은 안전이 먼저라고 강조했다. 1968년에 건설된 "
		"다리로 마지막 보수는 2011년이었다.",
		"남산시 의회가 내년 예산을 두고 논의하고 있다. 김도윤 시장은 수요일 "
		"3100억 원 규모의 안을 제출했다. 야당은 서포 지역 학교에 더 많은 "
		"예산을 요구한다. 박민수 의원은 이대로는 안 된다고 말했다. 표결은 "
		"12월 12일에 열린다. 지난해 지출은 2950억 원이었다."},
};

static void test_copy_joins_and_another_report_of_the_place_does_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tellings); i++) {
		const struct telling *telling = &tellings[i];
		struct shelf shelf;
		struct verdict verdict;

		shelf_open(&shelf);
		(void)shelf_add(&shelf, telling->title, telling->report);
		verdict = shelf_add(&shelf, telling->title, telling->other);
		if (verdict.relation != RELATION_NEW)
			fail_msg("%s: the other report joined: %s", telling->language, verdict.why);
		verdict = shelf_add(&shelf, "", telling->report);
		if (verdict.relation != RELATION_COPY || verdict.of != 1)
			fail_msg("%s: the copy did not join", telling->language);
		shelf_close(&shelf);
	}
}

static void test_report_in_other_words_joins(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tellings); i++) {
		const struct telling *telling = &tellings[i];
		struct shelf shelf;
		struct verdict verdict;

		shelf_open(&shelf);
		(void)shelf_add(&shelf, telling->title, telling->report);
		(void)shelf_add(&shelf, "", telling->other);
		verdict = shelf_add(&shelf, telling->title, telling->rewrite);
		if (verdict.story != 1)
			fail_msg("%s: the rewrite did not join (%.3f)", telling->language,
				verdict.confidence);
		shelf_close(&shelf);
	}
}

/* The first half, as feeds give it, in any language. */
static void test_first_half_joins(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tellings); i++) {
		const struct telling *telling = &tellings[i];
		_cleanup_(freep) char *half = strdup(telling->report);
		size_t length = strlen(telling->report) / 2;
		struct shelf shelf;

		assert_non_null(half);
		while (((unsigned char)half[length] & 0xc0) == 0x80)
			length++;
		half[length] = '\0';
		shelf_open(&shelf);
		(void)shelf_add(&shelf, telling->title, telling->report);
		if (shelf_add(&shelf, telling->title, half).story != 1)
			fail_msg("%s: the first half did not join", telling->language);
		shelf_close(&shelf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy_joins_and_another_report_of_the_place_does_not),
		cmocka_unit_test(test_report_in_other_words_joins),
		cmocka_unit_test(test_first_half_joins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
