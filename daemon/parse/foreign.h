/* Documents of other kinds, told by how their bytes begin, so that the user hears what came. */
#pragma once

#include <stddef.h>

/* What they are, in words ("a PDF document"), or NULL. */
const char *foreign_kind(const char *bytes, size_t length);
