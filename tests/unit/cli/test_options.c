#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macro.h"
#include "cli/verbs.h"

enum {
	WORDS_MAX = 8,
	OPERANDS_SIZE = 64,
};

static bool arg_flag;
static const char *arg_text;

static const struct option_line options[] = {
	{"flag", NULL, OPTION_FLAG, &arg_flag, "a flag"},
	{"text", "TEXT", OPTION_TEXT, &arg_text, "a text"},
	{0},
};

static const struct usage usage = {"verb", "FILE [MORE]", "Does it.", options, 1, 2};
static const struct usage bare = {"verb", NULL, "Does it.", options, 0, 0};

/* Parses words, which end with NULL; the operands joined by | go to `operands`. */
static bool parse(const struct usage *table, int *exit_code, char operands[OPERANDS_SIZE], ...)
{
	struct operands found = {0};
	char *argv[WORDS_MAX + 2] = {strdup("verb")};
	char *copies[WORDS_MAX + 2];
	va_list words;
	const char *word;
	int argc = 1;
	bool go;

	arg_flag = false;
	arg_text = NULL;
	va_start(words, operands);
	for (word = va_arg(words, const char *); word; word = va_arg(words, const char *))
		argv[argc++] = strdup(word);
	va_end(words);
	memcpy(copies, argv, sizeof(copies));
	go = options_parse(table, argc, argv, &found, exit_code);
	operands[0] = '\0';
	for (size_t i = 0; go && i < found.count; i++) {
		size_t used = strlen(operands);

		(void)snprintf(operands + used, OPERANDS_SIZE - used, "%s|", found.words[i]);
	}
	if (arg_text)
		arg_text = strcmp(arg_text, "value") == 0 ? "value" : "another";
	for (int i = 0; i < argc; i++)
		free(copies[i]);
	return go;
}

static void test_options_and_operands_in_any_order(void **state)
{
	char operands[OPERANDS_SIZE];
	int exit_code;

	(void)state;
	assert_true(
		parse(&usage, &exit_code, operands, "--flag", "a", "--text", "value", "b", NULL));
	assert_string_equal(operands, "a|b|");
	assert_true(arg_flag);
	assert_string_equal(arg_text, "value");
	assert_true(parse(&usage, &exit_code, operands, "--text=value", "a", NULL));
	assert_string_equal(arg_text, "value");
	assert_false(arg_flag);
}

static void test_dash_is_an_operand_and_two_end_the_options(void **state)
{
	char operands[OPERANDS_SIZE];
	int exit_code;

	(void)state;
	assert_true(parse(&usage, &exit_code, operands, "-", "--", "--flag", NULL));
	assert_string_equal(operands, "-|--flag|");
	assert_false(arg_flag);
	assert_true(parse(&usage, &exit_code, operands, "--", "--", NULL));
	assert_string_equal(operands, "--|");
}

static void assert_usage(bool go, int exit_code)
{
	assert_false(go);
	assert_int_equal(exit_code, EXIT_CODE_USAGE);
}

static void test_slips_are_usage_errors(void **state)
{
	char operands[OPERANDS_SIZE];
	int exit_code;
	bool go;

	(void)state;
	go = parse(&usage, &exit_code, operands, "--flga", "a", NULL);
	assert_usage(go, exit_code);
	go = parse(&usage, &exit_code, operands, "-x", "a", NULL);
	assert_usage(go, exit_code);
	go = parse(&usage, &exit_code, operands, "--flag=yes", "a", NULL);
	assert_usage(go, exit_code);
	go = parse(&usage, &exit_code, operands, "a", "--text", NULL);
	assert_usage(go, exit_code);
	go = parse(&usage, &exit_code, operands, "--", NULL);
	assert_usage(go, exit_code);
	go = parse(&usage, &exit_code, operands, "a", "b", "c", NULL);
	assert_usage(go, exit_code);
	go = parse(&bare, &exit_code, operands, "a", NULL);
	assert_usage(go, exit_code);
}

static void test_help_is_done_at_once(void **state)
{
	char operands[OPERANDS_SIZE];
	int exit_code = -1;

	(void)state;
	assert_false(parse(&usage, &exit_code, operands, "--help", NULL));
	assert_int_equal(exit_code, EXIT_CODE_DONE);
	assert_false(parse(&usage, &exit_code, operands, "a", "-h", "--nonsense", NULL));
	assert_int_equal(exit_code, EXIT_CODE_DONE);
	assert_true(parse(&usage, &exit_code, operands, "--text", "--help", "a", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_and_operands_in_any_order),
		cmocka_unit_test(test_dash_is_an_operand_and_two_end_the_options),
		cmocka_unit_test(test_slips_are_usage_errors),
		cmocka_unit_test(test_help_is_done_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
