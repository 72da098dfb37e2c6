#include "loopback_receiver.h"

#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_post(struct evhttp_request *request, void *userdata)
{
	(void)userdata;
	evhttp_send_reply(request, 204, "No Content", NULL);
}

unsigned loopback_receiver_start(pid_t *ret)
{
	struct event_base *base = event_base_new();
	struct evhttp *server = evhttp_new(base);
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	if (!bound ||
		getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address,
			&length) < 0) {
		perror("receiver");
		exit(1);
	}
	evhttp_set_gencb(server, on_post, NULL);
	*ret = fork();
	if (*ret == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)event_reinit(base);
		(void)event_base_dispatch(base);
		_exit(0);
	}
	return ntohs(address.sin_port);
}
