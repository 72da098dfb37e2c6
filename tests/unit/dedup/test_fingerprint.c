#include "unit/dedup/stories.h"

#include <ctype.h>

#include "dedup/fingerprint_view.h"
#include "dedup/sentences.h"

static struct fingerprint *make(struct arena *arena, const char *title, const char *text)
{
	const struct article article = {.title = title, .text = text};
	struct fingerprint *fingerprint;

	assert_int_equal(fingerprint_make(&article, arena, &fingerprint), 0);
	return fingerprint;
}

static int set_up(void **state)
{
	struct arena *arena;

	if (arena_new((size_t)16 * 1024 * 1024, &arena) < 0)
		return -1;
	*state = arena;
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static bool equal(const struct fingerprint *a, const struct fingerprint *b)
{
	size_t a_length;
	size_t b_length;
	const void *a_bytes = fingerprint_bytes(a, &a_length);
	const void *b_bytes = fingerprint_bytes(b, &b_length);

	return a_length == b_length && memcmp(a_bytes, b_bytes, a_length) == 0;
}

static void test_case_accents_and_quotes_make_no_difference(void **state)
{
	assert_true(equal(
		make(*state, "A title", "Le café de Zoë a fermé, a dit le maire de Nîmes."),
		make(*state, "a title", "Le cafe de Zoe a ferme, a dit le maire de Nimes.")));
	assert_true(equal(make(*state, "", "He said “no” to the mayor’s men in Leeds."),
		make(*state, "", "He said \"no\" to the mayor's men in Leeds.")));
	assert_true(equal(make(*state, "", "It cost the U.S. some 1,200 dollars in March."),
		make(*state, "", "It cost the US some 1200 dollars in March.")));
	assert_false(equal(make(*state, "", "It cost the firm 1,200 dollars in March."),
		make(*state, "", "It cost the firm 1,300 dollars in March.")));
}

static void test_how_characters_are_written_makes_no_difference(void **state)
{
	assert_true(equal(make(*state, "AT&amp;T&#8217;s men",
				  "&quot;No&quot; to Zo&euml;&#x2019;s 5&nbsp;men."),
		make(*state, "AT&T’s men", "“No” to Zoë’s 5 men.")));
	assert_true(
		equal(make(*state, "ＪＲ東日本", "１２日午後、ＪＲの２，３００人に５．２億円。"),
			make(*state, "JR東日本", "12日午後、JRの2,300人に5.2億円。")));
	assert_true(equal(make(*state, "", "أصيب ٤٣ شخصا في زلزال بقوة ٥٫٨ و ١٬٢٠٠ منزل."),
		make(*state, "", "أصيب 43 شخصا في زلزال بقوة 5.8 و 1,200 منزل.")));
	assert_false(equal(make(*state, "", "１２日午後"), make(*state, "", "13日午後")));
	assert_false(equal(make(*state, "", "R&bogus; and &amp"), make(*state, "", "R and")));
}

/* The text with a soft hyphen behind each letter: nothing is seen of it, but no word is plain. */
static char *soften(struct arena *arena, const char *text)
{
	char *soft = arena_alloc(arena, 3 * strlen(text) + 1);
	char *to = soft;

	assert_non_null(soft);
	for (; *text; text++) {
		*to++ = *text;
		if (isalpha((unsigned char)*text))
			to = stpcpy(to, "\u00AD");
	}
	return soft;
}

static void test_plain_words_are_read_as_others_are(void **state)
{
	static const char *const texts[] = {"a", "I", "I.", "Word",
		"A plain sentence, with a comma; it ends here.",
		"The U.S. and J. Smith met in St. Louis on the 3rd of May. It was late.",
		"NATO and McDonald's said \"no\" to O'Brien's plan (again) by 4pm, and left",
		"LONDON (Reuters) - The mayor said that nothing was decided. More follows today",
		"One two three four five six seven eight nine ten eleven twelve thirteen fourteen",
		"Caf\u00E9 society in Gda\u0144sk and na\u00EFve plans of the mayor of the town."};
	char *longest = arena_alloc(*state, 301);

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_true(equal(make(*state, texts[i], texts[i]),
			make(*state, soften(*state, texts[i]), soften(*state, texts[i]))));
	/* Letters are counted up to 255. */
	assert_non_null(longest);
	memset(longest, 'x', 300);
	assert_true(equal(make(*state, "", longest), make(*state, "", soften(*state, longest))));
}

static void test_fingerprint_survives_the_store(void **state)
{
	struct fingerprint *made = make(*state, "Title", "The quick brown fox of Leeds ran 12 km.");
	struct fingerprint *read;
	size_t length;
	const void *bytes = fingerprint_bytes(made, &length);

	assert_int_equal(fingerprint_from_bytes(bytes, length, *state, &read), 0);
	assert_true(equal(made, read));
}

static void test_other_version_is_stale(void **state)
{
	struct fingerprint *fingerprint = make(*state, "Title", "Some words.");
	unsigned char copy[256];
	size_t length;
	const void *bytes = fingerprint_bytes(fingerprint, &length);

	assert_true(length < sizeof(copy));
	memcpy(copy, bytes, length);
	copy[0]++;
	assert_int_equal(fingerprint_from_bytes(copy, length, *state, &fingerprint), -ESTALE);
}

static void test_cut_or_grown_bytes_are_refused(void **state)
{
	struct fingerprint *fingerprint = make(*state, "Title", "The quick fox ran. It hid.");
	unsigned char copy[512] = {0};
	size_t length;
	const void *bytes = fingerprint_bytes(fingerprint, &length);

	assert_true(length + 1 < sizeof(copy));
	memcpy(copy, bytes, length);
	for (size_t cut = 0; cut < length; cut++)
		assert_int_equal(fingerprint_from_bytes(copy, cut, *state, &fingerprint), -EBADMSG);
	assert_int_equal(fingerprint_from_bytes(copy, length + 1, *state, &fingerprint), -EBADMSG);
}

/* Each byte in turn takes each value: refused or read, never beyond the bytes (see ASan). */
static void test_any_damage_is_refused_or_harmless(void **state)
{
	struct fingerprint *made = make(*state, "Title", "The quick fox ran away. It hid.");
	size_t length;
	const unsigned char *bytes = fingerprint_bytes(made, &length);
	_cleanup_(freep) unsigned char *copy = malloc(length);
	struct arena *arena;
	unsigned refused = 0;

	assert_non_null(copy);
	assert_int_equal(arena_new((size_t)1024 * 1024, &arena), 0);
	memcpy(copy, bytes, length);
	for (size_t i = 0; i < length; i++) {
		for (unsigned value = 0; value < 256; value++) {
			struct fingerprint *read;
			int r;

			copy[i] = (unsigned char)value;
			arena_reset(arena);
			r = fingerprint_from_bytes(copy, length, arena, &read);
			assert_true(r == 0 || r == -EBADMSG || r == -ESTALE);
			refused += r < 0;
		}
		copy[i] = bytes[i];
	}
	assert_true(refused > 1000);
	arena_free(arena);
}

static void test_long_text_stays_within_bounds(void **state)
{
	_cleanup_(freep) char *text = malloc(ARTICLE_TEXT_MAX);
	size_t length = 0;
	struct fingerprint *fingerprint;

	assert_non_null(text);
	for (unsigned i = 0; length + 64 < ARTICLE_TEXT_MAX; i++)
		length += (size_t)snprintf(text + length, 64, "%s%c%c%s", i % 9 ? "word" : "Word",
			'a' + i % 26, 'a' + i / 26 % 26, i % 17 ? " " : ". ");
	fingerprint = make(*state, text, text);
	(void)fingerprint_bytes(fingerprint, &length);
	assert_true(length > 4096);
	assert_true(length <= FINGERPRINT_BYTES_MAX);
}

static void test_text_without_spaces_or_ends_stays_within_bounds(void **state)
{
	_cleanup_(freep) char *text = malloc(300001);
	struct arena *arena;
	size_t length;

	assert_non_null(text);
	memset(text, 'a', 300000);
	text[300000] = '\0';
	(void)fingerprint_bytes(make(*state, NULL, text), &length);
	assert_true(length < 64);
	for (size_t i = 0; i < 300000; i += 3)
		memcpy(text + i, "山", 3);
	(void)fingerprint_bytes(make(*state, NULL, text), &length);
	assert_true(length <= FINGERPRINT_BYTES_MAX);
	/* References are read of the first part alone, within the room for one fingerprint. */
	assert_int_equal(arena_new(FINGERPRINT_ARENA_BYTES, &arena), 0);
	for (size_t i = 0; i < 300000; i += 6)
		memcpy(text + i, "&amp;a", 6);
	(void)fingerprint_bytes(make(arena, text, text), &length);
	assert_true(length <= FINGERPRINT_BYTES_MAX);
	arena_free(arena);
	for (size_t i = 0; i < 300000; i++)
		text[i] = i % 2 ? '.' : '\n';
	(void)fingerprint_bytes(make(*state, NULL, text), &length);
	assert_true(length < 64);
}

static void test_arena_that_is_too_small_is_no_memory(void **state)
{
	const struct article article = {.title = "A title", .text = "Some words in a text."};
	struct fingerprint *fingerprint;

	(void)state;
	for (size_t limit = 0; limit < 4096; limit += 64) {
		struct arena *arena;
		int r;

		assert_int_equal(arena_new(limit, &arena), 0);
		r = fingerprint_make(&article, arena, &fingerprint);
		assert_true(r == 0 || r == -ENOMEM);
		if (limit == 0)
			assert_int_equal(r, -ENOMEM);
		arena_free(arena);
	}
}

static void test_what_was_made_is_what_is_read_back(void **state)
{
	const struct fingerprint *made = make(*state, "Fire in Leeds",
		"Home > News\nPolice said 12 people were hurt in the fire in Leeds on Monday "
		"evening.\nPhoto: dpa\nThe cause of the fire in Armley was not known to them.\n");
	struct fingerprint *read;
	size_t length;
	const void *bytes = fingerprint_bytes(made, &length);

	assert_int_equal(fingerprint_from_bytes(bytes, length, *state, &read), 0);
	assert_int_equal(made->title_count, 3);
	assert_int_equal(read->title_count, made->title_count);
	assert_int_equal(read->word_count, made->word_count);
	assert_memory_equal(read->codes, made->codes, made->word_count * sizeof(made->codes[0]));
	assert_int_equal(read->sentence_count, made->sentence_count);
	assert_true(made->sentence_count >= 2);
	for (size_t i = 0; i < made->sentence_count; i++) {
		assert_int_equal(read->sentences[i].start, made->sentences[i].start);
		assert_int_equal(read->sentences[i].count, made->sentences[i].count);
		assert_int_equal(read->sentences[i].flags, made->sentences[i].flags);
	}
}

static void test_cues_stand_beside_their_hashes(void **state)
{
	(void)state;
	for (size_t i = 0; i < SENTENCE_CUES; i++)
		assert_int_equal(sentence_cues[i].hash, scan_hash(sentence_cues[i].word));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_case_accents_and_quotes_make_no_difference),
		cmocka_unit_test(test_how_characters_are_written_makes_no_difference),
		cmocka_unit_test(test_plain_words_are_read_as_others_are),
		cmocka_unit_test(test_fingerprint_survives_the_store),
		cmocka_unit_test(test_other_version_is_stale),
		cmocka_unit_test(test_cut_or_grown_bytes_are_refused),
		cmocka_unit_test(test_any_damage_is_refused_or_harmless),
		cmocka_unit_test(test_long_text_stays_within_bounds),
		cmocka_unit_test(test_text_without_spaces_or_ends_stays_within_bounds),
		cmocka_unit_test(test_arena_that_is_too_small_is_no_memory),
		cmocka_unit_test(test_what_was_made_is_what_is_read_back),
		cmocka_unit_test(test_cues_stand_beside_their_hashes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
