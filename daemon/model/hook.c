#include "model/hook.h"

#include "model/enum_names.h"

static const char *const kind_names[] = {
	[HOOK_WEBHOOK] = "webhook",
	[HOOK_EXEC] = "exec",
	[HOOK_JOURNAL] = "journal",
};

DEFINE_ENUM_TO_STRING(hook_kind, enum hook_kind, kind_names)
