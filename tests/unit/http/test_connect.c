/* A host with two addresses of one family, of which the first never answers. */
#define CURL_DISABLE_TYPECHECK

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "client_fixture.h"

enum {
	CONNECT_TIMEOUT_MS = 3000, /* instead of ten seconds: it is waited for half of them */
	FILLERS = 4,
};

static const char *const addresses[] = {"127.0.0.2", "127.0.0.1"};

#undef curl_easy_setopt

/* Stands before libcurl's own. */
CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	CURLcode (*real)(CURL *, CURLoption, ...);
	void *symbol = dlsym(RTLD_NEXT, "curl_easy_setopt");
	va_list arguments;
	long value;

	va_start(arguments, option);
	value = va_arg(arguments, long); /* as wide as a pointer and a curl_off_t */
	va_end(arguments);
	memcpy(&real, &symbol, sizeof(real));
	return real(easy, option, option == CURLOPT_CONNECTTIMEOUT_MS ? CONNECT_TIMEOUT_MS : value);
}

/* Stands before libc's own: every name has both addresses, in that order. */
int getaddrinfo(
	const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
	struct addrinfo *next = NULL;

	(void)name;
	(void)hints;
	for (size_t i = ARRAY_SIZE(addresses); i > 0; i--) {
		struct {
			struct addrinfo info;
			struct sockaddr_in address;
		} *one = calloc(1, sizeof(*one));

		if (!one)
			return EAI_MEMORY;
		one->address.sin_family = AF_INET;
		one->address.sin_port = htons((uint16_t)strtoul(service, NULL, 10));
		(void)inet_pton(AF_INET, addresses[i - 1], &one->address.sin_addr);
		one->info = (struct addrinfo){
			.ai_family = AF_INET,
			.ai_socktype = SOCK_STREAM,
			.ai_protocol = IPPROTO_TCP,
			.ai_addrlen = sizeof(one->address),
			.ai_addr = (struct sockaddr *)(void *)&one->address,
			.ai_next = next,
		};
		next = &one->info;
	}
	*ret = next;
	return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
	while (list) {
		struct addrinfo *next = list->ai_next;

		free(list);
		list = next;
	}
}

/* A listener at the first address whose queue is full: connecting to it hangs. */
static int hang(uint16_t port, int fillers[FILLERS])
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(inet_pton(AF_INET, addresses[0], &address.sin_addr), 1);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)(void *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 0), 0);
	for (size_t i = 0; i < FILLERS; i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(fillers[i], (struct sockaddr *)(void *)&address, sizeof(address));
	}
	return fd;
}

static void test_a_host_is_reached_though_its_first_address_never_answers(void **state)
{
	struct fixture *fixture = *state;
	uint16_t port = raw_server_port(fixture->server);
	int fillers[FILLERS];
	int fd = hang(port, fillers);
	char url[URL_SIZE];
	const struct http_request request = {
		.url = url, .private_networks = "127.0.0.0/8", .polite = true};
	const struct result *result;

	(void)snprintf(url, sizeof(url), "http://twofold.example:%u/ok", port);
	result = client_get(fixture, &request);
	assert_string_equal(result->words, "");
	assert_int_equal(result->status, 200);
	for (size_t i = 0; i < FILLERS; i++)
		(void)close(fillers[i]);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_host_is_reached_though_its_first_address_never_answers, client_setup,
			client_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
