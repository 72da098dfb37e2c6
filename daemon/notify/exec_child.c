#include "notify/exec_child.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Groups first: who is somebody else already may not change them.  Returns 0 or -errno. */
static int become(const struct passwd *user)
{
	if (geteuid() == user->pw_uid && getuid() == user->pw_uid)
		return 0;
	if (initgroups(user->pw_name, user->pw_gid) < 0 ||
		setresgid(user->pw_gid, user->pw_gid, user->pw_gid) < 0 ||
		setresuid(user->pw_uid, user->pw_uid, user->pw_uid) < 0)
		return -errno;
	return 0;
}

int exec_child_main(int argc, char **argv)
{
	const struct passwd *user;
	int r;

	if (argc < 4)
		return EXEC_CHILD_NO_COMMAND;
	user = getpwnam(argv[2]);
	if (!user) {
		(void)fprintf(stderr, "there is no user %s; correct User=\n", argv[2]);
		return EXEC_CHILD_NO_USER;
	}
	r = become(user);
	if (r < 0) {
		(void)fprintf(stderr,
			"wirewatchd may not become the user %s: %s; run it as root, or remove "
			"User=\n",
			argv[2], strerror(-r));
		return EXEC_CHILD_NO_USER;
	}
	(void)execv(argv[3], argv + 3);
	(void)fprintf(stderr, "%s: %s; correct Command=\n", argv[3], strerror(errno));
	return EXEC_CHILD_NO_COMMAND;
}
