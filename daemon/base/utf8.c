#include "base/utf8.h"

#include <unicode/utf8.h>

#include "base/block.h"

/* Returns where the first byte may stand that is not ASCII. */
static size_t skip_ascii(const char *bytes, size_t length, size_t offset)
{
	while (length - offset >= BLOCK_BYTES) {
		size_t step = block_first((block)(block_load(bytes + offset) >= 0x80));

		offset += step;
		if (step < BLOCK_BYTES)
			break;
	}
	return offset;
}

bool utf8_valid(const char *bytes, size_t length)
{
	size_t offset = 0;

	while (offset < length) {
		UChar32 character;

		if (!(bytes[offset] & 0x80))
			offset = skip_ascii(bytes, length, offset);
		if (offset == length)
			break;
		U8_NEXT(bytes, offset, length, character);
		if (character < 0)
			return false;
	}
	return true;
}

size_t utf8_cut(const char *bytes, size_t length, size_t limit)
{
	if (length <= limit)
		return length;
	while (limit > 0 && ((unsigned char)bytes[limit] & 0xC0) == 0x80)
		limit--;
	return limit;
}

size_t utf8_cut_word(const char *bytes, size_t length, size_t limit)
{
	size_t cut = utf8_cut(bytes, length, limit);

	if (cut == length)
		return cut;
	for (size_t end = cut; end > cut - cut / 4; end--)
		if (bytes[end] == ' ' || bytes[end] == '\n')
			return end;
	return cut;
}
