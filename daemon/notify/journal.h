/*
 * Alerts to the systemd journal: structured fields, a MESSAGE_ID for each event type
 * (base/message_ids.h) with its catalog entry.  Where there is no journal, libsystemd drops them.
 */
#pragma once

#include "base/arena.h"
#include "notify/notifier.h"

/* The alert's fields as "NAME=value", NULL-terminated, in the arena.  Returns 0 or -ENOMEM. */
int journal_fields(const struct alert *alert, struct arena *arena, char ***ret);
