#include "loaded_topics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/scratch.h"

enum {
	ARENA_BYTES = 64 * 1024 * 1024,
};

struct loaded loaded_topics(const char *text, const char *terms)
{
	struct loaded loaded = {0};
	char folder[SCRATCH_FOLDER_BYTES];
	char path[SCRATCH_PATH_BYTES];

	scratch_make(folder);
	scratch_write(folder, "t.conf", text);
	if (terms)
		scratch_write(folder, "terms.txt", terms);
	scratch_path(folder, "t.conf", path);
	assert_int_equal(arena_new(ARENA_BYTES, &loaded.arena), 0);
	loaded.result =
		topics_load(path, loaded.arena, &loaded.topics, &loaded.count, &loaded.errors);
	scratch_remove(folder);
	return loaded;
}

void loaded_clear(struct loaded *loaded)
{
	config_errors_clear(&loaded->errors);
	arena_free(loaded->arena);
}
