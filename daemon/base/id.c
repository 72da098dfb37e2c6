#include "base/id.h"

#include <string.h>

struct id id_make(usec time, const struct digest *what)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t milliseconds = time / USEC_MSEC;
	unsigned __int128 value = milliseconds & ((UINT64_C(1) << 48) - 1);
	struct id id;

	for (size_t i = 0; i < 10; i++)
		value = value << 8 | what->bytes[i];
	for (size_t i = ID_LENGTH; i-- > 0; value >>= 5)
		id.text[i] = digits[(unsigned)(value & 31)];
	id.text[ID_LENGTH] = '\0';
	return id;
}
