/*
 * The bytes are a title and a text (up to the first NUL, and after it), of which a fingerprint is
 * made and compared with itself; and a stored fingerprint, which is refused or compared.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "dedup/similarity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct fingerprint *a, const struct fingerprint *b)
{
	struct verdict verdict;

	(void)similarity_compare(a, b, &verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = NULL;
	struct fingerprint *made = NULL;
	struct fingerprint *stored = NULL;
	struct article article = {0};
	char *title;

	if (size > ARTICLE_TEXT_MAX || arena_new((size_t)64 * 1024 * 1024, &arena) < 0)
		return 0;
	title = arena_copy(arena, (const char *)data, size);
	article.title = title;
	article.text = strlen(title) < size ? title + strlen(title) + 1 : title;
	if (utf8_valid(article.title, strlen(article.title)) &&
		utf8_valid(article.text, strlen(article.text)) &&
		fingerprint_make(&article, arena, &made) == 0)
		compare(made, made);
	if (fingerprint_from_bytes(data, size, arena, &stored) == 0) {
		compare(stored, stored);
		if (made)
			compare(made, stored);
	}
	arena_free(arena);
	return 0;
}
