// SPDX-License-Identifier: GPL-2.0-or-later
/* idrevoke-feed, the issuer's tool: takes reports, signs, publishes, serves. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "feed_tool.h"
#include "output.h"

#define EVENT_NEEDS (HAS(STORE) | HAS(BY) | HAS(WHY))
#define CARD "The card number is read from standard input."

static const struct command commands[] = {
	{ "init", "make a store and its key, and print the key's public part", command_init,
	  HAS(STORE), HAS(NAME) | HAS(EPOCH) | HAS(VALID_FOR) | HAS(CONFIRM_EVERY), NULL },
	{ "set", "change how long statements hold, and publish that", command_set, HAS(STORE),
	  HAS(VALID_FOR) | HAS(CONFIRM_EVERY), NULL },
	{ "synth", "fill a new store with made-up cards", command_synth,
	  HAS(STORE) | HAS(COUNT) | HAS(SEED), 0, NULL },
	{ "report", "a card is lost, stolen or void", command_report, EVENT_NEEDS,
	  HAS(LOST) | HAS(STOLEN) | HAS(VOID) | HAS(START) | HAS(PUBLISH),
	  "One of --lost, --stolen and --void is needed. Without --start, all cards up to\n"
	  "today's are revoked. " CARD "\n" },
	{ "withdraw", "it was found: undo the last report", command_withdraw, EVENT_NEEDS,
	  HAS(PUBLISH), CARD "\n" },
	{ "replace", "a new card was handed over", command_replace, EVENT_NEEDS | HAS(START),
	  HAS(REASON) | HAS(PUBLISH),
	  "--start is that of the new card; --reason is why, unless the old card was\n"
	  "reported. " CARD "\n" },
	{ "cancel", "the number, with all its cards, for ever", command_cancel, EVENT_NEEDS,
	  HAS(PUBLISH), CARD "\n" },
	{ "blacklist", "the holder impersonates others", command_blacklist,
	  EVENT_NEEDS | HAS(GROUND) | HAS(UNTIL), HAS(PUBLISH),
	  "After its last day, in UTC, the next publication or confirmation ends it.\n"
	  CARD "\n" },
	{ "unblacklist", "take the holder off the blacklist", command_unblacklist, EVENT_NEEDS,
	  HAS(PUBLISH), CARD "\n" },
	{ "correct", "an earlier event should have said something else", command_correct,
	  EVENT_NEEDS | HAS(EVENT),
	  HAS(TAKE_BACK) | HAS(LOST) | HAS(STOLEN) | HAS(VOID) | HAS(START) | HAS(REASON) |
		  HAS(UNTIL) | HAS(GROUND) | HAS(PUBLISH),
	  "The record becomes what it would be had the event been right from the\n"
	  "beginning. A report may be given --start unknown.\n" CARD "\n" },
	{ "import", "many of these events at once, from CSV", command_import, HAS(STORE),
	  HAS(FILE) | HAS(EVENT) | HAS(BY) | HAS(WHY) | HAS(CHECK) | HAS(SKIP_BAD) | HAS(PUBLISH),
	  "The first line names the columns, in any order: number, and as needed event,\n"
	  "start, reason, until, ground, target, at, by, why; see idrevoke-feed(1). --by\n"
	  "and --why hold for lines that say none. If a line is bad, nothing is imported,\n"
	  "and all bad lines are named.\n" },
	{ "publish", "sign and publish what changed", command_publish, HAS(STORE),
	  HAS(CLOCK_MENDED),
	  "Nothing is written while the clock is behind the last statement. If that was\n"
	  "issued by a clock that was wrong, --clock-mended goes back to the right time.\n" },
	{ "serve", "offer the feed by HTTPS, and confirm it in time", command_serve,
	  HAS(STORE) | HAS(CERTIFICATE) | HAS(KEY), HAS(LISTEN),
	  "Clients may wait for news. SIGHUP reads certificate and key again.\n" },
	{ "show", "version, count and digest; or one card's record", command_show, HAS(STORE),
	  HAS(RECOUNT) | HAS(NUMBER) | HAS(JSON),
	  "With --number, the card number is read from standard input.\n" },
	{ "history", "all events of a number, and what each made of its record", command_history,
	  HAS(STORE), HAS(JSON), CARD "\n" },
	{ "diff", "what changed since the last version, or between two", command_diff, HAS(STORE),
	  HAS(FROM) | HAS(TO) | HAS(RECORDS) | HAS(JSON),
	  "Without --from, what the next version will change.\n" },
	{ "export", "the list as it was published last, as CSV", command_export,
	  HAS(STORE) | HAS(IN_CLEAR), HAS(JSON),
	  "Whoever reads the output has the list: it is personal data.\n" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *file)
{
	fputs("usage: idrevoke-feed COMMAND --store DIR [OPTION...]\n\n", file);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(file, "  %-12s %s\n", commands[i].name, commands[i].summary);
	fputs("\nidrevoke-feed COMMAND --help lists a command's options. Card numbers are read\n"
	      "from standard input, dates are YYYYMMDD. Exit status: 0 done; 1 refused, or not\n"
	      "equal; 2 wrong usage; 4 failed.\n", file);
}

int complain(const char *format, ...)
{
	va_list arguments;

	fputs("idrevoke-feed: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return EXIT_FAILED;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct options options;
	bool help;
	int status = options_parse(command, argc, argv, &options, &help);

	/* whoever reads what is printed may go, and what is to be published is all the same */
	if (!status && options.value[OPTION_PUBLISH])
		signal(SIGPIPE, SIG_IGN);
	if (!status && help)
		options_help(command);
	else if (!status)
		status = command->run(&options);
	return output_end() ?: status;
}

int main(int argc, char **argv)
{
	static const struct rlimit no_core;

	/* a core dump would hold card numbers and the key */
	setrlimit(RLIMIT_CORE, &no_core);
	umask(077);
	if (argc >= 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))) {
		usage(stdout);
		return output_end();
	}
	for (size_t i = 0; argc >= 2 && i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		return run(&commands[i], argc - 1, argv + 1);
	}
	usage(stderr);
	return EXIT_USAGE;
}
