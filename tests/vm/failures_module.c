// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loading and unloading the module and closing a socket that has a transaction,
 * with the first thing that can fail failing, then the second, and so on until
 * nothing is left to fail. Half a load leaves nothing behind, and what ends does so
 * whether or not there is memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cards.h"
#include "faults.h"

#define SYSLOG_ACTION_CLEAR		5
#define SYSLOG_ACTION_CONSOLE_LEVEL	8

static int module;		/* file */

static void refuse(struct faults_attempt *attempt, int error)
{
	attempt->refused = error != 0;
	if (error && error != ENOMEM && error != EFAULT)
		attempt->wrong = strerror(error);
}

static bool is_there(void)
{
	struct wire wire;
	bool family = !wire_try_open(&wire);

	wire_close(&wire);
	return family || !access(IDREVOKE_DEVICE, F_OK) || !access("/sys/module/idrevoke", F_OK);
}

static void try_load(struct faults_attempt *attempt)
{
	int error;

	faults_arm(attempt->nth);
	error = syscall(SYS_finit_module, module, "", 0) ? errno : 0;
	attempt->hit = faults_hit();
	refuse(attempt, error);
	if (!error)
		guest_unload();
	if (is_there())
		attempt->wrong = "something is left";
}

/* With a list in force, and half a transaction. */
static struct wire half_done(void)
{
	uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE];
	struct wire_list list = cards_list(bytes);
	struct wire_message begin, records = wire_records(0, bytes, 3);
	struct wire_reply reply;
	struct wire wire;

	list.version = 2;
	begin = wire_begin_snapshot(&list, CARDS);
	wire_open(&wire);
	cards_load(&wire);
	if (wire_call(&wire, &begin, &reply) || wire_call(&wire, &records, &reply))
		bail_out("half a transaction: %s", reply.text);
	return wire;
}

static void try_unload(struct faults_attempt *attempt)
{
	struct wire wire;
	int error;

	guest_load("");
	wire = half_done();
	faults_arm(attempt->nth);
	error = guest_try_unload();
	attempt->hit = faults_hit();
	refuse(attempt, error);
	if (error && guest_try_unload())
		attempt->wrong = "it cannot be repeated";
	wire_close(&wire);
	if (is_there())
		attempt->wrong = "something is left";
}

static void try_close(struct faults_attempt *attempt)
{
	struct wire wire, other;
	struct wire_reply reply;

	guest_load("");
	wire = half_done();
	wire_open(&other);
	faults_arm(attempt->nth);
	wire_close(&wire);
	attempt->hit = faults_hit();
	if (wire_ask(&other, IDREVOKE_CMD_STATUS, &reply) || reply.value[IDREVOKE_A_TRANSACTION])
		attempt->wrong = "the transaction goes on";
	if (reply.value[IDREVOKE_A_VERSION] != 1)
		attempt->wrong = "the list is gone";
	wire_close(&other);
	guest_unload();
}

/* These are warnings, which do not come to the console while that is kept quiet. */
static bool was_said(const char *log)
{
	static const char * const reports[] = {
		"possible circular", "possible recursive", "possible irq lock", "suspicious RCU",
		"INFO: trying to register", "bad unlock balance", "ODEBUG", "held lock freed",
		"inconsistent lock state", "lock order detected", "lock held when returning",
		"still has locks held", "Nested lock was not taken", "Invalid wait context",
		"turning off the locking correctness",
	};
	unsigned int i;

	for (i = 0; i < sizeof(reports) / sizeof(*reports); i++)
		if (strstr(log, reports[i]))
			return true;
	return false;
}

int main(void)
{
	char *log;

	faults_begin();
	module = open(getenv("IDREVOKE_MODULE") ?: "", O_RDONLY | O_CLOEXEC);
	if (module < 0)
		bail_out("IDREVOKE_MODULE: %s", strerror(errno));
	/*
	 * The kernel's loader warns of memory that it does not get, with all that a
	 * report of a fault has. Errors, as KASAN's, still come to the console.
	 */
	klogctl(SYSLOG_ACTION_CONSOLE_LEVEL, NULL, 4);
	/* User-mode Linux has two of RCU itself, while it boots. */
	klogctl(SYSLOG_ACTION_CLEAR, NULL, 0);
	ok(faults_walk("load", try_load), "... and it was refused");
	klogctl(SYSLOG_ACTION_CONSOLE_LEVEL, NULL, 8);
	log = guest_kernel_log();
	ok(!was_said(log), "nothing was said of locks, RCU or objects meanwhile");
	free(log);
	faults_walk("unload, with a transaction half done", try_unload);
	faults_walk("close of a socket that has a transaction", try_close);
	return done();
}
