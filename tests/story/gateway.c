// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A gateway for the story: asks the kernel by ioctl, as <linux/idrevoke.h> has it,
 * and measures.
 *
 *	gateway unlisted COUNT		prints numbers that are CLEAR
 *	gateway reports COUNT COMMAND	runs COMMAND that often, a number on its
 *					standard input; it reports that card, and
 *					prints "committed NS". Measures how long
 *					after that the kernel says REVOKED.
 *	gateway flood			asks for the listed card on standard input
 *					until THROTTLED
 *	gateway throughput SECONDS	single and batched checks of unlisted cards
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/idrevoke.h>

static int device;
static uint64_t seed;

static void __attribute__((format(printf, 1, 2), noreturn)) die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("gateway: ", stderr);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

/* splitmix64 */
static uint64_t draw(void)
{
	uint64_t x = seed += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* A number that is well formed; of a region that no province has, so made up. */
static void make_number(char number[19])
{
	static const int weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	uint64_t x = draw();
	int sum = 0;

	snprintf(number, 19, "990000%04d%02d%02d%03d", (int)(1930 + x % 80),
		 (int)(1 + x / 80 % 12), (int)(1 + x / 960 % 28), (int)(x / 26880 % 1000));
	for (int i = 0; i < 17; i++)
		sum += weights[i] * (number[i] - '0');
	number[17] = "10X98765432"[sum % 11];
	number[18] = 0;
}

static struct idrevoke_check check(const char *number)
{
	struct idrevoke_check check = {};

	memcpy(check.number, number, IDREVOKE_NUMBER_LEN);
	if (ioctl(device, IDREVOKE_IOC_CHECK, &check))
		die("CHECK: %s", strerror(errno));
	return check;
}

static void make_unlisted(char number[19])
{
	do
		make_number(number);
	while (check(number).verdict != IDREVOKE_CLEAR);
}

static uint64_t now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

/* Waits in poll(2) until the kernel's list changes to one that revokes the card. */
static uint64_t wait_revoked(const char *number)
{
	struct pollfd descriptor = { .fd = device, .events = POLLIN };
	uint64_t deadline = now(CLOCK_MONOTONIC) + 20000000000ULL;

	for (;;) {
		struct idrevoke_info info = {};
		struct idrevoke_check answer;

		/* Re-arm poll before asking: a change in between wakes it. */
		if (ioctl(device, IDREVOKE_IOC_INFO, &info))
			die("INFO: %s", strerror(errno));
		answer = check(number);
		if (answer.verdict == IDREVOKE_REVOKED)
			return now(CLOCK_REALTIME);
		if (answer.verdict != IDREVOKE_CLEAR)
			die("verdict %u, why %u while waiting", answer.verdict, answer.why);
		if (now(CLOCK_MONOTONIC) > deadline)
			die("not revoked after 20 s");
		poll(&descriptor, 1, 1000);
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One report by the issuer's tool: the milliseconds from its commit to REVOKED. */
static double report(char **command)
{
	uint64_t committed = 0, revoked;
	int to[2], from[2], status;
	char number[20], line[256];
	pid_t child;
	FILE *in;

	make_unlisted(number);
	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	child = fork();
	if (child < 0)
		die("fork: %s", strerror(errno));
	if (!child) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		execvp(*command, command);
		die("%s: %s", *command, strerror(errno));
	}
	close(to[0]);
	close(from[1]);
	number[18] = '\n';
	if (write(to[1], number, 19) != 19)
		die("%s does not read", *command);
	close(to[1]);

	number[18] = 0;
	revoked = wait_revoked(number);
	in = fdopen(from[0], "r");
	while (fgets(line, sizeof(line), in))
		sscanf(line, "committed %" SCNu64, &committed);
	fclose(in);
	if (waitpid(child, &status, 0) < 0 || status || !committed)
		die("%s failed", *command);
	return (revoked - committed) / 1e6;
}

static int reports(int count, char **command)
{
	double *times = calloc(count, sizeof(*times));
	double first = 0;

	for (int i = 0; i < count; i++) {
		times[i] = report(command);
		if (!i)
			first = times[0];
		if ((i + 1) % 50 == 0 && i + 1 < count)
			fprintf(stderr, "%d of %d reports\n", i + 1, count);
	}
	qsort(times, count, sizeof(*times), by_size);
	printf("%.1f %.1f %.1f %.1f\n", first, times[(count - 1) / 2],
	       times[(count * 99 + 99) / 100 - 1], times[count - 1]);
	free(times);
	return 0;
}

/* Prints how many hits were answered before the first that was withheld. */
static int flood(const char *listed)
{
	struct idrevoke_check answer;
	char unlisted[19];
	int hits = 0;

	for (;; hits++) {
		answer = check(listed);
		if (answer.verdict != IDREVOKE_REVOKED)
			break;
		if (hits > 1000000)
			die("a million hits, and none withheld");
	}
	if (answer.verdict != IDREVOKE_UNKNOWN || answer.why != IDREVOKE_WHY_THROTTLED)
		die("verdict %u, why %u", answer.verdict, answer.why);
	make_number(unlisted);
	answer = check(unlisted);
	if (answer.verdict != IDREVOKE_CLEAR)
		die("an unlisted card: verdict %u, why %u", answer.verdict, answer.why);
	printf("%d\n", hits);
	return 0;
}

static int throughput(double seconds)
{
	enum { COUNT = 4096, BATCH = 64 };
	static struct idrevoke_check checks[COUNT];
	uint64_t single = 0, batched = 0, start, end;
	double single_rate, batched_rate;
	char number[19];

	for (int i = 0; i < COUNT; i++) {
		make_unlisted(number);
		memcpy(checks[i].number, number, sizeof(checks[i].number));
	}

	start = now(CLOCK_MONOTONIC);
	do {
		for (int i = 0; i < 256; i++, single++)
			if (ioctl(device, IDREVOKE_IOC_CHECK, &checks[single % COUNT]))
				die("CHECK: %s", strerror(errno));
		end = now(CLOCK_MONOTONIC);
	} while (end - start < seconds * 1e9);
	single_rate = single * 1e9 / (end - start);

	start = now(CLOCK_MONOTONIC);
	do {
		struct idrevoke_batch batch = {
			.checks = (uintptr_t)&checks[batched % COUNT],
			.count = BATCH,
		};

		if (ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch) != BATCH)
			die("CHECK_BATCH: %s", strerror(errno));
		batched += BATCH;
		end = now(CLOCK_MONOTONIC);
	} while (end - start < seconds * 1e9);
	batched_rate = batched * 1e9 / (end - start);

	for (int i = 0; i < COUNT; i++)
		if (checks[i].verdict != IDREVOKE_CLEAR)
			die("an unlisted card: verdict %u", checks[i].verdict);
	printf("%.0f %.0f\n", single_rate, batched_rate);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	char number[19];

	/* Each purpose has its own cards. */
	for (const char *letter = what; *letter; letter++)
		seed = seed * 31 + *letter;
	device = open(IDREVOKE_DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0)
		die("%s: %s", IDREVOKE_DEVICE, strerror(errno));

	if (!strcmp(what, "flood") && fgets(number, sizeof(number), stdin))
		return flood(number);
	if (argc < 3)
		goto usage;
	if (!strcmp(what, "unlisted")) {
		for (int i = atoi(argv[2]); i > 0; i--) {
			make_unlisted(number);
			puts(number);
		}
		return 0;
	}
	if (!strcmp(what, "reports") && argc > 3)
		return reports(atoi(argv[2]), argv + 3);
	if (!strcmp(what, "throughput"))
		return throughput(atof(argv[2]));
usage:
	fputs("usage: see the head of its source\n", stderr);
	return 2;
}
