#include "extract/page_tag.h"

#include <string.h>

#include "base/macro.h"

enum {
	NAME_MAX = 10,
};

#define BLOCK TAG_IS_BLOCK
#define DIV (TAG_IS_BLOCK | TAG_IS_DIV | TAG_IS_NEW)

/* Sorted by name. */
static const struct page_tag_info infos[] = {
	{"a", PAGE_A, 0},
	{"abbr", PAGE_INLINE, 0},
	{"acronym", PAGE_INLINE, 0},
	{"address", PAGE_BLOCK, BLOCK},
	{"applet", PAGE_CONTROL, BLOCK},
	{"area", PAGE_INLINE, TAG_IS_VOID},
	{"article", PAGE_ARTICLE, DIV},
	{"aside", PAGE_ASIDE, DIV},
	{"audio", PAGE_CONTROL, DIV},
	{"b", PAGE_INLINE, 0},
	{"base", PAGE_BASE, TAG_IS_VOID},
	{"bdi", PAGE_INLINE, TAG_IS_NEW},
	{"bdo", PAGE_INLINE, 0},
	{"big", PAGE_INLINE, 0},
	{"blockquote", PAGE_BLOCKQUOTE, BLOCK},
	{"body", PAGE_BODY, BLOCK},
	{"br", PAGE_BR, TAG_IS_VOID},
	{"button", PAGE_BUTTON, 0},
	{"canvas", PAGE_CONTROL, TAG_IS_NEW},
	{"caption", PAGE_CAPTION, BLOCK | TAG_IS_BARRIER},
	{"center", PAGE_BLOCK, BLOCK},
	{"cite", PAGE_INLINE, 0},
	{"code", PAGE_CODE, 0},
	{"col", PAGE_INLINE, TAG_IS_VOID},
	{"colgroup", PAGE_TABLE, BLOCK},
	{"datalist", PAGE_CONTROL, TAG_IS_GONE},
	{"dd", PAGE_DD, BLOCK},
	{"del", PAGE_INLINE, 0},
	{"details", PAGE_BLOCK, DIV},
	{"dfn", PAGE_INLINE, 0},
	{"dialog", PAGE_ASIDE, DIV},
	{"dir", PAGE_UL, BLOCK},
	{"div", PAGE_BLOCK, TAG_IS_BLOCK | TAG_IS_DIV},
	{"dl", PAGE_UL, BLOCK},
	{"dt", PAGE_DT, BLOCK},
	{"em", PAGE_INLINE, 0},
	{"embed", PAGE_CONTROL, TAG_IS_VOID},
	{"fieldset", PAGE_BLOCK, BLOCK},
	{"figcaption", PAGE_FIGCAPTION, DIV},
	{"figure", PAGE_FIGURE, DIV},
	{"font", PAGE_INLINE, 0},
	{"footer", PAGE_FOOTER, DIV},
	{"form", PAGE_FORM, BLOCK},
	{"frame", PAGE_CONTROL, TAG_IS_VOID},
	{"frameset", PAGE_CONTROL, BLOCK},
	{"h1", PAGE_H1, BLOCK},
	{"h2", PAGE_H2, BLOCK},
	{"h3", PAGE_H3, BLOCK},
	{"h4", PAGE_H4, BLOCK},
	{"h5", PAGE_H5, BLOCK},
	{"h6", PAGE_H6, BLOCK},
	{"head", PAGE_HEAD, BLOCK},
	{"header", PAGE_HEADER, DIV},
	{"hgroup", PAGE_BLOCK, DIV},
	{"hr", PAGE_HR, BLOCK | TAG_IS_VOID},
	{"html", PAGE_HTML, BLOCK},
	{"i", PAGE_INLINE, 0},
	{"iframe", PAGE_CONTROL, TAG_IS_RAW},
	{"img", PAGE_IMG, TAG_IS_VOID},
	{"input", PAGE_INLINE, TAG_IS_VOID},
	{"ins", PAGE_INLINE, 0},
	{"kbd", PAGE_INLINE, 0},
	{"label", PAGE_INLINE, 0},
	{"legend", PAGE_BLOCK, BLOCK},
	{"li", PAGE_LI, BLOCK},
	{"link", PAGE_LINK, TAG_IS_VOID},
	{"main", PAGE_MAIN, DIV},
	{"map", PAGE_INLINE, 0},
	{"mark", PAGE_INLINE, TAG_IS_NEW},
	{"marquee", PAGE_BLOCK, DIV},
	{"menu", PAGE_UL, BLOCK},
	{"meta", PAGE_META, TAG_IS_VOID},
	{"meter", PAGE_CONTROL, TAG_IS_NEW},
	{"nav", PAGE_NAV, DIV},
	{"nobr", PAGE_INLINE, TAG_IS_NEW},
	{"noembed", PAGE_CONTROL, TAG_IS_RAW},
	{"noframes", PAGE_CONTROL, TAG_IS_RAW},
	{"noscript", PAGE_CONTROL, TAG_IS_RAW},
	{"object", PAGE_CONTROL, BLOCK},
	{"ol", PAGE_UL, BLOCK},
	{"optgroup", PAGE_CONTROL, TAG_IS_GONE},
	{"option", PAGE_CONTROL, 0},
	{"output", PAGE_INLINE, TAG_IS_NEW},
	{"p", PAGE_P, BLOCK},
	{"param", PAGE_INLINE, TAG_IS_VOID},
	{"picture", PAGE_INLINE, TAG_IS_NEW},
	{"plaintext", PAGE_PRE, BLOCK},
	{"pre", PAGE_PRE, BLOCK},
	{"progress", PAGE_CONTROL, TAG_IS_NEW},
	{"q", PAGE_INLINE, 0},
	{"rp", PAGE_CONTROL, TAG_IS_NEW},
	{"rt", PAGE_CONTROL, TAG_IS_NEW},
	{"ruby", PAGE_INLINE, TAG_IS_NEW},
	{"s", PAGE_INLINE, 0},
	{"samp", PAGE_INLINE, 0},
	{"script", PAGE_CONTROL, TAG_IS_RAW},
	{"section", PAGE_SECTION, DIV},
	{"select", PAGE_CONTROL, TAG_IS_GONE},
	{"small", PAGE_INLINE, 0},
	{"source", PAGE_INLINE, TAG_IS_VOID},
	{"span", PAGE_INLINE, 0},
	{"strike", PAGE_INLINE, 0},
	{"strong", PAGE_INLINE, 0},
	{"style", PAGE_CONTROL, TAG_IS_RAW},
	{"sub", PAGE_INLINE, 0},
	{"summary", PAGE_BLOCK, DIV},
	{"sup", PAGE_INLINE, 0},
	{"svg", PAGE_CONTROL, TAG_IS_GONE},
	{"table", PAGE_TABLE, BLOCK | TAG_IS_BARRIER},
	{"tbody", PAGE_TABLE, BLOCK},
	{"td", PAGE_TD, BLOCK},
	{"template", PAGE_CONTROL, TAG_IS_GONE},
	{"textarea", PAGE_CONTROL, TAG_IS_RAW},
	{"tfoot", PAGE_TABLE, BLOCK},
	{"th", PAGE_TD, BLOCK},
	{"thead", PAGE_TABLE, BLOCK},
	{"time", PAGE_TIME, TAG_IS_NEW},
	{"title", PAGE_TITLE, TAG_IS_TEXT},
	{"tr", PAGE_TR, BLOCK},
	{"track", PAGE_INLINE, TAG_IS_VOID},
	{"tt", PAGE_INLINE, 0},
	{"u", PAGE_INLINE, 0},
	{"ul", PAGE_UL, BLOCK},
	{"var", PAGE_INLINE, 0},
	{"video", PAGE_CONTROL, DIV},
	{"wbr", PAGE_INLINE, TAG_IS_VOID},
	{"xmp", PAGE_PRE, BLOCK | TAG_IS_TEXT},
};

static const struct page_tag_info unknown = {"", PAGE_INLINE, TAG_IS_NEW};

const struct page_tag_info *page_tag_find(const char *name, size_t length)
{
	char lower[NAME_MAX + 1] = {0};
	size_t low = 0;
	size_t high = ARRAY_SIZE(infos);

	if (length > NAME_MAX)
		return &unknown;
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(lower, infos[middle].name);

		if (order == 0)
			return &infos[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return &unknown;
}

const struct page_tag_info *page_tag_info_at(size_t number)
{
	if (number < ARRAY_SIZE(infos))
		return &infos[number];
	return number == ARRAY_SIZE(infos) ? &unknown : NULL;
}

size_t page_tag_info_number(const struct page_tag_info *info)
{
	return info == &unknown ? ARRAY_SIZE(infos) : (size_t)(info - infos);
}
