/*
 * Reads a template (model/template.h): text with {{field}}, {{field|80}}, {{field|url}} ...
 * Private to this room.
 */
#pragma once

#include "base/arena.h"
#include "config/errors.h"
#include "model/template.h"

/*
 * Parses the text, which stays the caller's.  Faults go to the errors as "PATH:LINE:COLUMN: ...";
 * *ret is NULL where there are some.  Returns 0 or -ENOMEM.
 */
int template_parse(const char *path, const char *text, enum template_escape escape,
	struct arena *arena, struct config_errors *errors, struct template **ret);

/* What a body of that media type has to be escaped for. */
enum template_escape template_escape_of(const char *content_type);
