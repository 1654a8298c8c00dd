// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events of the list, and of the module that holds it.
 *
 * The socket is a member of the controller's group "notify", which tells of
 * families that come and go, and, while the family is there, of its group
 * "events". Membership of the latter ends with the family.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include "netlink.h"
#include "netlink_socket.h"

/* A controller's message lists all commands and groups of a family. */
#define NEWS_SIZE 16384

#define RECEIVE_SIZE (1 << 20)

struct idrevoke_netlink_events {
	struct nl_sock *socket;
	int family;
};

/* Joins the family's group, if the family is there. */
static int join(struct idrevoke_netlink_events *events)
{
	struct nl_sock *lookup;
	int family, group = -NLE_OBJ_NOTFOUND, error;

	/* The answers must not mix with news, so not on the same socket. */
	error = idrevoke_netlink_socket(&lookup, 0, 0);
	if (error)
		return error;
	family = genl_ctrl_resolve(lookup, IDREVOKE_GENL_NAME);
	if (family >= 0)
		group = genl_ctrl_resolve_grp(lookup, IDREVOKE_GENL_NAME,
					      IDREVOKE_GENL_GROUP_EVENTS);
	nl_socket_free(lookup);
	if (family < 0 || group < 0)
		return idrevoke_netlink_errno(family < 0 ? family : group);
	error = nl_socket_add_membership(events->socket, group);
	if (error)
		return idrevoke_netlink_errno(error);
	events->family = family;
	return 0;
}

int idrevoke_netlink_events_open(struct idrevoke_netlink_events **events)
{
	struct idrevoke_netlink_events *new;
	int error, group;

	*events = NULL;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	error = idrevoke_netlink_socket(&new->socket, RECEIVE_SIZE, 0);
	if (error)
		goto failed;
	group = genl_ctrl_resolve_grp(new->socket, "nlctrl", "notify");
	if (group >= 0)
		group = nl_socket_add_membership(new->socket, group);
	error = idrevoke_netlink_errno(group < 0 ? group : 0);
	if (!error)
		error = idrevoke_netlink_errno(nl_socket_set_nonblocking(new->socket));
	if (error)
		goto failed;
	/* Subscribed to the controller first: a family that comes now is seen. */
	error = join(new);
	if (error && error != -ENOENT)
		goto failed;
	*events = new;
	return 0;

failed:
	idrevoke_netlink_events_close(new);
	return error;
}

void idrevoke_netlink_events_close(struct idrevoke_netlink_events *events)
{
	if (!events)
		return;
	nl_socket_free(events->socket);
	free(events);
}

int idrevoke_netlink_events_fd(const struct idrevoke_netlink_events *events)
{
	return nl_socket_get_fd(events->socket);
}

/* News of the controller: does it concern our family, and what is it? */
static int controller_news(struct idrevoke_netlink_events *events, struct nlmsghdr *message)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	int error;

	if (!genlmsg_valid_hdr(message, 0) ||
	    genlmsg_parse(message, 0, attrs, CTRL_ATTR_MAX, NULL) ||
	    !attrs[CTRL_ATTR_FAMILY_NAME] ||
	    nla_strcmp(attrs[CTRL_ATTR_FAMILY_NAME], IDREVOKE_GENL_NAME))
		return IDREVOKE_NEWS_NONE;
	switch (genlmsg_hdr(message)->cmd) {
	case CTRL_CMD_NEWFAMILY:
		error = join(events);
		if (error == -ENOENT)
			return IDREVOKE_NEWS_NONE; /* and gone again: more news follows */
		return error ? error : IDREVOKE_NEWS_APPEARED;
	case CTRL_CMD_DELFAMILY:
		events->family = 0;
		return IDREVOKE_NEWS_GONE;
	default:
		return IDREVOKE_NEWS_NONE;
	}
}

int idrevoke_netlink_events_read(struct idrevoke_netlink_events *events, uint32_t *event,
				 struct idrevoke_status *status)
{
	union {
		struct nlmsghdr header;
		char bytes[NEWS_SIZE];
	} buffer;
	int news = IDREVOKE_NEWS_NONE;

	while (news == IDREVOKE_NEWS_NONE) {
		struct sockaddr_nl from = { 0 };
		socklen_t from_size = sizeof(from);
		ssize_t size = recvfrom(nl_socket_get_fd(events->socket), &buffer, sizeof(buffer),
					MSG_TRUNC, (struct sockaddr *)&from, &from_size);

		if (size < 0) {
			if (errno == EINTR)
				continue;
			if (errno == ENOBUFS) {
				/* the family's coming may be lost too */
				int error = join(events);

				return error && error != -ENOENT ? error : IDREVOKE_NEWS_LOST;
			}
			return errno == EAGAIN ? IDREVOKE_NEWS_NONE : -errno;
		}
		/* One multicast message a datagram; other families' may be long. */
		if (from.nl_pid != 0 || size > (ssize_t)sizeof(buffer) ||
		    !nlmsg_ok(&buffer.header, size))
			continue;
		if (buffer.header.nlmsg_type == GENL_ID_CTRL)
			news = controller_news(events, &buffer.header);
		else if (events->family && buffer.header.nlmsg_type == events->family &&
			 !idrevoke_netlink_parse(&buffer.header, event, status))
			news = IDREVOKE_NEWS_LIST;
	}
	return news;
}
