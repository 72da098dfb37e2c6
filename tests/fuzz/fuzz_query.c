/* A query and, behind its first line, a text: neither may harm the parser, the index or a run. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "base/utf8.h"
#include "match/explanation.h"
#include "match/matcher.h"

enum {
	ARENA_BYTES_MAX = 64 * 1024 * 1024,
};

/* The rest of the input as a string of valid UTF-8, or NULL. */
static char *take_string(const uint8_t *data, size_t size)
{
	if (memchr(data, '\0', size) || !utf8_valid((const char *)data, size))
		return NULL;
	return strndup((const char *)data, size);
}

static void run(char *query)
{
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	_cleanup_(match_scratch_freep) struct match_scratch *scratch = NULL;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct matcher_errors errors = {0};
	char *text = strchr(query, '\n');
	struct article article = {.id = "x", .title = text, .text = text, .language = text};
	const char *terms[] = {"missile*", "\"a b\"", "list:inner", "=US"};
	const char *inner[] = {"*faulty"};
	const struct term_list lists[] = {{"inner", inner, 1}, {"l", terms, 2}, {"m", terms, 4}};
	const struct term_lists all = {lists, ARRAY_SIZE(lists)};
	struct topic topic = {
		.name = "t",
		.query = query,
		.regex = true,
		.stem = "english",
		.lists = &all,
	};
	const uint32_t *topics;
	struct match match;
	size_t count;

	if (text)
		*text++ = '\0';
	if (matcher_new(&topic, 1, &matcher, &errors) < 0) {
		if (errors.count > 0 &&
			(errors.errors[0].column == 0 ||
				errors.errors[0].column > strlen(query) + 1))
			abort();
		matcher_errors_clear(&errors);
		return;
	}
	if (match_scratch_new(&scratch) < 0 || arena_new(ARENA_BYTES_MAX, &arena) < 0 ||
		matcher_run(matcher, scratch, &article, &topics, &count) < 0)
		return;
	(void)matcher_explain(matcher, scratch, 0, &article, arena, &match);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *query = take_string(data, size);

	if (query)
		run(query);
	free(query);
	return 0;
}
