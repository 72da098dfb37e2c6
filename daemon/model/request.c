#include "model/request.h"

#include "model/enum_names.h"

static const char *const outcome_names[] = {
	[REQUEST_DOCUMENT] = "document",
	[REQUEST_UNCHANGED] = "unchanged",
	[REQUEST_FAILED] = "failed",
};

DEFINE_ENUM_NAMES(request_outcome, enum request_outcome, outcome_names)
