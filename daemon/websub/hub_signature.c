#include "websub/hub_signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/macro.h"

static const struct {
	const char *name;
	const EVP_MD *(*digest)(void);
} methods[] = {
	{"sha1", EVP_sha1},
	{"sha256", EVP_sha256},
	{"sha384", EVP_sha384},
	{"sha512", EVP_sha512},
};

static const EVP_MD *find_method(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (ascii_is(name, length, methods[i].name))
			return methods[i].digest();
	return NULL;
}

bool hub_signature_is_right(const char *field, const char *secret, const void *body, size_t length)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	char right[2 * EVP_MAX_MD_SIZE + 1];
	char given[2 * EVP_MAX_MD_SIZE + 1];
	const char *equals = field ? strchr(field, '=') : NULL;
	const EVP_MD *method = equals ? find_method(field, (size_t)(equals - field)) : NULL;
	unsigned size = 0;

	if (!method || !HMAC(method, secret, (int)strlen(secret), body, length, mac, &size) ||
		strlen(equals + 1) != 2 * (size_t)size)
		return false;
	hex_encode(mac, size, right);
	for (size_t i = 0; i <= 2 * (size_t)size; i++) {
		char c = equals[1 + i];

		given[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
	}
	return CRYPTO_memcmp(right, given, 2 * (size_t)size) == 0;
}
