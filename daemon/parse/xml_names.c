#include "parse/xml_names.h"

#include <ctype.h>
#include <string.h>

#include "base/hash.h"
#include "base/macro.h"

void xml_names_init(struct xml_names *names, struct arena *arena)
{
	names->arena = arena;
	names->count = 0;
	memset(names->slots, 0, sizeof(names->slots));
}

static bool is_local_name(const char *text, size_t length)
{
	if (length == 0 || !(isalpha((unsigned char)*text) || *text == '_'))
		return false;
	for (size_t i = 1; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != '-' &&
			text[i] != '.')
			return false;
	return true;
}

bool xml_name_is_counter(const char *name, size_t length)
{
	static const char *const counters[] = {"slash:comments", "slash:hit_parade", "thr:total",
		"media:community", "media:statistics", "media:starRating"};

	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		if (length == strlen(counters[i]) && memcmp(name, counters[i], length) == 0)
			return true;
	return false;
}

static enum xml_role role_of(const struct xml_name *name)
{
	const char *local = (const char *)name->local;

	if (strcmp(local, "item") == 0 || strcmp(local, "entry") == 0)
		return ROLE_ENTRY;
	if (strcmp(local, "url") == 0 || strcmp(local, "sitemap") == 0)
		return ROLE_ADDRESS;
	return xml_name_is_counter((const char *)name->bytes, name->length) ? ROLE_COUNTER
									    : ROLE_NONE;
}

/* The part of a name as a name of its own; NULL where it is none. */
static const xmlChar *part(struct xml_names *names, const char *text, size_t length)
{
	const struct xml_name *name =
		is_local_name(text, length) ? xml_names_find(names, text, length) : NULL;

	return name ? name->bytes : NULL;
}

/* Parts prefix and local name, where it is a name at all. */
static void split(struct xml_names *names, struct xml_name *name)
{
	const char *text = (const char *)name->bytes;
	const char *colon = memchr(text, ':', name->length);

	if (!colon) {
		name->local = is_local_name(text, name->length) ? name->bytes : NULL;
	} else {
		name->prefix = part(names, text, (size_t)(colon - text));
		if (name->prefix)
			name->local =
				part(names, colon + 1, (size_t)(text + name->length - colon - 1));
	}
	if (name->local)
		name->role = role_of(name);
}

static struct xml_name *add(struct xml_names *names, const char *text, size_t length)
{
	struct xml_name *name;

	if (names->count == XML_NAMES_MAX || length > XML_NAME_BYTES_MAX)
		return NULL;
	name = &names->names[names->count];
	*name = (struct xml_name){
		.bytes = (xmlChar *)arena_copy(names->arena, text, length),
		.length = length,
	};
	if (!name->bytes)
		return NULL;
	names->count++;
	return name;
}

const struct xml_name *xml_names_find(struct xml_names *names, const char *text, size_t length)
{
	size_t slot = hash_bytes(text, length) % XML_NAME_SLOTS;
	const struct xml_name *name;
	struct xml_name *added;

	while (names->slots[slot] > 0) {
		name = &names->names[names->slots[slot] - 1];
		if (name->length == length && memcmp(name->bytes, text, length) == 0)
			return name;
		slot = (slot + 1) % XML_NAME_SLOTS;
	}
	added = add(names, text, length);
	if (!added)
		return NULL;
	names->slots[slot] = (uint16_t)names->count;
	split(names, added);
	return added;
}
