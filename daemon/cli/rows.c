#include "cli/rows.h"

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "cli/complaint.h"
#include "cli/output.h"
#include "cli/verbs.h"

/* Sets the limit that was asked for.  Returns 0 or an exit status. */
static int take_limit(const struct remote *remote, const char *text, size_t *ret)
{
	unsigned long long number;

	*ret = ROWS_DEFAULT;
	if (!text)
		return 0;
	if (!ascii_number(text, &number)) {
		(void)fprintf(stderr, "wirewatch %s: --limit takes a number\n", remote->verb);
		return EXIT_CODE_USAGE;
	}
	*ret = number;
	return 0;
}

/* Asks for at most `most` further rows, below the key `before` where that is not 0. */
static int add_page(const struct remote *remote, const char *path, const char *key,
	const struct row_filter *filter, size_t most, json_t *list, long long *before)
{
	_cleanup_(buffer_free) struct buffer full = BUFFER_INIT(REMOTE_PATH_MAX);
	char number[24];
	json_t *body = NULL;
	int r;

	(void)buffer_add_string(&full, path);
	path_add_parameter(&full, "topic", filter->topic);
	path_add_parameter(&full, "since", filter->since);
	(void)snprintf(number, sizeof(number), "%zu", most < REMOTE_PAGE ? most : REMOTE_PAGE);
	path_add_parameter(&full, "limit", number);
	(void)snprintf(number, sizeof(number), "%lld", *before);
	path_add_parameter(&full, "before", *before ? number : NULL);
	if (full.failed)
		return fail_internal(remote->verb, full.failed);
	r = remote_request(remote, "GET", full.bytes, &body);
	if (r != 0)
		return r;
	*before = member_number(body, "next");
	r = json_array_extend(list, json_object_get(body, key)) == 0
		? 0
		: fail_internal(remote->verb, -EBADMSG);
	json_decref(body);
	return r;
}

int rows_request(const struct remote *remote, const char *path, const char *key,
	const struct row_filter *filter, json_t **ret)
{
	json_t *list = json_array();
	long long before = 0;
	size_t limit;
	int r;

	r = take_limit(remote, filter->limit, &limit);
	do
		if (r == 0)
			r = add_page(remote, path, key, filter, limit - json_array_size(list), list,
				&before);
	while (r == 0 && before != 0 && json_array_size(list) < limit);
	if (r == 0)
		*ret = json_pack("{s:O}", key, list);
	json_decref(list);
	return r;
}

int rows_print(const char *verb, const char *const *heads, const json_t *rows, row_fn add)
{
	_cleanup_(table_freep) struct table *table = NULL;
	int64_t now = now_seconds();
	int r;

	if (json_array_size(rows) == 0) {
		(void)printf("None.\n");
		return EXIT_CODE_DONE;
	}
	r = table_new(heads, &table);
	for (size_t i = 0; r == 0 && i < json_array_size(rows); i++)
		add(table, json_array_get(rows, i), now);
	if (r == 0)
		r = table_print(table, stdout, terminal_width());
	return r < 0 ? fail_internal(verb, r) : EXIT_CODE_DONE;
}
