/*
 * When an alert of a topic with MaxRate=, Digest= or Quiet= goes out (docs/ALERTS.md A7).  Pure:
 * the same facts and the same zone files give the same answer.
 */
#pragma once

#include "model/gathering.h"
#include "store/store.h"

/*
 * When what comes to the topic at `now` goes out; 0: at once.  A window of MaxRate= begins with the
 * first alert after the last one's end.
 */
usec gather_due(const struct gathering *gathering, const struct topic_gathering *state, usec now);

/* Counts an alert that goes out at once. */
void gather_count(const struct gathering *gathering, struct topic_gathering *state, usec now);
