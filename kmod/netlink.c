// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: the agent's door. <linux/idrevoke_netlink.h> says
 * what it promises.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "check.h"
#include "compat.h"
#include "list.h"
#include "netlink.h"

static struct genl_family family;

static const struct nla_policy begin_policy[] = {
	[IDREVOKE_A_PAD] = NLA_POLICY_EXACT_LEN(0),
	[IDREVOKE_A_KIND] = NLA_POLICY_RANGE(NLA_U32, IDREVOKE_KIND_SNAPSHOT, IDREVOKE_KIND_DELTA),
	[IDREVOKE_A_EPOCH] = NLA_POLICY_MIN(NLA_U64, 1),
	[IDREVOKE_A_BASE] = NLA_POLICY_MIN(NLA_U64, 1),
	[IDREVOKE_A_VERSION] = NLA_POLICY_MIN(NLA_U64, 1),
	[IDREVOKE_A_COUNT] = { .type = NLA_U64 },
};

static const struct nla_policy records_policy[] = {
	[IDREVOKE_A_PAD] = NLA_POLICY_EXACT_LEN(0),
	[IDREVOKE_A_OFFSET] = { .type = NLA_U64 },
	[IDREVOKE_A_RECORDS] = { .type = NLA_BINARY, .len = IDREVOKE_BLOCK_SIZE },
};

static const struct nla_policy commit_policy[] = {
	[IDREVOKE_A_PAD] = NLA_POLICY_EXACT_LEN(0),
	[IDREVOKE_A_EPOCH] = NLA_POLICY_MIN(NLA_U64, 1),
	[IDREVOKE_A_VERSION] = NLA_POLICY_MIN(NLA_U64, 1),
	[IDREVOKE_A_COUNT] = { .type = NLA_U64 },
	[IDREVOKE_A_DIGEST] = NLA_POLICY_EXACT_LEN(IDREVOKE_DIGEST_SIZE),
	[IDREVOKE_A_ISSUED] = { .type = NLA_U64 },
	[IDREVOKE_A_VALID_FOR] = NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct nla_policy confirm_policy[] = {
	[IDREVOKE_A_PAD] = NLA_POLICY_EXACT_LEN(0),
	[IDREVOKE_A_EPOCH] = NLA_POLICY_MIN(NLA_U64, 1),
	[IDREVOKE_A_VERSION] = NLA_POLICY_MIN(NLA_U64, 1),
	[IDREVOKE_A_ISSUED] = { .type = NLA_U64 },
	[IDREVOKE_A_VALID_FOR] = NLA_POLICY_MIN(NLA_U32, 1),
};

static int put_u64(struct sk_buff *message, int attribute, u64 value)
{
	return nla_put_u64_64bit(message, attribute, value, IDREVOKE_A_PAD);
}

static int put_digest(struct sk_buff *message, int attribute, const struct idrv_digest *digest)
{
	u8 wire[IDREVOKE_DIGEST_SIZE];

	idrv_digest_encode(digest, wire);
	return nla_put(message, attribute, sizeof(wire), wire);
}

static int put_counters(struct sk_buff *message)
{
	struct nlattr *nest = nla_nest_start(message, IDREVOKE_A_COUNTERS);
	int counter;

	if (!nest)
		return -EMSGSIZE;
	for (counter = IDREVOKE_COUNTER_CLEAR; counter <= IDREVOKE_COUNTER_MAX; counter++)
		if (nla_put_u64_64bit(message, counter, idrv_check_counter(counter),
				      IDREVOKE_COUNTER_PAD))
			return -EMSGSIZE;
	nla_nest_end(message, nest);
	return 0;
}

static int put_status(struct sk_buff *message, const struct idrv_status *status)
{
	if (nla_put_u32(message, IDREVOKE_A_STATE, status->state) ||
	    put_u64(message, IDREVOKE_A_EPOCH, status->epoch) ||
	    put_u64(message, IDREVOKE_A_VERSION, status->version) ||
	    put_u64(message, IDREVOKE_A_COUNT, status->count) ||
	    put_digest(message, IDREVOKE_A_DIGEST, &status->digest) ||
	    put_u64(message, IDREVOKE_A_ISSUED, status->issued) ||
	    put_u64(message, IDREVOKE_A_FRESH_MS, status->fresh_ms) ||
	    put_u64(message, IDREVOKE_A_FLOOR_EPOCH, status->floor_epoch) ||
	    put_u64(message, IDREVOKE_A_FLOOR_VERSION, status->floor_version) ||
	    put_u64(message, IDREVOKE_A_MEMORY, status->memory) ||
	    put_u64(message, IDREVOKE_A_MAX_ENTRIES, READ_ONCE(idrv_limits.max_entries)) ||
	    put_u64(message, IDREVOKE_A_REBUILDS, status->rebuilds) ||
	    nla_put_u32(message, IDREVOKE_A_REBUILDING, status->rebuilding) ||
	    nla_put_u32(message, IDREVOKE_A_TRANSACTION, status->transaction))
		return -EMSGSIZE;
	return 0;
}

/*
 * Made before a command takes effect: one that succeeded must not be reported as
 * failed for want of memory.
 */
static struct sk_buff *reply_new(struct genl_info *info, void **header)
{
	struct sk_buff *message = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!message) {
		NL_SET_ERR_MSG(info->extack, "no memory for the reply");
		return NULL;
	}
	/* The header always fits a new message. */
	*header = genlmsg_put_reply(message, info, &family, 0, info->genlhdr->cmd);
	return message;
}

/*
 * With @status, or with what is in force now. That the sender has left no room in
 * its receive buffer is reported to it, though the command has taken effect; to
 * repeat it is harmless.
 */
static int reply_send(struct sk_buff *message, void *header, struct genl_info *info,
		      const struct idrv_status *status)
{
	struct idrv_status now;

	if (!status) {
		idrv_list_status(&now);
		status = &now;
	}
	if (put_status(message, status) || put_counters(message)) {
		nlmsg_free(message);
		return -EMSGSIZE;
	}
	genlmsg_end(message, header);
	return genlmsg_reply(message, info);
}

/* NL_SET_ERR_MSG takes literals; these are literals too, from elsewhere. */
static int explain(struct genl_info *info, int error, const struct idrv_refusal *refusal)
{
	if (info->extack) {
		info->extack->_msg = refusal->message;
		info->extack->bad_attr = refusal->at;
	}
	return error;
}

/* Ends a command: a reply, or the reason why not. */
static int finish(struct genl_info *info, struct sk_buff *reply, void *header, int error,
		  const struct idrv_refusal *refusal)
{
	if (!error)
		return reply_send(reply, header, info, NULL);
	nlmsg_free(reply);
	return explain(info, error, refusal);
}

/* Whether all of these attributes are there; the list ends with 0. */
static int require(struct genl_info *info, const u8 *attributes)
{
	for (; *attributes; attributes++) {
		if (info->attrs[*attributes])
			continue;
		NL_SET_ERR_MSG(info->extack, "a required attribute is missing");
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, *attributes);
		return -EINVAL;
	}
	return 0;
}

static int do_status(struct sk_buff *skb, struct genl_info *info)
{
	void *header;
	struct sk_buff *reply = reply_new(info, &header);

	if (!reply)
		return -ENOMEM;
	return reply_send(reply, header, info, NULL);
}

static int do_begin(struct sk_buff *skb, struct genl_info *info)
{
	static const u8 required[] = {
		IDREVOKE_A_KIND, IDREVOKE_A_EPOCH, IDREVOKE_A_VERSION, IDREVOKE_A_COUNT, 0
	};
	struct idrv_refusal refusal = {};
	struct idrv_commitment announced = {};
	struct nlattr *base = info->attrs[IDREVOKE_A_BASE];
	enum idrevoke_kind kind;
	struct sk_buff *reply;
	void *header;
	int error = require(info, required);

	if (error)
		return error;
	kind = nla_get_u32(info->attrs[IDREVOKE_A_KIND]);
	if ((kind == IDREVOKE_KIND_DELTA) != !!base) {
		NL_SET_ERR_MSG(info->extack, "a delta, and only a delta, has a base");
		return -EINVAL;
	}
	announced.epoch = nla_get_u64(info->attrs[IDREVOKE_A_EPOCH]);
	announced.version = nla_get_u64(info->attrs[IDREVOKE_A_VERSION]);
	announced.count = nla_get_u64(info->attrs[IDREVOKE_A_COUNT]);

	reply = reply_new(info, &header);
	if (!reply)
		return -ENOMEM;
	error = idrv_transaction_begin(info->snd_portid, kind, base ? nla_get_u64(base) : 0,
				       &announced, &refusal);
	return finish(info, reply, header, error, &refusal);
}

static int do_records(struct sk_buff *skb, struct genl_info *info)
{
	static const u8 required[] = { IDREVOKE_A_OFFSET, IDREVOKE_A_RECORDS, 0 };
	struct nlattr *records = info->attrs[IDREVOKE_A_RECORDS];
	struct idrv_refusal refusal = {};
	int error = require(info, required);

	if (error)
		return error;
	error = idrv_transaction_records(info->snd_portid,
					 nla_get_u64(info->attrs[IDREVOKE_A_OFFSET]),
					 nla_data(records), nla_len(records), &refusal);
	return error ? explain(info, error, &refusal) : 0;
}

static int do_commit(struct sk_buff *skb, struct genl_info *info)
{
	static const u8 required[] = {
		IDREVOKE_A_EPOCH, IDREVOKE_A_VERSION, IDREVOKE_A_COUNT, IDREVOKE_A_DIGEST,
		IDREVOKE_A_ISSUED, IDREVOKE_A_VALID_FOR, 0
	};
	struct idrv_refusal refusal = {};
	struct idrv_commitment commitment;
	struct sk_buff *reply;
	void *header;
	int error = require(info, required);

	if (error)
		return error;
	commitment = (struct idrv_commitment){
		.epoch = nla_get_u64(info->attrs[IDREVOKE_A_EPOCH]),
		.version = nla_get_u64(info->attrs[IDREVOKE_A_VERSION]),
		.count = nla_get_u64(info->attrs[IDREVOKE_A_COUNT]),
		.digest = idrv_digest_decode(nla_data(info->attrs[IDREVOKE_A_DIGEST])),
		.issued = nla_get_u64(info->attrs[IDREVOKE_A_ISSUED]),
		.valid_for = nla_get_u32(info->attrs[IDREVOKE_A_VALID_FOR]),
	};

	reply = reply_new(info, &header);
	if (!reply)
		return -ENOMEM;
	error = idrv_transaction_commit(info->snd_portid, &commitment, &refusal);
	return finish(info, reply, header, error, &refusal);
}

static int do_abort(struct sk_buff *skb, struct genl_info *info)
{
	struct idrv_refusal refusal = {};
	void *header;
	struct sk_buff *reply = reply_new(info, &header);

	if (!reply)
		return -ENOMEM;
	return finish(info, reply, header, idrv_transaction_abort(info->snd_portid, &refusal),
		      &refusal);
}

static int do_confirm(struct sk_buff *skb, struct genl_info *info)
{
	static const u8 required[] = {
		IDREVOKE_A_EPOCH, IDREVOKE_A_VERSION, IDREVOKE_A_ISSUED, IDREVOKE_A_VALID_FOR, 0
	};
	struct idrv_refusal refusal = {};
	struct idrv_commitment commitment;
	struct sk_buff *reply;
	void *header;
	int error = require(info, required);

	if (error)
		return error;
	commitment = (struct idrv_commitment){
		.epoch = nla_get_u64(info->attrs[IDREVOKE_A_EPOCH]),
		.version = nla_get_u64(info->attrs[IDREVOKE_A_VERSION]),
		.issued = nla_get_u64(info->attrs[IDREVOKE_A_ISSUED]),
		.valid_for = nla_get_u32(info->attrs[IDREVOKE_A_VALID_FOR]),
	};

	reply = reply_new(info, &header);
	if (!reply)
		return -ENOMEM;
	error = idrv_list_confirm(&commitment, &refusal);
	return finish(info, reply, header, error, &refusal);
}

static int do_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct idrv_refusal refusal = {};
	void *header;
	struct sk_buff *reply = reply_new(info, &header);

	if (!reply)
		return -ENOMEM;
	return finish(info, reply, header, idrv_list_flush(info->snd_portid, &refusal), &refusal);
}

static int do_verify(struct sk_buff *skb, struct genl_info *info)
{
	struct idrv_refusal refusal = {};
	struct idrv_status status;
	struct idrv_digest digest;
	void *header;
	struct sk_buff *reply = reply_new(info, &header);
	u64 count;
	int error;

	if (!reply)
		return -ENOMEM;
	error = idrv_list_verify(&count, &digest, &status, &refusal);
	if (!error && (put_u64(reply, IDREVOKE_A_WALK_COUNT, count) ||
		       put_digest(reply, IDREVOKE_A_WALK_DIGEST, &digest)))
		error = idrv_refuse(&refusal, -EMSGSIZE, "the reply does not fit");
	if (!error)
		return reply_send(reply, header, info, &status);
	return finish(info, reply, header, error, &refusal);
}

/* As GENL_ADMIN_PERM would, but with a word of explanation. */
static int permit(const struct genl_split_ops *operation, struct sk_buff *skb,
		  struct genl_info *info)
{
	if (operation->cmd == IDREVOKE_CMD_STATUS || netlink_capable(skb, CAP_NET_ADMIN))
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "this takes CAP_NET_ADMIN in the initial user namespace");
	return -EPERM;
}

#define OPERATION(command, function) \
	{ .cmd = (command), .doit = (function) }
#define OPERATION_WITH(command, function, attributes) \
	{ .cmd = (command), .doit = (function), .policy = (attributes), \
	  .maxattr = ARRAY_SIZE(attributes) - 1 }

static const struct genl_ops operations[] = {
	OPERATION(IDREVOKE_CMD_STATUS, do_status),
	OPERATION_WITH(IDREVOKE_CMD_BEGIN, do_begin, begin_policy),
	OPERATION_WITH(IDREVOKE_CMD_RECORDS, do_records, records_policy),
	OPERATION_WITH(IDREVOKE_CMD_COMMIT, do_commit, commit_policy),
	OPERATION(IDREVOKE_CMD_ABORT, do_abort),
	OPERATION_WITH(IDREVOKE_CMD_CONFIRM, do_confirm, confirm_policy),
	OPERATION(IDREVOKE_CMD_FLUSH, do_flush),
	OPERATION(IDREVOKE_CMD_VERIFY, do_verify),
};

static const struct genl_multicast_group groups[] = {
	{ .name = IDREVOKE_GENL_GROUP_EVENTS },
};

static struct genl_family family __ro_after_init = {
	.name = IDREVOKE_GENL_NAME,
	.version = IDREVOKE_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = false,
	.parallel_ops = true,
	.pre_doit = permit,
	.ops = operations,
	.n_ops = ARRAY_SIZE(operations),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

static struct sk_buff *event_new(enum idrevoke_event event)
{
	struct sk_buff *message = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	struct idrv_status status;
	void *header;

	if (!message)
		return NULL;
	idrv_list_status(&status);
	header = genlmsg_put(message, 0, 0, &family, 0, IDREVOKE_CMD_EVENT);
	if (!header || nla_put_u32(message, IDREVOKE_A_EVENT, event) ||
	    put_status(message, &status)) {
		nlmsg_free(message);
		return NULL;
	}
	genlmsg_end(message, header);
	return message;
}

static void send_event(enum idrevoke_event event)
{
	struct sk_buff *message = event_new(event);

	/* Who misses one, as with a full socket buffer, is told so and asks for the status. */
	if (message)
		genlmsg_multicast(&family, message, 0, 0, GFP_KERNEL);
	else
		genl_set_err(&family, &init_net, 0, 0, -ENOBUFS);
}

/* A transaction dies with its socket. */
static int socket_closed(struct notifier_block *block, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC &&
	    net_eq(notify->net, &init_net))
		idrv_transaction_release(notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_closed,
};

/**
 * idrv_netlink_register - make the family appear
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int idrv_netlink_register(void)
{
	int error = netlink_register_notifier(&socket_notifier);

	if (error)
		return error;
	error = genl_register_family(&family);
	if (error) {
		netlink_unregister_notifier(&socket_notifier);
		return error;
	}
	idrv_list_listen(send_event);
	return 0;
}

/**
 * idrv_netlink_unregister - make the family disappear
 *
 * Context: may sleep. Afterwards no command runs any more.
 */
void idrv_netlink_unregister(void)
{
	idrv_list_listen(NULL);
	genl_unregister_family(&family);
	netlink_unregister_notifier(&socket_notifier);
}
