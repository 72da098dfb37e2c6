#include "control/peer.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/macro.h"

/* SO_PEERGROUPS says how much it needs where it is given too little; who is in more than a page's
 * worth is rare, who changes groups in between does not exist: they are a connection's for good. */
static int peer_groups(int fd, gid_t **ret, size_t *ret_count)
{
	_cleanup_(freep) gid_t *groups = NULL;
	socklen_t length = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &length) < 0 && errno != ERANGE)
		return -errno;
	if (length > NGROUPS_MAX * sizeof(gid_t))
		return -E2BIG;
	groups = malloc(length + sizeof(gid_t)); /* never of no size */
	if (!groups)
		return -ENOMEM;
	if (length > 0 && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0)
		return -errno;
	*ret_count = length / sizeof(gid_t);
	*ret = TAKE_PTR(groups);
	return 0;
}

int peer_of(int fd, struct peer *ret)
{
	_cleanup_(freep) gid_t *groups = NULL;
	struct ucred credentials;
	socklen_t length = sizeof(credentials);
	size_t count = 0;
	int r;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
		return -errno;
	r = peer_groups(fd, &groups, &count);
	if (r < 0)
		return r;
	*ret = (struct peer){
		.user = credentials.uid,
		.group = credentials.gid,
		.in_own_group = credentials.gid == getegid(),
	};
	for (size_t i = 0; i < count && !ret->in_own_group; i++)
		ret->in_own_group = groups[i] == getegid();
	return 0;
}

bool peer_may_change(const struct peer *peer, bool group_may_change)
{
	return peer->user == 0 || peer->user == geteuid() ||
		(group_may_change && peer->in_own_group);
}
