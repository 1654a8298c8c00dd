// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ioctl [SIZE]: what a check costs beside a call that does nothing, and beside a
 * lookup in a BPF hash map of the same records. Runs in the virtual machine.
 *
 * Emulated, times mean nothing by themselves; what is compared takes turns.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "bench.h"
#include "listing.h"
#include "numbers.h"

/* Many short rounds: what disturbs one side disturbs its neighbours, or is no median. */
#define ROUNDS		64
#define QUESTIONS	8192
#define BATCH		64

/* No command of the device: it answers -ENOTTY. */
#define NULL_COMMAND	_IO(IDREVOKE_IOC_TYPE, 0xff)

/* What is asked, as each side takes it. */
struct questions {
	uint64_t *numbers;
	struct idrevoke_check *checks;
};

static int device, map;

static void *room(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		failed("no memory");
	return memory;
}

static void load_module_list(uint64_t count)
{
	uint8_t *records = room(count, IDREVOKE_RECORD_SIZE);
	struct wire_list list = listing_new(1, count);
	struct wire_reply reply;
	struct wire wire;
	int error;

	listing_encode(&list, count, 0, count, records);
	wire_open(&wire);
	error = wire_snapshot(&wire, &list, records, count, &reply);
	if (error)
		failed("snapshot: %s: %s", strerror(error), reply.text);
	wire_close(&wire);
	free(records);
}

/* As BPF's documentation has it: a hash map, with all memory allocated before. */
static void load_map(uint64_t count)
{
	uint64_t i, *numbers = room(count, sizeof(*numbers));
	uint32_t *values = room(count, sizeof(*values));
	uint32_t done = count;

	for (i = 0; i < count; i++) {
		numbers[i] = numbers_listed(count, i);
		values[i] = numbers_value(numbers[i]);
	}
	map = bpf_map_create(BPF_MAP_TYPE_HASH, "bench", sizeof(*numbers), sizeof(*values), count,
			     NULL);
	if (map < 0 || bpf_map_update_batch(map, numbers, values, &done, NULL) || done != count)
		failed("BPF map: %s", strerror(errno));
	free(numbers);
	free(values);
}

/* Of one round: nothing is asked twice. */
static struct questions ask_about(uint64_t count, bool listed, uint32_t round)
{
	struct questions questions = {
		.numbers = room(QUESTIONS, sizeof(*questions.numbers)),
		.checks = room(QUESTIONS, sizeof(*questions.checks)),
	};
	uint32_t i;

	for (i = 0; i < QUESTIONS; i++) {
		uint64_t random = numbers_mix(~((uint64_t)round << 32 | i)), number;

		number = listed ? numbers_listed(count, numbers_below(random, count)) :
				  numbers_unlisted(count, random);
		questions.numbers[i] = number;
		listing_question(&questions.checks[i], number);
	}
	if (listing_ask(device, questions.checks, QUESTIONS) != (listed ? QUESTIONS : 0))
		failed("the module's answers are wrong");
	return questions;
}

/* Each of these asks all questions; the result is nanoseconds a question. */

/* The call itself: for one that fails, a library does more, and sets errno. */
static inline long call(unsigned long command, const void *argument)
{
	long result;

	asm volatile("syscall" : "=a"(result)
		     : "a"(SYS_ioctl), "D"((long)device), "S"(command), "d"(argument)
		     : "rcx", "r11", "memory");
	return result;
}

static double time_null(void)
{
	double start = bench_now();
	uint32_t i;

	for (i = 0; i < QUESTIONS; i++)
		if (call(NULL_COMMAND, NULL) != -ENOTTY)
			failed("the command %#lx is answered", (unsigned long)NULL_COMMAND);
	return (bench_now() - start) / QUESTIONS;
}

static double time_single(struct questions *questions)
{
	double start = bench_now();
	uint32_t i;

	for (i = 0; i < QUESTIONS; i++)
		if (call(IDREVOKE_IOC_CHECK, &questions->checks[i]))
			failed("a check is refused");
	return (bench_now() - start) / QUESTIONS;
}

static double time_batch(struct questions *questions)
{
	struct idrevoke_batch batch = { .count = BATCH };
	double start = bench_now();
	uint32_t i;

	for (i = 0; i < QUESTIONS; i += BATCH) {
		batch.checks = (uintptr_t)&questions->checks[i];
		if (ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch) != BATCH)
			failed("batch: %s", strerror(errno));
	}
	return (bench_now() - start) / QUESTIONS;
}

/* BPF_MAP_LOOKUP_BATCH walks a map and takes no keys: there is nothing else. */
static double time_map(struct questions *questions, bool listed)
{
	double start = bench_now();
	uint32_t i, value;

	for (i = 0; i < QUESTIONS; i++)
		if (!bpf_map_lookup_elem(map, &questions->numbers[i], &value) != listed)
			failed("the BPF map is wrong");
	return (bench_now() - start) / QUESTIONS;
}

static void measure(uint64_t count, struct questions *misses, struct questions *hits)
{
	struct bench_samples null = { 0 }, single = { 0 }, batch = { 0 }, lookup = { 0 };
	struct bench_samples single_hit = { 0 }, lookup_hit = { 0 }, ratio;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		bench_sample(&null, time_null());
		bench_sample(&single, time_single(&misses[round]));
		bench_sample(&batch, time_batch(&misses[round]));
		bench_sample(&lookup, time_map(&misses[round], false));
		bench_sample(&single_hit, time_single(&hits[round]));
		bench_sample(&lookup_hit, time_map(&hits[round], true));
	}
	ratio = bench_ratio(&single, &null);
	bench_row("ioctl.single_vs_null", count, "ratio", &ratio, &null);
	ratio = bench_ratio(&single, &batch);
	bench_row("ioctl.batch64_gain", count, "ratio", &ratio, &single);
	ratio = bench_ratio(&lookup, &single);
	bench_row("bpf.single_gain", count, "ratio", &ratio, &lookup);
	ratio = bench_ratio(&lookup, &batch);
	bench_row("bpf.batch_gain", count, "ratio", &ratio, &lookup);
	bench_row("peer.idrevoke_kernel.guest_miss_ns", count, "ns (emulated)", &single, NULL);
	bench_row("peer.idrevoke_kernel.guest_hit_ns", count, "ns (emulated)", &single_hit, NULL);
	bench_row("peer.idrevoke_kernel.guest_batch_miss_ns", count, "ns (emulated)", &batch, NULL);
	bench_row("peer.bpf.guest_miss_ns", count, "ns (emulated)", &lookup, NULL);
	bench_row("peer.bpf.guest_hit_ns", count, "ns (emulated)", &lookup_hit, NULL);
}

int main(int argc, char **argv)
{
	uint64_t count = bench_size(argc > 1 ? argv[1] : "1e6");
	struct questions misses[ROUNDS], hits[ROUNDS];
	uint32_t round;

	guest_load("hits_per_hour=0");
	device = guest_open();
	load_module_list(count);
	load_map(count);
	for (round = 0; round < ROUNDS; round++) {
		misses[round] = ask_about(count, false, round);
		hits[round] = ask_about(count, true, round);
	}
	measure(count, misses, hits);
	return 0;
}
