#include "extract/verdict.h"

#include <string.h>
#include <strings.h>

#include "base/macro.h"
#include "base/url.h"

enum {
	EMPTY_BYTES = 60,    /* less text than this is none */
	SHORT_BYTES = 200,   /* less is little, */
	SHORT_MARKUP = 600,  /* for a page of so many elements */
	TEASER_BYTES = 2500, /* a locked article whose text is longer is shown whole */
	WALL_BYTES = 2500,   /* a text on cookies that is longer is an article on cookies */
	WALL_WORDS_MIN = 4,
};

static bool holds(const char *text, const char *word)
{
	return text && strcasestr(text, word);
}

static bool holds_any(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (holds(text, words[i]))
			return true;
	return false;
}

static size_t count_words(const char *text, const char *const *words, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		for (const char *at = strcasestr(text, words[i]); at;
			at = strcasestr(at + 1, words[i]))
			found++;
	return found;
}

/* Checks for robots and error pages name themselves in their titles. */
static bool is_blocked(const struct web_page *page, size_t length)
{
	static const char *const titles[] = {"just a moment", "attention required", "access denied",
		"are you a robot", "are you human", "security check", "403 forbidden",
		"404 not found", "page not found", "not found", "seite nicht gefunden",
		"page introuvable", "página no encontrada", "request blocked", "robot check",
		"service unavailable", "bot verification", "human verification"};

	return length < SHORT_BYTES * 5 && holds_any(page->title, titles, ARRAY_SIZE(titles));
}

static bool is_consent(const struct web_page *page, size_t length)
{
	static const char *const words[] = {"cookie", "consent", "privacy", "partners",
		"personal data", "einwilligung", "datenschutz", "zustimm", "consentement",
		"vie privée", "privacidad", "consentimiento", "personenbezogen",
		"données personnelles"};
	static const char *const titles[] = {"before you continue", "your privacy", "cookie",
		"consent", "privacy settings", "datenschutz"};
	size_t found;

	if (length > WALL_BYTES || !page->text)
		return false;
	found = count_words(page->text, words, ARRAY_SIZE(words));
	/* A word in 120 bytes: texts on the subject have fewer. */
	return (found >= WALL_WORDS_MIN && found * 120 > length) ||
		(found >= 2 && holds_any(page->title, titles, ARRAY_SIZE(titles)));
}

/* An element or a line that asks to pay. */
static bool has_wall(const struct page_tree *tree)
{
	static const char *const names[] = {"paywall", "regwall", "pay-wall", "subscriber-only",
		"subscription-required", "premium-teaser", "paid-content", "metered", "piano-"};

	for (size_t i = 1; i < tree->count; i++) {
		const char *class = page_node_attribute(&tree->nodes[i], ATTRIBUTE_CLASS);
		const char *id = page_node_attribute(&tree->nodes[i], ATTRIBUTE_ID);

		if (tree->nodes[i].tag != PAGE_BODY && tree->nodes[i].tag != PAGE_HTML &&
			(holds_any(class, names, ARRAY_SIZE(names)) ||
				holds_any(id, names, ARRAY_SIZE(names))))
			return true;
	}
	return false;
}

/* In a line of the page, kept or not. */
static bool asks_to_pay(const struct page_tree *tree)
{
	static const char *const words[] = {"to continue reading", "to read the full",
		"to keep reading", "already a subscriber", "subscribers only", "for subscribers",
		"subscribe to read", "subscribe to continue", "log in to read", "register to read",
		"um weiterzulesen", "jetzt weiterlesen", "mit abo weiterlesen",
		"réservé aux abonnés", "réservé à nos abonnés", "pour lire la suite",
		"il vous reste", "exclusivo para suscriptores", "para seguir leyendo",
		"per continuare a leggere", "riservato agli abbonati", "tylko dla prenumeratorów",
		"только для подписчиков", "artikel lesen mit"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (holds(buffer_string(&tree->text), words[i]))
			return true;
	return false;
}

static bool is_home(const char *url)
{
	struct url parts;

	return url && url_parse(url, &parts) == 0 && parts.path.length <= 1 &&
		(!parts.query.bytes || parts.query.length == 0);
}

/* Many lines that are links, and little text beside them. */
static bool is_list(
	const struct page_meta *meta, const struct blocks *blocks, size_t length, const char *url)
{
	size_t linked = 0;

	if (meta->article)
		return false;
	for (size_t i = 0; i < blocks->count; i++)
		linked += blocks->blocks[i].linked;
	return (is_home(url) && linked > 2 * length) ||
		(meta->type && strcasecmp(meta->type, "website") == 0 && linked > 8 * length);
}

enum page_verdict verdict_of(const struct web_page *page, const struct page_meta *meta,
	const struct page_tree *tree, const struct blocks *blocks, const char *url)
{
	size_t length = page->text ? strlen(page->text) : 0;

	if (is_blocked(page, length))
		return PAGE_IS_BLOCKED;
	if (is_consent(page, length))
		return PAGE_IS_CONSENT;
	if (length < TEASER_BYTES && !meta->values[FIELD_BODY][SOURCE_JSONLD] &&
		(meta->locked || has_wall(tree)) && (meta->locked || asks_to_pay(tree)))
		return PAGE_IS_PAYWALL;
	if (length < EMPTY_BYTES)
		return PAGE_IS_EMPTY;
	if (length < SHORT_BYTES && tree->count > SHORT_MARKUP)
		return PAGE_IS_SHORT;
	if (is_list(meta, blocks, length, url))
		return PAGE_IS_LIST;
	return PAGE_IS_ARTICLE;
}
