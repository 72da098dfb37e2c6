#include "extract/date_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/datetime.h"

static void check(const char *line, const char *expected)
{
	char text[DATETIME_SIZE] = "";
	struct page_time time;

	if (date_find(line, strlen(line), false, &time))
		(void)datetime_format(time.seconds, text);
	assert_string_equal(text, expected);
}

static void test_dates_are_found_within_lines(void **state)
{
	(void)state;
	check("By Signe, 14 October 2004", "2004-10-14T00:00:00Z");
	check("Mar 17, 2025 Updated 3 hours ago", "2025-03-17T00:00:00Z");
	check("View 8 Date:2025-04-15 09:49:38", "2025-04-15T09:49:38Z");
	check("Ver\u00F6ffentlicht am 15.04.2025 um neun", "2025-04-15T00:00:00Z");
	check("Monday, 3 March 2025", "2025-03-03T00:00:00Z");
	check("Sunday, May 3rd, 2020 at 3:04 PM EDT by Ines", "2020-05-03T19:04:00Z");
	check("Por Ines, 03 de mayo de 2020", "2020-05-03T00:00:00Z");
	check("3. kv\u011Btna 2020 10:00", "2020-05-03T10:00:00Z");
	check("3 May\u0131s 2020 Pazar, 10:00 | G\u00FCncelleme: 05.05.2020",
		"2020-05-03T00:00:00Z");
	check("Page 3 | 14 October 2004", "2004-10-14T00:00:00Z");
	check("Budapest, 2020. m\u00E1jus 3. vas\u00E1rnap", "2020-05-03T00:00:00Z");
	check("\u66F4\u65B0 2020 \u5E74 5 \u6708 3 \u65E5", "2020-05-03T00:00:00Z");
}

static void test_years_and_numbers_alone_are_none(void **state)
{
	(void)state;
	check("In 2025 the town had 2031 houses", "");
	check("Phone 020 2025 3040", "");
	check("31 June 2025", "");
	check("The battle of 14 October 1066", "");
	check("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates_are_found_within_lines),
		cmocka_unit_test(test_years_and_numbers_alone_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
