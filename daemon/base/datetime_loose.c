/*
 * Dates in words and numbers: RFC 822 and its mutilations, asctime(3), dates of many languages.
 * The text is folded, cut into tokens, and each number finds its meaning from its neighbours: the
 * time of day has colons, the zone follows it, a word is a month or of no account, and of what is
 * left one number is the year.  What stays unclear makes the whole no date.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "base/datetime.h"
#include "base/datetime_fields.h"
#include "base/macro.h"

enum {
	FOLDED_BYTES = 4 * DATETIME_BYTES_MAX,
	TOKENS_MAX = 48,
	NUMBERS_MAX = 3,
	KOREA_OFFSET = 9 * 60,
};

enum token_kind {
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_WORD,
	TOKEN_SIGN, /* any other character */
};

struct token {
	enum token_kind kind;
	bool spaced; /* white space before it */
	bool used;   /* its meaning is found */
	const char *text;
	unsigned length;
	int value; /* of a number of up to nine digits */
};

struct tokens {
	char folded[FOLDED_BYTES + 1];
	struct token list[TOKENS_MAX + 1]; /* ended by a TOKEN_END */
	struct datetime_fields fields;
	bool has_time;
	bool has_zone;
};

/* A character without its accent, in lower case; digits and spaces of all scripts as ASCII. */
static UChar32 fold_character(const UNormalizer2 *nfd, UChar32 character)
{
	UChar decomposed[8];
	UErrorCode error = U_ZERO_ERROR;
	int32_t length;
	UChar32 first;

	if (u_isdigit(character))
		return '0' + u_charDigitValue(character);
	if (u_isUWhiteSpace(character))
		return ' ';
	if (u_charType(character) == U_DASH_PUNCTUATION || character == 0x2212)
		return '-';
	if (u_charType(character) == U_FORMAT_CHAR || (character >= 0x300 && character <= 0x36F))
		return -1;
	length =
		unorm2_getDecomposition(nfd, character, decomposed, ARRAY_SIZE(decomposed), &error);
	/* A Hangul syllable decomposes too, but into letters, not into a letter and its accent. */
	if (U_SUCCESS(error) && length > 0 && !(character >= 0xAC00 && character <= 0xD7A3)) {
		U16_GET(decomposed, 0, 0, length, first);
		character = first;
	}
	return u_foldCase(character, U_FOLD_CASE_DEFAULT);
}

static int fold(const char *text, char ret[FOLDED_BYTES + 1])
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *nfd = NULL;
	int32_t length = (int32_t)strlen(text);
	int32_t out = 0;

	for (int32_t i = 0; i < length;) {
		UChar32 character;

		U8_NEXT(text, i, length, character);
		if (character < 0)
			return -EINVAL;
		if (character < 0x80) {
			ret[out++] = (char)tolower(character);
			continue;
		}
		if (!nfd)
			nfd = unorm2_getNFDInstance(&error);
		if (U_FAILURE(error))
			return -EINVAL;
		character = fold_character(nfd, character);
		if (character >= 0)
			U8_APPEND_UNSAFE(ret, out, character);
	}
	ret[out] = '\0';
	return 0;
}

static bool is_letter(char byte)
{
	return isalpha((unsigned char)byte) || (unsigned char)byte >= 0x80;
}

/* Measures the token at `text`. */
static struct token next_token(const char *text)
{
	struct token token = {.text = text, .length = 1, .kind = TOKEN_SIGN};

	if (isdigit((unsigned char)*text)) {
		token.kind = TOKEN_NUMBER;
		token.length = (unsigned)strspn(text, "0123456789");
		for (unsigned i = 0; i < token.length && i < 9; i++)
			token.value = token.value * 10 + (text[i] - '0');
	} else if (is_letter(*text)) {
		token.kind = TOKEN_WORD;
		while (is_letter(text[token.length]))
			token.length++;
	}
	return token;
}

static int tokenize(const char *text, struct tokens *tokens)
{
	size_t count = 0;
	int r;

	r = fold(text, tokens->folded);
	if (r < 0)
		return r;
	/* fold() ended it; clang's analyzer loses count in ICU's macros.
	 * NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch) */
	for (text = tokens->folded; *text;) {
		size_t space = strspn(text, " \t\r\n");

		text += space;
		if (*text == '\0')
			break;
		if (count == TOKENS_MAX)
			return -EINVAL;
		tokens->list[count] = next_token(text);
		tokens->list[count].spaced = space > 0;
		text += tokens->list[count++].length;
	}
	tokens->list[count] = (struct token){.kind = TOKEN_END, .text = text};
	return 0;
}

static bool is_sign(const struct token *token, char sign)
{
	return token->kind == TOKEN_SIGN && *token->text == sign;
}

static bool is_word(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && token->length == strlen(word) &&
		memcmp(token->text, word, token->length) == 0;
}

static bool is_short_number(const struct token *token, unsigned digits)
{
	return token->kind == TOKEN_NUMBER && token->length <= digits;
}

/*
 * "10:00", "10:00:00", "10:00:00.5", "10:00:00:500", or with dots for colons; marks what it uses
 * and returns the token after it.
 */
static struct token *read_clock(struct token *token, char colon, struct datetime_fields *fields)
{
	struct token *end = token + 3;

	if (!is_short_number(token, 2) || !is_sign(token + 1, colon) ||
		!is_short_number(token + 2, 2))
		return NULL;
	fields->hour = token[0].value;
	fields->minute = token[2].value;
	if (is_sign(end, colon) && is_short_number(end + 1, 2)) {
		fields->second = end[1].value;
		end += 2;
		/* A fraction; some programs write milliseconds behind another colon. */
		if ((is_sign(end, '.') || is_sign(end, ',') ||
			    (is_sign(end, ':') && end[1].length == 3)) &&
			!end[1].spaced && end[1].kind == TOKEN_NUMBER)
			end += 2;
	}
	for (; token < end; token++)
		token->used = true;
	return end;
}

/* Whether the words at `token` say before or after noon; returns how many tokens that takes. */
static unsigned read_half(const struct token *token, bool *ret_afternoon)
{
	static const char *const before[] = {"am", "오전", "上午", "午前", "πμ"};
	static const char *const after[] = {"pm", "오후", "下午", "午後", "μμ"};

	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		if (is_word(token, before[i]) || is_word(token, after[i])) {
			*ret_afternoon = is_word(token, after[i]);
			return 1;
		}
	if ((is_word(token, "a") || is_word(token, "p")) && is_sign(token + 1, '.') &&
		is_word(token + 2, "m")) {
		*ret_afternoon = is_word(token, "p");
		return is_sign(token + 3, '.') ? 4 : 3;
	}
	return 0;
}

/* Twelve-hour clocks: 12 am is midnight, 12 pm noon. */
static void apply_half(
	struct datetime_fields *fields, struct token *words, unsigned count, bool afternoon)
{
	if (fields->hour == 12)
		fields->hour = 0;
	if (afternoon && fields->hour < 12)
		fields->hour += 12;
	for (unsigned i = 0; i < count; i++)
		words[i].used = true;
}

/* The last word that is a month's name: weekdays abbreviate alike ("mar." is Tuesday in French). */
static int find_month(struct tokens *tokens)
{
	int month = 0;

	for (struct token *token = tokens->list; token->kind != TOKEN_END; token++) {
		int named = 0;

		if (token->kind == TOKEN_WORD && !token->used)
			named = month_from_word(token->text, token->length);
		if (named > 0)
			month = named;
	}
	return month;
}

/* Returns the token after the first clock, and in *ret_clock its own, or NULL. */
static struct token *find_clock(struct tokens *tokens, char colon, struct token **ret_clock)
{
	struct token *end = NULL;

	for (struct token *token = tokens->list; token->kind != TOKEN_END && !end; token++) {
		*ret_clock = token;
		end = read_clock(token, colon, &tokens->fields);
	}
	return end;
}

/* Finds the time of day; sets `ret_end` to the token after it, or the first token. */
static int find_time(struct tokens *tokens, struct token **ret_end)
{
	struct token *token;
	struct token *end = find_clock(tokens, ':', &token);
	bool afternoon = false;
	unsigned count;

	/* Numbers with dots are a date, unless that has its month in words. */
	if (!end && find_month(tokens) > 0)
		end = find_clock(tokens, '.', &token);
	*ret_end = end ? end : tokens->list;
	if (!end)
		return 0;
	if (is_sign(end, ':'))
		return -EINVAL;
	tokens->has_time = true;
	count = read_half(end, &afternoon);
	if (count > 0) {
		apply_half(&tokens->fields, end, count, afternoon);
		*ret_end = end + count;
	} else if (token > tokens->list && (unsigned char)*token[-1].text > 'z') {
		/* "오후 11:23": only the scripts of East Asia say it first. */
		count = read_half(token - 1, &afternoon);
		if (count > 0)
			apply_half(&tokens->fields, token - 1, count, afternoon);
	}
	return 0;
}

/* "+0200", "-5", "+05:30", "+530" at the sign.  Returns the token after it, or NULL. */
static struct token *read_offset(struct token *sign, int *ret_offset)
{
	struct token *hours = sign + 1;
	struct token *end = sign + 2;
	int offset;

	if (hours->length > 4 || hours->spaced)
		return NULL;
	offset = hours->value * 60;
	if (hours->length > 2)
		offset = hours->value / 100 * 60 + hours->value % 100;
	if ((hours->length > 2 ? hours->value % 100 : 0) > 59)
		return NULL;
	if (hours->length <= 2 && is_sign(end, ':')) {
		if (!is_short_number(end + 1, 2) || end[1].value > 59)
			return NULL;
		offset += end[1].value;
		end += 2;
	}
	if (end->kind == TOKEN_WORD && !end->spaced)
		return NULL;
	for (struct token *token = sign; token < end; token++)
		token->used = true;
	*ret_offset = is_sign(sign, '-') ? -offset : offset;
	return end;
}

/* What says the zone once more, or says nothing: the "+0200" behind another, the "0" of "GMT0". */
static void pass_over_repeats(struct token *token, int offset)
{
	int again;

	while ((is_sign(token, '+') || is_sign(token, '-')) && token[1].kind == TOKEN_NUMBER) {
		struct token *end = read_offset(token, &again);

		if (!end || again != offset)
			return;
		token = end;
	}
	if (token->kind == TOKEN_NUMBER && !token->spaced && token->value == 0)
		token->used = true;
}

/*
 * The zone stands after the time.  A number decides over a name ("-0500 (EST)"); names that nobody
 * knows count as UTC, but a broken number makes the whole no date.
 */
static int find_zone(struct tokens *tokens, struct token *token)
{
	bool numeric = false;
	int offset;

	for (; token->kind != TOKEN_END && !numeric; token++) {
		bool sign = is_sign(token, '+') || is_sign(token, '-');

		if (sign && !token[1].spaced && token[1].kind == TOKEN_WORD)
			return -EINVAL;
		if (sign && !token[1].spaced && token[1].kind == TOKEN_NUMBER) {
			struct token *end = read_offset(token, &tokens->fields.offset);

			if (!end)
				return -EINVAL;
			pass_over_repeats(end, tokens->fields.offset);
			numeric = true;
			tokens->has_zone = true;
		} else if (token->kind == TOKEN_WORD && !tokens->has_zone &&
			zone_from_word(token->text, token->length, &offset)) {
			tokens->fields.offset = offset;
			tokens->has_zone = true;
			token->used = true;
			pass_over_repeats(token + 1, offset);
		}
	}
	return 0;
}

static bool is_year(const struct token *number)
{
	return number->length >= 3 || number->value > 31;
}

/* The year as written; the Thai calendar counts 543 more. */
static int year_from_number(const struct token *number)
{
	int year = datetime_full_year(number->value, number->length);

	return year >= 2400 && year < 2700 ? year - 543 : year;
}

/* One or two numbers beside a month's name: "26 Jan 2004", "Jan 26 04", "Jan 2004". */
static int set_named(struct tokens *tokens, int month, struct token *const numbers[], size_t count)
{
	struct datetime_fields *fields = &tokens->fields;
	size_t year = count - 1;

	if (count == 0 || (count == 1 && (tokens->has_time || !is_year(numbers[0]))))
		return -EINVAL;
	if (count == 2 && is_year(numbers[0]) && !is_year(numbers[1]))
		year = 0;
	if (count == 2 && year == 1 && is_year(numbers[0]))
		return -EINVAL;
	fields->month = month;
	fields->year = year_from_number(numbers[year]);
	fields->day = count == 2 ? numbers[1 - year]->value : 1;
	return 0;
}

/* Three numbers: year first, else by what parts them ("5/13/2024" is American, "13.5.2024" not). */
static int set_numbers(struct tokens *tokens, struct token *const numbers[])
{
	struct datetime_fields *fields = &tokens->fields;
	bool american = is_sign(numbers[0] + 1, '/');

	if (is_year(numbers[0])) {
		fields->year = year_from_number(numbers[0]);
		fields->month = numbers[1]->value;
		fields->day = numbers[2]->value;
		return 0;
	}
	if (american ? numbers[0]->value > 12 : numbers[1]->value > 12)
		american = !american;
	fields->month = numbers[american ? 0 : 1]->value;
	fields->day = numbers[american ? 1 : 0]->value;
	fields->year = year_from_number(numbers[2]);
	return numbers[2]->length == 2 || is_year(numbers[2]) ? 0 : -EINVAL;
}

/* Two numbers that stand for year and month: "2004/05". */
static int set_year_and_month(struct tokens *tokens, struct token *const numbers[])
{
	if (numbers[0]->length != 4 || numbers[1] != numbers[0] + 2 || tokens->has_time)
		return -EINVAL;
	tokens->fields.year = numbers[0]->value;
	tokens->fields.month = numbers[1]->value;
	tokens->fields.day = 1;
	return 0;
}

/* "01 Jan 04 1948 GMT": four digits after the year are a time without its colon. */
static bool take_bare_time(struct tokens *tokens, struct token *number)
{
	if (tokens->has_time || number->length != 4)
		return false;
	tokens->fields.hour = number->value / 100;
	tokens->fields.minute = number->value % 100;
	tokens->has_time = true;
	number->used = true;
	return find_zone(tokens, number + 1) == 0;
}

static int find_date(struct tokens *tokens)
{
	struct token *numbers[NUMBERS_MAX];
	int month = find_month(tokens);
	size_t count = 0;

	for (struct token *token = tokens->list; token->kind != TOKEN_END; token++) {
		if (token->kind != TOKEN_NUMBER || token->used)
			continue;
		if (token->length > 4 || count == NUMBERS_MAX)
			return -EINVAL;
		numbers[count++] = token;
	}
	if (month > 0 && count == 3 && !is_year(numbers[0]) && take_bare_time(tokens, numbers[2]))
		count = 2;
	if (count == 3)
		return set_numbers(tokens, numbers);
	if (month > 0)
		return set_named(tokens, month, numbers, count);
	return count == 2 ? set_year_and_month(tokens, numbers) : -EINVAL;
}

/* Korean sites give no zone; there is one in which all of them are. */
static bool is_korean(const struct tokens *tokens)
{
	for (const struct token *token = tokens->list; token->kind != TOKEN_END; token++)
		if (is_word(token, "년") || is_word(token, "오전") || is_word(token, "오후"))
			return true;
	return false;
}

int datetime_read_loose(const char *text, struct datetime_fields *ret)
{
	struct tokens tokens; /* large: only what needs it is set */
	struct token *end;
	int r;

	tokens.folded[0] = '\0';
	tokens.fields = (struct datetime_fields){0};
	tokens.has_time = false;
	tokens.has_zone = false;
	r = tokenize(text, &tokens);
	if (r < 0)
		return r;
	r = find_time(&tokens, &end);
	if (r < 0)
		return r;
	if (tokens.has_time) {
		r = find_zone(&tokens, end);
		if (r < 0)
			return r;
	}
	r = find_date(&tokens);
	if (r < 0)
		return r;
	if (!tokens.has_zone && is_korean(&tokens))
		tokens.fields.offset = KOREA_OFFSET;
	*ret = tokens.fields;
	return 0;
}
