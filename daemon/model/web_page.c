#include "model/web_page.h"

#include <errno.h>

#include "base/url.h"
#include "model/entry.h"
#include "model/enum_names.h"

enum {
	MINUTES_PER_DAY = 24 * 60,
};

static const char *const verdict_names[PAGE_VERDICT_MAX] = {
	[PAGE_IS_ARTICLE] = "article",
	[PAGE_IS_EMPTY] = "empty",
	[PAGE_IS_SHORT] = "short",
	[PAGE_IS_PAYWALL] = "paywall",
	[PAGE_IS_CONSENT] = "consent",
	[PAGE_IS_BLOCKED] = "blocked",
	[PAGE_IS_LIST] = "list",
	[PAGE_IS_NO_HTML] = "no-html",
};

DEFINE_ENUM_TO_STRING(page_verdict, enum page_verdict, verdict_names)

void web_page_write(const struct web_page *page, struct buffer *buffer)
{
	wire_put_u8(buffer, (uint8_t)page->verdict);
	wire_put_string(buffer, page->title);
	wire_put_string(buffer, page->text);
	wire_put_string(buffer, page->author);
	wire_put_string(buffer, page->language);
	wire_put_string(buffer, page->canonical_url);
	wire_put_string(buffer, page->site);
	wire_put_string(buffer, page->image);
	wire_put_u64(buffer, (uint64_t)page->published);
	wire_put_u64(buffer, (uint64_t)page->modified);
	wire_put_u64(buffer, (uint64_t)page->published_offset);
	wire_put_u64(buffer, (uint64_t)page->modified_offset);
}

static int get_offset(struct wire_reader *reader)
{
	int64_t offset = (int64_t)wire_get_u64(reader);

	if (offset <= -MINUTES_PER_DAY || offset >= MINUTES_PER_DAY)
		reader->bad = true;
	return reader->bad ? 0 : (int)offset;
}

int web_page_read(struct wire_reader *reader, struct arena *arena, struct web_page *ret)
{
	uint8_t verdict = wire_get_u8(reader);
	struct web_page page = {.verdict = (enum page_verdict)verdict};

	page.title = wire_get_string(reader, PAGE_TITLE_MAX, arena);
	page.text = wire_get_string(reader, PAGE_TEXT_MAX, arena);
	page.author = wire_get_string(reader, PAGE_AUTHOR_MAX, arena);
	page.language = wire_get_string(reader, LANGUAGE_MAX, arena);
	page.canonical_url = wire_get_string(reader, URL_BYTES_MAX, arena);
	page.site = wire_get_string(reader, PAGE_SITE_MAX, arena);
	page.image = wire_get_string(reader, URL_BYTES_MAX, arena);
	page.published = (int64_t)wire_get_u64(reader);
	page.modified = (int64_t)wire_get_u64(reader);
	page.published_offset = get_offset(reader);
	page.modified_offset = get_offset(reader);
	if (verdict >= PAGE_VERDICT_MAX)
		reader->bad = true;
	if (reader->bad)
		return -EBADMSG;
	*ret = page;
	return 0;
}
