/*
 * A round between its arrival and its commit: document -> reader -> entries, taken in a slice at a
 * time -> the feed's new state.  It owns the round until it hands it back to the poller, and is in
 * pipeline->in_hand meanwhile.  Whatever goes wrong ends it: what it brought is taken back, and its
 * feed is asked again.
 */
#pragma once

struct passing;
struct pipeline;
struct round;

/* Takes the round over. */
void passing_begin(struct pipeline *pipeline, struct round *round);

/* For the end of the pipeline: the round goes as if it had not been. */
void passing_free(struct passing *passing);

/* Takes entries in of the document whose turn it is; userdata is the pipeline (clock_timer_fn). */
void passing_slice(void *userdata);
