#include "intake/story_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "intake/fingerprint_cache.h"

static const char snapshot_name[] = "stories.snapshot";

#define SNAPSHOT_MAGIC UINT64_C(0x31504e5353575757) /* "WWWSSNP1" */

enum {
	/*
	 * Adding an article costs about as much time as writing and reading 64 of them, and the
	 * writing of a small snapshot as much as adding a thousand (measured by bench_stories).
	 */
	SAVE_AFTER_SHARE = 64,
	SAVE_AFTER_LEAST = 1000,
	/* One fingerprint, and the articles that a snapshot is checked against. */
	SCRATCH_BYTES = 4 * 1024 * 1024,
	SNAPSHOT_MODE = 0640,
	FILE_BUFFER_BYTES = 256 * 1024,
};

struct story_keeper {
	struct clock *clock;
	struct store *store;
	char *snapshot; /* its path; NULL: none is kept */
	struct arena *scratch;
	struct fingerprint_cache *cache;
	struct story_index *index;  /* ready */
	struct story_index *making; /* not yet */
	usec until;                 /* of the slice at hand */
	int64_t read;               /* the store's last article that `making` has seen */
	int64_t saved;              /* the snapshot's last article; 0: there is none */
	int64_t committed;          /* the index's last article that cannot be taken back */
};

/* Stands before the index: which article of which database is the last in it. */
struct snapshot_head {
	uint64_t magic;
	int64_t last;
	char id[ID_SIZE];
};

static int load_fingerprint(void *userdata, int64_t article, struct arena *arena,
	const void **ret_bytes, size_t *ret_length)
{
	struct story_keeper *keeper = userdata;
	int r;

	r = fingerprint_cache_get(keeper->cache, article, arena, ret_bytes, ret_length);
	if (r != -ENOENT)
		return r;
	r = store_fingerprint_get(keeper->store, article, arena, ret_bytes, ret_length);
	if (r == 0)
		fingerprint_cache_put(keeper->cache, article, *ret_bytes, *ret_length);
	return r;
}

int story_keeper_new(
	struct clock *clock, struct store *store, const char *directory, struct story_keeper **ret)
{
	_cleanup_(story_keeper_freep) struct story_keeper *keeper = calloc(1, sizeof(*keeper));
	int r;

	if (!keeper)
		return -ENOMEM;
	keeper->clock = clock;
	keeper->store = store;
	r = fingerprint_cache_new(&keeper->cache);
	if (r < 0)
		return r;
	r = arena_new(SCRATCH_BYTES, &keeper->scratch);
	if (r < 0)
		return r;
	if (directory && asprintf(&keeper->snapshot, "%s/%s", directory, snapshot_name) < 0)
		return -ENOMEM;
	*ret = TAKE_PTR(keeper);
	return 0;
}

void story_keeper_free(struct story_keeper *keeper)
{
	if (!keeper)
		return;
	story_index_free(keeper->index);
	story_index_free(keeper->making);
	fingerprint_cache_free(keeper->cache);
	arena_free(keeper->scratch);
	free(keeper->snapshot);
	free(keeper);
}

struct story_index *story_keeper_index(const struct story_keeper *keeper)
{
	return keeper->index;
}

/* The id of an article, by which one database is told from another. */
static int article_id(struct story_keeper *keeper, int64_t key, char ret[ID_SIZE])
{
	const char *id;
	int length;
	int r;

	arena_reset(keeper->scratch);
	r = store_article_id(keeper->store, key, keeper->scratch, &id);
	length = r == 0 ? snprintf(ret, ID_SIZE, "%s", id) : 0;
	if (length > ID_LENGTH)
		r = -EBADMSG;
	arena_reset(keeper->scratch);
	return r;
}

/* ---- reading ---- */

static int read_piece(void *userdata, void *ret_bytes, size_t length)
{
	FILE *file = userdata;

	if (fread(ret_bytes, 1, length, file) == length)
		return 0;
	return ferror(file) ? -EIO : -ENODATA;
}

/* Returns -ESTALE where the snapshot is not of this database as it is now. */
static int read_head(struct story_keeper *keeper, FILE *file, int64_t *ret_last)
{
	const struct snapshot_reader reader = {read_piece, file};
	struct snapshot_head head;
	char id[ID_SIZE];
	int r;

	r = snapshot_get(&reader, &head, sizeof(head));
	if (r < 0)
		return r;
	if (head.magic != SNAPSHOT_MAGIC || head.id[ID_LENGTH] != '\0')
		return -EBADMSG;
	r = article_id(keeper, head.last, id);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == -ENOENT || strcmp(id, head.id) != 0)
		return -ESTALE;
	*ret_last = head.last;
	return 0;
}

static int read_index(
	struct story_keeper *keeper, FILE *file, struct story_index **ret, int64_t *ret_last)
{
	struct story_index_options options = {.load = load_fingerprint, .userdata = keeper};
	_cleanup_(story_index_freep) struct story_index *index = NULL;
	int64_t last = 0;
	int r;

	r = read_head(keeper, file, &last);
	if (r == 0)
		r = story_index_read(&options, read_piece, file, &index);
	if (r == 0 && story_index_usage(index).last_article != last)
		r = -EBADMSG;
	if (r < 0)
		return r;
	*ret = TAKE_PTR(index);
	*ret_last = last;
	return 0;
}

/* Leaves keeper->making NULL where the snapshot cannot be used. */
static int read_snapshot(struct story_keeper *keeper)
{
	FILE *file = keeper->snapshot ? fopen(keeper->snapshot, "re") : NULL;
	const char *why;
	int r;

	if (!file)
		return 0; /* the first start, most likely */
	(void)setvbuf(file, NULL, _IOFBF, FILE_BUFFER_BYTES);
	r = read_index(keeper, file, &keeper->making, &keeper->read);
	(void)fclose(file);
	if (r == -ENOMEM)
		return r;
	if (r == 0) {
		keeper->saved = keeper->read;
		return 0;
	}
	why = r == -ESTALE  ? "belongs to another version or database"
		: r == -EIO ? "cannot be read"
			    : "is damaged";
	log_notice("%s %s; the stories are read from the store instead", keeper->snapshot, why);
	return 0;
}

/* ---- from the store ---- */

static int begin(struct story_keeper *keeper)
{
	struct story_index_options options = {.load = load_fingerprint, .userdata = keeper};
	int r;

	keeper->read = 0;
	keeper->saved = 0;
	r = read_snapshot(keeper);
	if (r < 0 || keeper->making)
		return r;
	return story_index_new(&options, &keeper->making);
}

/* Returns 1 where the slice's time is over. */
static int add_remembered(const struct article_record *record, void *userdata)
{
	struct story_keeper *keeper = userdata;
	struct article_facts facts = {record->host, record->article.first_seen};
	struct fingerprint *fingerprint;
	int r;

	arena_reset(keeper->scratch);
	r = fingerprint_from_bytes(
		record->fingerprint, record->fingerprint_length, keeper->scratch, &fingerprint);
	if (r == 0)
		r = story_index_add(keeper->making, record->key, record->story, fingerprint, &facts,
			record->confidence);
	else if (r == -EBADMSG || r == -ESTALE)
		r = 0; /* one article is not recognised any more; all others are */
	if (r < 0)
		return r;
	keeper->read = record->key;
	return clock_monotonic(keeper->clock) > keeper->until;
}

int story_keeper_prepare(struct story_keeper *keeper, usec budget)
{
	int r;

	if (keeper->index)
		return 0;
	keeper->until = usec_add(clock_monotonic(keeper->clock), budget);
	r = keeper->making ? 0 : begin(keeper);
	if (r == 0)
		r = store_fingerprints_after(keeper->store, keeper->read, add_remembered, keeper);
	arena_reset(keeper->scratch);
	if (r < 0) {
		story_index_free(TAKE_PTR(keeper->making));
		return r;
	}
	if (r > 0)
		return 1;
	keeper->index = TAKE_PTR(keeper->making);
	keeper->committed = story_index_usage(keeper->index).last_article;
	return 0;
}

/* ---- with the store ---- */

void story_keeper_stored(struct story_keeper *keeper, const struct article_record *record)
{
	fingerprint_cache_put(
		keeper->cache, record->key, record->fingerprint, record->fingerprint_length);
}

void story_keeper_commit(struct story_keeper *keeper)
{
	if (keeper->index)
		keeper->committed = story_index_usage(keeper->index).last_article;
}

/*
 * How common their words are stays counted: a write that fails is rare, and a few stories among all
 * weigh nothing.
 */
void story_keeper_undo(struct story_keeper *keeper, int64_t last)
{
	fingerprint_cache_clear(keeper->cache);
	if (!keeper->index)
		return;
	for (int64_t key = story_index_usage(keeper->index).last_article; key > last; key--)
		(void)story_index_remove(keeper->index, key);
}

void story_keeper_take_back(struct story_keeper *keeper)
{
	story_keeper_undo(keeper, keeper->committed);
}

/* ---- writing ---- */

static int write_piece(void *userdata, const void *bytes, size_t length)
{
	return fwrite(bytes, 1, length, userdata) == length ? 0 : -errno;
}

static int write_index(
	const struct story_keeper *keeper, const struct snapshot_head *head, FILE *file)
{
	const struct snapshot_writer writer = {write_piece, file};
	int r;

	r = snapshot_put(&writer, head, sizeof(*head));
	if (r == 0)
		r = story_index_write(keeper->index, write_piece, file);
	if (r == 0 && (fflush(file) != 0 || fsync(fileno(file)) < 0))
		r = -errno;
	return r;
}

/* The folder's entry is not synced: after a loss of power the old snapshot serves as well. */
static int replace_snapshot(
	struct story_keeper *keeper, const struct snapshot_head *head, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, SNAPSHOT_MODE);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	int r;

	if (!file) {
		r = -errno;
		closep(&fd);
		return r;
	}
	(void)setvbuf(file, NULL, _IOFBF, FILE_BUFFER_BYTES);
	r = write_index(keeper, head, file);
	if (fclose(file) != 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(path, keeper->snapshot) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(path);
	return r;
}

/*
 * Whether writing is worth it, and possible: what was taken back last may have had a higher key
 * than any article that is stored; then the next one will do.
 */
static bool begin_head(struct story_keeper *keeper, struct snapshot_head *ret)
{
	struct story_index_usage usage = story_index_usage(keeper->index);
	struct snapshot_head head = {.magic = SNAPSHOT_MAGIC, .last = usage.last_article};

	if (usage.last_article - keeper->saved <
		SAVE_AFTER_LEAST + (int64_t)(usage.articles / SAVE_AFTER_SHARE))
		return false;
	if (usage.last_article > keeper->committed || article_id(keeper, head.last, head.id) < 0)
		return false;
	*ret = head;
	return true;
}

void story_keeper_save(struct story_keeper *keeper)
{
	_cleanup_(freep) char *path = NULL;
	struct snapshot_head head;
	int r;

	if (!keeper->snapshot || !keeper->index || !begin_head(keeper, &head))
		return;
	if (asprintf(&path, "%s.new", keeper->snapshot) < 0)
		return;
	r = replace_snapshot(keeper, &head, path);
	if (r < 0)
		(void)log_fail(r, "cannot write %s: %m; the next start reads the store instead",
			keeper->snapshot);
	else
		keeper->saved = head.last;
}
