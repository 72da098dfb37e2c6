#include "news_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/fake_clock.h"
#include "support/fake_http.h"

const char world_fire[] =
	"A fire at the Halvorsen Cells plant on the edge of Northgate forced about 1,200 residents "
	"from their homes early on Saturday, the regional fire service said. The blaze began "
	"shortly "
	"after 2 a.m. in a hall where finished lithium cells are stored, said Ingrid Solheim, the "
	"deputy chief of the Ost Valley fire service. Forty-one firefighters from six stations "
	"were "
	"at the scene by dawn. Two workers were treated for smoke and released, according to "
	"Northgate General Hospital. The police closed Route 18 in both directions.";
const char world_fire_grows[] =
	"Firefighters found the body of a 34-year-old electrician at the burning Halvorsen Cells "
	"plant "
	"on Saturday, as the number of people taken from their homes in Northgate rose to 2,600. "
	"The "
	"man had been let in for a repair at midnight. A fire at the Halvorsen Cells plant on the "
	"edge "
	"of Northgate forced residents from their homes, the regional fire service said. The blaze "
	"began shortly after 2 a.m. in a hall where finished lithium cells are stored, said Ingrid "
	"Solheim, the deputy chief of the Ost Valley fire service. Forty-one firefighters from six "
	"stations were at the scene by dawn.";
const char world_fire_is_out[] = "The fire at the Halvorsen Cells plant in Northgate was out on "
				 "Sunday evening after 40 hours, and "
				 "all 2,600 residents may go home, Mayor Anna Lindqvist said. "
				 "Inspectors found that a charger of "
				 "the wrong type had been used in hall 3 since 14 October. The "
				 "blaze began shortly after 2 a.m. "
				 "in a hall where finished lithium cells are stored, said Ingrid "
				 "Solheim, the deputy chief of "
				 "the Ost Valley fire service. Forty-one firefighters from six "
				 "stations were at the scene by "
				 "dawn.";
const char world_drill[] =
	"The fire brigade of Dunmore trained for tunnel accidents on Tuesday with 60 volunteers "
	"and two "
	"old trams, Captain Petra Vance said. The exercise under Castle Hill lasted five hours and "
	"showed that radios fail beyond the second bend; new ones cost 380,000 crowns.";

/* ---- the publishers ---- */

struct page *world_find_page(struct world *world, const char *url)
{
	for (size_t i = 0; i < world->page_count; i++)
		if (strcmp(world->pages[i].url, url) == 0)
			return &world->pages[i];
	fail_msg("nobody publishes %s", url);
	return NULL;
}

static void on_request(const struct fake_request *request, struct fake_answer *ret, void *userdata)
{
	static char etag[32];
	struct page *page;

	if (strcmp(request->url, DESK_URL) == 0) {
		ret->status = 204;
		return;
	}
	page = world_find_page(userdata, request->url);
	(void)snprintf(etag, sizeof(etag), "ETag: \"%u\"", page->version);
	ret->takes = 50 * USEC_MSEC;
	ret->headers[0] = etag;
	ret->headers[1] = page->encoding;
	ret->status =
		request->if_none_match && strcmp(request->if_none_match, etag + 6) == 0 ? 304 : 200;
	if (page->gone)
		ret->status = 410;
	if (ret->status == 200) {
		ret->body = page->body;
		ret->length = strlen(page->body);
	}
}

void world_publish(struct world *world, const char *feed, const struct item *items, size_t count)
{
	char url[64];
	struct page *page;
	size_t used;

	(void)snprintf(url, sizeof(url), "http://%s.example/feed", feed);
	page = world_find_page(world, url);
	page->version++;
	used = (size_t)snprintf(page->body, BODY_MAX,
		"<rss version=\"2.0\"><channel><title>%s</title><link>http://%s.example/</link>"
		"<description>d</description>",
		feed, feed);
	for (size_t i = 0; i < count; i++) {
		char link[64];

		(void)snprintf(link, sizeof(link), "http://%s.example/%s", feed, items[i].id);
		used += (size_t)snprintf(page->body + used, BODY_MAX - used,
			"<item><guid "
			"isPermaLink=\"false\">%s</guid><link>%s</link><title>%s</title>"
			"<description>%s</description></item>",
			items[i].id, items[i].link ? items[i].link : link, items[i].title,
			items[i].text);
	}
	used += (size_t)snprintf(page->body + used, BODY_MAX - used, "</channel></rss>");
	assert_true(used < BODY_MAX);
}

void world_start(struct world *world, const char *config)
{
	rooms_start(&world->rooms, config);
	world->page_count = world->rooms.config->feed_count;
	assert_true(world->page_count <= FEEDS_MAX);
	for (size_t i = 0; i < world->page_count; i++)
		(void)snprintf(world->pages[i].url, sizeof(world->pages[i].url), "%s",
			world->rooms.config->feeds[i].url);
}

int world_setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	assert_int_equal(arena_new(1024 * 1024, &world->arena), 0);
	fake_http_script(on_request, NULL, world);
	rooms_open(&world->rooms);
	*state = world;
	return 0;
}

int world_teardown(void **state)
{
	struct world *world = *state;

	rooms_close(&world->rooms);
	arena_free(world->arena);
	free(world);
	return 0;
}

/* ---- what happened ---- */

void world_poll(struct world *world, const char *feed)
{
	assert_int_equal(poller_poll_now(world->rooms.poller, feed), 0);
	fake_clock_advance(world->rooms.clock, 10 * USEC_SEC);
	rooms_settle(&world->rooms); /* other feeds too */
}

static int keep_alert(const struct alert *alert, void *userdata)
{
	struct world *world = userdata;

	assert_true(world->alert_count < ALERTS_MAX);
	memmove(world->alerts + 1, world->alerts, world->alert_count * sizeof(*alert));
	world->alerts[0] = (struct alert){
		.id = alert->id,
		.type = alert->type,
		.time = alert->time,
		.topic = arena_strdup(world->arena, alert->topic),
		.title = arena_strdup(world->arena, alert->title),
	};
	world->alert_count++;
	return 0;
}

void world_expect_alerts(struct world *world, size_t count)
{
	world->alert_count = 0;
	arena_reset(world->arena);
	assert_int_equal(
		store_alerts_each(world->rooms.store, NULL, 0, ALERTS_MAX, keep_alert, world), 0);
	assert_int_equal(world->alert_count, count);
}

void world_expect_last(struct world *world, size_t count, enum event_type type, const char *title)
{
	world_expect_alerts(world, count);
	assert_int_equal(world->alerts[count - 1].type, type);
	assert_string_equal(world->alerts[count - 1].title, title);
}

void world_start_primed(struct world *world, const char *config)
{
	world_start(world, config);
	for (size_t i = 0; i < world->rooms.config->feed_count; i++) {
		PUBLISH(world, world->rooms.config->feeds[i].name,
			{"old", "Herring quota unchanged",
				"The ministers left the quota as it was."});
		world_poll(world, world->rooms.config->feeds[i].name);
	}
	world_expect_alerts(world, 0);
}
