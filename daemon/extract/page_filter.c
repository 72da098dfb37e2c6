#include "extract/page_filter.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <unicode/utf8.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "extract/html_tag.h"
#include "text/html_entity.h"

enum {
	VALUE_BYTES_MAX = 4096,
	MARKUP_FACTOR = 6, /* "&" becomes "&amp;"; and a tag's kind */
};

/* Things looked for to the end of the page and not found: hostile text would look again. */
struct absent {
	bool comment_end;
	bool gone_end;
	bool raw_end;
};

/* An element that nests as <div> does, or a barrier. */
struct open_tag {
	const struct page_tag_info *info;
};

struct scan {
	struct page_filter *filter;
	struct buffer *out;
	const char *text;
	const char *end;
	struct html_source source;
	struct absent absent;
	struct open_tag open[PAGE_FILTER_DEPTH_MAX];
	size_t depth;
	size_t others; /* elements of other kinds that are open, as far as can be told */
};

/* ---- text ---- */

static void put_character(struct buffer *out, uint32_t character)
{
	char bytes[U8_MAX_LENGTH];
	size_t count = 0;

	if (character < 0x20 || character > 0x10FFFF || (character >= 0xD800 && character < 0xE000))
		character = ' ';
	if (character == '<' || character == '&' || character == '"') {
		(void)buffer_add_string(out,
			character == '<'           ? "&lt;"
				: character == '&' ? "&amp;"
						   : "&quot;");
		return;
	}
	U8_APPEND_UNSAFE((uint8_t *)bytes, count, character);
	(void)buffer_add(out, bytes, count);
}

/* Writes text with its references read, and escaped again where the parser would see markup. */
static void put_text(struct buffer *out, const char *text, const char *end)
{
	while (text < end) {
		const char *stop = text;
		uint32_t character;
		size_t taken;

		while (stop < end && *stop != '&' && *stop != '<' && *stop != '"' && *stop != '\0')
			stop++;
		(void)buffer_add(out, text, (size_t)(stop - text));
		if (stop == end)
			return;
		taken = *stop == '&' ? html_entity_read(stop, (size_t)(end - stop), &character) : 0;
		put_character(out, taken > 0 ? character : (uint32_t)(unsigned char)*stop);
		text = stop + (taken > 0 ? taken : 1);
	}
}

/* ---- attributes that stay ---- */

/* Whether a style keeps the element from being seen. */
static bool is_hiding_style(const char *style, size_t length)
{
	char folded[32];
	size_t count = 0;

	for (size_t i = 0; i < length; i++) {
		if (html_is_space(style[i]))
			continue;
		if (style[i] == ';') {
			count = 0;
			continue;
		}
		if (count == sizeof(folded))
			continue;
		folded[count++] = (char)tolower((unsigned char)style[i]);
		if ((count == 12 && memcmp(folded, "display:none", 12) == 0) ||
			(count == 17 && memcmp(folded, "visibility:hidden", 17) == 0))
			return true;
	}
	return false;
}

/* What is kept of attributes, by their first letter. */
static const char *kept_name(const struct html_attribute *attribute)
{
	static const char *const names[] = {"aria-hidden", "class", "content", "datetime", "hidden",
		"href", "http-equiv", "id", "itemprop", "itemtype", "lang", "name", "property",
		"rel", "role", "src", "xml:lang"};
	char first = (char)tolower((unsigned char)*attribute->name);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i][0] == first &&
			ascii_is(attribute->name, attribute->name_length, names[i]))
			return strcmp(names[i], "xml:lang") == 0 ? "lang" : names[i];
	return NULL;
}

/* Addresses of pictures and frames matter where they are marked, names in <meta> and <a> only. */
static bool is_useful(const char *name, const struct html_tag *tag)
{
	enum page_tag kind = tag->info->tag;

	if (strcmp(name, "src") == 0)
		return kind == PAGE_IMG;
	if (strcmp(name, "name") == 0)
		return kind == PAGE_META;
	return true;
}

static void put_attribute(struct buffer *out, const char *name, const char *value, size_t length)
{
	(void)buffer_add_char(out, ' ');
	(void)buffer_add_string(out, name);
	(void)buffer_add(out, "=\"", 2);
	if (length > VALUE_BYTES_MAX)
		length = utf8_cut(value, length, VALUE_BYTES_MAX);
	put_text(out, value, value + length);
	(void)buffer_add_char(out, '"');
}

static void put_attributes(struct scan *scan, const struct html_tag *tag)
{
	const char *at = tag->attributes;
	struct html_attribute attribute;

	while (html_tag_attribute(tag, &at, &attribute)) {
		const char *name = kept_name(&attribute);

		if (name && is_useful(name, tag))
			put_attribute(scan->out, name, attribute.value ? attribute.value : "",
				attribute.value_length);
		else if (ascii_is(attribute.name, attribute.name_length, "style") &&
			is_hiding_style(attribute.value, attribute.value_length))
			put_attribute(scan->out, "hidden", "", 0);
	}
}

/* ---- what goes with its content ---- */

/* The "</name" behind `text`, or NULL. */
static const char *find_raw_end(const struct scan *scan, const struct html_tag *tag)
{
	const char *at = tag->end;

	while ((at = html_find(at, scan->end, '<'))) {
		if ((size_t)(scan->end - at) > tag->name_length + 2 && at[1] == '/' &&
			strncasecmp(at + 2, tag->name, tag->name_length) == 0)
			return at;
		at++;
	}
	return NULL;
}

/* The end tag that belongs to this one, elements of its name nest; or NULL. */
static const char *find_gone_end(const struct scan *scan, const struct html_tag *tag)
{
	const char *at = tag->end;
	size_t depth = 1;

	while ((at = html_find(at, scan->end, '<'))) {
		const char *name = at + 1;
		bool closing = name < scan->end && *name == '/';

		name += closing;
		if ((size_t)(scan->end - name) > tag->name_length &&
			strncasecmp(name, tag->name, tag->name_length) == 0 &&
			!isalnum((unsigned char)name[tag->name_length])) {
			depth = closing ? depth - 1 : depth + 1;
			if (depth == 0)
				return at;
		}
		at++;
	}
	return NULL;
}

static void keep_script(struct scan *scan, const struct html_tag *tag, const char *end)
{
	struct page_filter *filter = scan->filter;
	size_t length = (size_t)(end - tag->end);

	filter->dropped += length;
	if (filter->script_count == PAGE_FILTER_SCRIPTS_MAX || length > PAGE_FILTER_SCRIPT_BYTES)
		return;
	if (html_tag_has(tag, "type", "ld+json") || html_tag_has(tag, "type", "LD+JSON"))
		filter->scripts[filter->script_count++] = (struct page_script){tag->end, length};
}

/* Behind the ">" of the end tag at `text`. */
static const char *behind_tag(const struct scan *scan, const char *text)
{
	const char *greater = html_find(text, scan->end, '>');

	return greater ? greater + 1 : scan->end;
}

static void skip_raw(struct scan *scan, const struct html_tag *tag)
{
	const char *end = scan->absent.raw_end ? NULL : find_raw_end(scan, tag);
	bool script = tag->name_length == 6 && strncasecmp(tag->name, "script", 6) == 0;

	if (!end) {
		/* A script that never ends is the page's rest; of others only the tag goes. */
		scan->absent.raw_end = true;
		scan->text = script ? scan->end : tag->end;
		return;
	}
	if (script)
		keep_script(scan, tag, end);
	scan->text = behind_tag(scan, end);
}

static void skip_gone(struct scan *scan, const struct html_tag *tag)
{
	const char *end;

	scan->text = tag->end;
	if (tag->end[-2] == '/' && tag->info->flags & TAG_IS_GONE)
		return;
	/* Shadow trees that the page itself declares are shown. */
	if (tag->name_length == 8 && html_tag_has(tag, "shadowrootmode", NULL))
		return;
	end = scan->absent.gone_end ? NULL : find_gone_end(scan, tag);
	if (end)
		scan->text = behind_tag(scan, end);
	else
		scan->absent.gone_end = true;
}

/* A title, or <xmp>: text to its end tag. */
static void put_raw_text(struct scan *scan, const struct html_tag *tag)
{
	const char *end = scan->absent.raw_end ? NULL : find_raw_end(scan, tag);

	scan->text = tag->end;
	if (!end) {
		scan->absent.raw_end = true;
		return;
	}
	(void)buffer_printf(scan->out, "<%s>", tag->info->name);
	put_text(scan->out, tag->end, end);
	(void)buffer_printf(scan->out, "</%s>", tag->info->name);
	scan->text = behind_tag(scan, end);
}

/* ---- elements ---- */

static const char *parser_name(const struct page_tag_info *info)
{
	if (info->flags & TAG_IS_DIV)
		return "div";
	return info->flags & TAG_IS_NEW ? "span" : info->name;
}

static bool nests(const struct page_tag_info *info)
{
	return info->flags & (TAG_IS_DIV | TAG_IS_BARRIER);
}

static void put_start(struct scan *scan, const struct html_tag *tag)
{
	const struct page_tag_info *info = tag->info;

	if (nests(info) && !(info->flags & TAG_IS_VOID)) {
		if (scan->depth == PAGE_FILTER_DEPTH_MAX)
			return;
		scan->open[scan->depth++] = (struct open_tag){info};
	} else if (!(info->flags & TAG_IS_VOID) && info->tag != PAGE_P && info->tag != PAGE_LI &&
		info->tag != PAGE_TD && info->tag != PAGE_TR && info->tag != PAGE_A) {
		/* Those close one another; any other may be left open as often as one likes. */
		if (scan->others == PAGE_FILTER_DEPTH_MAX)
			return;
		scan->others++;
	}
	(void)buffer_add_char(scan->out, '<');
	(void)buffer_add_string(scan->out, parser_name(info));
	if (info->flags & TAG_IS_NEW)
		(void)buffer_printf(
			scan->out, " " PAGE_FILTER_KIND "=\"%zu\"", page_tag_info_number(info));
	put_attributes(scan, tag);
	(void)buffer_add_char(scan->out, '>');
}

/* An end tag closes the nearest open element of its name and what is open within that. */
static void put_nested_end(struct scan *scan, const struct page_tag_info *info)
{
	size_t at = scan->depth;

	while (at > 0 && scan->open[at - 1].info != info) {
		if (scan->open[at - 1].info->flags & TAG_IS_BARRIER &&
			!(info->flags & TAG_IS_BARRIER))
			return;
		at--;
	}
	if (at == 0)
		return;
	while (scan->depth >= at) {
		const struct page_tag_info *open = scan->open[--scan->depth].info;

		(void)buffer_printf(scan->out, "</%s>", parser_name(open));
	}
}

static void put_end(struct scan *scan, const struct html_tag *tag)
{
	const struct page_tag_info *info = tag->info;

	if (nests(info)) {
		put_nested_end(scan, info);
		return;
	}
	/* "</p>" and "</br>" alone are a paragraph and a break. */
	if (info->flags & TAG_IS_VOID && info->tag != PAGE_BR)
		return;
	if (scan->others > 0)
		scan->others--;
	if (info->tag == PAGE_BR)
		(void)buffer_add_string(scan->out, "<br>");
	else
		(void)buffer_printf(scan->out, "</%s>", parser_name(info));
}

/* Shows nothing and holds nothing; the parser takes some of them for elements with content. */
static bool is_nothing(const struct page_tag_info *info)
{
	return info->flags & TAG_IS_VOID && (info->tag == PAGE_INLINE || info->tag == PAGE_CONTROL);
}

static bool scan_tag(struct scan *scan)
{
	struct html_tag tag;
	unsigned flags;

	if (!html_tag_read(&scan->source, scan->text, &tag))
		return false;
	flags = tag.info->flags;
	if (is_nothing(tag.info)) {
		scan->text = tag.end;
		return true;
	}
	if (tag.closing && flags & (TAG_IS_RAW | TAG_IS_GONE | TAG_IS_TEXT)) {
		scan->text = tag.end;
	} else if (tag.closing) {
		put_end(scan, &tag);
		scan->text = tag.end;
	} else if (flags & TAG_IS_RAW) {
		skip_raw(scan, &tag);
	} else if (flags & TAG_IS_GONE) {
		skip_gone(scan, &tag);
	} else if (flags & TAG_IS_TEXT) {
		put_raw_text(scan, &tag);
	} else {
		put_start(scan, &tag);
		scan->text = tag.end;
	}
	return true;
}

/* At "<!" or "<?" or "</" and no letter. */
static void skip_declaration(struct scan *scan)
{
	const char *text = scan->text;
	size_t left = (size_t)(scan->end - text);
	const char *end = NULL;

	if (left >= 4 && memcmp(text, "<!--", 4) == 0 && !scan->absent.comment_end) {
		/* "<!-->" and "<!--->" are whole comments. */
		end = memmem(text + 2, left - 2, "-->", 3);
		if (end) {
			scan->text = end + 3;
			return;
		}
		scan->absent.comment_end = true;
	}
	end = scan->source.no_greater ? NULL : html_find(text, scan->end, '>');
	scan->source.no_greater = !end;
	scan->text = end ? end + 1 : scan->end;
}

static void scan_less(struct scan *scan)
{
	const char *text = scan->text;
	char next = text + 1 < scan->end ? text[1] : '\0';

	if (next == '!' || next == '?' ||
		(next == '/' && text + 2 < scan->end && !isalpha((unsigned char)text[2]))) {
		skip_declaration(scan);
	} else if (!scan_tag(scan)) {
		put_text(scan->out, text, text + 1);
		scan->text++;
	}
}

void page_filter_clear(struct page_filter *filter)
{
	buffer_free(&filter->markup);
}

int page_filter_run(struct page_filter *filter, const char *text, size_t length)
{
	_cleanup_(freep) struct scan *scan = calloc(1, sizeof(*scan));

	if (!scan)
		return -ENOMEM;
	*filter = (struct page_filter){.markup = BUFFER_INIT(MARKUP_FACTOR * length + 1024)};
	scan->filter = filter;
	scan->out = &filter->markup;
	scan->text = text;
	scan->end = scan->source.end = text + length;
	while (scan->text < scan->end && !scan->out->failed) {
		const char *less = html_find(scan->text, scan->end, '<');
		const char *stop = less ? less : scan->end;

		put_text(scan->out, scan->text, stop);
		scan->text = stop;
		if (less)
			scan_less(scan);
	}
	return scan->out->failed;
}
