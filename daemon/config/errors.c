#include "config/errors.h"

#include <stdarg.h>

static char *format_line(const char *file, unsigned line, const char *words)
{
	char *text;
	int r;

	if (file && line > 0)
		r = asprintf(&text, "%s:%u: %s", file, line, words);
	else if (file)
		r = asprintf(&text, "%s: %s", file, words);
	else
		r = asprintf(&text, "%s", words);
	return r < 0 ? NULL : text;
}

/* A fault that memory does not suffice for is still counted: the configuration stays refused. */
static void keep_line(struct config_errors *errors, char *text)
{
	if (text && !errors->lines)
		errors->lines = calloc(CONFIG_ERRORS_MAX, sizeof(*errors->lines));
	if (!text || !errors->lines || errors->count == CONFIG_ERRORS_MAX) {
		free(text);
		errors->dropped++;
		return;
	}
	errors->lines[errors->count++] = text;
}

void config_errors_add(
	struct config_errors *errors, const char *file, unsigned line, const char *format, ...)
{
	_cleanup_(freep) char *words = NULL;
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = vasprintf(&words, format, arguments);
	va_end(arguments);
	if (r < 0)
		words = NULL;
	keep_line(errors, words ? format_line(file, line, words) : NULL);
}

void config_errors_clear(struct config_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		free(errors->lines[i]);
	free(errors->lines);
	*errors = (struct config_errors){0};
}
