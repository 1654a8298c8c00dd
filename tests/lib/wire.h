/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client of the netlink family that writes every byte itself, so that wrong
 * messages can be sent as well. Written from <linux/idrevoke_netlink.h> alone;
 * neither libnl nor the agent's code is in it.
 */
#ifndef TESTS_LIB_WIRE_H
#define TESTS_LIB_WIRE_H

#include "guest.h"

/**
 * struct wire - a socket of generic netlink
 * @fd: descriptor
 * @family: what the kernel calls the family "idrevoke"
 * @group: what it calls the multicast group "events"
 * @sequence: of the last message
 */
struct wire {
	int fd;
	uint16_t family;
	uint32_t group;
	uint32_t sequence;
};

/**
 * struct wire_attribute - an attribute to be sent
 * @type: enum idrevoke_attr, or something else
 * @size: bytes, at most 16 if they are in @raw
 * @raw: the bytes, unless
 * @bytes: they are here
 */
struct wire_attribute {
	uint16_t type;
	uint16_t size;
	uint8_t raw[16];
	const void *bytes;
};

/**
 * struct wire_message - a message to be sent; may be edited before
 * @command: enum idrevoke_cmd, or something else
 * @trailer: bytes that follow the last attribute, 0 in a right message
 * @count: used ones of
 * @attributes: the attributes, in this order
 */
struct wire_message {
	uint8_t command;
	uint8_t trailer;
	unsigned int count;
	struct wire_attribute attributes[16];
};

/**
 * struct wire_reply - what the kernel answered
 * @text: text of the extended acknowledgement, or empty
 * @offset: of what is wrong in the request, in bytes; 0: not said
 * @command: of the data message, 0 if there was none
 * @has: whether it had the attribute
 * @value: u32 and u64 attributes
 * @digest: IDREVOKE_A_DIGEST
 * @walk_digest: IDREVOKE_A_WALK_DIGEST
 * @counters: by enum idrevoke_counter
 */
struct wire_reply {
	char text[256];
	uint32_t offset;
	uint8_t command;
	bool has[IDREVOKE_A_MAX + 1];
	uint64_t value[IDREVOKE_A_MAX + 1];
	uint8_t digest[IDREVOKE_DIGEST_SIZE];
	uint8_t walk_digest[IDREVOKE_DIGEST_SIZE];
	uint64_t counters[IDREVOKE_COUNTER_MAX + 1];
};

/**
 * struct wire_list - a list, as the issuer states it
 * @epoch: generation
 * @version: version in it
 * @count: numbers listed
 * @digest: of their records
 * @issued: when the issuer vouched
 * @valid_for: and for how long
 */
struct wire_list {
	uint64_t epoch;
	uint64_t version;
	uint64_t count;
	struct guest_digest digest;
	uint64_t issued;
	uint32_t valid_for;
};

int wire_try_open(struct wire *wire);
void wire_open(struct wire *wire);
void wire_close(struct wire *wire);
int wire_call(struct wire *wire, const struct wire_message *message, struct wire_reply *reply);
int wire_send(struct wire *wire, const struct wire_message *message);
int wire_answer(struct wire *wire, struct wire_reply *reply);
void wire_subscribe(struct wire *wire);
bool wire_event(struct wire *wire, struct wire_reply *event, int milliseconds);

/* Parts of messages. */
struct wire_attribute *wire_find(struct wire_message *message, uint16_t type);
void wire_set(struct wire_message *message, uint16_t type, const void *value, uint16_t size);
void wire_set_u32(struct wire_message *message, uint16_t type, uint32_t value);
void wire_set_u64(struct wire_message *message, uint16_t type, uint64_t value);
void wire_omit(struct wire_message *message, uint16_t type);

/* Right messages. */
struct wire_message wire_plain(uint8_t command);
struct wire_message wire_begin_snapshot(const struct wire_list *next, uint64_t records);
struct wire_message wire_begin_delta(const struct wire_list *next, uint64_t base, uint64_t records);
struct wire_message wire_records(uint64_t offset, const uint8_t *records, uint32_t count);
struct wire_message wire_commit(const struct wire_list *next);
struct wire_message wire_confirm(const struct wire_list *list);

/* Whole dialogues; each returns 0, or the errno of the message that was refused. */
int wire_ask(struct wire *wire, uint8_t command, struct wire_reply *reply);
int wire_send_records(struct wire *wire, const uint8_t *records, uint64_t count,
		      struct wire_reply *reply);
int wire_snapshot(struct wire *wire, const struct wire_list *next, const uint8_t *records,
		  uint64_t count, struct wire_reply *reply);
int wire_delta(struct wire *wire, const struct wire_list *next, uint64_t base,
	       const uint8_t *records, uint64_t count, struct wire_reply *reply);

/* Lists. */
struct wire_list wire_list_of(const struct guest_record *records, uint32_t count, uint8_t *bytes);
bool wire_serves(struct wire *wire, const struct wire_list *list);

#endif
