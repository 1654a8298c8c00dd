// SPDX-License-Identifier: GPL-2.0-or-later
/* Loading and unloading, what pins the module, and what it says in the log. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cards.h"

static struct wire_reply reply;

/* The lines of the kernel's log that speak of us; to be freed. */
static char *our_lines(void)
{
	char *text = guest_kernel_log(), *ours = calloc(1, strlen(text) + 2), *line, *rest = text;

	while ((line = strsep(&rest, "\n")))
		if (strstr(line, "idrevoke")) {
			strcat(ours, line);
			strcat(ours, "\n");
		}
	free(text);
	return ours;
}

/* A line in the log, to be handed to says(): the log loses its oldest ones. */
static unsigned int log_mark(void)
{
	static unsigned int marks;
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	char line[64];

	snprintf(line, sizeof(line), "idrevoke test: mark %u.\n", ++marks);
	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		bail_out("/dev/kmsg: %s", strerror(errno));
	close(fd);
	return marks;
}

/* What comes after that line. */
static char *after_mark(char *text, unsigned int mark)
{
	char line[64], *at, *last = NULL;

	snprintf(line, sizeof(line), "idrevoke test: mark %u.\n", mark);
	for (at = text; (at = strstr(at, line)); at += strlen(line))
		last = at + strlen(line);
	if (!last)
		bail_out("the log has lost a line that has just been written");
	return last;
}

/* How many lines of the log since then have this word. */
static unsigned int lines_with(unsigned int since, const char *word)
{
	char *text = our_lines(), *at;
	unsigned int lines = 0;

	for (at = after_mark(text, since); (at = strstr(at, word)); at += strcspn(at, "\n"))
		lines++;
	free(text);
	return lines;
}

/*
 * Whether exactly one line of the log since then has this word. Whoever is woken by
 * a change may be here before the line is: it gets five seconds to come.
 */
static void says(unsigned int since, const char *word, const char *what)
{
	unsigned int lines = lines_with(since, word);

	for (int i = 0; i < 500 && !lines; i++) {
		usleep(10000);
		lines = lines_with(since, word);
	}
	is(lines, 1, "one line in the log: %s", what);
}

static void load_and_unload(void)
{
	unsigned int before;

	before = log_mark();
	guest_load("");
	says(before, ": loaded", "load");
	ok(access(IDREVOKE_DEVICE, F_OK) == 0, "there is a device");
	ok(access("/sys/kernel/btf/idrevoke", F_OK) == 0 ||
	   access("/sys/kernel/btf/vmlinux", F_OK) != 0,
	   "there is type information (BTF) if the kernel has its own");
	is(guest_try_load(""), EEXIST, "it cannot be loaded twice");
	before = log_mark();
	guest_unload();
	says(before, ": unloaded", "unload");
	ok(access(IDREVOKE_DEVICE, F_OK) != 0, "there is no device any more");
}

static void repeatedly(void)
{
	unsigned int i, wrong = 0;
	struct wire wire;

	for (i = 0; i < 10; i++) {
		guest_load("");
		wire_open(&wire);
		wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply);
		wrong += reply.value[IDREVOKE_A_FLOOR_VERSION] != 0;
		cards_load(&wire);
		wire_close(&wire);
		guest_unload();
	}
	is(wrong, 0, "loaded and unloaded with a list 10 times");
}

static void pinned(void)
{
	struct wire wire;
	int device;

	guest_load("");
	wire_open(&wire);
	cards_load(&wire);
	device = guest_open();
	is(guest_try_unload(), EWOULDBLOCK, "an open descriptor pins the module");
	close(device);
	is(guest_try_unload(), 0, "and a closed one does not");
	is(wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply), ENOENT,
	   "a socket from before finds no family");
	wire_close(&wire);
}

static void half_done(void)
{
	uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE];
	struct wire_list list = cards_list(bytes);
	struct wire_message begin = wire_begin_snapshot(&list, CARDS);
	struct wire_message records = wire_records(0, bytes, 3);
	struct wire wire, other;
	int error;

	guest_load("");
	wire_open(&wire);
	wire_open(&other);
	error = wire_call(&wire, &begin, &reply);
	if (!error)
		error = wire_call(&wire, &records, &reply);
	is(error, 0, "half a transaction");
	is(wire_call(&other, &begin, &reply), EBUSY, "... keeps another out");
	wire_close(&wire);
	is(wire_call(&other, &begin, &reply), 0, "... until its socket is closed");
	is(wire_call(&other, &records, &reply), 0, "half a transaction again");
	is(guest_try_unload(), 0, "... does not pin the module");
	guest_load("");
	ok(wire_call(&other, &records, &reply) != 0, "... and is not there after loading again");
	wire_close(&other);
	wire_open(&other);
	is(wire_call(&other, &records, &reply), ENOENT, "... for a new socket also");
	is(wire_call(&other, &begin, &reply), 0, "and another can begin");
	wire_close(&other);
	guest_unload();

	/* of a delta, which has the list in force as well */
	guest_load("");
	wire_open(&wire);
	list = cards_load(&wire);
	list.version++;
	begin = wire_begin_delta(&list, list.version - 1, CARDS);
	error = wire_call(&wire, &begin, &reply);
	if (!error)
		error = wire_call(&wire, &records, &reply);
	is(error, 0, "half a delta");
	is(guest_try_unload(), 0, "... does not pin the module");
	wire_close(&wire);
}

static void log_lines(void)
{
	uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE], bad[IDREVOKE_RECORD_SIZE];
	struct wire_list list = cards_list(bytes);
	struct wire_message message;
	struct idrevoke_info info = {};
	struct idrevoke_check check;
	struct wire wire;
	unsigned int i, found = 0;
	unsigned int before, begin = log_mark();
	char *all, *text;
	int device;

	guest_load("hits_per_hour=1");
	wire_open(&wire);
	device = guest_open();
	list.issued = time(NULL);
	list.valid_for = 5;
	before = log_mark();
	is(wire_snapshot(&wire, &list, bytes, CARDS, &reply), 0, "COMMIT");
	says(before, ": version 1 ", "commit of a snapshot");
	/* It may have happened before, on a slow machine: then poll does not tell. */
	do {
		ioctl(device, IDREVOKE_IOC_INFO, &info);
	} while (info.state != IDREVOKE_STATE_STALE && guest_readable(device, 20000));
	is(info.state, IDREVOKE_STATE_STALE, "the list becomes STALE");
	says(before, "STALE", "change of state");

	/* all that might tempt to say a number */
	for (i = 0; i <= CARDS; i++) {
		guest_question(&check, card(i), i % 2 ? 20190229 : 0);
		ioctl(device, IDREVOKE_IOC_CHECK, &check);
	}
	list.version++;
	message = wire_begin_delta(&list, 1, 1);
	wire_call(&wire, &message, &reply);
	memcpy(bad, bytes, sizeof(bad));
	bad[10] = 200;
	message = wire_records(0, bad, 1);
	is(wire_call(&wire, &message, &reply), EBADMSG, "an invalid record");
	wire_ask(&wire, IDREVOKE_CMD_FLUSH, &reply);
	close(device);
	wire_close(&wire);
	guest_unload();

	all = our_lines();
	text = after_mark(all, begin);
	ok(!guest_has_digits(text, 15), "no line in the log has a number of 15 digits or more");
	for (i = 0; i <= CARDS; i++) {
		char number[IDREVOKE_NUMBER_LEN + 1] = "", packed[32];

		guest_number_print(card(i), (uint8_t *)number);
		snprintf(packed, sizeof(packed), "%llu", (unsigned long long)card(i));
		found += strstr(text, number) || strstr(text, packed);
		snprintf(packed, sizeof(packed), "%llx", (unsigned long long)card(i));
		found += !!strstr(text, packed);
	}
	is(found, 0, "... nor one of the cards");
	free(all);
}

int main(void)
{
	load_and_unload();
	repeatedly();
	pinned();
	half_done();
	log_lines();
	return done();
}
