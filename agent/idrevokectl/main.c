// SPDX-License-Identifier: GPL-2.0-or-later
/* idrevokectl: the list of revoked cards, for people and scripts. */
#include <stdio.h>
#include <string.h>

#include "ctl.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "status", ctl_status }, { "check", ctl_check },   { "batch", ctl_batch },
	{ "watch", ctl_watch },	  { "verify", ctl_verify }, { "wait", ctl_wait },
};

int help(void)
{
	puts("usage: idrevokectl COMMAND [OPTION...]\n"
	     "\n"
	     "  status            what is in force\n"
	     "  check             asks about one card; its number comes on standard input\n"
	     "    --start YYYYMMDD    start of validity as printed on the card\n"
	     "    --consistency HOW   none, face, fingerprint, other or mismatch\n"
	     "  batch             asks about many: a line NUMBER[,YYYYMMDD] each on standard\n"
	     "                    input; answers in the same order, by line number:\n"
	     "                    LINE,VERDICT,WHY,REASON,FLAGS,VERSION\n"
	     "  watch             prints a line whenever the list changes, until interrupted\n"
	     "  verify            has the kernel walk its list and recount it (needs\n"
	     "                    CAP_NET_ADMIN); prints version, count and digest\n"
	     "    --state DIRECTORY   instead recounts what the agent keeps there,\n"
	     "    --key KEY           signed by this key (root_key of the agent's)\n"
	     "  wait --current    waits until the list in force is current\n"
	     "    --version N         and of this version or a newer one\n"
	     "    --timeout SECONDS   but no longer than this\n"
	     "\n"
	     "  --json            with any command: output as lines of JSON\n"
	     "  --device PATH     with check and batch: instead of " IDREVOKE_DEVICE "\n"
	     "\n"
	     "Exit status: 0 CLEAR (of a batch: every card) or success, 1 REVOKED (any),\n"
	     "2 wrong usage, 3 another verdict, unequal counts or time over, 4 failure.");
	return output_flush();
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage_error("what shall it do?");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	return usage_error("there is no command '%s'", argv[1]);
}
