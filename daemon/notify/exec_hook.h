/*
 * Exec hooks: a command of the administrator's for each alert, without a shell.  The event is its
 * standard input, the alert's fields its WIREWATCH_ variables; nothing from outside is an argument.
 * It runs in a unit of its own where HookSocket= has one, else as a process group of the daemon's
 * (notify/exec_run.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "notify/notifier.h"

enum {
	EXEC_VALUE_BYTES = 4096,    /* of a variable; a longer one is cut at a word */
	EXEC_DRAIN_BYTES = 1 << 16, /* read of standard error after the end: a pipe's content */
};

/* The command's whole environment, NULL-terminated, in the arena.  Returns 0 or -ENOMEM. */
int exec_environment(const struct alert *alert, struct arena *arena, char ***ret);

/* Whether the hook's commands run in units of their own as things are. */
bool exec_hook_has_unit(const struct hook *hook);

/* Logs how the exec hooks among these will run. */
void exec_announce(const struct hook *hooks, size_t count);
