#include "parse/xml_root.h"

#include <string.h>

#include "base/macro.h"
#include "parse/element.h"

static enum feed_format rss_format(const struct xml_attributes *attributes)
{
	static const struct {
		const char *version;
		enum feed_format format;
	} versions[] = {{"0.9", FORMAT_RSS_090}, {"0.90", FORMAT_RSS_090}, {"0.91", FORMAT_RSS_091},
		{"0.92", FORMAT_RSS_092}, {"0.93", FORMAT_RSS_093}, {"0.94", FORMAT_RSS_094},
		{"1.0", FORMAT_RSS_10}};
	struct xml_value version = xml_attribute(attributes, "version");

	for (size_t i = 0; i < ARRAY_SIZE(versions); i++)
		if (xml_value_is(&version, versions[i].version))
			return versions[i].format;
	return FORMAT_RSS_20;
}

/* A namespace that is nobody's says nothing: all that is made today is Atom 1.0. */
static enum feed_format atom_format(const xmlChar *uri, const struct xml_attributes *attributes)
{
	struct xml_value version = xml_attribute(attributes, "version");
	const char *name = (const char *)uri;

	if (name && strcasestr(name, "2005/Atom"))
		return FORMAT_ATOM_10;
	if (version.length > 2 && memcmp(version.bytes, "0.", 2) == 0)
		return FORMAT_ATOM_03;
	return name && element_namespace_find(name, "") == NAMESPACE_ATOM ? FORMAT_ATOM_03
									  : FORMAT_ATOM_10;
}

/* RSS 0.90 and 1.0 differ in the namespace of all but the root. */
static enum feed_format rdf_format(const struct xml_root *root)
{
	for (int i = 0; i < root->namespace_count; i++)
		if (strstr((const char *)root->namespaces[2 * i + 1],
			    "netscape.com/rdf/simple/0.9"))
			return FORMAT_RSS_090;
	return FORMAT_RSS_10;
}

bool xml_root_is_declared(const struct xml_root *root)
{
	for (int i = 0; i < root->namespace_count; i++) {
		const char *uri = (const char *)root->namespaces[2 * i + 1];

		if (*uri == '\0')
			continue;
		switch (element_namespace_find(uri, "")) {
		case NAMESPACE_CORE:
		case NAMESPACE_ATOM:
		case NAMESPACE_SITEMAP:
			return true;
		default:
			break;
		}
	}
	return strcmp(root->name, "rss") == 0;
}

bool xml_root_is_atom(const struct xml_root *root)
{
	return strcmp(root->name, "feed") == 0 || strcmp(root->name, "entry") == 0;
}

bool xml_root_is_sitemap(const struct xml_root *root)
{
	return strcmp(root->name, "urlset") == 0 || strcmp(root->name, "sitemapindex") == 0;
}

enum feed_format xml_root_format(const struct xml_root *root)
{
	if (xml_root_is_atom(root))
		return atom_format(root->uri, root->attributes);
	if (xml_root_is_sitemap(root))
		return FORMAT_SITEMAP;
	if (strcmp(root->name, "rdf") == 0)
		return rdf_format(root);
	if (strcmp(root->name, "channel") == 0 && xml_attribute(root->attributes, "href").bytes)
		return FORMAT_CDF;
	return rss_format(root->attributes);
}
