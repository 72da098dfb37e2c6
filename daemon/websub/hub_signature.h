/*
 * X-Hub-Signature of pushed content (WebSub section 8.1): "METHOD=HEX", the HMAC of the body with
 * the subscription's secret; METHOD is sha1, sha256, sha384 or sha512.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether the field (NULL: absent) is the body's.  The comparison tells by no time how near it was.
 */
bool hub_signature_is_right(const char *field, const char *secret, const void *body, size_t length);
