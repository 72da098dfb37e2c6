/*
 * The settings that only a start applies, as it found them: each reload warns while the
 * configuration says otherwise (the settings table's SETTING_RESTART).
 */
#pragma once

#include "config/config.h"

enum {
	STANDING_COUNT = 5,
};

struct standing {
	char *values[STANDING_COUNT]; /* owned; NULL: not set */
};

/* Copies them.  Returns 0 or -ENOMEM. */
int standing_take(const struct config *config, struct standing *ret);

void standing_clear(struct standing *standing);

/* Names each that `config` has otherwise in the log. */
void standing_warn(const struct standing *standing, const struct config *config);
