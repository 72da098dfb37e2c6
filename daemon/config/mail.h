/* What of a [Mail] section needs more than its settings' parsers.  Private to this room. */
#pragma once

#include "config/build.h"
#include "model/hook.h"

/*
 * Completes the hook: who and where to, and the password.  Faults go to the errors.  Returns 0 or
 * -ENOMEM.
 */
int mail_build(struct build *build, const struct section *section, struct hook *hook);
