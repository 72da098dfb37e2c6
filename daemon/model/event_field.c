#include "model/event_field.h"

#include <string.h>

#include "base/macro.h"
#include "base/nearest.h"

#define MEMBER(path)                                                                               \
	{                                                                                          \
		path,                                                                              \
		{                                                                                  \
			path                                                                       \
		}                                                                                  \
	}
#define LINK(path)                                                                                 \
	{                                                                                          \
		path, {path}, .link = true                                                         \
	}

/* clang-format off */
const struct event_field event_field_table[] = {
	/* Of the event as a message: there for each kind of event. */
	{"heading"}, {"title"}, {"url", .link = true}, {"excerpt"}, {"changed"}, {"byline"},
	/* Short names. */
	{"topic", {"data.topic"}},
	{"story", {"data.story.id"}},
	{"feed", {"data.article.feed", "data.feed.name"}},
	{"author", {"data.article.author"}},
	{"published", {"data.article.published"}},
	{"language", {"data.article.language"}},
	{"relation", {"data.relation.kind"}},
	{"sites", {"data.story.sites"}},
	{"terms", {"data.match.term"}},
	{"snippets", {"data.match.snippet"}},
	{"hook", {"data.hook"}},
	{"words", {"data.words"}},
	/* The event's members. */
	MEMBER("type"),
	MEMBER("id"),
	MEMBER("timestamp"),
	MEMBER("data"),
	MEMBER("data.topic"),
	MEMBER("data.story"),
	MEMBER("data.story.id"),
	MEMBER("data.story.title"),
	MEMBER("data.story.first_seen"),
	MEMBER("data.story.articles"),
	MEMBER("data.story.site_count"),
	MEMBER("data.story.sites"),
	MEMBER("data.article"),
	MEMBER("data.article.id"),
	LINK("data.article.url"),
	MEMBER("data.article.title"),
	MEMBER("data.article.author"),
	MEMBER("data.article.published"),
	MEMBER("data.article.first_seen"),
	MEMBER("data.article.language"),
	MEMBER("data.article.feed"),
	MEMBER("data.article.feed_title"),
	MEMBER("data.article.excerpt"),
	MEMBER("data.article.text_from"),
	MEMBER("data.article.text_note"),
	MEMBER("data.match"),
	MEMBER("data.match.term"),
	MEMBER("data.match.field"),
	MEMBER("data.match.snippet"),
	MEMBER("data.relation"),
	MEMBER("data.relation.kind"),
	MEMBER("data.relation.of"),
	MEMBER("data.relation.similarity"),
	MEMBER("data.relation.why"),
	MEMBER("data.relation.changed"),
	MEMBER("data.threshold"),
	MEMBER("data.part"),
	MEMBER("data.count"),
	MEMBER("data.remaining"),
	MEMBER("data.from"),
	MEMBER("data.to"),
	MEMBER("data.alerts"),
	MEMBER("data.alerts.id"),
	MEMBER("data.alerts.type"),
	MEMBER("data.alerts.time"),
	MEMBER("data.alerts.story"),
	MEMBER("data.alerts.title"),
	LINK("data.alerts.url"),
	MEMBER("data.alerts.feed"),
	MEMBER("data.alerts.relation"),
	MEMBER("data.feed"),
	MEMBER("data.feed.name"),
	LINK("data.feed.url"),
	MEMBER("data.feed.title"),
	MEMBER("data.hook"),
	MEMBER("data.words"),
	MEMBER("data.since"),
	MEMBER("data.failures"),
	LINK("data.moved_to"),
};
/* clang-format on */

const size_t event_field_count = ARRAY_SIZE(event_field_table);

const struct event_field *event_field_find(const char *name)
{
	for (size_t i = 0; i < event_field_count; i++)
		if (strcmp(event_field_table[i].name, name) == 0)
			return &event_field_table[i];
	return NULL;
}

const char *event_field_nearest(const char *name)
{
	struct nearest nearest = {.name = name};

	for (size_t i = 0; i < event_field_count; i++)
		nearest_try(&nearest, event_field_table[i].name);
	return nearest.found;
}
