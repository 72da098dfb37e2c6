#include "extract/title.h"

#include <ctype.h>
#include <string.h>

enum {
	HEADINGS_MAX = 8, /* <h1> that are looked at */
	HEADING_BYTES_MAX = 1024,
	SITE_WORDS_MAX = 5,  /* of a site's name in a title that tells nothing more */
	TITLE_WORDS_MIN = 3, /* of what is left */
	SITE_MORE_MAX = 8,   /* letters that may stand beside the site's name */
	KEY_MIN = 8,         /* letters; a shorter line is too common to be known by */
};

/* Letters and digits only, in lower case as far as ASCII goes. */
static const char *key_of(const char *text, size_t length, char ret[TITLE_KEY_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < length && count < TITLE_KEY_MAX - 1; i++) {
		unsigned char byte = (unsigned char)text[i];

		/* General punctuation and the no-break space are written now so, now so. */
		if (byte == 0xE2 && i + 2 < length && (unsigned char)text[i + 1] == 0x80)
			i += 2;
		else if (byte == 0xC2 && i + 1 < length)
			i += 1;
		else if (byte >= 0x80 || isalnum(byte))
			ret[count++] = (char)tolower(byte);
	}
	ret[count] = '\0';
	return ret;
}

bool titles_have(const struct titles *titles, const char *text, size_t length)
{
	char key[TITLE_KEY_MAX];

	key_of(text, length, key);
	for (size_t i = 0; i < titles->count; i++)
		if (strcmp(titles->keys[i], key) == 0)
			return true;
	return false;
}

static void titles_add(struct titles *titles, const char *text, struct arena *arena)
{
	char key[TITLE_KEY_MAX];

	if (!text || titles->count == TITLES_MAX)
		return;
	key_of(text, strlen(text), key);
	if (strlen(key) < KEY_MIN || titles_have(titles, text, strlen(text)))
		return;
	titles->keys[titles->count] = arena_strdup(arena, key);
	if (titles->keys[titles->count])
		titles->count++;
}

static size_t count_words(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
	return count;
}

/* Whether a part of a title names the site: its name, or letters of its host. */
static bool is_site(const char *text, size_t length, const char *site, const char *host)
{
	char key[TITLE_KEY_MAX];
	char other[TITLE_KEY_MAX];

	key_of(text, length, key);
	if (*key == '\0')
		return true;
	if (site && *key_of(site, strlen(site), other) &&
		(strstr(other, key) ||
			(strstr(key, other) && strlen(key) <= strlen(other) + SITE_MORE_MAX)))
		return true;
	return host && strlen(key) > 2 && strstr(key_of(host, strlen(host), other), key);
}

/* The separator at `text`: its length, or 0. */
static size_t separator_at(const char *text)
{
	static const char *const separators[] = {" | ", " - ", " – ", " — ", " :: ", " » ", " · ",
		" • ", " / ", " -", " < ", " > ", " ← ", " ∙ ", "|", " : ", ": "};

	for (size_t i = 0; i < ARRAY_SIZE(separators); i++)
		if (strncmp(text, separators[i], strlen(separators[i])) == 0)
			return strlen(separators[i]);
	return 0;
}

/* Only bars and dashes part a name that is not known. */
static bool is_strong(const char *text)
{
	return strncmp(text, " | ", 3) == 0 || strncmp(text, " -", 2) == 0 ||
		strncmp(text, " – ", 5) == 0 || strncmp(text, " — ", 5) == 0 ||
		strncmp(text, " :: ", 4) == 0 || strncmp(text, " » ", 4) == 0;
}

struct span {
	const char *text;
	size_t length;
};

/* Cuts one name of the site from the end or the start; false where there is none. */
static bool cut_site(struct span *span, const char *site, const char *host)
{
	const char *end = span->text + span->length;

	for (const char *at = end; at > span->text; at--) {
		size_t size = separator_at(at);

		if (size == 0 || at + size > end)
			continue;
		if (is_site(at + size, (size_t)(end - at - (long)size), site, host)) {
			span->length = (size_t)(at - span->text);
			return span->length > 0;
		}
		break;
	}
	for (const char *at = span->text; at < end; at++) {
		size_t size = separator_at(at);

		if (size == 0)
			continue;
		if (at + size < end && is_site(span->text, (size_t)(at - span->text), site, host)) {
			*span = (struct span){at + size, (size_t)(end - at - (long)size)};
			return true;
		}
		break;
	}
	return false;
}

/* Where nothing is known of the site: the last part, if it is short and enough is left. */
static void cut_last(struct span *span)
{
	for (const char *at = span->text + span->length - 1; at > span->text; at--) {
		size_t rest;
		size_t size;

		if (!is_strong(at))
			continue;
		size = separator_at(at);
		rest = span->length - (size_t)(at - span->text) - size;
		if (count_words(at + size, rest) <= SITE_WORDS_MAX &&
			count_words(span->text, (size_t)(at - span->text)) >= TITLE_WORDS_MIN)
			span->length = (size_t)(at - span->text);
		return;
	}
}

static const char *without_site(
	const char *title, bool guess, const char *site, const char *host, struct arena *arena)
{
	struct span span = {title, strlen(title)};
	bool cut = false;

	while (cut_site(&span, site, host))
		cut = true;
	if (!cut && guess && span.length > 0)
		cut_last(&span);
	while (span.length > 0 && isspace((unsigned char)span.text[span.length - 1]))
		span.length--;
	return span.length > 0 ? arena_copy(arena, span.text, span.length) : title;
}

/* The <h1> that stands in the page's title, else the only one there is, or NULL. */
static const char *find_heading(const struct page_meta *meta, const struct page_tree *tree,
	struct arena *arena, bool *ret_sure)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(HEADING_BYTES_MAX);
	char title[TITLE_KEY_MAX] = "";
	char key[TITLE_KEY_MAX];
	const char *only = NULL;
	size_t count = 0;

	*ret_sure = false;
	if (meta->document_title)
		key_of(meta->document_title, strlen(meta->document_title), title);
	for (size_t i = 1; i < tree->count && count < HEADINGS_MAX; i++) {
		if (tree->nodes[i].tag != PAGE_H1)
			continue;
		buffer_reset(&text);
		if (page_tree_text(tree, i, &text) < 0 || text.length == 0)
			continue;
		key_of(text.bytes, text.length, key);
		if (strlen(key) >= KEY_MIN && strstr(title, key) &&
			2 * strlen(key) >= strlen(title)) {
			*ret_sure = true;
			return arena_strdup(arena, text.bytes);
		}
		if (count++ == 0)
			only = arena_strdup(arena, text.bytes);
	}
	return count == 1 ? only : NULL;
}

bool titles_agree(const char *one, const char *other)
{
	char key[TITLE_KEY_MAX];
	char other_key[TITLE_KEY_MAX];

	key_of(one, strlen(one), key);
	key_of(other, strlen(other), other_key);
	return strstr(key, other_key) || strstr(other_key, key);
}

/* JSON-LD's headline may be cut to 110 characters. */
static bool is_cut(const char *text)
{
	size_t length = strlen(text);

	return length > 3 &&
		(strcmp(text + length - 3, "...") == 0 || strcmp(text + length - 3, "…") == 0);
}

const char *title_choose(const struct page_meta *meta, const struct page_tree *tree,
	const char *site, const char *host, struct arena *arena, struct titles *ret_titles)
{
	bool sure;
	const char *heading = find_heading(meta, tree, arena, &sure);
	const char *chosen = NULL;
	struct titles titles = {0};

	for (size_t source = 0; source < SOURCE_WEAK; source++) {
		const char *value = meta->values[FIELD_TITLE][source];

		if (!value)
			continue;
		value = without_site(value, false, site, host, arena);
		titles_add(&titles, value, arena);
		/* One that is nowhere on the page is a template's. */
		if ((!chosen || is_cut(chosen)) &&
			!(sure && source == SOURCE_JSONLD && !titles_agree(value, heading) &&
				!titles_agree(value, meta->document_title)))
			chosen = value;
	}
	titles_add(&titles, heading, arena);
	if (!chosen || is_cut(chosen))
		chosen = heading && (sure || !meta->document_title) ? heading : chosen;
	if (meta->document_title) {
		const char *value = without_site(meta->document_title, true, site, host, arena);

		titles_add(&titles, value, arena);
		chosen = chosen ? chosen : value;
	}
	*ret_titles = titles;
	return chosen;
}
