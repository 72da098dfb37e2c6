#include "config/secrets.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"

int secret_credential_path(struct build *build, const struct section *section, const char *key,
	const char *name, const char **ret)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	*ret = NULL;
	if (!folder) {
		setting_error(build->sections, section, key,
			"%s=: systemd passed no credentials; expected LoadCredential=%s:FILE in "
			"the unit (or $CREDENTIALS_DIRECTORY set)",
			key, name);
		return 0;
	}
	*ret = arena_printf(build->arena, "%s/%s", folder, name);
	return *ret ? 0 : -ENOMEM;
}

int secret_read(struct build *build, const struct section *section, const char *key,
	const char *path, size_t limit, char **ret, size_t *ret_length)
{
	int r;

	*ret = NULL;
	r = file_read_stored(path, limit, ret, ret_length);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		setting_error(build->sections, section, key, "%s=: cannot read %s: %s", key, path,
			r == -EFBIG ? "it is too large" : file_error(r));
	return 0;
}
