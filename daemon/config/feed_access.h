/*
 * The settings of a feed or of a list of feeds that make its access (base/access.h): read, checked
 * against each other, the secrets fetched.  Private to this room.
 */
#pragma once

#include "base/url.h"
#include "config/build.h"

/*
 * Makes the access of a section, with the user and password of a URL where that has some (absent:
 * a NULL part).  *ret is NULL where nothing asks for one, or it is the configuration's.  Faults go
 * to the errors.  Returns 0 or -ENOMEM.
 */
int build_access(struct build *build, const struct section *section, struct url_part userinfo,
	struct access **ret);

/* Whether the section itself gives a password or token, which is for one site alone. */
bool section_gives_credentials(const struct section *section);
