/* How both programs end (wirewatch(1)). */
#pragma once

enum exit_code {
	EXIT_CODE_DONE = 0,
	EXIT_CODE_REFUSED = 1,     /* the input, or the request */
	EXIT_CODE_USAGE = 2,       /* the command line */
	EXIT_CODE_UNREACHABLE = 3, /* the daemon, or a URL's server */
	EXIT_CODE_INTERNAL = 70,   /* out of memory, a bug */
};
