#include "extract/title.h"

#include <ctype.h>
#include <string.h>

#include "base/macro.h"

enum {
	HEADINGS_MAX = 24,     /* that are looked at */
	SEPARATORS_MAX = 8,    /* of a title, from either end */
	LEADING_WORDS_MAX = 3, /* of a site's name before a title */
	HEADING_BYTES_MAX = 1024,
	SITE_WORDS_MAX = 5,  /* of a site's name in a title that tells nothing more */
	TITLE_WORDS_MIN = 3, /* of what is left */
	SITE_MORE_MAX = 8,   /* letters that may stand beside the site's name */
	KEY_MIN = 8,         /* letters; a shorter line is too common to be known by */
};

/* What may be taken for the site's name where it is not known. */
enum guess {
	GUESS_NONE,
	GUESS_BAR, /* behind a bar */
	GUESS_ANY,
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

/* What a title is judged by. */
struct judging {
	const char *site; /* its name, or NULL */
	const char *host; /* or NULL */
	struct arena *arena;
	const char *headings[HEADINGS_MAX]; /* keys */
	size_t heading_count;
};

/* Whether a part of a title names the site: its name, or letters of its host. */
static bool is_site(const char *text, size_t length, const struct judging *judging)
{
	static const char *const common[] = {"blogarchive", "blog", "home", "archive", "archives"};
	const char *site = judging->site;
	char key[TITLE_KEY_MAX];
	char other[TITLE_KEY_MAX];

	key_of(text, length, key);
	if (*key == '\0')
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		if (strcmp(key, common[i]) == 0)
			return true;
	if (site && *key_of(site, strlen(site), other) &&
		(strstr(other, key) ||
			(strstr(key, other) && strlen(key) <= strlen(other) + SITE_MORE_MAX)))
		return true;
	return judging->host && strlen(key) > 2 &&
		strstr(key_of(judging->host, strlen(judging->host), other), key);
}

static bool is_heading(const char *text, size_t length, const struct judging *judging)
{
	char key[TITLE_KEY_MAX];

	key_of(text, length, key);
	for (size_t i = 0; i < judging->heading_count; i++)
		if (strcmp(judging->headings[i], key) == 0)
			return true;
	return false;
}

/* What stands between the parts of a title, space on either side where a part may have it too. */
static const char *const separators[] = {" | ", " - ", " – ", " — ", " :: ", " » ", " « ", " · ",
	" • ", " / ", " // ", " \\ ", " ~ ", " * ", " -- ", " ► ", " → ", " ← ", " ‹ ", " › ",
	" @ ", " -", " < ", " > ", " ∙ ", "|", " : ", ": "};

/* The separator at `text`: its length, or 0. */
static size_t separator_at(const char *text)
{
	if (*text != ' ' && *text != '|' && *text != ':')
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(separators); i++)
		if (strncmp(text, separators[i], strlen(separators[i])) == 0)
			return strlen(separators[i]);
	return 0;
}

/* Only bars, dashes and arrows part a name that is not known. */
static bool is_strong(const char *text)
{
	static const char *const strong[] = {
		" | ", " -", " – ", " — ", " :: ", " » ", " « ", " ‹ ", " › "};

	for (size_t i = 0; i < ARRAY_SIZE(strong) && *text == ' '; i++)
		if (strncmp(text, strong[i], strlen(strong[i])) == 0)
			return true;
	return false;
}

/* A site's name comes first only before these. */
static bool leads(const char *text)
{
	return strncmp(text, " » ", 4) == 0 || strncmp(text, " :: ", 4) == 0 ||
		strncmp(text, " | ", 3) == 0 || strncmp(text, " › ", 5) == 0;
}

struct span {
	const char *text;
	size_t length;
};

static struct span span_from(const struct span *span, const char *start)
{
	return (struct span){start, (size_t)(span->text + span->length - start)};
}

/* Cuts one name of the site from the end or the start; false where there is none. */
static bool cut_site(struct span *span, const struct judging *judging)
{
	const char *end = span->text + span->length;
	size_t tried = 0;

	for (const char *at = end; at > span->text && tried < SEPARATORS_MAX; at--) {
		size_t size = separator_at(at);

		if (size == 0 || at + size > end)
			continue;
		if (is_site(at + size, (size_t)(end - at - (long)size), judging)) {
			span->length = (size_t)(at - span->text);
			return span->length > 0;
		}
		tried++;
	}
	tried = 0;
	for (const char *at = span->text; at < end && tried < SEPARATORS_MAX; at++) {
		size_t size = separator_at(at);

		if (size == 0)
			continue;
		if (at + size < end && is_site(span->text, (size_t)(at - span->text), judging)) {
			*span = span_from(span, at + size);
			return true;
		}
		tried++;
	}
	return false;
}

/* Cuts a title to a part of it that is a heading of the page, the longest. */
static bool cut_to_heading(struct span *span, const struct judging *judging)
{
	const char *end = span->text + span->length;
	struct span best = {0};
	size_t tried = 0;

	for (const char *at = end; at > span->text && tried < SEPARATORS_MAX; at--) {
		size_t length = (size_t)(at - span->text);

		if (separator_at(at) == 0)
			continue;
		if (is_heading(span->text, length, judging)) {
			best = (struct span){span->text, length};
			break;
		}
		tried++;
	}
	tried = 0;
	for (const char *at = span->text; at < end && tried < SEPARATORS_MAX; at++) {
		size_t size = separator_at(at);
		struct span rest;

		if (size == 0 || at + size >= end)
			continue;
		rest = span_from(span, at + size);
		if (rest.length <= best.length)
			break;
		if (is_heading(rest.text, rest.length, judging)) {
			best = rest;
			break;
		}
		tried++;
	}
	if (!best.text)
		return false;
	*span = best;
	return true;
}

/* Where nothing is known of the site: the last part, if it is short and enough is left. */
static bool cut_last(struct span *span, enum guess guess)
{
	for (const char *at = span->text + span->length - 1; at > span->text; at--) {
		size_t rest;
		size_t size;

		if (!is_strong(at))
			continue;
		size = separator_at(at);
		rest = span->length - (size_t)(at - span->text) - size;
		if ((guess == GUESS_ANY || at[1] == '|') &&
			count_words(at + size, rest) <= SITE_WORDS_MAX &&
			count_words(span->text, (size_t)(at - span->text)) >= TITLE_WORDS_MIN) {
			span->length = (size_t)(at - span->text);
			return true;
		}
		return false;
	}
	return false;
}

/* "Coast Blog » Boats sail again" */
static bool cut_first(struct span *span)
{
	for (const char *at = span->text; at < span->text + span->length; at++) {
		struct span rest;

		if (!is_strong(at))
			continue;
		rest = span_from(span, at + separator_at(at));
		if (!leads(at) ||
			count_words(span->text, (size_t)(at - span->text)) > LEADING_WORDS_MAX ||
			count_words(rest.text, rest.length) <= TITLE_WORDS_MIN)
			return false;
		*span = rest;
		return true;
	}
	return false;
}

/* What is left of separators at the ends. */
static void trim(struct span *span)
{
	while (span->length > 0 && strchr(" |-:>/~*", span->text[span->length - 1]))
		span->length--;
	while (span->length > 0 && strchr(" |->/~", *span->text))
		*span = span_from(span, span->text + 1);
}

static const char *without_site(const char *title, enum guess guess, const struct judging *judging)
{
	struct span span = {title, strlen(title)};
	bool cut = false;

	if (is_heading(title, span.length, judging))
		guess = GUESS_NONE;
	while (cut_site(&span, judging))
		cut = true;
	cut = cut_to_heading(&span, judging) || cut;
	if (!cut && guess != GUESS_NONE && span.length > 0 &&
		(cut_last(&span, guess) || (guess == GUESS_ANY && cut_first(&span))))
		while (cut_site(&span, judging))
			;
	if (span.length < strlen(title))
		trim(&span);
	return span.length > 0 ? arena_copy(judging->arena, span.text, span.length) : title;
}

/* Whether the class of a heading says that it is an article's. */
static bool is_named_title(const struct page_node *node)
{
	static const char *const words[] = {"entry-title", "entrytitle", "post-title", "posttitle",
		"post_title", "article-title", "articletitle", "article__title", "story-title",
		"headline", "single-title", "p-name"};
	const char *class = page_node_attribute(node, ATTRIBUTE_CLASS);

	for (size_t i = 0; class && i < ARRAY_SIZE(words); i++)
		if (strcasestr(class, words[i]))
			return true;
	return false;
}

/*
 * The first heading whose class names it the article's, where the page's title is but that of all
 * its pages: a heading on top again, and nothing of the article's.
 */
static const char *find_named(
	const struct page_meta *meta, const struct page_tree *tree, const struct judging *judging)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(HEADING_BYTES_MAX);
	const char *title = meta->document_title;

	for (size_t i = 1; i < tree->count; i++) {
		if (tree->nodes[i].tag < PAGE_H1 || tree->nodes[i].tag > PAGE_H3 ||
			!is_named_title(&tree->nodes[i]))
			continue;
		buffer_reset(&text);
		if (page_tree_text(tree, i, &text) < 0 || text.length == 0)
			continue;
		if (title &&
			(titles_agree(text.bytes, title) ||
				(!is_heading(title, strlen(title), judging) &&
					!is_site(title, strlen(title), judging))))
			return NULL;
		return arena_strdup(judging->arena, text.bytes);
	}
	return NULL;
}

static void read_headings(const struct page_tree *tree, struct judging *judging)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(HEADING_BYTES_MAX);
	char key[TITLE_KEY_MAX];

	for (size_t i = 1; i < tree->count && judging->heading_count < HEADINGS_MAX; i++) {
		if (tree->nodes[i].tag < PAGE_H1 || tree->nodes[i].tag > PAGE_H3)
			continue;
		buffer_reset(&text);
		if (page_tree_text(tree, i, &text) < 0 || text.length == 0)
			continue;
		key_of(text.bytes, text.length, key);
		if (strlen(key) < KEY_MIN || is_site(text.bytes, text.length, judging))
			continue;
		judging->headings[judging->heading_count] = arena_strdup(judging->arena, key);
		if (judging->headings[judging->heading_count])
			judging->heading_count++;
	}
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

/* Where all of a page's titles are the same, they may all have the site's name. */
static enum guess guess_of(const struct page_meta *meta, const char *value)
{
	return meta->document_title && strcmp(meta->document_title, value) == 0 ? GUESS_BAR
										: GUESS_NONE;
}

const char *title_choose(const struct page_meta *meta, const struct page_tree *tree,
	const char *site, const char *host, struct arena *arena, struct titles *ret_titles)
{
	struct judging judging = {.site = site, .host = host, .arena = arena};
	bool sure;
	const char *heading = find_heading(meta, tree, arena, &sure);
	const char *chosen = NULL;
	struct titles titles = {0};

	read_headings(tree, &judging);
	for (size_t source = 0; source < SOURCE_WEAK; source++) {
		const char *value = meta->values[FIELD_TITLE][source];

		if (!value)
			continue;
		value = without_site(value, guess_of(meta, value), &judging);
		titles_add(&titles, value, arena);
		/* One that is nowhere on the page is a template's. */
		if ((!chosen || is_cut(chosen)) &&
			!(sure && source == SOURCE_JSONLD && !titles_agree(value, heading) &&
				!titles_agree(value, meta->document_title)))
			chosen = value;
	}
	if (!chosen)
		chosen = find_named(meta, tree, &judging);
	titles_add(&titles, heading, arena);
	if (!chosen || is_cut(chosen))
		chosen = heading && (sure || !meta->document_title) ? heading : chosen;
	if (meta->document_title) {
		const char *value = without_site(meta->document_title, GUESS_ANY, &judging);

		titles_add(&titles, value, arena);
		chosen = chosen ? chosen : value;
	}
	*ret_titles = titles;
	return chosen;
}
