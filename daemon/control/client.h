/* The other end of the control socket, for the tool: one request, one JSON answer, blocking. */
#pragma once

struct json_t;

/*
 * Asks the daemon at `socket`.  Returns 0 with the parsed body and HTTP status; -ECONNREFUSED or
 * -ENOENT where no daemon listens, -EACCES, -EBADMSG for an answer that is no JSON.
 */
int control_client_request(const char *socket, const char *method, const char *path,
	int *ret_status, struct json_t **ret_body);
