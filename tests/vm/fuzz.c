// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzing by structure: messages of the netlink family and calls to the device,
 * right ones and mutated ones in turn, from sockets and descriptors of all kinds.
 * A model that shares no code with the module says what must become of each, so
 * that lists come in force, deep states are reached, and every answer, right or
 * wrong, is held against what was sent. fuzz/judge.c and fuzz/model.c are the
 * model, fuzz/messages.c and fuzz/questions.c make what is sent.
 *
 * Usage: fuzz CORPUS. What is in the corpus comes first, by name; then
 * IDREVOKE_FUZZ_CALLS calls, 0: without end. IDREVOKE_SEED replays a run.
 */
#include <ctype.h>
#include <stddef.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <linux/netlink.h>

#include "fuzz/fuzz.h"
#include "tap.h"

#define CALLS		20000
/* Between two walks of the whole list. */
#define VERIFY_EVERY	500

uint64_t fuzz_state, fuzz_seed, fuzz_step;
static unsigned int loads = 1;

/* The 64-bit generator SplitMix. */
uint64_t fuzz_random(void)
{
	uint64_t z = fuzz_state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

uint64_t fuzz_below(uint64_t limit)
{
	return limit ? fuzz_random() % limit : 0;
}

bool fuzz_chance(unsigned int percent)
{
	return fuzz_below(100) < percent;
}

/* An integer with which things go wrong. */
uint64_t fuzz_interesting(void)
{
	uint64_t value = fuzz_chance(50) ? 1ULL << fuzz_below(64) : fuzz_below(20);

	switch (fuzz_below(4)) {
	case 0:
		return value;
	case 1:
		return value - 1;
	case 2:
		return -value;
	default:
		return fuzz_random() >> fuzz_below(64);
	}
}

void fuzz_fail(const void *bytes, size_t size, const char *format, ...)
{
	const uint8_t *at = bytes;
	char text[500];
	va_list arguments;
	size_t i;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	diag("IDREVOKE_SEED=%llu, call %llu: %s", (unsigned long long)fuzz_seed,
	     (unsigned long long)fuzz_step, text);
	fprintf(stderr, "# %zu bytes: ", size);
	for (i = 0; i < size && i < 4096; i++)
		fprintf(stderr, "%02x", at[i]);
	fputc('\n', stderr);
	ok(false, "call %llu", (unsigned long long)fuzz_step);
	exit(1);
}

static double seconds(void)
{
	return fuzz_boottime() / 1e9;
}

static void progress(double since, uint64_t calls)
{
	double took = seconds() - since;

	diag("%llu calls in %.1f s, %.0f a second: %llu messages, %llu accepted, %llu commits; "
	     "%llu questions, %llu about listed cards; module loaded %u times",
	     (unsigned long long)calls, took,
	     calls / took, (unsigned long long)fuzz_tally.messages,
	     (unsigned long long)fuzz_tally.accepted, (unsigned long long)fuzz_tally.commits,
	     (unsigned long long)fuzz_tally.questions, (unsigned long long)fuzz_tally.listed, loads);
}

static void set_up(void)
{
	char parameters[200];

	snprintf(parameters, sizeof(parameters),
		 "max_entries=%d max_skew=%d max_valid_for=%d confirm_interval=%d idle_timeout=3600 "
		 "hits_per_hour=0", FUZZ_MAX_ENTRIES, FUZZ_MAX_SKEW, FUZZ_MAX_VALID_FOR,
		 FUZZ_CONFIRM_INTERVAL);
	guest_load(parameters);
	memset(&model, 0, sizeof(model));
	senders_open();
	device_open_all();
}

static void tear_down(void)
{
	senders_close();
	device_close_all();
	guest_unload();
}

/* After a version near the last there can be, only a module loaded anew goes on. */
static bool is_used_up(void)
{
	return model.floor.epoch > UINT64_MAX / 2 || model.floor.version > UINT64_MAX / 2;
}

/* Calls of one seed; 0: without end. */
static void run(uint64_t seed, uint64_t calls)
{
	double since = seconds(), told = since;

	fuzz_seed = fuzz_state = seed;
	for (fuzz_step = 1; !calls || fuzz_step <= calls; fuzz_step++) {
		if (is_used_up()) {
			tear_down();
			set_up();
			loads++;
		}
		if (fuzz_chance(50))
			netlink_step();
		else
			device_step();
		if (fuzz_step % VERIFY_EVERY == 0)
			netlink_verify();
		if (fuzz_step % 1024 == 0 && seconds() - told > 10) {
			told = seconds();
			progress(since, fuzz_step);
		}
	}
	netlink_verify();
	progress(since, calls);
}

/* A message in hexadecimal digits, sent by the first socket. */
static void send_digits(const char *digits)
{
	static uint8_t bytes[70000] __attribute__((aligned(8)));
	uint16_t family = senders_family();
	size_t size = 0;
	unsigned int byte;

	while (size < sizeof(bytes) && sscanf(digits, "%2x", &byte) == 1) {
		bytes[size++] = byte;
		digits += 2;
	}
	/* The family has another number each time. */
	if (size >= sizeof(struct nlmsghdr))
		memcpy(bytes + offsetof(struct nlmsghdr, nlmsg_type), &family, sizeof(family));
	netlink_deliver(senders_first(), bytes, size);
}

/* Lines "NAME seed SEED CALLS" and "NAME message HEXADECIMAL"; # starts a comment. */
static void run_corpus(const char *path)
{
	static char line[150000];
	FILE *file = fopen(path, "r");
	char name[80], what[20];
	unsigned long long seed, calls;
	int rest;

	if (!file)
		bail_out("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#' || sscanf(line, "%79s %19s %n", name, what, &rest) != 2)
			continue;
		if (!strcmp(what, "message"))
			send_digits(line + rest);
		else if (sscanf(line + rest, "%llu %llu", &seed, &calls) == 2)
			run(seed, calls);
		else
			bail_out("%s: %s", path, line);
		netlink_verify();
		ok(true, "%s", name);
	}
	fclose(file);
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
	uint64_t calls = number("IDREVOKE_FUZZ_CALLS", CALLS), seed;

	if (argc != 2)
		bail_out("usage: fuzz CORPUS");
	if (getrandom(&seed, sizeof(seed), GRND_INSECURE) != sizeof(seed))
		bail_out("getrandom: %s", strerror(errno));
	seed = number("IDREVOKE_SEED", seed >> 32);
	set_up();

	run_corpus(argv[1]);
	diag("IDREVOKE_SEED=%llu IDREVOKE_FUZZ_CALLS=%llu", (unsigned long long)seed,
	     (unsigned long long)calls);
	run(seed, calls);
	ok(true, "%llu calls with seed %llu", (unsigned long long)calls, (unsigned long long)seed);

	tear_down();
	return done();
}
