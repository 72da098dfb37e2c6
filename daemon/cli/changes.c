#include "cli/changes.h"

#include <string.h>

#include "cli/complaint.h"
#include "cli/output.h"
#include "cli/verbs.h"

static bool is_retry(const char *action)
{
	return strcmp(action, "retry") == 0;
}

int deliveries_change(
	const struct remote *remote, const char *action, char *const *ids, size_t count)
{
	int status = EXIT_CODE_DONE;

	for (size_t i = 0; i < count; i++) {
		json_t *body = NULL;
		int r;

		r = remote_request_one(remote, "POST", "/deliveries", ids[i], action, &body);
		if (r == 0 && remote->json)
			r = output_json(json_incref(body));
		else if (r == 0)
			(void)printf("%s: %s\n", ids[i],
				is_retry(action) ? "is sent again" : "is given up");
		json_decref(body);
		if (r == EXIT_CODE_UNREACHABLE)
			return r;
		if (status == EXIT_CODE_DONE)
			status = r;
	}
	return status;
}

/* All dead letters of the hook, or of every hook (NULL).  Returns an exit status. */
static int deliveries_change_all(const struct remote *remote, const char *action, const char *hook)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	const char *key = is_retry(action) ? "retrying" : "dropped";
	json_int_t total = 0;
	bool more = true;

	(void)buffer_add_string(&path, "/deliveries");
	path_add_segment(&path, action);
	path_add_parameter(&path, "hook", hook);
	if (path.failed)
		return fail_internal(remote->verb, path.failed);
	while (more) { /* the daemon takes some at a time */
		json_t *body;
		int r;

		r = remote_request(remote, "POST", path.bytes, &body);
		if (r != 0)
			return r;
		total += member_number(body, key);
		more = json_is_true(json_object_get(body, "more"));
		json_decref(body);
	}
	if (remote->json)
		return output_json(json_pack("{s:I}", key, total));
	(void)printf("%lld dead letter%s %s\n", (long long)total, total == 1 ? " is" : "s are",
		is_retry(action) ? "sent again" : "given up");
	return EXIT_CODE_DONE;
}

int deliveries_verb(const char *action, const char *summary, int argc, char **argv)
{
	struct remote remote = {.verb = action};
	bool all = false;
	const char *hook = NULL;
	const struct option_line options[] = {{"all", NULL, OPTION_FLAG, &all, "all dead letters"},
		{"hook", "HOOK", OPTION_TEXT, &hook, "with --all: those of one hook"},
		REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {action, "ID...|--all", summary, options, 0, SIZE_MAX};
	struct operands operands;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	if (all ? operands.count > 0 : operands.count == 0)
		return usage_error(&usage, "expected the ids of deliveries, or --all");
	if (hook && !all)
		return usage_error(&usage, "--hook goes with --all");
	if (all)
		return output_finish(deliveries_change_all(&remote, action, hook));
	return output_finish(deliveries_change(&remote, action, operands.words, operands.count));
}
