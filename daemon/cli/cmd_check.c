#include <errno.h>
#include <stdio.h>

#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "config/config.h"
#include "watch/watch.h"

static void warn(const char *words)
{
	complain("warning: %s", words);
}

int cmd_check(int argc, char **argv)
{
	_cleanup_(config_errors_clear) struct config_errors errors = {0};
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	const struct option_line options[] = {{0}};
	const struct usage usage = {"check", "[PATH]",
		"Says whether a configuration is good: a folder with wirewatch.conf and conf.d/, "
		"or\n"
		"one file. Without PATH it is /etc/wirewatch. All its faults are told.",
		options, 0, 1};
	struct operands operands;
	char totals[CONFIG_TOTALS_SIZE];
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	r = watch_load(operands.count == 1 ? operands.words[0] : NULL, &errors, &config, &matcher);
	if (r == -EINVAL) {
		complain_of_errors(&errors);
		complain("The configuration is faulty (%zu).", errors.count + errors.dropped);
		return EXIT_CODE_REFUSED;
	}
	if (r < 0)
		return fail_internal("check", r);
	config_warn(config, warn);
	(void)printf("The configuration is good: %s.\n",
		config_totals(config->feed_count, config->topic_count, config->hook_count, totals));
	return output_finish(EXIT_CODE_DONE);
}
