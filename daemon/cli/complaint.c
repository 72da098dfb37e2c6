#include "cli/complaint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"
#include "cli/clean.h"
#include "cli/verbs.h"

static _printf_(1, 0) void print_line(const char *format, va_list arguments)
{
	char text[COMPLAINT_BYTES_MAX];

	(void)vsnprintf(text, sizeof(text), format, arguments);
	clean_print(stderr, text);
	(void)fputc('\n', stderr);
}

void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(format, arguments);
	va_end(arguments);
}

void complain_of_errors(const struct config_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		complain("%s", errors->lines[i]);
	if (errors->dropped > 0)
		complain("... and %zu more", errors->dropped);
}

int refuse(const char *verb, const char *format, ...)
{
	va_list arguments;

	(void)fprintf(stderr, "wirewatch %s: ", verb);
	va_start(arguments, format);
	print_line(format, arguments);
	va_end(arguments);
	return EXIT_CODE_REFUSED;
}

int fail_internal(const char *verb, int error)
{
	(void)fprintf(stderr, "wirewatch %s: %s\n", verb, strerror(-error));
	return EXIT_CODE_INTERNAL;
}
