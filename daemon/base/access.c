#include "base/access.h"

#include <string.h>

struct access *access_new(void)
{
	struct access *access = calloc(1, sizeof(*access));

	if (access)
		access->owners = 1;
	return access;
}

struct access *access_ref(struct access *access)
{
	if (access)
		access->owners++;
	return access;
}

static void wipe(char *text, size_t length)
{
	if (text)
		explicit_bzero(text, length);
	free(text);
}

static void wipe_string(char *text)
{
	wipe(text, text ? strlen(text) : 0);
}

void access_unref(struct access *access)
{
	if (!access || --access->owners > 0)
		return;
	free(access->user);
	wipe_string(access->password);
	wipe_string(access->token);
	for (char **header = access->headers; header && *header; header++)
		wipe_string(*header);
	free((void *)access->headers);
	wipe_string(access->proxy);
	free(access->certificate.bytes);
	wipe(access->key.bytes, access->key.length);
	free(access->authorities.bytes);
	free(access);
}

bool access_equal(const struct access *a, const struct access *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a->identity, b->identity) == 0;
}
