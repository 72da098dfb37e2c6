#include "extract/date_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/datetime.h"

enum {
	YEAR_MIN = 1990,
	YEAR_MAX = 2099,
	TOKENS_MAX = 40,
	DATE_TOKENS_MAX = 6, /* "Monday, 03 de mayo de 2020" needs the last five */
	TIME_TOKENS_MAX = 4, /* behind the date: "at 10:00 pm EDT" */
};

static bool is_plausible(int64_t seconds)
{
	return seconds >= datetime_days(YEAR_MIN, 1, 1) * 86400 &&
		seconds < datetime_days(YEAR_MAX + 1, 1, 1) * 86400;
}

/* A year alone is no date: more digits are needed than its four. */
static bool has_day(const char *text, size_t length)
{
	size_t digits = 0;

	for (size_t i = 0; i < length; i++)
		digits += isdigit((unsigned char)text[i]) != 0;
	return digits > 4;
}

/* "03/05/2020" with dots is read as most of the world means it, and no differently else. */
static void put_day_first(char *text)
{
	char *at = text + strcspn(text, "0123456789");
	size_t first = strspn(at, "0123456789");
	size_t second = at[first] == '/' ? strspn(at + first + 1, "0123456789") : 0;

	if (first < 1 || first > 2 || second < 1 || second > 2 || at[first + 1 + second] != '/')
		return;
	at[first] = at[first + 1 + second] = '.';
}

bool date_read(const char *text, size_t length, bool day_first, struct page_time *ret)
{
	char copy[DATETIME_BYTES_MAX];
	struct page_time found;

	if (length == 0 || length >= sizeof(copy) || !has_day(text, length))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (day_first)
		put_day_first(copy);
	if (datetime_parse_zoned(copy, &found.seconds, &found.offset) < 0 ||
		!is_plausible(found.seconds))
		return false;
	*ret = found;
	return true;
}

bool date_has_year(const char *text, size_t length)
{
	for (size_t i = 0; i + 4 <= length; i++) {
		if ((text[i] == '1' && text[i + 1] == '9') ||
			(text[i] == '2' && text[i + 1] == '0'))
			if (isdigit((unsigned char)text[i + 2]) &&
				isdigit((unsigned char)text[i + 3]) &&
				(i == 0 || !isdigit((unsigned char)text[i - 1])) &&
				(i + 4 == length || !isdigit((unsigned char)text[i + 4])))
				return true;
	}
	return false;
}

struct token {
	const char *text;
	size_t length;
};

static size_t cut_tokens(const char *text, size_t length, struct token tokens[TOKENS_MAX])
{
	size_t count = 0;
	size_t i = 0;

	while (i < length && count < TOKENS_MAX) {
		size_t start;

		while (i < length && (text[i] == ' ' || text[i] == '\t'))
			i++;
		start = i;
		while (i < length && text[i] != ' ' && text[i] != '\t')
			i++;
		/* "Date:2025-04-15" */
		for (size_t k = start; k + 1 < i; k++)
			if (text[k] == ':' && !isdigit((unsigned char)text[start]) &&
				isdigit((unsigned char)text[k + 1]))
				start = k + 1;
		if (i > start)
			tokens[count++] = (struct token){text + start, i - start};
	}
	return count;
}

/* The words before a token and with it, as few as make a date; sets where they begin. */
static bool read_before(const struct token *tokens, size_t at, const char *stop, bool day_first,
	const char **ret_start, struct page_time *ret)
{
	size_t most = at + 1 < DATE_TOKENS_MAX ? at + 1 : DATE_TOKENS_MAX;

	for (size_t back = 0; back < most; back++) {
		*ret_start = tokens[at - back].text;
		if (date_read(*ret_start, (size_t)(stop - *ret_start), day_first, ret))
			return true;
	}
	return false;
}

static int64_t day_of(const struct page_time *time)
{
	return (time->seconds + (int64_t)time->offset * 60) / 86400;
}

/* A time behind a date makes it the more exact, but may not make it another. */
static void read_time(const struct token *tokens, size_t at, size_t count, const char *start,
	bool day_first, struct page_time *date)
{
	for (size_t more = TIME_TOKENS_MAX; more > 0; more--) {
		struct page_time found;
		const char *stop;

		if (at + more >= count)
			continue;
		stop = tokens[at + more].text + tokens[at + more].length;
		if (memchr(tokens[at + 1].text, ':', (size_t)(stop - tokens[at + 1].text)) &&
			date_read(start, (size_t)(stop - start), day_first, &found) &&
			day_of(&found) == day_of(date)) {
			*date = found;
			return;
		}
	}
}

/* Whether a text that begins with a year tells a day: by a third number, or behind a month's name.
 */
static bool tells_day(const char *text, size_t length)
{
	size_t numbers = 0;
	size_t letters = 0;
	bool name = false;

	for (size_t i = 0; i < length; i++) {
		bool digit = isdigit((unsigned char)text[i]);
		/* A sign of the Far East, as "年", is one of three bytes. */
		bool letter = isalpha((unsigned char)text[i]) || (unsigned char)text[i] >= 0x80;

		letters = letter ? letters + 1 : 0;
		name = name || letters > 3 || (letters == 3 && isalpha((unsigned char)text[i - 2]));
		numbers += digit && (i == 0 || !isdigit((unsigned char)text[i - 1]));
	}
	return numbers > 2 || (numbers == 2 && name && isdigit((unsigned char)*text));
}

/* "2020. 5. 3.": the year first, then as few words as make a date. */
static bool read_behind(
	const struct token *tokens, size_t at, size_t count, bool day_first, struct page_time *ret)
{
	for (size_t more = 2; more < DATE_TOKENS_MAX && at + more < count; more++) {
		const struct token *last = &tokens[at + more];
		size_t length = (size_t)(last->text + last->length - tokens[at].text);

		if (tells_day(tokens[at].text, length) &&
			date_read(tokens[at].text, length, day_first, ret))
			return true;
	}
	return false;
}

/* The date whose last part, or first, is the token. */
static bool read_at(
	const struct token *tokens, size_t at, size_t count, bool day_first, struct page_time *ret)
{
	const char *end = tokens[at].text + tokens[at].length;
	const char *start;

	while (end > tokens[at].text && strchr(",.;)|", end[-1]))
		end--;
	if (!read_before(tokens, at, end, day_first, &start, ret))
		return read_behind(tokens, at, count, day_first, ret);
	read_time(tokens, at, count, start, day_first, ret);
	return true;
}

bool date_find(const char *text, size_t length, bool day_first, struct page_time *ret)
{
	struct token tokens[TOKENS_MAX];
	size_t count = cut_tokens(text, length, tokens);

	for (size_t i = 0; i < count; i++)
		if (date_has_year(tokens[i].text, tokens[i].length) &&
			read_at(tokens, i, count, day_first, ret))
			return true;
	return false;
}

/* Two numbers, two more, two of a year, and the same sign between. */
static bool is_short_date(const char *text, size_t length)
{
	size_t at = 0;
	char sign = '\0';

	for (unsigned part = 0; part < 3; part++) {
		size_t digits = 0;

		while (at + digits < length && isdigit((unsigned char)text[at + digits]))
			digits++;
		if (digits < (part == 2 ? 2U : 1U) || digits > 2)
			return false;
		at += digits;
		if (part == 2)
			break;
		if (at == length || !strchr("./-", text[at]) || (part == 1 && text[at] != sign))
			return false;
		sign = text[at++];
	}
	return at == length;
}

bool date_find_short(const char *text, size_t length, bool day_first, struct page_time *ret)
{
	struct token tokens[TOKENS_MAX];
	size_t count = cut_tokens(text, length, tokens);

	for (size_t i = 0; i < count; i++) {
		size_t size = tokens[i].length;
		char full[16];

		while (size > 0 && strchr(",.;)|", tokens[i].text[size - 1]))
			size--;
		if (!is_short_date(tokens[i].text, size))
			continue;
		(void)snprintf(full, sizeof(full), "%.*s20%.2s", (int)size - 2, tokens[i].text,
			tokens[i].text + size - 2);
		if (date_read(full, strlen(full), day_first, ret))
			return true;
	}
	return false;
}
