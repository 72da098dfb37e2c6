/*
 * The daemon's door: its options.  The same program is, by its first argument, a reader process
 * (worker/child.h), the child that becomes a hook's command (notify/exec_child.h), or what runs one
 * in a unit of its own (notify/exec_runner.h).
 */
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "notify/exec_child.h"
#include "notify/exec_runner.h"
#include "service/service.h"
#include "worker/child.h"

struct arguments {
	const char *config; /* NULL: /etc/wirewatch */
	bool once;
	bool check;
	int log_level;
};

static void print_help(void)
{
	(void)printf(
		"Usage: wirewatchd [OPTION...]\n"
		"\n"
		"Watches news feeds and tells you, once, of each new story on your topics.\n"
		"\n"
		"  -c, --config=PATH  a folder with wirewatch.conf and conf.d/, or one file\n"
		"                     (default: /etc/wirewatch)\n"
		"      --once         poll what is due, send what is owed, and exit\n"
		"      --check        say whether the configuration is good, and exit\n"
		"  -v, --verbose      say more\n"
		"  -q, --quiet        say only what is wrong\n"
		"  -h, --help         show this help\n"
		"      --version      show the version\n"
		"\n"
		"Signals: SIGHUP reloads the configuration, SIGTERM and SIGINT end the daemon.\n"
		"See wirewatchd(8), wirewatch.conf(5) and, for a running daemon, wirewatch(1).\n");
}

/* Returns whether to go on; else *ret_exit says how to end. */
static bool parse_arguments(int argc, char **argv, struct arguments *arguments, int *ret_exit)
{
	enum { OPTION_ONCE = 256, OPTION_CHECK, OPTION_VERSION };
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"once", no_argument, NULL, OPTION_ONCE},
		{"check", no_argument, NULL, OPTION_CHECK},
		{"verbose", no_argument, NULL, 'v'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, OPTION_VERSION},
		{0},
	};
	int option;

	*ret_exit = EXIT_CODE_DONE;
	while ((option = getopt_long(argc, argv, "c:vqh", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			arguments->config = optarg;
			break;
		case OPTION_ONCE:
			arguments->once = true;
			break;
		case OPTION_CHECK:
			arguments->check = true;
			break;
		case 'v':
			arguments->log_level = LOG_DEBUG;
			break;
		case 'q':
			arguments->log_level = LOG_WARNING;
			break;
		case 'h':
			print_help();
			return false;
		case OPTION_VERSION:
			(void)printf("wirewatchd %s\n", WIREWATCH_VERSION);
			return false;
		default: /* getopt said what is wrong */
			(void)fprintf(stderr, "See wirewatchd --help.\n");
			*ret_exit = EXIT_CODE_USAGE;
			return false;
		}
	}
	if (optind == argc)
		return true;
	(void)fprintf(stderr, "wirewatchd: unexpected argument \"%s\"; see wirewatchd --help\n",
		argv[optind]);
	*ret_exit = EXIT_CODE_USAGE;
	return false;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {.log_level = LOG_INFO};
	int status;

	if (argc > 1 && strcmp(argv[1], READER_ARGUMENT) == 0)
		return child_main();
	if (argc > 1 && strcmp(argv[1], EXEC_CHILD_ARGUMENT) == 0)
		return exec_child_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], EXEC_RUNNER_ARGUMENT) == 0)
		return exec_runner_main(STDIN_FILENO);
	if (!parse_arguments(argc, argv, &arguments, &status))
		return status;
	log_open(arguments.log_level);
	(void)signal(SIGPIPE, SIG_IGN);
	return arguments.check ? service_check(arguments.config)
			       : service_run(arguments.config, arguments.once);
}
