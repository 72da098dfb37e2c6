#include "extract/page_date.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/datetime.h"
#include "base/macro.h"
#include "extract/cues.h"

enum {
	DATE_LINE_MAX = 160, /* characters of a line that tells the date */
	SHORT_LINE_MAX = 40, /* of one that may have two digits of the year */
	LINES_BEFORE = 4,    /* of the headline */
	LINES_BEHIND = 12,
	LINES_FIRST = 30,    /* where there is no headline */
	DATE_NODES_MAX = 24, /* of an element that tells the date */
	TIMES_MAX = 100,     /* <time> that are asked for the zone */
	SAME_SECONDS = 60,   /* two sources may round the same time */
};

/* A part of the page, from a node up to another. */
struct part {
	size_t first;
	size_t end;
};

bool page_date_day_first(const char *language, const char *host)
{
	/* Of the countries' own domains, those whose months come first, and those of everybody. */
	static const char *const others[] = {"us", "ca", "ph", "io", "tv", "co", "me", "cc", "ly",
		"to", "ai", "fm", "gg", "ws", "eu"};
	const char *domain = host ? strrchr(host, '.') : NULL;

	if (language && strncasecmp(language, "en", 2) != 0)
		return true;
	if (language &&
		(strcasecmp(language, "en-us") == 0 || strcasecmp(language, "en-ca") == 0 ||
			strcasecmp(language, "en-ph") == 0))
		return false;
	if (language && language[2] == '-')
		return true;
	if (!domain || strlen(domain) != 3)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (strcasecmp(domain + 1, others[i]) == 0)
			return false;
	return true;
}

static bool from_value(const struct page_dates *dates, const char *value, struct page_time *ret)
{
	return value &&
		(date_read(value, strlen(value), dates->day_first, ret) ||
			(strlen(value) < DATE_LINE_MAX &&
				date_find(value, strlen(value), dates->day_first, ret)));
}

static bool from_meta(const struct page_dates *dates, enum page_field field, struct page_time *ret)
{
	for (size_t source = 0; source < SOURCE_MAX; source++)
		if (from_value(dates, dates->meta->values[field][source], ret))
			return true;
	return false;
}

/* Whether a subtree tells of other articles, or of comments. */
static bool is_elsewhere(const struct page_node *node)
{
	return node->tag == PAGE_ASIDE || node->tag == PAGE_NAV || node->tag == PAGE_FOOTER ||
		(node->attribute_count > 0 && node->tag != PAGE_BODY && node->tag != PAGE_HTML &&
			cue_of(node) == CUE_NEVER);
}

static bool holds_any(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; text && i < count; i++)
		if (strcasestr(text, words[i]))
			return true;
	return false;
}

static bool is_named(const struct page_node *node, const char *const *words, size_t count)
{
	return holds_any(page_node_attribute(node, ATTRIBUTE_CLASS), words, count) ||
		holds_any(page_node_attribute(node, ATTRIBUTE_ID), words, count);
}

/* Whether an element tells the time of a change. */
static bool is_change(const struct page_node *node)
{
	static const char *const words[] = {"updat", "modif", "aktualis"};
	const char *class = page_node_attribute(node, ATTRIBUTE_CLASS);

	/* WordPress marks a text that never changed "published updated". */
	return is_named(node, words, ARRAY_SIZE(words)) && !(class && strcasestr(class, "publish"));
}

static bool has_date_name(const struct page_node *node)
{
	static const char *const words[] = {
		"date", "publi", "posted", "timestamp", "datum", "fecha", "datetime", "zeit"};

	return is_named(node, words, ARRAY_SIZE(words));
}

static bool from_time(const struct page_dates *dates, size_t index, struct page_time *ret)
{
	const struct page_node *node = &dates->tree->nodes[index];
	const char *value =
		node->tag == PAGE_TIME ? page_node_attribute(node, ATTRIBUTE_DATETIME) : NULL;

	return value && date_has_year(value, strlen(value)) &&
		date_read(value, strlen(value), dates->day_first, ret);
}

/* Whether a <time> within an element tells more than the text does. */
static bool holds_time(const struct page_dates *dates, size_t index)
{
	struct page_time time;

	for (size_t i = index + 1; i < dates->tree->nodes[index].end; i++)
		if (from_time(dates, i, &time))
			return true;
	return false;
}

/* An element that goes by a telling name, or a <time>, with a date in its text. */
static bool from_named(const struct page_dates *dates, size_t index, struct page_time *ret)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(16 * DATE_LINE_MAX);
	const struct page_node *node = &dates->tree->nodes[index];

	if (node->end - index > DATE_NODES_MAX ||
		(node->tag != PAGE_TIME && (node->attribute_count == 0 || !has_date_name(node))) ||
		holds_time(dates, index))
		return false;
	return page_tree_text(dates->tree, index, &text) == 0 && text.length <= DATE_LINE_MAX &&
		(date_find(buffer_string(&text), text.length, dates->day_first, ret) ||
			date_find_short(buffer_string(&text), text.length, dates->day_first, ret));
}

/* The first element of a part that tells a date; those of changes do not count. */
static bool from_elements(const struct page_dates *dates, struct part part, struct page_time *ret)
{
	const struct page_tree *tree = dates->tree;

	for (size_t i = part.first; i < part.end && i < tree->count; i++) {
		const struct page_node *node = &tree->nodes[i];

		if (is_elsewhere(node) || is_change(node))
			i = node->end - 1;
		else if (from_time(dates, i, ret) || from_named(dates, i, ret))
			return true;
	}
	return false;
}

/* "Updated 4 June 2021" */
static bool tells_change(const char *text)
{
	static const char *const words[] = {"updated", "last updated", "last modified", "modified",
		"aktualisiert", "zuletzt", "mis à jour", "actualizado", "aggiornato", "atualizado",
		"обновлено", "aktualizováno", "aktualizacja", "opdateret", "uppdaterad",
		"bijgewerkt", "güncelle"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (ascii_begins(text, strlen(text), words[i]))
			return true;
	return false;
}

static bool from_line(const struct page_dates *dates, size_t index, struct page_time *ret)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(16 * DATE_LINE_MAX);
	const struct block *block = &dates->blocks->blocks[index];

	if (block->length > DATE_LINE_MAX || block_text(dates->tree, block, &text) < 0)
		return false;
	if (text.length == 0 || tells_change(text.bytes))
		return false;
	return (date_has_year(text.bytes, text.length) &&
		       date_find(text.bytes, text.length, dates->day_first, ret)) ||
		(block->length <= SHORT_LINE_MAX &&
			date_find_short(text.bytes, text.length, dates->day_first, ret));
}

/* From the headline on, or from the start. */
static bool from_lines(const struct page_dates *dates, struct page_time *ret)
{
	bool known = dates->heading != UINT32_MAX;
	size_t first = known ? dates->heading : 0;
	size_t end = known ? first + LINES_BEHIND : LINES_FIRST;

	for (size_t i = first; i < end && i < dates->blocks->count; i++)
		if (from_line(dates, i, ret))
			return true;
	return false;
}

static bool from_lines_before(const struct page_dates *dates, struct page_time *ret)
{
	if (dates->heading == UINT32_MAX)
		return false;
	for (size_t i = dates->heading; i-- > 0 && i + LINES_BEFORE >= dates->heading;)
		if (from_line(dates, i, ret))
			return true;
	return false;
}

/* "/2024/05/17/", "/2024-05-17-", "20240517". */
static bool from_url(const struct page_dates *dates, struct page_time *ret)
{
	for (const char *at = dates->url ? dates->url : ""; *at; at++) {
		unsigned year;
		unsigned month;
		unsigned day;
		char text[DATETIME_SIZE];

		if (at == dates->url || isdigit((unsigned char)at[-1]))
			continue;
		if (sscanf(at, "%4u/%2u/%2u", &year, &month, &day) != 3 &&
			sscanf(at, "%4u-%2u-%2u", &year, &month, &day) != 3 &&
			(strspn(at, "0123456789") != 8 ||
				sscanf(at, "%4u%2u%2u", &year, &month, &day) != 3))
			continue;
		(void)snprintf(
			text, sizeof(text), "%04u-%02u-%02u", year % 10000, month % 100, day % 100);
		if (date_read(text, strlen(text), false, ret))
			return true;
	}
	return false;
}

/* From the headline to the end of the text. */
static struct part part_of_article(const struct page_dates *dates)
{
	const struct blocks *blocks = dates->blocks;
	struct part part = {.first = 1, .end = dates->tree->count};
	size_t last = blocks->count;

	if (dates->heading != UINT32_MAX)
		part.first = blocks->blocks[dates->heading].first;
	while (last > 0 && blocks->blocks[last - 1].dropped)
		last--;
	if (last > 0 && blocks->blocks[last - 1].end > part.first)
		part.end = blocks->blocks[last - 1].end;
	return part;
}

static bool is_same_moment(const struct page_time *one, const struct page_time *other)
{
	int64_t apart = one->seconds - other->seconds;

	return apart <= SAME_SECONDS && apart >= -SAME_SECONDS;
}

/* Programs write UTC; where the page says the same time in its own zone, that tells the day. */
static void take_zone(const struct page_dates *dates, enum page_field field, struct page_time *time)
{
	struct part part = part_of_article(dates);
	struct page_time other;

	for (size_t source = 0; source < SOURCE_MAX && time->offset == 0; source++)
		if (from_value(dates, dates->meta->values[field][source], &other) &&
			is_same_moment(time, &other))
			time->offset = other.offset;
	for (size_t i = part.first, tried = 0;
		i < part.end && time->offset == 0 && tried < TIMES_MAX; i++) {
		tried += dates->tree->nodes[i].tag == PAGE_TIME;
		if (from_time(dates, i, &other) && is_same_moment(time, &other))
			time->offset = other.offset;
	}
}

struct page_time page_date_published(const struct page_dates *dates)
{
	struct part article = part_of_article(dates);
	struct part whole = {.first = 1, .end = dates->tree->count};
	struct page_time found = {.seconds = DATE_NONE};

	if (from_meta(dates, FIELD_PUBLISHED, &found)) {
		take_zone(dates, FIELD_PUBLISHED, &found);
		return found;
	}
	if (from_elements(dates, article, &found) || from_url(dates, &found) ||
		from_lines(dates, &found) || from_lines_before(dates, &found) ||
		from_elements(dates, whole, &found))
		return found;
	return (struct page_time){.seconds = DATE_NONE};
}

struct page_time page_date_modified(const struct page_dates *dates)
{
	struct page_time found = {.seconds = DATE_NONE};

	if (from_meta(dates, FIELD_MODIFIED, &found))
		take_zone(dates, FIELD_MODIFIED, &found);
	return found;
}
