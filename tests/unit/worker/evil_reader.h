/*
 * Readers that misbehave, for a test that is its own reader: with READER_ARGUMENT the real role
 * around the stand-in of evil_parser.c, with other arguments one that breaks the protocol.
 */
#pragma once

#include <stdbool.h>

/* Plays the role that the argument names; returns whether there is one, which ended with *ret. */
bool evil_reader_play(const char *argument, int *ret);
