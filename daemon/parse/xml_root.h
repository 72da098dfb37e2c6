/* Which format an XML document is, by its root element. */
#pragma once

#include <libxml/xmlstring.h>
#include <stdbool.h>

#include "model/entry.h"
#include "parse/xml_attributes.h"

/* The root element; `name` in lower case, without a prefix, as of the prolog. */
struct xml_root {
	const char *name;
	const xmlChar *uri;
	int namespace_count;
	const xmlChar **namespaces; /* prefix and URI of each */
	const struct xml_attributes *attributes;
};

bool xml_root_is_atom(const struct xml_root *root);
bool xml_root_is_sitemap(const struct xml_root *root);

/* What is no feed of another kind counts as RSS. */
enum feed_format xml_root_format(const struct xml_root *root);

/* Whether the root says that it is a feed: by <rss>, or by one of the namespaces it declares. */
bool xml_root_is_declared(const struct xml_root *root);
