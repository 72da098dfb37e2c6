#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unicode/ucnv.h>

#include "base/buffer.h"
#include "base/macro.h"
#include "text/char_reference.h"
#include "text/tokenizer.h"

enum {
	LINE_MAX_BYTES = 64 * 1024,
	ROUNDS = 20000, /* of random texts on both paths */
	RANDOM_BYTES = 200,
};

static int set_up(void **state)
{
	return tokenizer_new((struct tokenizer **)state);
}

static int tear_down(void **state)
{
	tokenizer_free(*state);
	return 0;
}

/*
 * The tokens as "folded|folded", or with all that is known of them.  The text stands in a piece of
 * memory of its own length, so that reading beyond it is seen.
 */
static char *line_of(struct tokenizer *tokenizer, const char *text, unsigned options, bool full)
{
	struct buffer buffer = BUFFER_INIT(LINE_MAX_BYTES);
	size_t length = strlen(text);
	char *piece = malloc(length);
	struct token_list list;

	assert_true(piece || length == 0);
	if (length > 0)
		memcpy(piece, text, length);
	assert_int_equal(tokenizer_run(tokenizer, piece, length, options, &list, NULL), 0);
	for (size_t i = 0; i < list.count; i++) {
		const struct token *token = &list.tokens[i];

		(void)buffer_printf(&buffer, "%s%.*s", i > 0 ? "|" : "", (int)token->folded_length,
			list.folded + token->folded);
		if (full)
			(void)buffer_printf(&buffer, "/%.*s/%u/%x", (int)token->raw_length,
				list.raw + token->raw, token->before, token->after);
	}
	if (!buffer.bytes)
		(void)buffer_add_string(&buffer, "");
	assert_int_equal(buffer.failed, 0);
	free(piece);
	return buffer_take(&buffer);
}

static void check(struct tokenizer *tokenizer, const char *text, const char *expected)
{
	const unsigned paths[] = {TOKENS_REFERENCES, TOKENS_REFERENCES | TOKENS_OFFSETS};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		char *line = line_of(tokenizer, text, paths[i], false);

		if (strcmp(line, expected) != 0)
			print_error("%s, path %zu\n", text, i);
		assert_string_equal(line, expected);
		free(line);
	}
}

static void test_references_are_read_once(void **state)
{
	check(*state, "AT&amp;T &#8364;5 &amp;lt &#x41;&apos;s b", "at&t|5|lt|a|b");
	check(*state, "a&#146;s &#0; &#xD800; &#1114112; &unknown;", "a|0|xd800|1114112|unknown");
	check(*state, "&eacute;t&eacute &Eacute;", "et|eacute|e");
}

static void test_references_of_a_text_are_read_up_to_its_limit(void **state)
{
	static const char plain[] = "R&D &amp";
	struct arena *arena;
	const char *read;

	(void)state;
	assert_int_equal(arena_new(4096, &arena), 0);
	assert_int_equal(char_references_read(plain, 100, arena, &read), 0);
	assert_ptr_equal(read, plain);
	assert_int_equal(
		char_references_read("&lt;caf&eacute;&gt; &amp;lt;&x;", 100, arena, &read), 0);
	assert_string_equal(read, "<caf\xC3\xA9> &lt;&x;");
	/* What is beyond goes, and so does a character that is cut; where nothing is read, it
	 * stays.
	 */
	assert_int_equal(char_references_read("&lt;a\xC3\xA9x", 6, arena, &read), 0);
	assert_string_equal(read, "<a");
	assert_int_equal(char_references_read("abc&lt;", 5, arena, &read), 0);
	assert_string_equal(read, "abc&lt;");
	arena_free(arena);
}

static void test_numbers_of_windows_1252_are_its_characters(void **state)
{
	static const unsigned holes[] = {0x81, 0x8D, 0x8F, 0x90, 0x9D};
	UErrorCode error = U_ZERO_ERROR;
	UConverter *converter = ucnv_open("windows-1252", &error);

	(void)state;
	assert_true(U_SUCCESS(error));
	for (unsigned number = 0x80; number < 0xA0; number++) {
		const char byte = (char)number;
		UChar expected[2] = {0};
		char reference[16];
		uint32_t c = 0;
		int length = snprintf(reference, sizeof(reference), "&#%u;", number);
		bool is_hole = false;

		for (size_t i = 0; i < ARRAY_SIZE(holes); i++)
			is_hole |= holes[i] == number;
		(void)ucnv_toUChars(converter, expected, 2, &byte, 1, &error);
		assert_int_equal(char_reference_read(reference, (size_t)length, &c), length);
		assert_int_equal(c, is_hole ? number : expected[0]);
	}
	ucnv_close(converter);
}

static void test_possessives_go(void **state)
{
	check(*state, "Kim's. KIM'S x's-y U.S.'s", "kim|kim|x|y|us");
	check(*state, "it\xE2\x80\x99s don't 's a 'sit rock'n's", "it|don|t|s|a|sit|rock|n");
	check(*state, "kim's's kim'st", "kim|kim|st");
}

static void test_thousands_commas_go(void **state)
{
	check(*state, "1,000 12,345,678 999,999.5", "1000|12345678|999999.5");
	check(*state, "1,00 1,0000 1234,567 1,000,00 .1,000 x,1,000",
		"1|00|1|0000|1234|567|1|000|00|1|000|x|1|000");
	check(*state, "1,000,x 1,000, 2", "1000|x|1000|2");
}

static void test_dots_join_digits_and_acronyms(void **state)
{
	check(*state, "1.5m v2.0 2.0.1 a.5 5.a example.com", "1.5m|v2.0|2.0.1|a|5|5|a|example|com");
	check(*state, "U.S. U.S.A J.P. Morgan J.P.Morgan Ph.D. e.g.",
		"us|usa|jp|morgan|j|p|morgan|ph|d|eg");
	check(*state, "(U.S.) ...U.S. 1.U.S. U.S.2 U.S..", "us|us|1|u|s|u|s|2|us");
}

static void test_ampersand_joins_short_runs(void **state)
{
	check(*state, "AT&T S&P R&D AT & T Marks&Spencer", "at&t|s&p|r&d|at|t|marks|spencer");
	check(*state, "A&B&C abc&def abcd&e 1&2", "a&b&c|abc&def|abcd|e|1&2");
	check(*state, "\xE6\x9D\xB1&\xE4\xBA\xAC", "\xE6\x9D\xB1|\xE4\xBA\xAC");
}

static void test_ampersand_separates_in_addresses(void **state)
{
	char *line = line_of(*state, "http://x.org/?a=b&c", TOKENS_URL, false);

	assert_string_equal(line, "http|x|org|a|b|c");
	free(line);
}

static void test_unspaced_scripts_are_cut_into_characters(void **state)
{
	check(*state, "LG\xE5\x85\xA8\xE9\x83\xA8 24\xE6\x97\xA5",
		"lg|\xE5\x85\xA8|\xE9\x83\xA8|24|\xE6\x97\xA5");
	/* Half-width ga-su with its voiced mark; Thai with vowel signs. */
	check(*state, "\xEF\xBD\xB6\xEF\xBE\x9E\xEF\xBD\xBD", "\xE3\x82\xAC|\xE3\x82\xB9");
	check(*state, "\xE0\xB8\x81\xE0\xB8\xA3\xE0\xB8\xB8",
		"\xE0\xB8\x81|\xE0\xB8\xA3\xE0\xB8\xB8");
}

static void test_invisible_characters_go(void **state)
{
	check(*state,
		"re\xC2\xADsign Win\xE2\x80\x8C"
		"dows Tom\xE2\x80\x8BSawyer \xEF\xBB\xBFx",
		"resign|windows|tom|sawyer|x");
}

static void test_digits_of_all_scripts_are_digits(void **state)
{
	check(*state,
		"\xD9\xA1\xD9\xA2\xD9\xA3 CO\xE2\x82\x82 m\xC2\xB2 "
		"\xEF\xBC\x91\xEF\xBC\x8C\xEF\xBC\x90\xEF\xBC\x90\xEF\xBC\x90",
		"123|co2|m|1000");
}

static void test_folding_forgets_case_and_accents(void **state)
{
	check(*state,
		"Zo\xC3\xAB STRASSE Stra\xC3\x9F"
		"e \xC4\xB0\xC4\xB1I",
		"zoe|strasse|strasse|iii");
	check(*state, "\xCE\x9F\xCE\x94\xCE\x9F\xCE\xA3 \xCE\xBF\xCE\xB4\xCE\xBF\xCF\x82",
		"\xCE\xBF\xCE\xB4\xCE\xBF\xCF\x83|\xCE\xBF\xCE\xB4\xCE\xBF\xCF\x83");
	check(*state,
		"\xEF\xAC\x81n \xC5\x81\xC3\xB3"
		"d\xC5\xBA \xC3\x86ther \xC3\x9Eor S\xC3\xB8ren",
		"fin|lodz|aether|thor|soren");
	/* Decomposed: e and a combining acute. */
	check(*state, "cafe\xCC\x81", "cafe");
	/* A Devanagari vowel sign is kept: it tells words apart. */
	check(*state, "\xE0\xA4\x95\xE0\xA4\xBF", "\xE0\xA4\x95\xE0\xA4\xBF");
}

static void test_signs_are_remembered(void **state)
{
	char *line = line_of(*state,
		"#a C++ $5bn 7% \xE2\x82\xAC"
		"5 \xC2\xA3"
		"6 C#d @e+ \xE2\x82\xB9"
		"8 \xE2\x82\xA9"
		"9",
		0, true);

	assert_string_equal(line,
		"a/a/1/0|c/C/0/5|5bn/5bn/3/0|7/7/0/3|5/5/4/0|6/6/5/0|c/C/0/2|d/d/1/0|e/e/2/1|8/8/0/"
		"0|"
		"9/9/0/0");
	free(line);
}

static void test_offsets_lead_back_to_the_source(void **state)
{
	const char *text = "x &amp; Kim\xE2\x80\x99s na\xC3\xAFve";
	struct token_list list;

	assert_int_equal(tokenizer_run(*state, text, strlen(text),
				 TOKENS_REFERENCES | TOKENS_OFFSETS, &list, NULL),
		0);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.tokens[1].begin, 8);
	assert_int_equal(list.tokens[1].end, 8 + strlen("Kim\xE2\x80\x99s"));
	assert_int_equal(list.tokens[2].begin, 16);
	assert_int_equal(list.tokens[2].end, strlen(text));
}

static void test_text_without_words_has_no_tokens(void **state)
{
	check(*state, "", "");
	check(*state, "... -- !", "");
	check(*state, "\xCC\x81 \xE2\x80\x8B", "");
}

static void test_word_of_any_length_is_one_token(void **state)
{
	char *text = malloc(70001);
	struct token_list list;

	memset(text, 'x', 70000);
	text[70000] = '\0';
	assert_int_equal(tokenizer_run(*state, text, 70000, 0, &list, NULL), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.tokens[0].folded_length, 70000);
	free(text);
}

/* Wildcards are given as the tokeniser knows them: U+FDD0 for `?`, U+FDD1 for `*`. */
static void test_misplaced_wildcard_is_told(void **state)
{
	const struct {
		const char *text;
		unsigned options;
		int result;
		size_t wildcard;
	} cases[] = {
		{"missile\xEF\xB7\x91", TOKENS_WORD, 0, 0},
		{"m\xEF\xB7\x91", TOKENS_WORD, -22, 0},
		{"wom\xEF\xB7\x90n", TOKENS_WORD, 0, 0},
		{"wom\xEF\xB7\x90", TOKENS_WORD, -22, 0},
		{"wom\xEF\xB7\x90", TOKENS_PHRASE, 0, 0},
		{"wo\xEF\xB7\x90m ab\xEF\xB7\x91"
		 "c",
			TOKENS_PHRASE, -22, 1},
		{"\xE6\x9D\xB1\xE4\xBA\xAC\xEF\xB7\x91", TOKENS_WORD, -22, 0},
		{"U.S.\xEF\xB7\x91", TOKENS_WORD, 0, 0},
		/* Of several the first is told. */
		{"\xEF\xB7\x91issile\xEF\xB7\x90", TOKENS_WORD, -22, 0},
		{"mis\xEF\xB7\x91\xEF\xB7\x90", TOKENS_WORD, -22, 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct token_list list;
		size_t wildcard = 0;

		assert_int_equal(tokenizer_run(*state, cases[i].text, strlen(cases[i].text),
					 cases[i].options, &list, &wildcard),
			cases[i].result);
		assert_int_equal(wildcard, cases[i].wildcard);
	}
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed >> 11;
}

/* The plain path must give what the general one gives, whatever stands side by side. */
static void test_both_paths_agree_on_random_texts(void **state)
{
	static const char *const pieces[] = {"a", "B", "s", "S", "1", "2", "000", "'", "'s", ",",
		".", "&", "#", "+", "%", "$", "@", " ", "-", "_", "\n", "U.S", "x.y.", "AT&T",
		"1,000", "\xE2\x80\x99", "\xE2\x80\x99s", "\xE2\x80\x9C", "\xE2\x82\xAC",
		"\xC2\xA3", "\xC2\xA5", "\xC2\xA0", "\xE2\x80\x94", "&amp;", "&#39;", "\x01",
		"\x02", "abcdefgh", "\xE2\x80\xA6", "\xC2\xB7", "&#", "&am", "\xC3\xA9", "\xC3\x89",
		"\xC3\xB6", "\xC3\x9F", "\xC3\x97", "\xC3\x86", "\xC5\x84", "\xC4\xB0", "\xC4\xB1",
		"\xC7\x86", "\xC5\x89", "\xD0\x9C", "\xD0\xB9", "Jos\xC3\xA9", "\xC3\x89.U.",
		"\xC3\xA9&\xC3\xB8", "\xCE\xB1", "\xCC\x81", "\xD2\x83"};
	uint64_t seed = 88172645463325252ULL;

	for (int round = 0; round < ROUNDS; round++) {
		char text[RANDOM_BYTES] = "";
		size_t count = next_random(&seed) % 40;
		char *plain;
		char *general;

		for (size_t i = 0; i < count && strlen(text) < sizeof(text) - 16; i++)
			strcat(text, pieces[next_random(&seed) % ARRAY_SIZE(pieces)]);
		plain = line_of(*state, text, TOKENS_REFERENCES, true);
		general = line_of(*state, text, TOKENS_REFERENCES | TOKENS_OFFSETS, true);
		if (strcmp(plain, general) != 0)
			print_error("%s\n", text);
		assert_string_equal(plain, general);
		free(plain);
		free(general);
	}
}

/* Each letter alone, beside others and as an acronym, from below the letters to beyond them. */
static void test_both_paths_agree_on_every_letter(void **state)
{
	for (unsigned c = 0x80; c < 0x600; c++) {
		char letter[3] = {(char)(0xC0 | c >> 6), (char)(0x80 | (c & 0x3F)), '\0'};
		char text[64];
		char *plain;
		char *general;

		(void)snprintf(text, sizeof(text), "%s x%sy %s.%s. %s's A.%s &%s %s&b", letter,
			letter, letter, letter, letter, letter, letter, letter);
		plain = line_of(*state, text, TOKENS_REFERENCES, true);
		general = line_of(*state, text, TOKENS_REFERENCES | TOKENS_OFFSETS, true);
		assert_string_equal(plain, general);
		free(plain);
		free(general);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_references_are_read_once),
		cmocka_unit_test(test_references_of_a_text_are_read_up_to_its_limit),
		cmocka_unit_test(test_numbers_of_windows_1252_are_its_characters),
		cmocka_unit_test(test_possessives_go),
		cmocka_unit_test(test_thousands_commas_go),
		cmocka_unit_test(test_dots_join_digits_and_acronyms),
		cmocka_unit_test(test_ampersand_joins_short_runs),
		cmocka_unit_test(test_ampersand_separates_in_addresses),
		cmocka_unit_test(test_unspaced_scripts_are_cut_into_characters),
		cmocka_unit_test(test_invisible_characters_go),
		cmocka_unit_test(test_digits_of_all_scripts_are_digits),
		cmocka_unit_test(test_folding_forgets_case_and_accents),
		cmocka_unit_test(test_signs_are_remembered),
		cmocka_unit_test(test_offsets_lead_back_to_the_source),
		cmocka_unit_test(test_text_without_words_has_no_tokens),
		cmocka_unit_test(test_word_of_any_length_is_one_token),
		cmocka_unit_test(test_misplaced_wildcard_is_told),
		cmocka_unit_test(test_both_paths_agree_on_random_texts),
		cmocka_unit_test(test_both_paths_agree_on_every_letter),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
