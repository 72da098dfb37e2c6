#include "cli/clean.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/verbs.h"

int cmd_poll(int argc, char **argv)
{
	struct remote remote = {.verb = "poll"};
	const struct option_line options[] = {REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {"poll", "FEED",
		"Polls a feed now, by its name or URL. The limits of its host still hold.", options,
		1, 1};
	struct operands operands;
	json_t *body;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	r = remote_request_one(&remote, "POST", "/poll", operands.words[0], NULL, &body);
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
