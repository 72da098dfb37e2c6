/* Names of an enum's members, beside which enum_from_string() finds them again. */
#pragma once

#include <stddef.h>
#include <string.h>

/* Returns the index of `string` among `names`, or -EINVAL's value as the enums define it. */
static inline int enum_from_names(const char *const *names, size_t count, const char *string)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] && strcmp(names[i], string) == 0)
			return (int)i;
	return -22;
}

/* Defines x_to_string() and x_from_string() over a table that is indexed by the enum. */
#define DEFINE_ENUM_TO_STRING(function, type, names)                                               \
	const char *function##_to_string(type value)                                               \
	{                                                                                          \
		return (size_t)value < sizeof(names) / sizeof((names)[0]) ? (names)[value] : NULL; \
	}

#define DEFINE_ENUM_NAMES(function, type, names)                                                   \
	DEFINE_ENUM_TO_STRING(function, type, names)                                               \
	type function##_from_string(const char *string)                                            \
	{                                                                                          \
		return (type)enum_from_names(names, sizeof(names) / sizeof((names)[0]), string);   \
	}
