#include "model/hook.h"

#include "model/enum_names.h"

static const char *const kind_names[] = {
	[HOOK_WEBHOOK] = "webhook",
	[HOOK_EXEC] = "exec",
	[HOOK_MAIL] = "mail",
	[HOOK_JOURNAL] = "journal",
};

static const char *const format_names[] = {
	[HOOK_FORMAT_JSON] = "json",
	[HOOK_FORMAT_CLOUDEVENTS] = "cloudevents",
	[HOOK_FORMAT_SLACK] = "slack",
	[HOOK_FORMAT_DISCORD] = "discord",
	[HOOK_FORMAT_MATTERMOST] = "mattermost",
	[HOOK_FORMAT_TEAMS] = "teams",
	[HOOK_FORMAT_NTFY] = "ntfy",
	[HOOK_FORMAT_MATRIX] = "matrix",
	[HOOK_FORMAT_TEXT] = "text",
};

DEFINE_ENUM_TO_STRING(hook_kind, enum hook_kind, kind_names)
DEFINE_ENUM_NAMES(hook_format, enum hook_format, format_names)
