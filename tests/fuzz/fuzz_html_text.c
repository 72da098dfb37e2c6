/* HTML fragments: of valid UTF-8 comes valid UTF-8 without control characters or doubled space. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/html_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	TEXT_BYTES_MAX = 16 * 1024 * 1024,
};

static void check(const struct buffer *text, unsigned options)
{
	const char *bytes = buffer_string(text);

	if (!utf8_valid(bytes, text->length))
		abort();
	for (size_t i = 0; i < text->length; i++) {
		if ((unsigned char)bytes[i] < ' ' && bytes[i] != '\n' && bytes[i] != '\t')
			abort();
		if ((options & HTML_TEXT_LINE) && bytes[i] == '\n')
			abort();
		if (i > 0 && bytes[i] == ' ' && bytes[i - 1] == ' ')
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (unsigned options = 0; options < 4 && utf8_valid((const char *)data, size); options++) {
		_cleanup_(buffer_free) struct buffer html = BUFFER_INIT(TEXT_BYTES_MAX);
		_cleanup_(buffer_free) struct buffer plain = BUFFER_INIT(TEXT_BYTES_MAX);

		if (html_text_add((const char *)data, size, options, &html) == 0)
			check(&html, options);
		if (plain_text_add((const char *)data, size, options, &plain) == 0)
			check(&plain, options);
	}
	return 0;
}
