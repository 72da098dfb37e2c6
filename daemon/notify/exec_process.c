#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

#include "base/macro.h"
#include "notify/exec_run.h"

struct process {
	struct exec_run run;
	struct exec_group group;
	struct event *ended; /* on the group's pidfd */
};

static struct process *process_of(struct exec_run *run)
{
	return CONTAINER_OF(run, struct process, run);
}

static void process_term(struct exec_run *run)
{
	exec_group_signal(&process_of(run)->group, SIGTERM);
}

static void process_kill(struct exec_run *run)
{
	exec_group_signal(&process_of(run)->group, SIGKILL);
}

static void process_free(struct exec_run *run)
{
	struct process *process = process_of(run);
	siginfo_t info;

	if (process->ended)
		event_free(process->ended);
	if (process->group.pid) {
		exec_group_signal(&process->group, SIGTERM);
		/* Mostly too early; who outlives us is reaped by init. */
		(void)exec_group_reap(&process->group, &info);
	}
	closep(&process->group.pidfd);
	free(process);
}

static const struct exec_run_ops process_ops = {
	.kill_after = EXEC_TERM_GRACE,
	.term = process_term,
	.kill = process_kill,
	.free = process_free,
};

static void on_ended(evutil_socket_t fd, short what, void *userdata)
{
	struct process *process = userdata;
	siginfo_t info;

	(void)fd;
	(void)what;
	if (exec_group_reap(&process->group, &info))
		process->run.listener.on_end(
			&(struct exec_end){.code = info.si_code, .status = info.si_status},
			process->run.listener.userdata);
}

int exec_process_new(struct event_base *base, const struct exec_command *command,
	const struct exec_listener *listener, struct exec_run **ret)
{
	struct process *process = calloc(1, sizeof(*process));
	int r;

	if (!process)
		return -ENOMEM;
	process->run = (struct exec_run){&process_ops, *listener, true};
	process->group.pidfd = -1;
	r = exec_group_start(command, &process->group);
	if (r == 0) {
		process->ended = event_new(
			base, process->group.pidfd, EV_READ | EV_PERSIST, on_ended, process);
		if (!process->ended || event_add(process->ended, NULL) < 0)
			r = -ENOMEM;
	}
	if (r < 0) {
		process_free(&process->run);
		return r;
	}
	*ret = &process->run;
	return 0;
}
