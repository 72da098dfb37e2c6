/*
 * What a receiver of webhooks answers, and what a command says on standard error: any bytes make
 * words that are one line of UTF-8, and a wait within its bounds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "notify/exec_outcome.h"
#include "notify/webhook.h"

#define NOW (UINT64_C(1792324800) * USEC_SEC)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_words(const char *words)
{
	if (!words)
		return;
	if (strlen(words) >= OUTCOME_WORDS_BYTES || !utf8_valid(words, strlen(words)))
		abort();
	for (; *words != '\0'; words++)
		if ((unsigned char)*words < 0x20)
			abort();
}

static void check_wait(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = strndup((const char *)data, size);
	usec wait = text ? retry_after_parse(text, NOW) : 0;

	if (wait != 0 && (wait < RETRY_AFTER_MIN || wait > RETRY_AFTER_MAX))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {200, 302, 404, 410, 500};
	char words[OUTCOME_WORDS_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		check_words(webhook_outcome(
			&(struct http_response){
				.status = statuses[i], .body = (const char *)data, .length = size},
			NOW, words)
				    .words);
	check_words(exec_outcome(&(struct exec_end){.code = CLD_EXITED,
					 .status = size > 0 ? data[0] : 0,
					 .tail = (const char *)data,
					 .tail_length = size},
		words)
			    .words);
	check_wait(data, size);
	return 0;
}
