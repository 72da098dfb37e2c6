/* Named lists of terms: read, sorted by name, and without cycles. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/nearest.h"
#include "config/build.h"
#include "config/terms.h"

/* How far the search for cycles is with a list. */
enum progress {
	PROGRESS_NONE,
	PROGRESS_WITHIN, /* it is being followed */
	PROGRESS_DONE,
};

struct list_entry {
	const struct section *section;
	enum progress progress;
	const char *next; /* name of the list that is being followed from here */
};

struct list_search {
	const struct sections *sections;
	struct arena *scratch;
	struct term_list *lists;
	size_t count;
	struct map entries; /* name -> struct list_entry */
};

static int read_terms(const struct sections *sections, const struct section *section,
	struct listed_terms *terms, struct arena *arena)
{
	_cleanup_(freep) char *text = NULL;
	const char *file = section->list.file;
	unsigned line = 0;
	size_t length;
	int r;

	r = file_read_stored(file, TERMS_FILE_MAX, &text, &length);
	if (r < 0 && r != -ENOMEM) {
		setting_error(sections, section, "File", "File=: [List \"%s\"]: %s: %s",
			section->name, file,
			r == -EFBIG ? "the file is too large; at most 16 MiB are read"
				    : file_error(r));
		return 0;
	}
	if (r >= 0)
		r = terms_read(terms, text, length, arena, &line);
	if (r == -EILSEQ)
		config_errors_add(sections->errors, file, line,
			"[List \"%s\"]: the line is not UTF-8 text", section->name);
	else if (r == -EFBIG)
		config_errors_add(sections->errors, file, line,
			"[List \"%s\"]: too many terms; 100,000 are allowed", section->name);
	return r == -ENOMEM ? r : 0;
}

static int make_list(const struct sections *sections, const struct section *section,
	struct arena *arena, struct term_list *ret)
{
	struct listed_terms terms = {0};
	size_t faults = sections->errors->count + sections->errors->dropped;
	int r;

	if (section->list.terms)
		terms = *section->list.terms;
	r = section->list.file ? read_terms(sections, section, &terms, arena) : 0;
	if (r < 0)
		return r;
	if (terms.count == 0 && sections->errors->count + sections->errors->dropped == faults)
		section_error(sections, section,
			"[List \"%s\"]: there are no terms; expected Terms= or File= with some",
			section->name);
	*ret = (struct term_list){section->name, terms.terms, terms.count};
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct term_list *)a)->name, ((const struct term_list *)b)->name);
}

static int make_lists(struct list_search *search, struct arena *arena)
{
	const struct sections *sections = search->sections;
	int r;

	for (const struct section *s = sections->first; s; s = s->next) {
		struct list_entry *entry;
		const struct list_entry *earlier;

		if (s->kind != SECTION_LIST)
			continue;
		earlier = map_get(&search->entries, s->name);
		if (section_is_duplicate(sections, s, earlier ? earlier->section : NULL))
			continue;
		entry = arena_new_object(search->scratch, struct list_entry);
		if (!entry)
			return -ENOMEM;
		entry->section = s;
		r = map_put(&search->entries, s->name, entry);
		if (r == 0)
			r = make_list(sections, s, arena, &search->lists[search->count++]);
		if (r < 0)
			return r;
	}
	qsort(search->lists, search->count, sizeof(*search->lists), by_name);
	return 0;
}

static void refuse_unknown(
	const struct list_search *search, const struct section *section, const char *name)
{
	struct nearest nearest = {.name = name};

	nearest_try_map(&nearest, &search->entries);
	if (nearest.found)
		setting_error(search->sections, section, "Terms",
			"[List \"%s\"]: there is no [List \"%s\"]; did you mean \"%s\"?",
			section->name, name, nearest.found);
	else
		setting_error(search->sections, section, "Terms",
			"[List \"%s\"]: there is no [List \"%s\"]", section->name, name);
}

/* Names the lists of a cycle in order: from `name` back to it. */
static int refuse_cycle(const struct list_search *search, const char *name)
{
	const struct list_entry *first = map_get(&search->entries, name);
	const struct list_entry *entry = first;
	const char *words = name;

	do {
		words = arena_printf(search->scratch, "%s -> %s", words, entry->next);
		if (!words)
			return -ENOMEM;
		entry = map_get(&search->entries, entry->next);
	} while (entry != first);
	section_error(search->sections, first->section, "[List \"%s\"]: lists lead in a circle: %s",
		name, words);
	return 0;
}

static const struct term_list *find_list(const struct list_search *search, const char *name)
{
	const struct term_list key = {.name = name};

	return bsearch(&key, search->lists, search->count, sizeof(*search->lists), by_name);
}

static int follow(struct list_search *search, const char *name);

static int follow_term(struct list_search *search, struct list_entry *entry, const char *term)
{
	const struct list_entry *inner;
	const char *name;
	int r;

	r = terms_list_name(term, search->scratch, &name);
	if (r < 0 || !name)
		return r;
	inner = map_get(&search->entries, name);
	if (!inner) {
		refuse_unknown(search, entry->section, name);
		return 0;
	}
	entry->next = name;
	if (inner->progress == PROGRESS_WITHIN)
		return refuse_cycle(search, name);
	return inner->progress == PROGRESS_NONE ? follow(search, name) : 0;
}

/* Goes through the lists in a list, depth first; LISTS_MAX bounds the depth. */
static int follow(struct list_search *search, const char *name)
{
	struct list_entry *entry = map_get(&search->entries, name);
	const struct term_list *list = find_list(search, name);
	int r = 0;

	entry->progress = PROGRESS_WITHIN;
	for (size_t i = 0; i < list->term_count && r >= 0; i++)
		r = follow_term(search, entry, list->terms[i]);
	entry->progress = PROGRESS_DONE;
	return r;
}

static int search_cycles(struct list_search *search)
{
	int r = 0;

	for (size_t i = 0; i < search->count && r >= 0; i++) {
		const struct list_entry *entry = map_get(&search->entries, search->lists[i].name);

		if (entry->progress == PROGRESS_NONE)
			r = follow(search, search->lists[i].name);
	}
	return r;
}

int build_lists(const struct sections *sections, struct arena *arena, const struct term_lists **ret)
{
	struct list_search search = {.sections = sections, .scratch = sections->scratch};
	struct term_lists *lists;
	size_t count = sections->count[SECTION_LIST];
	int r;

	*ret = NULL;
	if (count == 0)
		return 0;
	if (count > LISTS_MAX) {
		config_errors_add(sections->errors, NULL, 0,
			"there are too many lists; at most 1000 are taken");
		return 0;
	}
	lists = arena_new_object(arena, struct term_lists);
	search.lists = arena_array(arena, count, sizeof(*search.lists));
	if (!lists || !search.lists)
		return -ENOMEM;
	r = make_lists(&search, arena);
	if (r == 0)
		r = search_cycles(&search);
	map_free(&search.entries);
	if (r < 0)
		return r;
	*lists = (struct term_lists){search.lists, search.count};
	*ret = lists;
	return 0;
}
