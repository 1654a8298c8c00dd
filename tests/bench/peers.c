// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Our table beside what an engineer would pick instead: bytes an entry, load rate,
 * a miss, a hit, a batched miss, of each in turn, round by round, in one process. That
 * is one of its own for each size, and for each pair where all do not fit in memory: if
 * it fails, because one of them does, the others go on in pairs.
 *
 * usage: peers [--only NAME] SIZE...
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "contenders/contender.h"
#include "numbers.h"
#include "random.h"

#define ROUNDS		7
/* Loads of a list that is small enough to be loaded more than once. */
#define LOADS		3
#define LOADED_AGAIN	1000000
/* Of questions, for each figure in each round. */
#define ROUND_NS	100e6
#define CHUNK		1024

static const struct contender *const contenders[] = {
	&contender_idrevoke, &contender_abseil, &contender_rte_hash, &contender_lfht,
	&contender_lmdb, &contender_sqlite, &contender_redis, &contender_redis_hashes,
};

#define CONTENDERS	(sizeof(contenders) / sizeof(*contenders))

struct side {
	const struct contender *contender;
	struct bench_samples bytes, load, miss, hit, batch;
};

/* Questions, and what is true of them. */
struct chunk {
	uint64_t number[CHUNK];
	uint32_t value[CHUNK];
};

static uint64_t random_state = 1;

/* Never the same twice, so that nothing is in a cache for being asked before. */
static void draw(struct chunk *chunk, uint64_t count, bool listed)
{
	int i;

	for (i = 0; i < CHUNK; i++) {
		uint64_t random = random_next(&random_state);
		uint64_t number = listed ? numbers_listed(count, numbers_below(random, count)) :
					   numbers_unlisted(count, random);

		chunk->number[i] = number;
		chunk->value[i] = listed ? numbers_value(number) : 0;
	}
}

/*
 * A gateway waits for its answer before it asks the next, and so does this. Else a
 * processor would guess that nothing is found, and begin the next questions
 * meanwhile: the fewer instructions one has, the more of them, and what one
 * costs by itself would be seen nowhere.
 */
static uint32_t wait_for(uint32_t answer)
{
#ifdef __x86_64__
	__builtin_ia32_lfence();
#endif
	return answer;
}

static void ask_singly(const struct contender *contender, const uint64_t *number, uint32_t *value)
{
	uint32_t nothing = 0;
	int i;

	for (i = 0; i < CHUNK; i++) {
		/* A value has 22 bits. */
		value[i] = wait_for(contender->find(number[i] + nothing));
		nothing = value[i] >> 22;
	}
}

static void ask_batches(const struct contender *contender, const uint64_t *number, uint32_t *value)
{
	int i;

	for (i = 0; i < CHUNK; i += CONTENDER_BATCH)
		contender->find_batch(number + i, value + i);
}

/* ns a question */
static double cost(const struct contender *contender, uint64_t count, bool listed,
		   void (*ask)(const struct contender *, const uint64_t *, uint32_t *))
{
	static struct chunk chunk;
	static uint32_t answer[CHUNK];
	double ns = 0, start;
	uint64_t asked = 0;

	for (; ns < ROUND_NS; asked += CHUNK) {
		draw(&chunk, count, listed);
		start = bench_now();
		ask(contender, chunk.number, answer);
		ns += bench_now() - start;
		if (memcmp(answer, chunk.value, sizeof(answer)))
			contender_fail(contender->name, "a wrong answer");
	}
	return ns / asked;
}

static void load(struct side *side, uint64_t size)
{
	double start, ns;

	if (side->contender->prepare)
		side->contender->prepare(size);
	start = bench_now();
	side->contender->load(size);
	ns = bench_now() - start;
	bench_sample(&side->load, size * 1e3 / ns);
	if (size > LOADED_AGAIN)
		fprintf(stderr, "peers: %s: loaded in %.1f s\n", side->contender->name, ns / 1e9);
}

static void measure_round(struct side *side, uint64_t size, int round)
{
	const struct contender *contender = side->contender;

	if (round && round < LOADS && size <= LOADED_AGAIN)
		contender->drop();
	if (!round || (round < LOADS && size <= LOADED_AGAIN))
		load(side, size);
	bench_sample(&side->miss, cost(contender, size, false, ask_singly));
	bench_sample(&side->hit, cost(contender, size, true, ask_singly));
	if (contender->find_batch)
		bench_sample(&side->batch, cost(contender, size, false, ask_batches));
	bench_sample(&side->bytes, (double)contender->bytes() / size);
}

/* Memory that can be had without swapping; sysinfo() does not know of caches. */
static uint64_t available(void)
{
	unsigned long long kilobytes = 0;
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %llu", &kilobytes) == 1)
			break;
	if (file)
		fclose(file);
	return kilobytes * 1024;
}

static bool fits(struct side *const *sides, int count, uint64_t size)
{
	uint64_t bytes = 0;
	int i;

	for (i = 0; i < count; i++)
		bytes += sides[i]->contender->bytes_at_most * size;
	/* An eighth for everybody else. */
	return bytes < available() / 8 * 7;
}

static void tell_too_large(const struct side *side, uint64_t size)
{
	fprintf(stderr, "peers: %s: not enough memory for %llu entries\n", side->contender->name,
		(unsigned long long)size);
}

static void row(const struct side *side, const char *what, uint64_t size, const char *unit,
		const struct bench_samples *samples, const struct bench_samples *ours)
{
	char name[64];

	snprintf(name, sizeof(name), "peer.%s.%s", side->contender->name, what);
	bench_row(name, size, unit, samples, samples == ours ? NULL : ours);
}

static void print_rows(const struct side *side, const struct side *ours, uint64_t size)
{
	row(side, "bytes_per_entry", size, "bytes", &side->bytes, &ours->bytes);
	row(side, "load_rate", size, "million/s", &side->load, &ours->load);
	row(side, "miss_ns", size, "ns", &side->miss, &ours->miss);
	row(side, "hit_ns", size, "ns", &side->hit, &ours->hit);
	row(side, "batch_miss_ns", size, "ns", &side->batch, &ours->batch);
}

static void measure(struct side *const *sides, int count, uint64_t size)
{
	int round, i;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < count; i++)
			measure_round(sides[i], size, round);
	for (i = 0; i < count; i++)
		sides[i]->contender->drop();
}

/*
 * Measures in a process of its own, and prints the rows of all but the first @known
 * sides, which are known. Return: whether that has succeeded.
 */
static bool measured(struct side *const *sides, int count, uint64_t size, int known)
{
	pid_t child = fork();
	int status, i;

	if (!child) {
		measure(sides, count, size);
		for (i = known; i < count; i++)
			print_rows(sides[i], sides[0], size);
		exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && !status;
}

/* One after another with ours, the first; whose rows are of the first such pair. */
static bool measured_pairs(struct side *const *sides, int count, uint64_t size)
{
	bool all = true;
	int known = 0, i;

	for (i = 1; i < count; i++) {
		struct side *pair[] = { sides[0], sides[i] };

		if (!fits(pair, 2, size)) {
			tell_too_large(sides[i], size);
		} else if (measured(pair, 2, size, known)) {
			known = 1;
		} else {
			fprintf(stderr, "peers: %s has failed\n", sides[i]->contender->name);
			all = false;
		}
	}
	return all;
}

static bool compare(uint64_t size, const char *only)
{
	static struct side all[CONTENDERS];
	struct side *sides[CONTENDERS];
	int count = 0, i;

	for (i = 0; i < (int)CONTENDERS; i++) {
		all[i] = (struct side){ .contender = contenders[i] };
		if (!only || !strcmp(only, contenders[i]->name))
			sides[count++] = &all[i];
	}
	fprintf(stderr, "peers: %llu entries\n", (unsigned long long)size);
	if (fits(sides, count, size)) {
		if (measured(sides, count, size, 0))
			return true;
		if (count > 1)
			measured_pairs(sides, count, size);
		return false;
	}
	if (count > 1)
		return measured_pairs(sides, count, size);
	tell_too_large(sides[0], size);
	return true;
}

/*
 * Large pages for all that asks malloc() for memory, as ours has them: glibc takes
 * that from the environment, when a program starts.
 */
static void have_large_pages(char **arguments)
{
	const char *tunables = "glibc.malloc.hugetlb=1", *now = getenv("GLIBC_TUNABLES");

	if (now && !strcmp(now, tunables))
		return;
	setenv("GLIBC_TUNABLES", tunables, 1);
	execv("/proc/self/exe", arguments);
	contender_fail(arguments[0], "cannot be started again");
}

static void usage(void)
{
	unsigned int i;

	fprintf(stderr, "usage: peers [--only NAME] SIZE...\nNAME is one of");
	for (i = 0; i < CONTENDERS; i++)
		fprintf(stderr, " %s", contenders[i]->name);
	fprintf(stderr, "\n");
	exit(2);
}

static bool is_contender(const char *name)
{
	unsigned int i;

	for (i = 0; i < CONTENDERS; i++)
		if (!strcmp(name, contenders[i]->name))
			return true;
	return false;
}

int main(int count, char **arguments)
{
	const struct option options[] = { { "only", required_argument, NULL, 'o' }, {} };
	const char *only = NULL;
	bool all = true;
	int option, i;

	while ((option = getopt_long(count, arguments, "", options, NULL)) != -1) {
		if (option != 'o' || !is_contender(optarg))
			usage();
		only = optarg;
	}
	if (optind == count)
		usage();
	have_large_pages(arguments);
	for (i = optind; i < count; i++)
		all &= compare(bench_size(arguments[i]), only);
	return !all;
}
