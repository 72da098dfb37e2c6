#include "notify/exec_outcome.h"

#include <errno.h>
#include <string.h>

#include "notify/words.h"

/* The last EXEC_STDERR_BYTES, from the start of a character, without the ends of lines. */
static void quote_tail(const struct exec_end *end, struct words *words)
{
	const char *tail = end->tail;
	size_t length = end->tail_length;
	bool cut = length > EXEC_STDERR_BYTES;

	while (length > 0 && (tail[length - 1] == '\n' || tail[length - 1] == '\r'))
		length--;
	if (length > EXEC_STDERR_BYTES) {
		tail += length - EXEC_STDERR_BYTES;
		length = EXEC_STDERR_BYTES;
		while (length > 0 && ((unsigned char)*tail & 0xC0) == 0x80) {
			tail++;
			length--;
		}
	}
	if (length == 0)
		return;
	words_add(words, "; it said: %s", cut ? "…" : "");
	words_add_foreign(words, tail, length, length);
}

static struct outcome start_outcome(const struct exec_end *end, struct words *words)
{
	/* The machine is short of something that may come back; else the command is no command. */
	bool is_short = end->error == -EAGAIN || end->error == -ENOMEM || end->error == -EMFILE ||
		end->error == -ENFILE;

	words_add(words, "the command %s cannot be started: %s%s", end->command,
		strerrordesc_np(-end->error), is_short ? "" : "; correct Command=");
	return (struct outcome){
		.kind = is_short ? OUTCOME_RETRY : OUTCOME_FAILED,
		.unwell = true,
	};
}

/* It has not run: what is wrong is the unit's, and may be mended at any time. */
static struct outcome unit_outcome(const struct exec_end *end, struct words *words)
{
	const char *reason = end->words;

	if (!reason)
		reason = end->error < 0 ? strerrordesc_np(-end->error) : "it ended at once";
	words_add(words,
		"the command was not run: its unit did not take it: %s; see systemctl status "
		"wirewatch-hook.socket and journalctl -u '" EXEC_UNITS "'",
		reason);
	return (struct outcome){.kind = OUTCOME_RETRY, .unwell = true};
}

static struct outcome end_outcome(const struct exec_end *end, struct words *words)
{
	enum outcome_kind kind = OUTCOME_FAILED;

	if (end->timed_out) {
		words_add(words, "the command did not end within its Timeout= and was killed");
	} else if (end->fate == EXEC_LOST) {
		words_add(words,
			"the command's unit was ended from outside, perhaps for its MemoryMax=; "
			"see "
			"journalctl -u '" EXEC_UNITS "'");
	} else if (end->code != CLD_EXITED) {
		words_add(words, "the command was killed by SIG%s%s", sigabbrev_np(end->status),
			end->in_unit && end->status == SIGKILL
				? ", perhaps for the MemoryMax= of its unit"
				: "");
	} else if (end->status == 0) {
		return (struct outcome){.kind = OUTCOME_DELIVERED};
	} else if (end->status == EXEC_TEMPFAIL) {
		kind = OUTCOME_RETRY;
		words_add(words, "the command asks to be run later (exit status 75)");
	} else {
		words_add(words, "the command failed with exit status %d", end->status);
	}
	quote_tail(end, words);
	return (struct outcome){.kind = kind};
}

struct outcome exec_outcome(const struct exec_end *end, char room[OUTCOME_WORDS_BYTES])
{
	struct words words = words_of(room, OUTCOME_WORDS_BYTES);
	struct outcome outcome;

	switch (end->fate) {
	case EXEC_NO_COMMAND:
		outcome = start_outcome(end, &words);
		break;
	case EXEC_NOT_TAKEN:
		outcome = unit_outcome(end, &words);
		break;
	default:
		outcome = end_outcome(end, &words);
		break;
	}
	outcome.words = outcome.kind == OUTCOME_DELIVERED ? NULL : room;
	return outcome;
}
