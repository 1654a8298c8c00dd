/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two halves of the netlink client share: requests and events. */
#ifndef IDREVOKE_LIB_NETLINK_SOCKET_H
#define IDREVOKE_LIB_NETLINK_SOCKET_H

#include <stdint.h>

#include "netlink.h"

struct nl_sock;
struct nlmsghdr;

/**
 * idrevoke_netlink_errno() - translate an error of libnl
 * @nl_error: 0 or a negative NLE_*
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_netlink_errno(int nl_error);

/**
 * idrevoke_netlink_socket() - a generic netlink socket
 * @socket: out: the socket; NULL on failure
 * @receive_size: bytes that it can hold for the receiver; 0: libnl's default
 * @send_size: the same for the sender
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_netlink_socket(struct nl_sock **socket, int receive_size, int send_size);

/**
 * idrevoke_netlink_parse() - read the status in a message of the family
 * @message: the message
 * @event: out: IDREVOKE_A_EVENT, 0 if there is none; may be NULL
 * @status: out
 *
 * Return: 0, or -EPROTO if it is no status.
 */
int idrevoke_netlink_parse(struct nlmsghdr *message, uint32_t *event,
			   struct idrevoke_status *status);

#endif /* IDREVOKE_LIB_NETLINK_SOCKET_H */
