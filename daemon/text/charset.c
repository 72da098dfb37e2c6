#include "text/charset.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <unicode/ucnv.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "text/html_entity.h"

enum {
	CHUNK = 4096, /* UTF-16 units between two converters, bytes out of iconv */
	NAME_MAX_BYTES = 64,
};

/* Charsets that ICU lacks.  They are process-wide state of libc: one handle each keeps the module.
 */
static const char *const iconv_names[] = {"ISO-8859-16", "KOI8-T", "JOHAB", "VISCII", "ARMSCII-8",
	"GEORGIAN-PS", "EUC-JISX0213", "SHIFT_JISX0213", "ISO-2022-JP-3", "PT154", "RK1048",
	"MAC-IS", "TCVN"};
static iconv_t kept_modules[ARRAY_SIZE(iconv_names)];

void charset_prepare(void)
{
	static const char word[] = "a";
	struct buffer out = BUFFER_INIT(CHUNK);

	for (size_t i = 0; i < ARRAY_SIZE(iconv_names); i++)
		if (!kept_modules[i])
			kept_modules[i] = iconv_open("UTF-8", iconv_names[i]);
	(void)charset_decode("windows-1251", word, 1, &out);
	buffer_free(&out);
}

/* What labels mean in practice: the superset that publishers really use. */
static const struct {
	const char *label;
	const char *charset;
} meanings[] = {
	{"us-ascii", "windows-1252"},
	{"ascii", "windows-1252"},
	{"iso-8859-1", "windows-1252"},
	{"iso8859-1", "windows-1252"},
	{"latin1", "windows-1252"},
	{"latin-1", "windows-1252"},
	{"l1", "windows-1252"},
	{"iso-8859-9", "windows-1254"},
	{"iso8859-9", "windows-1254"},
	{"latin5", "windows-1254"},
	{"iso-8859-11", "windows-874"},
	{"tis-620", "windows-874"},
	{"gb2312", "gb18030"},
	{"gb-2312-80", "gb18030"},
	{"gbk", "gb18030"},
	{"x-gbk", "gb18030"},
	{"x-sjis", "windows-31j"},
	{"euc-kr", "windows-949"},
	{"ks-c-5601-1987", "windows-949"},
	{"ksc5601", "windows-949"},
	{"x-mac-roman", "macintosh"},
	{"mac-roman", "macintosh"},
	{"mac-cyrillic", "x-mac-cyrillic"},
	{"mac-greek", "x-mac-greek"},
	{"mac-turkish", "x-mac-turkish"},
	{"mac-centraleurope", "x-mac-centraleurroman"},
	{"mac-latin2", "x-mac-centraleurroman"},
	{"mac-iceland", "MAC-IS"},
	{"iso8859-16", "ISO-8859-16"},
	{"latin10", "ISO-8859-16"},
	/* Taiwan's Big5 as browsers have it: with the extensions of ETEN and Hong Kong. */
	{"big5", "Big5-HKSCS"},
	{"cp950", "Big5-HKSCS"},
	{"x-x-big5", "Big5-HKSCS"},
	{"ptcp154", "PT154"},
	{"kz1048", "RK1048"},
	{"kz-1048", "RK1048"},
	{"euc-jis-2004", "EUC-JISX0213"},
	{"euc-jisx0213", "EUC-JISX0213"},
	{"shift-jis-2004", "SHIFT_JISX0213"},
	{"shift-jisx0213", "SHIFT_JISX0213"},
	{"iso2022-jp-2004", "ISO-2022-JP-3"},
	{"iso2022-jp-3", "ISO-2022-JP-3"},
	{"iso2022-jp-ext", "ISO-2022-JP-2"},
};

/* "_" and "-" are written for one another. */
static bool is_label(const char *name, const char *label)
{
	for (; *name && *label; name++, label++)
		if (tolower((unsigned char)(*name == '_' ? '-' : *name)) != *label)
			return false;
	return *name == *label;
}

static const char *meaning_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (is_label(name, meanings[i].label))
			return meanings[i].charset;
	return name;
}

bool charset_is_utf8(const char *name)
{
	return strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0 ||
		strcasecmp(name, "unicode-1-1-utf-8") == 0;
}

bool charset_is_wide(const char *name)
{
	static const char *const beginnings[] = {
		"utf-16", "utf16", "utf-32", "utf32", "ucs-", "iso-10646", "unicode"};

	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (strncasecmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return !charset_is_utf8(name);
	return false;
}

/* Through UTF-16, a chunk at a time. */
static int decode_with_icu(
	UConverter *converter, const char *bytes, size_t length, struct buffer *out)
{
	const char *end = bytes + length;
	UErrorCode error = U_BUFFER_OVERFLOW_ERROR;

	while (error == U_BUFFER_OVERFLOW_ERROR && !out->failed) {
		char narrow[3 * CHUNK];
		UChar wide[CHUNK];
		UChar *to = wide;
		int32_t narrow_length = 0;
		UErrorCode wide_error = U_ZERO_ERROR;

		error = U_ZERO_ERROR;
		/* One unit is left free, so that a pair is never torn: see below. */
		ucnv_toUnicode(converter, &to, wide + CHUNK - 1, &bytes, end, NULL, true, &error);
		if (to > wide && U16_IS_LEAD(to[-1]) && error == U_BUFFER_OVERFLOW_ERROR) {
			UErrorCode rest = U_ZERO_ERROR;

			ucnv_toUnicode(converter, &to, to + 1, &bytes, end, NULL, true, &rest);
			error = rest;
		}
		(void)u_strToUTF8WithSub(narrow, sizeof(narrow), &narrow_length, wide,
			(int32_t)(to - wide), 0xFFFD, NULL, &wide_error);
		(void)buffer_add(out, narrow, (size_t)narrow_length);
	}
	return out->failed;
}

/* The kept converter of a name, in its first state; opened now if nobody prepared.  NULL: unknown.
 */
static iconv_t find_converter(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(iconv_names); i++) {
		if (strcasecmp(name, iconv_names[i]) != 0)
			continue;
		if (!kept_modules[i])
			kept_modules[i] = iconv_open("UTF-8", iconv_names[i]);
		if (kept_modules[i] == (iconv_t)-1) /* NOLINT(performance-no-int-to-ptr) */
			return NULL;
		(void)iconv(kept_modules[i], NULL, NULL, NULL, NULL);
		return kept_modules[i];
	}
	return NULL;
}

/* Only the names above: a document's own must not make iconv look for files. */
static int decode_with_iconv(const char *name, const char *bytes, size_t length, struct buffer *out)
{
	iconv_t converter = find_converter(name);
	char *in = (char *)bytes;

	if (!converter)
		return -ENOENT;
	while (length > 0 && !out->failed) {
		char room[CHUNK];
		char *to = room;
		size_t left = sizeof(room);
		size_t result = iconv(converter, &in, &length, &to, &left);

		(void)buffer_add(out, room, sizeof(room) - left);
		if (result == (size_t)-1 && errno != E2BIG && length > 0) {
			(void)buffer_add_string(out, "\xEF\xBF\xBD");
			in++;
			length--;
		}
	}
	return out->failed;
}

/* iconv knows names with "-" in capitals; publishers write "iso8859_16". */
static void iconv_name(const char *name, char ret[NAME_MAX_BYTES])
{
	size_t i = 0;

	for (; name[i] && i < NAME_MAX_BYTES - 1; i++)
		ret[i] = name[i] == '_' && strncasecmp(name, "shift", 5) != 0 ? '-' : name[i];
	ret[i] = '\0';
}

int charset_decode(const char *name, const char *bytes, size_t length, struct buffer *out)
{
	const char *charset = meaning_of(name);
	UErrorCode error = U_ZERO_ERROR;
	char other[NAME_MAX_BYTES];
	UConverter *converter;
	int r;

	/* iconv would take "UTF-8//IGNORE", ICU options behind a comma. */
	if (strlen(charset) >= NAME_MAX_BYTES || strpbrk(charset, "/,"))
		return -ENOENT;
	converter = ucnv_open(charset, &error);
	if (U_FAILURE(error)) {
		iconv_name(charset, other);
		return decode_with_iconv(other, bytes, length, out);
	}
	r = decode_with_icu(converter, bytes, length, out);
	ucnv_close(converter);
	return r;
}

/* The half of a pair of UTF-16 that three bytes mean, which they may not in UTF-8; 0: none. */
static uint32_t read_half(const char *bytes, const char *end, uint32_t first)
{
	const unsigned char *half = (const unsigned char *)bytes;
	uint32_t unit;

	if (end - bytes < 3 || half[0] != 0xED || (half[1] & 0xC0) != 0x80 ||
		(half[2] & 0xC0) != 0x80)
		return 0;
	unit = 0xD000 | (half[1] & 0x3FU) << 6 | (half[2] & 0x3FU);
	return unit >= first && unit < first + 0x400 ? unit : 0;
}

/*
 * What stands for the bytes that are no UTF-8: the character whose two halves a program wrote one
 * by one (UTR #26, CESU-8), else the one that windows-1252 has at the first byte.
 */
static uint32_t read_foreign(const char *bytes, const char *end, size_t *ret_length)
{
	uint32_t high = read_half(bytes, end, 0xD800);
	uint32_t low = high > 0 ? read_half(bytes + 3, end, 0xDC00) : 0;

	*ret_length = low > 0 ? 6 : 1;
	return low > 0 ? U16_GET_SUPPLEMENTARY(high, low) : windows_1252_character((uint8_t)*bytes);
}

int charset_decode_mixed(const char *bytes, size_t length, struct buffer *out)
{
	size_t i = 0;

	while (i < length && !out->failed) {
		size_t start = i;
		size_t good = i;
		UChar32 character = 0;

		while (i < length && character >= 0) {
			good = i;
			U8_NEXT(bytes, i, length, character);
		}
		if (character >= 0)
			good = i;
		(void)buffer_add(out, bytes + start, good - start);
		if (good < length) {
			char narrow[U8_MAX_LENGTH];
			size_t narrow_length = 0;
			size_t taken;
			uint32_t foreign = read_foreign(bytes + good, bytes + length, &taken);

			U8_APPEND_UNSAFE(narrow, narrow_length, foreign);
			(void)buffer_add(out, narrow, narrow_length);
			i = good + taken;
		}
	}
	return out->failed;
}
