/* The other end of the control socket, for the tool: one request and its JSON, blocking. */
#pragma once

#include <stdbool.h>

struct json_t;

/*
 * Asks the daemon at `socket`.  Returns 0 with the parsed body and HTTP status; -ECONNREFUSED or
 * -ENOENT where no daemon listens, -EACCES, -ECONNRESET where it ends before the answer does,
 * -EBADMSG for an answer that is no JSON.
 */
int control_client_request(const char *socket, const char *method, const char *path,
	int *ret_status, struct json_t **ret_body);

/* As above, for an answer that may take so many seconds. */
int control_client_request_within(const char *socket, const char *method, const char *path,
	unsigned seconds, int *ret_status, struct json_t **ret_body);

/*
 * Asks for an answer of lines, each a JSON value; `on_line` gets each at once, and returns whether
 * to go on.  A refusal (status 400 and above) is a line too.  Returns 1 where on_line ended it, 0
 * at its end, or an error as above; *ret_status is 0 where there was no answer.
 */
int control_client_follow(const char *socket, const char *path,
	bool (*on_line)(int status, struct json_t *line, void *userdata), void *userdata,
	int *ret_status);
