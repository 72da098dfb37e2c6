/*
 * Character references of HTML as they stand in markup ("&eacute;", "&#233;", "&#xE9;"): all names
 * of the HTML standard that mean one character, numbers as browsers take them (section 13.2.5,
 * windows-1252 for 128 to 159).  The semicolon may be missing after a number and after the names
 * that older HTML let go without.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The character of a name ("eacute"), or 0. */
uint32_t html_entity_find(const char *name, size_t length);

/*
 * Reads the reference at `text`, which is at its "&".  Returns its length and sets the character,
 * or 0 where there is none.
 */
size_t html_entity_read(const char *text, size_t length, uint32_t *ret);

/* What windows-1252 has at a byte; its five holes stay controls. */
uint32_t windows_1252_character(uint8_t byte);
