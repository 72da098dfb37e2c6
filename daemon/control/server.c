#include "control/server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/door.h"
#include "base/macro.h"
#include "base/utf8.h"
#include "control/origin.h"

enum {
	BACKLOG = 64,
	SOCKET_MODE = 0660,
	BAD_REQUEST = 400,
	FORBIDDEN = 403,
	NOT_FOUND = 404,
	METHOD_NOT_ALLOWED = 405,
	INTERNAL_ERROR = 500,
};

struct control_server {
	struct door *door;
	const struct control_command *commands;
	void *userdata;
	char *path; /* to be removed at the end; NULL: socket activation */
	bool group_may_change;
	struct control_later *laters; /* requests that are answered later */
};

/* What evhttp has parted from a closed connection because it was not answered yet is ours. */
static void end_laters(struct control_server *server)
{
	struct control_later *later;

	for (later = control_later_detached(server->laters); later;
		later = control_later_detached(server->laters))
		evhttp_request_free(control_later_leave(later));
}

static void on_close(void *userdata)
{
	end_laters(userdata);
}

/* ---- requests ---- */

void control_send(struct evhttp_request *request, int status, json_t *body)
{
	struct evbuffer *buffer = evhttp_request_get_output_buffer(request);
	_cleanup_(freep) char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;

	json_decref(body);
	if (!text || evbuffer_add_printf(buffer, "%s\n", text) < 0) {
		evhttp_send_reply(request, INTERNAL_ERROR, "Internal Server Error", NULL);
		return;
	}
	(void)evhttp_add_header(
		evhttp_request_get_output_headers(request), "Content-Type", "application/json");
	evhttp_send_reply(request, status, NULL, NULL);
}

static void send_error(struct evhttp_request *request, int status, const char *words)
{
	control_send(request, status, json_pack("{s:s}", "error", words));
}

/* Whether the path is the command's; what stands for `*` is decoded to *ret_argument. */
static bool path_matches(const char *pattern, const char *path, char **ret_argument)
{
	const char *star = strchr(pattern, '*');
	size_t before = star ? (size_t)(star - pattern) : 0;
	size_t length;
	size_t decoded;
	char *argument;

	*ret_argument = NULL;
	if (!star)
		return strcmp(pattern, path) == 0;
	if (strncmp(pattern, path, before) != 0)
		return false;
	length = strcspn(path + before, "/");
	if (length == 0 || strcmp(star + 1, path + before + length) != 0)
		return false;
	argument = strndup(path + before, length);
	if (argument)
		*ret_argument = evhttp_uridecode(argument, 0, &decoded);
	free(argument);
	if (*ret_argument && strlen(*ret_argument) == decoded && utf8_valid(*ret_argument, decoded))
		return true;
	free(*ret_argument);
	*ret_argument = NULL;
	return false;
}

static const char *method_name(const struct evhttp_request *request)
{
	return evhttp_request_get_command(request) == EVHTTP_REQ_POST ? "POST" : "GET";
}

/* Returns the command, or NULL with the status that says why there is none. */
static const struct control_command *find_command(const struct control_server *server,
	const struct evhttp_request *request, const char *path, char **ret_argument,
	int *ret_status)
{
	const struct control_command *command = server->commands;

	*ret_status = NOT_FOUND;
	for (; command->method; command++) {
		if (!path_matches(command->path, path, ret_argument))
			continue;
		if (strcmp(command->method, method_name(request)) == 0)
			return command;
		free(*ret_argument);
		*ret_argument = NULL;
		*ret_status = METHOD_NOT_ALLOWED;
	}
	return NULL;
}

/* Whether who asks may have the command run; else that was said. */
static bool check_peer(const struct control_server *server, struct evhttp_request *request,
	const struct control_command *command, struct peer *ret)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);

	if (peer_of(bufferevent_getfd(evhttp_connection_get_bufferevent(connection)), ret) < 0) {
		send_error(request, FORBIDDEN, "the kernel doesn't say who asks");
		return false;
	}
	if (strcmp(command->method, "GET") == 0 || peer_may_change(ret, server->group_may_change))
		return true;
	send_error(request, FORBIDDEN,
		"only root and the daemon's own user may do this; with GroupMayChange=yes in "
		"[Daemon] the members of its group may too");
	return false;
}

static void run_command(struct control_server *server, struct evhttp_request *request,
	const struct control_command *command, const struct peer *peer, const char *argument,
	const char *query)
{
	struct evkeyvalq parameters = {0};
	struct control_reply reply = {.status = INTERNAL_ERROR};
	struct control_origin origin = {.request = request, .laters = &server->laters};
	const struct control_request asked = {
		.argument = argument,
		.query = &parameters,
		.peer = *peer,
		.origin = &origin,
	};

	if (evhttp_parse_query_str(query ? query : "", &parameters) < 0) {
		send_error(request, BAD_REQUEST,
			"the query is malformed; expected NAME=VALUE, joined by &");
		return;
	}
	command->handle(&asked, &reply, server->userdata);
	evhttp_clear_headers(&parameters);
	if (!origin.deferred)
		control_send(request, reply.status, reply.body);
}

static void on_request(struct evhttp_request *request, void *userdata)
{
	struct control_server *server = userdata;
	struct control_later *later = control_later_of_request(server->laters, request);
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	const struct control_command *command;
	_cleanup_(freep) char *argument = NULL;
	struct peer peer;
	int status;

	if (later) {
		/* evhttp calls again, for the error, where a connection breaks amid an answer. */
		(void)control_later_leave(later);
		evhttp_connection_free(evhttp_request_get_connection(request));
		return;
	}
	command = find_command(server, request, path ? path : "", &argument, &status);
	if (!command)
		send_error(request, status,
			status == NOT_FOUND ? "there is no such path"
					    : "this path takes another method");
	else if (check_peer(server, request, command, &peer))
		run_command(server, request, command, &peer, argument, evhttp_uri_get_query(uri));
}

const char *control_request_parameter(const struct control_request *request, const char *name)
{
	return evhttp_find_header(request->query, name);
}

/* ---- the socket ---- */

static int set_address(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

/* A socket that nobody listens on was left by a daemon that was killed. */
static int remove_stale(const struct sockaddr_un *address)
{
	_cleanup_(closep) int fd = -1;
	struct stat info;

	if (lstat(address->sun_path, &info) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(info.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
		errno != ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(address->sun_path) < 0 ? -errno : 0;
}

static int listen_on(const char *path)
{
	_cleanup_(closep) int fd = -1;
	struct sockaddr_un address;
	mode_t mask;
	int r;

	r = set_address(&address, path);
	if (r < 0)
		return r;
	r = remove_stale(&address);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	mask = umask((mode_t)~SOCKET_MODE & 0777); /* never wider, not even for a moment */
	r = bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	(void)umask(mask);
	if (r < 0)
		return r;
	if (listen(fd, BACKLOG) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static int start_http(struct control_server *server, struct event_base *base, int fd)
{
	struct door_options options = {
		.base = base,
		.methods = EVHTTP_REQ_GET | EVHTTP_REQ_POST,
		.headers_max = CONTROL_HEADERS_MAX,
		.body_max = CONTROL_BODY_MAX,
		.connections_max = CONTROL_CONNECTIONS_MAX,
		.on_request = on_request,
		.on_close = on_close,
		.userdata = server,
	};

	return door_new(&options, fd, &server->door);
}

int control_server_new(struct event_base *base, const char *path, int fd,
	const struct control_command *commands, void *userdata, struct control_server **ret)
{
	struct control_server *server = calloc(1, sizeof(*server));
	int r = 0;

	if (!server)
		return -ENOMEM;
	server->commands = commands;
	server->userdata = userdata;
	if (fd < 0) {
		fd = r = listen_on(path);
		if (r >= 0)
			server->path = strdup(path);
		if (r >= 0 && !server->path)
			r = -ENOMEM;
	}
	if (r >= 0)
		r = start_http(server, base, fd);
	if (r < 0) {
		if (fd >= 0)
			(void)close(fd);
		control_server_free(server);
		return r;
	}
	*ret = server;
	return 0;
}

void control_server_let_group_change(struct control_server *server, bool may)
{
	server->group_may_change = may;
}

void control_server_free(struct control_server *server)
{
	if (!server)
		return;
	door_free(server->door);
	if (server->path)
		(void)unlink(server->path);
	free(server->path);
	free(server);
}
