/*
 * Signatures of the Standard Webhooks specification: "v1," and base64 of HMAC-SHA256 over
 * "ID.TIMESTAMP.BODY".  Pure; keys are borrowed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	SIGNATURE_SIZE = sizeof("v1,") + 44, /* 32 bytes are 44 digits of base64 */
};

/* What is signed. */
struct signature_subject {
	const char *id;    /* webhook-id */
	int64_t timestamp; /* webhook-timestamp: seconds since 1970 */
	const void *body;
	size_t length;
};

/* Returns 0 or -EIO (libcrypto failed). */
int signature_make(const struct signature_subject *subject, const unsigned char *key,
	size_t key_length, char ret[SIGNATURE_SIZE]);
