// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client of 32 bits: its structures have the same layout, and its calls, which
 * go through the kernel's compat layer, the same answers.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/io_uring.h>

#include "cards.h"

/* The objects of lib/ have 64 bits. */
#include "guest.c"
#include "message.c"
#include "wire.c"

_Static_assert(sizeof(void *) == 4, "this is to be a program of 32 bits");
_Static_assert(sizeof(struct idrevoke_check) == 64, "check");
_Static_assert(offsetof(struct idrevoke_check, verdict) == 32, "check");
_Static_assert(offsetof(struct idrevoke_check, version) == 48, "check");
_Static_assert(sizeof(struct idrevoke_batch) == 16, "batch");
_Static_assert(offsetof(struct idrevoke_batch, count) == 8, "batch");
_Static_assert(sizeof(struct idrevoke_info) == 128, "info");
_Static_assert(offsetof(struct idrevoke_info, digest) == 56, "info");
_Static_assert(offsetof(struct idrevoke_info, reserved) == 88, "info");

static int device;

static void check(const struct wire_list *list)
{
	static const struct {
		enum card card;
		uint32_t valid_from;
		uint32_t verdict;
		uint32_t reason;
		uint32_t flags;
	} rules[] = {
		{ CARD_UNLISTED, 20190412, IDREVOKE_CLEAR, 0, 0 },
		{ CARD_PERSON, 0, IDREVOKE_CLEAR, 0, IDREVOKE_FLAG_PERSON },
		{ CARD_REPLACED, 20190411, IDREVOKE_REVOKED, IDREVOKE_REASON_LOST, 0 },
		{ CARD_REPLACED, 20190412, IDREVOKE_CLEAR, 0, 0 },
		{ CARD_REPLACED, 0, IDREVOKE_AMBIGUOUS, IDREVOKE_REASON_LOST, 0 },
		{ CARD_OPEN, 20190413, IDREVOKE_AMBIGUOUS, IDREVOKE_REASON_STOLEN, 0 },
		{ CARD_CANCELLED, 0, IDREVOKE_REVOKED, IDREVOKE_REASON_VOID, 0 },
	};
	enum { RULES = sizeof(rules) / sizeof(*rules) };
	struct idrevoke_check checks[RULES], one;
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = RULES };
	unsigned int i, wrong = 0;

	for (i = 0; i < RULES; i++) {
		guest_question(&checks[i], card(rules[i].card), rules[i].valid_from);
		one = checks[i];
		ok(!ioctl(device, IDREVOKE_IOC_CHECK, &one) && one.verdict == rules[i].verdict &&
		   one.reason == rules[i].reason && one.answer_flags == rules[i].flags &&
		   !one.why && one.version == list->version && one.issued == list->issued,
		   "CHECK: card %d, start %u", rules[i].card, rules[i].valid_from);
	}
	is(ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch), RULES, "CHECK_BATCH");
	for (i = 0; i < RULES; i++)
		wrong += checks[i].verdict != rules[i].verdict ||
			 checks[i].reason != rules[i].reason ||
			 checks[i].answer_flags != rules[i].flags ||
			 checks[i].version != list->version;
	is(wrong, 0, "... has the same answers");

	one.flags = 1;
	ok(ioctl(device, IDREVOKE_IOC_CHECK, &one) == -1 && errno == EINVAL, "CHECK: flags: EINVAL");
	ok(ioctl(device, IDREVOKE_IOC_CHECK, NULL) == -1 && errno == EFAULT, "CHECK: NULL: EFAULT");
	batch.count = IDREVOKE_BATCH_MAX + 1;
	ok(ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch) == -1 && errno == EINVAL,
	   "CHECK_BATCH: 65537 records: EINVAL");
	batch.count = RULES;
	/* The address counts in full: its upper half must not be forgotten. */
	batch.checks |= 1ULL << 32;
	ok(ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch) == -1 &&
	   (errno == EFAULT || errno == EINVAL), "CHECK_BATCH: an address above 4 GiB is refused");
	batch.checks = UINT32_MAX - 63;
	ok(ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch) == -1 &&
	   (errno == EFAULT || errno == EINVAL), "CHECK_BATCH: the end of 4 GiB is refused");
	ok(ioctl(device, _IO(IDREVOKE_IOC_TYPE, 1), &one) == -1 && errno == ENOTTY,
	   "an unknown command: ENOTTY");
}

/* A ring of one entry: the result of the completion, or as ioctl(2) would fail. */
static int by_ring(unsigned int command, void *argument)
{
	struct io_uring_params ring = { 0 };
	int fd = syscall(__NR_io_uring_setup, 1, &ring), result;
	struct idrevoke_uring area = { .address = (uintptr_t)argument };
	struct io_uring_sqe *entry;
	uint8_t *queues;
	size_t size;

	if (fd < 0 || !(ring.features & IORING_FEAT_SINGLE_MMAP))
		bail_out("io_uring_setup: %s", strerror(errno));
	size = ring.cq_off.cqes + ring.cq_entries * sizeof(struct io_uring_cqe);
	queues = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
	entry = mmap(NULL, sizeof(*entry), PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQES);
	if (queues == MAP_FAILED || entry == MAP_FAILED)
		bail_out("mmap: %s", strerror(errno));

	memset(entry, 0, sizeof(*entry));
	entry->opcode = IORING_OP_URING_CMD;
	entry->fd = device;
	entry->cmd_op = command;
	memcpy(entry->cmd, &area, sizeof(area));
	((uint32_t *)(queues + ring.sq_off.array))[0] = 0;
	__atomic_store_n((uint32_t *)(queues + ring.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(__NR_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		bail_out("io_uring_enter: %s", strerror(errno));
	result = ((struct io_uring_cqe *)(queues + ring.cq_off.cqes))->res;
	munmap(entry, sizeof(*entry));
	munmap(queues, size);
	close(fd);
	return result;
}

static void rings(const struct wire_list *list)
{
	static struct idrevoke_check checks[2000];
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = 2000 };
	struct idrevoke_info info = { 0 };
	unsigned int i, wrong = 0;

	if (ioctl(device, IDREVOKE_IOC_INFO, &info) || !(info.features & IDREVOKE_FEATURE_URING)) {
		diag("this kernel has no io_uring");
		return;
	}
	memset(&info, 0, sizeof(info));
	is(by_ring(IDREVOKE_IOC_INFO, &info), 0, "INFO by a ring");
	is(info.version, list->version, "... tells of the list");
	for (i = 0; i < 2000; i++)
		guest_question(&checks[i], card(i % 2 ? CARD_CANCELLED : CARD_UNLISTED), 0);
	is(by_ring(IDREVOKE_IOC_CHECK, &checks[1]), 0, "CHECK by a ring");
	is(checks[1].verdict, IDREVOKE_REVOKED, "... answers");
	is(by_ring(IDREVOKE_IOC_CHECK_BATCH, &batch), 2000, "CHECK_BATCH by a ring's worker");
	for (i = 0; i < 2000; i++)
		wrong += checks[i].verdict != (i % 2 ? IDREVOKE_REVOKED : IDREVOKE_CLEAR);
	is(wrong, 0, "... answers");
	is(by_ring(IDREVOKE_IOC_CHECK, NULL), -EFAULT, "CHECK by a ring: NULL: EFAULT");
	is(by_ring(0, checks), -ENOTTY, "an unknown command by a ring: ENOTTY");
}

static void edge(void)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct idrevoke_check *checks = (void *)(pages + 4096 - 5 * sizeof(*checks));
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = 9 };
	unsigned int i;

	munmap(pages + 4096, 4096);
	for (i = 0; i < 5; i++)
		guest_question(&checks[i], card(CARD_CANCELLED), 0);
	is(ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch), 5,
	   "CHECK_BATCH: 5 records before a missing page");
}

static void info_and_poll(struct wire *wire, struct wire_list *list, const uint8_t *bytes)
{
	uint8_t digest[IDREVOKE_DIGEST_SIZE];
	struct idrevoke_info info = { 0 };
	struct wire_reply reply;

	guest_digest_encode(&list->digest, digest);
	is(ioctl(device, IDREVOKE_IOC_INFO, &info), 0, "INFO");
	ok(info.state == IDREVOKE_STATE_CURRENT && info.epoch == list->epoch &&
	   info.version == list->version && info.count == list->count &&
	   info.issued == list->issued && !memcmp(info.digest, digest, sizeof(digest)) &&
	   info.fresh_ms > 3500000 && info.fresh_ms <= 3600000, "... of the list");
	info.reserved[4] = 1ULL << 63;
	ok(ioctl(device, IDREVOKE_IOC_INFO, &info) == -1 && errno == EINVAL,
	   "INFO: reserved: EINVAL");
	ok(!guest_readable(device, 0), "poll: nothing has changed");
	list->version = 0x100000002ULL;
	is(wire_snapshot(wire, list, bytes, CARDS, &reply), 0, "a version of more than 32 bits");
	ok(guest_readable(device, 0), "poll: it has");
	memset(&info, 0, sizeof(info));
	ok(!ioctl(device, IDREVOKE_IOC_INFO, &info) && info.version == list->version,
	   "INFO: the new version");
	ok(!guest_readable(device, 0), "poll: not any more after INFO");
}

int main(void)
{
	uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE];
	struct wire_list list;
	struct wire wire;

	guest_load("hits_per_hour=0");
	wire_open(&wire);
	cards_list(bytes);
	list = cards_load(&wire);
	device = guest_open();

	check(&list);
	edge();
	rings(&list);
	info_and_poll(&wire, &list, bytes);
	check(&list);

	close(device);
	wire_close(&wire);
	guest_unload();
	return done();
}
