/* An alert as a row's columns, for the two tables that hold alerts.  Private to store/. */
#pragma once

#include "store/statement.h"

#define ALERT_COLUMNS "id, type, time, topic, story, title, url, feed, relation, event"

/* Binds the next parameters, in the order of ALERT_COLUMNS. */
void alert_bind(struct statement *statement, const struct alert *alert);

/* Reads the next columns; strings as column_text().  Returns 0 or an error. */
int alert_read(struct statement *statement, struct arena *arena, struct alert *ret);
