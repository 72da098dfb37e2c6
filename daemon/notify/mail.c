#include "notify/mail.h"

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "notify/mail_message.h"
#include "notify/words.h"

enum {
	REPLY_CLOSING = 421, /* RFC 5321 section 4.2.3: service not available */
};

struct attempt {
	notifier_done_fn done;
	void *userdata;
	struct smtp_transfer *transfer;
};

struct outcome mail_outcome(const struct smtp_result *result, char room[OUTCOME_WORDS_BYTES])
{
	struct outcome outcome = {.kind = OUTCOME_RETRY, .words = room};
	struct words words = words_of(room, OUTCOME_WORDS_BYTES);

	if (!result->words)
		return (struct outcome){.kind = OUTCOME_DELIVERED};
	words_add(&words, "%s", result->words);
	/* Before the mail itself was spoken of, others would fare no better. */
	outcome.unwell =
		result->stage <= SMTP_LOGIN || result->code == 0 || result->code == REPLY_CLOSING;
	/* RFC 5321 section 4.2.1: a permanent answer comes again; a wrong login is to be mended. */
	if (result->stage > SMTP_LOGIN && result->code / 100 == 5)
		outcome.kind = OUTCOME_FAILED;
	return outcome;
}

static void on_done(const struct smtp_result *result, void *userdata)
{
	struct attempt *attempt = userdata;
	notifier_done_fn done = attempt->done;
	void *owner = attempt->userdata;
	char words[OUTCOME_WORDS_BYTES];
	struct outcome outcome = mail_outcome(result, words);

	free(attempt);
	done(&outcome, owner);
}

static int send_message(const struct notifier_context *context, const struct hook *hook,
	const struct alert *alert, struct arena *arena, struct attempt *attempt)
{
	const char **to = arena_array(arena, hook->to.count + 1, sizeof(*to));
	struct smtp_request request = {
		.server = hook->url,
		.plain = !hook->starttls,
		.ca_file = hook->ca_file,
		.user = hook->user,
		.password = hook->password,
		.from = hook->from.address,
		.to = to,
		.timeout = hook->timeout,
		.transcript = context->transcript,
	};
	int r;

	if (!to)
		return -ENOMEM;
	for (size_t i = 0; i < hook->to.count; i++)
		to[i] = hook->to.boxes[i].address;
	r = mail_message_build(hook, alert, arena, &request.message, &request.length);
	if (r < 0)
		return r;
	return smtp_start(context->smtp, &request, on_done, attempt, &attempt->transfer);
}

static int mail_start(const struct notifier_context *context, const struct hook *hook,
	const struct alert *alert, notifier_done_fn done, void *userdata, struct attempt **ret)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct attempt *attempt = calloc(1, sizeof(*attempt));
	int r;

	if (!attempt)
		return -ENOMEM;
	*attempt = (struct attempt){.done = done, .userdata = userdata};
	r = arena_new(MAIL_ARENA_BYTES, &arena);
	if (r == 0)
		r = send_message(context, hook, alert, arena, attempt);
	if (r < 0) {
		free(attempt);
		return r;
	}
	*ret = attempt;
	return 0;
}

static void mail_cancel(struct attempt *attempt)
{
	smtp_cancel(attempt->transfer);
	free(attempt);
}

const struct notifier_ops mail_notifier = {
	.start = mail_start,
	.cancel = mail_cancel,
};
