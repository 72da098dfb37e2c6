/* Who is at the other end, asked of sockets that other users and groups hold, and what they may do.
 */
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macro.h"
#include "control/peer.h"
#include "support/scratch.h"

enum {
	STRANGER = 54321, /* a user and group that nobody has */
	OTHER_GROUP = 54322,
};

struct identity {
	uid_t user;
	gid_t group;
	gid_t groups[2];
	size_t group_count;
};

/* Connects to the address under another identity, and waits until the other side is done. */
static void connect_as(const struct identity *identity, const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char byte;

	if (setgroups(identity->group_count, identity->groups) < 0 ||
		setresgid(identity->group, identity->group, identity->group) < 0 ||
		setresuid(identity->user, identity->user, identity->user) < 0 ||
		connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		_exit(1);
	_exit(read(fd, &byte, 1) == 0 ? 0 : 1);
}

static struct peer peer_with(const struct identity *identity)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char folder[SCRATCH_FOLDER_BYTES];
	struct peer peer;
	int listening;
	int accepted;
	int status;
	pid_t child;

	scratch_make(folder);
	assert_int_equal(chmod(folder, 0755), 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listening, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(chmod(address.sun_path, 0666), 0);
	assert_int_equal(listen(listening, 1), 0);
	child = fork();
	if (child == 0)
		connect_as(identity, &address);
	accepted = accept(listening, NULL, NULL);
	assert_true(accepted >= 0);
	assert_int_equal(peer_of(accepted, &peer), 0);
	(void)close(accepted);
	(void)close(listening);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	scratch_remove(folder);
	return peer;
}

/* Only root can be somebody else. */
static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void test_stranger_may_change_nothing(void **state)
{
	const struct identity stranger = {.user = STRANGER, .group = STRANGER};
	struct peer peer;

	(void)state;
	need_root();
	peer = peer_with(&stranger);
	assert_int_equal(peer.user, STRANGER);
	assert_int_equal(peer.group, STRANGER);
	assert_false(peer.in_own_group);
	assert_false(peer_may_change(&peer, false));
	assert_false(peer_may_change(&peer, true));
}

static void test_member_of_the_group_may_change_where_it_is_said(void **state)
{
	const struct identity members[] = {
		{.user = STRANGER, .group = getegid()},
		{.user = STRANGER,
			.group = STRANGER,
			.groups = {OTHER_GROUP, getegid()},
			.group_count = 2},
	};

	(void)state;
	need_root();
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		struct peer peer = peer_with(&members[i]);

		assert_true(peer.in_own_group);
		assert_false(peer_may_change(&peer, false));
		assert_true(peer_may_change(&peer, true));
	}
}

static void test_root_and_own_user_may_change(void **state)
{
	const struct peer root = {.user = 0, .group = STRANGER};
	const struct peer own = {.user = geteuid(), .group = STRANGER};

	(void)state;
	assert_true(peer_may_change(&root, false));
	assert_true(peer_may_change(&own, false));
}

static void test_what_is_no_unix_socket_is_an_error(void **state)
{
	struct peer peer;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_true(peer_of(fds[0], &peer) < 0);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stranger_may_change_nothing),
		cmocka_unit_test(test_member_of_the_group_may_change_where_it_is_said),
		cmocka_unit_test(test_root_and_own_user_may_change),
		cmocka_unit_test(test_what_is_no_unix_socket_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
