/*
 * Plays systemd's part in a unit for each command: listens on a socket in a folder of its own, and
 * does with each connection what the test says.  As in wirewatchd, a test's main() runs the role
 * EXEC_RUNNER_ARGUMENT.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct event_base;

enum activator_act {
	ACTIVATOR_RUN,   /* starts a runner, as the unit does */
	ACTIVATOR_DROP,  /* ends the connection, as systemd does beyond MaxConnections= */
	ACTIVATOR_HOLD,  /* takes it and says nothing */
	ACTIVATOR_SPEAK, /* reads the request, sends `words`, then ends it, unless it `holds` */
};

struct activator {
	enum activator_act act;
	const void *words[4]; /* a packet each */
	size_t lengths[4];
	bool holds;    /* what ACTIVATOR_SPEAK spoke on */
	char path[64]; /* of the socket */
	unsigned connections;
	/* its own */
	struct event_base *base;
	struct evconnlistener *listener;
	int held;     /* a connection, or -1 */
	pid_t runner; /* the last one, or 0 */
};

void activator_open(struct activator *activator, struct event_base *base);

/* Starts a runner for the connection; waits for the one before. */
void activator_run(struct activator *activator, int fd);

/* Stops listening; waits for the last runner. */
void activator_close(struct activator *activator);
