#include "extract/page_date.h"

#include <ctype.h>
#include <string.h>

#include "base/datetime.h"
#include "extract/cues.h"

enum {
	YEAR_MIN = 1990,
	YEAR_MAX = 2099,
	DATE_LINE_MAX = 160, /* characters of a line that tells the date */
	LINES_BEFORE = 4,    /* of the headline */
	LINES_BEHIND = 12,
	LINES_FIRST = 30,    /* where there is no headline */
	DATE_NODES_MAX = 24, /* of an element that tells the date */
	TOKENS_MAX = 40,
	DATE_TOKENS_MAX = 4, /* "Monday, 14 October 2004" needs the last three */
};

static bool is_plausible(int64_t seconds)
{
	return seconds >= datetime_days(YEAR_MIN, 1, 1) * 86400 &&
		seconds < datetime_days(YEAR_MAX + 1, 1, 1) * 86400;
}

/* A year alone is no date: more digits are needed than its four. */
static bool has_day(const char *text, size_t length)
{
	size_t digits = 0;

	for (size_t i = 0; i < length; i++)
		digits += isdigit((unsigned char)text[i]) != 0;
	return digits > 4;
}

static bool read_date(const char *text, size_t length, int64_t *ret)
{
	char copy[DATETIME_BYTES_MAX];
	int64_t seconds;

	if (length == 0 || length >= sizeof(copy) || !has_day(text, length))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (datetime_parse(copy, &seconds) < 0 || !is_plausible(seconds))
		return false;
	*ret = seconds;
	return true;
}

/* Whether four digits at `text` are a year, alone or with a separator of dates beside them. */
static bool has_year(const char *text, size_t length)
{
	for (size_t i = 0; i + 4 <= length; i++) {
		if ((text[i] == '1' && text[i + 1] == '9') ||
			(text[i] == '2' && text[i + 1] == '0'))
			if (isdigit((unsigned char)text[i + 2]) &&
				isdigit((unsigned char)text[i + 3]) &&
				(i == 0 || !isdigit((unsigned char)text[i - 1])) &&
				(i + 4 == length || !isdigit((unsigned char)text[i + 4])))
				return true;
	}
	return false;
}

struct token {
	const char *text;
	size_t length;
};

static size_t cut_tokens(const char *text, size_t length, struct token tokens[TOKENS_MAX])
{
	size_t count = 0;
	size_t i = 0;

	while (i < length && count < TOKENS_MAX) {
		size_t start;

		while (i < length && (text[i] == ' ' || text[i] == '\t'))
			i++;
		start = i;
		while (i < length && text[i] != ' ' && text[i] != '\t')
			i++;
		/* "Date:2025-04-15" */
		for (size_t k = start; k + 1 < i; k++)
			if (text[k] == ':' && !isdigit((unsigned char)text[start]) &&
				isdigit((unsigned char)text[k + 1]))
				start = k + 1;
		if (i > start)
			tokens[count++] = (struct token){text + start, i - start};
	}
	return count;
}

bool date_find(const char *text, size_t length, int64_t *ret_seconds)
{
	struct token tokens[TOKENS_MAX];
	size_t count = cut_tokens(text, length, tokens);

	for (size_t i = 0; i < count; i++) {
		const char *end = tokens[i].text + tokens[i].length;
		size_t most = i + 1 < DATE_TOKENS_MAX ? i + 1 : DATE_TOKENS_MAX;

		if (!has_year(tokens[i].text, tokens[i].length))
			continue;
		while (end > tokens[i].text && strchr(",.;)|", end[-1]))
			end--;
		/* A time behind the date makes it the more exact. */
		for (size_t more = 3; more-- > 0;) {
			const char *stop = end;

			if (more > 0 && i + more >= count)
				continue;
			if (more > 0)
				stop = tokens[i + more].text + tokens[i + more].length;
			if (more > 0 &&
				!memchr(tokens[i + 1].text, ':',
					(size_t)(stop - tokens[i + 1].text)))
				continue;
			for (size_t back = most; back-- > 0;)
				if (read_date(tokens[i - back].text,
					    (size_t)(stop - tokens[i - back].text), ret_seconds))
					return true;
		}
	}
	return false;
}

/* ---- places ---- */

static bool from_meta(
	const struct page_meta *meta, enum page_field field, size_t first, size_t end, int64_t *ret)
{
	for (size_t source = first; source < end; source++) {
		const char *value = meta->values[field][source];

		if (value &&
			(read_date(value, strlen(value), ret) ||
				(strlen(value) < DATE_LINE_MAX &&
					date_find(value, strlen(value), ret))))
			return true;
	}
	return false;
}

/* Whether a subtree tells of other articles, or of comments. */
static bool is_elsewhere(const struct page_node *node)
{
	return node->tag == PAGE_ASIDE || node->tag == PAGE_NAV || node->tag == PAGE_FOOTER ||
		(node->attribute_count > 0 && node->tag != PAGE_BODY && node->tag != PAGE_HTML &&
			cue_of(node) == CUE_NEVER);
}

/* The first <time>, from a node on. */
static bool from_time(const struct page_tree *tree, size_t first, int64_t *ret)
{
	for (size_t i = first; i < tree->count; i++) {
		const struct page_node *node = &tree->nodes[i];
		const char *value;

		if (is_elsewhere(node)) {
			i = node->end - 1;
			continue;
		}
		value = node->tag == PAGE_TIME ? page_node_attribute(node, ATTRIBUTE_DATETIME)
					       : NULL;
		if (value && has_year(value, strlen(value)) && read_date(value, strlen(value), ret))
			return true;
	}
	return false;
}

static bool has_date_name(const struct page_node *node)
{
	static const char *const words[] = {
		"date", "publi", "posted", "timestamp", "datum", "fecha", "datetime", "zeit"};
	const char *names[] = {page_node_attribute(node, ATTRIBUTE_CLASS),
		page_node_attribute(node, ATTRIBUTE_ID)};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (size_t k = 0; names[i] && k < ARRAY_SIZE(words); k++)
			if (strcasestr(names[i], words[k]))
				return true;
	return false;
}

/* An element that goes by a telling name, or a <time>, with a date in its text. */
static bool from_named(const struct page_tree *tree, int64_t *ret)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(16 * DATE_LINE_MAX);

	for (size_t i = 1; i < tree->count; i++) {
		const struct page_node *node = &tree->nodes[i];

		if (is_elsewhere(node)) {
			i = node->end - 1;
			continue;
		}
		if (node->end - i > DATE_NODES_MAX ||
			(node->tag != PAGE_TIME &&
				(node->attribute_count == 0 || !has_date_name(node))))
			continue;
		buffer_reset(&text);
		if (page_tree_text(tree, i, &text) == 0 && text.length <= DATE_LINE_MAX &&
			date_find(buffer_string(&text), text.length, ret))
			return true;
	}
	return false;
}

static bool from_line(const struct page_tree *tree, const struct block *block, int64_t *ret)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(16 * DATE_LINE_MAX);

	if (block->length > DATE_LINE_MAX || block_text(tree, block, &text) < 0)
		return false;
	return text.length > 0 && has_year(text.bytes, text.length) &&
		date_find(text.bytes, text.length, ret);
}

static bool from_lines(
	const struct page_tree *tree, const struct blocks *blocks, uint32_t heading, int64_t *ret)
{
	size_t first = 0;
	size_t end = LINES_FIRST;

	if (heading != UINT32_MAX) {
		first = heading;
		end = heading + LINES_BEHIND;
	}
	for (size_t i = first; i < end && i < blocks->count; i++)
		if (from_line(tree, &blocks->blocks[i], ret))
			return true;
	if (heading == UINT32_MAX)
		return false;
	for (size_t i = heading; i-- > 0 && i + LINES_BEFORE >= heading;)
		if (from_line(tree, &blocks->blocks[i], ret))
			return true;
	return false;
}

/* "/2024/05/17/", "/2024-05-17-", "20240517". */
static bool from_url(const char *url, int64_t *ret)
{
	for (const char *at = url; *at; at++) {
		unsigned year;
		unsigned month;
		unsigned day;
		char text[DATETIME_SIZE];

		if (at == url || isdigit((unsigned char)at[-1]))
			continue;
		if (sscanf(at, "%4u/%2u/%2u", &year, &month, &day) != 3 &&
			sscanf(at, "%4u-%2u-%2u", &year, &month, &day) != 3 &&
			(strspn(at, "0123456789") != 8 ||
				sscanf(at, "%4u%2u%2u", &year, &month, &day) != 3))
			continue;
		(void)snprintf(
			text, sizeof(text), "%04u-%02u-%02u", year % 10000, month % 100, day % 100);
		if (read_date(text, strlen(text), ret))
			return true;
	}
	return false;
}

int64_t page_date_published(const struct page_meta *meta, const struct page_tree *tree,
	const struct blocks *blocks, uint32_t heading, const char *url)
{
	size_t start = heading == UINT32_MAX ? 1 : blocks->blocks[heading].first;
	int64_t seconds;

	if (from_meta(meta, FIELD_PUBLISHED, SOURCE_JSONLD, SOURCE_WEAK, &seconds) ||
		from_meta(meta, FIELD_PUBLISHED, SOURCE_WEAK, SOURCE_MAX, &seconds) ||
		from_time(tree, start, &seconds) || (url && from_url(url, &seconds)) ||
		from_time(tree, 1, &seconds) || from_named(tree, &seconds) ||
		from_lines(tree, blocks, heading, &seconds))
		return seconds;
	return DATE_NONE;
}

int64_t page_date_modified(const struct page_meta *meta)
{
	int64_t seconds;

	return from_meta(meta, FIELD_MODIFIED, SOURCE_JSONLD, SOURCE_MAX, &seconds) ? seconds
										    : DATE_NONE;
}
