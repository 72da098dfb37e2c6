#include "text/tokenizer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/char_class.h"
#include "text/folder.h"
#include "text/normalizer.h"
#include "text/plain_text.h"
#include "text/token_rules.h"

enum {
	FORMS_BYTES_MAX = 1024 * 1024 * 1024, /* of all tokens of a text, folded */
	REST_LETTERS_MIN = 2,                 /* before a `*` (3) */
};

struct tokenizer {
	struct normalizer *normalizer;
	struct folder *folder;
	struct token *tokens;
	size_t count;
	size_t size;
	struct plain_text plain;
	struct plain_letters letters;
	size_t spelt_end; /* in the plain text's room: where the next token that is spelt out goes
			   */
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
	r = plain_letters_fill(&tokenizer->letters, tokenizer->folder);
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
	plain_text_clear(&tokenizer->plain);
	buffer_free(&tokenizer->raw_forms);
	buffer_free(&tokenizer->folded_forms);
	free(tokenizer);
}

static int tokens_reserve(struct tokenizer *tokenizer, size_t more)
{
	size_t size = 2 * tokenizer->size + more + 256;
	struct token *tokens;

	if (more <= tokenizer->size - tokenizer->count)
		return 0;
	tokens = reallocarray(tokenizer->tokens, size, sizeof(*tokens));
	if (!tokens)
		return -ENOMEM;
	tokenizer->tokens = tokens;
	tokenizer->size = size;
	return 0;
}

static void set_signs(const struct scan *scan, const struct extent *extent, struct token *token)
{
	token->before = sign_before(scan, extent->start);
	token->after = signs_after(scan, extent->end);
}

/* Where the next letter beyond ASCII stands from `start` on, of which `count` are left. */
static size_t next_letter(const struct plain_text *plain, size_t start, size_t count)
{
	const char *found = NULL;

	if (count > 0)
		found = memchr(plain->text + start, PLAIN_LETTER, plain->length - start);
	return found ? (size_t)(found - plain->text) : SIZE_MAX;
}

/*
 * Both forms of an acronym, which loses its dots, or of a word with letters beyond ASCII, behind
 * the text.  `letter` counts these through the text.  No form is longer than its source.
 */
static void spell_out(struct tokenizer *tokenizer, const struct extent *extent, size_t *letter,
	struct token *token)
{
	const struct plain_text *plain = &tokenizer->plain;
	size_t step = extent->acronym ? 2 : 1;
	size_t start = tokenizer->spelt_end;
	size_t raw = start;
	size_t folded = start;

	for (size_t i = extent->start; i < extent->end; i += step) {
		const struct plain_letter *spelling;

		if ((unsigned char)plain->text[i] < PLAIN_LETTER) {
			plain->text[raw++] = plain->text[i];
			plain->folded[folded++] = plain->folded[i];
			continue;
		}
		spelling = &tokenizer->letters.letters[plain->letters[(*letter)++]];
		memcpy(plain->text + raw, spelling->raw, PLAIN_LETTER_BYTES);
		memcpy(plain->folded + folded, spelling->folded, PLAIN_LETTER_BYTES);
		raw += PLAIN_LETTER_BYTES;
		folded += spelling->folded_length;
	}
	token->raw = token->folded = (uint32_t)start;
	token->raw_length = (uint32_t)(raw - start);
	token->folded_length = (uint32_t)(folded - start);
	tokenizer->spelt_end = raw > folded ? raw : folded;
}

/* Whether a run may be more than itself: a number with a dot, an acronym, joined by `&`. */
static inline bool may_go_on(const char *text, size_t start, size_t end)
{
	if (text[end] == '.')
		return end == start + 1 || char_class_plain((unsigned char)text[end + 1]);
	return text[end] == '&';
}

/* Characters that can be a sign before a token, or one after it. */
static inline bool may_be_sign(char c)
{
	return (c >= '#' && c <= '%') || c == '+' || c == '@' || (c > 0 && c <= PLAIN_YEN);
}

static int scan_plain(struct tokenizer *tokenizer, bool joins)
{
	const struct plain_text *plain = &tokenizer->plain;
	const struct scan scan = {.plain = plain->text, .count = plain->length, .joins = joins};
	const uint32_t *edge = plain->edges;
	const uint32_t *edge_end = edge + plain->edge_count;
	const char *text = plain->text;
	struct token *token;
	size_t letter_at = next_letter(plain, 0, plain->letter_count);
	size_t letter = 0;
	int r;

	/* At most a token for each two edges. */
	r = tokens_reserve(tokenizer, plain->edge_count / 2);
	if (r < 0)
		return r;
	for (token = tokenizer->tokens; edge < edge_end; token++) {
		struct extent extent = {edge[0], edge[1], false};

		edge += 2;
		if (may_go_on(text, extent.start, extent.end)) {
			extent = extent_of_word(&scan, extent.start);
			while (edge < edge_end && *edge < extent.end)
				edge += 2;
		}
		*token = (struct token){
			.raw = (uint32_t)extent.start,
			.folded = (uint32_t)extent.start,
			.raw_length = (uint32_t)(extent.end - extent.start),
			.folded_length = (uint32_t)(extent.end - extent.start),
		};
		if (extent.acronym || letter_at < extent.end) {
			spell_out(tokenizer, &extent, &letter, token);
			/* An acronym may have none: what was found beyond it stays found. */
			if (letter_at < extent.end)
				letter_at = next_letter(
					plain, extent.end, plain->letter_count - letter);
		}
		if ((extent.start > 0 && may_be_sign(text[extent.start - 1])) ||
			may_be_sign(text[extent.end]))
			set_signs(&scan, &extent, token);
	}
	tokenizer->count = (size_t)(token - tokenizer->tokens);
	return 0;
}

static int run_plain(struct tokenizer *tokenizer, bool joins)
{
	struct plain_text *plain = &tokenizer->plain;
	int r;

	tokenizer->spelt_end = plain->length + 1;
	r = scan_plain(tokenizer, joins);
	if (r < 0)
		return r;
	memset(plain->folded + tokenizer->spelt_end, 0, TOKENS_PADDING);
	memset(plain->text + tokenizer->spelt_end, 0, TOKENS_PADDING);
	return 0;
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
	const uint32_t *chars;
	struct token *token;
	size_t count;
	int r;

	r = tokens_reserve(tokenizer, 1);
	if (r < 0)
		return r;
	token = &tokenizer->tokens[tokenizer->count++];
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

		more = extent_next(scan, end, &extent);
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
		/* Of several misplaced wildcards the first is told: only what is before `?` counts.
		 */
		.count = bad,
		.joins = !(options & TOKENS_URL),
	};
	assert(scan.wide || scan.count == 0);
	r = scan_wide(tokenizer, &scan, query, &bad);
	if (r != -EINVAL && (r < 0 || bad == normal.count))
		return r;
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
	int plain = 0;
	int r;

	if (length > TOKENS_TEXT_MAX)
		length = utf8_cut(text, length, TOKENS_TEXT_MAX);
	tokenizer->count = 0;
	if (!(options & wide_only))
		plain = plain_text_take(&tokenizer->plain, &tokenizer->letters, text, length,
			options & TOKENS_REFERENCES);
	if (plain < 0)
		return plain;
	if (plain) {
		r = run_plain(tokenizer, !(options & TOKENS_URL));
	} else {
		r = run_wide(tokenizer, text, length, options, ret_wildcard);
		if (r >= 0)
			r = finish_wide(tokenizer);
	}
	if (r < 0)
		return r;
	*ret = (struct token_list){
		.tokens = tokenizer->tokens,
		.count = tokenizer->count,
		.folded = plain ? tokenizer->plain.folded : tokenizer->folded_forms.bytes,
		.raw = plain ? tokenizer->plain.text : tokenizer->raw_forms.bytes,
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
	r = normalizer_run_raw(tokenizer->normalizer, text, length, references, &normal);
	for (size_t i = 0; r >= 0 && i < normal.count; i++)
		r = buffer_add_utf8(ret, normal.chars[i]);
	return r < 0 ? r : 0;
}
