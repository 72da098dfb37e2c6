#include "extract/page_charset.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <unicode/ucsdet.h>

#include "base/utf8.h"
#include "text/charset.h"
#include "text/charset_name.h"

enum {
	CONVERTED_BYTES_MAX = 3 * (int)DOCUMENT_BYTES_MAX,
	GUESS_CONFIDENCE_MIN = 20, /* of 100 */
};

static const struct {
	const char *bytes;
	unsigned length;
	const char *charset;
} marks[] = {
	{"\xEF\xBB\xBF", 3, "UTF-8"},
	{"\xFE\xFF", 2, "UTF-16BE"},
	{"\xFF\xFE", 2, "UTF-16LE"},
};

/* The "charset=" of a <meta>, as its own attribute or within "content". */
static void read_meta(const char *tag, const char *end, char ret[CHARSET_NAME_BYTES])
{
	while (end - tag > 8) {
		if (strncasecmp(tag, "charset", 7) == 0) {
			const char *at = tag + 7;

			while (at < end && isspace((unsigned char)*at))
				at++;
			if (at < end && *at == '=') {
				charset_name_copy(at + 1, end, ret);
				return;
			}
		}
		tag++;
	}
}

/* WHATWG HTML, section 13.2.3.2: what is in comments does not count. */
static void prescan(const char *text, size_t length, char ret[CHARSET_NAME_BYTES])
{
	const char *end = text + (length < META_PRESCAN_BYTES ? length : META_PRESCAN_BYTES);

	*ret = '\0';
	while (*ret == '\0' && (text = memchr(text, '<', (size_t)(end - text)))) {
		const char *close;

		if (end - text > 4 && memcmp(text, "<!--", 4) == 0) {
			close = memmem(text + 2, (size_t)(end - text - 2), "-->", 3);
			if (!close)
				return;
			text = close;
			continue;
		}
		text++;
		if (end - text <= 5 || strncasecmp(text, "meta", 4) != 0 ||
			isalnum((unsigned char)text[4]))
			continue;
		close = memchr(text, '>', (size_t)(end - text));
		read_meta(text, close ? close : end, ret);
	}
	/* A page whose <meta> could be read is in no such charset. */
	if (charset_is_wide(ret))
		(void)snprintf(ret, CHARSET_NAME_BYTES, "UTF-8");
	else if (strcasecmp(ret, "x-user-defined") == 0)
		(void)snprintf(ret, CHARSET_NAME_BYTES, "windows-1252");
}

/* More characters of UTF-8 than bytes that are none: an odd byte does not make it another. */
static bool is_mostly_utf8(const char *text, size_t length)
{
	size_t good = 0;
	size_t bad = 0;
	size_t i = 0;

	while (i < length) {
		unsigned char byte = (unsigned char)text[i];
		size_t size = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;

		if (byte < 0x80) {
			i++;
		} else if (i + size <= length && utf8_valid(text + i, size)) {
			good++;
			i += size;
		} else {
			bad++;
			i++;
		}
	}
	return good > bad;
}

/* ISO-2022-JP (RFC 1468): escapes to a set of two bytes and back. */
static bool has_shifts(const char *text, size_t length)
{
	const char *shift = memchr(text, 0x1B, length);

	return shift && text + length - shift > 4 && shift[1] == '$' &&
		(shift[2] == 'B' || shift[2] == '@') &&
		memmem(shift, (size_t)(text + length - shift), "\x1B(", 2);
}

static int decode(const char *name, const char *text, size_t length, struct page_bytes *ret)
{
	int r;

	buffer_reset(&ret->converted);
	r = charset_decode(name, text, length, &ret->converted);
	if (r < 0)
		return r;
	ret->text = buffer_string(&ret->converted);
	ret->length = ret->converted.length;
	return 0;
}

/* By the frequency of bytes, its markup left aside. */
static int decode_guessed(const char *text, size_t length, struct page_bytes *ret)
{
	UErrorCode error = U_ZERO_ERROR;
	UCharsetDetector *detector = ucsdet_open(&error);
	int32_t size = (int32_t)(length < CHARSET_GUESS_BYTES ? length : CHARSET_GUESS_BYTES);
	char name[CHARSET_NAME_BYTES] = "windows-1252";
	const UCharsetMatch *match = NULL;

	if (U_SUCCESS(error)) {
		(void)ucsdet_enableInputFilter(detector, true);
		ucsdet_setText(detector, text, size, &error);
		match = ucsdet_detect(detector, &error);
		if (U_SUCCESS(error) && match &&
			ucsdet_getConfidence(match, &error) >= GUESS_CONFIDENCE_MIN)
			(void)snprintf(name, sizeof(name), "%s", ucsdet_getName(match, &error));
	}
	ucsdet_close(detector);
	return decode(name, text, length, ret);
}

static int decode_mixed(const char *text, size_t length, struct page_bytes *ret)
{
	buffer_reset(&ret->converted);
	if (charset_decode_mixed(text, length, &ret->converted) < 0)
		return -ENOMEM;
	ret->text = buffer_string(&ret->converted);
	ret->length = ret->converted.length;
	return 0;
}

static int read_named(const char *name, const char *text, size_t length, struct page_bytes *ret)
{
	bool utf8 = utf8_valid(text, length);

	ret->text = text;
	ret->length = length;
	if (utf8 &&
		(*name == '\0' || charset_is_utf8(name) ||
			charset_name_is_belied(name, text, length)))
		return 0;
	if (*name && !charset_is_utf8(name) && !charset_name_is_belied(name, text, length) &&
		decode(name, text, length, ret) == 0)
		return 0;
	if (ret->converted.failed == -ENOMEM)
		return -ENOMEM;
	if (utf8) {
		ret->text = text;
		ret->length = length;
		return 0;
	}
	return is_mostly_utf8(text, length) ? decode_mixed(text, length, ret)
					    : decode_guessed(text, length, ret);
}

int page_bytes_read(const struct document *document, struct page_bytes *ret)
{
	struct page_bytes bytes = {.converted = BUFFER_INIT(CONVERTED_BYTES_MAX)};
	char name[CHARSET_NAME_BYTES] = "";
	const char *text = document->bytes ? document->bytes : "";
	size_t length = document->length;
	bool marked = false;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(marks) && *name == '\0'; i++)
		if (length >= marks[i].length &&
			memcmp(text, marks[i].bytes, marks[i].length) == 0) {
			(void)snprintf(name, sizeof(name), "%s", marks[i].charset);
			text += marks[i].length;
			length -= marks[i].length;
			marked = true;
		}
	if (*name == '\0' && document->content_type)
		charset_name_of_type(document->content_type, name);
	if (*name == '\0')
		prescan(text, length, name);
	/* Its bytes are those of ASCII: nothing else would tell. */
	if (has_shifts(text, length) && (*name == '\0' || charset_is_utf8(name)))
		(void)snprintf(name, sizeof(name), "ISO-2022-JP");
	r = marked && !charset_is_utf8(name) ? decode(name, text, length, &bytes)
					     : read_named(name, text, length, &bytes);
	if (r < 0) {
		page_bytes_clear(&bytes);
		return r;
	}
	*ret = bytes;
	return 0;
}

void page_bytes_clear(struct page_bytes *bytes)
{
	buffer_free(&bytes->converted);
}
