#include "base/datetime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macro.h"

struct date_case {
	const char *text;
	const char *expected; /* RFC 3339 in UTC; NULL: no date */
};

static void check(
	int (*parse)(const char *, int64_t *), const struct date_case *cases, size_t count)
{
	char text[DATETIME_SIZE];
	int64_t seconds;

	for (size_t i = 0; i < count; i++) {
		int r = parse(cases[i].text, &seconds);

		if (!cases[i].expected && r < 0)
			continue;
		if (!cases[i].expected || r < 0)
			fail_msg("\"%s\" is %s date", cases[i].text, r < 0 ? "no" : "a");
		if (strcmp(datetime_format(seconds, text), cases[i].expected) != 0)
			fail_msg("\"%s\" is %s", cases[i].text, text);
	}
}

static void test_dates_of_rfc_822_and_their_mutilations(void **state)
{
	static const struct date_case cases[] = {
		{"Wed, 01 May 2024 10:00:00 +0200", "2024-05-01T08:00:00Z"},
		{"Wed, 1 May 2024 10:00:00 GMT", "2024-05-01T10:00:00Z"},
		{"Wed, 1 May 2024 10:00:00:123 GMT", "2024-05-01T10:00:00Z"},
		{"Wed, 01 May 2024 10:00:00 PST", "2024-05-01T18:00:00Z"},
		{"Sun, 01 May 2024 10:00:00 GMT", "2024-05-01T10:00:00Z"}, /* a Wednesday */
		{"1 May 24 10:00 EST", "2024-05-01T15:00:00Z"},
		{"01 May 99 10:00 UT", "1999-05-01T10:00:00Z"},
		{"Wed,01 May 2024 10:00:00", "2024-05-01T10:00:00Z"},
		{"Wednesday, 01 May, 2024 10:00:00 Z", "2024-05-01T10:00:00Z"},
		{"Wed May 01 2024 10:00:00 +0200", "2024-05-01T08:00:00Z"},
		{"Wed, 01 May 2024 10:00:00 -0500 (EST)", "2024-05-01T15:00:00Z"},
		{"Wed, 01 May 2024 10:00:00 +0200 +0200", "2024-05-01T08:00:00Z"},
		{"Wed, 01 May 2024 10:00:00 GMT0", "2024-05-01T10:00:00Z"},
		{"Wed, 01 May 2024 10.33.48 GMT", "2024-05-01T10:33:48Z"},
		{"Wed, 01 May 2024 10.33 +0200", "2024-05-01T08:33:00Z"},
		{"01.05.24", "2024-05-01T00:00:00Z"},
		{"Wed, 01 May 2024 10:00:00 GMT+02:00", "2024-05-01T08:00:00Z"},
		{"Wed, 01 May 2024 10:00:00 Etc/GMT", "2024-05-01T10:00:00Z"},
		{"Wed, 01 May 2024 10:00:00 A", "2024-05-01T11:00:00Z"},
		{"Wed, 01 May 2024 10:00:00 Y", "2024-04-30T22:00:00Z"},
		{"01 May 24 1030 GMT", "2024-05-01T10:30:00Z"},
		{"01 May 2024", "2024-05-01T00:00:00Z"},
		{"Thu, 31 Jun 2004 19:48:21 GMT", NULL},
		{"Wed, 01 May 2024 25:00:00 GMT", NULL},
		{"Wed, 01 May 2024 10:60:00 GMT", NULL},
		{"Wed, 01 xyz 2024 10:00:00 GMT", NULL},
		{"Wed, 01 May 2024 10:00:00 +zz:00", NULL},
		{"Wed, 01 May 2024 1:2:3:4 GMT", NULL},
		{"Wed, 01 May 2024 10:00:00 +0261", NULL},
	};

	(void)state;
	check(datetime_parse, cases, ARRAY_SIZE(cases));
}

static void test_dates_of_iso_8601(void **state)
{
	static const struct date_case cases[] = {
		{"2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z"},
		{"2024-05-01T10:00:00.123456-05:30", "2024-05-01T15:30:00Z"},
		{"2024-05-01T10:00+0200", "2024-05-01T08:00:00Z"},
		{"2024-05-01 10:00:00", "2024-05-01T10:00:00Z"},
		{"2024-05-01T10", "2024-05-01T10:00:00Z"},
		{"2024-05-01", "2024-05-01T00:00:00Z"},
		{"2024-05", "2024-05-01T00:00:00Z"},
		{"2024", "2024-01-01T00:00:00Z"},
		{"20240501T100000Z", "2024-05-01T10:00:00Z"},
		{"20240501103015", "2024-05-01T10:30:15Z"},
		{"2024-122", "2024-05-01T00:00:00Z"},
		{"2024366", "2024-12-31T00:00:00Z"},
		{"2023366", NULL},
		{"2024-W18-3", "2024-05-01T00:00:00Z"},
		{"2020-W53-7", "2021-01-03T00:00:00Z"},
		{"24-05-01", "2024-05-01T00:00:00Z"},
		{"-2405", "2024-05-01T00:00:00Z"},
		{"2024-02-29T24:00:00Z", "2024-03-01T00:00:00Z"},
		{"2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"},
		{"2023-02-29", NULL},
		{"1900-02-29", NULL},
		{"2000-02-29", "2000-02-29T00:00:00Z"},
		{"2024-13-01", NULL},
		{"2024-05-01T10:00:61Z", NULL},
		{"2024-05-01T10:00:00+00:xx", NULL},
		{"9999-12-31T23:59:59-99:99", NULL},
		{"0001-01-01T00:00:00+01:00", NULL},
	};

	(void)state;
	check(datetime_parse, cases, ARRAY_SIZE(cases));
}

static void test_dates_of_many_languages(void **state)
{
	static const struct date_case cases[] = {
		{"Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z"},
		{"2004년 05월 28일 01:31:15", "2004-05-27T16:31:15Z"},
		{"2004-05-25 오후 11:23:17", "2004-05-25T14:23:17Z"},
		{"2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z"},
		{"Ср, 01 мая 2024 10:00:00 +0300", "2024-05-01T07:00:00Z"},
		{"Seg, 02 Set 2013 10:00:00 -0300", "2013-09-02T13:00:00Z"},
		{"mar., 05 nov. 2024 10:00:00 +0100", "2024-11-05T09:00:00Z"},
		{"5. März 2024 14:30", "2024-03-05T14:30:00Z"},
		{"28 févr. 2024", "2024-02-28T00:00:00Z"},
		{"12 de diciembre de 2024", "2024-12-12T00:00:00Z"},
		{"3 września 2024 08:00", "2024-09-03T08:00:00Z"},
		{"2024年5月1日 12:30", "2024-05-01T12:30:00Z"},
		{"12 ديسمبر 2024 10:00", "2024-12-12T10:00:00Z"},
	};

	(void)state;
	check(datetime_parse, cases, ARRAY_SIZE(cases));
}

static void test_odd_dates(void **state)
{
	static const struct date_case cases[] = {
		{"Sun Jan  4 16:29:06 2004", "2004-01-04T16:29:06Z"},
		{"Sun Jan  4 16:29:06 PST 2004", "2004-01-05T00:29:06Z"},
		{"Fri, 2006/09/15 08:19:53 EDT", "2006-09-15T12:19:53Z"},
		{"2004-07-08 23:56:58.0", "2004-07-08T23:56:58Z"},
		{"May 5, 2024 at 3:04 p.m. EDT", "2024-05-05T19:04:00Z"},
		{"May 5th, 2024 12:00 AM", "2024-05-05T00:00:00Z"},
		{"5/13/2024 5:06 PM", "2024-05-13T17:06:00Z"},
		{"13/5/2024", "2024-05-13T00:00:00Z"},
		{"13.5.2024", "2024-05-13T00:00:00Z"},
		{"1714550400", "2024-05-01T08:00:00Z"},
		{"1714550400000", "2024-05-01T08:00:00Z"},
		{"  2024-05-01T10:00:00Z\n", "2024-05-01T10:00:00Z"},
		{"", NULL},
		{"yesterday", NULL},
		{"10:00", NULL},
		{"2013-01-27-01", NULL},
		{"013", NULL},
		{"\xFF\xFE", NULL},
	};

	(void)state;
	check(datetime_parse, cases, ARRAY_SIZE(cases));
}

static void test_rfc_3339_is_read_strictly(void **state)
{
	static const struct date_case cases[] = {
		{"2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z"},
		{"2024-05-01t10:00:00.5z", "2024-05-01T10:00:00Z"},
		{"2024-05-01T10:00:00-23:59", "2024-05-02T09:59:00Z"},
		{"2024-05-01T10:00:00", NULL},
		{"2024-05-01T10:00:00.Z", NULL},
		{"2024-05-01T10:00Z", NULL},
		{"2024-05-01", NULL},
		{"2024-05-01T10:00:00Z ", NULL},
		{"2024-05-01T10:00:00+24:00", NULL},
	};

	(void)state;
	check(datetime_parse_rfc3339, cases, ARRAY_SIZE(cases));
}

static void test_http_dates_have_three_forms(void **state)
{
	static const struct date_case cases[] = {
		{"Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"},
		{"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"},
		{"Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"},
		{"Sun Nov 16 08:49:37 1994", "1994-11-16T08:49:37Z"},
		{"Sun, 06 Nov 1994 08:49:37 PST", NULL},
		{"06 Nov 1994 08:49:37 GMT", NULL},
		{"Sun, 6 Nov 1994 08:49:37 GMT", NULL},
		{"1994-11-06T08:49:37Z", NULL},
		{"0", NULL},
	};

	(void)state;
	check(datetime_parse_http, cases, ARRAY_SIZE(cases));
}

static void test_a_text_beyond_the_bound_is_no_date(void **state)
{
	char text[DATETIME_BYTES_MAX + 2];
	int64_t seconds;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "1 May 2024 ", 11);
	text[DATETIME_BYTES_MAX] = '\0';
	assert_int_equal(datetime_parse(text, &seconds), 0);
	text[DATETIME_BYTES_MAX] = 'x';
	text[DATETIME_BYTES_MAX + 1] = '\0';
	assert_true(datetime_parse(text, &seconds) < 0);
}

static void test_every_day_is_written_as_it_was_read(void **state)
{
	char text[DATETIME_SIZE];
	int64_t again;

	(void)state;
	for (int64_t day = datetime_days(1583, 1, 1); day < datetime_days(2500, 1, 1); day += 13) {
		(void)datetime_format(day * 86400 + 12345, text);
		assert_int_equal(datetime_parse_rfc3339(text, &again), 0);
		assert_int_equal(again, day * 86400 + 12345);
	}
	assert_string_equal(datetime_format(INT64_MAX, text), "9999-12-31T23:59:59Z");
	assert_string_equal(datetime_format(INT64_MIN, text), "0000-01-01T00:00:00Z");
	assert_string_equal(datetime_format(-1, text), "1969-12-31T23:59:59Z");
}

static void check_zoned(const char *said, int64_t seconds, int offset, const char *written)
{
	char text[DATETIME_ZONED_SIZE];
	int64_t read = 0;
	int zone = -1;

	assert_int_equal(datetime_parse_zoned(said, &read, &zone), 0);
	assert_int_equal(read, seconds);
	assert_int_equal(zone, offset);
	assert_string_equal(datetime_format_zoned(read, zone, text), written);
}

static void test_zones_are_kept_where_they_are_asked_for(void **state)
{
	char text[DATETIME_ZONED_SIZE];

	(void)state;
	check_zoned("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z");
	check_zoned("1969-12-31T16:00:00-08:00", 0, -480, "1969-12-31T16:00:00-08:00");
	check_zoned("Thu, 01 Jan 1970 05:30:00 +0530", 0, 330, "1970-01-01T05:30:00+05:30");
	check_zoned("1970-01-01T23:59+23:59", 0, 1439, "1970-01-01T23:59:00+23:59");
	check_zoned("1000000000", 1000000000, 0, "2001-09-09T01:46:40Z");
	assert_string_equal(datetime_format_zoned(INT64_MAX, 60, text), "9999-12-31T23:59:59Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates_of_rfc_822_and_their_mutilations),
		cmocka_unit_test(test_dates_of_iso_8601),
		cmocka_unit_test(test_dates_of_many_languages),
		cmocka_unit_test(test_odd_dates),
		cmocka_unit_test(test_rfc_3339_is_read_strictly),
		cmocka_unit_test(test_http_dates_have_three_forms),
		cmocka_unit_test(test_a_text_beyond_the_bound_is_no_date),
		cmocka_unit_test(test_zones_are_kept_where_they_are_asked_for),
		cmocka_unit_test(test_every_day_is_written_as_it_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
