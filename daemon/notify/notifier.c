#include "notify/notifier.h"

const struct notifier_ops *notifier_of(enum hook_kind kind)
{
	static const struct notifier_ops *const notifiers[HOOK_KIND_MAX] = {
		[HOOK_WEBHOOK] = &webhook_notifier,
		[HOOK_EXEC] = &exec_notifier,
		[HOOK_MAIL] = &mail_notifier,
		[HOOK_JOURNAL] = &journal_notifier,
	};

	return notifiers[kind];
}
