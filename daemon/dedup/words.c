#include "dedup/words.h"

#include <errno.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "base/macro.h"
#include "dedup/letters.h"
#include "dedup/sentences.h"
#include "text/char_reference.h"

enum {
	DATELINE_WORDS_MAX = 14,
	ABBREVIATION_LETTERS_MAX = 5,
	WRAPPED_BYTES_MIN = 40,
	/* Of a text with references: more than twice what WORDS_MAX words take up. */
	REFERENCES_BYTES_MAX = 128 * 1024,
};

#define HASH_START 0x811c9dc5U

static uint32_t mix(uint32_t hash)
{
	hash ^= hash >> 16;
	hash *= 0x7feb352dU;
	hash ^= hash >> 15;
	hash *= 0x846ca68bU;
	return hash ^ (hash >> 16);
}

static uint32_t hash_letter(uint32_t hash, UChar32 letter)
{
	return (hash ^ (uint32_t)letter) * 0x01000193U;
}

uint32_t scan_hash(const char *word)
{
	uint32_t hash = HASH_START;

	while (*word)
		hash = hash_letter(hash, *word++);
	return mix(hash);
}

/* letters_class(), at hand for the characters that make up most texts. */
static inline enum letter_class class_of(UChar32 c)
{
	if ((uint32_t)c >= 0x80)
		return letters_class(c);
	if (((uint32_t)c | 0x20) - 'a' < 26)
		return LETTER_LETTER;
	return (uint32_t)c - '0' < 10 ? LETTER_DIGIT : LETTER_OTHER;
}

/* Where the next token goes; where there is no room, a place that is not counted. */
static struct token *next_token(struct scan *scan)
{
	scan->bracket = false;
	return scan->count < scan->size ? &scan->tokens[scan->count++] : &scan->beyond;
}

/* Ends the open sentence, if it has a word; long ones come in pieces. */
static void end_sentence(struct scan *scan, unsigned flags)
{
	while (scan->start < scan->count && scan->sentence_count < scan->sentence_size) {
		size_t count = scan->count - scan->start;
		struct sentence *sentence = &scan->sentences[scan->sentence_count++];

		if (count > SENTENCE_WORDS_MAX)
			count = SENTENCE_WORDS_MAX;
		*sentence = (struct sentence){
			.start = (uint16_t)scan->start,
			.count = (uint16_t)count,
			.flags = (uint8_t)(flags | (scan->line_start ? SENTENCE_LINE : 0) |
				(scan->credit ? SENTENCE_CREDIT : 0)),
		};
		scan->start += count;
		scan->line_start = false;
	}
	scan->start = scan->count;
	scan->credit = false;
}

static void end_line(struct scan *scan)
{
	end_sentence(scan, 0);
	scan->line_start = true;
}

static inline UChar32 peek(const struct scan *scan, const char *at)
{
	UChar32 c = -1;
	int32_t i = 0;

	if (at >= scan->end)
		return -1;
	if ((unsigned char)*at < 0x80)
		return *at;
	U8_NEXT(at, i, (int32_t)(scan->end - at), c);
	return c;
}

static bool is_closer(UChar32 c)
{
	return c == '"' || c == '\'' || c == ')' || c == ']' || c == 0x201d || c == 0x2019 ||
		c == 0xbb || c == 0x300d || c == 0x300f || c == 0xff09;
}

/* Whether a word before "." is one that does not end its sentence. */
static bool is_abbreviation(const struct scan *scan)
{
	static const char *const known[] = {"mr", "mrs", "ms", "dr", "sen", "rep", "gov", "gen",
		"lt", "col", "sgt", "jan", "feb", "aug", "sept", "oct", "nov", "dec", "st", "inc",
		"corp", "co", "ltd", "no", "bros", "jr", "hon", "rev", "prof", "calif", "mass",
		"conn", "mme", "mlle", "sr", "sra", "hr", "fr"};
	const struct token *last;

	if (scan->count == scan->start)
		return true;
	last = &scan->tokens[scan->count - 1];
	if (last->initials || (last->letters == 1 && last->kase == CASE_CAPITAL))
		return true;
	if (last->kase != CASE_CAPITAL || last->letters > ABBREVIATION_LETTERS_MAX)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strlen(known[i]) == last->letters && last->hash == scan_hash(known[i]))
			return true;
	return false;
}

/* At ".", "!", "?" or their like: ends the sentence where one ends. */
static void read_stop(struct scan *scan, UChar32 c, int32_t length)
{
	const char *at = scan->p + length;
	UChar32 next = peek(scan, at);

	while (next > 0 && (is_closer(next) || next == '.' || next == '!' || next == '?')) {
		at += U8_LENGTH(next);
		next = peek(scan, at);
	}
	scan->p = at;
	if (next >= 0 && next != ' ' && next != '\n' && next != '\t' && next != 0xa0 &&
		class_of(c) != LETTER_STOP)
		return;
	if (c == '.' && next != '\n' && next >= 0 && is_abbreviation(scan))
		return;
	end_sentence(scan, SENTENCE_ENDED);
}

/* " - ", " -- " or a dash: a dateline stands before it if there is a ")" or capitals alone. */
static void read_dash(struct scan *scan, size_t length)
{
	size_t words = scan->count - scan->start;
	bool capitals = words > 0;

	for (size_t i = scan->start; i < scan->count; i++)
		if (scan->tokens[i].kase != CASE_ALL_CAPITALS || scan->tokens[i].letters < 3)
			capitals = false;
	if ((scan->bracket && words <= DATELINE_WORDS_MAX) || (capitals && words <= 4))
		end_sentence(scan, SENTENCE_ORIGIN);
	scan->p += length;
}

static bool is_spaced(const struct scan *scan, const char *from, const char *to)
{
	return from > scan->p - 1 && (to >= scan->end || *to == ' ' || *to == '\n');
}

/*
 * Whether a line ends where a column was full, in the middle of a sentence: the line is long, and
 * what follows goes on in small letters.  (Headlines and entries of menus begin with capitals.)
 */
static bool is_wrapped(const struct scan *scan)
{
	UChar32 next = peek(scan, scan->p + 1);
	enum letter_case kase = LETTER_CASELESS;

	if (scan->count == scan->start || scan->p - scan->line < WRAPPED_BYTES_MIN || next < 0 ||
		class_of(next) != LETTER_LETTER)
		return false;
	(void)letters_fold(next, &kase);
	return kase == LETTER_SMALL;
}

static void read_line_end(struct scan *scan)
{
	if (!is_wrapped(scan))
		end_line(scan);
	scan->line = scan->p + 1;
}

static void read_ascii_mark(struct scan *scan, const char *begin)
{
	const char *p = scan->p;
	bool space_before = p > begin && p[-1] == ' ';

	switch (*p) {
	case '\n':
		read_line_end(scan);
		break;
	case '.':
	case '!':
	case '?':
		read_stop(scan, *p, 1);
		return;
	case ')':
		scan->bracket = true;
		break;
	case '>':
	case '|':
		if (space_before && is_spaced(scan, p, p + 1))
			end_sentence(scan, SENTENCE_ORIGIN);
		break;
	case '-':
		if (space_before) {
			size_t dashes = strspn(p, "-");

			if (is_spaced(scan, p, p + dashes)) {
				read_dash(scan, dashes);
				return;
			}
		}
		break;
	case '/':
		if (p > begin && class_of((unsigned char)p[-1]) == LETTER_LETTER &&
			p + 1 < scan->end && p[1] >= 'A' && p[1] <= 'Z')
			scan->credit = true;
		break;
	default:
		break;
	}
	scan->p++;
}

static void read_wide_mark(struct scan *scan, UChar32 c, int32_t length)
{
	if (c == 0x2014 || c == 0x2013) {
		read_dash(scan, (size_t)length);
		return;
	}
	if (class_of(c) == LETTER_STOP || c == 0x2026) {
		read_stop(scan, c, length);
		return;
	}
	if (c == 0x2022 || c == 0x2028 || c == 0x2029)
		end_sentence(scan, SENTENCE_ORIGIN);
	if (c == 0xa9)
		scan->credit = true;
	scan->p += length;
}

/* A run of a script without spaces: each pair of neighbours is a word. */
static void read_pairs(struct scan *scan)
{
	UChar32 before = 0;
	bool any = false;

	while (scan->p < scan->end) {
		UChar32 c = peek(scan, scan->p);

		if (class_of(c) != LETTER_PAIRED)
			break;
		scan->p += U8_LENGTH(c);
		if (before) {
			*next_token(scan) = (struct token){
				.hash = mix((uint32_t)before * 0x9e3779b1U + (uint32_t)c),
				.letters = 4,
				.kase = CASE_NONE,
				.pair = true};
			any = true;
		}
		before = c;
	}
	if (!any && before)
		*next_token(scan) = (struct token){
			.hash = mix((uint32_t)before), .letters = 1, .kase = CASE_NONE};
}

struct word {
	uint32_t hash;
	unsigned letters;
	unsigned capitals;
	unsigned digits;
	bool first_capital;
	bool cased;
	bool initials;
};

static inline void word_letter(struct word *word, UChar32 c)
{
	enum letter_case kase = LETTER_SMALL;
	UChar32 folded = c >= 'a' && c <= 'z' ? c : letters_fold(c, &kase);

	word->hash = hash_letter(word->hash, folded);
	if (kase == LETTER_CAPITAL) {
		word->capitals++;
		if (word->letters == 0)
			word->first_capital = true;
	}
	if (kase != LETTER_CASELESS)
		word->cased = true;
	word->letters++;
}

/* Also full-width and Arabic. */
static bool is_point(UChar32 c)
{
	return c == '.' || c == 0xff0e || c == 0x66b;
}

static bool is_thousands_mark(UChar32 c)
{
	return c == ',' || c == 0xff0c || c == 0x66c;
}

/*
 * What stands inside a word without being part of it.  Returns the bytes to pass over, or 0 where
 * the word ends.  *ret_end: the word ends after them (a possessive).
 */
static size_t inner_mark(const struct scan *scan, struct word *word, const char *at, bool *ret_end)
{
	UChar32 c = peek(scan, at);
	size_t length = c < 0 ? 0 : (size_t)U8_LENGTH(c);
	UChar32 next = length > 0 ? peek(scan, at + length) : -1;
	enum letter_class class = class_of(next);

	if ((c == '\'' || c == 0x2019) && word->digits == 0 && class == LETTER_LETTER) {
		UChar32 after = peek(scan, at + length + U8_LENGTH(next));

		if ((next == 's' || next == 'S') && class_of(after) != LETTER_LETTER) {
			*ret_end = true;
			return length + 1;
		}
		return word->letters > 1 ? length : 0;
	}
	if ((is_point(c) || is_thousands_mark(c)) && word->digits > 0 && class == LETTER_DIGIT) {
		if (is_point(c))
			word->hash = hash_letter(word->hash, '.');
		return length;
	}
	if (c == '.' && word->digits == 0 && word->capitals == word->letters &&
		(word->letters == 1 || word->initials)) {
		word->initials = true;
		if (class != LETTER_LETTER)
			*ret_end = true;
		return class == LETTER_LETTER || next == ' ' || next == ',' ? length : 0;
	}
	return c == 0xad ? length : 0;
}

static enum token_case case_of(const struct word *word)
{
	if (word->digits > 0 && word->digits * 2 >= word->letters)
		return CASE_NUMBER;
	if (!word->cased)
		return CASE_NONE;
	if (!word->first_capital && word->capitals == 0)
		return CASE_LOWER;
	if (word->capitals == word->letters && word->letters > 1)
		return CASE_ALL_CAPITALS;
	return CASE_CAPITAL;
}

/* What most characters are, at hand. */
enum ascii_kind {
	ASCII_OTHER,
	ASCII_SMALL,
	ASCII_CAPITAL,
	ASCII_DIGIT,
	ASCII_INNER, /* may stand inside a word */
};

static const uint8_t ascii_kinds[256] = {
	['a' ... 'z'] = ASCII_SMALL,
	['A' ... 'Z'] = ASCII_CAPITAL,
	['0' ... '9'] = ASCII_DIGIT,
	['\''] = ASCII_INNER,
	['.'] = ASCII_INNER,
	[','] = ASCII_INNER,
	[0x80 ... 0xff] = ASCII_INNER,
};

/* Reads letters and digits as word_letter() does.  Returns whether the word ends there. */
static bool read_ascii(struct scan *scan, struct word *word)
{
	const char *p = scan->p;
	uint32_t hash = word->hash;
	unsigned kind = ascii_kinds[(uint8_t)*p];

	if (word->letters == 0)
		word->first_capital = kind == ASCII_CAPITAL;
	/* The text's NUL ends it too. */
	while (kind - 1U < ASCII_DIGIT) {
		word->capitals += kind == ASCII_CAPITAL;
		word->digits += kind == ASCII_DIGIT;
		word->cased |= kind != ASCII_DIGIT;
		hash = hash_letter(hash, *p++ | 0x20);
		/* Nearly all that follow are small. */
		while ((uint8_t)*p - (unsigned)'a' < 26) {
			word->cased = true;
			hash = hash_letter(hash, *p++);
		}
		kind = ascii_kinds[(uint8_t)*p];
	}
	word->hash = hash;
	word->letters += (unsigned)(p - scan->p);
	scan->p = p;
	return kind == ASCII_OTHER;
}

static void read_word(struct scan *scan)
{
	struct word word = {.hash = HASH_START};
	struct token *token;
	bool end = read_ascii(scan, &word);

	while (scan->p < scan->end && !end) {
		UChar32 c = peek(scan, scan->p);
		enum letter_class class = class_of(c);

		if (class == LETTER_LETTER || class == LETTER_DIGIT) {
			word_letter(&word, class == LETTER_DIGIT ? letters_digit(c) : c);
			word.digits += class == LETTER_DIGIT;
			scan->p += U8_LENGTH(c);
		} else if (class == LETTER_MARK) {
			scan->p += U8_LENGTH(c);
		} else {
			size_t pass = inner_mark(scan, &word, scan->p, &end);

			if (pass == 0)
				break;
			scan->p += pass;
		}
	}
	if (word.letters == 0)
		return;
	/* Field by field, which compilers do at less expense than to put the whole together. */
	token = next_token(scan);
	token->hash = mix(word.hash);
	token->letters = (uint8_t)(word.letters > 255 ? 255 : word.letters);
	token->kase = (uint8_t)case_of(&word);
	token->initials = word.initials;
	token->pair = false;
}

/* Whether a word of ASCII letters alone ends at the byte; of one letter, "." is an initial's. */
static inline bool ends_plain_word(char byte, size_t letters)
{
	return ascii_kinds[(uint8_t)byte] == ASCII_OTHER || byte == ',' ||
		(byte == '.' && letters > 1);
}

/*
 * Reads words of small ASCII letters behind a letter of either case, which most are, as read_word()
 * does, and the space behind each; stops at whatever is something else.
 */
static void read_plain_words(struct scan *scan)
{
	struct token *token = scan->tokens + scan->count;
	const struct token *end = scan->tokens + scan->size;
	const char *p = scan->p;

	while (token < end) {
		const char *start = p;
		enum ascii_kind kind = ascii_kinds[(uint8_t)*p];
		uint32_t hash = hash_letter(HASH_START, *p | 0x20);
		size_t letters;

		if (kind != ASCII_SMALL && kind != ASCII_CAPITAL)
			break;
		for (p++; (uint8_t)*p - (unsigned)'a' < 26; p++)
			hash = hash_letter(hash, *p);
		letters = (size_t)(p - start);
		if (!ends_plain_word(*p, letters)) {
			p = start;
			break;
		}
		token->hash = mix(hash);
		token->letters = (uint8_t)(letters < UINT8_MAX ? letters : UINT8_MAX);
		token->kase = kind == ASCII_SMALL ? CASE_LOWER : CASE_CAPITAL;
		token->initials = false;
		token->pair = false;
		token++;
		p += *p == ' ';
	}
	if (p > scan->p)
		scan->bracket = false;
	scan->count = (size_t)(token - scan->tokens);
	scan->p = p;
}

static void scan_text(struct scan *scan, const char *text)
{
	scan->p = text;
	scan->line = text;
	scan->line_start = true;
	for (read_plain_words(scan); scan->p < scan->end && scan->count < scan->size;
		read_plain_words(scan)) {
		UChar32 c = peek(scan, scan->p);
		enum letter_class class;

		if (c == ' ') {
			scan->p++;
			continue;
		}
		if (c < 0) { /* cannot be in clean text; pass over it */
			scan->p++;
			continue;
		}
		class = class_of(c);
		if (class == LETTER_LETTER || class == LETTER_DIGIT)
			read_word(scan);
		else if (class == LETTER_PAIRED)
			read_pairs(scan);
		else if (c < 0x80)
			read_ascii_mark(scan, text);
		else
			read_wide_mark(scan, c, U8_LENGTH(c));
	}
	end_line(scan);
}

/* Which kind a word is of cannot be foretold: told without a branch. */
static uint32_t code_of(const struct scan *scan, const struct token *token)
{
	enum { IS_LONG = 1, IS_NAME = 2, IS_NUMBER = 4 };
	static const uint8_t kinds[] = {WORD_SHORT, WORD_COMMON, WORD_NAME, WORD_NAME, WORD_NUMBER,
		WORD_NUMBER, WORD_NUMBER, WORD_NUMBER};
	unsigned number = token->kase == CASE_NUMBER;
	unsigned capital = (token->kase == CASE_CAPITAL) | (token->kase == CASE_ALL_CAPITALS);
	unsigned name =
		capital & (token->letters > 1) & sentences_name_is_proven(scan, token->hash);
	unsigned is = ((token->letters > 3) | token->pair) * IS_LONG + name * IS_NAME +
		number * IS_NUMBER;

	return (uint32_t)kinds[is] << WORD_IDENTITY_BITS |
		(token->hash & (WORD_IDENTITY_MASK >> 1)) | number << (WORD_IDENTITY_BITS - 1);
}

static int open_scan(struct scan *scan, const char *text, size_t words_max, struct arena *arena)
{
	size_t length = strlen(text);
	size_t words = length / 2 + 1; /* each word takes a byte and a separator at least */

	scan->size = words < words_max ? words : words_max;
	scan->sentence_size = scan->size < WORD_SENTENCES_MAX ? scan->size : WORD_SENTENCES_MAX;
	scan->end = text + length;
	scan->tokens = arena_room(arena, scan->size, sizeof(*scan->tokens));
	scan->sentences = arena_room(arena, scan->sentence_size, sizeof(*scan->sentences));
	return scan->tokens && scan->sentences ? 0 : -ENOMEM;
}

static int close_scan(struct scan *scan, struct arena *arena, struct words *ret)
{
	uint32_t *codes = arena_room(arena, scan->count + 1, sizeof(*codes));

	if (!codes)
		return -ENOMEM;
	for (size_t i = 0; i < scan->count; i++)
		codes[i] = code_of(scan, &scan->tokens[i]);
	*ret = (struct words){
		.codes = codes,
		.count = scan->count,
		.sentences = scan->sentences,
		.sentence_count = scan->sentence_count,
	};
	return 0;
}

int words_read(const char *text, const char *title, struct arena *arena, struct words *ret_text,
	struct words *ret_title)
{
	struct scan body = {0};
	struct scan head = {0};
	int r;

	/* Where a feed escapes twice, references are left; its copies have none. */
	r = char_references_read(text ? text : "", REFERENCES_BYTES_MAX, arena, &text);
	if (r >= 0)
		r = char_references_read(title ? title : "", REFERENCES_BYTES_MAX, arena, &title);
	if (r < 0)
		return r;
	r = open_scan(&body, text, WORDS_MAX, arena);
	if (r < 0)
		return r;
	r = open_scan(&head, title, WORD_TITLE_MAX, arena);
	if (r < 0)
		return r;
	scan_text(&head, title);
	scan_text(&body, text);
	sentences_judge(&body, &head);
	sentences_prove_names(&head);
	/* What either shows to be a name is one where it begins a sentence of the other, too. */
	for (size_t i = 0; i < sizeof(head.proven); i++) {
		head.proven[i] |= body.proven[i];
		body.proven[i] = head.proven[i];
	}
	r = close_scan(&body, arena, ret_text);
	if (r < 0)
		return r;
	return close_scan(&head, arena, ret_title);
}
