// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uring [SIZE]: what a check costs by ioctl(2), one after another, and by io_uring
 * with 64 in flight: one call submits them and waits for all. Runs in the virtual
 * machine, where times mean something only beside each other.
 *
 * The ring is used as its documentation recommends for a program that submits from one
 * thread: SINGLE_ISSUER, DEFER_TASKRUN, a registered file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "bench.h"
#include "guest.h"
#include "numbers.h"
#include "ring.h"
#include "wire.h"

/* Many short rounds: what disturbs one side disturbs its neighbour, or is no median. */
#define ROUNDS		BENCH_ROUNDS_MAX
#define QUESTIONS	4096
#define IN_FLIGHT	64

static struct idrevoke_check questions[QUESTIONS];
static struct io_uring ring;
static int device;

static void __attribute__((noreturn)) failed(const char *what)
{
	fprintf(stderr, "uring: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void load(uint64_t count)
{
	struct guest_record *records = calloc(count, sizeof(*records));
	uint8_t *bytes = calloc(count, IDREVOKE_RECORD_SIZE);
	struct wire_reply reply;
	struct wire_list list;
	struct wire wire;
	uint64_t i;

	if (!records || !bytes)
		failed("memory");
	for (i = 0; i < count; i++) {
		uint64_t number = numbers_listed(count, i);
		uint32_t value = numbers_value(number);

		records[i] = (struct guest_record){ number, value & 0xffff, value >> 16, 0 };
	}
	list = wire_list_of(records, count, bytes);
	wire_open(&wire);
	errno = wire_snapshot(&wire, &list, bytes, count, &reply);
	if (errno)
		failed("snapshot");
	wire_close(&wire);
	free(records);
	free(bytes);
}

static void open_ring(void)
{
	int error = io_uring_queue_init(IN_FLIGHT, &ring,
					IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);

	if (!error)
		error = io_uring_register_files(&ring, &device, 1);
	errno = -error;
	if (error)
		failed("ring");
}

/* Cards that are not listed; those of another round are others. */
static void ask_about(uint64_t count, uint64_t round)
{
	uint32_t i;

	for (i = 0; i < QUESTIONS; i++)
		guest_question(&questions[i],
			       numbers_unlisted(count, numbers_mix(round << 32 | i)), 0);
}

static void answered(void)
{
	uint32_t i;

	errno = 0;
	for (i = 0; i < QUESTIONS; i++) {
		if (questions[i].verdict != IDREVOKE_CLEAR)
			failed("an answer is wrong");
		questions[i].verdict = IDREVOKE_UNKNOWN;
	}
}

/* Either asks all questions; the result is nanoseconds a question. */

static double time_single(void)
{
	double start = bench_now();
	uint32_t i;

	for (i = 0; i < QUESTIONS; i++)
		if (ioctl(device, IDREVOKE_IOC_CHECK, &questions[i]))
			failed("check");
	return (bench_now() - start) / QUESTIONS;
}

static void submit(struct idrevoke_check *check)
{
	ring_prepare(io_uring_get_sqe(&ring), 0, IOSQE_FIXED_FILE, IDREVOKE_IOC_CHECK,
		     (uintptr_t)check);
}

static double time_ring(void)
{
	double start = bench_now();
	uint32_t i, k;

	for (i = 0; i < QUESTIONS; i += IN_FLIGHT) {
		struct io_uring_cqe *completion;
		unsigned int head, done = 0;

		for (k = 0; k < IN_FLIGHT; k++)
			submit(&questions[i + k]);
		if (io_uring_submit_and_wait(&ring, IN_FLIGHT) != IN_FLIGHT)
			failed("submit");
		io_uring_for_each_cqe(&ring, head, completion) {
			if (completion->res)
				failed("completion");
			done++;
		}
		if (done != IN_FLIGHT)
			failed("completions");
		io_uring_cq_advance(&ring, done);
	}
	return (bench_now() - start) / QUESTIONS;
}

int main(int argc, char **argv)
{
	uint64_t count = bench_size(argc > 1 ? argv[1] : "1e6");
	struct bench_samples single = { 0 }, in_flight = { 0 }, gain;
	uint64_t round;

	guest_load("hits_per_hour=0");
	device = guest_open();
	load(count);
	open_ring();
	for (round = 0; round < ROUNDS; round++) {
		ask_about(count, round);
		bench_sample(&single, time_single());
		answered();
		bench_sample(&in_flight, time_ring());
		answered();
	}
	gain = bench_ratio(&single, &in_flight);
	bench_row("uring.64_gain", count, "ratio", &gain, &single);
	return 0;
}
