// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sockets that send: of the privileged, the unprivileged, those in other
 * namespaces, and one that does not listen.
 */
#include <errno.h>
#include <stdio.h>
#include <sched.h>
#include <string.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>
#include <linux/netlink.h>

#include "fuzz.h"
#include "tap.h"
#include "wire.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

/* What a socket is like; the first are used most. */
enum { PLAIN, SECOND, SILENT, DEAF, UNPRIVILEGED, FOREIGN, CONTAINED, SENDERS };

static struct sender senders[SENDERS];
static uint16_t family;
static int own_network = -1;

/* Effective capabilities count when a socket is made. */
static void net_admin(bool on)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		bail_out("capget: %s", strerror(errno));
	if (on)
		data[0].effective |= 1U << CAP_NET_ADMIN;
	else
		data[0].effective &= ~(1U << CAP_NET_ADMIN);
	if (syscall(SYS_capset, &header, data))
		bail_out("capset: %s", strerror(errno));
}

static int new_socket(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		bail_out("netlink socket: %s", strerror(errno));
	return fd;
}

/* A socket made by root of a user namespace, who is nobody elsewhere. */
static int contained_socket(void)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .bytes = { 0 } };
	char byte = 0;
	struct iovec vector = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int pair[2], fd = -1;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		bail_out("socketpair: %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		bail_out("fork: %s", strerror(errno));
	if (pid == 0) {
		if (unshare(CLONE_NEWUSER))
			_exit(1);
		fd = new_socket();
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		_exit(sendmsg(pair[1], &message, 0) != 1);
	}
	close(pair[1]);
	if (recvmsg(pair[0], &message, MSG_CMSG_CLOEXEC) == 1 && message.msg_controllen)
		memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	close(pair[0]);
	waitpid(pid, NULL, 0);
	return fd;
}

static int foreign_socket(void)
{
	int fd;

	if (unshare(CLONE_NEWNET))
		return -1;
	fd = new_socket();
	if (setns(own_network, CLONE_NEWNET))
		bail_out("setns: %s", strerror(errno));
	return fd;
}

static void set_options(struct sender *sender)
{
	int on = 1, little = 1, much = 4 << 20;

	if (sender->explained &&
	    (setsockopt(sender->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	     setsockopt(sender->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on))))
		bail_out("setsockopt: %s", strerror(errno));
	if (sender->deaf) {
		if (setsockopt(sender->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)))
			bail_out("SO_RCVBUF: %s", strerror(errno));
		return;
	}
	/* Errors repeat the message, and two of 64 KiB in one datagram are too much. */
	if (setsockopt(sender->fd, SOL_SOCKET, SO_RCVBUFFORCE, &much, sizeof(much)) &&
	    setsockopt(sender->fd, SOL_SOCKET, SO_RCVBUF, &much, sizeof(much)))
		bail_out("SO_RCVBUF: %s", strerror(errno));
}

static void open_sender(struct sender *sender)
{
	struct sockaddr_nl address = { 0 };
	socklen_t length = sizeof(address);

	*sender = (struct sender){ .fd = -1, .privileged = true, .explained = true };
	switch (sender - senders) {
	case UNPRIVILEGED:
		net_admin(false);
		sender->fd = new_socket();
		net_admin(true);
		sender->privileged = false;
		break;
	case FOREIGN:
		sender->fd = foreign_socket();
		sender->foreign = true;
		break;
	case CONTAINED:
		sender->fd = contained_socket();
		sender->privileged = false;
		break;
	default:
		sender->fd = new_socket();
		sender->deaf = sender - senders == DEAF;
		sender->explained = sender - senders != SILENT;
	}
	if (sender->fd < 0) {
		diag("no namespace of kind %d here: %s", (int)(sender - senders), strerror(errno));
		return;
	}
	set_options(sender);
	if (getsockname(sender->fd, (struct sockaddr *)&address, &length))
		bail_out("getsockname: %s", strerror(errno));
	sender->port = address.nl_pid;
}

/** senders_open - open all; the module is loaded */
void senders_open(void)
{
	struct wire wire;
	unsigned int i;

	wire_open(&wire);
	family = wire.family;
	wire_close(&wire);
	own_network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	for (i = 0; i < SENDERS; i++)
		open_sender(&senders[i]);
}

void senders_close(void)
{
	unsigned int i;

	for (i = 0; i < SENDERS; i++)
		if (senders[i].fd >= 0)
			close(senders[i].fd);
	close(own_network);
}

/**
 * senders_reopen - close a socket, whatever it is about to do, and make a new one
 * @sender: it; those of other namespaces are kept
 */
void senders_reopen(struct sender *sender)
{
	if (sender - senders >= FOREIGN)
		return;
	close(sender->fd);
	if (model.owner == sender->port)
		model_end();
	open_sender(sender);
}

/** senders_pick - who sends next: mostly who has a transaction */
struct sender *senders_pick(void)
{
	struct sender *sender = &senders[fuzz_below(fuzz_chance(90) ? DEAF : SENDERS)];
	unsigned int i;

	/* Other network namespaces have ports of the same numbers. */
	if (model.owner && fuzz_chance(80))
		for (i = 0; i < FOREIGN; i++)
			if (senders[i].port == model.owner)
				sender = &senders[i];
	return sender->fd < 0 ? &senders[PLAIN] : sender;
}

/** senders_first - a privileged one that is told everything */
struct sender *senders_first(void)
{
	return &senders[PLAIN];
}

uint16_t senders_family(void)
{
	return family;
}
