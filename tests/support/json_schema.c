#include "support/json_schema.h"

#include <jansson.h>
#include <regex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"

struct check {
	const json_t *root;
	char *words;
	size_t size;
};

static int check_value(struct check *check, const json_t *schema, const json_t *value,
	const char *where, bool strict);

static int _printf_(2, 3) fault(struct check *check, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(check->words, check->size, format, arguments);
	va_end(arguments);
	return -1;
}

static bool is_type(const json_t *value, const char *name)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return strcmp(name, "object") == 0;
	case JSON_ARRAY:
		return strcmp(name, "array") == 0;
	case JSON_STRING:
		return strcmp(name, "string") == 0;
	case JSON_INTEGER:
		return strcmp(name, "integer") == 0 || strcmp(name, "number") == 0;
	case JSON_REAL:
		return strcmp(name, "number") == 0;
	case JSON_NULL:
		return strcmp(name, "null") == 0;
	default:
		return strcmp(name, "boolean") == 0;
	}
}

static int check_type(
	struct check *check, const json_t *expected, const json_t *value, const char *where)
{
	size_t index;
	json_t *name;

	if (json_is_string(expected))
		return is_type(value, json_string_value(expected))
			? 0
			: fault(check, "%s is no %s", where, json_string_value(expected));
	json_array_foreach ((json_t *)expected, index, name)
		if (is_type(value, json_string_value(name)))
			return 0;
	return fault(check, "%s has none of its types", where);
}

static int check_enum(
	struct check *check, const json_t *expected, const json_t *value, const char *where)
{
	size_t index;
	json_t *member;

	json_array_foreach ((json_t *)expected, index, member)
		if (json_equal(member, value))
			return 0;
	return fault(check, "%s is none of its values", where);
}

static int check_pattern(
	struct check *check, const json_t *expected, const json_t *value, const char *where)
{
	regex_t pattern;
	int r;

	if (!json_is_string(value))
		return 0;
	if (regcomp(&pattern, json_string_value(expected), REG_EXTENDED | REG_NOSUB) != 0)
		return fault(check, "%s: the pattern is none", where);
	r = regexec(&pattern, json_string_value(value), 0, NULL, 0);
	regfree(&pattern);
	return r == 0
		? 0
		: fault(check, "%s: \"%s\" has another form", where, json_string_value(value));
}

static int check_bound(struct check *check, const char *keyword, const json_t *expected,
	const json_t *value, const char *where)
{
	double bound = json_number_value(expected);
	bool good = true;

	if (strcmp(keyword, "minimum") == 0 && json_is_number(value))
		good = json_number_value(value) >= bound;
	else if (strcmp(keyword, "maximum") == 0 && json_is_number(value))
		good = json_number_value(value) <= bound;
	else if (strcmp(keyword, "minLength") == 0 && json_is_string(value))
		good = (double)json_string_length(value) >= bound;
	else if (strcmp(keyword, "maxItems") == 0 && json_is_array(value))
		good = (double)json_array_size(value) <= bound;
	return good ? 0 : fault(check, "%s passes its %s", where, keyword);
}

static int check_required(
	struct check *check, const json_t *expected, const json_t *value, const char *where)
{
	size_t index;
	json_t *name;

	json_array_foreach ((json_t *)expected, index, name)
		if (json_is_object(value) && !json_object_get(value, json_string_value(name)))
			return fault(check, "%s lacks %s", where, json_string_value(name));
	return 0;
}

static int check_properties(
	struct check *check, const json_t *expected, const json_t *value, const char *where)
{
	const char *name;
	json_t *member;

	if (!json_is_object(value))
		return 0;
	json_object_foreach ((json_t *)value, name, member) {
		const json_t *schema = json_object_get(expected, name);
		char path[512];

		if (!schema)
			continue;
		(void)snprintf(path, sizeof(path), "%s.%s", where, name);
		if (check_value(check, schema, member, path, true) < 0)
			return -1;
	}
	return 0;
}

static int check_items(
	struct check *check, const json_t *expected, const json_t *value, const char *where)
{
	size_t index;
	json_t *item;

	if (!json_is_array(value))
		return 0;
	json_array_foreach ((json_t *)value, index, item) {
		char path[512];

		(void)snprintf(path, sizeof(path), "%s[%zu]", where, index);
		if (check_value(check, expected, item, path, true) < 0)
			return -1;
	}
	return 0;
}

static int check_all_of(
	struct check *check, const json_t *expected, const json_t *value, const char *where)
{
	size_t index;
	json_t *part;

	json_array_foreach ((json_t *)expected, index, part) {
		const json_t *condition = json_object_get(part, "if");
		char ignored[512];
		struct check trial = {check->root, ignored, sizeof(ignored)};

		if (!condition)
			return fault(check, "%s: allOf without if", where);
		if (check_value(&trial, condition, value, where, false) == 0 &&
			check_value(check, json_object_get(part, "then"), value, where, false) < 0)
			return -1;
	}
	return 0;
}

static int check_keyword(struct check *check, const char *keyword, const json_t *expected,
	const json_t *value, const char *where)
{
	static const char *const bounds[] = {"minimum", "maximum", "minLength", "maxItems"};
	static const char *const notes[] = {
		"$schema", "$id", "$defs", "title", "description", "if", "then"};

	if (strcmp(keyword, "type") == 0)
		return check_type(check, expected, value, where);
	if (strcmp(keyword, "enum") == 0)
		return check_enum(check, expected, value, where);
	if (strcmp(keyword, "pattern") == 0)
		return check_pattern(check, expected, value, where);
	if (strcmp(keyword, "required") == 0)
		return check_required(check, expected, value, where);
	if (strcmp(keyword, "properties") == 0)
		return check_properties(check, expected, value, where);
	if (strcmp(keyword, "items") == 0)
		return check_items(check, expected, value, where);
	if (strcmp(keyword, "allOf") == 0)
		return check_all_of(check, expected, value, where);
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++)
		if (strcmp(keyword, bounds[i]) == 0)
			return check_bound(check, keyword, expected, value, where);
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		if (strcmp(keyword, notes[i]) == 0)
			return 0;
	return fault(check, "%s: the schema says %s, which the test does not know", where, keyword);
}

static int check_described(
	struct check *check, const json_t *schema, const json_t *value, const char *where)
{
	const json_t *properties = json_object_get(schema, "properties");
	const char *name;
	json_t *member;

	if (properties && json_is_object(value))
		json_object_foreach ((json_t *)value, name, member)
			if (!json_object_get(properties, name))
				return fault(check, "%s.%s is not described", where, name);
	return 0;
}

static int check_reference(
	struct check *check, const json_t *reference, const json_t *value, const char *where)
{
	static const char prefix[] = "#/$defs/";
	const char *text = json_string_value(reference);
	const json_t *schema = NULL;

	if (strncmp(text, prefix, strlen(prefix)) == 0)
		schema = json_object_get(
			json_object_get(check->root, "$defs"), text + strlen(prefix));
	if (!schema)
		return fault(check, "%s: the schema has no %s", where, text);
	return check_value(check, schema, value, where, true);
}

static int check_value(struct check *check, const json_t *schema, const json_t *value,
	const char *where, bool strict)
{
	const char *keyword;
	json_t *expected;

	json_object_foreach ((json_t *)schema, keyword, expected) {
		int r = strcmp(keyword, "$ref") == 0
			? check_reference(check, expected, value, where)
			: check_keyword(check, keyword, expected, value, where);

		if (r < 0)
			return r;
	}
	return strict ? check_described(check, schema, value, where) : 0;
}

int json_schema_check(const json_t *schema, const json_t *value, char *words, size_t size)
{
	struct check check = {.root = schema, .size = size};

	check.words = words;
	return check_value(&check, schema, value, "event", true);
}
