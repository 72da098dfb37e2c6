#include "dedup/snapshot.h"

#include <errno.h>
#include <stdint.h>

#include "base/hash.h"

int snapshot_put(const struct snapshot_writer *writer, const void *bytes, size_t length)
{
	uint64_t hash = hash_bytes(bytes, length);
	int r;

	r = writer->write(writer->userdata, bytes, length);
	if (r < 0)
		return r;
	return writer->write(writer->userdata, &hash, sizeof(hash));
}

int snapshot_get(const struct snapshot_reader *reader, void *ret_bytes, size_t length)
{
	uint64_t hash;
	int r;

	r = reader->read(reader->userdata, ret_bytes, length);
	if (r < 0)
		return r;
	r = reader->read(reader->userdata, &hash, sizeof(hash));
	if (r < 0)
		return r;
	return hash == hash_bytes(ret_bytes, length) ? 0 : -EBADMSG;
}
