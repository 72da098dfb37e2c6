#include "unit/match/case_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match/matcher.h"

enum {
	ARENA_BYTES_MAX = 16 * 1024 * 1024,
};

/* What a matcher said: a column, or whether it matched. */
struct outcome {
	long column; /* 0: no error */
	bool matched;
};

static int run_case(
	struct match_scratch *scratch, struct arena *arena, const json_t *line, struct outcome *ret)
{
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	struct matcher_errors errors = {0};
	struct topic topic = {
		.name = "t",
		.query = json_string_value(json_object_get(line, "query")),
		.stem = json_string_value(json_object_get(line, "stem")),
		.regex = json_is_true(json_object_get(line, "regex")),
	};
	struct article article;
	const uint32_t *topics;
	const char *error;
	size_t count;
	int r;

	*ret = (struct outcome){0};
	r = article_from_json(json_object_get(line, "article"), arena, &article, &error);
	if (r < 0)
		return r;
	r = matcher_new(&topic, 1, &matcher, &errors);
	if (r == -EINVAL && errors.count == 1) {
		ret->column = errors.errors[0].column;
		matcher_errors_clear(&errors);
		return 0;
	}
	if (r < 0)
		return r;
	r = matcher_run(matcher, scratch, &article, &topics, &count);
	if (r < 0)
		return r;
	ret->matched = count == 1;
	return 0;
}

static bool is_expected(const json_t *expect, const struct outcome *outcome)
{
	if (json_is_object(expect))
		return outcome->column == json_integer_value(json_object_get(expect, "error"));
	return outcome->column == 0 && outcome->matched == json_is_true(expect);
}

static bool check_line(struct match_scratch *scratch, struct arena *arena, const char *text)
{
	json_t *line = json_loads(text, 0, NULL);
	struct outcome outcome;
	bool good;
	int r;

	arena_reset(arena);
	r = run_case(scratch, arena, line, &outcome);
	good = r == 0 && is_expected(json_object_get(line, "expect"), &outcome);
	if (!good)
		printf("%s: %s: got %s, column %ld (%d)\n",
			json_string_value(json_object_get(line, "id")),
			json_string_value(json_object_get(line, "query")),
			outcome.matched ? "match" : "no match", outcome.column, r);
	json_decref(line);
	return good;
}

int case_file_run(const char *path, size_t *ret_failed)
{
	_cleanup_(match_scratch_freep) struct match_scratch *scratch = NULL;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(fclosep) FILE *file = fopen(path, "re");
	_cleanup_(freep) char *line = NULL;
	size_t size = 0;
	int count = 0;
	int r;

	if (!file)
		return -errno;
	r = match_scratch_new(&scratch);
	if (r >= 0)
		r = arena_new(ARENA_BYTES_MAX, &arena);
	if (r < 0)
		return r;
	*ret_failed = 0;
	for (; getline(&line, &size, file) > 0; count++)
		*ret_failed += !check_line(scratch, arena, line);
	return count;
}
