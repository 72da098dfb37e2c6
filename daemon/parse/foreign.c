#include "parse/foreign.h"

#include <string.h>

#include "base/macro.h"

static const struct {
	const char *bytes;
	size_t length;
	const char *words;
} kinds[] = {
	{"%PDF-", 5, "a PDF document"},
	{"\x89PNG", 4, "an image (PNG)"},
	{"\xFF\xD8\xFF", 3, "an image (JPEG)"},
	{"GIF8", 4, "an image (GIF)"},
	{"\0\0\1\0", 4, "an image (an icon)"},
	{"RIFF", 4, "an image, a film or a sound (RIFF)"},
	{"ID3", 3, "a sound (MP3)"},
	{"OggS", 4, "a sound or a film (Ogg)"},
	{"\x1A\x45\xDF\xA3", 4, "a film (Matroska)"},
	{"PK\3\4", 4, "an archive (ZIP)"},
	{"Rar!", 4, "an archive (RAR)"},
	{"7z\xBC\xAF", 4, "an archive (7z)"},
	{"BZh", 3, "a file packed by bzip2"},
	{"\xFD"
	 "7zXZ",
		5, "a file packed by xz"},
	{"\x28\xB5\x2F\xFD", 4, "a file packed by zstd"},
	{"\x1F\x8B", 2, "a gzip file within another"},
	{"\xD0\xCF\x11\xE0", 4, "an office document"},
	{"\x7F"
	 "ELF",
		4, "a program"},
	{"MZ\x90", 3, "a program"},
	{"SQLite format 3", 15, "a database"},
};

const char *foreign_kind(const char *bytes, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (length >= kinds[i].length &&
			memcmp(bytes, kinds[i].bytes, kinds[i].length) == 0)
			return kinds[i].words;
	/* A film (ISO 14496-12) has its size first. */
	return length >= 8 && memcmp(bytes + 4, "ftyp", 4) == 0 ? "a film (MP4)" : NULL;
}
