#include "notify/signature.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"

#define SIGNATURE_VERSION "v1,"

enum {
	SHA256_BYTES = 32,
};

static void mac_freep(EVP_MAC **mac)
{
	EVP_MAC_free(*mac);
}

static void mac_ctx_freep(EVP_MAC_CTX **context)
{
	EVP_MAC_CTX_free(*context);
}

int signature_make(const struct signature_subject *subject, const unsigned char *key,
	size_t key_length, char ret[SIGNATURE_SIZE])
{
	_cleanup_(mac_freep) EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	_cleanup_(mac_ctx_freep) EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
	char digest[] = "SHA256";
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string("digest", digest, 0),
		OSSL_PARAM_construct_end(),
	};
	unsigned char sum[SHA256_BYTES];
	char timestamp[32];
	size_t length;

	(void)snprintf(timestamp, sizeof(timestamp), ".%lld.", (long long)subject->timestamp);
	if (!context || !EVP_MAC_init(context, key, key_length, parameters) ||
		!EVP_MAC_update(context, (const unsigned char *)subject->id, strlen(subject->id)) ||
		!EVP_MAC_update(context, (const unsigned char *)timestamp, strlen(timestamp)) ||
		!EVP_MAC_update(context, subject->body, subject->length) ||
		!EVP_MAC_final(context, sum, &length, sizeof(sum)) || length != sizeof(sum))
		return -EIO;
	memcpy(ret, SIGNATURE_VERSION, sizeof(SIGNATURE_VERSION));
	(void)EVP_EncodeBlock((unsigned char *)ret + strlen(SIGNATURE_VERSION), sum, sizeof(sum));
	return 0;
}
