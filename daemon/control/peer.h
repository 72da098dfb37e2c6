/*
 * Who is at the other end of the control socket, as the kernel knows it (unix(7), SO_PEERCRED and
 * SO_PEERGROUPS), and what they may do.  The socket's mode says who may connect, and who may
 * connect may ask; changing something takes root, the daemon's own user, or, where the
 * configuration says so, a member of the daemon's group.
 *
 * In a user namespace (PrivateUsers= of the unit) foreign users all look like the overflow user;
 * root, the daemon's user and its group are told apart all the same.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct peer {
	uid_t user;
	gid_t group;
	bool in_own_group; /* its group, or one of its others, is the daemon's effective one */
};

/* Asks for the peer of a connected socket.  Returns 0 or an error. */
int peer_of(int fd, struct peer *ret);

/* `group_may_change`: the configuration's GroupMay=change. */
bool peer_may_change(const struct peer *peer, bool group_may_change);
