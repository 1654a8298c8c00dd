// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads the module, has the agent that runs fill it, and unloads it, as often as the
 * argument says; for tests/vm/reload.t. In every other round it is unloaded as soon as
 * the agent has begun. Nothing of the module may stay, nor the kernel's memory grow.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"
#include "wire.h"

#define PATIENCE	120	/* seconds in which what must come comes */
#define SETTLED		10	/* rounds after which the kernel's memory grows no more, */
#define MORE		1024	/* but for so many KiB that others take, */
#define QUARANTINE	(3 << 15) /* and that KASAN keeps back: a 32nd of its machine's 3 GiB */

/* Kernel memory that is not given back on demand, in KiB. */
static long slab(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	long size = -1;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "SUnreclaim: %ld", &size) == 1)
			break;
	if (!file || size < 0)
		bail_out("/proc/meminfo has no SUnreclaim");
	fclose(file);
	return size;
}

/* Waits until the list is in force, or until @begun and the agent has begun to send it. */
static bool is_filled(struct wire *wire, bool begun)
{
	const time_t end = time(NULL) + PATIENCE;
	struct wire_reply reply;

	do {
		wire_ask(wire, IDREVOKE_CMD_STATUS, &reply);
		if (reply.value[IDREVOKE_A_STATE] == IDREVOKE_STATE_CURRENT)
			return true;
		if (begun && reply.value[IDREVOKE_A_TRANSACTION])
			return false;
		usleep(1000);
	} while (time(NULL) < end);
	bail_out("the agent does not fill the list");
}

int main(int count, char **arguments)
{
	unsigned int rounds = count > 1 ? atoi(arguments[1]) : 0, round, filled = 0;
	const size_t elsewhere = guest_module_memory();
	long before = 0, after, more;

	if (elsewhere && !guest_is_uml())
		bail_out("there is memory of the module before it is loaded");
	for (round = 1; round <= rounds; round++) {
		struct wire wire;

		guest_load("confirm_interval=3600"); /* as the issuer does: never LATE */
		wire_open(&wire);
		filled += is_filled(&wire, round % 2 == 0);
		wire_close(&wire);
		guest_unload();
		if (guest_module_memory() != elsewhere)
			bail_out("round %u: %zu bytes of the module are left", round,
				 guest_module_memory() - elsewhere);
		if (round == SETTLED)
			before = slab();
	}
	after = slab();
	printf("%u rounds, filled %u times; kernel memory: %ld KiB after %d rounds, %ld KiB in the end\n",
	       rounds, filled, before, SETTLED, after);
	more = access("/sys/kernel/debug/kmemleak", F_OK) ? MORE : MORE + QUARANTINE;
	return rounds > SETTLED && after > before + more;
}
