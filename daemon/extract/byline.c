#include "extract/byline.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/datetime.h"
#include "base/macro.h"
#include "extract/date_text.h"

enum {
	NAMES_BYTES_MAX = 300, /* a longer line is no byline */
	MONTH_BYTES_MAX = 16,
	LOWER_WORDS_MAX = 1,  /* of names: "de" and the like do not count */
	PHRASE_WORDS_MAX = 8, /* of "Staff and agencies in Hong Kong"; a longer one is a sentence */
};

/* What stands before a name; some words of languages that are names of people elsewhere do not. */
static const char *const prefixes[] = {"by ", "by: ", "written by ", "posted by ", "published by ",
	"von ", "par ", "por ", "di ", "af ", "av ", "door ", "from ",
	"autor: ", "autorin: ", "autoren: ", "author: ", "authors: ", "auteur: ", "auteur : ",
	"autore: ", "autora: ", "text: ", "von: ", "par : ", "por: ", "about the author: ",
	"über den autor: ", "über die autorin: ", "texte: ", "testo: ", "texto: ", "analysis by ",
	"story by ", "words by ", "reported by ", "text von ", "ein beitrag von ", "beitrag von ",
	"geschrieben von ", "verfasst von ", "kommentar von ", "ein kommentar von ",
	"eine analyse von ", "ein gastbeitrag von ", "gastbeitrag von ",
	"interview: ", "écrit par ", "rédigé par ", "publié par ", "escrito por ", "publicado por ",
	"scritto da ", "pubblicato da ", "geschreven door ", "skrevet av ", "skrevet af ", "autor ",
	"автор: ", "Автор: ", "текст: ", "Текст: ", "Автор ", "作者：", "作者:", "记者：",
	"记者:", "記者：", "文：", "文/"};

/* These say it wherever they stand in a line, if a date or such a word stands before them. */
static const char *const inner_prefixes[] = {
	" by ", " von ", " par ", " por ", " da ", " door ", " av ", " af "};

static const char *const said_before[] = {"posted", "published", "written", "submitted", "updated",
	"veröffentlicht", "geschrieben", "erstellt", "eingestellt", "verfasst", "gepostet",
	"publié", "rédigé", "écrit", "publicado", "escrito", "pubblicato", "scritto", "geplaatst",
	"geschreven", "created"};

/* These say it wherever they stand. */
static const char *const labels[] = {"作者：", "作者:", "记者：", "记者:", "記者：",
	"Автор: ", "autor: ", "author: ", "autorin: ", "auteur : ", "auteur: ", "autore: "};

static const char *after_prefix(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (ascii_begins(text, strlen(text), prefixes[i]))
			return text + strlen(prefixes[i]);
	return NULL;
}

static bool is_address(const char *text)
{
	return strstr(text, "://") || strncasecmp(text, "www.", 4) == 0 ||
		(strchr(text, '@') && !strchr(text, ' ')) || *text == '/';
}

/* A month, or what stands before a date: "on", "Published". */
static bool is_of_date(const char *word, size_t length)
{
	static const char *const words[] = {"on", "published", "updated", "posted", "last", "at",
		"am", "vom", "um", "le", "el", "il", "em", "op", "den", "veröffentlicht", "publié",
		"publicado", "stand", "date", "monday", "tuesday", "wednesday", "thursday",
		"friday", "saturday", "sunday", "mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	char date[64];
	int64_t seconds;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (ascii_is(word, length, words[i]))
			return true;
	(void)snprintf(date, sizeof(date), "%.*s 2, 2020", (int)length, word);
	return length <= MONTH_BYTES_MAX && datetime_parse(date, &seconds) == 0;
}

/* "Joshua Sokol May", before "20, 2019": the month is none of the name. */
static size_t before_date(const char *text, size_t length)
{
	for (;;) {
		size_t start = length;

		while (start > 0 && text[start - 1] != ' ')
			start--;
		if (start == 0 || !is_of_date(text + start, length - start))
			return length;
		while (start > 0 && strchr(" ,;:-|", text[start - 1]))
			start--;
		length = start;
	}
}

/* Signs that end names, those of the Far East among them. */
static bool ends_names(const char *text)
{
	static const char *const signs[] = {" | ", " · ", " • ", " / ", " – ", " — ", " @", "(",
		"<", "@", "\n", "　", "（", "）", "／"};

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (strncmp(text, signs[i], strlen(signs[i])) == 0)
			return true;
	return false;
}

/* "Max Muster, Fotos: Eva Muster": behind a comma another label begins, and other people. */
static size_t before_label(const char *text, size_t length)
{
	size_t colon = strcspn(text, ":");
	size_t comma = colon;

	if (colon >= length)
		return length;
	while (comma > 0 && !strchr(",;", text[comma]))
		comma--;
	return comma > 0 ? comma : length;
}

/* The length up to what follows names: a bar, a dot between, a date, another label. */
static size_t names_length(const char *text)
{
	size_t length = 0;

	/* "CC7567" goes by that. */
	while (text[length] && !ends_names(text + length) &&
		!(isdigit((unsigned char)text[length]) &&
			(length == 0 || !isalnum((unsigned char)text[length - 1]))))
		length++;
	length = before_label(text, length);
	while (length > 0 && strchr(" ,;:-|", text[length - 1]))
		length--;
	return isdigit((unsigned char)text[length + strspn(text + length, " ,;:-|")])
		? before_date(text, length)
		: length;
}

/* What names a box of an author, not the author. */
static bool is_label(const char *text, size_t length)
{
	static const char *const words[] = {"author", "authors", "autor", "autorin", "autoren",
		"auteur", "autore", "about the author", "about author", "about", "über den autor",
		"über die autorin", "à propos de l'auteur", "sobre el autor", "by", "von", "par",
		"por", "written by", "posted by", "published by", "share", "follow", "text",
		"автор", "contributor", "contributors"};

	while (length > 0 && strchr(" :", text[length - 1]))
		length--;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (ascii_is(text, length, words[i]))
			return true;
	return length == 0;
}

const char *byline_names(const char *text, struct arena *arena)
{
	if (!text || is_address(text) || strlen(text) > NAMES_BYTES_MAX)
		return NULL;
	for (;;) {
		const char *rest = after_prefix(text);
		size_t length;

		text = rest ? rest : text;
		text += strspn(text, " ,;:-|");
		length = names_length(text);
		if (length > 1 && !is_label(text, length))
			return arena_copy(arena, text, length);
		/* A date or a label comes before the bar, and the names may behind it. */
		text = strstr(text + length, " | ");
		if (!text)
			return NULL;
		text += strlen(" | ");
	}
}

/* "de", "van", "and": words within names that begin small. */
static bool is_particle(const char *word, size_t length)
{
	static const char *const words[] = {"and", "und", "et", "y", "e", "en", "og", "och", "de",
		"da", "do", "dos", "di", "del", "della", "der", "den", "van", "von", "vom", "zu",
		"la", "le", "du", "af", "al", "el", "bin", "ben", "ibn", "ter", "with", "i", "und"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (ascii_is(word, length, words[i]))
			return true;
	return false;
}

static bool is_capital(const char *text)
{
	return isupper((unsigned char)*text) || (unsigned char)*text >= 0x80;
}

bool byline_is_name_like(const char *text)
{
	size_t lower = 0;
	size_t words = 0;

	if (!is_capital(text))
		return false;
	while (*text && *text != ',') {
		size_t length = strcspn(text, " ,");

		lower += length > 0 && !is_capital(text) && !is_particle(text, length);
		words += length > 0;
		text += length;
		text += strspn(text, " ");
	}
	/* "By Monday, the port was open": one word, and the sentence goes on. */
	if (words == 1 && *text == ',' && islower((unsigned char)text[strspn(text, ", ")]))
		return false;
	return words > 0 && lower <= LOWER_WORDS_MAX;
}

bool byline_is_sentence(const char *text)
{
	size_t words = 0;

	for (; *text && *text != ','; text += strspn(text, " ")) {
		words++;
		text += strcspn(text, " ,");
	}
	return words > PHRASE_WORDS_MAX;
}

/* The names behind a word in the midst of a line, or NULL. */
static const char *behind(const char *line, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *at = strcasestr(line, words[i]);

		if (at && is_capital(at + strlen(words[i])))
			return at + strlen(words[i]);
	}
	return NULL;
}

/* Whether a line tells when something was written. */
static bool tells_writing(const char *line)
{
	struct page_time time;

	for (size_t i = 0; i < ARRAY_SIZE(said_before); i++)
		if (ascii_begins(line, strlen(line), said_before[i]))
			return true;
	return date_find(line, strlen(line), false, &time);
}

const char *byline_find(const char *line, struct arena *arena)
{
	const char *names = after_prefix(line);
	const char *found;

	if (!names)
		names = behind(line, labels, ARRAY_SIZE(labels));
	if (!names && tells_writing(line))
		names = behind(line, inner_prefixes, ARRAY_SIZE(inner_prefixes));
	if (!names || !is_capital(names))
		return NULL;
	found = byline_names(names, arena);
	return found && byline_is_name_like(found) ? found : NULL;
}

bool byline_is_nobody(const char *names, const char *site)
{
	static const char *const words[] = {"admin", "administrator", "editor", "editors", "staff",
		"webmaster", "author", "user", "guest", "root", "unknown", "anonymous",
		"super user", "redaktion", "redacción", "redazione", "rédaction", "la rédaction",
		"redakcja", "redactie", "news desk", "staff writer", "wpadmin"};

	/* An account, not a name. */
	if (!strchr(names, ' ') && strpbrk(names, "0123456789"))
		return true;
	if (site && (strcasecmp(names, site) == 0 || strcasestr(site, names)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasecmp(names, words[i]) == 0)
			return true;
	return false;
}
