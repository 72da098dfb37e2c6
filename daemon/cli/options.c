#include "cli/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/completion.h"
#include "cli/output.h"
#include "cli/verbs.h"

enum {
	HELP_COLUMN = 28, /* where the words of --help begin */
};

static size_t print_option(const struct option_line *option)
{
	int length = printf("  --%s", option->name);

	if (option->argument)
		length += printf("=%s", option->argument);
	return length > 0 ? (size_t)length : 0;
}

static void print_help(const struct usage *usage)
{
	(void)printf("Usage: wirewatch %s [OPTION...]%s%s\n\n%s\n\n", usage->verb,
		usage->operands ? " " : "", usage->operands ? usage->operands : "", usage->summary);
	for (const struct option_line *option = usage->options; option->name; option++) {
		size_t length = print_option(option);

		(void)printf("%*s%s\n", length < HELP_COLUMN ? (int)(HELP_COLUMN - length) : 1, "",
			option->help);
	}
	(void)printf("  --%-*s%s\n", HELP_COLUMN - 4, HELP_OPTION, HELP_WORDS);
}

int usage_error(const struct usage *usage, const char *format, ...)
{
	va_list arguments;

	(void)fprintf(stderr, "wirewatch %s: ", usage->verb);
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fprintf(stderr, "\nTry 'wirewatch %s --help'.\n", usage->verb);
	return EXIT_CODE_USAGE;
}

static int unknown_option(const struct usage *usage, const char *name)
{
	struct nearest nearest = {.name = name};

	nearest_try(&nearest, HELP_OPTION);
	for (const struct option_line *option = usage->options; option->name; option++)
		nearest_try(&nearest, option->name);
	if (nearest.found)
		return usage_error(
			usage, "unknown option --%s; did you mean --%s?", name, nearest.found);
	return usage_error(usage, "unknown option --%s", name);
}

static const struct option_line *find_option(
	const struct usage *usage, const char *name, size_t length)
{
	for (const struct option_line *option = usage->options; option->name; option++)
		if (strlen(option->name) == length && strncmp(option->name, name, length) == 0)
			return option;
	return NULL;
}

/* Takes the option at argv[*at], and its argument.  Returns 0 or an exit status. */
static int take_option(const struct usage *usage, int argc, char **argv, int *at)
{
	char *name = argv[*at] + strlen("--");
	size_t length = strcspn(name, "=");
	const struct option_line *option = find_option(usage, name, length);
	const char *value = name[length] == '=' ? name + length + 1 : NULL;

	if (!option) {
		name[length] = '\0';
		return unknown_option(usage, name);
	}
	if (option->kind == OPTION_FLAG) {
		if (value)
			return usage_error(usage, "--%s takes no argument", option->name);
		*(bool *)option->target = true;
		return 0;
	}
	if (!value && *at + 1 == argc)
		return usage_error(
			usage, "--%s needs an argument (%s)", option->name, option->argument);
	*(const char **)option->target = value ? value : argv[++*at];
	return 0;
}

static bool is_help(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

static int check_count(const struct usage *usage, size_t count)
{
	if (count < usage->operands_least)
		return usage_error(usage, "expected %s", usage->operands);
	if (count > usage->operands_most && !usage->operands)
		return usage_error(usage, "expected no operands");
	if (count > usage->operands_most)
		return usage_error(usage, "too many operands; expected %s", usage->operands);
	return 0;
}

bool options_parse(const struct usage *usage, int argc, char **argv, struct operands *ret_operands,
	int *ret_exit)
{
	size_t count = 0;
	bool ended = false;
	int r = 0;

	if (argc == 2 && strcmp(argv[1], COMPLETE_ARGUMENT) == 0) {
		completion_print_options(usage);
		*ret_exit = output_finish(EXIT_CODE_DONE);
		return false;
	}
	/* Operands gather at the front, over arguments that were taken already. */
	for (int i = 1; i < argc && r == 0; i++) {
		if (ended || argv[i][0] != '-' || argv[i][1] == '\0') {
			argv[count++] = argv[i];
		} else if (is_help(argv[i])) {
			print_help(usage);
			*ret_exit = output_finish(EXIT_CODE_DONE);
			return false;
		} else if (strcmp(argv[i], "--") == 0) {
			ended = true;
		} else if (argv[i][1] != '-') {
			r = usage_error(usage, "unknown option %s", argv[i]);
		} else {
			r = take_option(usage, argc, argv, &i);
		}
	}
	if (r == 0)
		r = check_count(usage, count);
	*ret_exit = r;
	*ret_operands = (struct operands){argv, count};
	return r == 0;
}
