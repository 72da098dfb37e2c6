/*
 * Secrets from systemd's credentials and from files.  What is said of an unreadable one never holds
 * any of it.  Private to this room.
 */
#pragma once

#include "config/build.h"

/*
 * The path of a credential that the setting `key` names.  *ret is NULL where there is none, which
 * goes to the errors.  Returns 0 or -ENOMEM.
 */
int secret_credential_path(struct build *build, const struct section *section, const char *key,
	const char *name, const char **ret);

/*
 * Reads a file that the setting `key` led to, within `limit` bytes.  *ret is NULL where it cannot
 * be read, which goes to the errors; else malloc's, a NUL behind it, to be wiped.  Returns 0 or
 * -ENOMEM.
 */
int secret_read(struct build *build, const struct section *section, const char *key,
	const char *path, size_t limit, char **ret, size_t *ret_length);
