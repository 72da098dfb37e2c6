/*
 * Preloaded into a daemon by its tests: SIGUSR1 hangs the main thread, and the loop with it, as a
 * bug would.  What is shipped has nothing of the kind.
 */
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static void hang(int signal)
{
	(void)signal;
	for (;;)
		(void)pause();
}

__attribute__((constructor)) static void arm(void)
{
	const struct sigaction action = {.sa_handler = hang};

	(void)sigaction(SIGUSR1, &action, NULL);
}
