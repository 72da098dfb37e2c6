#include "base/id.h"

#include <string.h>

enum {
	WHAT_BYTES = 10, /* the 80 bits */
	KEY_BYTES = 5,
	KEY_LENGTH = 8, /* characters */
};

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

struct id id_make(usec time, const struct digest *what)
{
	uint64_t milliseconds = time / USEC_MSEC;
	unsigned __int128 value = milliseconds & ((UINT64_C(1) << 48) - 1);
	struct id id;

	for (size_t i = 0; i < WHAT_BYTES; i++)
		value = value << 8 | what->bytes[i];
	for (size_t i = ID_LENGTH; i-- > 0; value >>= 5)
		id.text[i] = digits[(unsigned)(value & 31)];
	id.text[ID_LENGTH] = '\0';
	return id;
}

struct id id_make_keyed(usec time, const struct digest *what, int64_t key)
{
	struct digest keyed = *what;

	for (size_t i = 1; i <= KEY_BYTES; i++, key >>= 8)
		keyed.bytes[WHAT_BYTES - i] = (uint8_t)key;
	return id_make(time, &keyed);
}

int64_t id_key(const char *text)
{
	int64_t key = 0;

	if (strlen(text) != ID_LENGTH)
		return 0;
	for (const char *c = text + ID_LENGTH - KEY_LENGTH; *c; c++) {
		const char *digit = strchr(digits, *c);

		if (!digit)
			return 0;
		key = key << 5 | (digit - digits);
	}
	return key;
}
