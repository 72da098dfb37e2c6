/*
 * Hashes and the text forms of bytes.  A digest tells texts apart and is stored: XXH3, 128 bits,
 * canonical (big-endian) byte order.  It is no protection against forgery; signatures are made
 * in notify/ with libcrypto.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DIGEST_BYTES = 16,
	DIGEST_HEX = 2 * DIGEST_BYTES + 1,
};

struct digest {
	uint8_t bytes[DIGEST_BYTES];
};

/* Fast, and the same after a restart; who wants to finds other bytes with the same hash. */
uint64_t hash_bytes(const void *bytes, size_t length);
uint64_t hash_string(const char *string);

/* The digest of the bytes; the same on every machine and after every restart. */
struct digest digest_bytes(const void *bytes, size_t length);

/*
 * The digest of several strings, each of which counts with its length, so that ("ab","c") and
 * ("a","bc") differ; NULL counts as absent, which differs from "".
 */
struct digest digest_strings(const char *const *strings, size_t count);

bool digest_equal(const struct digest *a, const struct digest *b);

/* For qsort(3) and bsearch(3). */
int digest_compare(const void *a, const void *b);

/* Lower-case hexadecimal; `ret` has room for 2 * length + 1. */
void hex_encode(const void *bytes, size_t length, char *ret);
