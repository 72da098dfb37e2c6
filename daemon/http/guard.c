#include "http/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"

enum {
	V4_BYTES = 4,
	V6_BYTES = 16,
	PREFIX_TEXT_MAX = 64,
};

/* An address or prefix: IPv4 is 4 bytes long, IPv6 is 16. */
struct address {
	uint8_t bytes[V6_BYTES];
	unsigned length;
};

struct prefix {
	struct address address;
	unsigned bits;
};

#define V4(a, b, c, d, bits_)                                                                      \
	{                                                                                          \
		{{a, b, c, d}, V4_BYTES}, bits_                                                    \
	}

static const struct prefix refused_v4[] = {
	V4(0, 0, 0, 0, 8),        /* this network */
	V4(10, 0, 0, 0, 8),       /* private, RFC 1918 */
	V4(100, 64, 0, 0, 10),    /* shared (CGNAT), RFC 6598 */
	V4(127, 0, 0, 0, 8),      /* loopback */
	V4(168, 63, 129, 16, 32), /* Azure's platform, metadata among it */
	V4(169, 254, 0, 0, 16),   /* link-local, metadata of most clouds */
	V4(172, 16, 0, 0, 12),    /* private */
	V4(192, 0, 0, 0, 24),     /* IETF protocol assignments */
	V4(192, 0, 2, 0, 24),     /* documentation */
	V4(192, 88, 99, 0, 24),   /* 6to4 relays, RFC 7526 */
	V4(192, 168, 0, 0, 16),   /* private */
	V4(198, 18, 0, 0, 15),    /* benchmarking */
	V4(198, 51, 100, 0, 24),  /* documentation */
	V4(203, 0, 113, 0, 24),   /* documentation */
	V4(224, 0, 0, 0, 4),      /* multicast */
	V4(240, 0, 0, 0, 4),      /* reserved, broadcast */
};

static const struct prefix refused_v6[] = {
	{{{0}, V6_BYTES}, 128},                                 /* unspecified */
	{{{[15] = 1}, V6_BYTES}, 128},                          /* loopback */
	{{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, V6_BYTES}, 48}, /* local NAT64, RFC 8215 */
	{{{0x01, 0x00}, V6_BYTES}, 64},                         /* discard */
	{{{0x20, 0x01, 0x0d, 0xb8}, V6_BYTES}, 32},             /* documentation */
	{{{0x3f, 0xff}, V6_BYTES}, 20},                         /* documentation, RFC 9637 */
	{{{0x5f, 0x00}, V6_BYTES}, 16},                         /* segment routing */
	{{{0xfc, 0x00}, V6_BYTES}, 7},                          /* unique local */
	{{{0xfe, 0x80}, V6_BYTES}, 10},                         /* link-local */
	{{{0xfe, 0xc0}, V6_BYTES}, 10},                         /* site-local, once */
	{{{0xff, 0x00}, V6_BYTES}, 8},                          /* multicast */
};

/* Where an IPv6 prefix carries an IPv4 address; `inverted`: its bits are flipped (Teredo). */
struct embedding {
	struct prefix prefix;
	unsigned offset;
	bool inverted;
};

static const struct embedding embeddings[] = {
	{{{{[10] = 0xff, [11] = 0xff}, V6_BYTES}, 96}, 12, false}, /* mapped */
	{{{{[8] = 0xff, [9] = 0xff}, V6_BYTES}, 96}, 12, false},   /* translated */
	{{{{0}, V6_BYTES}, 96}, 12, false},                        /* compatible */
	{{{{0x00, 0x64, 0xff, 0x9b}, V6_BYTES}, 96}, 12, false},   /* NAT64 */
	{{{{0x20, 0x02}, V6_BYTES}, 16}, 2, false},                /* 6to4 */
	{{{{0x20, 0x01, 0x00, 0x00}, V6_BYTES}, 32}, 12, true},    /* Teredo */
};

static bool within(const struct address *address, const struct prefix *prefix)
{
	unsigned whole = prefix->bits / 8;
	unsigned rest = prefix->bits % 8;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));

	if (address->length != prefix->address.length)
		return false;
	if (memcmp(address->bytes, prefix->address.bytes, whole) != 0)
		return false;
	return rest == 0 || ((address->bytes[whole] ^ prefix->address.bytes[whole]) & mask) == 0;
}

static bool within_any(const struct address *address, const struct prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (within(address, &prefixes[i]))
			return true;
	return false;
}

static bool address_parse(const char *text, struct address *ret)
{
	struct address address = {0};

	if (inet_pton(AF_INET, text, address.bytes) == 1)
		address.length = V4_BYTES;
	else if (inet_pton(AF_INET6, text, address.bytes) == 1)
		address.length = V6_BYTES;
	else
		return false;
	*ret = address;
	return true;
}

/* "10.0.0.0/8"; without a slash the one address. */
static bool prefix_parse(const char *text, size_t length, struct prefix *ret)
{
	char copy[PREFIX_TEXT_MAX];
	struct prefix prefix;
	char *slash;
	char *end;
	unsigned long bits;

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	slash = strchr(copy, '/');
	if (slash)
		*slash = '\0';
	if (!address_parse(copy, &prefix.address))
		return false;
	prefix.bits = 8 * prefix.address.length;
	if (slash) {
		if (slash[1] < '0' || slash[1] > '9')
			return false;
		bits = strtoul(slash + 1, &end, 10);
		if (*end != '\0' || bits > prefix.bits)
			return false;
		prefix.bits = (unsigned)bits;
	}
	*ret = prefix;
	return true;
}

static bool lifted(const char *allowed, const struct address *address)
{
	static const char separators[] = " \t\r\n,";
	struct prefix prefix;

	for (allowed += strspn(allowed, separators); *allowed != '\0';
		allowed += strspn(allowed, separators)) {
		size_t length = strcspn(allowed, separators);

		if (length == 3 && strncmp(allowed, "yes", 3) == 0)
			return true;
		if (prefix_parse(allowed, length, &prefix) && within(address, &prefix))
			return true;
		allowed += length;
	}
	return false;
}

static bool v4_allowed(const char *allowed, const struct address *address)
{
	if (!within_any(address, refused_v4, ARRAY_SIZE(refused_v4)))
		return true;
	return allowed && lifted(allowed, address);
}

static bool embedded_allowed(
	const char *allowed, const struct address *address, unsigned offset, bool inverted)
{
	struct address inner = {.length = V4_BYTES};

	memcpy(inner.bytes, address->bytes + offset, V4_BYTES);
	for (unsigned i = 0; i < V4_BYTES && inverted; i++)
		inner.bytes[i] = (uint8_t)~inner.bytes[i];
	return v4_allowed(allowed, &inner);
}

/* RFC 5214: an interface identifier ::0:5efe:a.b.c.d or ::200:5efe:a.b.c.d under any prefix. */
static bool is_isatap(const struct address *address)
{
	return (address->bytes[8] == 0x00 || address->bytes[8] == 0x02) &&
		address->bytes[9] == 0x00 && address->bytes[10] == 0x5e &&
		address->bytes[11] == 0xfe;
}

static bool v6_allowed(const char *allowed, const struct address *address)
{
	if (allowed && lifted(allowed, address))
		return true;
	if (within_any(address, refused_v6, ARRAY_SIZE(refused_v6)))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(embeddings); i++)
		if (within(address, &embeddings[i].prefix) &&
			!embedded_allowed(
				allowed, address, embeddings[i].offset, embeddings[i].inverted))
			return false;
	return !is_isatap(address) || embedded_allowed(allowed, address, 12, false);
}

static bool allows(const char *allowed, const struct address *address)
{
	return address->length == V4_BYTES ? v4_allowed(allowed, address)
					   : v6_allowed(allowed, address);
}

bool guard_allows(const char *allowed, const struct sockaddr *address)
{
	struct address inner = {0};

	if (address->sa_family == AF_INET) {
		inner.length = V4_BYTES;
		memcpy(inner.bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr,
			V4_BYTES);
	} else if (address->sa_family == AF_INET6) {
		inner.length = V6_BYTES;
		memcpy(inner.bytes,
			&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, V6_BYTES);
	} else {
		return false;
	}
	return allows(allowed, &inner);
}

bool guard_allows_text(const char *allowed, const char *text)
{
	struct address address;

	return address_parse(text, &address) && allows(allowed, &address);
}
