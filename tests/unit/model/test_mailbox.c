#include "model/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	return arena_new(1024 * 1024, &arena);
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void check(const char *text, const char *name, const char *address)
{
	struct mailbox box;

	assert_int_equal(mailbox_parse(text, arena, &box), 0);
	assert_string_equal(box.address, address);
	if (name)
		assert_string_equal(box.name, name);
	else
		assert_null(box.name);
}

static void test_addresses_stand_alone_or_behind_a_name(void **state)
{
	(void)state;
	check("desk@example.org", NULL, "desk@example.org");
	check(" desk@localhost ", NULL, "desk@localhost");
	check("<a.b+c@mail-1.example.org>", NULL, "a.b+c@mail-1.example.org");
	check("News Desk <desk@example.org>", "News Desk", "desk@example.org");
	check("\"Desk, \\\"News\\\"\" <desk@example.org>", "Desk, \"News\"", "desk@example.org");
	check("Büro <desk@example.org>", "Büro", "desk@example.org");
}

static void test_what_is_no_address_is_refused(void **state)
{
	static const char *const faulty[] = {"", "desk", "@example.org", "desk@", "a b@example.org",
		"a..b@example.org", ".a@example.org", "a.@example.org", "desk@example..org",
		"desk@-x.org", "desk@x-.org", "desk@exämple.org", "desk@example.org>",
		"<desk@example.org", "Desk <desk@example.org> x", "\"Desk <desk@example.org>",
		"De\"sk <desk@example.org>", "a@b\r\nBcc: c@d", "a<b <c@example.org>",
		"desk@example.org, x@example.org"};
	struct mailbox box;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(faulty); i++)
		if (mailbox_parse(faulty[i], arena, &box) != -EINVAL)
			fail_msg("\"%s\" was taken", faulty[i]);
}

static void test_parts_have_their_bounds(void **state)
{
	char local[MAILBOX_LOCAL_BYTES + 2] = "";
	char text[512];
	struct mailbox box;

	(void)state;
	memset(local, 'x', MAILBOX_LOCAL_BYTES);
	(void)snprintf(text, sizeof(text), "%s@example.org", local);
	assert_int_equal(mailbox_parse(text, arena, &box), 0);
	(void)snprintf(text, sizeof(text), "%sx@example.org", local);
	assert_int_equal(mailbox_parse(text, arena, &box), -EINVAL);
	(void)snprintf(text, sizeof(text), "a@%.63s.org", local);
	assert_int_equal(mailbox_parse(text, arena, &box), 0);
	(void)snprintf(text, sizeof(text), "a@%s.org", local);
	assert_int_equal(mailbox_parse(text, arena, &box), -EINVAL);
}

static void test_lists_are_parted_by_commas_outside_of_quotes(void **state)
{
	struct mailbox_list list;

	(void)state;
	assert_int_equal(mailbox_list_parse("a@example.org, \"B, \\\", b\" <b@example.org>,c@d.org",
				 arena, &list),
		0);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.boxes[0].address, "a@example.org");
	assert_string_equal(list.boxes[1].name, "B, \", b");
	assert_string_equal(list.boxes[2].address, "c@d.org");
	assert_string_equal(mailbox_domain(&list.boxes[2]), "d.org");
	assert_int_equal(mailbox_list_parse("a@example.org,", arena, &list), -EINVAL);
	assert_int_equal(mailbox_list_parse("", arena, &list), -EINVAL);
}

static void test_lists_are_bounded(void **state)
{
	char text[MAILBOXES_MAX * 8 + 16] = "a@x.org";
	struct mailbox_list list;

	(void)state;
	for (size_t i = 1; i < MAILBOXES_MAX; i++)
		(void)strcat(text, ",a@x.org");
	assert_int_equal(mailbox_list_parse(text, arena, &list), 0);
	assert_int_equal(list.count, MAILBOXES_MAX);
	(void)strcat(text, ",a@x.org");
	assert_int_equal(mailbox_list_parse(text, arena, &list), -E2BIG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_addresses_stand_alone_or_behind_a_name),
		TEST(test_what_is_no_address_is_refused),
		TEST(test_parts_have_their_bounds),
		TEST(test_lists_are_parted_by_commas_outside_of_quotes),
		TEST(test_lists_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
