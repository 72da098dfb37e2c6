/* How many rows there are, kept up with each commit.  Private to store/. */
#pragma once

struct store;

/* Writes what the open transaction added and removed, before its commit. */
int figures_note(struct store *store);
