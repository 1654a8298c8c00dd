// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "tap.h"
#include "wire.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

/* A block of records and all headers. */
#define BUFFER_SIZE	(128 * 1024)

/* Of each thread: a struct wire belongs to one, but there may be several. */
static _Thread_local uint8_t buffer[BUFFER_SIZE] __attribute__((aligned(8)));

static uint64_t value_of(const uint8_t *bytes, size_t size)
{
	uint64_t u64 = 0;
	uint32_t u32 = 0;

	if (size == sizeof(u32)) {
		memcpy(&u32, bytes, size);
		return u32;
	}
	if (size == sizeof(u64))
		memcpy(&u64, bytes, size);
	return u64;
}

/* Calls @each for every attribute of an area; false if it is cut short. */
static bool for_attributes(const uint8_t *at, size_t left,
			   void (*each)(void *context, uint16_t type, const uint8_t *bytes,
					size_t size),
			   void *context)
{
	struct nlattr header;

	while (left >= NLA_HDRLEN) {
		memcpy(&header, at, sizeof(header));
		if (header.nla_len < NLA_HDRLEN || header.nla_len > left)
			return false;
		each(context, header.nla_type & NLA_TYPE_MASK, at + NLA_HDRLEN,
		     header.nla_len - NLA_HDRLEN);
		if ((size_t)NLA_ALIGN(header.nla_len) >= left)
			return true;
		at += NLA_ALIGN(header.nla_len);
		left -= NLA_ALIGN(header.nla_len);
	}
	return left == 0;
}

static void read_counter(void *context, uint16_t type, const uint8_t *bytes, size_t size)
{
	struct wire_reply *reply = context;

	if (type <= IDREVOKE_COUNTER_MAX)
		reply->counters[type] = value_of(bytes, size);
}

static void read_attribute(void *context, uint16_t type, const uint8_t *bytes, size_t size)
{
	struct wire_reply *reply = context;

	if (type > IDREVOKE_A_MAX)
		bail_out("a reply has attribute %u", type);
	reply->has[type] = true;
	reply->value[type] = value_of(bytes, size);
	if (type == IDREVOKE_A_DIGEST && size == IDREVOKE_DIGEST_SIZE)
		memcpy(reply->digest, bytes, size);
	if (type == IDREVOKE_A_WALK_DIGEST && size == IDREVOKE_DIGEST_SIZE)
		memcpy(reply->walk_digest, bytes, size);
	if (type == IDREVOKE_A_COUNTERS)
		for_attributes(bytes, size, read_counter, reply);
}

static void read_cause(void *context, uint16_t type, const uint8_t *bytes, size_t size)
{
	struct wire_reply *reply = context;

	if (type == NLMSGERR_ATTR_MSG)
		snprintf(reply->text, sizeof(reply->text), "%.*s", (int)size, (const char *)bytes);
	if (type == NLMSGERR_ATTR_OFFS)
		reply->offset = value_of(bytes, size);
}

struct family {
	uint16_t id;
	uint32_t group;
	bool is_events;
};

static void read_group(void *context, uint16_t type, const uint8_t *bytes, size_t size)
{
	struct family *family = context;

	if (type == CTRL_ATTR_MCAST_GRP_NAME)
		family->is_events = !strcmp((const char *)bytes, IDREVOKE_GENL_GROUP_EVENTS);
	if (type == CTRL_ATTR_MCAST_GRP_ID)
		family->group = value_of(bytes, size);
}

static void read_groups(void *context, uint16_t type, const uint8_t *bytes, size_t size)
{
	(void)type;
	for_attributes(bytes, size, read_group, context);
}

static void read_family(void *context, uint16_t type, const uint8_t *bytes, size_t size)
{
	struct family *family = context;

	if (type == CTRL_ATTR_FAMILY_ID)
		memcpy(&family->id, bytes, sizeof(family->id));
	if (type == CTRL_ATTR_MCAST_GROUPS)
		for_attributes(bytes, size, read_groups, family);
}

static size_t put(size_t at, const void *bytes, size_t size)
{
	memcpy(buffer + at, bytes, size);
	memset(buffer + at + size, 0, NLMSG_ALIGN(size) - size);
	return at + NLMSG_ALIGN(size);
}

static size_t put_attribute(size_t at, uint16_t type, const void *bytes, uint16_t size)
{
	struct nlattr header = { .nla_len = NLA_HDRLEN + size, .nla_type = type };

	at = put(at, &header, sizeof(header));
	return put(at, bytes, size);
}

/* Sends what is in the buffer behind the headers. */
static int transmit(struct wire *wire, uint16_t type, uint8_t command, uint8_t version, size_t size)
{
	struct nlmsghdr header = {
		.nlmsg_len = size,
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.nlmsg_seq = ++wire->sequence,
	};
	struct genlmsghdr generic = { .cmd = command, .version = version };

	put(put(0, &header, sizeof(header)), &generic, sizeof(generic));
	return send(wire->fd, buffer, size, 0) == (ssize_t)size ? 0 : errno;
}

/*
 * Reads one datagram; 0 bytes if there is none in time, -ENOBUFS if the kernel had
 * no memory for one.
 */
static ssize_t receive(struct wire *wire, int milliseconds)
{
	struct pollfd waiting = { .fd = wire->fd, .events = POLLIN };
	ssize_t size;

	if (poll(&waiting, 1, milliseconds) < 0)
		bail_out("poll: %s", strerror(errno));
	if (!waiting.revents)
		return 0;
	size = recv(wire->fd, buffer, sizeof(buffer), 0);
	if (size < 0 && errno == ENOBUFS)
		return -ENOBUFS;
	if (size < (ssize_t)sizeof(struct nlmsghdr))
		bail_out("netlink: %s", size < 0 ? strerror(errno) : "short message");
	return size;
}

/* Drops what is there to be read. */
static void discard(struct wire *wire)
{
	while (recv(wire->fd, buffer, sizeof(buffer), MSG_DONTWAIT) >= 0)
		;
}

/* Reads until the acknowledgement; data goes to @each. */
static int conclude(struct wire *wire, uint16_t type, struct wire_reply *reply,
		    void (*each)(void *, uint16_t, const uint8_t *, size_t), void *context)
{
	const size_t data = NLMSG_HDRLEN + GENL_HDRLEN;
	const size_t tlvs = NLMSG_HDRLEN + sizeof(struct nlmsgerr);

	for (;;) {
		ssize_t received = receive(wire, 60000);
		size_t left = received;
		const uint8_t *at = buffer;
		struct nlmsghdr header;
		struct nlmsgerr error;

		if (!received)
			bail_out("the kernel does not answer");
		if (received < 0) {
			discard(wire);
			return ENOBUFS;
		}
		for (; left >= sizeof(header);
		     at += NLMSG_ALIGN(header.nlmsg_len), left -= NLMSG_ALIGN(header.nlmsg_len)) {
			memcpy(&header, at, sizeof(header));
			if (header.nlmsg_len > left || header.nlmsg_seq != wire->sequence)
				bail_out("a message from the kernel is wrong");
			if (header.nlmsg_type == type && header.nlmsg_len >= data) {
				reply->command = at[NLMSG_HDRLEN];
				if (!for_attributes(at + data, header.nlmsg_len - data, each,
						    context))
					bail_out("a reply is cut short");
			} else if (header.nlmsg_type == NLMSG_ERROR && header.nlmsg_len >= tlvs) {
				memcpy(&error, at + NLMSG_HDRLEN, sizeof(error));
				if (header.nlmsg_flags & NLM_F_ACK_TLVS)
					for_attributes(at + tlvs, header.nlmsg_len - tlvs,
						       read_cause, reply);
				return -error.error;
			}
			if (NLMSG_ALIGN(header.nlmsg_len) >= left)
				break;
		}
	}
}

/**
 * wire_try_open - open a socket and look the family up
 * @wire: to be filled
 * Return: 0 or a positive errno; there is a socket in either case.
 */
int wire_try_open(struct wire *wire)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	struct wire_reply reply = { .command = 0 };
	struct family family = { .id = 0 };
	int on = 1, error;
	size_t size;

	memset(wire, 0, sizeof(*wire));
	wire->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (wire->fd < 0 || bind(wire->fd, (struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(wire->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(wire->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)))
		bail_out("netlink socket: %s", strerror(errno));

	size = put_attribute(NLMSG_HDRLEN + GENL_HDRLEN, CTRL_ATTR_FAMILY_NAME, IDREVOKE_GENL_NAME,
			     sizeof(IDREVOKE_GENL_NAME));
	error = transmit(wire, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, size);
	if (!error)
		error = conclude(wire, GENL_ID_CTRL, &reply, read_family, &family);
	wire->family = family.id;
	wire->group = family.group;
	return error;
}

/**
 * wire_open - open a socket; the family must be there
 * @wire: to be filled
 */
void wire_open(struct wire *wire)
{
	int error = wire_try_open(wire);

	if (error)
		bail_out("netlink family: %s", strerror(error));
}

/**
 * wire_close - close a socket
 * @wire: open
 */
void wire_close(struct wire *wire)
{
	close(wire->fd);
	wire->fd = -1;
}

/**
 * wire_send - send a message and leave the reply to be read
 * @wire: open
 * @message: right or wrong
 * Return: 0 or a positive errno.
 */
int wire_send(struct wire *wire, const struct wire_message *message)
{
	size_t size = NLMSG_HDRLEN + GENL_HDRLEN;
	unsigned int i;

	for (i = 0; i < message->count; i++) {
		const struct wire_attribute *one = &message->attributes[i];

		size = put_attribute(size, one->type, one->bytes ? one->bytes : one->raw,
				     one->size);
	}
	memset(buffer + size, 0xff, message->trailer);
	return transmit(wire, wire->family, message->command, IDREVOKE_GENL_VERSION,
			size + message->trailer);
}

/**
 * wire_answer - wait for the kernel's judgement of the message sent last
 * @wire: open
 * @reply: what came back
 * Return: 0 or a positive errno; ENOBUFS: there was no memory for the judgement.
 */
int wire_answer(struct wire *wire, struct wire_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	return conclude(wire, wire->family, reply, read_attribute, reply);
}

/**
 * wire_call - send a message and wait for the kernel's judgement
 * @wire: open
 * @message: right or wrong
 * @reply: what came back
 * Return: 0 or a positive errno.
 */
int wire_call(struct wire *wire, const struct wire_message *message, struct wire_reply *reply)
{
	int error = wire_send(wire, message);

	memset(reply, 0, sizeof(*reply));
	return error ? error : wire_answer(wire, reply);
}

/**
 * wire_subscribe - from now on, get events on this socket
 * @wire: open; not to be used for calls any more
 */
void wire_subscribe(struct wire *wire)
{
	if (!wire->group || setsockopt(wire->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &wire->group,
				       sizeof(wire->group)))
		bail_out("group of events: %s", strerror(errno));
}

/**
 * wire_event - wait for an event
 * @wire: subscribed
 * @event: what came
 * @milliseconds: for how long
 * Return: whether one came.
 */
bool wire_event(struct wire *wire, struct wire_reply *event, int milliseconds)
{
	const size_t data = NLMSG_HDRLEN + GENL_HDRLEN;
	ssize_t size = receive(wire, milliseconds);

	memset(event, 0, sizeof(*event));
	if (size <= 0)
		return false;
	event->command = buffer[NLMSG_HDRLEN];
	return (size_t)size >= data && for_attributes(buffer + data, size - data, read_attribute, event);
}
