#include "extract/cues.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/macro.h"

enum {
	WORD_BYTES = 24,
	NAMES_BYTES_MAX = 512, /* of a class attribute: some carry whole style sheets */
};

/* Words, "*" at the end: and what begins with them.  Sorted. */
static const char *const other_words[] = {"ad", "addtoany", "ads", "adsbygoogle", "advert*",
	"anzeige*", "author", "authors", "autor", "autores", "banner*", "bio", "biography",
	"bookmark*", "bottomline", "breadcrumb*", "brotkrume*", "byline*", "caption*", "cmp",
	"comentario*", "comment", "commentaire*", "commentary", "commentform", "commentlist",
	"comments", "communitycomments", "compartir", "consent*", "contentinfo", "cookie*",
	"copyright*", "correlat*", "credit", "credits", "dateline", "disclaimer*", "disqus*",
	"donat*", "embed*", "facebook", "fbcomments", "figcaption", "flyout", "follow", "followus",
	"foot", "footer*", "footnote*", "gallery*", "gdpr*", "kommentar*", "komentar*", "legende",
	"login*", "lightbox*", "masthead", "menu*", "meta", "metadata", "metainfo", "mobileonly",
	"modal*", "mostpopular", "mostread", "nav*", "newsletter*", "nocontent", "noprint",
	"outbrain*", "overlay*", "pager*", "pagination*", "partage*", "paywall*", "popular*",
	"popup*", "postmeta", "printonly", "promo*", "publicid*", "pubdate", "rating*", "readmore",
	"recirc*", "recommend*", "reklam*", "related*", "relacionad*", "remark*", "replies",
	"respond", "rss", "screenreader", "search*", "seealso", "share*", "sharing", "shop*",
	"shoutbox", "sidebar*", "signin*", "signup*", "skyscraper", "slideshow*", "social*",
	"sociable", "sponsor*", "subnav*", "subscri*", "taboola*", "tag", "tagcloud", "taglist",
	"tags", "teaser*", "timestamp*", "toc", "toolbar*", "tools", "tooltip*", "topbar*",
	"topics", "toplist", "trending*", "upsell*", "vcard", "verwandt*", "video*", "werbung*",
	"widget*", "yarpp*"};

/* Whole names: words of them mean less. */
static const char *const other_names[] = {"d-none", "hidden", "hide", "is-hidden", "next", "prev",
	"previous", "print", "print-only", "screen-reader-text", "sr-only", "tool",
	"visually-hidden", "visuallyhidden", "video", "videos", "player", "profile", "pop", "poll",
	"foot", "skip", "skip-link", "jobs"};

/* Words that turn the next one round: "has-sidebar" is what lies beside one. */
static const char *const around[] = {"has", "with", "no", "without", "not", "hide", "show", "is"};

/* Of these, those whose meaning leaves no doubt. */
static const char *const never_words[] = {"advert*", "breadcrumb*", "comments", "commentlist",
	"copyright*", "cookie*", "disqus*", "footer*", "gdpr*", "kommentar*", "menu*", "nav*",
	"newsletter*", "outbrain*", "publicid*", "recirc*", "recommend*", "reklam*", "related*",
	"sidebar*", "subscri*", "taboola*", "werbung*"};

/* Two words in a row. */
static const char *const other_pairs[][2] = {
	{"also", "read"},
	{"more", "news"},
	{"more", "stories"},
	{"more", "on"},
	{"more", "from"},
	{"most", "read"},
	{"most", "viewed"},
	{"post", "date"},
	{"post", "info"},
	{"read", "also"},
	{"read", "more"},
	{"read", "next"},
	{"see", "also"},
	{"up", "next"},
	{"entry", "date"},
	{"reading", "time"},
	{"article", "date"},
	{"article", "info"},
	{"top", "stories"},
	{"latest", "news"},
	{"call", "action"},
	{"sign", "up"},
	{"log", "in"},
};

static const char *const body_names[] = {"articlebody", "article-body", "article__body",
	"article-content", "article__content", "article-text", "articletext", "story-body",
	"storybody", "story-content", "storycontent", "story-text", "entry-content", "post-content",
	"postcontent", "post-body", "post-entry", "post-text", "news-text", "newstext", "bodytext",
	"body-text", "body-copy", "bodycopy", "articlecontent", "story__body", "article_body",
	"article_content", "article_text", "entry-body", "entrytext", "entry-text", "page-content",
	"single-content", "main-content", "td-post-content", "content-body", "contentbody"};

static bool word_matches(const char *pattern, const char *word)
{
	size_t fixed = strlen(pattern) - 1;

	if (pattern[fixed] == '*')
		return strncmp(pattern, word, fixed) == 0;
	return strcmp(pattern, word) == 0;
}

static bool is_word_of(const char *const *list, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (list[i][0] == word[0] && word_matches(list[i], word))
			return true;
	return false;
}

static enum cue cue_of_word(const char *word)
{
	if (is_word_of(never_words, ARRAY_SIZE(never_words), word))
		return CUE_NEVER;
	return is_word_of(other_words, ARRAY_SIZE(other_words), word) ? CUE_OTHER : CUE_NONE;
}

static bool is_other_pair(const char *first, const char *second)
{
	for (size_t i = 0; i < ARRAY_SIZE(other_pairs); i++)
		if (strcmp(other_pairs[i][0], first) == 0 && strcmp(other_pairs[i][1], second) == 0)
			return true;
	return false;
}

/* The next word of the names, in lower case; returns where to go on, NULL behind the last. */
static const char *next_word(const char *text, const char *end, char ret[WORD_BYTES])
{
	size_t count = 0;
	bool lower = false;

	while (text < end && !isalpha((unsigned char)*text) && (unsigned char)*text < 0x80)
		text++;
	if (text == end)
		return NULL;
	while (text < end && (isalpha((unsigned char)*text) || (unsigned char)*text >= 0x80)) {
		bool capital = isupper((unsigned char)*text);

		if (capital && lower)
			break;
		lower = lower || !capital;
		if (count < WORD_BYTES - 1)
			ret[count++] = (char)tolower((unsigned char)*text);
		text++;
	}
	ret[count] = '\0';
	return text;
}

static bool turns_round(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(around); i++)
		if (strcmp(around[i], word) == 0)
			return true;
	return false;
}

static bool has_name(const char *names, const char *const *list, size_t count)
{
	while (*names) {
		size_t length = strcspn(names, " \t\n\r\f");

		for (size_t i = 0; i < count; i++)
			if (ascii_is(names, length, list[i]))
				return true;
		names += length;
		names += strspn(names, " \t\n\r\f");
	}
	return false;
}

static enum cue cue_of_names(const char *names)
{
	const char *end = names + strnlen(names, NAMES_BYTES_MAX);
	char words[2][WORD_BYTES] = {"", ""};
	enum cue cue = CUE_NONE;
	unsigned turn = 0;

	while ((names = next_word(names, end, words[turn]))) {
		enum cue one = turns_round(words[1 - turn]) ? CUE_NONE : cue_of_word(words[turn]);

		if (one == CUE_NONE && is_other_pair(words[1 - turn], words[turn]))
			one = CUE_OTHER;
		cue = one > cue ? one : cue;
		turn = 1 - turn;
	}
	return cue;
}

static bool is_other_role(const char *role)
{
	static const char *const roles[] = {"navigation", "complementary", "banner", "contentinfo",
		"search", "dialog", "alertdialog", "menu", "menubar", "toolbar", "tooltip"};

	for (size_t i = 0; i < ARRAY_SIZE(roles); i++)
		if (strcasecmp(role, roles[i]) == 0)
			return true;
	return false;
}

enum cue cue_of(const struct page_node *node)
{
	const char *class = page_node_attribute(node, ATTRIBUTE_CLASS);
	const char *id = page_node_attribute(node, ATTRIBUTE_ID);
	const char *role = page_node_attribute(node, ATTRIBUTE_ROLE);

	enum cue cue;

	if (role && is_other_role(role))
		return CUE_NEVER;
	if ((class && has_name(class, body_names, ARRAY_SIZE(body_names))) ||
		(id && has_name(id, body_names, ARRAY_SIZE(body_names))))
		return CUE_BODY;
	cue = class ? cue_of_names(class) : CUE_NONE;
	if (cue != CUE_NEVER && id) {
		enum cue other = cue_of_names(id);

		cue = other > cue ? other : cue;
	}
	if (cue == CUE_NONE && class && has_name(class, other_names, ARRAY_SIZE(other_names)))
		cue = CUE_OTHER;
	return cue;
}
