// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages: right ones, by which transactions come about that are committed, and
 * what mutation makes of them.
 */
#include <string.h>
#include <time.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "fuzz.h"

#define ATTRIBUTES_MAX	24
/* Numbers among which lists are made: so few that versions have many in common. */
#define UNIVERSE	600
#define SPREAD		1000	/* guest_number() of every so many */

struct attribute {
	uint16_t type;
	uint16_t claim;		/* what its header says of its length */
	uint32_t size;
	const uint8_t *bytes;	/* or NULL: */
	uint8_t raw[24];
};

struct message {
	struct nlmsghdr header;
	struct genlmsghdr generic;
	int32_t lie;		/* by how much nlmsg_len is wrong */
	uint32_t cut;		/* bytes that are missing at the end */
	uint32_t trailer;	/* bytes more */
	unsigned int count;
	struct attribute attributes[ATTRIBUTES_MAX];
};

static uint32_t sequence;
/* Records of the message that is being made. */
static uint8_t block[70000];

static void add(struct message *message, uint16_t type, const void *bytes, uint32_t size)
{
	struct attribute *one = &message->attributes[message->count];

	if (message->count == ATTRIBUTES_MAX)
		return;
	message->count++;
	*one = (struct attribute){ .type = type, .size = size, .claim = NLA_HDRLEN + size };
	if (size > sizeof(one->raw))
		one->bytes = bytes;
	else
		memcpy(one->raw, bytes, size);
}

static void add_u32(struct message *message, uint16_t type, uint32_t value)
{
	add(message, type, &value, sizeof(value));
}

static void add_u64(struct message *message, uint16_t type, uint64_t value)
{
	if (fuzz_chance(5))
		add(message, IDREVOKE_A_PAD, "", 0);
	add(message, type, &value, sizeof(value));
}

/* --- right messages */

/* A few versions on; rarely an epoch. */
static void make_begin(struct message *message)
{
	bool delta = model.loaded && fuzz_chance(70);
	uint64_t epoch = model.floor.epoch, version = model.floor.version, count;

	if (!epoch || (!delta && fuzz_chance(5))) {
		epoch++;
		version = 0;
	}
	if (delta || !fuzz_chance(5))
		version += 1 + fuzz_below(3);
	count = fuzz_below(delta ? 40 : UNIVERSE / 2);
	if (fuzz_chance(1) && fuzz_chance(20))
		count = fuzz_below(FUZZ_MAX_ENTRIES + 1);

	add_u32(message, IDREVOKE_A_KIND, delta ? IDREVOKE_KIND_DELTA : IDREVOKE_KIND_SNAPSHOT);
	add_u64(message, IDREVOKE_A_EPOCH, epoch);
	if (delta)
		add_u64(message, IDREVOKE_A_BASE, model.list.version);
	add_u64(message, IDREVOKE_A_VERSION, version ? version : 1);
	add_u64(message, IDREVOKE_A_COUNT, count);
}

static struct guest_record make_record(uint64_t number)
{
	struct guest_record record = { .number = number };

	record.flags = fuzz_below(4) ? 0 : IDREVOKE_RECORD_PERSON;
	switch (fuzz_below(8)) {
	case 0:
		record.flags = IDREVOKE_RECORD_PERSON;
		break;
	case 1:
		record.through = IDREVOKE_THROUGH_ALL;
		record.reason = IDREVOKE_REASON_VOID;
		break;
	case 2:
	case 3:
		if (model.kind == IDREVOKE_KIND_DELTA) {
			record.flags = IDREVOKE_RECORD_REMOVE;
			break;
		}
		/* fallthrough */
	default:
		record.through = 1 + fuzz_below(IDREVOKE_THROUGH_ALL - 1);
		record.reason = 1 + fuzz_below(4);
		record.flags |= fuzz_below(2) ? IDREVOKE_RECORD_OPEN : 0;
	}
	return record;
}

/* The next block of the transaction, with numbers that leave room for the rest. */
static void make_records(struct message *message)
{
	uint64_t left = model.begun.count - model.received, i, index = 0, gap;
	uint64_t count = fuzz_chance(60) ? left : 1 + fuzz_below(left ? left : 1);

	if (count > IDREVOKE_BLOCK_RECORDS)
		count = IDREVOKE_BLOCK_RECORDS;
	if (!count || fuzz_chance(1))
		count++;
	if (model.received) {
		uint64_t last = model.staged[model.received - 1].number;

		if (last >= guest_number(0))
			index = (last - guest_number(0)) / 600011 / SPREAD + 1;
	}
	for (i = 0; i < count; i++) {
		struct guest_record record;

		gap = index < UNIVERSE ? (UNIVERSE - index) / (left > i ? left - i : 1) : 0;
		index += fuzz_below(gap + 1);
		record = make_record(guest_number(index * SPREAD % 200000000));
		guest_record_encode(&record, block + i * IDREVOKE_RECORD_SIZE);
		index++;
	}
	add_u64(message, IDREVOKE_A_OFFSET, model.received);
	add(message, IDREVOKE_A_RECORDS, block, count * IDREVOKE_RECORD_SIZE);
	message->attributes[message->count - 1].bytes = block;
}

/* Fresh for most, late or stale at once for some. */
static void add_statement(struct message *message, uint64_t after)
{
	uint64_t now = time(NULL), issued = now - fuzz_below(100);

	if (fuzz_chance(10))
		issued = now - 200 - fuzz_below(5000);
	if (issued <= after && fuzz_chance(80))
		issued = after + 1;
	add_u64(message, IDREVOKE_A_ISSUED, issued);
	add_u32(message, IDREVOKE_A_VALID_FOR, 1000 + fuzz_below(fuzz_chance(5) ? UINT32_MAX : 3600));
}

static void make_commit(struct message *message)
{
	struct statement to = model.begun;
	uint8_t digest[IDREVOKE_DIGEST_SIZE];

	if (!model_result(&to.count, &to.digest))
		to = model.list;
	guest_digest_encode(&to.digest, digest);
	add_u64(message, IDREVOKE_A_EPOCH, to.epoch);
	add_u64(message, IDREVOKE_A_VERSION, to.version);
	add_u64(message, IDREVOKE_A_COUNT, to.count);
	add(message, IDREVOKE_A_DIGEST, digest, sizeof(digest));
	add_statement(message, 0);
}

static void make_confirm(struct message *message)
{
	add_u64(message, IDREVOKE_A_EPOCH, model.list.epoch);
	add_u64(message, IDREVOKE_A_VERSION, model.list.version);
	add_statement(message, model.issued);
}

/* What gets on, mostly; anything at times. */
static uint8_t pick_command(const struct sender *sender)
{
	static const uint8_t any[] = {
		IDREVOKE_CMD_STATUS, IDREVOKE_CMD_BEGIN, IDREVOKE_CMD_RECORDS, IDREVOKE_CMD_COMMIT,
		IDREVOKE_CMD_ABORT, IDREVOKE_CMD_CONFIRM, IDREVOKE_CMD_VERIFY, IDREVOKE_CMD_STATUS,
	};

	if (fuzz_chance(1) && fuzz_chance(30))
		return IDREVOKE_CMD_FLUSH;
	if (fuzz_chance(20))
		return any[fuzz_below(sizeof(any))];
	if (!model.owner)
		return IDREVOKE_CMD_BEGIN;
	if (model.owner != sender->port)
		return fuzz_chance(50) ? IDREVOKE_CMD_CONFIRM : IDREVOKE_CMD_STATUS;
	return model.received < model.begun.count ? IDREVOKE_CMD_RECORDS : IDREVOKE_CMD_COMMIT;
}

static void make(struct message *message, const struct sender *sender, uint16_t family)
{
	message->header = (struct nlmsghdr){
		.nlmsg_type = family,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.nlmsg_seq = ++sequence,
	};
	message->generic = (struct genlmsghdr){
		.cmd = pick_command(sender),
		.version = IDREVOKE_GENL_VERSION,
	};
	switch (message->generic.cmd) {
	case IDREVOKE_CMD_BEGIN:
		make_begin(message);
		break;
	case IDREVOKE_CMD_RECORDS:
		make_records(message);
		break;
	case IDREVOKE_CMD_COMMIT:
		make_commit(message);
		break;
	case IDREVOKE_CMD_CONFIRM:
		make_confirm(message);
		break;
	}
}

/* --- mutation */

static void mutate_record(struct attribute *one)
{
	uint32_t records = one->size / IDREVOKE_RECORD_SIZE;
	uint8_t *wire, *other, held[IDREVOKE_RECORD_SIZE];
	uint64_t number;

	if (one->bytes != block || !records)
		return;
	wire = block + fuzz_below(records) * IDREVOKE_RECORD_SIZE;
	other = block + fuzz_below(records) * IDREVOKE_RECORD_SIZE;
	switch (fuzz_below(5)) {
	case 0:		/* out of order */
		memcpy(held, wire, sizeof(held));
		memcpy(wire, other, sizeof(held));
		memcpy(other, held, sizeof(held));
		break;
	case 1:		/* twice */
		memcpy(wire, other, 8);
		break;
	case 2:
		number = fuzz_chance(50) ? GUEST_NUMBER_END - fuzz_below(2) : fuzz_interesting();
		memcpy(wire, &number, sizeof(number));
		break;
	case 3:		/* through, reason, flags */
		wire[8 + fuzz_below(4)] = fuzz_interesting();
		break;
	case 4:		/* any byte of any, also of a part of one at the end */
		block[fuzz_below(one->size)] ^= 1 << fuzz_below(8);
		break;
	}
}

static void mutate_value(struct attribute *one)
{
	uint64_t value = fuzz_interesting();

	if (one->bytes) {
		mutate_record(one);
		return;
	}
	if (one->size && fuzz_chance(50))
		one->raw[fuzz_below(one->size)] ^= 1 << fuzz_below(8);
	else
		memcpy(one->raw, &value, sizeof(value));
}

/* Sizes that hold, in contrast to claims. */
static void mutate_size(struct attribute *one)
{
	if (one->bytes != block) {
		one->size = fuzz_below(sizeof(one->raw) + 1);
	} else if (fuzz_chance(50)) {
		one->size += (int)fuzz_below(25) - 12;
	} else {
		static const uint32_t sizes[] = {
			0, 1, 11, 12, 13, IDREVOKE_BLOCK_SIZE - 12, IDREVOKE_BLOCK_SIZE,
			IDREVOKE_BLOCK_SIZE + 1, IDREVOKE_BLOCK_SIZE + 11,
		};
		one->size = sizes[fuzz_below(sizeof(sizes) / sizeof(*sizes))];
	}
	if (one->size > UINT16_MAX - NLA_HDRLEN)
		one->size = UINT16_MAX - NLA_HDRLEN;
	one->claim = NLA_HDRLEN + one->size;
}

static void mutate_attribute(struct message *message)
{
	unsigned int i = fuzz_below(message->count), other = fuzz_below(message->count);
	struct attribute *one = &message->attributes[i], held = *one;

	switch (fuzz_below(9)) {
	case 0:
		one->claim = fuzz_chance(50) ? fuzz_interesting() : one->claim + fuzz_below(17) - 8;
		break;
	case 1:
		one->type = fuzz_below(IDREVOKE_A_MAX + 3);
		break;
	case 2:
		one->type |= fuzz_chance(50) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
		break;
	case 3:		/* twice */
		if (message->count < ATTRIBUTES_MAX)
			message->attributes[message->count++] = held;
		break;
	case 4:		/* missing */
		memmove(one, one + 1, (message->count - i - 1) * sizeof(*one));
		message->count--;
		break;
	case 5:
		*one = message->attributes[other];
		message->attributes[other] = held;
		break;
	case 6:
		mutate_size(one);
		break;
	default:
		mutate_value(one);
	}
}

static void mutate_header(struct message *message, uint16_t family)
{
	switch (fuzz_below(9)) {
	case 0:
		message->header.nlmsg_flags ^= 1 << fuzz_below(16);
		break;
	case 1:
		message->header.nlmsg_flags |= NLM_F_DUMP;
		break;
	case 2:
		message->header.nlmsg_type = fuzz_chance(50) ? fuzz_below(NLMSG_MIN_TYPE) :
							       family + 64 + fuzz_below(1000);
		break;
	case 3:
		message->generic.cmd = fuzz_chance(50) ? fuzz_below(16) : fuzz_below(256);
		break;
	case 4:
		message->generic.version = fuzz_below(256);
		break;
	case 5:
		message->generic.reserved = fuzz_interesting();
		break;
	case 6:
		message->lie = fuzz_chance(50) ? (int)fuzz_below(65) - 32 : (int)fuzz_interesting();
		break;
	case 7:
		message->cut = fuzz_below(64);
		break;
	case 8:
		message->trailer = fuzz_below(24);
		break;
	}
}

static void mutate(struct message *message, uint16_t family)
{
	static uint64_t value;
	unsigned int times = 1 + fuzz_below(3);

	value = fuzz_interesting();
	while (times--) {
		if (fuzz_chance(25))
			mutate_header(message, family);
		else if (fuzz_chance(5))
			add(message, fuzz_random(), &value, fuzz_below(9));
		else if (message->count)
			mutate_attribute(message);
	}
}

/* --- onto the wire */

static size_t put(uint8_t *at, const void *bytes, size_t size)
{
	memcpy(at, bytes, size);
	memset(at + size, 0, NLMSG_ALIGN(size) - size);
	return NLMSG_ALIGN(size);
}

static size_t serialise(struct message *message, uint8_t *bytes, size_t room)
{
	size_t size = NLMSG_HDRLEN;
	unsigned int i;

	size += put(bytes + size, &message->generic, sizeof(message->generic));
	for (i = 0; i < message->count; i++) {
		const struct attribute *one = &message->attributes[i];
		struct nlattr header = { .nla_len = one->claim, .nla_type = one->type };

		if (size + NLA_HDRLEN + one->size + sizeof(message->header) > room)
			break;
		size += put(bytes + size, &header, sizeof(header));
		size += put(bytes + size, one->bytes ? one->bytes : one->raw, one->size);
	}
	if (size + message->trailer <= room) {
		memset(bytes + size, 0xff, message->trailer);
		size += message->trailer;
	}
	message->header.nlmsg_len = size + message->lie;
	put(bytes, &message->header, sizeof(message->header));
	return message->cut < size ? size - message->cut : 0;
}

/**
 * message_make - the next message
 * @sender: who will send it
 * @family: number of the family
 * @bytes: gets it
 * @room: for it, some 70 KiB at least
 * @mutate_it: whether it may be wrong
 * Return: its size.
 */
size_t message_make(const struct sender *sender, uint16_t family, uint8_t *bytes, size_t room,
		    bool mutate_it)
{
	static struct message message;

	memset(&message, 0, sizeof(message));
	make(&message, sender, family);
	if (mutate_it)
		mutate(&message, family);
	return serialise(&message, bytes, room);
}
