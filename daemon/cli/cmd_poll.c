#include "cli/clean.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/verbs.h"

int cmd_poll(int argc, char **argv)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);
	struct remote remote = {.verb = "poll", .lister = "feeds"};
	const struct option_line options[] = {REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {"poll", "FEED",
		"Polls a feed now, by its name or URL. The limits of its host still hold.", options,
		1, 1};
	struct operands operands;
	json_t *body;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	(void)buffer_add_string(&path, "/poll");
	path_add_segment(&path, operands.words[0]);
	if (path.failed)
		return usage_error(&usage, "the name is too long");
	r = remote_request(&remote, "POST", path.bytes, &body);
	if (r != 0)
		return r;
	if (remote.json)
		return output_finish(output_json(body));
	json_decref(body);
	(void)fputs("Polling ", stdout);
	clean_print(stdout, operands.words[0]);
	(void)fputs("; 'wirewatch feeds' shows what comes of it.\n", stdout);
	return output_finish(EXIT_CODE_DONE);
}
