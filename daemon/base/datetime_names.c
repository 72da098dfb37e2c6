/*
 * Names of months and zones.  Words come folded: lower case, without accents (datetime_loose.c).
 */
#include <string.h>

#include "base/datetime_fields.h"
#include "base/macro.h"

enum {
	STEM_BYTES_MIN = 3,
};

/*
 * Beginnings of the months' names, abbreviated and inflected forms included; the longest that fits
 * a word decides.  Where two languages differ over a name (listopad is October in Croatian,
 * November in Polish and Czech), the one more widely spoken stands.
 */
static const char *const month_stems[12] = {
	"jan ene gen ghen ian jaan sty led sij oca tammi sau urt янв січ јан ιαν ינו يناير जन",
	"feb fev lut uno vel sub helmi vas veeb shk ots фев лют φεβ פבר فبراير फर",
	"mar maa mrt brez bre ozu kov maer mac martxo мар бер μαρ מרץ مارس मार्च",
	"apr abr avr kwi dub tra nis huhti bal api апр кві απρ אפר ابريل अप्र",
	"may mai maj mei mag kve svi touko geg mayis mee maio маи мая мај трав μαι מאי مايو मई",
	("jun juin giu iun cze cerv cvn lipa lipn haz kesa bir juuni yun июн јун чер юни ιουν יונ "
	 "يونيو जून"),
	("jul juil lug iul lip cervenec cervenc cvc srpa srpn tem heina lie juuli yul июл јул лип "
	 "юли ιουλ יול يوليو जुल"),
	"aug ago aou sie srp srpen kol agu elo rugp avg авг сер αυγ אוג اغسطس अग",
	"sep set wrz zar ruj eyl syys rugs szep сен сеп вер σεπ ספט سبتمبر सित",
	"oct okt out ott paz rij eki loka spa outu окт жов οκτ אוק اكتوبر अक्त अक्ट",
	"nov noi lis stu kas marras lapk noe noy ноя ное нов лис νοε נוב نوفمبر नव",
	"dec dez dic des gru pro ara joulu gruo det дек дец гру δεκ דצמ ديسمبر दिस",
};

/* The longest of the stems with which the word begins; 0: none. */
static size_t longest_stem(const char *stems, const char *word, size_t length)
{
	size_t longest = 0;

	while (*stems) {
		size_t stem = strcspn(stems, " ");

		if (stem <= length && stem > longest && memcmp(stems, word, stem) == 0)
			longest = stem;
		stems += stem;
		stems += strspn(stems, " ");
	}
	return longest;
}

/* The English abbreviations, of which all feeds but a few make use, without a search. */
static int english_month(const char *word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++)
		if (memcmp(names + 3L * i, word, 3) == 0)
			return i + 1;
	return 0;
}

int month_from_word(const char *word, unsigned length)
{
	size_t longest = 0;
	int month = 0;

	if (length == 3)
		month = english_month(word);
	if (month > 0)
		return month;

	for (int i = 0; i < 12 && length >= STEM_BYTES_MIN; i++) {
		size_t stem = longest_stem(month_stems[i], word, length);

		if (stem > longest) {
			longest = stem;
			month = i + 1;
		}
	}
	return month;
}

/* Hours and minutes east of UTC, in minutes. */
#define EAST(hours, minutes) ((hours)*60 + (minutes))
#define WEST(hours, minutes) (-EAST(hours, minutes))

static const struct {
	const char *name;
	int offset;
} zones[] = {
	{"gmt", 0},
	{"utc", 0},
	{"ut", 0},
	{"uct", 0},
	{"z", 0},
	{"wet", 0},
	{"est", WEST(5, 0)},
	{"edt", WEST(4, 0)},
	{"et", WEST(5, 0)},
	{"cst", WEST(6, 0)},
	{"cdt", WEST(5, 0)},
	{"ct", WEST(6, 0)},
	{"mst", WEST(7, 0)},
	{"mdt", WEST(6, 0)},
	{"mt", WEST(7, 0)},
	{"pst", WEST(8, 0)},
	{"pdt", WEST(7, 0)},
	{"pt", WEST(8, 0)},
	{"akst", WEST(9, 0)},
	{"akdt", WEST(8, 0)},
	{"hst", WEST(10, 0)},
	{"ast", WEST(4, 0)},
	{"adt", WEST(3, 0)},
	{"at", WEST(4, 0)},
	{"nst", WEST(3, 30)},
	{"ndt", WEST(2, 30)},
	{"art", WEST(3, 0)},
	{"brt", WEST(3, 0)},
	{"brst", WEST(2, 0)},
	{"clt", WEST(4, 0)},
	{"clst", WEST(3, 0)},
	{"cot", WEST(5, 0)},
	{"pet", WEST(5, 0)},
	{"vet", WEST(4, 0)},
	{"bst", EAST(1, 0)},
	{"west", EAST(1, 0)},
	{"cet", EAST(1, 0)},
	{"met", EAST(1, 0)},
	{"mez", EAST(1, 0)},
	{"cest", EAST(2, 0)},
	{"cedt", EAST(2, 0)},
	{"mest", EAST(2, 0)},
	{"mesz", EAST(2, 0)},
	{"eet", EAST(2, 0)},
	{"eest", EAST(3, 0)},
	{"msk", EAST(3, 0)},
	{"мск", EAST(3, 0)},
	{"msd", EAST(4, 0)},
	{"trt", EAST(3, 0)},
	{"wat", EAST(1, 0)},
	{"cat", EAST(2, 0)},
	{"sast", EAST(2, 0)},
	{"eat", EAST(3, 0)},
	{"idt", EAST(3, 0)},
	{"irst", EAST(3, 30)},
	{"gst", EAST(4, 0)},
	{"pkt", EAST(5, 0)},
	{"ist", EAST(5, 30)},
	{"npt", EAST(5, 45)},
	{"ict", EAST(7, 0)},
	{"wib", EAST(7, 0)},
	{"wita", EAST(8, 0)},
	{"wit", EAST(9, 0)},
	{"hkt", EAST(8, 0)},
	{"sgt", EAST(8, 0)},
	{"myt", EAST(8, 0)},
	{"pht", EAST(8, 0)},
	{"awst", EAST(8, 0)},
	{"jst", EAST(9, 0)},
	{"kst", EAST(9, 0)},
	{"acst", EAST(9, 30)},
	{"acdt", EAST(10, 30)},
	{"aest", EAST(10, 0)},
	{"aedt", EAST(11, 0)},
	{"nzst", EAST(12, 0)},
	{"nzdt", EAST(13, 0)},
};

/*
 * Military letters, as RFC 822 section 5.1 defines them: A is one hour *west*.  Its successors call
 * that a mistake and advise to take all as UTC; feeds that use them follow RFC 822.
 */
static bool zone_from_letter(char letter, int *ret_offset)
{
	if (letter >= 'a' && letter <= 'i')
		*ret_offset = WEST(letter - 'a' + 1, 0);
	else if (letter >= 'k' && letter <= 'm')
		*ret_offset = WEST(letter - 'k' + 10, 0);
	else if (letter >= 'n' && letter <= 'y')
		*ret_offset = EAST(letter - 'n' + 1, 0);
	else
		return false;
	return true;
}

bool zone_from_word(const char *word, unsigned length, int *ret_offset)
{
	for (size_t i = 0; i < ARRAY_SIZE(zones); i++)
		if (*zones[i].name == *word && strlen(zones[i].name) == length &&
			memcmp(zones[i].name, word, length) == 0) {
			*ret_offset = zones[i].offset;
			return true;
		}
	return length == 1 && zone_from_letter(*word, ret_offset);
}
