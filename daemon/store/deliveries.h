/* What alerts.c needs of deliveries.c.  Private to store/. */
#pragma once

#include "store/connection.h"

/* A pending delivery of the alert, due at once or after the earlier ones of hook and story. */
int delivery_add(
	struct store *store, int64_t alert_key, const struct alert *alert, const char *hook);
