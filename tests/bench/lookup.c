// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a check costs in a list of SIZE, beside a loop that does nothing but read a
 * random line's eight words and compare them. That loop reads the same memory as the
 * checks, since no two blocks of a gigabyte are equally fast: where their pages lie
 * differs. The two take turns after each CHUNK of some hundred microseconds.
 *
 * A list that grows is rebuilt again and again, and fullest before that: all is
 * measured at POINTS fillings of one such cycle, and averaged. Questions are made
 * aside, in chunks that fit the nearest cache. A figure is the mean of the middle half
 * of CHUNKS such chunks: what other programs disturb is among the slowest of them.
 *
 * usage: lookup [SIZE]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <urcu.h>

#include "bench.h"
#include "cycle.h"
#include "writer.h"
#include "random.h"

#include "../../agent/lib/number.h"
#include "../../kmod/check.h"
#include "../../kmod/list.h"

#define CHUNK	2048
#define CHUNKS	256
#define ROUNDS	5
#define MEETINGS	1000
#define WARM_CHUNKS	3
#define BARE_GROUP	32	/* lines that are fetched at the same time */
#define NO_WORD		1ULL	/* which no line has: it has no hop */

static unsigned long wrong;	/* answers */

/* Eight compares: does any word of the line say so? */
static __always_inline u64 bare_line(const u64 *words, u64 line, u64 want)
{
	int i;

	words += line * IDRV_LINE_WORDS;
#pragma GCC unroll 8
	for (i = 0; i < IDRV_LINE_WORDS; i++)
		if (READ_ONCE(words[i]) == want)
			return 1;
	return 0;
}

/*
 * Until everything before is done: a processor that guesses what the answer will be
 * would begin with the next question, which its caller does not have yet.
 */
static inline void wait_for_answer(void)
{
	__builtin_ia32_lfence();
}

/* Of two threads that measure at the same time: how often each has come to meet. */
static unsigned int arrivals;
static __thread unsigned int meetings;
static __thread bool of_two;

static void meet(void)
{
	meetings += 2;
	__atomic_add_fetch(&arrivals, 1, __ATOMIC_SEQ_CST);
	while ((int)(meetings - __atomic_load_n(&arrivals, __ATOMIC_SEQ_CST)) > 0)
		__builtin_ia32_pause();
}

/*
 * Until both threads have a processor: as long as one waits for its own, the other
 * waits here. What either makes after that is in its near cache when it is timed.
 */
static void meet_at_work(void)
{
	int i;

	for (i = 0; i < MEETINGS; i++)
		meet();
}

/*
 * The clock, as a stretch that is timed begins. Two threads begin it at the same
 * moment: a thread whose neighbour is still making its questions, which fit a near
 * cache, would have the memory for itself, and the longer, the more there is to make.
 */
static double begin(void)
{
	if (of_two)
		meet();
	return bench_now();
}

static int by_time(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Of what so many chunks took: ns a question. */
static double middle(double *took, int chunks)
{
	double sum = 0;
	int i;

	qsort(took, chunks, sizeof(*took), by_time);
	for (i = chunks / 4; i < chunks - chunks / 4; i++)
		sum += took[i];
	return sum / (chunks - chunks / 4 * 2) / CHUNK;
}

/* Each of the following measures one chunk: ns in all. */
static double bare_single(uint64_t *random)
{
	const u64 *words = cycle_table()->words;
	u64 line[CHUNK], found = 0;
	double start;
	int i;

	for (i = 0; i < CHUNK; i++)
		line[i] = mul_u64_u64_shr(random_next(random), cycle_table()->lines, 64);
	start = begin();
	for (i = 0; i < CHUNK; i++) {
		found += bare_line(words, line[i], NO_WORD);
		wait_for_answer();
	}
	wrong += found;
	return bench_now() - start;
}

/* Each line of a group is compared when @ahead more of it are being fetched. */
static __always_inline double bare_lines(uint64_t *random, int group, int ahead)
{
	const u64 *words = cycle_table()->words;
	u64 line[CHUNK], found = 0;
	double start;
	int i, j;

	for (i = 0; i < CHUNK; i++)
		line[i] = mul_u64_u64_shr(random_next(random), cycle_table()->lines, 64);
	start = begin();
	for (i = 0; i < CHUNK; i += group) {
		for (j = 0; j < group + ahead; j++) {
			if (j < group)
				prefetch(words + line[i + j] * IDRV_LINE_WORDS);
			if (j >= ahead)
				found += bare_line(words, line[i + j - ahead], NO_WORD);
		}
	}
	wrong += found;
	return bench_now() - start;
}

static double bare_batch(uint64_t *random)
{
	return bare_lines(random, BARE_GROUP, BARE_GROUP);
}

/* As the check goes on fetching while it answers. */
static double bare_ahead(uint64_t *random)
{
	return bare_lines(random, IDRV_CHECK_GROUP, IDRV_CHECK_AHEAD);
}

static double table_miss(uint64_t *random)
{
	const struct idrv_table *table = cycle_table();
	u64 number[CHUNK], found = 0;
	double start;
	u32 value;
	int i;

	for (i = 0; i < CHUNK; i++)
		number[i] = writer_unlisted(random_next(random), 0);
	start = begin();
	for (i = 0; i < CHUNK; i++) {
		found += idrv_table_find(table, number[i], &value);
		wait_for_answer();
	}
	wrong += found;
	return bench_now() - start;
}

static double table_hit(uint64_t *random)
{
	const struct idrv_table *table = cycle_table();
	u64 number[CHUNK], missed = 0;
	double start;
	u32 value;
	int i;

	for (i = 0; i < CHUNK; i++)
		number[i] = writer_number(cycle_listed(random_next(random)), 0);
	start = begin();
	for (i = 0; i < CHUNK; i++) {
		missed += !idrv_table_find(table, number[i], &value);
		wait_for_answer();
	}
	wrong += missed;
	return bench_now() - start;
}

/* YYYYMMDD, of 2005 to 2024 */
static u32 some_day(uint64_t random)
{
	return (2005 + random % 20) * 10000 + (1 + (random >> 8) % 12) * 100 +
	       1 + (random >> 16) % 28;
}

/* The whole check of a gateway's batch, 18 characters and a day each. */
static double check_batch(uint64_t *random)
{
	static __thread union idrv_check checks[CHUNK];
	struct idrv_budget_counts counts = {};
	struct idrv_budget budget = { .counts = &counts };
	struct idrv_origin origin;
	char text[IDREVOKE_NUMBER_TEXT];
	double start, ns;
	int i;

	for (i = 0; i < CHUNK; i++) {
		idrevoke_number_format(writer_unlisted(random_next(random), 0), text);
		checks[i].question = (struct idrv_question){
			.valid_from = some_day(random_next(random)),
		};
		memcpy(checks[i].question.number, text, IDREVOKE_NUMBER_LEN);
	}
	start = begin();
	for (i = 0; i < CHUNK; i += IDRV_CHECK_GROUP)
		idrv_check_answer(&checks[i], IDRV_CHECK_GROUP, &budget, &origin);
	ns = bench_now() - start;
	for (i = 0; i < CHUNK; i++)
		wrong += checks[i].answer.verdict != IDREVOKE_CLEAR;
	return ns;
}

/* One or two threads, at the same time, each measuring itself. */
struct half {
	double (*measure)(uint64_t *random);
	bool of_two;
	uint64_t random;
	double took[CHUNKS];
	bool lost[CHUNKS];	/* its processor, meanwhile */
};

static long losses(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nivcsw + usage.ru_nvcsw;
}

static void *half_thread(void *argument)
{
	struct half *half = argument;
	int chunk, warm;
	long before;

	rcu_register_thread();
	of_two = half->of_two;
	for (chunk = 0; chunk < CHUNKS; chunk++) {
		if (of_two)
			meet_at_work();
		before = losses();
		/* What ran here before has left caches that know nothing of this. */
		for (warm = 0; warm <= WARM_CHUNKS; warm++)
			half->took[chunk] = half->measure(&half->random);
		half->lost[chunk] = losses() != before;
	}
	rcu_unregister_thread();
	return NULL;
}

/* Checks per ns of all together, of chunks that none was kept from. */
static double rate_of(int threads, double (*measure)(uint64_t *random), uint64_t *random)
{
	static struct half half[2];
	int i, chunk, kept = 0;
	pthread_t thread[2];
	double rate = 0;

	arrivals = 0;
	for (i = 0; i < threads; i++) {
		half[i].measure = measure;
		half[i].of_two = threads == 2;
		half[i].random = random_next(random);
		pthread_create(&thread[i], NULL, half_thread, &half[i]);
	}
	for (i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	for (chunk = 0; chunk < CHUNKS; chunk++) {
		if (half[0].lost[chunk] || (threads == 2 && half[1].lost[chunk]))
			continue;
		half[0].took[kept] = half[0].took[chunk];
		half[1].took[kept++] = half[1].took[chunk];
	}
	if (!kept) {
		fprintf(stderr, "lookup: there are no two processors for two threads\n");
		exit(1);
	}
	for (i = 0; i < threads; i++)
		rate += 1 / middle(half[i].took, kept);
	return rate;
}

/* How many times as fast two threads are as one. */
static double gain_of_two(double (*measure)(uint64_t *random), uint64_t *random)
{
	return rate_of(2, measure, random) / rate_of(1, measure, random);
}

/* One round at one filling: ns of each. */
struct costs {
	double bare_single;
	double bare_batch;
	double bare_ahead;
	double miss;
	double hit;
	double batch;
	double bare_two;	/* gain of two threads over one */
	double batch_two;
};

static struct costs measure_round(uint64_t *random)
{
	double bare[CHUNKS], miss[CHUNKS], hit[CHUNKS], batch[CHUNKS], ahead[CHUNKS];
	struct costs costs;
	int chunk;

	for (chunk = 0; chunk < CHUNKS; chunk++) {
		bare[chunk] = bare_single(random);
		miss[chunk] = table_miss(random);
		hit[chunk] = table_hit(random);
	}
	costs.bare_single = middle(bare, CHUNKS);
	costs.miss = middle(miss, CHUNKS);
	costs.hit = middle(hit, CHUNKS);
	for (chunk = 0; chunk < CHUNKS; chunk++) {
		bare[chunk] = bare_batch(random);
		batch[chunk] = check_batch(random);
		ahead[chunk] = bare_ahead(random);
	}
	costs.bare_batch = middle(bare, CHUNKS);
	costs.batch = middle(batch, CHUNKS);
	costs.bare_ahead = middle(ahead, CHUNKS);
	costs.bare_two = gain_of_two(bare_batch, random);
	costs.batch_two = gain_of_two(check_batch, random);
	fprintf(stderr, "%.0f: miss %.0f hit %.0f; %.1f: batch %.1f; two %.2f %.2f\n",
		costs.bare_single, costs.miss, costs.hit, costs.bare_batch, costs.batch,
		costs.bare_two, costs.batch_two);
	return costs;
}

/* Of each round, the average over all fillings. */
#define AVERAGE(samples, what) \
	for (round = 0; round < ROUNDS; round++) { \
		double sum = 0; \
		for (point = 0; point < CYCLE_POINTS; point++) { \
			const struct costs *c = &costs[point][round]; \
			sum += (what); \
		} \
		bench_sample(&(samples), sum / CYCLE_POINTS); \
	}

static void print_rows(u64 size, struct costs costs[][ROUNDS])
{
	struct bench_samples bare_one = {}, bare_many = {}, miss = {}, hit = {}, batch = {}, two = {},
			     bare_two = {}, ahead = {}, ahead_ns = {}, miss_ns = {}, hit_ns = {}, batch_ns = {};
	int round, point;

	AVERAGE(bare_one, c->bare_single);
	AVERAGE(bare_many, c->bare_batch);
	AVERAGE(bare_two, c->bare_two);
	AVERAGE(miss, c->miss / c->bare_single);
	AVERAGE(hit, c->hit / c->bare_single);
	AVERAGE(batch, c->batch / c->bare_batch);
	AVERAGE(ahead, c->batch / c->bare_ahead);
	AVERAGE(ahead_ns, c->bare_ahead);
	AVERAGE(two, c->batch_two / c->bare_two);
	AVERAGE(miss_ns, c->miss);
	AVERAGE(hit_ns, c->hit);
	AVERAGE(batch_ns, c->batch);
	bench_row("table.miss_vs_bare", size, "ratio", &miss, &bare_one);
	bench_row("table.hit_vs_bare", size, "ratio", &hit, &bare_one);
	bench_row("table.miss_ns", size, "ns", &miss_ns, &bare_one);
	bench_row("table.hit_ns", size, "ns", &hit_ns, &bare_one);
	bench_row("batch.check_vs_bare", size, "ratio", &batch, &bare_many);
	bench_row("batch.check_vs_bare_ahead", size, "ratio", &ahead, &ahead_ns);
	bench_row("batch.check_ns", size, "ns", &batch_ns, &bare_many);
	bench_row("batch.threads2_vs_bare", size, "ratio", &two, &bare_two);
}

int main(int count, char **arguments)
{
	uint64_t random = 1, size = bench_size(count > 1 ? arguments[1] : "1e8");
	static struct costs costs[CYCLE_POINTS][ROUNDS];
	int point, round;

	rcu_register_thread();
	cycle_begin(size);
	for (point = 0; point < CYCLE_POINTS; point++) {
		cycle_fill(point);
		for (round = 0; round < ROUNDS; round++)
			costs[point][round] = measure_round(&random);
	}
	print_rows(size, costs);
	if (wrong)
		fprintf(stderr, "lookup: %lu answers were wrong\n", wrong);
	cycle_end();
	rcu_unregister_thread();
	return wrong > 0;
}
