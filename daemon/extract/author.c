#include "extract/author.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/datetime.h"
#include "extract/cues.h"

enum {
	NAMES_BYTES_MAX = 200, /* a longer line is no byline */
	MONTH_BYTES_MAX = 16,
	LINES_BEHIND = 8, /* of the headline, in which a byline is looked for */
	BYLINE_MAX = 120,
};

/* What stands before a name; some words of languages that are names of people elsewhere do not. */
static const char *const prefixes[] = {"by ", "by: ", "written by ", "posted by ", "von ", "par ",
	"por ", "autor: ", "author: ", "автор: ", "text: ", "di ", "af ", "av ", "door ", "from ",
	"analysis by ", "story by ", "words by ", "reported by ", "текст: ", "texte: ", "testo: "};

static const char *skip_prefix(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strncasecmp(text, prefixes[i], strlen(prefixes[i])) == 0)
			return text + strlen(prefixes[i]);
	return text;
}

static bool is_address(const char *text)
{
	return strstr(text, "://") || strncasecmp(text, "www.", 4) == 0 ||
		(strchr(text, '@') && !strchr(text, ' ')) || *text == '/';
}

/* A month, or what stands before a date: "on", "Published". */
static bool is_of_date(const char *word, size_t length)
{
	static const char *const words[] = {"on", "published", "updated", "posted", "last", "at"};
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

/* The length up to what follows names: a bar, a dot between, a date. */
static size_t names_length(const char *text)
{
	size_t length = 0;

	while (text[length] && !isdigit((unsigned char)text[length])) {
		if (strncmp(text + length, " | ", 3) == 0 ||
			strncmp(text + length, " · ", 4) == 0 ||
			strncmp(text + length, " • ", 5) == 0 || text[length] == '(' ||
			text[length] == '<')
			break;
		length++;
	}
	while (length > 0 && strchr(" ,;:-|", text[length - 1]))
		length--;
	return isdigit((unsigned char)text[length + strspn(text + length, " ")])
		? before_date(text, length)
		: length;
}

static const char *clean(const char *text, struct arena *arena)
{
	size_t length;

	if (!text || is_address(text) || strlen(text) > NAMES_BYTES_MAX)
		return NULL;
	text = skip_prefix(text);
	length = names_length(text);
	return length > 1 ? arena_copy(arena, text, length) : NULL;
}

static bool is_author_name(const char *names)
{
	static const char *const words[] = {"author", "byline", "autor", "auteur", "writer"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasestr(names, words[i]))
			return true;
	return false;
}

/* An element by its rel or class. */
static const char *from_elements(const struct page_tree *tree, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(64 * 1024);

	for (size_t i = 1; i < tree->count; i++) {
		const struct page_node *node = &tree->nodes[i];
		const char *rel = page_node_attribute(node, ATTRIBUTE_REL);
		const char *class = page_node_attribute(node, ATTRIBUTE_CLASS);
		const char *found;

		if (node->tag == PAGE_ASIDE || node->tag == PAGE_NAV || node->tag == PAGE_FOOTER ||
			(node->attribute_count > 0 && node->tag != PAGE_BODY &&
				node->tag != PAGE_HTML && cue_of(node) == CUE_NEVER)) {
			i = node->end - 1;
			continue;
		}
		if (!(rel && strcasecmp(rel, "author") == 0 && node->tag == PAGE_A) &&
			!(class && node->end - i < 32 && is_author_name(class)))
			continue;
		buffer_reset(&text);
		if (page_tree_text(tree, i, &text) < 0)
			continue;
		found = clean(buffer_string(&text), arena);
		if (found)
			return found;
	}
	return NULL;
}

/* "By Orla Penhale" below the headline: the prefix makes it one. */
static const char *from_lines(const struct page_tree *tree, const struct blocks *blocks,
	uint32_t heading, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(16 * BYLINE_MAX);

	for (size_t i = heading;
		heading != UINT32_MAX && i < heading + LINES_BEHIND && i < blocks->count; i++) {
		const char *line;

		buffer_reset(&text);
		if (blocks->blocks[i].length > BYLINE_MAX ||
			block_text(tree, &blocks->blocks[i], &text) < 0)
			continue;
		line = buffer_string(&text);
		if (skip_prefix(line) != line && isupper((unsigned char)*skip_prefix(line)))
			return clean(line, arena);
	}
	return NULL;
}

const char *author_choose(const struct page_meta *meta, const struct page_tree *tree,
	const struct blocks *blocks, uint32_t heading, struct arena *arena)
{
	const char *found = NULL;

	for (size_t source = 0; source < SOURCE_WEAK && !found; source++)
		found = clean(meta->values[FIELD_AUTHOR][source], arena);
	if (!found)
		found = from_elements(tree, arena);
	if (!found)
		found = from_lines(tree, blocks, heading, arena);
	return found ? found : clean(meta->values[FIELD_AUTHOR][SOURCE_WEAK], arena);
}
