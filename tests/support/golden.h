/*
 * A golden file holds what is expected to the letter.  WIREWATCH_WRITE_GOLDEN=1 writes it anew, to
 * be read before a commit.
 */
#pragma once

/* Fails the test where the file is missing or differs from the text. */
void golden_check(const char *path, const char *text);
