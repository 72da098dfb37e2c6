/* What is logged is one line of text, whoever's words stand in it. */
#include "base/log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macro.h"
#include "base/utf8.h"

enum {
	OUTPUT_MAX = 8192,
	MESSAGE_MAX = 2048, /* log.c's */
};

/* Logs the words and gets what stood on standard error. */
static const char *logged(const char *words, char output[OUTPUT_MAX])
{
	_cleanup_(closep) int before = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	size_t length;

	assert_non_null(file);
	assert_int_equal(dup2(fileno(file), STDERR_FILENO), STDERR_FILENO);
	log_error("%s", words);
	assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
	rewind(file);
	length = fread(output, 1, OUTPUT_MAX - 1, file);
	output[length] = '\0';
	(void)fclose(file);
	return output;
}

static void test_words_from_outside_forge_no_line_and_steer_no_terminal(void **state)
{
	char output[OUTPUT_MAX];

	(void)state;
	assert_string_equal(logged("feed a: oh\nerror: forged\r\t\x1b[31m\x7f\xc2\x9b"
				   "1m \xc3\xa4",
				    output),
		"error: feed a: oh error: forged   [31m   1m \xc3\xa4\n");
}

static void test_long_message_is_cut_between_characters(void **state)
{
	char words[MESSAGE_MAX + 2];
	char output[OUTPUT_MAX];

	(void)state;
	for (size_t length = MESSAGE_MAX - 2; length <= MESSAGE_MAX + 1; length++) {
		memset(words, 'a', length);
		(void)memcpy(words + length - 2, "\xc3\xa4", sizeof("\xc3\xa4"));
		(void)logged(words, output);
		assert_true(utf8_valid(output, strlen(output)));
		assert_int_equal(strlen(output),
			strlen("error: \n") + (length <= MESSAGE_MAX ? length : MESSAGE_MAX - 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_from_outside_forge_no_line_and_steer_no_terminal),
		cmocka_unit_test(test_long_message_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
