#include "model/identity.h"

#include <errno.h>
#include <string.h>

#include "base/url.h"

const char *entry_text(const struct entry *entry)
{
	/* Most have but one, whose length does not matter. */
	if (!entry->summary)
		return entry->content;
	if (!entry->content)
		return *entry->summary ? entry->summary : NULL;
	return strlen(entry->content) >= strlen(entry->summary) ? entry->content : entry->summary;
}

static struct digest link_digest(const char *key, const char *title)
{
	return digest_strings((const char *const[]){"link", key, title}, 3);
}

void identity_of_entry(const struct entry *entry, struct arena *arena, struct identity *ret)
{
	const char *text = entry_text(entry);
	char *key = entry->link ? url_canonical_key(entry->link, arena) : NULL;
	struct identity identity = {0};

	if (key)
		identity.link = link_digest(key, entry->title);
	if (entry->title || text)
		identity.text =
			digest_strings((const char *const[]){"text", entry->title, text}, 3);
	if (entry->id && *entry->id)
		identity.entry = digest_strings((const char *const[]){"id", entry->id}, 2);
	else
		identity.entry = key ? link_digest(key, NULL) : identity.text;
	*ret = identity;
}

int article_from_entry(const struct entry *entry, const struct identity *identity,
	const struct article_origin *origin, struct arena *arena, struct article *ret)
{
	char identity_hex[DIGEST_HEX];
	struct digest what;
	struct id id;
	struct article article = {
		.title = entry->title,
		.text = entry_text(entry),
		.author = entry->author,
		.source = origin->source,
		.language = entry->language ? entry->language : origin->language,
		.categories = entry->categories,
		.category_count = entry->category_count,
		.published = entry_date(entry),
		.first_seen = origin->now,
	};

	hex_encode(identity->entry.bytes, sizeof(identity->entry.bytes), identity_hex);
	what = digest_strings((const char *const[]){"article", origin->feed_url, identity_hex}, 3);
	id = id_make_keyed(origin->now, &what, origin->key);
	article.id = arena_strdup(arena, id.text);
	if (entry->link) {
		article.url = url_clean(entry->link, arena);
		if (!article.url)
			article.url = entry->link;
	}
	if (!article.id)
		return -ENOMEM;
	*ret = article;
	return 0;
}
