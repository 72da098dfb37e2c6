/*
 * The guard against requests into private networks (docs/ARCHITECTURE.md 8): looks at the address
 * that a connection is made to, so that neither names, redirects nor rebinding get past it. Refuses
 * what IANA's special-purpose registries (RFC 6890) do not call global, multicast, cloud metadata,
 * and IPv6 addresses that carry such an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo,
 * ISATAP).
 */
#pragma once

#include <stdbool.h>

struct sockaddr;

/*
 * Whether the address may be connected to.  `allowed` lifts the guard: "yes" for all, or prefixes
 * ("127.1.0.0/16 fd00::/8", separated by blanks or commas) for these; NULL lifts nothing.  What is
 * no prefix lifts nothing.
 */
bool guard_allows(const char *allowed, const struct sockaddr *address);

/* As guard_allows(), for an address in text; what is no address is refused. */
bool guard_allows_text(const char *allowed, const char *address);
