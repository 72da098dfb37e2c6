#include "cli/article_text.h"

#include <errno.h>
#include <string.h>

#include "base/buffer.h"
#include "text/html_text.h"

enum {
	CLEAN_BYTES_MAX = 16 * 1024 * 1024, /* NFC at most triples a line of an archive */
};

/* Line by line: empty ones stay, by which paragraphs are told from lines that were full. */
static int clean_lines(const char *text, struct buffer *out)
{
	for (;;) {
		size_t length = strcspn(text, "\n");
		int r;

		r = plain_text_add(text, length, HTML_TEXT_LINE, out);
		if (r < 0 || text[length] == '\0')
			return r;
		r = buffer_add_char(out, '\n');
		if (r < 0)
			return r;
		text += length + 1;
	}
}

static int clean(const char **text, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer folded = BUFFER_INIT(CLEAN_BYTES_MAX);

	if (!*text)
		return 0;
	if (clean_lines(*text, &folded) < 0)
		return -ENOMEM;
	*text = arena_strdup(arena, buffer_string(&folded));
	return *text ? 0 : -ENOMEM;
}

int article_text_clean(struct article *article, struct arena *arena)
{
	int r;

	r = clean(&article->title, arena);
	return r < 0 ? r : clean(&article->text, arena);
}
