#!/usr/bin/env python3
"""Makes archives of reports put together from stock sentences, in nine languages.

usage: make_stock_archives.py WORK

Writes WORK/NAME.jsonl and NAME.tsv for s0 to s3, as gen.py does for real articles.  Machine-made
reports (results, markets, weather, tables of announcements) have the same sentences with other
names and figures; nothing tells two of them apart but these, and scripts without capitals have no
names.  Each report is a story of its own; some come again: as they are, cut, with a page's
furniture, or with other figures and a new top.  s0 and s2 have few words to choose from, s1 and s3
many; s0, s1 and s2, s3 have no sentence in common.  The same names give the same bytes.
"""
import json
import pathlib
import random
import sys

# Slots: P a person, O a place, B a body, T a thing, N a number, M a small number, D a day.
FRAMES = {
    "en": (
        "The {B} in {O} said it would spend {N} dollars on the {T} over {M} years.",
        "{P}, who heads the {B}, told reporters on {D} that the {T} had been agreed.",
        "“The {T} will be open before the end of the year,” {P} said in {O}.",
        "Some {N} people took part, {M} percent more than a year ago.",
        "The {B} lost {M} percent after a report on the {T} in {O}.",
        "It was not known on {D} when the {T} would be finished.",
        "Officials of the {B} declined to comment.",
        "The {T} in {O} has cost {N} dollars so far, according to the {B}.",
        "{P} won by {M} to {M} against {P} in {O} on {D}.",
        "A vote on the {T} is to be held next month.",
        "Rain is expected in {O} on {D} with highs of {M} degrees and winds of {M} km/h.",
        "Police in {O} are looking for {M} witnesses after an accident near the {T}.",
        "The court in {O} ruled on {D} that the {T} was lawful.",
        "Net income of the {B} rose to {N} from {N}, while sales fell to {N}.",
        "{P} was named head of the {B} and succeeds {P}, who steps down after {M} years.",
        "Nobody was hurt, the fire brigade said.",
        "Further talks are planned for the spring.",
        "These numbers have not been audited.",
        "No reason was given for the delay.",
        "Trade unions had warned against the step for weeks.",
        "It is the second such decision since the summer.",
        "The weather did not help.",
    ),
    "de": (
        "Das {B} in {O} teilte am {D} mit, dass {N} Euro in das {T} fließen.",
        "{P} sagte am {D} in {O}, das {T} werde noch in diesem Jahr fertig.",
        "Rund {N} Menschen beteiligten sich, {M} Prozent mehr als im Vorjahr.",
        "Nach Angaben von {B} wurden bei dem Unfall in {O} {M} Menschen verletzt.",
        "„Wir haben das {T} lange geprüft“, erklärte {P} nach der Sitzung.",
        "Ein Sprecher wollte sich zu dem {T} zunächst nicht äußern.",
        "Der Gewinn von {B} stieg um {M} Prozent auf {N} Euro.",
        "In {O} werden am {D} Höchstwerte von {M} Grad erwartet, dazu Wind aus Westen.",
    ),
    "fr": (
        "Le {B} a annoncé à {O} un budget de {N} euros pour le {T}.",
        "{P} a déclaré {D} que le {T} serait achevé avant la fin de l'année.",
        "Environ {N} personnes ont participé, soit {M} pour cent de plus que l'an dernier.",
        "Selon le {B}, {M} personnes ont été blessées dans un accident à {O}.",
        "« Le {T} est une bonne nouvelle pour {O} », a estimé {P}.",
        "Le chiffre d'affaires du {B} a reculé de {M} pour cent à {N} euros.",
        "Aucun détail n'a été donné sur le {T}.",
    ),
    "es": (
        "El {B} anunció en {O} una inversión de {N} euros en el {T}.",
        "{P} afirmó el {D} que el {T} estará listo antes de fin de año.",
        "Unas {N} personas participaron, un {M} por ciento más que el año pasado.",
        "Según el {B}, {M} personas resultaron heridas en un accidente en {O}.",
        "«El {T} es una prioridad para nosotros», dijo {P} tras la reunión.",
        "Las ventas del {B} cayeron un {M} por ciento hasta {N} euros.",
    ),
    "ru": (
        "Представитель {B} сообщил, что на {T} в городе {O} выделят {N} рублей.",
        "{P} заявил в {D}, что {T} завершат до конца года.",
        "В мероприятии участвовали около {N} человек, на {M} процентов больше, чем год назад.",
        "По данным {B}, в аварии в городе {O} пострадали {M} человек.",
        "«Мы долго обсуждали {T}», сказал {P} после встречи.",
        "Выручка {B} выросла на {M} процентов и достигла {N} рублей.",
    ),
    "ar": (
        "أعلن {B} في {O} تخصيص {N} دولار من أجل {T} هذا العام.",
        "قال {P} يوم {D} إن {T} سيكتمل قبل نهاية العام.",
        "شارك نحو {N} شخص بزيادة {M} في المئة عن العام الماضي.",
        "أصيب {M} أشخاص في حادث في {O} بحسب {B}.",
        "ارتفعت أرباح {B} بنسبة {M} في المئة إلى {N} دولار.",
    ),
    "zh": (
        "{B}{D}宣布，将在{O}为{T}投入{N}元。",
        "{P}在{O}表示，{T}将于年底前完成。",
        "据{B}介绍，约有{N}人参加，比去年增加百分之{M}。",
        "{O}发生一起交通事故，造成{M}人受伤。",
        "{B}的营业收入增长百分之{M}，达到{N}元。",
    ),
    "ja": (
        "{B}は{D}、{O}の{T}に{N}円を投じると発表した。",
        "{P}氏は{O}で、{T}は年内に完成すると述べた。",
        "約{N}人が参加し、前年より{M}パーセント増えた。",
        "{O}で事故があり、{M}人がけがをした。",
        "{B}の売上高は{M}パーセント増の{N}円だった。",
    ),
    "ko": (
        "{B}은 {D} {O}에서 {T}에 {N}원을 투입한다고 발표했다.",
        "{P} 대표는 {T} 사업이 연말까지 끝날 것이라고 말했다.",
        "약 {N}명이 참가해 지난해보다 {M}퍼센트 늘었다.",
        "{O}에서 사고가 나 {M}명이 다쳤다고 {B}이 밝혔다.",
    ),
}
PARTS = {
    "en": (("Mill", "Bar", "Hol", "Car", "Wes", "Tan", "Lor", "Fen"), ("ford", "ton", "wick", "ley", "ham", "sby", "dale", "more")),
    "de": (("Ober", "Nieder", "Wald", "Stein", "Linden", "Berg", "Rosen", "Alt"), ("heim", "burg", "hausen", "dorf", "bach", "stedt", "feld", "rode")),
    "fr": (("Mont", "Beau", "Val", "Saint", "Roche", "Clair", "Haut", "Bel"), ("mont", "lieu", "ville", "court", "fort", "champ", "mare", "vaux")),
    "es": (("Villa", "Monte", "Casa", "Puerto", "Torre", "Alta", "Rio", "Valde"), ("verde", "blanca", "nueva", "seca", "mora", "luz", "sol", "mar")),
    "ru": (("Бело", "Ново", "Красно", "Верхне", "Старо", "Зелено", "Мало", "Северо"), ("горск", "реченск", "польск", "дольск", "лесье", "озёрск", "камск", "градск")),
    "ar": (("الر", "الس", "الم", "النو", "البح", "الش", "الق", "الح"), ("ملة", "لام", "دينة", "رين", "مال", "رق", "صر", "ديد")),
    "zh": (("东", "西", "南", "北", "长", "新", "安", "平"), ("江", "山", "河", "城", "湖", "州", "港", "川")),
    "ja": (("東", "西", "高", "中", "大", "小", "松", "青"), ("山", "川", "田", "島", "原", "崎", "浜", "野")),
    "ko": (("서", "동", "남", "북", "신", "청", "대", "영"), ("산", "천", "주", "포", "해", "양", "원", "성")),
}
THINGS = {
    "en": ("bridge|harbour|school|pipeline|budget|treaty|stadium|clinic|airport|census|tax|library", "new|second|northern|long-planned|disputed|regional|public|joint"),
    "de": ("Stadion|Krankenhaus|Museum|Gesetz|Abkommen|Kraftwerk|Schulzentrum|Hafenbecken", "neue|geplante|umstrittene|gemeinsame|regionale"),
    "fr": ("pont|stade|musée|budget|traité|port|lycée|centre", "régional|nouveau|contesté|commun|public"),
    "es": ("puente|estadio|museo|presupuesto|tratado|puerto|hospital|aeropuerto", "regional|nuevo|polémico|común|público"),
    "ru": ("мост|стадион|музей|бюджет|договор|порт|завод|вокзал", "новый|спорный|общий|южный|городской"),
    "ar": ("الجسر|الملعب|المتحف|الميناء|المستشفى|المطار", "الجديد|المشترك|العام|الشمالي"),
    "zh": ("大桥|体育场|博物馆|条约|港口|医院|机场|铁路", "新建|联合|公共|北部"),
    "ja": ("大橋|競技場|博物館|条約|港湾|病院|空港|鉄道", "新しい|共同の|公共の|北部の"),
    "ko": ("대교|경기장|박물관|조약|항만|병원|공항|철도", "새로운|공동|공공|북부"),
}
BODIES = {
    "en": "council|bank|ministry|union|agency|carrier|board|institute", "de": "Amt|Ministerium|Werk|Institut|Gericht",
    "fr": "conseil|ministère|syndicat|groupe|tribunal", "es": "consejo|ministerio|sindicato|grupo|tribunal",
    "ru": "ведомства|министерства|банка|завода|института", "ar": "المجلس|الوزارة|المصرف|النقابة|المعهد",
    "zh": "市政府|银行|公司|研究所|法院", "ja": "市役所|銀行|会社|研究所|裁判所", "ko": "시청|은행|회사|연구소|법원",
}
DAYS = {
    "en": "Monday|Tuesday|Wednesday|Thursday|Friday", "de": "Montag|Dienstag|Mittwoch|Freitag", "fr": "lundi|mardi|jeudi|vendredi",
    "es": "lunes|martes|jueves|viernes", "ru": "понедельник|вторник|среду|пятницу", "ar": "الاثنين|الثلاثاء|الخميس",
    "zh": "星期一|星期二|星期四", "ja": "月曜日|火曜日|木曜日", "ko": "월요일|화요일|목요일",
}
FURNITURE = ("Home > News > {O}", "Share this article", "Read more: {B} and {T}", "Photo: {P}", "Most read", "All rights reserved.")
PACKED = {"zh", "ja"}  # scripts without spaces


class Maker:
    def __init__(self, name, seed, small, frames):
        self.name, self.draw, self.small, self.frames = name, random.Random(seed), small, frames
        self.rows, self.count = [], 0

    def pick(self, words):
        words = words.split("|")
        return self.draw.choice(words[:3] if self.small else words)

    def place(self, language):
        first, last = PARTS[language]
        n = 4 if self.small else 8
        return self.draw.choice(first[:n]) + self.draw.choice(last[:n])

    def slot(self, language, kind):
        space = "" if language in PACKED else " "
        draw = self.draw
        if kind == "P":
            return self.place(language) + space + self.place(language)
        if kind == "O":
            return self.place(language)
        if kind == "B":
            return self.pick(BODIES[language])
        if kind == "T":
            nouns, marks = THINGS[language]
            words = [self.pick(marks), self.pick(nouns)]
            return space.join(reversed(words) if language in ("fr", "es", "ar") else words)
        if kind == "N":
            return str(int(10 ** draw.uniform(2, 6)))
        if kind == "M":
            return str(draw.randint(2, 99))
        return self.pick(DAYS[language])

    def fill(self, language, frame):
        while "{" in frame:
            at = frame.index("{")
            frame = frame[:at] + self.slot(language, frame[at + 1]) + frame[at + 3:]
        return frame

    def report(self, language, frames):
        n = max(2, int(self.draw.lognormvariate(1.7, 0.9)))
        return [self.fill(language, self.draw.choice(frames)) for _ in range(min(n, 45))]

    def emit(self, at, story, kind, language, title, sentences):
        self.count += 1
        text, line = [], []
        for sentence in sentences:
            line.append(sentence)
            if self.draw.random() < 0.4:
                text.append(("" if language in PACKED else " ").join(line))
                line = []
        text.append(("" if language in PACKED else " ").join(line))
        self.rows.append((at, self.count, title, "\n".join(x for x in text if x), story, kind))

    def again(self, at, story, language, title, sentences):
        kind = self.draw.choice(("syndicated", "syndicated", "truncated", "scraped", "update"))
        if kind == "truncated":
            sentences = sentences[:self.draw.randint(2, 6)]
        elif kind == "scraped":
            wrap = [self.fill(language, x) for x in FURNITURE]
            sentences = wrap[:3] + sentences + wrap[3:]
        elif kind == "update":
            frames = self.frames[language]
            top = [self.fill(language, self.draw.choice(frames)) for _ in range(max(1, len(sentences) // 5))]
            sentences = top + sentences
        self.emit(at, story, kind, language, title, sentences)

    def make(self, stories):
        for number in range(stories):
            language = self.draw.choice(("en", "en", "en", *FRAMES))
            title = self.fill(language, self.draw.choice(("{T}: {B}", "{P} {T}", "{O}: {T}", "{B} {O} {T}")))
            sentences = self.report(language, self.frames[language])
            story = "%s%05d" % (self.name, number)
            self.emit(number, story, "original", language, title, sentences)
            while len(sentences) > 2 and self.draw.random() < 0.25:
                self.again(number + self.draw.random() * 200, story, language, title, sentences)

    def write(self, work):
        self.rows.sort()
        with open(work / (self.name + ".jsonl"), "w", encoding="utf8") as out, \
                open(work / (self.name + ".tsv"), "w", encoding="utf8") as truth:
            truth.write("id\tstory\tkind\tops\tfam\tsite\n")
            for i, (_, _, title, text, story, kind) in enumerate(self.rows):
                key = "%s-%05d" % (self.name, i)
                out.write(json.dumps({"id": key, "title": title, "text": text}, ensure_ascii=False) + "\n")
                truth.write("%s\t%s\t%s\t\ttemplate:stock\tsite\n" % (key, story, kind))


work = pathlib.Path(sys.argv[1])
for number in range(4):
    half = number // 2
    maker = Maker("s%d" % number, number, number % 2 == 0, {k: v[half::2] for k, v in FRAMES.items()})
    maker.make(2500)
    maker.write(work)
