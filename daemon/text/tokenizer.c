#include "text/tokenizer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/char_class.h"
#include "text/char_reference.h"
#include "text/folder.h"
#include "text/normalizer.h"

enum {
	JOINED_RUN_MAX = 3, /* letters or digits on each side of a joining `&` (2.2) */
	AFTER_EXACT = 15,   /* signs after a token that fit its number one by one */
	FORMS_BYTES_MAX = 1024 * 1024 * 1024, /* of all tokens of a text, folded */
	REST_LETTERS_MIN = 2,                 /* before a `*` (3) */
};

struct tokenizer {
	struct normalizer *normalizer;
	struct folder *folder;
	struct token *tokens;
	size_t count;
	size_t size;
	char *ascii;  /* the ASCII path's text and, behind it, acronyms without dots */
	char *folded; /* the same in lower case */
	size_t ascii_size;
	size_t acronym_end; /* where the next acronym goes */
	struct buffer raw_forms;
	struct buffer folded_forms;
};

int tokenizer_new(struct tokenizer **ret)
{
	_cleanup_(tokenizer_freep) struct tokenizer *tokenizer = calloc(1, sizeof(*tokenizer));
	int r;

	if (!tokenizer)
		return -ENOMEM;
	tokenizer->raw_forms = BUFFER_INIT(FORMS_BYTES_MAX);
	tokenizer->folded_forms = BUFFER_INIT(FORMS_BYTES_MAX);
	r = normalizer_new(&tokenizer->normalizer);
	if (r < 0)
		return r;
	r = folder_new(&tokenizer->folder);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(tokenizer);
	return 0;
}

void tokenizer_free(struct tokenizer *tokenizer)
{
	if (!tokenizer)
		return;
	normalizer_free(tokenizer->normalizer);
	folder_free(tokenizer->folder);
	free(tokenizer->tokens);
	free(tokenizer->ascii);
	free(tokenizer->folded);
	buffer_free(&tokenizer->raw_forms);
	buffer_free(&tokenizer->folded_forms);
	free(tokenizer);
}

/* A normalised text; the two paths share the rules and differ in how they look at a character. */
struct scan {
	const uint32_t *wide; /* NULL: ASCII */
	const uint8_t *classes;
	const uint32_t *source;
	const char *ascii;
	size_t count;
	bool joins; /* `&` may join */
};

/* Part of a text that is a token, or several of an acronym with their dots. */
struct extent {
	size_t start;
	size_t end;
	bool acronym; /* letters and dots in turn; the dots go */
};

static inline uint32_t char_at(const struct scan *scan, size_t i)
{
	return scan->wide ? scan->wide[i] : (unsigned char)scan->ascii[i];
}

/* The class, and none beyond either end. */
static inline uint8_t class_at(const struct scan *scan, size_t i)
{
	if (i >= scan->count)
		return 0;
	return scan->wide ? scan->classes[i] : char_class_ascii((unsigned char)scan->ascii[i]);
}

static inline bool is_char(const struct scan *scan, size_t i, uint32_t character)
{
	return i < scan->count && char_at(scan, i) == character;
}

/* Whether the character is of a word in a script with spaces. */
static inline bool is_spaced_word(uint8_t class)
{
	return (class & CHAR_WORD) && !(class & CHAR_UNSPACED);
}

static inline size_t run_end(const struct scan *scan, size_t i)
{
	while (is_spaced_word(class_at(scan, i)))
		i++;
	return i;
}

static enum token_sign sign_of(uint32_t character)
{
	switch (character) {
	case '#':
		return SIGN_HASH;
	case '@':
		return SIGN_AT;
	case '$':
		return SIGN_DOLLAR;
	case 0x20AC:
		return SIGN_EURO;
	case 0x00A3:
		return SIGN_POUND;
	case 0x00A5:
		return SIGN_YEN;
	default:
		return SIGN_NONE;
	}
}

/* The number of the run of signs at i: its signs in base 4, or a hash of very many. */
static uint32_t signs_after(const struct scan *scan, size_t i)
{
	uint32_t number = 0;
	size_t start = i;

	for (; i < scan->count; i++) {
		uint32_t c = char_at(scan, i);
		uint32_t digit = c == '+' ? 1 : c == '#' ? 2 : c == '%' ? 3 : 0;

		if (digit == 0)
			break;
		number = i - start < AFTER_EXACT ? number * 4 + digit
						 : ((number * 31 + digit) | 1U << 31);
	}
	return number;
}

/*
 * Acronyms (2.2): single letters joined by dots, touched by no other word character, nor by one
 * behind a further dot.  Returns the end, with the last dot if it has one, or `i` for none.
 */
static size_t acronym_end(const struct scan *scan, size_t i)
{
	size_t last = i;

	if (i > 0 && class_at(scan, i - 1))
		return i;
	if (i > 1 && is_char(scan, i - 1, '.') && class_at(scan, i - 2))
		return i;
	while (is_char(scan, last + 1, '.') && (class_at(scan, last + 2) & CHAR_LETTER) &&
		is_spaced_word(class_at(scan, last + 2)) && !class_at(scan, last + 3))
		last += 2;
	if (last == i)
		return i;
	if (!is_char(scan, last + 1, '.'))
		return last + 1;
	return class_at(scan, last + 2) ? i : last + 2;
}

/* The end of the run behind the `&` at i if that joins the run of `length` before it, or 0. */
static size_t joined_end(const struct scan *scan, size_t i, size_t length)
{
	size_t end;

	if (!scan->joins || length > JOINED_RUN_MAX || (class_at(scan, i + 1) & CHAR_MARK))
		return 0;
	end = run_end(scan, i + 1);
	return end > i + 1 && end - (i + 1) <= JOINED_RUN_MAX ? end : 0;
}

/* A word of a script with spaces, which begins at i with something else than a mark. */
static inline struct extent word_extent(const struct scan *scan, size_t i)
{
	size_t run = i;
	size_t end = run_end(scan, i);

	if (end == i + 1 && is_char(scan, end, '.') && (class_at(scan, i) & CHAR_LETTER)) {
		size_t acronym = acronym_end(scan, i);

		if (acronym > i)
			return (struct extent){i, acronym, true};
	}
	while (end < scan->count) {
		size_t next = 0;

		if (char_at(scan, end) == '.' && (class_at(scan, end - 1) & CHAR_DIGIT) &&
			(class_at(scan, end + 1) & CHAR_DIGIT))
			next = run_end(scan, end + 1);
		else if (char_at(scan, end) == '&')
			next = joined_end(scan, end, end - run);
		if (next == 0)
			break;
		run = end + 1;
		end = next;
	}
	return (struct extent){i, end, false};
}

/* A character of an unspaced script with its marks (2.3). */
static struct extent character_extent(const struct scan *scan, size_t i)
{
	size_t end = i + 1;

	while (class_at(scan, end) & CHAR_MARK)
		end++;
	return (struct extent){i, end, false};
}

/* Finds the next token from i on.  Returns whether there is one. */
static inline bool next_extent(const struct scan *scan, size_t i, struct extent *ret)
{
	while (i < scan->count) {
		uint8_t class = class_at(scan, i);
		size_t start = i;

		if (!class) {
			i++;
			continue;
		}
		if (class & CHAR_UNSPACED) {
			*ret = character_extent(scan, i);
			return true;
		}
		while (class_at(scan, i) & CHAR_MARK)
			i++;
		if (!is_spaced_word(class_at(scan, i)))
			continue; /* marks alone are no word */
		*ret = word_extent(scan, start);
		return true;
	}
	return false;
}

static struct token *token_add(struct tokenizer *tokenizer)
{
	if (tokenizer->count == tokenizer->size) {
		size_t size = 2 * tokenizer->size + 256;
		struct token *tokens = realloc(tokenizer->tokens, size * sizeof(*tokens));

		if (!tokens)
			return NULL;
		tokenizer->tokens = tokens;
		tokenizer->size = size;
	}
	return &tokenizer->tokens[tokenizer->count++];
}

static void set_signs(const struct scan *scan, const struct extent *extent, struct token *token)
{
	token->before = extent->start > 0 ? sign_of(char_at(scan, extent->start - 1)) : SIGN_NONE;
	token->after = signs_after(scan, extent->end);
}

/* An acronym's letters, both ways, behind the text. */
static void add_acronym_ascii(
	struct tokenizer *tokenizer, const struct extent *extent, struct token *token)
{
	size_t start = tokenizer->acronym_end;

	for (size_t i = extent->start; i < extent->end; i += 2) {
		tokenizer->ascii[tokenizer->acronym_end] = tokenizer->ascii[i];
		tokenizer->folded[tokenizer->acronym_end] = tokenizer->folded[i];
		tokenizer->acronym_end++;
	}
	token->raw = token->folded = (uint32_t)start;
	token->raw_length = token->folded_length = (uint32_t)(tokenizer->acronym_end - start);
}

static int scan_ascii(struct tokenizer *tokenizer, size_t length, bool joins)
{
	const struct scan scan = {.ascii = tokenizer->ascii, .count = length, .joins = joins};
	struct extent extent = {0};

	while (next_extent(&scan, extent.end, &extent)) {
		struct token *token = token_add(tokenizer);

		if (!token)
			return -ENOMEM;
		*token = (struct token){
			.raw = (uint32_t)extent.start,
			.folded = (uint32_t)extent.start,
			.raw_length = (uint32_t)(extent.end - extent.start),
			.folded_length = (uint32_t)(extent.end - extent.start),
		};
		if (extent.acronym)
			add_acronym_ascii(tokenizer, &extent, token);
		set_signs(&scan, &extent, token);
	}
	return 0;
}

static int ascii_reserve(struct tokenizer *tokenizer, size_t length)
{
	size_t size = 2 * length + TOKENS_PADDING;
	char *bytes;

	if (size <= tokenizer->ascii_size)
		return 0;
	bytes = realloc(tokenizer->ascii, size);
	if (!bytes)
		return -ENOMEM;
	tokenizer->ascii = bytes;
	bytes = realloc(tokenizer->folded, size);
	if (!bytes)
		return -ENOMEM;
	tokenizer->folded = bytes;
	tokenizer->ascii_size = size;
	return 0;
}

static int run_ascii(struct tokenizer *tokenizer, const char *text, size_t length, bool joins)
{
	int r;

	r = ascii_reserve(tokenizer, length);
	if (r < 0)
		return r;
	if (length > 0)
		memcpy(tokenizer->ascii, text, length);
	length = normalize_ascii(tokenizer->ascii, length);
	/* In a token there are only letters, digits, `.` and `&`: the bit does to all what it
	 * should. */
	for (size_t i = 0; i < length; i++)
		tokenizer->folded[i] = (char)(tokenizer->ascii[i] | 0x20);
	tokenizer->acronym_end = length;
	r = scan_ascii(tokenizer, length, joins);
	if (r < 0)
		return r;
	memset(tokenizer->folded + tokenizer->acronym_end, 0, TOKENS_PADDING);
	memset(tokenizer->ascii + tokenizer->acronym_end, 0, TOKENS_PADDING);
	return 0;
}

/* Whether the text takes the ASCII path: no other bytes, and no character references. */
static bool is_plain(const char *text, size_t length, bool references)
{
	unsigned char seen = 0;
	const char *found = text;
	uint32_t value;

	for (size_t i = 0; i < length; i++)
		seen |= (unsigned char)text[i];
	if (seen & 0x80)
		return false;
	while (references && (found = memchr(found, '&', (size_t)(text + length - found)))) {
		if (char_reference_read(found, (size_t)(text + length - found), &value) > 0)
			return false;
		found++;
	}
	return true;
}

/* Gives an acronym's letters without the dots, else the characters as they are. */
static const uint32_t *extent_chars(const struct scan *scan, const struct extent *extent,
	uint32_t **ret_owned, size_t *ret_count)
{
	uint32_t *letters;
	size_t count = 0;

	*ret_owned = NULL;
	*ret_count = extent->end - extent->start;
	if (!extent->acronym)
		return scan->wide + extent->start;
	letters = malloc((extent->end - extent->start) * sizeof(*letters));
	if (!letters)
		return NULL;
	for (size_t i = extent->start; i < extent->end; i += 2)
		letters[count++] = scan->wide[i];
	*ret_owned = letters;
	*ret_count = count;
	return letters;
}

static int add_wide(
	struct tokenizer *tokenizer, const struct scan *scan, const struct extent *extent)
{
	_cleanup_(freep) uint32_t *owned = NULL;
	struct token *token = token_add(tokenizer);
	const uint32_t *chars;
	size_t count;
	int r;

	if (!token)
		return -ENOMEM;
	chars = extent_chars(scan, extent, &owned, &count);
	if (!chars)
		return -ENOMEM;
	*token = (struct token){
		.raw = (uint32_t)tokenizer->raw_forms.length,
		.folded = (uint32_t)tokenizer->folded_forms.length,
		.begin = scan->source[extent->start],
		.end = scan->source[extent->end],
	};
	for (size_t i = 0; i < count; i++) {
		token->one |= chars[i] == WILDCARD_ONE;
		r = buffer_add_utf8(&tokenizer->raw_forms, chars[i]);
		if (r < 0)
			return r;
	}
	r = folder_fold(tokenizer->folder, chars, count, &tokenizer->folded_forms);
	if (r < 0)
		return r;
	token->raw_length = (uint32_t)tokenizer->raw_forms.length - token->raw;
	token->folded_length = (uint32_t)tokenizer->folded_forms.length - token->folded;
	set_signs(scan, extent, token);
	return 0;
}

static bool is_wildcard(uint32_t c)
{
	return c == WILDCARD_ONE || c == WILDCARD_REST;
}

/* Which wildcard of the query stands at i, counted from 0. */
static size_t wildcard_ordinal(const struct normal_text *text, size_t i)
{
	size_t ordinal = 0;

	for (size_t k = 0; k < i; k++)
		ordinal += is_wildcard(text->chars[k]);
	return ordinal;
}

/*
 * `?` inside a word becomes one of its characters; elsewhere it is punctuation in a phrase, and an
 * error in a word, as it is beside unspaced scripts.  Returns the index of the first bad one, or
 * the count.
 */
static size_t place_wildcards(const struct normal_text *text, bool phrase)
{
	for (size_t i = 0; i < text->count; i++) {
		size_t end = i;
		uint8_t before;
		uint8_t after;

		while (end < text->count && text->chars[end] == WILDCARD_ONE)
			end++;
		if (end == i)
			continue;
		before = i > 0 ? text->classes[i - 1] : 0;
		after = end < text->count ? text->classes[end] : 0;
		if (before & CHAR_MARK && i > 1 && !is_spaced_word(text->classes[i - 2]))
			before |= CHAR_UNSPACED;
		if (is_spaced_word(before) && is_spaced_word(after))
			memset(text->classes + i, CHAR_NUMBER, end - i);
		else if (!phrase || (before && after))
			return i;
		i = end - 1;
	}
	return text->count;
}

/* Whether the extent is long enough for a `*` behind it and of a script with spaces. */
static bool takes_rest(const struct scan *scan, const struct extent *extent)
{
	size_t letters = 0;

	for (size_t i = extent->start; i < extent->end; i++) {
		if (scan->classes[i] & CHAR_UNSPACED)
			return false;
		if (scan->wide[i] != WILDCARD_ONE && (scan->classes[i] & CHAR_WORD & ~CHAR_MARK))
			letters++;
	}
	return letters >= REST_LETTERS_MIN && !class_at(scan, extent->end + 1);
}

static int scan_wide(
	struct tokenizer *tokenizer, const struct scan *scan, bool query, size_t *ret_bad)
{
	struct extent extent = {0};
	size_t checked = 0;
	bool more;
	int r;

	do {
		size_t end = extent.end;

		more = next_extent(scan, end, &extent);
		/* Each `*` between tokens must close the one before it. */
		for (checked = end; query && checked < (more ? extent.start : scan->count);
			checked++)
			if (scan->wide[checked] == WILDCARD_REST &&
				!(checked == end && tokenizer->count > 0 &&
					tokenizer->tokens[tokenizer->count - 1].rest)) {
				*ret_bad = checked;
				return -EINVAL;
			}
		if (!more)
			return 0;
		r = add_wide(tokenizer, scan, &extent);
		if (r < 0)
			return r;
		if (query && is_char(scan, extent.end, WILDCARD_REST))
			tokenizer->tokens[tokenizer->count - 1].rest = takes_rest(scan, &extent);
	} while (more);
	return 0;
}

static int run_wide(struct tokenizer *tokenizer, const char *text, size_t length, unsigned options,
	size_t *ret_wildcard)
{
	bool query = options & (TOKENS_WORD | TOKENS_PHRASE);
	struct normal_text normal;
	struct scan scan;
	size_t bad;
	int r;

	buffer_reset(&tokenizer->raw_forms);
	buffer_reset(&tokenizer->folded_forms);
	r = normalizer_run(
		tokenizer->normalizer, text, length, options & TOKENS_REFERENCES, &normal);
	if (r < 0)
		return r;
	bad = query ? place_wildcards(&normal, options & TOKENS_PHRASE) : normal.count;
	scan = (struct scan){
		.wide = normal.chars,
		.classes = normal.classes,
		.source = normal.source,
		.count = normal.count,
		.joins = !(options & TOKENS_URL),
	};
	if (bad == normal.count) {
		r = scan_wide(tokenizer, &scan, query, &bad);
		if (r != -EINVAL)
			return r;
	}
	if (ret_wildcard)
		*ret_wildcard = wildcard_ordinal(&normal, bad);
	return -EINVAL;
}

static int finish_wide(struct tokenizer *tokenizer)
{
	static const char padding[TOKENS_PADDING];
	int r;

	r = buffer_add(&tokenizer->folded_forms, padding, sizeof(padding));
	return r < 0 ? r : buffer_add(&tokenizer->raw_forms, padding, sizeof(padding));
}

int tokenizer_run(struct tokenizer *tokenizer, const char *text, size_t length, unsigned options,
	struct token_list *ret, size_t *ret_wildcard)
{
	const unsigned wide_only = TOKENS_OFFSETS | TOKENS_WORD | TOKENS_PHRASE;
	bool wide;
	int r;

	if (length > TOKENS_TEXT_MAX)
		length = utf8_cut(text, length, TOKENS_TEXT_MAX);
	tokenizer->count = 0;
	wide = (options & wide_only) || !is_plain(text, length, options & TOKENS_REFERENCES);
	if (wide) {
		r = run_wide(tokenizer, text, length, options, ret_wildcard);
		if (r >= 0)
			r = finish_wide(tokenizer);
	} else {
		r = run_ascii(tokenizer, text, length, !(options & TOKENS_URL));
	}
	if (r < 0)
		return r;
	*ret = (struct token_list){
		.tokens = tokenizer->tokens,
		.count = tokenizer->count,
		.folded = wide ? tokenizer->folded_forms.bytes : tokenizer->folded,
		.raw = wide ? tokenizer->raw_forms.bytes : tokenizer->ascii,
	};
	return 0;
}

int tokenizer_raw_text(struct tokenizer *tokenizer, const char *text, size_t length,
	bool references, struct buffer *ret)
{
	struct normal_text normal;
	int r;

	if (length > TOKENS_TEXT_MAX)
		length = utf8_cut(text, length, TOKENS_TEXT_MAX);
	if (is_plain(text, length, references))
		return buffer_add(ret, text, length);
	r = normalizer_run_raw(tokenizer->normalizer, text, length, references, &normal);
	if (r < 0)
		return r;
	for (size_t i = 0; i < normal.count; i++) {
		r = buffer_add_utf8(ret, normal.chars[i]);
		if (r < 0)
			return r;
	}
	return 0;
}
