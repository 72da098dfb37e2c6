#include "model/story.h"

#include "model/enum_names.h"

static const char *const relation_names[] = {
	[RELATION_NEW] = "new",
	[RELATION_COPY] = "copy",
	[RELATION_REWRITE] = "rewrite",
	[RELATION_UPDATE] = "update",
	[RELATION_REPRINT] = "reprint",
};

DEFINE_ENUM_NAMES(relation, enum relation, relation_names)
