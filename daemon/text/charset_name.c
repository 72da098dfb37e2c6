#include "text/charset_name.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "text/charset.h"

void charset_name_copy(const char *text, const char *end, char ret[CHARSET_NAME_BYTES])
{
	size_t count = 0;

	while (text < end && (isspace((unsigned char)*text) || *text == '"' || *text == '\''))
		text++;
	while (text < end && count < CHARSET_NAME_BYTES - 1 &&
		(isalnum((unsigned char)*text) || (*text && strchr("-_.:+", *text))))
		ret[count++] = *text++;
	ret[count] = '\0';
}

void charset_name_of_type(const char *content_type, char ret[CHARSET_NAME_BYTES])
{
	const char *parameter = strcasestr(content_type, "charset");

	*ret = '\0';
	if (!parameter)
		return;
	parameter += strlen("charset");
	parameter += strspn(parameter, " \t");
	if (*parameter == '=')
		charset_name_copy(parameter + 1, parameter + 1 + strlen(parameter + 1), ret);
}

/* How much speaks for UTF-8 beyond its being valid: characters of two bytes count once. */
static unsigned utf8_evidence(const char *text, size_t length)
{
	unsigned evidence = 0;

	for (size_t i = 0; i < length && evidence < 4; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte >= 0xE0)
			evidence += 4;
		else if (byte >= 0xC2)
			evidence++;
	}
	return evidence;
}

static bool is_latin(const char *name)
{
	return strcasecmp(name, "windows-1252") == 0 || strcasecmp(name, "iso-8859-1") == 0 ||
		strcasecmp(name, "us-ascii") == 0 || strcasecmp(name, "iso-8859-15") == 0;
}

bool charset_name_is_belied(const char *name, const char *text, size_t length)
{
	unsigned evidence;

	if (charset_is_wide(name))
		return length > 1 && text[0] != '\0' && text[1] != '\0';
	if (!utf8_valid(text, length))
		return false;
	evidence = utf8_evidence(text, length);
	return evidence >= (is_latin(name) ? 1U : 4U);
}
