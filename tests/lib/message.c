// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said over a struct wire: messages, and whole transactions of them. */
#include <string.h>
#include <time.h>

#include "wire.h"

/**
 * wire_find - find an attribute
 * @message: to search
 * @type: its type
 * Return: it, or NULL.
 */
struct wire_attribute *wire_find(struct wire_message *message, uint16_t type)
{
	unsigned int i;

	for (i = 0; i < message->count; i++)
		if (message->attributes[i].type == type)
			return &message->attributes[i];
	return NULL;
}

/**
 * wire_set - set or add an attribute
 * @message: to be changed
 * @type: its type
 * @value: its bytes, copied
 * @size: 16 at most
 */
void wire_set(struct wire_message *message, uint16_t type, const void *value, uint16_t size)
{
	struct wire_attribute *one = wire_find(message, type);

	if (!one)
		one = &message->attributes[message->count++];
	*one = (struct wire_attribute){ .type = type, .size = size };
	memcpy(one->raw, value, size);
}

/**
 * wire_set_u32 - set or add an attribute
 * @message: to be changed
 * @type: its type
 * @value: its value
 */
void wire_set_u32(struct wire_message *message, uint16_t type, uint32_t value)
{
	wire_set(message, type, &value, sizeof(value));
}

/**
 * wire_set_u64 - set or add an attribute
 * @message: to be changed
 * @type: its type
 * @value: its value
 */
void wire_set_u64(struct wire_message *message, uint16_t type, uint64_t value)
{
	wire_set(message, type, &value, sizeof(value));
}

/**
 * wire_omit - take an attribute out
 * @message: to be changed
 * @type: its type
 */
void wire_omit(struct wire_message *message, uint16_t type)
{
	struct wire_attribute *one = wire_find(message, type);
	struct wire_attribute *end = message->attributes + message->count;

	if (one) {
		memmove(one, one + 1, (char *)end - (char *)(one + 1));
		message->count--;
	}
}

/**
 * wire_plain - a message without attributes
 * @command: enum idrevoke_cmd
 */
struct wire_message wire_plain(uint8_t command)
{
	return (struct wire_message){ .command = command };
}

/**
 * wire_begin_snapshot - BEGIN
 * @next: the list to be
 * @records: how many will follow
 */
struct wire_message wire_begin_snapshot(const struct wire_list *next, uint64_t records)
{
	struct wire_message message = wire_plain(IDREVOKE_CMD_BEGIN);

	wire_set_u32(&message, IDREVOKE_A_KIND, IDREVOKE_KIND_SNAPSHOT);
	wire_set_u64(&message, IDREVOKE_A_EPOCH, next->epoch);
	wire_set_u64(&message, IDREVOKE_A_VERSION, next->version);
	wire_set_u64(&message, IDREVOKE_A_COUNT, records);
	return message;
}

/**
 * wire_begin_delta - BEGIN
 * @next: the list to be
 * @base: the version that it changes
 * @records: how many will follow
 */
struct wire_message wire_begin_delta(const struct wire_list *next, uint64_t base, uint64_t records)
{
	struct wire_message message = wire_begin_snapshot(next, records);

	wire_set_u32(&message, IDREVOKE_A_KIND, IDREVOKE_KIND_DELTA);
	wire_set_u64(&message, IDREVOKE_A_BASE, base);
	return message;
}

/**
 * wire_records - RECORDS
 * @offset: records sent before
 * @records: encoded; must outlive the message
 * @count: of them
 */
struct wire_message wire_records(uint64_t offset, const uint8_t *records, uint32_t count)
{
	struct wire_message message = wire_plain(IDREVOKE_CMD_RECORDS);

	wire_set_u64(&message, IDREVOKE_A_OFFSET, offset);
	message.attributes[message.count++] = (struct wire_attribute){
		.type = IDREVOKE_A_RECORDS,
		.size = count * IDREVOKE_RECORD_SIZE,
		.bytes = records,
	};
	return message;
}

/**
 * wire_commit - COMMIT
 * @next: the list to be
 */
struct wire_message wire_commit(const struct wire_list *next)
{
	struct wire_message message = wire_plain(IDREVOKE_CMD_COMMIT);
	uint8_t digest[IDREVOKE_DIGEST_SIZE];

	guest_digest_encode(&next->digest, digest);
	wire_set_u64(&message, IDREVOKE_A_EPOCH, next->epoch);
	wire_set_u64(&message, IDREVOKE_A_VERSION, next->version);
	wire_set_u64(&message, IDREVOKE_A_COUNT, next->count);
	wire_set(&message, IDREVOKE_A_DIGEST, digest, sizeof(digest));
	wire_set_u64(&message, IDREVOKE_A_ISSUED, next->issued);
	wire_set_u32(&message, IDREVOKE_A_VALID_FOR, next->valid_for);
	return message;
}

/**
 * wire_confirm - CONFIRM
 * @list: the list in force, with a later time
 */
struct wire_message wire_confirm(const struct wire_list *list)
{
	struct wire_message message = wire_commit(list);

	message.command = IDREVOKE_CMD_CONFIRM;
	wire_omit(&message, IDREVOKE_A_COUNT);
	wire_omit(&message, IDREVOKE_A_DIGEST);
	return message;
}

/**
 * wire_ask - a command without attributes
 * @wire: open
 * @command: enum idrevoke_cmd
 * @reply: what came back
 */
int wire_ask(struct wire *wire, uint8_t command, struct wire_reply *reply)
{
	struct wire_message message = wire_plain(command);

	return wire_call(wire, &message, reply);
}

/**
 * wire_send_records - as many blocks as it takes
 * @wire: with a transaction
 * @records: encoded
 * @count: of them
 * @reply: the last
 */
int wire_send_records(struct wire *wire, const uint8_t *records, uint64_t count,
		      struct wire_reply *reply)
{
	uint64_t offset;

	for (offset = 0; offset < count; offset += IDREVOKE_BLOCK_RECORDS) {
		uint64_t left = count - offset;
		struct wire_message message =
			wire_records(offset, records + offset * IDREVOKE_RECORD_SIZE,
				     left < IDREVOKE_BLOCK_RECORDS ? left : IDREVOKE_BLOCK_RECORDS);
		int error = wire_call(wire, &message, reply);

		if (error)
			return error;
	}
	return 0;
}

static int transaction(struct wire *wire, const struct wire_message *begin,
		       const struct wire_list *next, const uint8_t *records, uint64_t count,
		       struct wire_reply *reply)
{
	struct wire_message commit = wire_commit(next);
	int error = wire_call(wire, begin, reply);

	if (!error)
		error = wire_send_records(wire, records, count, reply);
	if (!error)
		error = wire_call(wire, &commit, reply);
	return error;
}

/**
 * wire_snapshot - BEGIN, RECORDS, COMMIT of a snapshot
 * @wire: open
 * @next: the list to be
 * @records: encoded
 * @count: of them
 * @reply: the last
 */
int wire_snapshot(struct wire *wire, const struct wire_list *next, const uint8_t *records,
		  uint64_t count, struct wire_reply *reply)
{
	struct wire_message begin = wire_begin_snapshot(next, count);

	return transaction(wire, &begin, next, records, count, reply);
}

/**
 * wire_delta - BEGIN, RECORDS, COMMIT of a delta
 * @wire: open
 * @next: the list to be
 * @base: the version that it changes
 * @records: encoded
 * @count: of them
 * @reply: the last
 */
int wire_delta(struct wire *wire, const struct wire_list *next, uint64_t base,
	       const uint8_t *records, uint64_t count, struct wire_reply *reply)
{
	struct wire_message begin = wire_begin_delta(next, base, count);

	return transaction(wire, &begin, next, records, count, reply);
}

/**
 * wire_list_of - version 1 of a list, issued now, for an hour
 * @records: in order
 * @count: of them
 * @bytes: gets them encoded
 */
struct wire_list wire_list_of(const struct guest_record *records, uint32_t count, uint8_t *bytes)
{
	struct wire_list list = {
		.epoch = 1, .version = 1, .count = count, .issued = time(NULL), .valid_for = 3600
	};
	uint32_t i;

	for (i = 0; i < count; i++) {
		guest_digest_add(&list.digest, &records[i]);
		guest_record_encode(&records[i], bytes + i * IDREVOKE_RECORD_SIZE);
	}
	return list;
}

/**
 * wire_serves - whether a list is in force, by VERIFY's walk
 * @wire: privileged
 * @list: it
 */
bool wire_serves(struct wire *wire, const struct wire_list *list)
{
	uint8_t digest[IDREVOKE_DIGEST_SIZE];
	struct wire_reply reply;

	guest_digest_encode(&list->digest, digest);
	return !wire_ask(wire, IDREVOKE_CMD_VERIFY, &reply) &&
	       reply.value[IDREVOKE_A_EPOCH] == list->epoch &&
	       reply.value[IDREVOKE_A_VERSION] == list->version &&
	       reply.value[IDREVOKE_A_COUNT] == list->count &&
	       reply.value[IDREVOKE_A_ISSUED] == list->issued &&
	       reply.value[IDREVOKE_A_WALK_COUNT] == list->count &&
	       !memcmp(reply.digest, digest, sizeof(digest)) &&
	       !memcmp(reply.walk_digest, digest, sizeof(digest));
}
