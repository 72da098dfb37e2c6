#include "parse/base64.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

static int digit_value(char digit)
{
	if (digit >= 'A' && digit <= 'Z')
		return digit - 'A';
	if (digit >= 'a' && digit <= 'z')
		return digit - 'a' + 26;
	if (digit >= '0' && digit <= '9')
		return digit - '0' + 52;
	return digit == '+' ? 62 : digit == '/' ? 63 : -1;
}

bool base64_decode(const char *text, size_t length, struct buffer *out)
{
	uint32_t bits = 0;
	unsigned count = 0;

	for (size_t i = 0; i < length; i++) {
		int value = digit_value(text[i]);

		if (isspace((unsigned char)text[i]) || text[i] == '=')
			continue;
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count >= 8) {
			count -= 8;
			(void)buffer_add_char(out, (char)(bits >> count & 0xFF));
		}
	}
	return out->length > 0 && !out->failed;
}
