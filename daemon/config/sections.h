/*
 * The sections of a configuration's files with their settings parsed, in the order in which they
 * stand.  [Daemon] is one section however often it is opened; later values replace earlier ones.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "config/errors.h"
#include "config/settings.h"

#define CONFIG_FILE_MAX ((size_t)64 * 1024 * 1024)

struct sections {
	struct arena *scratch; /* the sections themselves */
	struct arena *arena;   /* the strings in them */
	struct config_errors *errors;
	struct section *first;
	struct section *last;
	struct section *daemon;
	size_t count[SECTION_KIND_MAX];
	/* While a file is read: */
	const char *file;
	const char *folder;
	struct section *current; /* NULL: its header was refused */
};

/* Starts with an empty [Daemon].  Returns 0 or -ENOMEM. */
int sections_init(struct sections *sections, struct arena *scratch, struct arena *arena,
	struct config_errors *errors);

/* Reads one file.  Faults, also of reading, go to the errors.  Returns 0 or -ENOMEM. */
int sections_read_file(struct sections *sections, const char *path);

/* As sections_read_file(), of a file that the command line names: it may be a pipe. */
int sections_read_given(struct sections *sections, const char *path);

/* Adds the fault of a section: "FILE:LINE: ..." at its header. */
#define section_error(sections_, section_, ...)                                                    \
	config_errors_add((sections_)->errors, (section_)->file, (section_)->line, __VA_ARGS__)

/* Adds the fault of a setting: "FILE:LINE: ..." where it was given, else at the header. */
#define setting_error(sections_, section_, key_, ...)                                              \
	config_errors_add((sections_)->errors, (section_)->file, section_line_of(section_, key_),  \
		__VA_ARGS__)

/* The line where the key was given (last), else that of the header. */
unsigned section_line_of(const struct section *section, const char *key);

/* Whether the key was given in the section, be it empty or 0. */
bool section_gives(const struct section *section, const char *key);

/* Refuses a section without a key that it needs; one with a faulty value was refused before. */
void section_require(const struct sections *sections, const struct section *section);

/* Refuses the second of two sections of one kind and name.  Returns whether it was refused. */
bool section_is_duplicate(const struct sections *sections, const struct section *section,
	const struct section *earlier);
