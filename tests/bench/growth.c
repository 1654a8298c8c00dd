// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What those who check and those who revoke notice while a list grows from SIZE to
 * twice that. Checks are timed one by one on a processor of their own; on the other
 * one the list grows, and is rebuilt again and again.
 *
 * The second half times commits of a single revocation, beside a rebuild that never
 * ends on the other processor, and without one.
 *
 * usage: growth [SIZE]
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <urcu.h>
#include <x86intrin.h>

#include "bench.h"
#include "random.h"
#include "stub.h"
#include "writer.h"

#include "../../agent/lib/number.h"
#include "../unit/include/ask.h"
#include "../../kmod/list.h"

#define ROUNDS		5
#define STEPS		200	/* deltas by which the list doubles */
#define CHUNK		256	/* questions that are made at a time */
#define STILL_SECONDS	2
#define COMMITS		20000

static void run_on(int processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static double ns_per_tick;

static void measure_ticks(void)
{
	double start = bench_now();
	u64 ticks = __rdtsc();

	while (bench_now() - start < 1e8)
		;
	ns_per_tick = (bench_now() - start) / (__rdtsc() - ticks);
}

/* How many checks took so many ns, in steps of a fiftieth of an octave. */
#define BUCKETS	(50 * 30)

struct histogram {
	unsigned long count[BUCKETS];
	unsigned long total;
};

static void histogram_add(struct histogram *histogram, double ns)
{
	/* log2, from the bits of a float: the fraction is linear within an octave */
	float value = ns < 1 ? 1 : ns;
	u32 bits, bucket;

	memcpy(&bits, &value, sizeof(bits));
	bucket = (u64)(bits - (127 << 23)) * 50 >> 23;
	histogram->count[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
	histogram->total++;
}

static double bucket_ns(unsigned int bucket)
{
	return (double)(1ULL << bucket / 50) * (1 + bucket % 50 / 50.);
}

/* The time that @share of all checks did not exceed. */
static double histogram_at(const struct histogram *histogram, double share)
{
	unsigned long below = 0;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++) {
		below += histogram->count[i];
		if (below >= share * histogram->total)
			return bucket_ns(i + 1);
	}
	return bucket_ns(BUCKETS);
}

/* For the plot: ns, and the share of checks that took longer. */
static void histogram_print(const struct histogram *histogram, const char *name)
{
	unsigned long above = histogram->total;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++) {
		above -= histogram->count[i];
		if (histogram->count[i])
			printf("{\"plot\":\"growth\",\"line\":\"%s\",\"x\":%.6g,\"y\":%.6g}\n", name,
			       bucket_ns(i), (double)above / histogram->total);
	}
}

/* The one who checks, until told to stop. */
struct checker {
	struct histogram histogram;
	pthread_t thread;
	bool stop;
	unsigned long wrong;
};

static void check_chunk(struct checker *checker, uint64_t *random)
{
	struct idrevoke_check checks[CHUNK] = {};
	char text[IDREVOKE_NUMBER_TEXT];
	struct idrv_budget_counts counts = {};
	struct idrv_budget budget = { .counts = &counts };
	int i;

	for (i = 0; i < CHUNK; i++) {
		idrevoke_number_format(writer_unlisted(random_next(random), 0), text);
		memcpy(checks[i].number, text, sizeof(checks[i].number));
		checks[i].valid_from = 20190412;
	}
	for (i = 0; i < CHUNK; i++) {
		unsigned int processor;
		u64 start = __rdtsc();

		ask_all(&checks[i], 1, &budget);
		histogram_add(&checker->histogram,
			      (__rdtscp(&processor) - start) * ns_per_tick);
		checker->wrong += checks[i].verdict != IDREVOKE_CLEAR;
	}
}

static void *checker_thread(void *argument)
{
	struct checker *checker = argument;
	uint64_t random = 7;

	run_on(0);
	rcu_register_thread();
	while (!__atomic_load_n(&checker->stop, __ATOMIC_RELAXED))
		check_chunk(checker, &random);
	rcu_unregister_thread();
	return NULL;
}

static struct checker *checker_start(void)
{
	struct checker *checker = calloc(1, sizeof(*checker));

	pthread_create(&checker->thread, NULL, checker_thread, checker);
	return checker;
}

static void checker_stop(struct checker *checker)
{
	__atomic_store_n(&checker->stop, true, __ATOMIC_RELAXED);
	pthread_join(checker->thread, NULL);
	if (checker->wrong) {
		fprintf(stderr, "growth: %lu answers were wrong\n", checker->wrong);
		exit(1);
	}
}

/* The kernel's worker, on the processor that checks do not have. */
static bool worker_stop;

static void *worker_thread(void *argument)
{
	run_on(*(int *)argument);
	rcu_register_thread();
	while (!__atomic_load_n(&worker_stop, __ATOMIC_RELAXED))
		if (!stub_run_work(1))
			usleep(50);
	rcu_unregister_thread();
	return NULL;
}

/* A list of every other stretch, from which it grows to all of them. */
static void begin(uint64_t size)
{
	const struct writer_step half = {
		.run = STEPS, .step = 2 * STEPS, .count = size / STEPS, .old = WRITER_NONE,
	};

	writer_begin(2 * size);
	writer_snapshot(&half);
	writer_settle();
}

static void checks_round(uint64_t size, struct bench_samples *ratio, struct bench_samples *still_ns,
			 bool print)
{
	struct writer_step step = {
		.run = 1, .step = 2 * STEPS, .count = size / STEPS, .old = WRITER_NONE,
	};
	int processor = 1, i;
	struct checker *still, *grown;
	pthread_t worker;

	begin(size);
	run_on(1);
	still = checker_start();
	sleep(STILL_SECONDS);
	checker_stop(still);

	worker_stop = false;
	pthread_create(&worker, NULL, worker_thread, &processor);
	grown = checker_start();
	for (i = 0; i < STEPS; i++) {
		step.first = STEPS + i;
		writer_delta(&step);
	}
	checker_stop(grown);
	__atomic_store_n(&worker_stop, true, __ATOMIC_RELAXED);
	pthread_join(worker, NULL);

	bench_sample(still_ns, histogram_at(&still->histogram, 0.9999));
	bench_sample(ratio, histogram_at(&grown->histogram, 0.9999) /
		     histogram_at(&still->histogram, 0.9999));
	fprintf(stderr, "growth: %llu rebuilds; p50 %.0f and %.0f ns, p99.99 %.0f and %.0f ns of %lu and %lu checks\n",
		idrv_list.rebuilds, histogram_at(&still->histogram, 0.5),
		histogram_at(&grown->histogram, 0.5), histogram_at(&still->histogram, 0.9999),
		histogram_at(&grown->histogram, 0.9999), still->histogram.total,
		grown->histogram.total);
	if (print) {
		histogram_print(&still->histogram, "still list");
		histogram_print(&grown->histogram, "growing list");
	}
	free(still);
	free(grown);
	writer_settle();
	writer_end();
}

/* Whether a rebuild is copying; takes no lock, which would be waiting for one. */
static bool is_copying(void)
{
	bool copying;

	rcu_read_lock();
	copying = READ_ONCE(rcu_dereference(idrv_list.view)->table->walks);
	rcu_read_unlock();
	return copying;
}

static void demand_rebuild(void)
{
	mutex_lock(&idrv_list.lock);
	if (!idrv_list.rebuilding) {
		idrv_list_current()->table->marks += idrv_list_current()->table->lines;
		idrv_rebuild_consider();
	}
	mutex_unlock(&idrv_list.lock);
}

/* So that commits come when they like, not when the rebuild has just paused. */
static void pause_for(double ns)
{
	double start = bench_now();

	while (bench_now() - start < ns)
		_mm_pause();
}

/* Single revocations, one commit each; median and 99th of a hundred, in ns. */
static struct histogram *revoke_singly(uint64_t size, uint64_t column, bool rebuild)
{
	struct histogram *histogram = calloc(1, sizeof(*histogram));
	struct writer_step one = { .run = 1, .step = 1, .count = 1, .old = WRITER_NONE };
	uint64_t random = 11;
	int i;

	for (i = 0; i < COMMITS; i++) {
		struct writer_times times;

		one.first = column + i / (size / STEPS) + i % (size / STEPS) * 2 * STEPS;
		while (rebuild && !is_copying()) {
			demand_rebuild();
			usleep(200);
		}
		pause_for(20000 + random_next(&random) % 40000);
		times = writer_delta(&one);
		histogram_add(histogram, times.records + times.commit);
	}
	return histogram;
}

static void revoke_round(uint64_t size, struct bench_samples *ratio, struct bench_samples *usual)
{
	struct histogram *alone, *beside;
	int processor = 1;
	pthread_t worker;

	begin(size);
	run_on(0);
	alone = revoke_singly(size, STEPS, false);
	worker_stop = false;
	pthread_create(&worker, NULL, worker_thread, &processor);
	beside = revoke_singly(size, STEPS + STEPS / 2, true);
	__atomic_store_n(&worker_stop, true, __ATOMIC_RELAXED);
	pthread_join(worker, NULL);
	bench_sample(usual, histogram_at(alone, 0.5));
	bench_sample(ratio, histogram_at(beside, 0.5) / histogram_at(alone, 0.5));
	fprintf(stderr, "growth: a revocation takes %.0f ns, beside a rebuild %.0f; p99 %.0f, %.0f; p99.9 %.0f, %.0f\n",
		histogram_at(alone, 0.5), histogram_at(beside, 0.5), histogram_at(alone, 0.99),
		histogram_at(beside, 0.99), histogram_at(alone, 0.999), histogram_at(beside, 0.999));
	free(alone);
	free(beside);
	writer_settle();
	writer_end();
}

int main(int count, char **arguments)
{
	uint64_t size = bench_size(count > 1 ? arguments[1] : "1e7");
	struct bench_samples ratio = {}, still = {}, revoked = {}, usual = {};
	int round;

	measure_ticks();
	rcu_register_thread();
	for (round = 0; round < ROUNDS; round++)
		checks_round(size, &ratio, &still, round == ROUNDS - 1);
	bench_row("growth.p9999_ratio", size, "ratio", &ratio, &still);
	for (round = 0; round < ROUNDS; round++)
		revoke_round(size, &revoked, &usual);
	bench_row("growth.revoke_ratio", size, "ratio", &revoked, &usual);
	rcu_unregister_thread();
	return 0;
}
