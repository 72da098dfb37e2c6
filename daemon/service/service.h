/*
 * The daemon at work: the rooms in the order in which they stand on each other, the loop, the
 * configuration that they follow, and what systemd is told (sd_notify(3)).
 */
#pragma once

#include <stdbool.h>

#include "base/exit_code.h"

/*
 * Runs until SIGTERM or SIGINT; with `once` until what is due is polled and what is owed is sent.
 * `path` is the configuration's; NULL: /etc/wirewatch.  Says what is wrong, and how to mend it.
 */
enum exit_code service_run(const char *path, bool once);

/* Says whether the configuration is good. */
enum exit_code service_check(const char *path);
