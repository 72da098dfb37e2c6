#include "base/secret.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_PREFIX "whsec_"

static const char white_space[] = " \t\r\n";

static int digit_value(char digit)
{
	if (digit >= 'A' && digit <= 'Z')
		return digit - 'A';
	if (digit >= 'a' && digit <= 'z')
		return digit - 'a' + 26;
	if (digit >= '0' && digit <= '9')
		return digit - '0' + 52;
	if (digit == '+')
		return 62;
	if (digit == '/')
		return 63;
	return -1;
}

/* Padding may be missing; bits that no byte needs must be zero (RFC 4648 section 3.5). */
static int decode(const char *text, size_t length, unsigned char *key, size_t *ret_length)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t padding = 0;
	size_t used = 0;

	while (padding < 2 && length > 0 && text[length - 1] == '=') {
		length--;
		padding++;
	}
	if (padding > 0 && (length + padding) % 4 != 0)
		return -EINVAL;
	if (length == 0 || length % 4 == 1)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		int value = digit_value(text[i]);

		if (value < 0)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			key[used++] = (unsigned char)(bits >> held);
			bits &= (UINT32_C(1) << held) - 1;
		}
	}
	if (bits != 0)
		return -EINVAL;
	*ret_length = used;
	return 0;
}

int secret_parse(const char *text, unsigned char **ret, size_t *ret_length)
{
	size_t length;
	size_t used = 0;
	unsigned char *key;
	int r;

	text += strspn(text, white_space);
	if (strncmp(text, SECRET_PREFIX, strlen(SECRET_PREFIX)) == 0)
		text += strlen(SECRET_PREFIX);
	length = strlen(text);
	while (length > 0 && strchr(white_space, text[length - 1]))
		length--;
	if (length > (SECRET_BYTES_MAX + 2) / 3 * 4)
		return -EINVAL;
	key = calloc(1, length + 1);
	if (!key)
		return -ENOMEM;
	r = decode(text, length, key, &used);
	if (r == 0 && used > SECRET_BYTES_MAX)
		r = -EINVAL;
	if (r < 0) {
		secret_free(key, length);
		return r;
	}
	*ret = key;
	*ret_length = used;
	return 0;
}

void secret_free(unsigned char *key, size_t length)
{
	if (key)
		explicit_bzero(key, length);
	free(key);
}
