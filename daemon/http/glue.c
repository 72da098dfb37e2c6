#include "http/glue.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/bounds.h"

enum {
	SOCKETS_MIN = 64,
};

/* What is watched for on a descriptor. */
struct watch {
	struct event *event; /* NULL: nothing */
	short wanted;
	bool idle;  /* curl wants nothing at present */
	bool owned; /* on_close_socket() learns of its end */
	CURL *left; /* gave it up while it still connected */
};

struct glue {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	struct watch *watches; /* by descriptor */
	size_t watch_count;
	size_t left; /* watches with a handle that gave them up */
	glue_finished_fn on_finished;
	void *userdata;
	bool keeps_finished;
	bool acting; /* within act(): no handle goes */
};

/* Hands finished handles over.  A callback may add and remove handles, also finished ones. */
static void reap(struct glue *glue)
{
	CURLMsg *message;
	int left;

	for (message = curl_multi_info_read(glue->multi, &left); message;
		message = curl_multi_info_read(glue->multi, &left)) {
		CURL *easy = message->easy_handle;
		CURLcode result = message->data.result;

		if (!glue->keeps_finished)
			(void)curl_multi_remove_handle(glue->multi, easy);
		glue->on_finished(easy, result, glue->userdata);
	}
}

/*
 * A host's address that does not answer has half of the time to connect; but libcurl 7.88 gives it
 * up and goes on to the next one only when something makes it look at the handle again, which then
 * has neither socket nor timer.  To go on after a pause does.
 */
static void go_on(struct glue *glue)
{
	for (size_t i = 0; i < glue->watch_count && glue->left > 0; i++) {
		CURL *easy = glue->watches[i].left;

		if (!easy)
			continue;
		glue->watches[i].left = NULL;
		glue->left--;
		(void)curl_easy_pause(easy, CURLPAUSE_RECV);
		(void)curl_easy_pause(easy, CURLPAUSE_CONT);
	}
}

/* Lets curl look at a descriptor, or at what is due. */
static void act(struct glue *glue, curl_socket_t fd, int action)
{
	int running;

	glue->acting = true;
	(void)curl_multi_socket_action(glue->multi, fd, action, &running);
	glue->acting = false;
	go_on(glue);
	reap(glue);
}

static void unwatch(struct watch *watch)
{
	if (watch->event)
		event_free(watch->event);
	watch->event = NULL;
	watch->idle = false;
}

static void on_socket_event(evutil_socket_t fd, short what, void *userdata)
{
	struct glue *glue = userdata;
	int action =
		(what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

	if (glue->watches[fd].idle) {
		/* The server closed it, most likely; curl looks before it uses it again. */
		unwatch(&glue->watches[fd]);
		return;
	}
	act(glue, fd, action);
}

static void on_timer(evutil_socket_t fd, short what, void *userdata)
{
	(void)fd;
	(void)what;
	act(userdata, CURL_SOCKET_TIMEOUT, 0);
}

/* The watch of a descriptor, or NULL: no memory. */
static struct watch *watch_of(struct glue *glue, curl_socket_t fd)
{
	size_t count = glue->watch_count > 0 ? glue->watch_count : SOCKETS_MIN;
	struct watch *watches;

	if ((size_t)fd < glue->watch_count)
		return &glue->watches[fd];
	while (count <= (size_t)fd)
		count *= 2;
	watches = reallocarray(glue->watches, count, sizeof(*watches));
	if (!watches)
		return NULL;
	memset(watches + glue->watch_count, 0, (count - glue->watch_count) * sizeof(*watches));
	glue->watches = watches;
	glue->watch_count = count;
	return &watches[fd];
}

static int watch_for(struct glue *glue, struct watch *watch, curl_socket_t fd, short wanted)
{
	watch->idle = false;
	if (watch->event && watch->wanted == wanted)
		return 0;
	unwatch(watch);
	watch->event =
		event_new(glue->base, fd, (short)(wanted | EV_PERSIST), on_socket_event, glue);
	watch->wanted = wanted;
	return watch->event ? event_add(watch->event, NULL) : -1;
}

/*
 * A connection that waits for its next request stays watched: to take it out of the loop and put it
 * back costs two system calls for each request.  One that is given up while it still connects is
 * closed without a word to on_close_socket(): libcurl's own descriptors may have its number next.
 */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socketdata)
{
	struct glue *glue = userdata;
	struct watch *watch = watch_of(glue, fd);

	(void)socketdata;
	if (!watch)
		return -1;
	if (what != CURL_POLL_REMOVE)
		return watch_for(glue, watch, fd,
			(short)((what & CURL_POLL_IN ? EV_READ : 0) |
				(what & CURL_POLL_OUT ? EV_WRITE : 0)));
	if (glue->acting && watch->event && watch->wanted == EV_WRITE && !watch->left) {
		watch->left = easy;
		glue->left++;
	}
	watch->owned = watch->owned && watch->wanted == EV_READ;
	if (watch->owned)
		watch->idle = watch->event != NULL;
	else
		unwatch(watch);
	return 0;
}

static int on_close_socket(void *userdata, curl_socket_t fd)
{
	struct glue *glue = userdata;

	if ((size_t)fd < glue->watch_count) {
		unwatch(&glue->watches[fd]);
		glue->watches[fd].owned = false;
	}
	return close(fd);
}

void glue_own_socket(struct glue *glue, curl_socket_t fd)
{
	struct watch *watch = watch_of(glue, fd);

	if (!watch)
		return;
	unwatch(watch); /* of one before, should its end not have been told */
	watch->owned = true;
}

static int on_timeout_change(CURLM *multi, long timeout_ms, void *userdata)
{
	struct glue *glue = userdata;
	struct timeval wait = {
		.tv_sec = timeout_ms / 1000,
		.tv_usec = timeout_ms % 1000 * 1000,
	};

	(void)multi;
	/* Zero too goes by the loop: curl must not be entered from its own callback. */
	if (timeout_ms < 0)
		(void)event_del(glue->timer);
	else
		(void)event_add(glue->timer, &wait);
	return 0;
}

CURLcode glue_set_options(CURL *easy, const char *protocols, void *owner)
{
	CURLcode r = CURLE_OK;

	r |= curl_easy_setopt(easy, CURLOPT_PRIVATE, owner);
	r |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* A resolver that hangs must not make the loop wait for its thread. */
	r |= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	r |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
	r |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
	r |= curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	r |= curl_easy_setopt(
		easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(HTTP_CONNECT_TIMEOUT / USEC_MSEC));
	/* With a folder beside the bundle libcurl would read 200 KiB of certificates (some 20 ms)
	 * for each connection; the bundle alone it keeps for a day. */
	r |= curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	return r;
}

int glue_new(
	struct event_base *base, glue_finished_fn on_finished, void *userdata, struct glue **ret)
{
	struct glue *glue;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return -ENOMEM;
	glue = calloc(1, sizeof(*glue));
	if (!glue)
		return -ENOMEM;
	glue->base = base;
	glue->on_finished = on_finished;
	glue->userdata = userdata;
	glue->timer = event_new(base, -1, 0, on_timer, glue);
	glue->multi = curl_multi_init();
	if (!glue->timer || !glue->multi) {
		glue_free(glue);
		return -ENOMEM;
	}
	(void)curl_multi_setopt(glue->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	(void)curl_multi_setopt(glue->multi, CURLMOPT_SOCKETDATA, glue);
	(void)curl_multi_setopt(glue->multi, CURLMOPT_TIMERFUNCTION, on_timeout_change);
	(void)curl_multi_setopt(glue->multi, CURLMOPT_TIMERDATA, glue);
	*ret = glue;
	return 0;
}

void glue_free(struct glue *glue)
{
	if (!glue)
		return;
	/* Closes idle connections, which may call on_socket() a last time. */
	if (glue->multi)
		(void)curl_multi_cleanup(glue->multi);
	if (glue->timer)
		event_free(glue->timer);
	free(glue->watches);
	free(glue);
}

void glue_keep_connections(struct glue *glue, unsigned count)
{
	(void)curl_multi_setopt(glue->multi, CURLMOPT_MAXCONNECTS, (long)count);
}

int glue_add(struct glue *glue, CURL *easy)
{
	if (curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket) != CURLE_OK ||
		curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, glue) != CURLE_OK)
		return -ENOMEM;
	return curl_multi_add_handle(glue->multi, easy) == CURLM_OK ? 0 : -ENOMEM;
}

void glue_remove(struct glue *glue, CURL *easy)
{
	(void)curl_multi_remove_handle(glue->multi, easy);
}

void glue_keep_finished(struct glue *glue)
{
	glue->keeps_finished = true;
}
