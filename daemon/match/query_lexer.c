#include "match/query_lexer.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "base/macro.h"
#include "match/query.h"

enum {
	FIELD_NAME_MAX = 16, /* longer prefixes are no fields */
};

bool lexer_is_quote(uint32_t c)
{
	return c == '"' || c == 0x201C || c == 0x201D || c == 0x201E || c == 0x201F || c == 0xFF02;
}

bool lexer_is_space(uint32_t c)
{
	return u_isUWhiteSpace((UChar32)c);
}

static void skip_space(struct lexer *lexer)
{
	while (lexer->at < lexer->count && lexer_is_space(lexer->chars[lexer->at]))
		lexer->at++;
}

size_t lexer_word_end(const struct lexer *lexer, size_t at)
{
	while (at < lexer->count && !lexer_is_space(lexer->chars[at]) && lexer->chars[at] != '(' &&
		lexer->chars[at] != ')' && !lexer_is_quote(lexer->chars[at]))
		at++;
	return at;
}

static bool is_text(const struct lexer *lexer, size_t start, size_t end, const char *text)
{
	for (; start < end && *text; start++, text++)
		if (lexer->chars[start] != (unsigned char)*text)
			return false;
	return start == end && !*text;
}

static bool begins_with(const struct lexer *lexer, size_t start, size_t end, const char *text)
{
	size_t length = strlen(text);

	return end - start >= length && is_text(lexer, start, start + length, text);
}

static enum lexeme word_lexeme(const struct lexer *lexer)
{
	static const struct {
		const char *text;
		bool number; /* "/" and a number may follow */
		enum lexeme lexeme;
	} operators[] = {
		{"AND", false, LEX_AND},
		{"OR", false, LEX_OR},
		{"NOT", false, LEX_NOT},
		{"NEAR", false, LEX_NEAR},
		{"NEAR/", true, LEX_NEAR},
		{"ONEAR", false, LEX_ONEAR},
		{"ONEAR/", true, LEX_ONEAR},
		{"ATLEAST/", true, LEX_ATLEAST},
	};
	size_t end = lexer_word_end(lexer, lexer->at);

	for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
		if (operators[i].number ? begins_with(lexer, lexer->at, end, operators[i].text)
					: is_text(lexer, lexer->at, end, operators[i].text))
			return operators[i].lexeme;
	return LEX_WORD;
}

enum lexeme lexer_peek(struct lexer *lexer)
{
	uint32_t c;

	skip_space(lexer);
	if (lexer->at == lexer->count)
		return LEX_END;
	c = lexer->chars[lexer->at];
	if (lexer_is_quote(c))
		return LEX_QUOTE;
	switch (c) {
	case '(':
		return LEX_OPEN;
	case ')':
		return LEX_CLOSE;
	case '=':
		return LEX_EQUALS;
	case '/':
		return LEX_REGEX;
	case '^':
		return LEX_BOOST;
	case '-':
		return lexer->at + 1 < lexer->count && !lexer_is_space(lexer->chars[lexer->at + 1])
			? LEX_MINUS
			: LEX_WORD;
	default:
		return word_lexeme(lexer);
	}
}

bool lexeme_begins_operand(enum lexeme lexeme)
{
	return lexeme >= LEX_QUOTE || lexeme == LEX_OPEN || lexeme == LEX_NOT ||
		lexeme == LEX_MINUS;
}

int lexer_number(const struct lexer *lexer, size_t start, size_t end, int max)
{
	int number = 0;

	if (start == end)
		return -1;
	for (; start < end; start++) {
		if (lexer->chars[start] < '0' || lexer->chars[start] > '9')
			return -1;
		number = number * 10 + (int)(lexer->chars[start] - '0');
		if (number > max)
			return -1;
	}
	return number;
}

size_t lexer_boost_end(const struct lexer *lexer, size_t at)
{
	size_t end = at;

	while (end < lexer->count && lexer->chars[end] - '0' < 10)
		end++;
	if (end == at || end == lexer->count || lexer->chars[end] != '.')
		return end;
	at = end++;
	while (end < lexer->count && lexer->chars[end] - '0' < 10)
		end++;
	return end == at + 1 ? at : end;
}

size_t lexer_pattern_end(const struct lexer *lexer, size_t at)
{
	while (at < lexer->count && lexer->chars[at] != '/')
		at += lexer->chars[at] == '\\' ? 2 : 1;
	return at < lexer->count ? at : lexer->count;
}

size_t lexer_prefix_end(const struct lexer *lexer)
{
	size_t end = lexer->at;

	while (end < lexer->count && (lexer->chars[end] | 0x20) - 'a' < 26)
		end++;
	return end > lexer->at && end < lexer->count && lexer->chars[end] == ':' ? end : 0;
}

/* A word `foo:bar` is meant as a field, unless it has a capital or is the start of an address. */
bool lexer_is_unknown_field(const struct lexer *lexer, size_t colon)
{
	for (size_t i = lexer->at; i < colon; i++)
		if (lexer->chars[i] < 'a')
			return false;
	return colon + 2 >= lexer->count || lexer->chars[colon + 1] != '/' ||
		lexer->chars[colon + 2] != '/';
}

unsigned lexer_field(const struct lexer *lexer, size_t end)
{
	char name[FIELD_NAME_MAX];
	size_t length = end - lexer->at;

	if (length > sizeof(name))
		return 0;
	for (size_t i = 0; i < length; i++)
		name[i] = (char)lexer->chars[lexer->at + i];
	return query_field_from_name(name, length);
}

char *lexer_text(const struct lexer *lexer, size_t start, size_t end, struct arena *arena)
{
	char *text = arena_alloc(arena, U8_MAX_LENGTH * (end - start) + 1);
	size_t length = 0;

	if (!text)
		return NULL;
	for (size_t i = start; i < end; i++)
		U8_APPEND_UNSAFE((uint8_t *)text, length, lexer->chars[i]);
	text[length] = '\0';
	return text;
}
