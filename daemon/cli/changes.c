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

/* What has been changed so far. */
struct progress {
	json_int_t total;
	json_int_t waiting; /* of these, deliveries to a hook that is gone */
	json_int_t last;    /* the id to go on behind */
	bool more;
};

/* The next part; the daemon takes some at a time. */
static int change_part(const struct remote *remote, const char *action, const char *hook,
	struct progress *progress)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	char last[24];
	json_t *body;
	int r;

	(void)snprintf(last, sizeof(last), "%lld", (long long)progress->last);
	(void)buffer_add_string(&path, "/deliveries");
	path_add_segment(&path, action);
	path_add_parameter(&path, "hook", hook);
	path_add_parameter(&path, "after", progress->last > 0 ? last : NULL);
	if (path.failed)
		return fail_internal(remote->verb, path.failed);
	r = remote_request(remote, "POST", path.bytes, &body);
	if (r != 0)
		return r;
	progress->total += member_number(body, is_retry(action) ? "retrying" : "dropped");
	progress->waiting += member_number(body, "waiting");
	progress->last = member_number(body, "last");
	progress->more = json_is_true(json_object_get(body, "more"));
	json_decref(body);
	return 0;
}

/* All dead letters of the hook, or of every hook (NULL).  Returns an exit status. */
static int deliveries_change_all(const struct remote *remote, const char *action, const char *hook)
{
	struct progress progress = {.more = true};
	const char *done = is_retry(action) ? "sent again" : "given up";
	json_int_t dead;

	while (progress.more) {
		int r = change_part(remote, action, hook, &progress);

		if (r != 0)
			return r;
	}
	if (remote->json)
		return output_json(json_pack(
			"{s:I}", is_retry(action) ? "retrying" : "dropped", progress.total));
	dead = progress.total - progress.waiting;
	(void)printf("%lld dead letter%s %s\n", (long long)dead, dead == 1 ? " is" : "s are", done);
	if (progress.waiting > 0)
		(void)printf("%lld deliver%s %s\n", (long long)progress.waiting,
			progress.waiting == 1 ? "y that waited is" : "ies that waited are", done);
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
