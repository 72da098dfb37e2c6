#include "pipeline/document_words.h"

#include <string.h>

enum {
	PAGE_FEEDS_MAX = 5, /* so many are named */
	PAGE_URL_MAX = 512, /* a longer one is not for reading */
};

const char *document_words_faults(const struct parsed_feed *parsed, struct arena *arena)
{
	const struct diagnosis *first = parsed->diagnoses;

	if (parsed->diagnosis_count == 0)
		return NULL;
	if (parsed->diagnosis_count == 1)
		return arena_printf(arena, "line %u: %s", first->line, first->words);
	return arena_printf(arena, "line %u: %s (and %zu more)", first->line, first->words,
		parsed->diagnosis_count - 1);
}

const char *document_words_feeds(const struct parsed_feed *page, struct arena *arena)
{
	const char *words = "this is a web page, not a feed; set URL= to one that it names:";
	size_t named = 0;

	for (size_t i = 0; i < page->alternate_count && named < PAGE_FEEDS_MAX && words; i++)
		if (strlen(page->alternates[i]) <= PAGE_URL_MAX)
			words = arena_printf(arena, "%s%s %s", words, named++ > 0 ? "," : "",
				page->alternates[i]);
	if (words && named < page->alternate_count)
		words = arena_printf(
			arena, "%s (and %zu more)", words, page->alternate_count - named);
	return words;
}
