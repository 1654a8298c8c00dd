// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the agent makes of the kernel's answers and news, well-formed or not. Input:
 * which family and sequence number are ours, then datagrams: a kind, a length, and
 * bytes, which are the whole of it, or go into a message whose header is right.
 */
#include <errno.h>
#include <sanitizer/asan_interface.h>
#include <sys/socket.h>

#include "fuzz.h"

/* The socket: gives what the input has, and lets nobody read beyond that. */
static ssize_t fuzz_receive(int fd, void *buffer, size_t size, int flags, struct sockaddr *from,
			    socklen_t *from_size);
#define recvfrom fuzz_receive
#include "../../agent/lib/netlink.c"

/* Nothing here asks the machine's own kernel. */
static int no_socket(struct nl_sock **socket, int receive_size, int send_size)
{
	(void)receive_size;
	(void)send_size;
	*socket = NULL;
	return -ENOENT;
}

#define idrevoke_netlink_socket no_socket
#include "../../agent/lib/netlink_events.c"
#undef idrevoke_netlink_socket
#undef recvfrom

#define FAMILY 29
#define SEQUENCE 77

enum { WHOLE, ANSWER, REFUSAL, NEWS, KINDS };

static struct fuzz_input input;
static uint8_t datagram[512 + 64];
static size_t datagram_size;
static char *poisoned;
static size_t poisoned_size;

/* @header: room for it precedes @size bytes of the input. */
static void fill_header(unsigned int kind, size_t size)
{
	struct nlmsghdr header = {
		.nlmsg_len = size,
		.nlmsg_type = kind == ANSWER ? FAMILY : kind == NEWS ? GENL_ID_CTRL : NLMSG_ERROR,
		.nlmsg_seq = SEQUENCE,
		.nlmsg_flags = fuzz_take(&input, 2),
	};

	memcpy(datagram, &header, sizeof(header));
}

static void next_datagram(void)
{
	unsigned int kind = fuzz_below(&input, KINDS), header = kind ? sizeof(struct nlmsghdr) : 0;
	size_t size = fuzz_take(&input, 2) % 512;

	if (kind != WHOLE)
		fill_header(kind, header + size);
	size = size < input.left ? size : input.left;
	if (kind != WHOLE)
		((struct nlmsghdr *)datagram)->nlmsg_len = header + size;
	memcpy(datagram + header, input.at, size);
	input.at += size;
	input.left -= size;
	datagram_size = header + size;
}

static void heal(void)
{
	if (poisoned)
		ASAN_UNPOISON_MEMORY_REGION(poisoned, poisoned_size);
	poisoned = NULL;
}

static ssize_t fuzz_receive(int fd, void *buffer, size_t size, int flags, struct sockaddr *from,
			    socklen_t *from_size)
{
	(void)fd;
	(void)flags;
	(void)from;
	(void)from_size;
	heal();
	if (!input.left) {
		errno = EAGAIN;
		return -1;
	}
	next_datagram();
	memcpy(buffer, datagram, datagram_size);
	/* libnl looks for whole words */
	poisoned = (char *)buffer + NLMSG_ALIGN(datagram_size);
	poisoned_size = size - NLMSG_ALIGN(datagram_size);
	memset((char *)buffer + datagram_size, 0xee, poisoned - (char *)buffer - datagram_size);
	ASAN_POISON_MEMORY_REGION(poisoned, poisoned_size);
	return datagram_size;
}

/* The last attribute of a type in a message of the family, if it has @least bytes. */
static const uint8_t *attribute(const uint8_t *at, size_t left, unsigned int type, size_t least)
{
	const uint8_t *found = NULL;

	while (left >= 4) {
		uint16_t size, got;

		memcpy(&size, at, 2);
		memcpy(&got, at + 2, 2);
		if (size < 4 || size > left)
			break;
		if ((got & 0x3fff) == type)
			found = size - 4u >= least ? at + 4 : NULL;
		size = (size + 3) & ~3;
		left -= size < left ? size : left;
		at += size;
	}
	return found;
}

static uint64_t value(const uint8_t *at, size_t size)
{
	uint64_t wide = 0;

	if (at)
		memcpy(&wide, at, size);
	return wide;
}

/* A status says what its message has, and there is none without the essentials. */
static void check_status(const struct idrevoke_status *status)
{
	size_t skip = sizeof(struct nlmsghdr) + sizeof(struct genlmsghdr);
	const uint8_t *at = datagram + skip, *state, *version, *digest;
	size_t left = datagram_size - skip;

	fuzz_check(datagram_size >= skip, "a status of nothing");
	state = attribute(at, left, IDREVOKE_A_STATE, 4);
	version = attribute(at, left, IDREVOKE_A_VERSION, 8);
	digest = attribute(at, left, IDREVOKE_A_DIGEST, IDREVOKE_DIGEST_SIZE);
	fuzz_check(state && version && digest, "a status without state, version or digest");
	fuzz_check(status->state == value(state, 4) && status->version == value(version, 8) &&
		   !memcmp(status->digest, digest, IDREVOKE_DIGEST_SIZE), "another status");
	fuzz_check(status->epoch == value(attribute(at, left, IDREVOKE_A_EPOCH, 8), 8) &&
		   status->count == value(attribute(at, left, IDREVOKE_A_COUNT, 8), 8) &&
		   status->fresh_ms == value(attribute(at, left, IDREVOKE_A_FRESH_MS, 8), 8),
		   "another status");
}

static void check_answers(void)
{
	struct idrevoke_netlink link = { .socket = nl_socket_alloc(), .family = FAMILY };
	struct idrevoke_status status;
	int got;

	do {
		link.answered = false;
		got = receive(&link, SEQUENCE, &status);
		/* the message that counts is the first of its datagram at most once */
		if (link.answered && ((struct nlmsghdr *)datagram)->nlmsg_len == datagram_size &&
		    !got)
			check_status(&status);
		heal();
	} while (!got);
	fuzz_check(memchr(link.message, '\0', sizeof(link.message)), "words without an end");
	nl_socket_free(link.socket);
}

static void check_news(void)
{
	struct idrevoke_netlink_events events = { .socket = nl_socket_alloc(), .family = FAMILY };
	struct idrevoke_status status;
	uint32_t event;
	int news;

	do {
		news = idrevoke_netlink_events_read(&events, &event, &status);
		if (news == IDREVOKE_NEWS_LIST &&
		    ((struct nlmsghdr *)datagram)->nlmsg_len == datagram_size)
			check_status(&status);
		fuzz_check(news != IDREVOKE_NEWS_GONE || !events.family, "gone, and there");
		heal();
	} while (news > 0);
	nl_socket_free(events.socket);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = (struct fuzz_input){ data, size };
	check_answers();
	input = (struct fuzz_input){ data, size };
	check_news();
	return 0;
}
