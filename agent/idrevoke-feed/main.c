// SPDX-License-Identifier: GPL-2.0-or-later
/* idrevoke-feed, the issuer's tool: takes reports, signs, publishes, serves. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../lib/date.h"
#include "feed_tool.h"

static const struct option option_table[] = {
	[OPTION_STORE] = { "store", required_argument, NULL, OPTION_STORE },
	[OPTION_BY] = { "by", required_argument, NULL, OPTION_BY },
	[OPTION_CERTIFICATE] = { "certificate", required_argument, NULL, OPTION_CERTIFICATE },
	[OPTION_CONFIRM_EVERY] = { "confirm-every", required_argument, NULL, OPTION_CONFIRM_EVERY },
	[OPTION_COUNT] = { "count", required_argument, NULL, OPTION_COUNT },
	[OPTION_EPOCH] = { "epoch", required_argument, NULL, OPTION_EPOCH },
	[OPTION_GROUND] = { "ground", required_argument, NULL, OPTION_GROUND },
	[OPTION_KEY] = { "key", required_argument, NULL, OPTION_KEY },
	[OPTION_LISTEN] = { "listen", required_argument, NULL, OPTION_LISTEN },
	[OPTION_LOST] = { "lost", no_argument, NULL, OPTION_LOST },
	[OPTION_NAME] = { "name", required_argument, NULL, OPTION_NAME },
	[OPTION_NUMBER] = { "number", no_argument, NULL, OPTION_NUMBER },
	[OPTION_PUBLISH] = { "publish", no_argument, NULL, OPTION_PUBLISH },
	[OPTION_REASON] = { "reason", required_argument, NULL, OPTION_REASON },
	[OPTION_RECOUNT] = { "recount", no_argument, NULL, OPTION_RECOUNT },
	[OPTION_SEED] = { "seed", required_argument, NULL, OPTION_SEED },
	[OPTION_START] = { "start", required_argument, NULL, OPTION_START },
	[OPTION_STOLEN] = { "stolen", no_argument, NULL, OPTION_STOLEN },
	[OPTION_UNTIL] = { "until", required_argument, NULL, OPTION_UNTIL },
	[OPTION_VALID_FOR] = { "valid-for", required_argument, NULL, OPTION_VALID_FOR },
	[OPTION_VOID] = { "void", no_argument, NULL, OPTION_VOID },
	[OPTION_WHY] = { "why", required_argument, NULL, OPTION_WHY },
	[OPTIONS] = { "help", no_argument, NULL, OPTIONS },
	{ NULL, 0, NULL, 0 },
};

#define HAS(name) (1U << OPTION_##name)
#define EVENT_NEEDS (HAS(STORE) | HAS(BY) | HAS(WHY))

static const struct command {
	const char *name;
	int (*run)(const struct options *options);
	uint32_t needs; /* options that must be given */
	uint32_t takes; /* options that may be given */
} commands[] = {
	{ "init", command_init, HAS(STORE),
	  HAS(NAME) | HAS(EPOCH) | HAS(VALID_FOR) | HAS(CONFIRM_EVERY) },
	{ "set", command_set, HAS(STORE), HAS(VALID_FOR) | HAS(CONFIRM_EVERY) },
	{ "synth", command_synth, HAS(STORE) | HAS(COUNT) | HAS(SEED), 0 },
	{ "report", command_report, EVENT_NEEDS,
	  HAS(LOST) | HAS(STOLEN) | HAS(VOID) | HAS(START) | HAS(PUBLISH) },
	{ "withdraw", command_withdraw, EVENT_NEEDS, HAS(PUBLISH) },
	{ "replace", command_replace, EVENT_NEEDS | HAS(START), HAS(REASON) | HAS(PUBLISH) },
	{ "cancel", command_cancel, EVENT_NEEDS, HAS(PUBLISH) },
	{ "blacklist", command_blacklist, EVENT_NEEDS | HAS(GROUND) | HAS(UNTIL), HAS(PUBLISH) },
	{ "unblacklist", command_unblacklist, EVENT_NEEDS, HAS(PUBLISH) },
	{ "publish", command_publish, HAS(STORE), 0 },
	{ "serve", command_serve, HAS(STORE) | HAS(CERTIFICATE) | HAS(KEY), HAS(LISTEN) },
	{ "show", command_show, HAS(STORE), HAS(RECOUNT) | HAS(NUMBER) },
};

static const char usage[] =
	"usage: idrevoke-feed COMMAND --store DIR [OPTION...]\n"
	"\n"
	"  init         make a store and its key     [--name NAME] [--epoch N]\n"
	"                                            [--valid-for S] [--confirm-every S]\n"
	"  set          change what is published     [--valid-for S] [--confirm-every S]\n"
	"  synth        add made-up cards            --count N --seed N\n"
	"  publish      sign and publish what changed\n"
	"  serve        HTTPS for the feed           --certificate FILE --key FILE\n"
	"                                            [--listen [ADDRESS:]PORT]\n"
	"  show         version, count, digest       [--recount] or, of a card, [--number]\n"
	"\n"
	"What happened to a card, whose number is read from standard input:\n"
	"  report       lost, stolen or void         --lost|--stolen|--void [--start DATE]\n"
	"  withdraw     found: undo the last report\n"
	"  replace      a new card was handed over   --start DATE\n"
	"                                            [--reason damage|error|rename|expiry]\n"
	"  cancel       the number, for ever\n"
	"  blacklist    the holder, as impersonator  --ground TEXT --until DATE\n"
	"  unblacklist  take the holder off\n"
	"Each of these needs --by WHO and --why TEXT, and takes --publish.\n"
	"\n"
	"DATE is YYYYMMDD; S is in seconds. Exit status: 0 done; 1 refused, or not equal;\n"
	"2 wrong usage; 4 failed.\n";

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

int option_number(const struct options *options, enum option_name name, uint64_t most,
		  uint64_t *value)
{
	const char *text = options->value[name];
	uint64_t parsed = 0;

	if (!text)
		return 0;
	for (const char *at = text; *at; at++) {
		if (*at < '0' || *at > '9' || __builtin_mul_overflow(parsed, 10, &parsed) ||
		    __builtin_add_overflow(parsed, (uint64_t)(*at - '0'), &parsed)) {
			parsed = 0;
			break;
		}
	}
	if (!parsed || parsed > most) {
		complain("--%s takes a number from 1 to %llu", option_table[name].name,
			 (unsigned long long)most);
		return EXIT_USAGE;
	}
	*value = parsed;
	return 0;
}

int option_day(const struct options *options, enum option_name name, int32_t *day)
{
	uint16_t parsed;

	if (!options->value[name])
		return 0;
	if (idrevoke_start_parse_text(options->value[name], &parsed)) {
		complain("--%s takes a calendar day as YYYYMMDD, from 19840101 to 21630605",
			 option_table[name].name);
		return EXIT_USAGE;
	}
	*day = parsed;
	return 0;
}

static int check_options(const struct command *command, const struct options *options)
{
	for (int name = 0; name < OPTIONS; name++) {
		uint32_t bit = 1U << name;

		if (options->value[name] && !((command->needs | command->takes) & bit)) {
			complain("%s does not take --%s", command->name, option_table[name].name);
			return EXIT_USAGE;
		}
		if (!options->value[name] && command->needs & bit) {
			complain("%s needs --%s", command->name, option_table[name].name);
			return EXIT_USAGE;
		}
		if (options->value[name] && option_table[name].has_arg && !options->value[name][0]) {
			complain("--%s is empty", option_table[name].name);
			return EXIT_USAGE;
		}
	}
	return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct options options = { 0 };
	int name, error;

	while ((name = getopt_long(argc, argv, "", option_table, NULL)) != -1) {
		if (name == OPTIONS) {
			fputs(usage, stdout);
			return EXIT_DONE;
		}
		if (name == '?')
			return EXIT_USAGE;
		options.value[name] = optarg ?: "";
	}
	if (optind < argc) {
		/* not repeated: it may be a card number */
		complain("%s takes options only; a card number comes on standard input",
			 command->name);
		return EXIT_USAGE;
	}
	error = check_options(command, &options);
	return error ?: command->run(&options);
}

int main(int argc, char **argv)
{
	static const struct rlimit no_core;

	/* a core dump would hold card numbers and the key */
	setrlimit(RLIMIT_CORE, &no_core);
	umask(077);
	if (argc >= 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))) {
		fputs(usage, stdout);
		return EXIT_DONE;
	}
	for (size_t i = 0; argc >= 2 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return run(&commands[i], argc - 1, argv + 1);
	fputs(usage, stderr);
	return EXIT_USAGE;
}
