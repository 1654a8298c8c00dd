// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the table costs over a list's life, at its real layout: while deltas let it
 * grow from a thousand numbers to 300,000 and shrink back, and through ten
 * turnovers at constant size. Whenever the queued work is done, a listed number
 * takes at most 12 bytes from 100,000 on, and an unlisted one sends a check to at
 * most 1.25 lines on average.
 */
#include "issuer.h"

#define BYTES_AT_MOST		12.0
#define BYTES_SNAPSHOT		10.7
#define LINES_AT_MOST		1.25
#define PROMISED_FROM		100000

static struct issuer list;
static u64 *listed, *unlisted;	/* indices into the universe, in no order */
static u64 unlisted_count;
static double worst_bytes, worst_lines, worst_lines_before;

static const struct idrv_table *table(void)
{
	return rcu_dereference_protected(idrv_list.view, true)->table;
}

/*
 * Lines that a check of an unlisted number reads: its home; another if its mark
 * is one of those set there; a third if its other mark is as well.
 */
static double lines_read(const struct idrv_table *t)
{
	double sum = 0;
	u64 line;
	int i;

	for (line = 0; line < t->lines; line++) {
		int marks = 0;

		for (i = 0; i < 8; i++)
			marks += t->words[line * 8 + i] >> 63;
		sum += 1 + marks / 8.0 + marks * (marks - 1) / 56.0;
	}
	return sum / t->lines;
}

static double bytes_each(void)
{
	struct idrv_status status;

	idrv_list_status(&status);
	return (double)status.memory / status.count;
}

/* Lists @more random numbers, and takes @less off. */
static void delta(u64 more, u64 less)
{
	u64 *changed = malloc((more + less) * sizeof(*changed)), i, count = 0, at;
	u8 *wire = malloc((more + less) * 12);

	while (less--) {
		at = random_below(list.count);
		changed[count++] = listed[at];
		issuer_set(&list, listed[at], UNLISTED);
		listed[at] = listed[list.count];
	}
	less = count;
	while (more--) {
		at = random_below(unlisted_count--);
		changed[count++] = unlisted[at];
		listed[list.count] = unlisted[at];
		issuer_set(&list, unlisted[at], issuer_random_value());
		unlisted[at] = unlisted[unlisted_count];
	}
	for (i = 0; i < less; i++)
		unlisted[unlisted_count++] = changed[i];
	qsort(changed, count, sizeof(*changed), issuer_compare);
	for (i = 0; i < count; i++)
		issuer_put(wire + 12 * i, list.numbers[changed[i]], list.values[changed[i]]);
	list.version++;
	must(!issuer_push(&list, list.version - 1, wire, count), "no delta");
	free(wire);
	free(changed);
}

static u64 rounds_worst, most_live;

static void count_live(void)
{
	if (stub_live > most_live)
		most_live = stub_live;
}

/* After a delta: the queued work, and the bars. */
static void settle(bool print)
{
	double before = lines_read(table()), bytes, lines;
	u64 rebuilds = idrv_list.rebuilds;

	must(stub_run_work(20) < 20, "work without end");
	rebuilds = idrv_list.rebuilds - rebuilds;
	if (rebuilds > rounds_worst)
		rounds_worst = rebuilds;
	bytes = bytes_each();
	lines = lines_read(table());
	if (before > worst_lines_before)
		worst_lines_before = before;
	if (lines > worst_lines)
		worst_lines = lines;
	if (list.count >= PROMISED_FROM && bytes > worst_bytes)
		worst_bytes = bytes;
	if (print)
		diag("%9llu %9.3f %9.3f %9llu %9.2f", list.count, bytes, lines, idrv_list.rebuilds,
		     table()->marks / (double)table()->lines);
}

static void heading(const char *what)
{
	diag("%s", what);
	diag("%9s %9s %9s %9s %9s", "numbers", "bytes", "lines", "rebuilds", "marks");
	worst_bytes = worst_lines = worst_lines_before = 0;
	rounds_worst = 0;
}

static void bars(const char *what)
{
	ok(worst_bytes <= BYTES_AT_MOST, "%s: at most %.3f bytes a number", what, worst_bytes);
	ok(worst_lines <= LINES_AT_MOST,
	   "%s: at most %.3f lines an unlisted number, %.3f while work was queued", what,
	   worst_lines, worst_lines_before);
	/* two where pages of 4 KiB are coarse: larger, and a page less */
	ok(rounds_worst <= 2, "%s: a change takes %llu rebuilds at most", what, rounds_worst);
	issuer_check(&list);
	stub_settle();
}

static void snapshot(u64 count)
{
	double bytes;
	u64 i, j;

	list.version++;
	for (i = 0; i < list.size; i++) {
		issuer_set(&list, i, UNLISTED);
		unlisted[i] = i;
	}
	unlisted_count = list.size;
	for (i = 0; i < count; i++) {
		j = random_below(unlisted_count--);
		listed[i] = unlisted[j];
		unlisted[j] = unlisted[unlisted_count];
		issuer_set(&list, listed[i], issuer_random_value());
	}
	must(!issuer_snapshot(&list), "no snapshot");
	issuer_check(&list);
	bytes = bytes_each();
	settle(true);
	if (count >= PROMISED_FROM)
		ok(bytes <= BYTES_SNAPSHOT, "a snapshot of %llu: %.3f bytes a number", count, bytes);
}

int main(void)
{
	u64 step, i, live;

	harness_begin();
	rcu_register_thread();
	stub_random_seed(random_u64());
	must(!idrv_list_init(), "no list");
	issuer_init(&list, 700000, 140619000000000ULL);
	listed = malloc(list.size * sizeof(*listed));
	unlisted = malloc(list.size * sizeof(*unlisted));

	heading("snapshots");
	for (i = 1000; i <= 300000; i *= 3)
		snapshot(i);
	snapshot(100000);
	snapshot(300000);

	heading("growth by a hundredth at a time");
	snapshot(1000);
	for (step = 0; list.count < 300000; step++) {
		delta(list.count / 90 + 10, list.count / 1000);
		settle(step % 40 == 0);
	}
	bars("growth");

	heading("shrinking by a hundredth at a time");
	for (step = 0; list.count > 1000; step++) {
		delta(list.count / 1000, list.count / 90 + 10);
		settle(step % 40 == 0);
	}
	bars("shrinking");

	heading("ten turnovers of 100,000");
	snapshot(100000);
	for (step = 1; step <= 10 * 50; step++) {
		delta(2000, 2000);
		settle(step % 50 == 0);
	}
	bars("turnovers");

	heading("leaps");
	delta(100000, 0);
	settle(true);
	delta(0, 180000);
	settle(true);
	delta(60000, 10000);
	settle(true);
	delta(200000, 60000);
	settle(true);
	/* everything changes at once */
	delta(200000, list.count);
	settle(true);
	bars("leaps");

	/* Nobody waits for readers here but who makes a table. */
	heading("leaps in a hurry");
	snapshot(5000);
	stub_settle();
	live = stub_live;
	stub_resched = count_live;
	for (step = 0; step < 30; step++) {
		delta(step % 2 ? 0 : 3000, step % 2 ? 3000 : 0);
		settle(false);
		if (step % 5 == 4)
			snapshot(list.count);
	}
	stub_resched = NULL;
	ok(most_live > live && most_live <= live + 8, "of three tables, one is freed before the third is made: %llu",
	   most_live - live);
	stub_settle();
	settle(true);
	is(stub_live, live, "and the second as well");
	issuer_check(&list);

	idrv_list_exit();
	is(stub_live, 0, "all memory is given back");
	issuer_free(&list);
	free(listed);
	free(unlisted);
	return done();
}
