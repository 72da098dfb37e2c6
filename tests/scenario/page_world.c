#include "page_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/fake_clock.h"
#include "support/fake_http.h"

/* ---- the site ---- */

static void answer_feed(struct world *world, struct fake_answer *ret)
{
	size_t used = 0;

	used += (size_t)snprintf(
		world->feed, FEED_BYTES, "<rss version='2.0'><channel><title>s</title>");
	for (unsigned i = world->entries; i > 0; i--) {
		bool newest = i == world->entries;
		char link[64];

		(void)snprintf(link, sizeof(link),
			world->many_hosts ? "http://h%2$02u.example/%1$u"
					  : "http://site.example/%u",
			i, i % HOSTS);
		used += (size_t)snprintf(world->feed + used, FEED_BYTES - used,
			"<item><guid>%u</guid><title>Report number %u</title>"
			"<link>%s</link><description>Excerpt of number %u.%s"
			"</description></item>",
			i, i, newest && world->newest_link ? world->newest_link : link, i,
			newest && world->newest_text ? world->newest_text : "");
	}
	used += (size_t)snprintf(world->feed + used, FEED_BYTES - used, "</channel></rss>");
	ret->body = world->feed;
	ret->length = used;
}

static void answer_page(struct world *world, unsigned number, struct fake_answer *ret)
{
	ret->status = world->page_failure == HTTP_OK ? world->page_status : 0;
	ret->failure = world->page_failure;
	ret->headers[0] = world->page_header;
	if (world->leads_on) {
		(void)snprintf(
			world->leads_to, sizeof(world->leads_to), "Location: /%u", number + 1);
		ret->status = 302;
		ret->headers[0] = world->leads_to;
	}
	(void)snprintf(world->page, sizeof(world->page),
		"<title>Report number %u</title>%s<article><h1>Report number %u</h1><p>A fire "
		"broke "
		"out in warehouse %u of the harbour late on Monday, officials said, and burned for "
		"%u hours.</p><p>Nobody was hurt, but the loss was put at %u million crowns by the "
		"owner, who had insured two of the five halls.</p></article>",
		number, world->canonical ? world->canonical : "", number, number, number + 3,
		number * 7);
	ret->body = world->page;
	ret->length = strlen(world->page);
}

static void on_request(const struct fake_request *request, struct fake_answer *ret, void *userdata)
{
	struct world *world = userdata;
	const char *path = strrchr(request->url, '/') + 1;

	ret->takes = 50 * USEC_MSEC;
	ret->status = 200;
	if (strcmp(request->url, "http://other.example/robots.txt") == 0) {
		ret->body = world->robots_elsewhere;
		ret->length = strlen(ret->body);
	} else if (strncmp(request->url, "http://h", 8) == 0) {
		ret->takes = 5 * USEC_SEC;
		if (strcmp(path, "robots.txt") == 0) {
			ret->status = 404;
			return;
		}
		world->host_requests[strtoul(request->url + 8, NULL, 10) % HOSTS]++;
		answer_page(world, (unsigned)strtoul(path, NULL, 10), ret);
	} else if (strncmp(request->url, "http://other.example/", 21) == 0) {
		world->page_requests++;
		answer_page(world, (unsigned)strtoul(path, NULL, 10), ret);
		ret->status = 200;
		ret->headers[0] = NULL;
	} else if (strcmp(path, "feed") == 0) {
		world->feed_requests++;
		answer_feed(world, ret);
	} else if (strcmp(path, "robots.txt") == 0) {
		world->robots_requests++;
		ret->failure = world->robots_failure;
		ret->status = world->robots ? world->robots_status : 404;
		ret->headers[0] = world->robots_header;
		ret->body = world->robots ? world->robots : "";
		ret->length = world->robots_length > 0 ? world->robots_length : strlen(ret->body);
	} else {
		world->page_requests++;
		answer_page(world, (unsigned)strtoul(path, NULL, 10), ret);
	}
}

void world_pass(struct world *world, usec time)
{
	for (usec gone = 0; gone < time; gone += USEC_SEC)
		fake_clock_advance(world->rooms.clock, USEC_SEC);
}

void world_poll(struct world *world, unsigned entries, usec time)
{
	world->entries = entries;
	assert_int_equal(poller_poll_now(world->rooms.poller, "site"), 0);
	world_pass(world, time);
}

int world_setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->page_status = 200;
	world->robots_status = 200;
	fake_http_script(on_request, NULL, world);
	rooms_open(&world->rooms);
	rooms_start(&world->rooms, CONFIG);
	/* The first poll is silent, and fetches no pages. */
	world_poll(world, 1, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 0);
	assert_int_equal(rooms_figures(&world->rooms).articles, 1);
	*state = world;
	return 0;
}

int world_teardown(void **state)
{
	struct world *world = *state;

	rooms_close(&world->rooms);
	free(world);
	return 0;
}

void world_expect_text(struct world *world, const char *from)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct article_record record;

	assert_int_equal(arena_new(1024 * 1024, &arena), 0);
	assert_int_equal(store_article_before(world->rooms.store, INT64_MAX, arena, &record), 0);
	assert_string_equal(record.article.text_from, from);
	if (strcmp(from, "page") == 0)
		assert_non_null(strstr(record.article.text, "Nobody was hurt"));
	else
		assert_non_null(strstr(record.article.text, "Excerpt"));
}
