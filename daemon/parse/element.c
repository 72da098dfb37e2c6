#include "parse/element.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/macro.h"

/* Beginnings of namespace names; versions and slashes at the end vary in the wild. */
static const struct {
	const char *uri;
	enum element_namespace space;
} uris[] = {
	{"http://www.w3.org/2005/atom", NAMESPACE_ATOM},
	{"https://www.w3.org/2005/atom", NAMESPACE_ATOM},
	{"http://purl.org/atom/", NAMESPACE_ATOM},
	{"http://example.com/newformat", NAMESPACE_ATOM}, /* drafts before 0.3 */
	{"http://necho.sourceforge.net", NAMESPACE_ATOM},
	{"http://purl.org/echo", NAMESPACE_ATOM},
	{"uri/of/echo/namespace", NAMESPACE_ATOM},
	{"http://purl.org/pie", NAMESPACE_ATOM},
	{"http://www.w3.org/1999/02/22-rdf-syntax-ns", NAMESPACE_RDF},
	{"http://purl.org/rss/1.0/modules/content", NAMESPACE_CONTENT},
	{"http://purl.org/rss/1.0/modules/syndication", NAMESPACE_SYNDICATION},
	{"http://purl.org/rss/1.0/modules/", NAMESPACE_OTHER},
	{"http://purl.org/rss/1.0", NAMESPACE_CORE},
	{"http://purl.org/net/rss1.1", NAMESPACE_CORE},
	{"http://purl.oclc.org/net/rss_2.0/enc", NAMESPACE_CORE}, /* RSS 2.0's enclosure in 1.0 */
	{"http://my.netscape.com/", NAMESPACE_CORE},
	{"http://channel.netscape.com/", NAMESPACE_CORE},
	{"http://backend.userland.com/rss", NAMESPACE_CORE},
	{"http://blogs.law.harvard.edu/tech/rss", NAMESPACE_CORE},
	{"http://cyber.law.harvard.edu/rss", NAMESPACE_CORE},
	{"http://purl.org/dc/elements/", NAMESPACE_DC},
	{"http://purl.org/metadata/dublin_core", NAMESPACE_DC},
	{"http://dublincore.org/documents/dcmi-namespace", NAMESPACE_DC},
	{"http://purl.org/dc/terms", NAMESPACE_DCTERMS},
	{"http://search.yahoo.com/mrss", NAMESPACE_MEDIA},
	{"https://search.yahoo.com/mrss", NAMESPACE_MEDIA},
	{"http://tools.search.yahoo.com/mrss", NAMESPACE_MEDIA},
	{"http://www.rssboard.org/media-rss", NAMESPACE_MEDIA},
	{"http://www.itunes.com/dtds/podcast", NAMESPACE_ITUNES},
	{"https://www.itunes.com/dtds/podcast", NAMESPACE_ITUNES},
	{"http://example.com/dtds/podcast", NAMESPACE_ITUNES},
	{"http://rssnamespace.org/feedburner/", NAMESPACE_FEEDBURNER},
	{"http://www.pheedo.com/namespace/pheedo", NAMESPACE_FEEDBURNER},
	{"http://www.w3.org/1999/xhtml", NAMESPACE_XHTML},
	{"http://www.w3.org/tr/rec-html40", NAMESPACE_XHTML},
	{"http://www.sitemaps.org/schemas/sitemap/", NAMESPACE_SITEMAP},
	{"https://www.sitemaps.org/schemas/sitemap/", NAMESPACE_SITEMAP},
	{"http://www.google.com/schemas/sitemap-news/", NAMESPACE_NEWS},
	{"https://www.google.com/schemas/sitemap-news/", NAMESPACE_NEWS},
	{"http://www.google.com/schemas/sitemap-video/", NAMESPACE_VIDEO},
	{"https://www.google.com/schemas/sitemap-video/", NAMESPACE_VIDEO},
	{"http://www.google.com/schemas/sitemap-", NAMESPACE_OTHER},
	{"http://www.google.com/schemas/sitemap/", NAMESPACE_SITEMAP},
};

static const struct {
	const char *prefix;
	enum element_namespace space;
} prefixes[] = {
	{"atom", NAMESPACE_ATOM},
	{"atom10", NAMESPACE_ATOM},
	{"a10", NAMESPACE_ATOM},
	{"rdf", NAMESPACE_RDF},
	{"rss", NAMESPACE_CORE},
	{"dc", NAMESPACE_DC},
	{"dcterms", NAMESPACE_DCTERMS},
	{"content", NAMESPACE_CONTENT},
	{"media", NAMESPACE_MEDIA},
	{"itunes", NAMESPACE_ITUNES},
	{"feedburner", NAMESPACE_FEEDBURNER},
	{"sy", NAMESPACE_SYNDICATION},
	{"xhtml", NAMESPACE_XHTML},
	{"news", NAMESPACE_NEWS},
	{"video", NAMESPACE_VIDEO},
};

enum element_namespace element_namespace_find(const char *uri, const char *prefix)
{
	for (size_t i = 0; uri && i < ARRAY_SIZE(uris); i++)
		if (strncasecmp(uri, uris[i].uri, strlen(uris[i].uri)) == 0)
			return uris[i].space;
	for (size_t i = 0; prefix && i < ARRAY_SIZE(prefixes); i++)
		if (strcasecmp(prefix, prefixes[i].prefix) == 0)
			return prefixes[i].space;
	/* RSS modules invent default namespaces freely; a prefix means somebody's own element. */
	return prefix ? NAMESPACE_OTHER : NAMESPACE_CORE;
}

#define CORE NAMESPACE_CORE
#define DC NAMESPACE_DC
#define TERMS NAMESPACE_DCTERMS
#define MEDIA NAMESPACE_MEDIA
#define ITUNES NAMESPACE_ITUNES
#define NEWS NAMESPACE_NEWS
#define VIDEO NAMESPACE_VIDEO
#define IGNORE ACTION_IGNORE
#define ENTER ACTION_ENTER
#define TEXT ACTION_TEXT
#define CONSTRUCT ACTION_CONSTRUCT

/*
 * Atom's and the sitemaps' elements stand among CORE's, since feeds mix them.  Ranks: what the
 * format itself calls the field, then Dublin Core, then the modules for media.
 */
static const struct element_rule rules[] = {
	{CORE, "rss", ENTER, ENTER},
	{CORE, "channel", ENTER, ACTION_FEED},
	{CORE, "feed", ENTER, ACTION_FEED},
	{CORE, "urlset", ENTER, ACTION_FEED},
	{CORE, "sitemapindex", ENTER, ACTION_FEED},
	{CORE, "item", ACTION_ENTRY, ACTION_ENTRY},
	{CORE, "entry", ACTION_ENTRY, ACTION_ENTRY},
	{CORE, "url", IGNORE, ACTION_ENTRY},
	{CORE, "sitemap", IGNORE, ACTION_ENTRY},
	{CORE, "items", IGNORE, ENTER},
	{CORE, "title", CONSTRUCT, CONSTRUCT, FIELD_TITLE, 0},
	{CORE, "link", ACTION_LINK, ACTION_LINK, FIELD_LINK, 1},
	{CORE, "loc", TEXT, IGNORE, FIELD_LINK, 1},
	{CORE, "guid", ACTION_GUID, IGNORE, FIELD_ID, 0},
	{CORE, "id", ACTION_GUID, IGNORE, FIELD_ID, 0},
	{CORE, "description", CONSTRUCT, IGNORE, FIELD_SUMMARY, 1},
	{CORE, "summary", CONSTRUCT, IGNORE, FIELD_SUMMARY, 0},
	{CORE, "abstract", CONSTRUCT, IGNORE, FIELD_SUMMARY, 2},
	{CORE, "content", ACTION_CONTENT, IGNORE, FIELD_CONTENT, 0},
	{CORE, "encoded", TEXT, IGNORE, FIELD_CONTENT, 0},
	{CORE, "fullitem", TEXT, IGNORE, FIELD_CONTENT, 2},
	{CORE, "body", TEXT, IGNORE, FIELD_CONTENT, 1},
	{CORE, "source", ACTION_SOURCE, IGNORE},
	{CORE, "author", ACTION_PERSON, ACTION_PERSON, FIELD_AUTHOR, 2},
	{CORE, "managingeditor", ACTION_PERSON, IGNORE, FIELD_AUTHOR, 3},
	{CORE, "pubdate", TEXT, TEXT, FIELD_PUBLISHED, 0},
	{CORE, "published", TEXT, TEXT, FIELD_PUBLISHED, 0},
	{CORE, "issued", TEXT, TEXT, FIELD_PUBLISHED, 0},
	{CORE, "created", TEXT, TEXT, FIELD_PUBLISHED, 3},
	{CORE, "date", TEXT, TEXT, FIELD_PUBLISHED, 1},
	{CORE, "updated", TEXT, TEXT, FIELD_UPDATED, 0},
	{CORE, "modified", TEXT, TEXT, FIELD_UPDATED, 0},
	{CORE, "lastbuilddate", TEXT, TEXT, FIELD_UPDATED, 0},
	{CORE, "lastmod", TEXT, IGNORE, FIELD_UPDATED, 0},
	{CORE, "category", ACTION_CATEGORY, IGNORE, FIELD_CATEGORY, 0},
	{CORE, "enclosure", ACTION_ENCLOSURE, IGNORE, FIELD_ENCLOSURE, 0},
	{CORE, "language", TEXT, TEXT, FIELD_LANGUAGE, 0},
	{CORE, "ttl", IGNORE, TEXT, FIELD_TTL, 0},
	{CORE, "skiphours", IGNORE, ENTER},
	{CORE, "skipdays", IGNORE, ENTER},
	{CORE, "hour", IGNORE, TEXT, FIELD_SKIP_HOUR, 0},
	{CORE, "day", IGNORE, TEXT, FIELD_SKIP_DAY, 0},
	{NAMESPACE_RDF, "rdf", ENTER, ENTER},
	{NAMESPACE_RDF, "li", IGNORE, ENTER},
	{NAMESPACE_RDF, "seq", IGNORE, ENTER},
	{DC, "title", TEXT, TEXT, FIELD_TITLE, 1},
	{DC, "creator", ACTION_PERSON, IGNORE, FIELD_AUTHOR, 1},
	{DC, "author", ACTION_PERSON, IGNORE, FIELD_AUTHOR, 2},
	{DC, "subject", ACTION_CATEGORY, IGNORE, FIELD_CATEGORY, 0},
	{DC, "date", TEXT, TEXT, FIELD_PUBLISHED, 1},
	{DC, "description", TEXT, IGNORE, FIELD_SUMMARY, 3},
	{DC, "identifier", TEXT, IGNORE, FIELD_ID, 2},
	{DC, "language", TEXT, TEXT, FIELD_LANGUAGE, 1},
	{TERMS, "title", TEXT, TEXT, FIELD_TITLE, 1},
	{TERMS, "creator", ACTION_PERSON, IGNORE, FIELD_AUTHOR, 1},
	{TERMS, "subject", ACTION_CATEGORY, IGNORE, FIELD_CATEGORY, 0},
	{TERMS, "issued", TEXT, TEXT, FIELD_PUBLISHED, 1},
	{TERMS, "date", TEXT, TEXT, FIELD_PUBLISHED, 1},
	{TERMS, "created", TEXT, TEXT, FIELD_PUBLISHED, 2},
	{TERMS, "available", TEXT, IGNORE, FIELD_PUBLISHED, 4},
	{TERMS, "modified", TEXT, TEXT, FIELD_UPDATED, 1},
	{TERMS, "abstract", TEXT, IGNORE, FIELD_SUMMARY, 3},
	{TERMS, "description", TEXT, IGNORE, FIELD_SUMMARY, 3},
	{TERMS, "identifier", TEXT, IGNORE, FIELD_ID, 2},
	{TERMS, "language", TEXT, TEXT, FIELD_LANGUAGE, 1},
	{NAMESPACE_CONTENT, "encoded", TEXT, IGNORE, FIELD_CONTENT, 0},
	{MEDIA, "group", ENTER, IGNORE},
	{MEDIA, "content", ACTION_MEDIA, IGNORE, FIELD_ENCLOSURE, 0},
	{MEDIA, "title", CONSTRUCT, IGNORE, FIELD_TITLE, 3},
	{MEDIA, "description", CONSTRUCT, IGNORE, FIELD_SUMMARY, 4},
	{MEDIA, "category", ACTION_CATEGORY, IGNORE, FIELD_CATEGORY, 0},
	{MEDIA, "keywords", TEXT, IGNORE, FIELD_KEYWORDS, 0},
	{ITUNES, "title", TEXT, TEXT, FIELD_TITLE, 2},
	{ITUNES, "author", ACTION_PERSON, IGNORE, FIELD_AUTHOR, 3},
	{ITUNES, "summary", TEXT, IGNORE, FIELD_SUMMARY, 2},
	{ITUNES, "subtitle", TEXT, IGNORE, FIELD_SUMMARY, 5},
	{ITUNES, "category", ACTION_CATEGORY, IGNORE, FIELD_CATEGORY, 0},
	{ITUNES, "keywords", TEXT, IGNORE, FIELD_KEYWORDS, 0},
	{NAMESPACE_FEEDBURNER, "origlink", TEXT, IGNORE, FIELD_LINK, 0},
	{NAMESPACE_SYNDICATION, "updateperiod", IGNORE, TEXT, FIELD_UPDATE_PERIOD, 0},
	{NAMESPACE_SYNDICATION, "updatefrequency", IGNORE, TEXT, FIELD_UPDATE_FREQUENCY, 0},
	{NAMESPACE_XHTML, "body", TEXT, IGNORE, FIELD_CONTENT, 1},
	{NAMESPACE_XHTML, "div", TEXT, IGNORE, FIELD_CONTENT, 3},
	{NEWS, "news", ENTER, IGNORE},
	{NEWS, "publication", ENTER, IGNORE},
	{NEWS, "language", TEXT, IGNORE, FIELD_LANGUAGE, 0},
	{NEWS, "title", TEXT, IGNORE, FIELD_TITLE, 0},
	{NEWS, "publication_date", TEXT, IGNORE, FIELD_PUBLISHED, 0},
	{NEWS, "keywords", TEXT, IGNORE, FIELD_KEYWORDS, 0},
	{VIDEO, "video", ENTER, IGNORE},
	{VIDEO, "title", TEXT, IGNORE, FIELD_TITLE, 4},
	{VIDEO, "description", TEXT, IGNORE, FIELD_SUMMARY, 5},
	{VIDEO, "publication_date", TEXT, IGNORE, FIELD_PUBLISHED, 5},
	{VIDEO, "tag", ACTION_CATEGORY, IGNORE, FIELD_CATEGORY, 0},
};

const struct element_rule *element_rule_find(enum element_namespace space, const char *name)
{
	if (space == NAMESPACE_ATOM || space == NAMESPACE_SITEMAP)
		space = NAMESPACE_CORE;
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].space == space && strcmp(rules[i].name, name) == 0)
			return &rules[i];
	return NULL;
}
