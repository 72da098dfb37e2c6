#include "cli/remote.h"

#include <errno.h>
#include <string.h>

#include "base/url.h"
#include "cli/clean.h"
#include "cli/complaint.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "control/client.h"

enum {
	STATUS_NOT_FOUND = 404,
	STATUS_ERRORS = 400, /* from here on HTTP's statuses are refusals */
	STATUS_INTERNAL = 500,
};

void path_add_segment(struct buffer *path, const char *text)
{
	(void)buffer_add_char(path, '/');
	url_encode(path, text);
}

void path_add_parameter(struct buffer *path, const char *name, const char *text)
{
	if (!text)
		return;
	(void)buffer_printf(path, "%c%s=", strchr(buffer_string(path), '?') ? '&' : '?', name);
	url_encode(path, text);
}

static const char *socket_path(const struct remote *remote)
{
	const char *given = getenv("WIREWATCH_SOCKET");

	if (remote->socket)
		return remote->socket;
	return given && given[0] != '\0' ? given : REMOTE_SOCKET;
}

int remote_unreachable(const struct remote *remote, int error)
{
	const char *socket = socket_path(remote);

	(void)fprintf(stderr, "wirewatch %s: ", remote->verb);
	if (error == -ENOENT || error == -ECONNREFUSED)
		(void)fprintf(stderr,
			"no daemon answers at %s.\nIs wirewatchd running? Try 'systemctl status "
			"wirewatchd'; --socket names another socket.\n",
			socket);
	else if (error == -EACCES || error == -EPERM)
		(void)fprintf(stderr,
			"you may not talk to the daemon at %s.\nTry with sudo, or join the group "
			"that owns the socket.\n",
			socket);
	else if (error == -ECONNRESET)
		(void)fprintf(
			stderr, "the daemon at %s ended before it answered; try again.\n", socket);
	else if (error == -EBADMSG)
		(void)fprintf(stderr,
			"what answers at %s is no wirewatchd, or one of another version.\n",
			socket);
	else
		(void)fprintf(
			stderr, "the daemon at %s does not answer: %s\n", socket, strerror(-error));
	return EXIT_CODE_UNREACHABLE;
}

/* Says which verb tells the names or ids of what the daemon does not have. */
static void name_lister(const char *missing)
{
	static const char *const listers[][2] = {
		{"feed", "feeds"},
		{"topic", "topics"},
		{"hook", "hooks"},
		{"story", "stories"},
		{"article", "story STORY --json"},
		{"delivery", "deliveries"},
	};

	for (size_t i = 0; missing && i < ARRAY_SIZE(listers); i++)
		if (strcmp(listers[i][0], missing) == 0)
			(void)fprintf(
				stderr, "'wirewatch %s' lists those there are.\n", listers[i][1]);
}

int remote_refused(const struct remote *remote, int status, const json_t *body)
{
	const char *words = member_string(body, "error");
	const json_t *errors = json_object_get(body, "errors");

	(void)refuse(remote->verb, "%s", words ? words : "the daemon refused the request");
	name_lister(member_string(body, "missing"));
	for (size_t i = 0; i < json_array_size(errors); i++) {
		const char *line = json_string_value(json_array_get(errors, i));

		(void)fputs("  ", stderr);
		clean_print(stderr, line ? line : "");
		(void)fputc('\n', stderr);
	}
	return status >= STATUS_INTERNAL ? EXIT_CODE_INTERNAL : EXIT_CODE_REFUSED;
}

int remote_request(const struct remote *remote, const char *method, const char *path, json_t **ret)
{
	json_t *body;
	int status;
	int r;

	r = remote->patience > 0
		? control_client_request_within(
			  socket_path(remote), method, path, remote->patience, &status, &body)
		: control_client_request(socket_path(remote), method, path, &status, &body);
	if (r == -ENOMEM)
		return fail_internal(remote->verb, r);
	if (r < 0)
		return remote_unreachable(remote, r);
	if (status >= STATUS_ERRORS) {
		r = remote_refused(remote, status, body);
		json_decref(body);
		return r;
	}
	*ret = body;
	return 0;
}

int remote_request_one(const struct remote *remote, const char *method, const char *collection,
	const char *name, const char *part, json_t **ret)
{
	_cleanup_(buffer_free) struct buffer path = BUFFER_INIT(REMOTE_PATH_MAX);

	(void)buffer_add_string(&path, collection);
	path_add_segment(&path, name);
	if (part)
		path_add_segment(&path, part);
	if (path.failed == -EFBIG) {
		(void)fprintf(stderr, "wirewatch %s: the argument is too long\n", remote->verb);
		return EXIT_CODE_USAGE;
	}
	return path.failed ? fail_internal(remote->verb, path.failed)
			   : remote_request(remote, method, path.bytes, ret);
}

int remote_print(const struct remote *remote, json_t *body, int (*print)(const json_t *body))
{
	int r;

	if (remote->json)
		return output_finish(output_json(body));
	r = print(body);
	json_decref(body);
	return output_finish(r);
}

/* Appends the next page to the list.  *ret_more tells whether the list goes on. */
static int add_page(const struct remote *remote, const char *path, const char *key, json_t *list,
	bool *ret_more)
{
	_cleanup_(buffer_free) struct buffer full = BUFFER_INIT(REMOTE_PATH_MAX);
	char number[24];
	json_t *body = NULL;
	json_t *page;
	int r;

	(void)buffer_add_string(&full, path);
	(void)snprintf(number, sizeof(number), "%d", REMOTE_PAGE);
	path_add_parameter(&full, "limit", number);
	(void)snprintf(number, sizeof(number), "%zu", json_array_size(list));
	path_add_parameter(&full, "offset", number);
	if (full.failed)
		return fail_internal(remote->verb, full.failed);
	r = remote_request(remote, "GET", full.bytes, &body);
	if (r != 0)
		return r;
	page = json_object_get(body, key);
	r = page && json_array_extend(list, page) == 0 ? 0 : fail_internal(remote->verb, -EBADMSG);
	*ret_more = json_array_size(page) > 0 &&
		(json_int_t)json_array_size(list) < member_number(body, "total");
	json_decref(body);
	return r;
}

int remote_list(const struct remote *remote, const char *path, const char *key, json_t **ret)
{
	json_t *list = json_array();
	bool more = true;
	int r = 0;

	while (more && r == 0)
		r = add_page(remote, path, key, list, &more);
	if (r != 0) {
		json_decref(list);
		return r;
	}
	*ret = json_pack("{s:o}", key, list);
	return *ret ? 0 : fail_internal(remote->verb, -ENOMEM);
}

int remote_follow(const struct remote *remote, const char *path,
	bool (*on_line)(int status, json_t *line, void *userdata), void *userdata, int *ret_status)
{
	return control_client_follow(socket_path(remote), path, on_line, userdata, ret_status);
}
