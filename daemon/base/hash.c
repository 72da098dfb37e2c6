#include "base/hash.h"

#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* a hash state on the stack */
#include <xxhash.h>

uint64_t hash_bytes(const void *bytes, size_t length)
{
	return XXH3_64bits(bytes, length);
}

uint64_t hash_string(const char *string)
{
	return XXH3_64bits(string, strlen(string));
}

static struct digest canonical(XXH128_hash_t hash)
{
	XXH128_canonical_t bytes;
	struct digest digest;

	XXH128_canonicalFromHash(&bytes, hash);
	memcpy(digest.bytes, bytes.digest, sizeof(digest.bytes));
	return digest;
}

struct digest digest_bytes(const void *bytes, size_t length)
{
	return canonical(XXH3_128bits(bytes, length));
}

struct digest digest_strings(const char *const *strings, size_t count)
{
	XXH3_state_t state;

	XXH3_INITSTATE(&state);
	(void)XXH3_128bits_reset(&state);
	for (size_t i = 0; i < count; i++) {
		uint64_t length = strings[i] ? strlen(strings[i]) : UINT64_MAX;

		(void)XXH3_128bits_update(&state, &length, sizeof(length));
		if (strings[i])
			(void)XXH3_128bits_update(&state, strings[i], length);
	}
	return canonical(XXH3_128bits_digest(&state));
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return digest_compare(a, b) == 0;
}

int digest_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

void hex_encode(const void *bytes, size_t length, char *ret)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *input = bytes;

	for (size_t i = 0; i < length; i++) {
		ret[2 * i] = digits[input[i] >> 4];
		ret[2 * i + 1] = digits[input[i] & 15];
	}
	ret[2 * length] = '\0';
}
