#include "base/timezone.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macro.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"

/* No zone is set forward or back twice within so long. */
#define AROUND ((int64_t)24 * 60 * 60)

static bool is_name(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > TIMEZONE_NAME_MAX || strstr(name, ".."))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("+-_/.", name[i]))
			return false;
	return isalnum((unsigned char)name[0]) && name[length - 1] != '/';
}

bool timezone_exists(const char *name)
{
	static const char magic[] = "TZif"; /* RFC 9636 section 3.1 */
	_cleanup_(fclosep) FILE *file = NULL;
	char path[sizeof(ZONE_FOLDER) + 1 + TIMEZONE_NAME_MAX];
	char start[sizeof(magic) - 1];

	if (!is_name(name))
		return false;
	if (strcmp(name, "UTC") == 0)
		return true;
	(void)snprintf(path, sizeof(path), "%s/%s", ZONE_FOLDER, name);
	file = fopen(path, "re");
	return file && fread(start, sizeof(start), 1, file) == 1 &&
		memcmp(start, magic, sizeof(start)) == 0;
}

int timezone_enter(const char *name, struct timezone_visit *ret)
{
	const char *before = getenv("TZ");
	struct timezone_visit visit = {.changed = name != NULL};

	if (name && before) {
		visit.before = strdup(before);
		if (!visit.before)
			return -ENOMEM;
	}
	if (name && setenv("TZ", name, 1) < 0) {
		free(visit.before);
		return -ENOMEM;
	}
	tzset();
	*ret = visit;
	return 0;
}

void timezone_leave(struct timezone_visit *visit)
{
	if (!visit->changed)
		return;
	if (visit->before)
		(void)setenv("TZ", visit->before, 1);
	else
		(void)unsetenv("TZ");
	free(visit->before);
	tzset();
	*visit = (struct timezone_visit){0};
}

int64_t timezone_offset(int64_t utc)
{
	time_t time = (time_t)utc;
	struct tm local;

	return localtime_r(&time, &local) ? local.tm_gmtoff : 0;
}

/* The first moment after `early` and up to `late` at which the zone's offset is another. */
static int64_t find_change(int64_t early, int64_t late)
{
	int64_t offset = timezone_offset(early);

	while (late - early > 1) {
		int64_t middle = early + (late - early) / 2;

		if (timezone_offset(middle) == offset)
			early = middle;
		else
			late = middle;
	}
	return late;
}

int64_t timezone_from_local(int64_t local)
{
	int64_t before = timezone_offset(local - AROUND);
	int64_t after = timezone_offset(local + AROUND);
	int64_t first = local - before;
	int64_t second = local - after;

	if (timezone_offset(first) == before)
		return first;
	if (timezone_offset(second) == after)
		return second;
	return find_change(second, first);
}
