#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/url.h"
#include "config/build.h"
#include "config/feed_access.h"
#include "config/opml.h"
#include "config/values.h"
#include "config/words.h"

/* A feed as a section or an outline has it, before those of one URL are merged. */
struct draft {
	struct feed feed;
	const struct section *section; /* of the feed or of its list */
	const char *file;
	unsigned line;
	struct draft *next;
};

struct drafts {
	struct build *build;
	const struct section *list;
	struct access *list_access;
	const char *list_url; /* of its first feed */
	bool list_refused;    /* its credentials would go to several sites */
	struct draft *first;
	struct draft *last;
	size_t count;
};

static const char *no_words[] = {NULL};

/* A Backfill= that was not given, told apart from one of 0 until the defaults are filled in. */
#define BACKFILL_UNSET USEC_INFINITY

static struct draft *add_draft(struct drafts *drafts, const struct section *section,
	const char *name, const char *url, struct access *access)
{
	struct draft *draft = arena_new_object(drafts->build->scratch, struct draft);
	const struct feed_section *values = &section->feed;

	if (!draft)
		return NULL;
	draft->section = section;
	draft->file = section->file;
	draft->line = section->line;
	draft->feed = (struct feed){
		.name = name,
		.url = url,
		.tags = values->tags ? values->tags : no_words,
		.poll_interval = values->poll_interval,
		.backfill = section_gives(section, "Backfill") ? values->backfill : BACKFILL_UNSET,
		.full_text = values->full_text,
		.user_agent = values->user_agent,
		.private_networks = values->private_networks,
		.access = access,
	};
	if (drafts->last)
		drafts->last->next = draft;
	else
		drafts->first = draft;
	drafts->last = draft;
	drafts->count++;
	return draft;
}

/* Takes user and password out of a URL, which is shown, logged and stored.  NULL: no memory. */
static const char *without_userinfo(const char *url, struct arena *arena, struct url_part *ret)
{
	struct url parts;

	*ret = (struct url_part){0};
	if (url_parse(url, &parts) < 0 || !parts.userinfo.bytes)
		return url;
	if (parts.userinfo.length > 0)
		*ret = parts.userinfo;
	return arena_printf(arena, "%.*s%s", (int)(parts.userinfo.bytes - url), url,
		parts.userinfo.bytes + parts.userinfo.length + 1);
}

static int add_section(struct drafts *drafts, const struct section *section)
{
	const struct sections *sections = drafts->build->sections;
	struct build *build = drafts->build;
	struct url_part userinfo;
	struct access *access;
	const char *url;
	int r;

	section_require(sections, section);
	if (!section->feed.url)
		return 0;
	if (strncmp(section->name, "tag:", strlen("tag:")) == 0) {
		section_error(sections, section,
			"[Feed \"%s\"]: tag: begins the names of tags; expected another name",
			section->name);
		return 0;
	}
	url = without_userinfo(section->feed.url, build->arena, &userinfo);
	if (!url)
		return -ENOMEM;
	r = build_access(build, section, userinfo, &access);
	if (r < 0)
		return r;
	return add_draft(drafts, section, section->name, url, access) ? 0 : -ENOMEM;
}

/* A password or token of a list is for one site: its feeds may not be of several. */
static void check_site(struct drafts *drafts, const char *url)
{
	const char *first = drafts->list_url;
	struct url parts;
	size_t origin;

	if (!section_gives_credentials(drafts->list) || drafts->list_refused)
		return;
	if (!first) {
		drafts->list_url = url;
		return;
	}
	if (url_parse(first, &parts) < 0)
		return;
	origin = (size_t)(parts.path.bytes - first);
	if (strncasecmp(first, url, origin) == 0 && strchr("/?#", url[origin]))
		return;
	drafts->list_refused = true;
	section_error(drafts->build->sections, drafts->list,
		"[FeedList \"%s\"]: its password or token would go to several sites (%s and %s); "
		"expected feeds of one site, or the credentials with each [Feed]",
		drafts->list->name, first, url);
}

static int outline_access(struct drafts *drafts, struct url_part userinfo, struct access **ret)
{
	*ret = drafts->list_access;
	return userinfo.bytes ? build_access(drafts->build, drafts->list, userinfo, ret) : 0;
}

static int add_outline(const struct outline *outline, void *userdata)
{
	struct drafts *drafts = userdata;
	struct build *build = drafts->build;
	struct value_context context = {.arena = build->arena};
	struct url_part userinfo;
	struct access *access;
	struct draft *draft;
	const char *url;
	int r;

	r = value_feed_url(outline->url, &url, &context);
	if (r == -EINVAL)
		config_errors_add(build->errors, drafts->list->feed.file, outline->line,
			"xmlUrl of \"%s\": %s", outline->name, context.words);
	if (r < 0)
		return r == -EINVAL ? 0 : r;
	url = without_userinfo(url, build->arena, &userinfo);
	if (!url)
		return -ENOMEM;
	r = outline_access(drafts, userinfo, &access);
	if (r < 0)
		return r;
	check_site(drafts, url);
	draft = add_draft(drafts, drafts->list, outline->name, url, access);
	if (!draft)
		return -ENOMEM;
	draft->file = drafts->list->feed.file;
	draft->line = outline->line;
	draft->feed.tags = words_unite(draft->feed.tags, outline->tags, build->arena);
	return draft->feed.tags ? 0 : -ENOMEM;
}

static int add_list(struct drafts *drafts, const struct section *section)
{
	struct build *build = drafts->build;
	const char *file = section->feed.file;
	_cleanup_(freep) char *text = NULL;
	size_t length;
	int r;

	section_require(build->sections, section);
	if (!file)
		return 0;
	r = file_read_stored(file, OPML_BYTES_MAX, &text, &length);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		setting_error(build->sections, section, "File",
			"File=: [FeedList \"%s\"]: %s: %s; expected an OPML file", section->name,
			file, r == -EFBIG ? "it is larger than 64 MiB" : file_error(r));
		return 0;
	}
	drafts->list = section;
	drafts->list_url = NULL;
	drafts->list_refused = false;
	r = build_access(build, section, (struct url_part){0}, &drafts->list_access);
	if (r < 0)
		return r;
	return opml_read(file, text, length, build->arena, build->errors, add_outline, drafts);
}

/* [Feed] sections come first: they have the say where a list has the same URL or name. */
static int collect_drafts(struct drafts *drafts)
{
	const struct section *first = drafts->build->sections->first;
	int r;

	for (const struct section *s = first; s; s = s->next) {
		r = s->kind == SECTION_FEED ? add_section(drafts, s) : 0;
		if (r < 0)
			return r;
	}
	for (const struct section *s = first; s; s = s->next) {
		r = s->kind == SECTION_FEED_LIST ? add_list(drafts, s) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

/* A port that need not be given (RFC 9110 section 4.2). */
static bool is_default_port(const struct url *url)
{
	const char *port = ascii_is(url->scheme.bytes, url->scheme.length, "https") ? "443" : "80";

	return ascii_is(url->port.bytes, url->port.length, port);
}

/*
 * What makes two URLs one request: scheme and host in any case, the default port given or not, no
 * path or "/", without the fragment.
 */
static char *url_key(const char *text, struct arena *arena)
{
	size_t length = strcspn(text, "#");
	char *key = arena_copy(arena, text, length);
	bool has_port;
	struct url parts;
	size_t folded;

	if (!key || url_parse(key, &parts) < 0 || !parts.host.bytes)
		return key;
	folded = (size_t)(parts.host.bytes - key) + parts.host.length;
	for (size_t i = 0; i < folded; i++)
		if (key[i] >= 'A' && key[i] <= 'Z')
			key[i] = (char)(key[i] - 'A' + 'a');
	has_port = parts.port.length > 0 && !is_default_port(&parts);
	return arena_printf(arena, "%.*s%s%.*s%s%s", (int)folded, key, has_port ? ":" : "",
		has_port ? (int)parts.port.length : 0, has_port ? parts.port.bytes : "",
		parts.path.length > 0 ? "" : "/", parts.path.bytes);
}

/* docs/POLLING.md P16: one URL, one request.  The first one's own settings stay. */
static int merge(struct build *build, struct feed *feed, const struct feed *other)
{
	feed->tags = words_unite(feed->tags, other->tags, build->arena);
	if (!feed->tags)
		return -ENOMEM;
	if (feed->poll_interval == 0)
		feed->poll_interval = other->poll_interval;
	if (feed->backfill == BACKFILL_UNSET)
		feed->backfill = other->backfill;
	if (feed->full_text == FULL_TEXT_UNSET)
		feed->full_text = other->full_text;
	if (!feed->user_agent)
		feed->user_agent = other->user_agent;
	if (!feed->private_networks)
		feed->private_networks = other->private_networks;
	if (!feed->access)
		feed->access = other->access;
	return 0;
}

/* The feeds of one URL: several only where each is reached in a way of its own. */
struct same_url {
	struct feed *feed;
	struct same_url *next;
};

/* The one among them that the draft is another section of, or NULL. */
static struct feed *find_same(const struct same_url *same, const struct feed *draft)
{
	for (; same; same = same->next)
		if (!same->feed->access || !draft->access ||
			access_equal(same->feed->access, draft->access))
			return same->feed;
	return NULL;
}

/* Books the feed under its URL; where it is not the first there, it gets a key of its own. */
static int note_url(struct build *build, struct map *urls, const char *url, struct feed *feed)
{
	struct same_url *first = map_get(urls, url);
	struct same_url *same = arena_new_object(build->scratch, struct same_url);

	if (!same)
		return -ENOMEM;
	same->feed = feed;
	if (!first)
		return map_put(urls, url, same);
	same->next = first->next;
	first->next = same;
	feed->key = arena_printf(build->arena, "%.*s#access=%s", (int)strcspn(feed->url, "#"),
		feed->url, feed->access->identity);
	return feed->key ? 0 : -ENOMEM;
}

static int add_alias(struct build *build, struct feed *feed, const char *name)
{
	struct feed_alias *alias = arena_new_object(build->arena, struct feed_alias);

	if (!alias)
		return -ENOMEM;
	*alias = (struct feed_alias){name, feed->aliases};
	feed->aliases = alias;
	return map_put(&build->feeds, name, feed);
}

/* Names of outlines are not the administrator's choice: a taken one gets a number. */
static const char *free_name(struct build *build, const char *name)
{
	const char *numbered = name;

	for (unsigned i = 2; numbered && map_get(&build->feeds, numbered); i++)
		numbered = arena_printf(build->arena, "%s (%u)", name, i);
	return numbered;
}

static int add_feed(struct build *build, const struct draft *draft, struct map *urls)
{
	struct config *config = build->config;
	const struct feed *named = map_get(&build->feeds, draft->feed.name);
	const char *key = url_key(draft->feed.url, build->scratch);
	const char *name = draft->feed.name;
	struct feed *feed;
	int r;

	if (!key)
		return -ENOMEM;
	feed = find_same(map_get(urls, key), &draft->feed);
	if (draft->section->kind == SECTION_FEED && named) {
		config_errors_add(build->errors, draft->file, draft->line,
			"[Feed \"%s\"]: the name is taken by another [Feed]", name);
		return 0;
	}
	if (feed) {
		r = merge(build, feed, &draft->feed);
		return r == 0 && !named ? add_alias(build, feed, name) : r;
	}
	if (named)
		name = free_name(build, name);
	if (!name)
		return -ENOMEM;
	feed = &config->feeds[config->feed_count++];
	*feed = draft->feed;
	feed->name = name;
	r = note_url(build, urls, key, feed);
	return r < 0 ? r : map_put(&build->feeds, name, feed);
}

/* Settings of [Daemon] that a feed falls back on. */
static void fill_defaults(struct build *build)
{
	for (size_t i = 0; i < build->config->feed_count; i++)
		if (build->config->feeds[i].backfill == BACKFILL_UNSET)
			build->config->feeds[i].backfill = build->sections->daemon->daemon.backfill;
}

static int collect_tags(struct build *build)
{
	int r = 0;

	for (size_t i = 0; i < build->config->feed_count; i++)
		for (const char **tag = build->config->feeds[i].tags; *tag && r == 0; tag++)
			if (!map_get(&build->tags, *tag))
				r = map_put(&build->tags, *tag, (void *)*tag);
	return r;
}

int build_feeds(struct build *build)
{
	_cleanup_(map_free) struct map urls = {0};
	struct drafts drafts = {.build = build};
	struct config *config = build->config;
	int r;

	r = collect_drafts(&drafts);
	if (r < 0)
		return r;
	config->feeds = arena_array(build->arena, drafts.count, sizeof(*config->feeds));
	if (!config->feeds)
		return -ENOMEM;
	for (const struct draft *draft = drafts.first; draft; draft = draft->next) {
		r = add_feed(build, draft, &urls);
		if (r < 0)
			return r;
	}
	if (config->feed_count > FEEDS_MAX)
		config_errors_add(build->errors, NULL, 0, "%zu feeds; at most %d are taken",
			config->feed_count, FEEDS_MAX);
	fill_defaults(build);
	return collect_tags(build);
}
