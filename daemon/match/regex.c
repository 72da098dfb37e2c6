#define PCRE2_CODE_UNIT_WIDTH 8

#include "match/regex.h"

#include <errno.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

struct regex {
	pcre2_code *code;
};

struct regex_scratch {
	pcre2_match_context *context;
	pcre2_match_data *data;
};

int regex_new(const char *pattern, bool caseless, struct regex **ret)
{
	_cleanup_(regex_freep) struct regex *regex = calloc(1, sizeof(*regex));
	uint32_t options = PCRE2_UTF | PCRE2_UCP | (caseless ? PCRE2_CASELESS : 0);
	size_t length = strlen(pattern);
	PCRE2_SIZE offset;
	int error;

	if (!regex)
		return -ENOMEM;
	if (length > REGEX_PATTERN_MAX)
		return -EINVAL;
	regex->code = pcre2_compile((PCRE2_SPTR)pattern, length, options | PCRE2_NEVER_BACKSLASH_C,
		&error, &offset, NULL);
	if (!regex->code)
		return error == PCRE2_ERROR_NOMEMORY ? -ENOMEM : -EINVAL;
	*ret = TAKE_PTR(regex);
	return 0;
}

void regex_free(struct regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	free(regex);
}

int regex_scratch_new(struct regex_scratch **ret)
{
	_cleanup_(regex_scratch_freep) struct regex_scratch *scratch = calloc(1, sizeof(*scratch));

	if (!scratch)
		return -ENOMEM;
	scratch->context = pcre2_match_context_create(NULL);
	scratch->data = pcre2_match_data_create(1, NULL);
	if (!scratch->context || !scratch->data)
		return -ENOMEM;
	(void)pcre2_set_match_limit(scratch->context, REGEX_MATCH_LIMIT);
	(void)pcre2_set_depth_limit(scratch->context, REGEX_DEPTH_LIMIT);
	(void)pcre2_set_heap_limit(scratch->context, REGEX_HEAP_KIB);
	*ret = TAKE_PTR(scratch);
	return 0;
}

void regex_scratch_free(struct regex_scratch *scratch)
{
	if (!scratch)
		return;
	pcre2_match_context_free(scratch->context);
	pcre2_match_data_free(scratch->data);
	free(scratch);
}

bool regex_match(
	const struct regex *regex, struct regex_scratch *scratch, const char *text, size_t length)
{
	return pcre2_match(regex->code, (PCRE2_SPTR)text, length, 0, PCRE2_NO_UTF_CHECK,
		       scratch->data, scratch->context) >= 0;
}
