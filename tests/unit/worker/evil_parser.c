/*
 * A stand-in for daemon/parse that does what the document's first word says, from within the
 * reader and its sandbox.  Other documents become one entry that tells what the job brought.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "parse/feed_parser.h"
#include "worker/job.h"

struct evil_call {
	const struct document *document;
	struct arena *arena;
	struct parsed_feed *feed;
	const char **reason;
};

static int crash(const struct evil_call *call)
{
	(void)call;
	(void)raise(SIGSEGV);
	return 0;
}

static int end_by_abort(const struct evil_call *call)
{
	(void)call;
	abort();
}

static int spin(const struct evil_call *call)
{
	volatile bool forever = true;

	(void)call;
	while (forever)
		;
	return 0;
}

static int sleep_for_good(const struct evil_call *call)
{
	uint32_t word = 0;

	(void)call;
	while (word == 0)
		(void)syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	return 0;
}

static int eat_memory(const struct evil_call *call)
{
	const size_t portion = 32 * 1024 * 1024;

	(void)call;
	while (mmap(NULL, portion, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		;
	return -ENOMEM;
}

static int open_file(const struct evil_call *call)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	*call->reason = fd < 0 ? arena_printf(call->arena, "open: %s", strerror(errno)) : "opened";
	return -EBADMSG;
}

static int make_socket(const struct evil_call *call)
{
	*call->reason = socket(AF_INET, SOCK_STREAM, 0) < 0 ? "refused" : "made";
	return -EBADMSG;
}

static int execute(const struct evil_call *call)
{
	char *const arguments[] = {(char *)"/bin/true", NULL};

	*call->reason = execv(arguments[0], arguments) < 0 ? "refused" : "executed";
	return -EBADMSG;
}

static int fork_process(const struct evil_call *call)
{
	*call->reason = fork() < 0 ? "refused" : "forked";
	return -EBADMSG;
}

static int kill_parent(const struct evil_call *call)
{
	*call->reason = kill(1, 0) < 0 ? "refused" : "signalled";
	return -EBADMSG;
}

static int trace_parent(const struct evil_call *call)
{
	*call->reason = ptrace(PTRACE_ATTACH, 1, NULL, NULL) < 0 ? "refused" : "attached";
	return -EBADMSG;
}

static int map_code(const struct evil_call *call)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*call->reason = code == MAP_FAILED ? "refused" : "mapped";
	return -EBADMSG;
}

static int write_elsewhere(const struct evil_call *call)
{
	*call->reason = write(7, "x", 1) < 0 ? "refused" : "written";
	return -EBADMSG;
}

static int leave(const struct evil_call *call)
{
	(void)call;
	_exit(3);
}

static int refuse(const struct evil_call *call)
{
	static struct diagnosis diagnosis = {.line = 7, .words = "no element at all"};
	static const char *alternates[] = {"https://example.org/feed"};

	call->feed->diagnoses = &diagnosis;
	call->feed->diagnosis_count = 1;
	call->feed->alternates = alternates;
	call->feed->alternate_count = 1;
	*call->reason = "this is a web page";
	return -EBADMSG;
}

/* As where the reason names an address or an element of the document. */
static int refuse_at_length(const struct evil_call *call)
{
	char *words = arena_alloc(call->arena, ANSWER_REASON_MAX + 3);

	memset(words, 'a', ANSWER_REASON_MAX - 1);
	strcpy(words + ANSWER_REASON_MAX - 1, "\u00e9b");
	*call->reason = words;
	return -EBADMSG;
}

static int fail_without_reason(const struct evil_call *call)
{
	(void)call;
	return -EILSEQ;
}

/* More in all than an answer may hold, though each text keeps its limit. */
static int say_too_much(const struct evil_call *call)
{
	const size_t count = ROUND_BYTES_MAX / ENTRY_TEXT_MAX + 1;
	char *text = arena_alloc(call->arena, ENTRY_TEXT_MAX + 1);

	memset(text, 'a', ENTRY_TEXT_MAX);
	call->feed->entries = arena_array(call->arena, count, sizeof(struct entry));
	call->feed->entry_count = count;
	for (size_t i = 0; i < count; i++)
		call->feed->entries[i].content = text;
	return 0;
}

/* Leaves small blocks all over the heap, as a library's caches would. */
static int litter(const struct evil_call *call)
{
	static void *volatile kept[4096];

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		free(malloc(16 * 1024));
		kept[i] = memset(malloc(4000), 1, 4000);
	}
	(void)call;
	return 0;
}

/* What the rest of the document says, read from what the job brought. */
static int echo(const struct evil_call *call, size_t known_count)
{
	struct entry *entry = arena_new_object(call->arena, struct entry);
	size_t length = call->document->length;

	entry->id = call->document->url;
	entry->author = call->document->content_type;
	entry->title = arena_copy(call->arena, call->document->bytes,
		length < ENTRY_TITLE_MAX ? length : ENTRY_TITLE_MAX);
	entry->content = arena_printf(call->arena, "%zu bytes", length);
	entry->summary = arena_printf(call->arena, "%d", (int)getpid());
	call->feed->entries = entry;
	call->feed->entry_count = 1;
	call->feed->known_count = known_count < ENTRIES_MAX ? known_count : ENTRIES_MAX;
	call->feed->known =
		arena_array(call->arena, call->feed->known_count, sizeof(struct digest));
	return 0;
}

static const struct {
	const char *word;
	int (*act)(const struct evil_call *call);
} acts[] = {
	{"crash", crash},
	{"abort", end_by_abort},
	{"spin", spin},
	{"sleep", sleep_for_good},
	{"eat", eat_memory},
	{"open", open_file},
	{"socket", make_socket},
	{"exec", execute},
	{"fork", fork_process},
	{"kill", kill_parent},
	{"trace", trace_parent},
	{"code", map_code},
	{"write", write_elsewhere},
	{"leave", leave},
	{"refuse", refuse},
	{"ramble", refuse_at_length},
	{"fail", fail_without_reason},
	{"chatter", say_too_much},
	{"litter", litter},
};

int parse_prepare(void)
{
	return 0;
}

int feed_parse(const struct document *document, const struct digest *known, size_t known_count,
	struct arena *arena, struct parsed_feed *ret, const char **ret_reason)
{
	const struct evil_call call = {document, arena, ret, ret_reason};

	(void)known;
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
		if (strncmp(document->bytes, acts[i].word, strlen(acts[i].word)) == 0)
			return acts[i].act(&call);
	return echo(&call, known_count);
}
