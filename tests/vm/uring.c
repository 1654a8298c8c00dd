// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device's commands through io_uring: on every kind of ring, what a command
 * returns and leaves in memory is what ioctl(2) returns and leaves there.
 */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cards.h"
#include "ring.h"

#define PAGE		4096
#define IN_FLIGHT	64
/* The longest batch that is done while it is submitted. */
#define SHORT_BATCH	1024

static int device;

/* What is asked lies at the end, as many bytes as are used; behind it is nothing. */
#define MEMORY_SIZE	(IDREVOKE_BATCH_MAX * sizeof(struct idrevoke_check) + PAGE)
static uint8_t *memory;
static size_t used;

/**
 * struct way - of submitting
 * @name: of it
 * @setup: IORING_SETUP_*
 * @flags: IOSQE_* of each entry
 * @fd: the device, or its index
 * @ring: the ring
 */
struct way {
	const char *name;
	unsigned int setup;
	unsigned int flags;
	int fd;
	struct io_uring ring;
};

static void way_open(struct way *way)
{
	struct io_uring_params parameters = { .flags = way->setup, .sq_thread_idle = 10 };
	int error = io_uring_queue_init_params(IN_FLIGHT, &way->ring, &parameters);

	if (error)
		bail_out("%s: io_uring_setup: %s", way->name, strerror(-error));
	way->fd = device;
	if (!(way->flags & IOSQE_FIXED_FILE))
		return;
	error = io_uring_register_files(&way->ring, &device, 1);
	if (error)
		bail_out("%s: io_uring_register: %s", way->name, strerror(-error));
	way->fd = 0;
}

static struct io_uring_sqe *prepare(struct way *way, unsigned int command, const void *argument)
{
	struct io_uring_sqe *entry = io_uring_get_sqe(&way->ring);

	/* The ring's own thread may have completed entries that it still holds. */
	if (!entry && way->setup & IORING_SETUP_SQPOLL && io_uring_sqring_wait(&way->ring) >= 0)
		entry = io_uring_get_sqe(&way->ring);
	if (!entry)
		bail_out("%s: the ring is full", way->name);
	ring_prepare(entry, way->fd, way->flags, command, (uintptr_t)argument);
	return entry;
}

static void submit(struct way *way, unsigned int count)
{
	int done = io_uring_submit_and_wait(&way->ring, count);

	/* What the ring's own thread has taken so far is not told. */
	if (done < 0 || (done != (int)count && !(way->setup & IORING_SETUP_SQPOLL)))
		bail_out("%s: %d of %u submitted", way->name, done, count);
}

/* The next completion: what it says, and of which entry. */
static int complete(struct way *way, uint64_t *which)
{
	struct io_uring_cqe *completion;
	int error = io_uring_wait_cqe(&way->ring, &completion), result;

	if (error)
		bail_out("%s: io_uring_enter: %s", way->name, strerror(-error));
	result = completion->res;
	if (which)
		*which = completion->user_data;
	io_uring_cqe_seen(&way->ring, completion);
	return result;
}

static int by_ring(struct way *way, unsigned int command, void *argument)
{
	prepare(way, command, argument);
	submit(way, 1);
	return complete(way, NULL);
}

static int by_ioctl(unsigned int command, void *argument)
{
	int result = ioctl(device, command, argument);

	return result < 0 ? -errno : result;
}

/* Of what INFO tells, one thing varies. */
static void settle(unsigned int command, void *argument)
{
	if (command == IDREVOKE_IOC_INFO && (uint8_t *)argument >= memory)
		((struct idrevoke_info *)argument)->fresh_ms /= 3600000;
}

/* A command with what was put in memory: the same by ioctl and by the ring. */
static void same(struct way *way, const char *name, unsigned int command, void *argument,
		 int result)
{
	static uint8_t before[MEMORY_SIZE], wanted[MEMORY_SIZE];
	uint8_t *asked = memory + MEMORY_SIZE - used;
	int got;

	memcpy(before, asked, used);
	is(by_ioctl(command, argument), result, "%s: by ioctl", name);
	if (result >= 0)
		settle(command, argument);
	memcpy(wanted, asked, used);
	memcpy(asked, before, used);
	got = by_ring(way, command, argument);
	if (result >= 0)
		settle(command, argument);
	is(got, result, "... by %s", way->name);
	ok(!memcmp(asked, wanted, used), "... with the same in memory");
}

/* @size bytes at the end of memory, zeroed. */
static void *at_end(size_t size)
{
	used = size;
	return memset(memory + MEMORY_SIZE - size, 0, size);
}

static struct idrevoke_check *question(enum card index, uint32_t valid_from)
{
	struct idrevoke_check *check = at_end(sizeof(*check));

	guest_question(check, card(index), valid_from);
	return check;
}

static void checks(struct way *way)
{
	struct idrevoke_check *check;
	enum card index;

	for (index = 0; index <= CARD_UNLISTED; index++)
		same(way, "CHECK", IDREVOKE_IOC_CHECK, question(index, index % 2 ? 20190412 : 0), 0);
	check = question(CARD_OPEN, 20190412);
	check->number[17] ^= 1;
	same(way, "CHECK: malformed", IDREVOKE_IOC_CHECK, check, 0);
	check = question(CARD_OPEN, 20190412);
	check->list = 1;
	same(way, "CHECK: another list", IDREVOKE_IOC_CHECK, check, 0);
	check = question(CARD_OPEN, 20190412);
	check->flags = 1;
	same(way, "CHECK: flags", IDREVOKE_IOC_CHECK, check, -EINVAL);
	check = question(CARD_OPEN, 20190412);
	check->reserved = 1;
	same(way, "CHECK: reserved", IDREVOKE_IOC_CHECK, check, -EINVAL);
	check = question(CARD_OPEN, 20190412);
	check->consistency = IDREVOKE_CONSISTENCY_MISMATCH + 1;
	same(way, "CHECK: consistency", IDREVOKE_IOC_CHECK, check, -EINVAL);
	check = question(CARD_OPEN, 20190412);
	same(way, "CHECK: one byte short", IDREVOKE_IOC_CHECK, (uint8_t *)check + 1, -EFAULT);
	same(way, "CHECK: NULL", IDREVOKE_IOC_CHECK, NULL, -EFAULT);
	same(way, "CHECK: an address of the kernel", IDREVOKE_IOC_CHECK,
	     (void *)0xffff888000000000, -EFAULT);
	mprotect(memory + MEMORY_SIZE - PAGE, PAGE, PROT_READ);
	is(by_ring(way, IDREVOKE_IOC_CHECK, check), -EFAULT, "CHECK: read-only, by %s", way->name);
	mprotect(memory + MEMORY_SIZE - PAGE, PAGE, PROT_READ | PROT_WRITE);
}

/* A batch of @count, of which @there are in memory, behind the batch itself. */
static struct idrevoke_batch *batch(uint32_t count, uint32_t there)
{
	struct idrevoke_batch *batch = at_end(sizeof(*batch) + there * sizeof(struct idrevoke_check));
	struct idrevoke_check *checks = (void *)(batch + 1);
	const uint32_t different = 3 * (CARDS + 2);
	uint32_t i;

	for (i = 0; i < there; i++)
		if (i < different)
			guest_question(&checks[i], card(i % (CARDS + 2)), i % 3 ? 20190412 : 0);
		else
			checks[i] = checks[i - different];
	for (i = 15; i < there; i += 16)
		checks[i].reserved = 1;
	*batch = (struct idrevoke_batch){ .checks = (uintptr_t)checks, .count = count };
	return batch;
}

static void batches(struct way *way)
{
	static const uint32_t sizes[] = { 1, 5, 64, SHORT_BATCH, SHORT_BATCH + 1, 3001,
					  IDREVOKE_BATCH_MAX };
	struct idrevoke_batch *one;
	unsigned int i;
	char name[64];

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		snprintf(name, sizeof(name), "CHECK_BATCH: %u", sizes[i]);
		same(way, name, IDREVOKE_IOC_CHECK_BATCH, batch(sizes[i], sizes[i]), sizes[i]);
	}
	same(way, "CHECK_BATCH: memory ends", IDREVOKE_IOC_CHECK_BATCH, batch(64, 33), 33);
	same(way, "CHECK_BATCH: memory ends far on", IDREVOKE_IOC_CHECK_BATCH, batch(3001, 2500),
	     2500);
	same(way, "CHECK_BATCH: no memory", IDREVOKE_IOC_CHECK_BATCH, batch(1, 0), -EFAULT);
	same(way, "CHECK_BATCH: no memory for many", IDREVOKE_IOC_CHECK_BATCH, batch(5000, 0),
	     -EFAULT);
	same(way, "CHECK_BATCH: NULL", IDREVOKE_IOC_CHECK_BATCH, NULL, -EFAULT);
	same(way, "CHECK_BATCH: none", IDREVOKE_IOC_CHECK_BATCH, batch(0, 5), -EINVAL);
	same(way, "CHECK_BATCH: too many", IDREVOKE_IOC_CHECK_BATCH,
	     batch(IDREVOKE_BATCH_MAX + 1, 5), -EINVAL);
	one = batch(5, 5);
	one->flags = 1;
	same(way, "CHECK_BATCH: flags", IDREVOKE_IOC_CHECK_BATCH, one, -EINVAL);
}

static void infos(struct way *way)
{
	struct idrevoke_info *info;

	same(way, "INFO", IDREVOKE_IOC_INFO, at_end(sizeof(*info)), 0);
	info = (void *)(memory + MEMORY_SIZE - sizeof(*info));
	ok(info->state == IDREVOKE_STATE_CURRENT && info->count == CARDS &&
	   info->features & IDREVOKE_FEATURE_URING, "... which tells of the list, and of io_uring");
	info = at_end(sizeof(*info));
	info->flags = 1;
	same(way, "INFO: flags", IDREVOKE_IOC_INFO, info, -EINVAL);
	info = at_end(sizeof(*info));
	info->reserved[4] = 1ULL << 63;
	same(way, "INFO: reserved", IDREVOKE_IOC_INFO, info, -EINVAL);
	info = at_end(sizeof(*info));
	same(way, "INFO: one byte short", IDREVOKE_IOC_INFO, (uint8_t *)info + 1, -EFAULT);
	same(way, "INFO: NULL", IDREVOKE_IOC_INFO, NULL, -EFAULT);
}

static void unknown_commands(struct way *way)
{
	struct idrevoke_check *check = question(CARD_OPEN, 0);

	same(way, "command 0", 0, check, -ENOTTY);
	same(way, "command 4", _IOWR(IDREVOKE_IOC_TYPE, 4, struct idrevoke_check), check, -ENOTTY);
	same(way, "CHECK of another size", _IOWR(IDREVOKE_IOC_TYPE, 1, struct idrevoke_info), check,
	     -ENOTTY);
	same(way, "CHECK of another type", _IOWR(IDREVOKE_IOC_TYPE + 1, 1, struct idrevoke_check),
	     check, -ENOTTY);
}

/* What is io_uring's alone. */
static void the_entry(struct way *way)
{
	const struct iovec buffer = { memory, PAGE };
	struct idrevoke_check *check, asked;
	struct io_uring_sqe *entry;
	unsigned int bit, wrong = 0;

	check = question(CARD_OPEN, 0);
	asked = *check;
	for (bit = 0; bit < 64; bit++) {
		entry = prepare(way, IDREVOKE_IOC_CHECK, check);
		((struct idrevoke_uring *)entry->cmd)->reserved = 1ULL << bit;
		submit(way, 1);
		wrong += complete(way, NULL) != -EINVAL;
	}
	is(wrong, 0, "%s: any bit of reserved is EINVAL", way->name);
	ok(!memcmp(check, &asked, sizeof(asked)), "... and nothing is answered");
	is(by_ring(way, IDREVOKE_IOC_CHECK, check), 0, "... without it, no failure");

	if (io_uring_register_buffers(&way->ring, &buffer, 1))
		bail_out("%s: a buffer cannot be registered", way->name);
	entry = prepare(way, IDREVOKE_IOC_CHECK, check);
	entry->rw_flags = IORING_URING_CMD_FIXED;
	submit(way, 1);
	is(complete(way, NULL), -EINVAL, "%s: a registered buffer is EINVAL", way->name);
}

/* As many as the ring holds, of all kinds, submitted together. */
static void many(struct way *way)
{
	static struct idrevoke_check checks[IN_FLIGHT], few[16][SHORT_BATCH + 1];
	static struct idrevoke_batch batches[IN_FLIGHT];
	unsigned int round, i, k, wrong = 0, seen;
	uint64_t which;

	for (k = 0; k <= SHORT_BATCH; k++)
		guest_question(&few[0][k], card(k % 2 ? CARD_CANCELLED : CARD_UNLISTED), 0);
	for (i = 1; i < 16; i++)
		memcpy(few[i], few[0], sizeof(few[0]));
	for (round = 0; round < 20; round++) {
		/* In some rounds every fourth is a batch, short or long. */
		bool mixed = round % 4 == 3;

		for (i = 0; i < IN_FLIGHT; i++) {
			struct io_uring_sqe *entry;

			guest_question(&checks[i], card(i % (CARDS + 1)), 20190412);
			batches[i] = (struct idrevoke_batch){
				.checks = (uintptr_t)few[i / 4],
				.count = i % 8 ? 64 : SHORT_BATCH + 1,
			};
			entry = mixed && i % 4 == 0 ?
				prepare(way, IDREVOKE_IOC_CHECK_BATCH, &batches[i]) :
				prepare(way, IDREVOKE_IOC_CHECK, &checks[i]);
			entry->user_data = i;
		}
		submit(way, IN_FLIGHT);
		for (seen = 0, i = 0; i < IN_FLIGHT; i++) {
			int result = complete(way, &which), is_batch = mixed && which % 4 == 0;

			wrong += which >= IN_FLIGHT ||
				 result != (is_batch ? (int)batches[which].count : 0);
			seen += which;
		}
		wrong += seen != IN_FLIGHT * (IN_FLIGHT - 1) / 2;
		for (i = 0; i < IN_FLIGHT; i++) {
			struct idrevoke_check one = checks[i];

			if (mixed && i % 4 == 0)
				continue;
			memset(&one.verdict, 0, sizeof(one) - offsetof(struct idrevoke_check, verdict));
			wrong += by_ioctl(IDREVOKE_IOC_CHECK, &one) != 0 ||
				 memcmp(&one, &checks[i], sizeof(one)) != 0;
		}
	}
	for (i = 0; i < 16; i++)
		for (k = 0; k < 64; k++)
			wrong += few[i][k].verdict !=
				 (k % 2 ? IDREVOKE_REVOKED : IDREVOKE_CLEAR);
	is(wrong, 0, "%s: %u in flight at a time, each answered once, as by ioctl", way->name,
	   IN_FLIGHT);
}

/* Threads of this process that the kernel has made to do what takes long. */
static unsigned int workers(void)
{
	DIR *tasks = opendir("/proc/self/task");
	unsigned int count = 0;
	struct dirent *task;
	char path[300], name[32];
	FILE *file;

	while (tasks && (task = readdir(tasks))) {
		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", task->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		count += fgets(name, sizeof(name), file) && !strncmp(name, "iou-wrk", 7);
		fclose(file);
	}
	closedir(tasks);
	return count;
}

static void long_batches(struct way *way)
{
	is(by_ring(way, IDREVOKE_IOC_CHECK_BATCH, batch(SHORT_BATCH, SHORT_BATCH)), SHORT_BATCH,
	   "%s: a batch of %u", way->name, SHORT_BATCH);
	is(workers(), 0, "... is done by the one who submits");
	is(by_ring(way, IDREVOKE_IOC_CHECK_BATCH, batch(SHORT_BATCH + 1, SHORT_BATCH + 1)),
	   SHORT_BATCH + 1, "%s: a batch of %u", way->name, SHORT_BATCH + 1);
	is(workers(), 1, "... is left to a worker");
}

/* A batch is answered with a number, which is no failure. */
static void links(struct way *way)
{
	struct idrevoke_batch *one = batch(64, 64);
	struct idrevoke_check check;
	int results[2];

	guest_question(&check, card(CARD_CANCELLED), 0);
	prepare(way, IDREVOKE_IOC_CHECK_BATCH, one)->flags |= IOSQE_IO_LINK;
	prepare(way, IDREVOKE_IOC_CHECK, &check);
	submit(way, 2);
	results[0] = complete(way, NULL);
	results[1] = complete(way, NULL);
	ok(results[0] == 64 && results[1] == 0, "%s: after a batch follows what is linked to it",
	   way->name);
	one->flags = 1;
	prepare(way, IDREVOKE_IOC_CHECK_BATCH, one)->flags |= IOSQE_IO_LINK;
	prepare(way, IDREVOKE_IOC_CHECK, &check);
	submit(way, 2);
	results[0] = complete(way, NULL);
	results[1] = complete(way, NULL);
	ok(results[0] == -EINVAL && results[1] == -ECANCELED, "... but not after a refusal");
}

/* Hits count for the one who opened the device; INFO re-arms poll. */
static void as_by_ioctl(struct way *way, struct wire *wire, struct wire_list *list)
{
	uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE];
	struct idrevoke_info info = { 0 }, later = { 0 };
	struct idrevoke_check check;
	struct wire_reply reply;

	by_ring(way, IDREVOKE_IOC_INFO, &info);
	guest_question(&check, card(CARD_CANCELLED), 0);
	is(by_ring(way, IDREVOKE_IOC_CHECK, &check), 0, "%s: a listed card", way->name);
	by_ring(way, IDREVOKE_IOC_INFO, &later);
	is(later.hits - info.hits, 1, "... counts as a hit");

	ok(!guest_readable(device, 0), "poll: nothing has changed");
	cards_list(bytes);
	list->version++;
	is(wire_snapshot(wire, list, bytes, CARDS, &reply), 0, "a new version");
	ok(guest_readable(device, 0), "poll: readable");
	memset(&info, 0, sizeof(info));
	is(by_ring(way, IDREVOKE_IOC_INFO, &info), 0, "INFO by %s", way->name);
	is(info.version, list->version, "... tells of it");
	ok(!guest_readable(device, 0), "poll: not readable any more");
}

/* A ring whose owner ends with long batches under way. */
static int leave(void *unused)
{
	struct idrevoke_batch *all = batch(IDREVOKE_BATCH_MAX, IDREVOKE_BATCH_MAX);
	struct way way = { .name = "a ring left behind" };
	unsigned int i;

	way_open(&way);
	for (i = 0; i < 8; i++)
		prepare(&way, IDREVOKE_IOC_CHECK_BATCH, all);
	(void)unused;
	return io_uring_submit(&way.ring) != 8;
}

static bool unloads(void)
{
	const struct timespec wait = { .tv_nsec = 10000000 };
	unsigned int i;

	/* The ring is taken down by a worker of the kernel, some time after its owner's end. */
	for (i = 0; i < 6000; i++) {
		if (!guest_try_unload())
			return true;
		nanosleep(&wait, NULL);
	}
	return false;
}

static void all_commands(struct way *way)
{
	way_open(way);
	checks(way);
	batches(way);
	infos(way);
	unknown_commands(way);
	the_entry(way);
	links(way);
	many(way);
	io_uring_queue_exit(&way->ring);
}

static void polled_completions(void)
{
	struct way way = { .name = "IOPOLL", .setup = IORING_SETUP_IOPOLL };

	way_open(&way);
	is(by_ring(&way, IDREVOKE_IOC_CHECK, question(CARD_OPEN, 0)), -EOPNOTSUPP,
	   "polled completions are EOPNOTSUPP");
	io_uring_queue_exit(&way.ring);
}

int main(void)
{
	static struct way ways[] = {
		{ .name = "a plain ring" },
		{ .name = "SQPOLL", .setup = IORING_SETUP_SQPOLL },
		{ .name = "DEFER_TASKRUN",
		  .setup = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN },
		{ .name = "SQE128, CQE32", .setup = IORING_SETUP_SQE128 | IORING_SETUP_CQE32 },
		{ .name = "a worker", .flags = IOSQE_ASYNC },
		{ .name = "a registered file", .flags = IOSQE_FIXED_FILE },
	};
	struct way first = ways[0];
	struct wire_list list;
	struct io_uring ring;
	struct wire wire;
	unsigned int i;

	if (io_uring_queue_init(1, &ring, 0) == -ENOSYS) {
		puts("1..0 # SKIP this kernel has no io_uring");
		return 0;
	}
	io_uring_queue_exit(&ring);

	memory = mmap(NULL, MEMORY_SIZE + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	if (memory == MAP_FAILED || munmap(memory + MEMORY_SIZE, PAGE))
		bail_out("mmap: %s", strerror(errno));
	guest_load("hits_per_hour=0");
	wire_open(&wire);
	list = cards_load(&wire);
	device = guest_open();

	way_open(&first);
	long_batches(&first);
	as_by_ioctl(&first, &wire, &list);
	io_uring_queue_exit(&first.ring);
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		all_commands(&ways[i]);
	polled_completions();

	is(guest_child(leave, NULL), 0, "a process ends with batches under way");
	close(device);
	wire_close(&wire);
	ok(unloads(), "the module is unloaded");
	return done();
}
