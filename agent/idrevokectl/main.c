// SPDX-License-Identifier: GPL-2.0-or-later
/* idrevokectl: the list of revoked cards, for people and scripts. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "ctl.h"

const struct command *command;

static const struct command *const commands[] = {
	&command_status, &command_check,  &command_batch,
	&command_watch,	 &command_verify, &command_wait,
};

static const char help[] =
	"usage: idrevokectl COMMAND [OPTION...]\n"
	"\n"
	"  status           what is in force in the kernel\n"
	"  check            asks about one card, whose number comes on standard input\n"
	"  batch            asks about many cards: CSV or JSON lines on standard input\n"
	"  watch            prints a line whenever the list changes\n"
	"  verify           recounts the list: the kernel's, the agent's, the issuer's\n"
	"  wait --current   waits until the list in force is current\n"
	"\n"
	"  --json           with any command: output as lines of JSON\n"
	"  --help           with a command: its options\n"
	"\n"
	"Exit status:\n"
	"  0  CLEAR (of a batch: every card); current; equal; success\n"
	"  1  REVOKED (of a batch: at least one)\n"
	"  2  wrong usage\n"
	"  3  another verdict; another state; not equal; the time is over\n"
	"  4  failure: there is no answer\n"
	"\n"
	"The manual page idrevokectl(8) says more, and describes the JSON.\n";

int main(int argc, char **argv)
{
	static const struct rlimit no_core;

	/* a core dump would hold card numbers */
	setrlimit(RLIMIT_CORE, &no_core);
	/* output that nobody reads is an error like any other */
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2)
		return usage_error("which command?");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		fputs(help, stdout);
		return output_flush();
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i]->name))
			continue;
		command = commands[i];
		return command->run(argc - 1, argv + 1);
	}
	return usage_error("there is no command %s", shown(argv[1]));
}
