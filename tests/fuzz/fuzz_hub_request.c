/*
 * What anybody may send to the callback of a subscription: bytes on a connection to the real
 * server. The first byte is the subscription's state.  Whatever comes, the answer is one of a few
 * statuses, the challenge comes back for the right topic alone, and what is taken for a push has
 * the right signature.
 */
#include <event2/event.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "http/client.h"
#include "support/fake_clock.h"
#include "support/fake_http.h"
#include "websub/callback.h"
#include "websub/hub_signature.h"
#include "websub/subscriber.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define START ((usec)1793534400 * USEC_SEC)
#define TOKEN "0123456789abcdef0123456789abcdef"
#define SECRET "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define TOPIC "http://t/"

enum {
	TURNS_MOST = 64,       /* of the loop, for one input */
	INPUT_MAX = 64 * 1024, /* fits into the connection's buffer */
	ANSWER_SIZE = 64 * 1024,
	HEX_SIZE = 2 * EVP_MAX_MD_SIZE + 1,
};

struct room {
	struct event_base *base;
	struct clock *clock;
	struct http_client *http;
	struct subscriber *subscriber;
	struct callback *callback;
	struct sockaddr_un address; /* of no file: the kernel's own name */
	socklen_t address_length;
	const uint8_t *input;
	size_t size;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void on_http(const struct fake_request *request, struct fake_answer *ret, void *userdata)
{
	(void)request;
	(void)userdata;
	ret->status = 202;
}

static void on_save(const struct subscription *subscription, bool gone, void *userdata)
{
	struct room *room = userdata;
	usec now = clock_now(room->clock);

	(void)gone;
	require(subscription->lease_until <= now + SUBSCRIBER_LEASE_MOST);
	require(subscription->next_attempt >= now);
	for (const char *c = subscription->reason; c && *c != '\0'; c++)
		require(*c >= ' ' && *c <= '~');
}

static void on_changed(const char *feed, bool pushed, void *userdata)
{
	(void)feed;
	(void)pushed;
	(void)userdata;
}

/* Whether the input has the signature of these bytes by some method. */
static bool is_signed(const struct room *room, const char *bytes, size_t length)
{
	const EVP_MD *const methods[] = {EVP_sha1(), EVP_sha256(), EVP_sha384(), EVP_sha512()};
	unsigned char mac[EVP_MAX_MD_SIZE];
	char hex[HEX_SIZE];
	unsigned size;

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		require(HMAC(methods[i], SECRET, (int)strlen(SECRET), (const unsigned char *)bytes,
				length, mac, &size) != NULL);
		hex_encode(mac, size, hex);
		for (size_t at = 0; at + 2 * (size_t)size <= room->size; at++)
			if (strncasecmp((const char *)room->input + at, hex, 2 * (size_t)size) == 0)
				return true;
	}
	return false;
}

static int on_pushed(const char *feed, const char *content_type, const char *bytes, size_t length,
	void *userdata)
{
	struct room *room = userdata;

	(void)feed;
	(void)content_type;
	require(length <= CALLBACK_BODY_MAX);
	require(subscriber_find(room->subscriber, feed)->state == SUBSCRIPTION_ACTIVE);
	require(is_signed(room, bytes, length));
	return 0;
}

static void open_door(struct room *room)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	room->address.sun_family = AF_UNIX;
	room->address_length = sizeof(room->address);
	require(fd >= 0);
	require(bind(fd, (struct sockaddr *)&room->address, sizeof(sa_family_t)) == 0);
	require(getsockname(fd, (struct sockaddr *)&room->address, &room->address_length) == 0);
	require(listen(fd, 1) == 0);
	require(callback_serve(room->base, fd, room->subscriber, &room->callback) == 0);
}

static void open_rooms(struct room *room, unsigned state)
{
	struct subscription stored = {
		.feed = "http://f/",
		.token = TOKEN,
		.secret = SECRET,
		.hub = "http://h/",
		.topic = TOPIC,
		.state = state % SUBSCRIPTION_STATE_MAX,
		.lease_until = START + USEC_DAY,
		.next_attempt = START + USEC_HOUR,
	};
	struct http_options http = {.max_transfers = 4, .host_connections = 1};
	struct subscriber_options subscriber = {
		.public_url = "http://we/",
		.save = on_save,
		.changed = on_changed,
		.pushed = on_pushed,
		.userdata = room,
	};

	log_open(LOG_CRIT);
	fake_http_script(on_http, NULL, NULL);
	room->base = event_base_new();
	subscriber.clock = http.clock = room->clock = fake_clock_new(START);
	require(room->base && http_client_new(&http, &room->http) == 0);
	subscriber.http = room->http;
	require(subscriber_new(&subscriber, &room->subscriber) == 0);
	require(subscriber_restore(room->subscriber, &stored) == 0);
	open_door(room);
}

static void close_rooms(struct room *room)
{
	callback_free(room->callback);
	subscriber_free(room->subscriber);
	http_client_free(room->http);
	fake_clock_free(room->clock);
	event_base_free(room->base);
}

/* Sends the input, and no more after it; returns what came back. */
static size_t talk(struct room *room, char answer[ANSWER_SIZE])
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t length = 0;
	ssize_t got;

	require(fd >= 0);
	require(connect(fd, (struct sockaddr *)&room->address, room->address_length) == 0);
	(void)send(fd, room->input, room->size, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	for (unsigned i = 0; i < TURNS_MOST; i++) {
		(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
		got = recv(fd, answer + length, ANSWER_SIZE - 1 - length, MSG_DONTWAIT);
		if (got == 0)
			break;
		length += got > 0 ? (size_t)got : 0;
	}
	(void)close(fd);
	answer[length] = '\0';
	return length;
}

static void check_answer(const char *answer)
{
	static const int statuses[] = {100, 200, 202, 400, 404, 410, 413, 417, 501, 505};
	bool known = false;
	int status;

	/* evhttp answers in the version that it was asked in. */
	require(strncmp(answer, "HTTP/", 5) == 0 && sscanf(answer, "%*s %3d", &status) == 1);
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		known |= status == statuses[i];
	require(known);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char answer[ANSWER_SIZE];
	struct room room = {.input = data + 1, .size = size - 1};

	if (size == 0 || size > INPUT_MAX)
		return 0;
	open_rooms(&room, data[0]);
	if (talk(&room, answer) > 0)
		check_answer(answer);
	close_rooms(&room);
	return 0;
}
