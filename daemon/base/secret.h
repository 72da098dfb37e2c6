/*
 * Signing secrets in the text form of the Standard Webhooks specification: "whsec_" and the key's
 * bytes in base64 (RFC 4648 section 4).  As the specification's own libraries do, the prefix may be
 * missing.  The caller owns the key and wipes it.
 */
#pragma once

#include <stddef.h>

enum {
	SECRET_BYTES_MAX = 256, /* of a key; the specification advises 24 to 64 */
};

/*
 * Reads one secret; white space around it does not count.  Returns 0 with the key in malloc's
 * memory, -EINVAL (no base64, empty, or longer than SECRET_BYTES_MAX), or -ENOMEM.
 */
int secret_parse(const char *text, unsigned char **ret, size_t *ret_length);

/* Overwrites the key and frees it.  Takes NULL. */
void secret_free(unsigned char *key, size_t length);
