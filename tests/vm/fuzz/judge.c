// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel must make of a message, by the bytes that were sent: first its
 * form, by the rules of generic netlink and the attributes' own, then what it
 * asks for. Where several things are wrong, either may be named.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "fuzz.h"

#define BIT(type)	(1U << (type))
#define HEADERS		(NLMSG_HDRLEN + GENL_HDRLEN)

/* What an attribute must be: an integer of this size, or binary. */
static const struct rule {
	uint8_t size;
	uint8_t least;		/* value */
	uint8_t most;		/* value; 0: any */
	uint16_t shortest;	/* binary */
	uint16_t longest;
} rules[IDREVOKE_A_MAX + 1] = {
	[IDREVOKE_A_KIND] = { .size = 4, .least = 1, .most = 2 },
	[IDREVOKE_A_EPOCH] = { .size = 8, .least = 1 },
	[IDREVOKE_A_BASE] = { .size = 8, .least = 1 },
	[IDREVOKE_A_VERSION] = { .size = 8, .least = 1 },
	[IDREVOKE_A_COUNT] = { .size = 8 },
	[IDREVOKE_A_OFFSET] = { .size = 8 },
	[IDREVOKE_A_RECORDS] = { .longest = IDREVOKE_BLOCK_SIZE },
	[IDREVOKE_A_DIGEST] = { .shortest = IDREVOKE_DIGEST_SIZE, .longest = IDREVOKE_DIGEST_SIZE },
	[IDREVOKE_A_ISSUED] = { .size = 8 },
	[IDREVOKE_A_VALID_FOR] = { .size = 4, .least = 1 },
};

static const struct {
	uint32_t required;
	uint32_t optional;
} commands[IDREVOKE_CMD_MAX] = {
	[IDREVOKE_CMD_BEGIN] = {
		.required = BIT(IDREVOKE_A_KIND) | BIT(IDREVOKE_A_EPOCH) |
			    BIT(IDREVOKE_A_VERSION) | BIT(IDREVOKE_A_COUNT),
		.optional = BIT(IDREVOKE_A_PAD) | BIT(IDREVOKE_A_BASE),
	},
	[IDREVOKE_CMD_RECORDS] = {
		.required = BIT(IDREVOKE_A_OFFSET) | BIT(IDREVOKE_A_RECORDS),
		.optional = BIT(IDREVOKE_A_PAD),
	},
	[IDREVOKE_CMD_COMMIT] = {
		.required = BIT(IDREVOKE_A_EPOCH) | BIT(IDREVOKE_A_VERSION) |
			    BIT(IDREVOKE_A_COUNT) | BIT(IDREVOKE_A_DIGEST) |
			    BIT(IDREVOKE_A_ISSUED) | BIT(IDREVOKE_A_VALID_FOR),
		.optional = BIT(IDREVOKE_A_PAD),
	},
	[IDREVOKE_CMD_CONFIRM] = {
		.required = BIT(IDREVOKE_A_EPOCH) | BIT(IDREVOKE_A_VERSION) |
			    BIT(IDREVOKE_A_ISSUED) | BIT(IDREVOKE_A_VALID_FOR),
		.optional = BIT(IDREVOKE_A_PAD),
	},
};

static uint64_t integer(const uint8_t *bytes, unsigned int size)
{
	uint32_t u32;
	uint64_t u64;

	memcpy(&u32, bytes, sizeof(u32));
	if (size == sizeof(u32))
		return u32;
	memcpy(&u64, bytes, sizeof(u64));
	return u64;
}

/* Takes in one attribute that the command has. */
static errnos judge_attribute(struct judged *judged, uint16_t type, const uint8_t *bytes,
			      size_t length)
{
	const struct rule *rule = &rules[type];
	uint64_t value;

	if (!rule->size) {
		if (type == IDREVOKE_A_RECORDS) {
			judged->records = bytes;
			judged->length = length;
		}
		if (length < rule->shortest || length > rule->longest)
			return ERRNO(ERANGE);
		if (type == IDREVOKE_A_DIGEST) {
			judged->to.digest.low = integer(bytes, 8);
			judged->to.digest.high = integer(bytes + 8, 8);
		}
		return 0;
	}
	if (length != rule->size)
		return ERRNO(EINVAL);
	value = integer(bytes, rule->size);
	judged->value[type] = value;
	if (value < rule->least || (rule->most && value > rule->most))
		return ERRNO(ERANGE);
	return 0;
}

static errnos judge_attributes(struct judged *judged, const uint8_t *at, size_t left)
{
	uint32_t required = commands[judged->command].required, seen = 0;
	uint32_t allowed = required | commands[judged->command].optional;
	errnos errors = 0;
	struct nlattr header;

	while (left >= NLA_HDRLEN) {
		uint16_t type;

		memcpy(&header, at, sizeof(header));
		if (header.nla_len < NLA_HDRLEN || header.nla_len > left)
			break;
		type = header.nla_type & NLA_TYPE_MASK;
		if (type > IDREVOKE_A_MAX || !(allowed & BIT(type)) ||
		    header.nla_type & NLA_F_NESTED)
			errors |= ERRNO(EINVAL);
		if (type <= IDREVOKE_A_MAX && allowed & BIT(type)) {
			errors |= judge_attribute(judged, type, at + NLA_HDRLEN,
						  header.nla_len - NLA_HDRLEN);
			seen |= BIT(type);
		}
		if ((size_t)NLA_ALIGN(header.nla_len) >= left) {
			left = 0;
			break;
		}
		at += NLA_ALIGN(header.nla_len);
		left -= NLA_ALIGN(header.nla_len);
	}
	if (left || required & ~seen)
		errors |= ERRNO(EINVAL);
	if (judged->command == IDREVOKE_CMD_BEGIN &&
	    (judged->value[IDREVOKE_A_KIND] == IDREVOKE_KIND_DELTA) !=
	    !!(seen & BIT(IDREVOKE_A_BASE)))
		errors |= ERRNO(EINVAL);
	return errors;
}

static bool same(const struct statement *a, const struct statement *b)
{
	return a->epoch == b->epoch && a->version == b->version && a->count == b->count &&
	       a->digest.low == b->digest.low && a->digest.high == b->digest.high;
}

/* Whether a list of this epoch and version may not come in force. */
static errnos judge_order(uint32_t kind, uint64_t base, const struct statement *to)
{
	if (to->epoch < model.floor.epoch ||
	    (to->epoch == model.floor.epoch && to->version < model.floor.version))
		return ERRNO(ESTALE);
	if (kind == IDREVOKE_KIND_DELTA &&
	    (!model.loaded || model.list.epoch != to->epoch || model.list.version != base ||
	     to->version <= base))
		return ERRNO(ESTALE);
	return 0;
}

static errnos judge_begin(const struct judged *judged)
{
	errnos errors = judge_order(judged->value[IDREVOKE_A_KIND],
				    judged->value[IDREVOKE_A_BASE], &judged->to);

	if (model.owner)
		errors |= ERRNO(EBUSY);
	if (judged->to.count > FUZZ_MAX_ENTRIES)
		errors |= ERRNO(ENOSPC);
	return errors;
}

static struct guest_record record_at(const uint8_t *wire)
{
	return (struct guest_record){
		.number = integer(wire, 8),
		.through = wire[8] | wire[9] << 8,
		.reason = wire[10],
		.flags = wire[11],
	};
}

static bool is_valid(const struct guest_record *record)
{
	if (record->number >= GUEST_NUMBER_END)
		return false;
	if (model.kind == IDREVOKE_KIND_DELTA && record->flags == IDREVOKE_RECORD_REMOVE)
		return !record->through && !record->reason;
	if (record->flags & ~(IDREVOKE_RECORD_OPEN | IDREVOKE_RECORD_PERSON))
		return false;
	if (!record->through)
		return !record->reason && record->flags == IDREVOKE_RECORD_PERSON;
	return record->reason >= 1 && record->reason <= 4 &&
	       !(record->through == IDREVOKE_THROUGH_ALL && record->flags & IDREVOKE_RECORD_OPEN);
}

static errnos judge_records(const struct sender *sender, const struct judged *judged)
{
	uint64_t count = judged->length / IDREVOKE_RECORD_SIZE, i;
	uint64_t last = model.received ? model.staged[model.received - 1].number : 0;
	bool any = model.received;
	errnos errors = 0;

	if (model.owner != sender->port)
		return ERRNO(ENOENT);
	if (!count || judged->length % IDREVOKE_RECORD_SIZE)
		errors |= ERRNO(EINVAL);
	if (judged->value[IDREVOKE_A_OFFSET] != model.received)
		errors |= ERRNO(EILSEQ);
	if (count > model.begun.count - model.received)
		errors |= ERRNO(E2BIG);
	for (i = 0; i < count; i++) {
		struct guest_record record = record_at(judged->records + i * IDREVOKE_RECORD_SIZE);

		if (!is_valid(&record) || (any && record.number <= last))
			errors |= ERRNO(EBADMSG);
		last = record.number;
		any = true;
	}
	return errors;
}

/* From the future; near the limit both may be. */
static errnos judge_issued(uint64_t issued, bool *may_succeed)
{
	uint64_t limit = time(NULL) + FUZZ_MAX_SKEW;

	if (issued > limit + 5)
		return ERRNO(ERANGE);
	if (issued + 5 < limit)
		return 0;
	*may_succeed = true;
	return ERRNO(ERANGE);
}

static errnos judge_commit(const struct sender *sender, struct judged *judged)
{
	bool in_force = model.loaded && same(&judged->to, &model.list), lenient = false;
	struct statement becomes = judged->to;
	errnos errors = 0;

	if (model.owner != sender->port)
		return in_force ? 0 : ERRNO(ENOENT);
	if (judged->to.epoch != model.begun.epoch || judged->to.version != model.begun.version) {
		judged->may_succeed = in_force;
		return ERRNO(ESTALE);
	}
	if (in_force)
		return 0;

	errors |= judge_order(model.kind, model.base, &judged->to);
	if (model.received != model.begun.count)
		errors |= ERRNO(EILSEQ);
	if (judged->to.count > FUZZ_MAX_ENTRIES)
		errors |= ERRNO(ENOSPC);
	model_result(&becomes.count, &becomes.digest);
	if (!same(&becomes, &judged->to))
		errors |= ERRNO(EBADMSG);
	if (judged->to.epoch == model.floor.epoch && judged->to.version == model.floor.version &&
	    !same(&judged->to, &model.floor))
		errors |= ERRNO(EBADMSG);
	if (!errors)
		return judge_issued(judged->value[IDREVOKE_A_ISSUED], &judged->may_succeed);
	return errors | judge_issued(judged->value[IDREVOKE_A_ISSUED], &lenient);
}

static errnos judge_confirm(struct judged *judged)
{
	bool lenient = false;

	if (!model.loaded || judged->to.epoch != model.list.epoch ||
	    judged->to.version != model.list.version ||
	    judged->value[IDREVOKE_A_ISSUED] <= model.issued)
		return ERRNO(ESTALE) | judge_issued(judged->value[IDREVOKE_A_ISSUED], &lenient);
	return judge_issued(judged->value[IDREVOKE_A_ISSUED], &judged->may_succeed);
}

/* A message that is as it should be. */
static errnos judge_command(const struct sender *sender, struct judged *judged)
{
	judged->to.epoch = judged->value[IDREVOKE_A_EPOCH];
	judged->to.version = judged->value[IDREVOKE_A_VERSION];
	judged->to.count = judged->value[IDREVOKE_A_COUNT];

	switch (judged->command) {
	case IDREVOKE_CMD_BEGIN:
		return judge_begin(judged);
	case IDREVOKE_CMD_RECORDS:
		return judge_records(sender, judged);
	case IDREVOKE_CMD_COMMIT:
		return judge_commit(sender, judged);
	case IDREVOKE_CMD_ABORT:
		return model.owner == sender->port ? 0 : ERRNO(ENOENT);
	case IDREVOKE_CMD_CONFIRM:
		return judge_confirm(judged);
	case IDREVOKE_CMD_FLUSH:
		return model.owner && model.owner != sender->port ? ERRNO(EBUSY) : 0;
	case IDREVOKE_CMD_VERIFY:
		return model.loaded ? 0 : ERRNO(ENODATA);
	default:
		return 0;
	}
}

/* The flags that genetlink knows; half a NLM_F_DUMP is none. */
static errnos judge_flags(uint16_t flags)
{
	errnos errors = 0;

	if ((flags & NLM_F_DUMP) == NLM_F_DUMP) {
		errors |= ERRNO(EOPNOTSUPP);
		flags &= ~NLM_F_DUMP;
	}
	if (flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO))
		errors |= ERRNO(EINVAL);
	return errors;
}

/**
 * judge - what must become of a message
 * @sender: who sends it
 * @at: it, and whatever follows in the datagram
 * @left: bytes of that
 * @judged: to be filled
 * Return: false if the kernel does not look at it, nor at what follows.
 */
bool judge(const struct sender *sender, const uint8_t *at, size_t left, struct judged *judged)
{
	struct genlmsghdr generic;
	struct nlmsghdr header;

	memset(judged, 0, sizeof(*judged));
	if (left < sizeof(header))
		return false;
	memcpy(&header, at, sizeof(header));
	if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > left)
		return false;
	judged->size = NLMSG_ALIGN(header.nlmsg_len);
	if (judged->size > left)
		judged->size = left;
	judged->sequence = header.nlmsg_seq;
	judged->acknowledged = header.nlmsg_flags & NLM_F_ACK;
	if (!(header.nlmsg_flags & NLM_F_REQUEST) || header.nlmsg_type < NLMSG_MIN_TYPE)
		return true;
	if (header.nlmsg_type != senders_family()) {
		judged->unknown = true;
		return true;
	}
	if (sender->foreign) {
		judged->errors = ERRNO(ENOENT);
		return true;
	}
	if (header.nlmsg_len < HEADERS) {
		judged->errors = ERRNO(EINVAL);
		return true;
	}

	memcpy(&generic, at + NLMSG_HDRLEN, sizeof(generic));
	judged->errors = judge_flags(header.nlmsg_flags);
	if (generic.reserved)
		judged->errors |= ERRNO(EINVAL);
	if (generic.cmd < IDREVOKE_CMD_STATUS || generic.cmd > IDREVOKE_CMD_VERIFY) {
		judged->errors |= ERRNO(EOPNOTSUPP);
		return true;
	}
	judged->command = generic.cmd;
	judged->errors |= judge_attributes(judged, at + HEADERS, header.nlmsg_len - HEADERS);
	if (!sender->privileged && generic.cmd != IDREVOKE_CMD_STATUS)
		judged->errors |= ERRNO(EPERM);
	if (judged->errors)
		return true;
	judged->reached = true;
	judged->errors = judge_command(sender, judged);
	return true;
}

static void apply_success(const struct sender *sender, const struct judged *judged)
{
	uint64_t issued = judged->value[IDREVOKE_A_ISSUED], i;

	switch (judged->command) {
	case IDREVOKE_CMD_BEGIN:
		model_begin(sender->port, judged->value[IDREVOKE_A_KIND],
			    judged->value[IDREVOKE_A_BASE], &judged->to);
		break;
	case IDREVOKE_CMD_RECORDS:
		for (i = 0; i < judged->length / IDREVOKE_RECORD_SIZE; i++)
			model.staged[model.received + i] =
				record_at(judged->records + i * IDREVOKE_RECORD_SIZE);
		model.received += i;
		break;
	case IDREVOKE_CMD_COMMIT:
		if (!model.loaded || !same(&judged->to, &model.list))
			model_commit(&judged->to, issued, judged->value[IDREVOKE_A_VALID_FOR]);
		if (model.owner == sender->port)
			model_end();
		break;
	case IDREVOKE_CMD_ABORT:
		model_end();
		break;
	case IDREVOKE_CMD_CONFIRM:
		model_confirm(issued, judged->value[IDREVOKE_A_VALID_FOR]);
		break;
	case IDREVOKE_CMD_FLUSH:
		model_flush();
		break;
	}
}

/**
 * judge_apply - have the model follow
 * @sender: who sent it
 * @judged: what was to be expected
 * @error: what came of it, which was expected
 */
void judge_apply(const struct sender *sender, const struct judged *judged, int error)
{
	if (!judged->reached)
		return;
	if (!error)
		apply_success(sender, judged);
	else if (model.owner == sender->port &&
		 (judged->command == IDREVOKE_CMD_COMMIT ||
		  (judged->command == IDREVOKE_CMD_RECORDS && error != EINVAL)))
		model_end();
}
