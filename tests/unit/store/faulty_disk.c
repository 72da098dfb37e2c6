#include "faulty_disk.h"

#include <assert.h>
#include <sqlite3.h>
#include <stddef.h>

struct faulty_disk faulty_disk;

enum {
	KINDS = 4, /* of files, by their locking: the database, its WAL, temporary ones */
};

/* A copy of a kind's methods with ours among them; `real` is found from a file's pMethods. */
struct methods {
	sqlite3_io_methods faulty;
	const sqlite3_io_methods *real;
};

static sqlite3_vfs faulty_vfs;
static sqlite3_vfs *real_vfs;
static struct methods methods[KINDS];

static const sqlite3_io_methods *real_of(const sqlite3_file *file)
{
	return ((const struct methods *)file->pMethods)->real;
}

static bool fails(void)
{
	faulty_disk.calls++;
	if (faulty_disk.fail_at == 0)
		return false;
	return faulty_disk.lasting ? faulty_disk.calls >= faulty_disk.fail_at
				   : faulty_disk.calls == faulty_disk.fail_at;
}

static int faulty_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
	return fails() ? faulty_disk.error : real_of(file)->xWrite(file, bytes, length, offset);
}

static int faulty_sync(sqlite3_file *file, int flags)
{
	return fails() ? faulty_disk.error : real_of(file)->xSync(file, flags);
}

static int faulty_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return fails() ? faulty_disk.error : real_of(file)->xTruncate(file, size);
}

static int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct methods *kind = methods;
	int r;

	(void)vfs;
	r = real_vfs->xOpen(real_vfs, name, file, flags, out);
	if (r != SQLITE_OK || !file->pMethods)
		return r;
	while (kind->real && kind->real != file->pMethods)
		kind++;
	assert(kind < methods + KINDS);
	if (!kind->real) {
		kind->real = file->pMethods;
		kind->faulty = *kind->real;
		kind->faulty.xWrite = faulty_write;
		kind->faulty.xSync = faulty_sync;
		kind->faulty.xTruncate = faulty_truncate;
	}
	file->pMethods = &kind->faulty;
	return SQLITE_OK;
}

void faulty_disk_install(void)
{
	real_vfs = sqlite3_vfs_find(NULL);
	faulty_vfs = *real_vfs;
	faulty_vfs.zName = "faulty";
	faulty_vfs.pNext = NULL;
	faulty_vfs.xOpen = faulty_open;
	(void)sqlite3_vfs_register(&faulty_vfs, 1);
}
