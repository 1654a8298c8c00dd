// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every refusal of the device, with all else valid: the same call succeeds
 * without the defect.
 */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cards.h"

#define PAGE	4096

static int device;

/* 0 or a positive errno; a count of a batch is negative. */
static int call(unsigned long request, void *argument)
{
	int result = ioctl(device, request, argument);

	return result < 0 ? errno : -result;
}

static int batch(const void *checks, uint64_t count)
{
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = count };

	return call(IDREVOKE_IOC_CHECK_BATCH, &batch);
}

/* @size bytes at the very end of a page, behind which there is nothing. */
static void *before_hole(size_t size)
{
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || munmap(pages + PAGE, PAGE))
		bail_out("mmap: %s", strerror(errno));
	return pages + PAGE - size;
}

static void *read_only(size_t size)
{
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)size;
	return page;
}

static bool answered(const struct idrevoke_check *check, uint32_t verdict, uint32_t why)
{
	return check->verdict == verdict && check->why == why;
}

static void unknown_commands(void)
{
	static const unsigned int sizes[] = { 0, 8, 16, 56, 64, 72, 120, 128, 136, 4096 };
	const unsigned long known[] = { IDREVOKE_IOC_CHECK, IDREVOKE_IOC_CHECK_BATCH,
					IDREVOKE_IOC_INFO };
	uint8_t memory[_IOC_SIZEMASK + 1] = { 0 };
	unsigned int number, i, k, direction, wrong = 0;

	for (number = 0; number < 256; number++)
		if (number < 1 || number > 3)
			wrong += call(_IOWR(IDREVOKE_IOC_TYPE, number, struct idrevoke_check),
				      memory) != ENOTTY;
	is(wrong, 0, "every unknown number is ENOTTY");

	for (wrong = 0, k = 0; k < 3; k++)
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
			if (sizes[i] != _IOC_SIZE(known[k]))
				wrong += call(_IOC(_IOC_DIR(known[k]), IDREVOKE_IOC_TYPE,
						   _IOC_NR(known[k]), sizes[i]),
					      memory) != ENOTTY;
	is(wrong, 0, "every known number of another size is ENOTTY");

	for (wrong = 0, k = 0; k < 3; k++)
		for (direction = 0; direction < 4; direction++)
			if (direction != _IOC_DIR(known[k]))
				wrong += call(_IOC(direction, IDREVOKE_IOC_TYPE, _IOC_NR(known[k]),
						   _IOC_SIZE(known[k])),
					      memory) != ENOTTY;
	is(wrong, 0, "every known number of another direction is ENOTTY");

	is(call(_IOWR(IDREVOKE_IOC_TYPE + 1, 1, struct idrevoke_check), memory), ENOTTY,
	   "another type is ENOTTY");
	is(call(0x5401 /* TCGETS */, memory), ENOTTY, "a terminal's command is ENOTTY");
}

/* Calls with one bit set in a field of 32 bits that must be zero. */
static void check_field(const char *name, size_t offset)
{
	unsigned int bit, wrong = 0, unanswered = 0, failed = 0;
	struct idrevoke_check check;

	for (bit = 0; bit < 32; bit++) {
		uint32_t value = 1U << bit;

		guest_question(&check, card(CARD_UNLISTED), 20200101);
		memcpy((char *)&check + offset, &value, sizeof(value));
		wrong += call(IDREVOKE_IOC_CHECK, &check) != EINVAL;
		unanswered += !answered(&check, IDREVOKE_UNKNOWN, IDREVOKE_WHY_UNSUPPORTED);
		value = 0;
		memcpy((char *)&check + offset, &value, sizeof(value));
		failed += call(IDREVOKE_IOC_CHECK, &check) != 0 ||
			  !answered(&check, IDREVOKE_CLEAR, 0);
	}
	is(wrong, 0, "CHECK: any bit of %s is EINVAL", name);
	is(unanswered, 0, "... and the answer is UNKNOWN/UNSUPPORTED");
	is(failed, 0, "... and without it, CLEAR");
}

static void check_refusals(void)
{
	unsigned int value, wrong = 0;
	struct idrevoke_check check, *at;
	void *pointer;

	check_field("flags", offsetof(struct idrevoke_check, flags));
	check_field("reserved", offsetof(struct idrevoke_check, reserved));

	for (value = 0; value < 256; value++) {
		bool known = value <= IDREVOKE_CONSISTENCY_MISMATCH;

		guest_question(&check, card(CARD_UNLISTED), 0);
		check.consistency = value;
		wrong += call(IDREVOKE_IOC_CHECK, &check) != (known ? 0 : EINVAL);
		wrong += known ? !answered(&check, IDREVOKE_CLEAR, 0) :
				 !answered(&check, IDREVOKE_UNKNOWN, IDREVOKE_WHY_UNSUPPORTED);
	}
	is(wrong, 0, "CHECK: every unknown consistency is EINVAL and UNSUPPORTED, no known one is");

	for (wrong = 0, value = 0; value < 256; value++) {
		guest_question(&check, card(CARD_UNLISTED), 0);
		check.list = value;
		wrong += call(IDREVOKE_IOC_CHECK, &check) != 0;
		wrong += value ? !answered(&check, IDREVOKE_UNKNOWN, IDREVOKE_WHY_UNSUPPORTED) :
				 !answered(&check, IDREVOKE_CLEAR, 0);
	}
	is(wrong, 0, "CHECK: every list but 0 is UNSUPPORTED");

	is(call(IDREVOKE_IOC_CHECK, NULL), EFAULT, "CHECK: NULL is EFAULT");
	is(call(IDREVOKE_IOC_CHECK, (void *)0xffff888000000000), EFAULT,
	   "CHECK: an address of the kernel is EFAULT");
	is(call(IDREVOKE_IOC_CHECK, (void *)-64), EFAULT, "CHECK: the last address is EFAULT");
	guest_question(&check, card(CARD_UNLISTED), 0);
	pointer = before_hole(63);
	memcpy(pointer, &check, 63);
	is(call(IDREVOKE_IOC_CHECK, pointer), EFAULT, "CHECK: one byte short is EFAULT");
	ok(!memcmp(pointer, &check, sizeof(check) - 1), "... no part of an answer is written");
	at = before_hole(64);
	*at = check;
	is(call(IDREVOKE_IOC_CHECK, at), 0, "... and with it, no failure");
	ok(answered(at, IDREVOKE_CLEAR, 0), "... but an answer");
	at = read_only(64);
	*at = check;
	mprotect(at, PAGE, PROT_READ);
	is(call(IDREVOKE_IOC_CHECK, at), EFAULT, "CHECK: memory that is read-only is EFAULT");
	mprotect(at, PAGE, PROT_READ | PROT_WRITE);
	is(call(IDREVOKE_IOC_CHECK, at), 0, "... and writable, no failure");
}

static void batch_refusals(void)
{
	static struct idrevoke_check checks[IDREVOKE_BATCH_MAX + 1];
	static const uint32_t counts[] = { 0, IDREVOKE_BATCH_MAX + 1, INT_MAX, 1U << 31, UINT_MAX };
	struct idrevoke_batch one = { .checks = (uintptr_t)checks, .count = 2 };
	struct idrevoke_batch *at;
	unsigned int i, wrong = 0;

	for (i = 0; i <= IDREVOKE_BATCH_MAX; i++)
		guest_question(&checks[i], card(i % (CARDS + 1)), 20190412);
	is(batch(checks, 2), -2, "CHECK_BATCH: 2 records are 2 done");
	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		is(batch(checks, counts[i]), EINVAL, "CHECK_BATCH: %u records are EINVAL", counts[i]);
	is(batch(checks, 1), -1, "CHECK_BATCH: 1 record is 1 done");
	is(batch(checks, IDREVOKE_BATCH_MAX), -IDREVOKE_BATCH_MAX, "CHECK_BATCH: %u are all done",
	   IDREVOKE_BATCH_MAX);
	for (i = 0; i < IDREVOKE_BATCH_MAX; i++)
		wrong += (checks[i].verdict == IDREVOKE_UNKNOWN) ||
			 checks[i].verdict != checks[i % (CARDS + 1)].verdict;
	is(wrong, 0, "... and answered");
	is(checks[i].verdict, IDREVOKE_UNKNOWN, "... and nothing beyond them");

	for (wrong = 0, i = 0; i < 32; i++) {
		one.flags = 1U << i;
		wrong += call(IDREVOKE_IOC_CHECK_BATCH, &one) != EINVAL;
		one.flags = 0;
		wrong += call(IDREVOKE_IOC_CHECK_BATCH, &one) != -2;
	}
	is(wrong, 0, "CHECK_BATCH: any bit of flags is EINVAL");

	is(call(IDREVOKE_IOC_CHECK_BATCH, NULL), EFAULT, "CHECK_BATCH: NULL is EFAULT");
	at = before_hole(15);
	memcpy(at, &one, 15);
	is(call(IDREVOKE_IOC_CHECK_BATCH, at), EFAULT, "CHECK_BATCH: one byte short is EFAULT");
	at = before_hole(16);
	*at = one;
	is(call(IDREVOKE_IOC_CHECK_BATCH, at), -2, "... and with it, no failure");
	is(batch(NULL, 2), EFAULT, "CHECK_BATCH: an array at NULL is EFAULT");
	is(batch((void *)-64, 2), EINVAL,
	   "CHECK_BATCH: an array beyond the end of all addresses is EINVAL");
	is(batch((void *)-64, IDREVOKE_BATCH_MAX), EINVAL, "... a large one also");
	i = batch((void *)0xffff888000000000, 2);
	ok(i == EINVAL || i == EFAULT, "CHECK_BATCH: an array in the kernel is refused");
}

/* A defect of one record in the middle of good ones. */
static void batch_spoiled(const char *name, void (*spoil)(struct idrevoke_check *), uint32_t why)
{
	struct idrevoke_check checks[5], asked[5];
	unsigned int i, wrong = 0;

	for (i = 0; i < 5; i++)
		guest_question(&checks[i], card(i == 4 ? CARD_UNLISTED : CARD_OPEN), 20190412);
	spoil(&checks[2]);
	checks[2].verdict = IDREVOKE_CLEAR;
	memcpy(asked, checks, sizeof(checks));
	is(batch(checks, 5), -5, "CHECK_BATCH: %s fails nothing", name);
	ok(answered(&checks[2], IDREVOKE_UNKNOWN, why), "... answers UNKNOWN for %u", why);
	for (i = 0; i < 5; i++) {
		wrong += memcmp(&checks[i], &asked[i], offsetof(struct idrevoke_check, verdict)) != 0;
		if (i != 2)
			wrong += checks[i].verdict != (i == 4 ? IDREVOKE_CLEAR : IDREVOKE_REVOKED);
	}
	is(wrong, 0, "... spoils nothing else");
}

static void spoil_number(struct idrevoke_check *check)
{
	check->number[17] = check->number[17] == '0' ? '1' : '0';
}

static void spoil_start(struct idrevoke_check *check)
{
	check->valid_from = 20190229;
}

static void spoil_flags(struct idrevoke_check *check)
{
	check->flags = 1;
}

static void spoil_reserved(struct idrevoke_check *check)
{
	check->reserved = 1U << 31;
}

static void spoil_consistency(struct idrevoke_check *check)
{
	check->consistency = IDREVOKE_CONSISTENCY_MISMATCH + 1;
}

static void spoil_list(struct idrevoke_check *check)
{
	check->list = 1;
}

static void spoil_zero(struct idrevoke_check *check)
{
	memset(check, 0, sizeof(*check));
}

/* @before whole records in memory, @extra bytes of one more, then a hole or a read-only page. */
static void batch_at_edge(unsigned int before, unsigned int extra, bool hole)
{
	size_t size = before * sizeof(struct idrevoke_check) + extra;
	char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct idrevoke_check *checks = (void *)(page + PAGE - size), one;
	unsigned int i, wrong = 0;

	for (i = 0; i < before + 2; i++) {
		guest_question(&one, card(CARD_OPEN), 20190412);
		memcpy(&checks[i], &one, sizeof(one));
	}
	if (hole ? munmap(page + PAGE, PAGE) : mprotect(page + PAGE, PAGE, PROT_READ))
		bail_out("mmap: %s", strerror(errno));
	is(batch(checks, before + 2), before ? -(int)before : EFAULT,
	   "CHECK_BATCH: %u records and %u bytes before a %s page", before, extra,
	   hole ? "missing" : "read-only");
	for (i = 0; i < before; i++) {
		memcpy(&one, &checks[i], sizeof(one));
		wrong += one.verdict != IDREVOKE_REVOKED;
	}
	is(wrong, 0, "... are answered");
}

static void info_refusals(void)
{
	struct idrevoke_info info = { 0 }, *at;
	unsigned int bit, wrong = 0;

	is(call(IDREVOKE_IOC_INFO, &info), 0, "INFO");
	for (bit = 0; bit < 32; bit++) {
		memset(&info, 0, sizeof(info));
		info.flags = 1U << bit;
		wrong += call(IDREVOKE_IOC_INFO, &info) != EINVAL;
		info.flags = 0;
		wrong += call(IDREVOKE_IOC_INFO, &info) != 0;
	}
	is(wrong, 0, "INFO: any bit of flags is EINVAL");
	for (wrong = 0, bit = 0; bit < 5 * 64; bit++) {
		memset(&info, 0, sizeof(info));
		info.reserved[bit / 64] = 1ULL << (bit % 64);
		wrong += call(IDREVOKE_IOC_INFO, &info) != EINVAL;
		info.reserved[bit / 64] = 0;
		wrong += call(IDREVOKE_IOC_INFO, &info) != 0;
	}
	is(wrong, 0, "INFO: any bit of reserved is EINVAL");
	memset(&info, 0xff, sizeof(info));
	info.flags = 0;
	memset(info.reserved, 0, sizeof(info.reserved));
	is(call(IDREVOKE_IOC_INFO, &info), 0, "INFO: what was in fields of the answer is no matter");
	wrong = info.flags != 0;
	for (bit = 0; bit < sizeof(info.reserved) / sizeof(*info.reserved); bit++)
		wrong += info.reserved[bit] != 0;
	is(wrong, 0, "... and what is reserved comes back as zeros");

	is(call(IDREVOKE_IOC_INFO, NULL), EFAULT, "INFO: NULL is EFAULT");
	at = before_hole(127);
	memset(at, 0, 127);
	is(call(IDREVOKE_IOC_INFO, at), EFAULT, "INFO: one byte short is EFAULT");
	at = before_hole(128);
	memset(at, 0, 128);
	is(call(IDREVOKE_IOC_INFO, at), 0, "... and with it, no failure");
	at = read_only(128);
	mprotect(at, PAGE, PROT_READ);
	is(call(IDREVOKE_IOC_INFO, at), EFAULT, "INFO: memory that is read-only is EFAULT");
	mprotect(at, PAGE, PROT_READ | PROT_WRITE);
	is(call(IDREVOKE_IOC_INFO, at), 0, "... and writable, no failure");
}

int main(void)
{
	static const unsigned int before[] = { 1, 5, 31, 32, 33, 62 };
	struct wire wire;
	unsigned int i;

	guest_load("hits_per_hour=0");
	wire_open(&wire);
	cards_load(&wire);
	device = guest_open();

	unknown_commands();
	check_refusals();
	batch_refusals();
	batch_spoiled("a wrong check character", spoil_number, IDREVOKE_WHY_MALFORMED);
	batch_spoiled("a wrong validity start", spoil_start, IDREVOKE_WHY_MALFORMED);
	batch_spoiled("an unknown flag", spoil_flags, IDREVOKE_WHY_UNSUPPORTED);
	batch_spoiled("a reserved field", spoil_reserved, IDREVOKE_WHY_UNSUPPORTED);
	batch_spoiled("an unknown consistency", spoil_consistency, IDREVOKE_WHY_UNSUPPORTED);
	batch_spoiled("an unknown list", spoil_list, IDREVOKE_WHY_UNSUPPORTED);
	batch_spoiled("a record of zeros", spoil_zero, IDREVOKE_WHY_MALFORMED);
	batch_at_edge(0, 0, true);
	batch_at_edge(0, 63, true);
	batch_at_edge(0, 0, false);
	for (i = 0; i < sizeof(before) / sizeof(*before); i++) {
		batch_at_edge(before[i], 0, true);
		batch_at_edge(before[i], 33, true);
		batch_at_edge(before[i], 0, false);
		batch_at_edge(before[i], 33, false);
	}
	info_refusals();

	close(device);
	wire_close(&wire);
	guest_unload();
	return done();
}
