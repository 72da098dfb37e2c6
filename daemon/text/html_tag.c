#include "text/html_tag.h"

#include <string.h>

#include "base/macro.h"

enum {
	NAME_MAX = 10, /* blockquote, figcaption */
};

/* HTML's elements and the older ones that feeds still carry, sorted; but for those of a letter. */
static const struct {
	const char *name;
	enum html_tag tag;
} tags[] = {
	{"abbr", TAG_INLINE},
	{"acronym", TAG_INLINE},
	{"address", TAG_BLOCK},
	{"applet", TAG_SKIP},
	{"area", TAG_VOID},
	{"article", TAG_BLOCK},
	{"aside", TAG_BLOCK},
	{"audio", TAG_SKIP},
	{"base", TAG_VOID},
	{"bdi", TAG_INLINE},
	{"bdo", TAG_INLINE},
	{"big", TAG_INLINE},
	{"blink", TAG_INLINE},
	{"blockquote", TAG_BLOCK},
	{"body", TAG_BLOCK},
	{"br", TAG_BREAK},
	{"button", TAG_INLINE},
	{"canvas", TAG_SKIP},
	{"caption", TAG_BLOCK},
	{"center", TAG_BLOCK},
	{"cite", TAG_INLINE},
	{"code", TAG_INLINE},
	{"col", TAG_VOID},
	{"colgroup", TAG_BLOCK},
	{"datalist", TAG_SKIP},
	{"dd", TAG_BLOCK},
	{"del", TAG_INLINE},
	{"details", TAG_BLOCK},
	{"dfn", TAG_INLINE},
	{"dialog", TAG_BLOCK},
	{"dir", TAG_BLOCK},
	{"div", TAG_BLOCK},
	{"dl", TAG_BLOCK},
	{"dt", TAG_BLOCK},
	{"em", TAG_INLINE},
	{"embed", TAG_VOID},
	{"fieldset", TAG_BLOCK},
	{"figcaption", TAG_BLOCK},
	{"figure", TAG_BLOCK},
	{"font", TAG_INLINE},
	{"footer", TAG_BLOCK},
	{"form", TAG_BLOCK},
	{"frame", TAG_VOID},
	{"frameset", TAG_SKIP},
	{"h1", TAG_BLOCK},
	{"h2", TAG_BLOCK},
	{"h3", TAG_BLOCK},
	{"h4", TAG_BLOCK},
	{"h5", TAG_BLOCK},
	{"h6", TAG_BLOCK},
	{"head", TAG_SKIP},
	{"header", TAG_BLOCK},
	{"hr", TAG_BREAK},
	{"html", TAG_BLOCK},
	{"iframe", TAG_SKIP},
	{"img", TAG_VOID},
	{"input", TAG_VOID},
	{"ins", TAG_INLINE},
	{"kbd", TAG_INLINE},
	{"label", TAG_INLINE},
	{"legend", TAG_BLOCK},
	{"li", TAG_BLOCK},
	{"link", TAG_VOID},
	{"main", TAG_BLOCK},
	{"map", TAG_INLINE},
	{"mark", TAG_INLINE},
	{"marquee", TAG_BLOCK},
	{"math", TAG_INLINE},
	{"menu", TAG_BLOCK},
	{"meta", TAG_VOID},
	{"meter", TAG_INLINE},
	{"nav", TAG_BLOCK},
	{"nobr", TAG_INLINE},
	{"noscript", TAG_SKIP},
	{"object", TAG_SKIP},
	{"ol", TAG_BLOCK},
	{"optgroup", TAG_SKIP},
	{"option", TAG_SKIP},
	{"output", TAG_INLINE},
	{"param", TAG_VOID},
	{"picture", TAG_INLINE},
	{"pre", TAG_BLOCK},
	{"progress", TAG_INLINE},
	{"rp", TAG_SKIP},
	{"rt", TAG_INLINE},
	{"ruby", TAG_INLINE},
	{"samp", TAG_INLINE},
	{"script", TAG_RAW},
	{"section", TAG_BLOCK},
	{"select", TAG_SKIP},
	{"small", TAG_INLINE},
	{"source", TAG_VOID},
	{"span", TAG_INLINE},
	{"strike", TAG_INLINE},
	{"strong", TAG_INLINE},
	{"style", TAG_RAW},
	{"sub", TAG_INLINE},
	{"summary", TAG_BLOCK},
	{"sup", TAG_INLINE},
	{"svg", TAG_INLINE},
	{"table", TAG_BLOCK},
	{"tbody", TAG_BLOCK},
	{"td", TAG_CELL},
	{"template", TAG_SKIP},
	{"textarea", TAG_RAW},
	{"tfoot", TAG_BLOCK},
	{"th", TAG_CELL},
	{"thead", TAG_BLOCK},
	{"time", TAG_INLINE},
	{"tr", TAG_BLOCK},
	{"track", TAG_VOID},
	{"tt", TAG_INLINE},
	{"ul", TAG_BLOCK},
	{"var", TAG_INLINE},
	{"video", TAG_SKIP},
	{"wbr", TAG_VOID},
	{"xmp", TAG_BLOCK},
};

/* The commonest tags are a letter long: no search for them. */
static enum html_tag letter_tag(char letter)
{
	switch (letter | 0x20) {
	case 'p':
		return TAG_BLOCK;
	case 'a':
	case 'b':
	case 'i':
	case 'q':
	case 's':
	case 'u':
		return TAG_INLINE;
	default:
		return TAG_UNKNOWN;
	}
}

enum html_tag html_tag_find(const char *name, size_t length)
{
	char lower[NAME_MAX + 1] = {0};
	size_t low = 0;
	size_t high = ARRAY_SIZE(tags);

	if (length == 1)
		return letter_tag(*name);
	if (length > NAME_MAX)
		return TAG_UNKNOWN;
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(lower, tags[middle].name);

		if (order == 0)
			return tags[middle].tag;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return TAG_UNKNOWN;
}
