/*
 * Runs a fuzz target over every file of the folders and files named, as libFuzzer does with
 * -runs=0, for compilers without it.  A folder that is missing or empty is a failure: a target
 * without seeds tests nothing.
 */
#include <dirent.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "base/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Runs one file.  Returns 1, or 0 where it cannot be read. */
static unsigned replay_file(const char *path)
{
	_cleanup_(fclosep) FILE *file = fopen(path, "re");
	_cleanup_(freep) uint8_t *bytes = NULL;
	struct stat status;
	size_t length;

	if (!file || fstat(fileno(file), &status) < 0)
		return 0;
	/* Exactly as long as the file, so that a sanitizer sees a step beyond its end. */
	length = (size_t)status.st_size;
	bytes = malloc(length > 0 ? length : 1);
	if (!bytes || fread(bytes, 1, length, file) != length)
		return 0;
	(void)LLVMFuzzerTestOneInput(bytes, length);
	return 1;
}

static unsigned replay_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *found;
	unsigned count = 0;

	if (!folder)
		return 0;
	while ((found = readdir(folder))) {
		char name[4096];

		if (found->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, found->d_name);
		count += replay_file(name);
	}
	(void)closedir(folder);
	return count;
}

int main(int argc, char **argv)
{
	unsigned count = 0;

	for (int i = 1; i < argc; i++) {
		struct stat status;

		if (stat(argv[i], &status) < 0)
			continue;
		count += S_ISDIR(status.st_mode) ? replay_folder(argv[i]) : replay_file(argv[i]);
	}
	printf("%u inputs\n", count);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
