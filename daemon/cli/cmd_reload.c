#include "cli/output.h"
#include "cli/remote.h"
#include "cli/verbs.h"
#include "config/config.h"

int cmd_reload(int argc, char **argv)
{
	struct remote remote = {.verb = "reload"};
	const struct option_line options[] = {REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {"reload", NULL,
		"Applies a changed configuration. A faulty one is refused with all its faults, "
		"and\n"
		"the running one stays.",
		options, 0, 0};
	struct operands operands;
	char totals[CONFIG_TOTALS_SIZE];
	json_t *body;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	r = remote_request(&remote, "POST", "/reload", &body);
	if (r != 0)
		return r;
	if (remote.json)
		return output_finish(output_json(body));
	(void)printf("Reloaded: %s.\n",
		config_totals((size_t)member_number(body, "feeds"),
			(size_t)member_number(body, "topics"), (size_t)member_number(body, "hooks"),
			totals));
	json_decref(body);
	return output_finish(EXIT_CODE_DONE);
}
