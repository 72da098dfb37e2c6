/* What a feed's first document says about its entries, without asking the store. */
#include "intake/newcomer.h"

#include <setjmp.h> /* before cmocka.h, which uses what they declare */
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct identity make_identity(unsigned entry, unsigned link, unsigned text)
{
	struct identity identity = {0};

	/* Digests are as good as random: three kinds never meet by chance. */
	identity.entry = digest_bytes(&(unsigned[]){1, entry}, 2 * sizeof(unsigned));
	if (link)
		identity.link = digest_bytes(&(unsigned[]){2, link}, 2 * sizeof(unsigned));
	if (text)
		identity.text = digest_bytes(&(unsigned[]){3, text}, 2 * sizeof(unsigned));
	return identity;
}

static bool note(struct newcomer *newcomer, unsigned entry, unsigned link, unsigned text)
{
	struct identity identity = make_identity(entry, link, text);

	return newcomer_note(newcomer, 7, &identity);
}

static int setup(void **state)
{
	struct newcomer *newcomer = calloc(1, sizeof(*newcomer));

	assert_non_null(newcomer);
	newcomer_begin(newcomer, 7);
	*state = newcomer;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void test_entries_that_share_nothing_are_new(void **state)
{
	assert_true(note(*state, 1, 1, 1));
	assert_true(note(*state, 2, 2, 2));
	assert_true(note(*state, 3, 0, 0));
	assert_true(note(*state, 4, 0, 0));
}

static void test_same_id_link_or_text_has_to_be_looked_up(void **state)
{
	assert_true(note(*state, 1, 1, 1));
	assert_false(note(*state, 1, 2, 2));
	assert_false(note(*state, 3, 1, 3));
	assert_false(note(*state, 4, 4, 1));
	/* What was noted with those counts as well. */
	assert_false(note(*state, 3, 5, 5));
	assert_false(note(*state, 6, 2, 6));
}

static void test_other_feeds_are_looked_up(void **state)
{
	struct identity identity = make_identity(1, 1, 1);

	assert_false(newcomer_note(*state, 8, &identity));
	newcomer_begin(*state, 0);
	assert_false(newcomer_note(*state, 7, &identity));
	assert_false(newcomer_note(*state, 0, &identity));
}

static void test_beginning_again_forgets(void **state)
{
	assert_true(note(*state, 1, 1, 1));
	newcomer_begin(*state, 7);
	assert_true(note(*state, 1, 1, 1));
}

static void test_after_so_many_entries_the_store_is_asked(void **state)
{
	for (unsigned i = 1; i <= NEWCOMER_ENTRIES_MAX; i++)
		assert_true(note(*state, i, i, i));
	assert_false(note(*state, NEWCOMER_ENTRIES_MAX + 1, 0, 0));
	assert_false(note(*state, NEWCOMER_ENTRIES_MAX + 2, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_entries_that_share_nothing_are_new, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_same_id_link_or_text_has_to_be_looked_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_feeds_are_looked_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_beginning_again_forgets, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_after_so_many_entries_the_store_is_asked, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
