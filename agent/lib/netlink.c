// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Requests to the generic netlink family "idrevoke".
 *
 * libnl makes and parses messages and finds the family. Answers are received
 * here: its receive loop knows nothing of extended acknowledgements, which
 * carry the cause of a refusal in words.
 */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include "netlink.h"
#include "netlink_socket.h"

/* Every answer that the family gives fits by far. */
#define ANSWER_SIZE 8192

/* The kernel answers before send(2) returns: this long means never. */
#define ANSWER_SECONDS 10

/* What a message needs beside a block of records. */
#define MESSAGE_OVERHEAD 256

struct idrevoke_netlink {
	struct nl_sock *socket;
	int family;
	bool answered; /* the status came that the last request asked for */
	char message[256];
};

int idrevoke_netlink_errno(int nl_error)
{
	switch (-nl_error) {
	case NLE_SUCCESS:
		return 0;
	case NLE_OBJ_NOTFOUND:
	case NLE_NOATTR:
		return -ENOENT;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_INTR:
		return -EINTR;
	case NLE_AGAIN:
		return -ETIMEDOUT;
	case NLE_MSGSIZE:
		return -EMSGSIZE;
	case NLE_PROTO_MISMATCH:
	case NLE_AF_NOSUPPORT:
		return -EPROTONOSUPPORT;
	default:
		return -EPROTO;
	}
}

int idrevoke_netlink_socket(struct nl_sock **socket, int receive_size, int send_size)
{
	const int on = 1;
	int error, fd;

	*socket = nl_socket_alloc();
	if (!*socket)
		return -ENOMEM;
	error = genl_connect(*socket);
	if (!error)
		error = nl_socket_set_buffer_size(*socket, receive_size, send_size);
	if (error) {
		nl_socket_free(*socket);
		*socket = NULL;
		return idrevoke_netlink_errno(error);
	}
	/* Words of the kernel with an error, and not the whole request back.
	 * Without them all works the same but is harder to understand.
	 */
	fd = nl_socket_get_fd(*socket);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

int idrevoke_netlink_open(struct idrevoke_netlink **link)
{
	struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	struct idrevoke_netlink *new;
	int error;

	*link = NULL;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	error = idrevoke_netlink_socket(&new->socket, 0, 4 * IDREVOKE_BLOCK_SIZE);
	if (error)
		goto failed;
	new->family = genl_ctrl_resolve(new->socket, IDREVOKE_GENL_NAME);
	if (new->family < 0) {
		error = idrevoke_netlink_errno(new->family);
		goto failed;
	}
	if (setsockopt(nl_socket_get_fd(new->socket), SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience))) {
		error = -errno;
		goto failed;
	}
	*link = new;
	return 0;

failed:
	idrevoke_netlink_close(new);
	return error;
}

void idrevoke_netlink_close(struct idrevoke_netlink *link)
{
	if (!link)
		return;
	nl_socket_free(link->socket);
	free(link);
}

const char *idrevoke_netlink_message(const struct idrevoke_netlink *link)
{
	return link->message;
}

const char *idrevoke_netlink_counter_name(int counter)
{
	static const char *const names[IDREVOKE_COUNTER_MAX + 1] = {
		[IDREVOKE_COUNTER_CLEAR] = "clear",
		[IDREVOKE_COUNTER_REVOKED] = "revoked",
		[IDREVOKE_COUNTER_AMBIGUOUS] = "ambiguous",
		[IDREVOKE_COUNTER_NOT_READY] = "not_ready",
		[IDREVOKE_COUNTER_STALE] = "stale",
		[IDREVOKE_COUNTER_MALFORMED] = "malformed",
		[IDREVOKE_COUNTER_UNSUPPORTED] = "unsupported",
		[IDREVOKE_COUNTER_THROTTLED] = "throttled",
	};

	return names[counter];
}

static void parse_counters(struct idrevoke_status *status, struct nlattr *nest)
{
	struct nlattr *attr;
	int left;

	nla_for_each_nested(attr, nest, left)
		if (nla_type(attr) <= IDREVOKE_COUNTER_MAX && nla_len(attr) == sizeof(uint64_t))
			status->counters[nla_type(attr)] = nla_get_u64(attr);
}

static void parse_digest(uint8_t *digest, struct nlattr *attr)
{
	memcpy(digest, nla_data(attr), IDREVOKE_DIGEST_SIZE);
}

int idrevoke_netlink_parse(struct nlmsghdr *message, uint32_t *event,
			   struct idrevoke_status *status)
{
	static struct nla_policy policy[IDREVOKE_A_MAX + 1] = {
		[IDREVOKE_A_EPOCH] = { .type = NLA_U64 },
		[IDREVOKE_A_VERSION] = { .type = NLA_U64 },
		[IDREVOKE_A_COUNT] = { .type = NLA_U64 },
		[IDREVOKE_A_DIGEST] = { .minlen = IDREVOKE_DIGEST_SIZE },
		[IDREVOKE_A_ISSUED] = { .type = NLA_U64 },
		[IDREVOKE_A_STATE] = { .type = NLA_U32 },
		[IDREVOKE_A_FRESH_MS] = { .type = NLA_U64 },
		[IDREVOKE_A_FLOOR_EPOCH] = { .type = NLA_U64 },
		[IDREVOKE_A_FLOOR_VERSION] = { .type = NLA_U64 },
		[IDREVOKE_A_MEMORY] = { .type = NLA_U64 },
		[IDREVOKE_A_MAX_ENTRIES] = { .type = NLA_U64 },
		[IDREVOKE_A_REBUILDS] = { .type = NLA_U64 },
		[IDREVOKE_A_REBUILDING] = { .type = NLA_U32 },
		[IDREVOKE_A_TRANSACTION] = { .type = NLA_U32 },
		[IDREVOKE_A_COUNTERS] = { .type = NLA_NESTED },
		[IDREVOKE_A_WALK_COUNT] = { .type = NLA_U64 },
		[IDREVOKE_A_WALK_DIGEST] = { .minlen = IDREVOKE_DIGEST_SIZE },
		[IDREVOKE_A_EVENT] = { .type = NLA_U32 },
	};
	const struct {
		int type;
		uint64_t *value;
	} wide[] = {
		{ IDREVOKE_A_EPOCH, &status->epoch },
		{ IDREVOKE_A_VERSION, &status->version },
		{ IDREVOKE_A_COUNT, &status->count },
		{ IDREVOKE_A_ISSUED, &status->issued },
		{ IDREVOKE_A_FRESH_MS, &status->fresh_ms },
		{ IDREVOKE_A_FLOOR_EPOCH, &status->floor_epoch },
		{ IDREVOKE_A_FLOOR_VERSION, &status->floor_version },
		{ IDREVOKE_A_MEMORY, &status->memory },
		{ IDREVOKE_A_MAX_ENTRIES, &status->max_entries },
		{ IDREVOKE_A_REBUILDS, &status->rebuilds },
		{ IDREVOKE_A_WALK_COUNT, &status->walk_count },
	};
	struct nlattr *attrs[IDREVOKE_A_MAX + 1];

	memset(status, 0, sizeof(*status));
	if (!genlmsg_valid_hdr(message, 0) ||
	    genlmsg_parse(message, 0, attrs, IDREVOKE_A_MAX, policy))
		return -EPROTO;
	/* Not to know the state must not look like a state. */
	if (!attrs[IDREVOKE_A_STATE] || !attrs[IDREVOKE_A_VERSION] || !attrs[IDREVOKE_A_DIGEST])
		return -EPROTO;

	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (attrs[wide[i].type])
			*wide[i].value = nla_get_u64(attrs[wide[i].type]);
	status->state = nla_get_u32(attrs[IDREVOKE_A_STATE]);
	parse_digest(status->digest, attrs[IDREVOKE_A_DIGEST]);
	if (attrs[IDREVOKE_A_REBUILDING])
		status->rebuilding = nla_get_u32(attrs[IDREVOKE_A_REBUILDING]);
	if (attrs[IDREVOKE_A_TRANSACTION])
		status->transaction = nla_get_u32(attrs[IDREVOKE_A_TRANSACTION]);
	if (attrs[IDREVOKE_A_COUNTERS])
		parse_counters(status, attrs[IDREVOKE_A_COUNTERS]);
	if (attrs[IDREVOKE_A_WALK_COUNT] && attrs[IDREVOKE_A_WALK_DIGEST]) {
		status->walked = true;
		parse_digest(status->walk_digest, attrs[IDREVOKE_A_WALK_DIGEST]);
	}
	if (event)
		*event = attrs[IDREVOKE_A_EVENT] ? nla_get_u32(attrs[IDREVOKE_A_EVENT]) : 0;
	return 0;
}

/* Keeps what the kernel says with an error, if it says anything. */
static void keep_message(struct idrevoke_netlink *link, struct nlmsghdr *message)
{
	struct nlmsgerr *error = nlmsg_data(message);
	size_t size = nlmsg_datalen(message), skip = sizeof(*error);
	struct nlattr *attr;
	int left;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(message->nlmsg_flags & NLM_F_CAPPED)) {
		if (error->msg.nlmsg_len < sizeof(error->msg) || error->msg.nlmsg_len > size)
			return;
		skip += NLMSG_ALIGN(error->msg.nlmsg_len) - sizeof(error->msg);
	}
	if (size < skip)
		return;
	attr = (struct nlattr *)((char *)error + skip);
	left = size - skip;
	for (; nla_ok(attr, left); attr = nla_next(attr, &left))
		if (nla_type(attr) == NLMSGERR_ATTR_MSG)
			snprintf(link->message, sizeof(link->message), "%.*s", nla_len(attr),
				 (const char *)nla_data(attr));
}

/*
 * Takes one datagram.
 * Return: 1: the acknowledgement came, 0: not yet, or a negative errno.
 */
static int receive(struct idrevoke_netlink *link, uint32_t sequence,
		   struct idrevoke_status *status)
{
	union {
		struct nlmsghdr header;
		char bytes[ANSWER_SIZE];
	} buffer;
	struct sockaddr_nl from = { 0 };
	socklen_t from_size = sizeof(from);
	struct nlmsghdr *message = &buffer.header;
	ssize_t size;
	int left;

	do {
		size = recvfrom(nl_socket_get_fd(link->socket), &buffer, sizeof(buffer), MSG_TRUNC,
				(struct sockaddr *)&from, &from_size);
	} while (size < 0 && errno == EINTR);
	if (size < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (size > (ssize_t)sizeof(buffer))
		return -EPROTO;
	if (from.nl_pid != 0)
		return 0; /* not from the kernel */

	left = size;
	for (; nlmsg_ok(message, left); message = nlmsg_next(message, &left)) {
		if (message->nlmsg_seq != sequence)
			continue;
		if (message->nlmsg_type == NLMSG_ERROR) {
			struct nlmsgerr *error = nlmsg_data(message);

			if (nlmsg_datalen(message) < (int)sizeof(*error))
				return -EPROTO;
			if (!error->error)
				return 1;
			keep_message(link, message);
			return error->error;
		}
		if (message->nlmsg_type == link->family && status) {
			int bad = idrevoke_netlink_parse(message, NULL, status);

			if (bad)
				return bad;
			link->answered = true;
		}
	}
	return 0;
}

static struct nl_msg *request_new(struct idrevoke_netlink *link, uint8_t command, size_t size)
{
	struct nl_msg *request = nlmsg_alloc_size(size + MESSAGE_OVERHEAD);

	if (request && !genlmsg_put(request, NL_AUTO_PORT, NL_AUTO_SEQ, link->family, 0,
				    NLM_F_REQUEST | NLM_F_ACK, command, IDREVOKE_GENL_VERSION)) {
		nlmsg_free(request);
		request = NULL;
	}
	return request;
}

/* Sends @request, frees it and waits for its acknowledgement. */
static int request_send(struct idrevoke_netlink *link, struct nl_msg *request,
			struct idrevoke_status *status)
{
	uint32_t sequence;
	int result;

	link->message[0] = '\0';
	link->answered = !status;
	if (status)
		memset(status, 0, sizeof(*status));
	result = nl_send_auto(link->socket, request);
	sequence = nlmsg_hdr(request)->nlmsg_seq;
	/* There may be records in it. */
	explicit_bzero(nlmsg_hdr(request), nlmsg_hdr(request)->nlmsg_len);
	nlmsg_free(request);
	if (result < 0)
		result = idrevoke_netlink_errno(result);
	else
		while (!(result = receive(link, sequence, status)))
			;
	if (result > 0 && link->answered)
		return 0;
	if (result > 0)
		result = -EPROTO; /* zeros must not pass for a status */
	if (!link->message[0])
		snprintf(link->message, sizeof(link->message), "%s", strerror(-result));
	return result;
}

/* A request that cannot be made: no memory, or the attributes do not fit. */
static int request_failed(struct idrevoke_netlink *link, struct nl_msg *request)
{
	nlmsg_free(request);
	snprintf(link->message, sizeof(link->message), "%s", strerror(ENOMEM));
	return -ENOMEM;
}

static int request_plain(struct idrevoke_netlink *link, uint8_t command,
			 struct idrevoke_status *status)
{
	struct nl_msg *request = request_new(link, command, 0);

	if (!request)
		return request_failed(link, request);
	return request_send(link, request, status);
}

int idrevoke_netlink_status(struct idrevoke_netlink *link, struct idrevoke_status *status)
{
	return request_plain(link, IDREVOKE_CMD_STATUS, status);
}

int idrevoke_netlink_flush(struct idrevoke_netlink *link, struct idrevoke_status *status)
{
	return request_plain(link, IDREVOKE_CMD_FLUSH, status);
}

int idrevoke_netlink_verify(struct idrevoke_netlink *link, struct idrevoke_status *status)
{
	return request_plain(link, IDREVOKE_CMD_VERIFY, status);
}

int idrevoke_netlink_begin(struct idrevoke_netlink *link,
			   const struct idrevoke_transaction *transaction,
			   struct idrevoke_status *status)
{
	struct nl_msg *request = request_new(link, IDREVOKE_CMD_BEGIN, 0);

	if (!request || nla_put_u32(request, IDREVOKE_A_KIND, transaction->kind) ||
	    nla_put_u64(request, IDREVOKE_A_EPOCH, transaction->epoch) ||
	    (transaction->kind == IDREVOKE_KIND_DELTA &&
	     nla_put_u64(request, IDREVOKE_A_BASE, transaction->base)) ||
	    nla_put_u64(request, IDREVOKE_A_VERSION, transaction->version) ||
	    nla_put_u64(request, IDREVOKE_A_COUNT, transaction->count))
		return request_failed(link, request);
	return request_send(link, request, status);
}

int idrevoke_netlink_records(struct idrevoke_netlink *link, uint64_t offset, const void *records,
			     size_t count)
{
	size_t size = count * IDREVOKE_RECORD_SIZE;
	struct nl_msg *request = request_new(link, IDREVOKE_CMD_RECORDS, size);

	if (!request || nla_put_u64(request, IDREVOKE_A_OFFSET, offset) ||
	    nla_put(request, IDREVOKE_A_RECORDS, size, records))
		return request_failed(link, request);
	return request_send(link, request, NULL);
}

int idrevoke_netlink_commit(struct idrevoke_netlink *link,
			    const struct idrevoke_statement *statement,
			    struct idrevoke_status *status)
{
	struct nl_msg *request = request_new(link, IDREVOKE_CMD_COMMIT, 0);

	if (!request || nla_put_u64(request, IDREVOKE_A_EPOCH, statement->epoch) ||
	    nla_put_u64(request, IDREVOKE_A_VERSION, statement->version) ||
	    nla_put_u64(request, IDREVOKE_A_COUNT, statement->count) ||
	    nla_put(request, IDREVOKE_A_DIGEST, sizeof(statement->digest), statement->digest) ||
	    nla_put_u64(request, IDREVOKE_A_ISSUED, statement->issued) ||
	    nla_put_u32(request, IDREVOKE_A_VALID_FOR, statement->valid_for))
		return request_failed(link, request);
	return request_send(link, request, status);
}

int idrevoke_netlink_confirm(struct idrevoke_netlink *link,
			     const struct idrevoke_statement *statement,
			     struct idrevoke_status *status)
{
	struct nl_msg *request = request_new(link, IDREVOKE_CMD_CONFIRM, 0);

	if (!request || nla_put_u64(request, IDREVOKE_A_EPOCH, statement->epoch) ||
	    nla_put_u64(request, IDREVOKE_A_VERSION, statement->version) ||
	    nla_put_u64(request, IDREVOKE_A_ISSUED, statement->issued) ||
	    nla_put_u32(request, IDREVOKE_A_VALID_FOR, statement->valid_for))
		return request_failed(link, request);
	return request_send(link, request, status);
}
