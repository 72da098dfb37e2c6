/* What the online verbs share: asking the daemon, paging through lists, saying what is wrong. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "cli/options.h"

#define REMOTE_SOCKET "/run/wirewatch/control.sock"

enum {
	REMOTE_PATH_MAX = 8 * 1024, /* of a request's path and query */
	REMOTE_PAGE = 1000,         /* rows asked for at a time: the daemon's own bound */
};

struct remote {
	const char *verb;
	const char *socket; /* NULL: $WIREWATCH_SOCKET, else REMOTE_SOCKET */
	bool json;
	unsigned patience; /* seconds that an answer may take; 0: as usual */
};

/* The two lines that each online verb has in its table. */
#define REMOTE_OPTIONS(remote_)                                                                    \
	{"json", NULL, OPTION_FLAG, &(remote_).json, "print JSON"},                                \
	{                                                                                          \
		"socket", "PATH", OPTION_TEXT, &(remote_).socket,                                  \
			"the daemon's control socket (" REMOTE_SOCKET ")"                          \
	}

/* Appends text as a segment of a path, or as a parameter `name=text`; NULL texts are left out. */
void path_add_segment(struct buffer *path, const char *text);
void path_add_parameter(struct buffer *path, const char *name, const char *text);

/* Asks the daemon.  Returns 0 with the answer, or an exit status, having said why. */
int remote_request(const struct remote *remote, const char *method, const char *path, json_t **ret);

/*
 * Asks for one thing: COLLECTION/NAME, or COLLECTION/NAME/PART; `part` may be NULL.  Returns as
 * remote_request().
 */
int remote_request_one(const struct remote *remote, const char *method, const char *collection,
	const char *name, const char *part, json_t **ret);

/* Prints the answer as JSON where that is asked for, else by `print`.  Takes it over. */
int remote_print(const struct remote *remote, json_t *body, int (*print)(const json_t *body));

/* As control_client_follow(), at the remote's socket. */
int remote_follow(const struct remote *remote, const char *path,
	bool (*on_line)(int status, json_t *line, void *userdata), void *userdata, int *ret_status);

/* Says why the daemon cannot be reached, or refused.  Return an exit status. */
int remote_unreachable(const struct remote *remote, int error);
int remote_refused(const struct remote *remote, int status, const json_t *body);

/* Asks for a whole list, page by page: an object with the list at `key`. */
int remote_list(const struct remote *remote, const char *path, const char *key, json_t **ret);
