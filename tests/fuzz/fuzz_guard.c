/* Two lines: what is allowed, and an address.  Loopback passes only where something is allowed. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "http/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_carried(const uint8_t v4[4])
{
	struct sockaddr_in plain = {.sin_family = AF_INET};
	struct sockaddr_in6 mapped = {.sin6_family = AF_INET6};

	memcpy(&plain.sin_addr, v4, 4);
	mapped.sin6_addr.s6_addr[10] = 0xff;
	mapped.sin6_addr.s6_addr[11] = 0xff;
	memcpy(mapped.sin6_addr.s6_addr + 12, v4, 4);
	if (guard_allows(NULL, (struct sockaddr *)&plain) !=
		guard_allows(NULL, (struct sockaddr *)&mapped))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	char *address;
	char *text;

	if (arena_new((size_t)4 * 1024 * 1024, &arena) < 0)
		return 0;
	text = arena_copy(arena, (const char *)data, size);
	if (!text)
		return 0;
	if (size >= 4)
		check_carried(data);
	address = strchr(text, '\n');
	if (address)
		*address++ = '\0';
	(void)guard_allows_text(text, address ? address : "");
	if (guard_allows_text(NULL, address ? address : "") &&
		!guard_allows_text(text, address ? address : ""))
		abort();
	if (guard_allows_text("", "127.0.0.1"))
		abort();
	return 0;
}
