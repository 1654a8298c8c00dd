// SPDX-License-Identifier: GPL-2.0-or-later
/* Sends messages, and holds what comes back against what judge.c says. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "fuzz.h"

#define DATA	(NLMSG_HDRLEN + GENL_HDRLEN)
#define TLVS	(NLMSG_HDRLEN + sizeof(struct nlmsgerr))

struct fuzz_tally fuzz_tally;

static uint8_t datagram[160000] __attribute__((aligned(8)));
static size_t datagram_size;

/* What came back and is not looked at yet. */
static uint8_t answers[512 * 1024] __attribute__((aligned(8)));
static size_t answers_size, answers_at;

static void fetch(const struct sender *sender)
{
	ssize_t size;

	answers_size = 0;
	answers_at = 0;
	for (;;) {
		size = recv(sender->fd, answers + answers_size, sizeof(answers) - answers_size, 0);
		if (size < 0 && errno == ENOBUFS && sender->deaf)
			continue;
		if (size < 0 && errno == EAGAIN)
			return;
		if (size <= 0)
			fuzz_fail(datagram, datagram_size, "recv: %s", strerror(errno));
		answers_size += NLMSG_ALIGN(size);
	}
}

/* The next message, if it answers the one of this number. */
static const uint8_t *next_answer(uint32_t number, struct nlmsghdr *header)
{
	const uint8_t *at = answers + answers_at;

	if (answers_at + sizeof(*header) > answers_size)
		return NULL;
	memcpy(header, at, sizeof(*header));
	if (header->nlmsg_len < sizeof(*header) || answers_at + header->nlmsg_len > answers_size)
		fuzz_fail(datagram, datagram_size, "an answer is cut short");
	if (header->nlmsg_seq != number)
		return NULL;
	answers_at += NLMSG_ALIGN(header->nlmsg_len);
	return at;
}

struct status {
	bool has[IDREVOKE_A_MAX + 1];
	uint64_t value[IDREVOKE_A_MAX + 1];
	struct guest_digest digest[IDREVOKE_A_MAX + 1];
};

static void read_status(const uint8_t *at, size_t left, struct status *status)
{
	struct nlattr header;
	uint16_t type;
	uint32_t u32;

	memset(status, 0, sizeof(*status));
	while (left >= NLA_HDRLEN) {
		memcpy(&header, at, sizeof(header));
		type = header.nla_type & NLA_TYPE_MASK;
		if (header.nla_len < NLA_HDRLEN || header.nla_len > left || type > IDREVOKE_A_MAX)
			break;
		status->has[type] = true;
		if (header.nla_len == NLA_HDRLEN + 8)
			memcpy(&status->value[type], at + NLA_HDRLEN, 8);
		if (header.nla_len == NLA_HDRLEN + 16)
			memcpy(&status->digest[type], at + NLA_HDRLEN, 16);
		if (header.nla_len == NLA_HDRLEN + 4) {
			memcpy(&u32, at + NLA_HDRLEN, 4);
			status->value[type] = u32;
		}
		if ((size_t)NLA_ALIGN(header.nla_len) >= left)
			return;
		at += NLA_ALIGN(header.nla_len);
		left -= NLA_ALIGN(header.nla_len);
	}
	if (left)
		fuzz_fail(datagram, datagram_size, "a status is no row of attributes");
}

static void check_value(const struct status *status, unsigned int attribute, uint64_t wanted)
{
	if (!status->has[attribute] || status->value[attribute] != wanted)
		fuzz_fail(datagram, datagram_size, "attribute %u of the status is %lld, not %lld",
			  attribute, (long long)status->value[attribute], (long long)wanted);
}

static void check_digest(const struct status *status, unsigned int attribute)
{
	if (!status->has[attribute] || status->digest[attribute].low != model.list.digest.low ||
	    status->digest[attribute].high != model.list.digest.high)
		fuzz_fail(datagram, datagram_size, "attribute %u of the status is another digest",
			  attribute);
}

/* The status that came is what the model has. */
static void check_status(const uint8_t *answer, size_t size, uint8_t command, unsigned int states)
{
	struct status status;

	if (size < DATA || answer[NLMSG_HDRLEN] != command)
		fuzz_fail(datagram, datagram_size, "the reply is to another command");
	read_status(answer + DATA, size - DATA, &status);
	check_value(&status, IDREVOKE_A_EPOCH, model.list.epoch);
	check_value(&status, IDREVOKE_A_VERSION, model.list.version);
	check_value(&status, IDREVOKE_A_COUNT, model.list.count);
	check_value(&status, IDREVOKE_A_ISSUED, model.issued);
	check_value(&status, IDREVOKE_A_FLOOR_EPOCH, model.floor.epoch);
	check_value(&status, IDREVOKE_A_FLOOR_VERSION, model.floor.version);
	check_value(&status, IDREVOKE_A_MAX_ENTRIES, FUZZ_MAX_ENTRIES);
	check_value(&status, IDREVOKE_A_TRANSACTION, model.owner);
	check_digest(&status, IDREVOKE_A_DIGEST);
	if (command == IDREVOKE_CMD_VERIFY) {
		check_value(&status, IDREVOKE_A_WALK_COUNT, model.list.count);
		check_digest(&status, IDREVOKE_A_WALK_DIGEST);
	}
	states |= model_states();
	if (!status.has[IDREVOKE_A_STATE] || !(states & 1U << status.value[IDREVOKE_A_STATE]))
		fuzz_fail(datagram, datagram_size, "state %lld is none of %#x",
			  (long long)status.value[IDREVOKE_A_STATE], states);
}

/* Whether a refusal says why, and no card's number. */
static bool is_explained(const uint8_t *answer, const struct nlmsghdr *header)
{
	const uint8_t *at = answer + TLVS;
	size_t left = header->nlmsg_len - TLVS;
	struct nlattr attribute;
	char text[200];

	while (header->nlmsg_flags & NLM_F_ACK_TLVS && left >= NLA_HDRLEN) {
		memcpy(&attribute, at, sizeof(attribute));
		if (attribute.nla_len < NLA_HDRLEN || attribute.nla_len > left)
			return false;
		if (attribute.nla_type == NLMSGERR_ATTR_MSG) {
			snprintf(text, sizeof(text), "%s", (const char *)at + NLA_HDRLEN);
			return text[0] && !guest_has_digits(text, 12);
		}
		if ((size_t)NLA_ALIGN(attribute.nla_len) >= left)
			break;
		at += NLA_ALIGN(attribute.nla_len);
		left -= NLA_ALIGN(attribute.nla_len);
	}
	return false;
}

/* What an error set stands for, where the answer was not heard. */
static int lowest(errnos errors)
{
	int error = 0;

	while (errors && !(errors & ERRNO(error)))
		error++;
	return error;
}

static void count(const struct judged *judged, int error)
{
	fuzz_tally.messages++;
	fuzz_tally.accepted += judged->reached && !error;
	fuzz_tally.commits += judged->reached && !error && judged->command == IDREVOKE_CMD_COMMIT;
}

/* What the kernel said to one message, against what it had to say. */
static void settle(const struct sender *sender, const struct judged *judged, unsigned int states)
{
	const uint8_t *answer, *data = NULL, *refusal = NULL;
	struct nlmsghdr header, data_header = { .nlmsg_len = 0 }, refusal_header = data_header;
	struct nlmsgerr result;
	int error = -1;
	bool right;

	while (error < 0 && (answer = next_answer(judged->sequence, &header))) {
		if (judged->unknown)
			continue;
		if (header.nlmsg_type == NLMSG_ERROR && header.nlmsg_len >= TLVS) {
			memcpy(&result, answer + NLMSG_HDRLEN, sizeof(result));
			error = -result.error;
			refusal = answer;
			refusal_header = header;
		} else if (header.nlmsg_type == senders_family() && !data) {
			data = answer;
			data_header = header;
		} else {
			fuzz_fail(datagram, datagram_size, "an answer of type %u",
				  header.nlmsg_type);
		}
	}
	if (judged->unknown)
		return;
	if (error < 0 && judged->acknowledged)
		fuzz_fail(datagram, datagram_size, "no answer");
	if (error < 0)
		error = 0;

	right = error ? error < 128 && judged->errors & ERRNO(error) :
			!judged->errors || judged->may_succeed;
	if (!right)
		fuzz_fail(datagram, datagram_size, "command %u: errno %d (%s) instead of %d (%s)",
			  judged->command, error, strerror(error), lowest(judged->errors),
			  strerror(lowest(judged->errors)));
	if (error && (judged->reached || error == EPERM) && sender->explained &&
	    !is_explained(refusal, &refusal_header))
		fuzz_fail(datagram, datagram_size, "command %u: errno %d is not explained",
			  judged->command, error);
	count(judged, error);
	judge_apply(sender, judged, error);
	if (!data != (error || !judged->reached || judged->command == IDREVOKE_CMD_RECORDS))
		fuzz_fail(datagram, datagram_size, "command %u, errno %d: %s status",
			  judged->command, error, data ? "a" : "no");
	if (data)
		check_status(data, data_header.nlmsg_len, judged->command, states);
}

/**
 * netlink_deliver - send a datagram, and judge what comes of it
 * @sender: who sends
 * @bytes: one message or several, right or wrong
 * @size: of them, 1 at least
 */
void netlink_deliver(struct sender *sender, const uint8_t *bytes, size_t size)
{
	unsigned int states = model_states();
	struct judged judged;

	if (bytes != datagram)
		memcpy(datagram, bytes, size);
	datagram_size = size;
	if (send(sender->fd, datagram, size, 0) != (ssize_t)size)
		fuzz_fail(datagram, size, "send: %s", strerror(errno));
	if (!sender->deaf)
		fetch(sender);
	for (bytes = datagram; judge(sender, bytes, size, &judged);
	     bytes += judged.size, size -= judged.size) {
		if (sender->deaf) {
			count(&judged, lowest(judged.errors));
			judge_apply(sender, &judged, lowest(judged.errors));
		} else {
			settle(sender, &judged, states);
		}
	}
	if (!sender->deaf && answers_at != answers_size)
		fuzz_fail(datagram, datagram_size, "%zu bytes that nobody asked for",
			  answers_size - answers_at);
	/* At times it hears what it missed. */
	if (sender->deaf && fuzz_chance(10))
		fetch(sender);
}

/** netlink_verify - the list in force is the model's, by a walk of all of it */
void netlink_verify(void)
{
	struct {
		struct nlmsghdr header;
		struct genlmsghdr generic;
	} message = {
		.header = {
			.nlmsg_len = sizeof(message),
			.nlmsg_type = senders_family(),
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.generic = {
			.cmd = model.loaded ? IDREVOKE_CMD_VERIFY : IDREVOKE_CMD_STATUS,
			.version = IDREVOKE_GENL_VERSION,
		},
	};

	netlink_deliver(senders_first(), (const uint8_t *)&message, sizeof(message));
}

/** netlink_step - one datagram of somebody's */
void netlink_step(void)
{
	struct sender *sender = senders_pick();
	unsigned int messages = !sender->deaf && fuzz_chance(8) ? 2 + fuzz_below(3) : 1;
	bool mutate = !sender->deaf && fuzz_chance(35);
	size_t size = 0;

	if (fuzz_chance(1) && fuzz_chance(30)) {
		senders_reopen(sender);
		return;
	}
	while (messages-- && sizeof(datagram) - size > 75000) {
		size += message_make(sender, senders_family(), datagram + size,
				     sizeof(datagram) - size, mutate);
		if (messages)
			size = NLMSG_ALIGN(size);
	}
	if (size)
		netlink_deliver(sender, datagram, size);
}
