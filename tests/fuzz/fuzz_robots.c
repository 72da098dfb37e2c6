/* A site's robots.txt: what a reader makes of it is taken by the matcher, for any path. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "extract/robots.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	const char *rules;

	if (arena_new(4 * 1024 * 1024, &arena) < 0)
		return 0;
	rules = robots_read((const char *)data, size, "wirewatch", arena);
	if (!rules || strlen(rules) > ROBOTS_RULES_MAX || !utf8_valid(rules, strlen(rules)))
		abort();
	(void)robots_allow(rules, "https://news.example/a/b.html?c=d%20e");
	return 0;
}
