// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../lib/date.h"
#include "feed_tool.h"

/* Name, what its value is (NULL: it takes none), and what it means. */
static const struct {
	const char *name;
	const char *value;
	const char *meaning;
} texts[OPTIONS] = {
	[OPTION_STORE] = { "store", "DIR", "the store's directory" },
	[OPTION_BY] = { "by", "WHO", "who enters this" },
	[OPTION_CERTIFICATE] = { "certificate", "FILE", "PEM: certificate, then its issuers" },
	[OPTION_CHECK] = { "check", NULL, "say what is wrong, and import nothing" },
	[OPTION_CLOCK_MENDED] = { "clock-mended", NULL, "it was wrong, and is right now" },
	[OPTION_CONFIRM_EVERY] = { "confirm-every", "S", "seconds between confirmations" },
	[OPTION_COUNT] = { "count", "N", "how many cards" },
	[OPTION_EPOCH] = { "epoch", "N", "generation of the list" },
	[OPTION_EVENT] = { "event", "EVENT", NULL },
	[OPTION_FILE] = { "file", "FILE", "instead of standard input" },
	[OPTION_FROM] = { "from", "VERSION", "the older version" },
	[OPTION_GROUND] = { "ground", "TEXT", "of the blacklisting" },
	[OPTION_IN_CLEAR] = { "in-clear", NULL, "yes, write card numbers for all to read" },
	[OPTION_JSON] = { "json", NULL, "for programs, see idrevoke-feed(1)" },
	[OPTION_KEY] = { "key", "FILE", "PEM: the certificate's private key" },
	[OPTION_LISTEN] = { "listen", "[ADDRESS:]PORT", "where to serve" },
	[OPTION_LOST] = { "lost", NULL, "the card was lost" },
	[OPTION_NAME] = { "name", "NAME", "of the key, seen by all" },
	[OPTION_NUMBER] = { "number", NULL, "the record of one card number" },
	[OPTION_PUBLISH] = { "publish", NULL, "publish at once" },
	[OPTION_REASON] = { "reason", "WORD", "damage, error, rename, expiry or superseded" },
	[OPTION_RECORDS] = { "records", NULL, "list card numbers and records, as CSV" },
	[OPTION_RECOUNT] = { "recount", NULL, "count all records, and compare" },
	[OPTION_SEED] = { "seed", "N", "the same seed, the same cards" },
	[OPTION_SKIP_BAD] = { "skip-bad", NULL, "import all lines that are not bad" },
	[OPTION_START] = { "start", "DATE", "start of the card's validity, as printed" },
	[OPTION_STOLEN] = { "stolen", NULL, "the card was stolen" },
	[OPTION_TAKE_BACK] = { "take-back", NULL, "it never happened" },
	[OPTION_TO] = { "to", "VERSION", "the newer version, else the last" },
	[OPTION_UNTIL] = { "until", "DATE", "last day of the blacklisting" },
	[OPTION_VALID_FOR] = { "valid-for", "S", "seconds for which a statement holds" },
	[OPTION_VOID] = { "void", NULL, "the card is void" },
	[OPTION_WHY] = { "why", "TEXT", "for what cause" },
};

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
		complain("--%s takes a number from 1 to %llu", texts[name].name,
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
			 texts[name].name);
		return EXIT_USAGE;
	}
	*day = parsed;
	return 0;
}

static int check(const struct command *command, const struct options *options)
{
	for (int name = 0; name < OPTIONS; name++) {
		uint64_t bit = 1ULL << name;

		if (options->value[name] && !((command->needs | command->takes) & bit)) {
			complain("%s does not take --%s", command->name, texts[name].name);
			return EXIT_USAGE;
		}
		if (!options->value[name] && command->needs & bit) {
			complain("%s needs --%s", command->name, texts[name].name);
			return EXIT_USAGE;
		}
		if (options->value[name] && texts[name].value && !options->value[name][0]) {
			complain("--%s is empty", texts[name].name);
			return EXIT_USAGE;
		}
	}
	return 0;
}

/* What is kept of events is read again: on terminals, and as JSON. */
static int check_texts(const struct options *options)
{
	static const enum option_name kept[] = { OPTION_BY, OPTION_GROUND, OPTION_WHY };

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *value = options->value[kept[i]];

		if (!value || text_is_clean(value))
			continue;
		complain("--%s takes UTF-8 without control characters", texts[kept[i]].name);
		return EXIT_USAGE;
	}
	return 0;
}

static int take(struct options *options, int name, const char *value)
{
	if (options->value[name]) {
		complain("--%s is there twice", texts[name].name);
		return EXIT_USAGE;
	}
	options->value[name] = value ?: "";
	return 0;
}

/* Nothing of what was typed is repeated: it may be a card number. */
static int explain(const struct command *command, int found)
{
	if (found == ':')
		complain("--%s needs a value", texts[optopt].name);
	else
		complain("%s has no such option; see idrevoke-feed %s --help", command->name,
			 command->name);
	return EXIT_USAGE;
}

int options_parse(const struct command *command, int argc, char **argv, struct options *options,
		  bool *help)
{
	struct option table[OPTIONS + 2] = { [OPTIONS] = { "help", no_argument, NULL, OPTIONS } };
	int name;

	for (name = 0; name < OPTIONS; name++)
		table[name] = (struct option){
			texts[name].name,
			texts[name].value ? required_argument : no_argument,
			NULL,
			name,
		};
	*options = (struct options){ 0 };
	*help = false;
	opterr = 0;
	while ((name = getopt_long(argc, argv, ":", table, NULL)) != -1) {
		if (name == OPTIONS) {
			*help = true;
			return 0;
		}
		if (name == '?' || name == ':')
			return explain(command, name);
		if (take(options, name, optarg))
			return EXIT_USAGE;
	}
	if (optind < argc) {
		/* not repeated: it may be a card number */
		complain("%s takes options only; a card number comes on standard input",
			 command->name);
		return EXIT_USAGE;
	}
	return check(command, options) ?: check_texts(options);
}

/* What --event is differs. */
static const char *value_of(const struct command *command, int name)
{
	if (name != OPTION_EVENT)
		return texts[name].value ?: "";
	return command->needs & HAS(EVENT) ? "N" : "KIND";
}

static const char *meaning_of(const struct command *command, int name)
{
	if (name != OPTION_EVENT)
		return texts[name].meaning;
	return command->needs & HAS(EVENT) ? "which event was wrong, as history counts" :
					     "of lines that say none, such as report";
}

static void print_options(const struct command *command, uint64_t options)
{
	char option[32];

	for (int name = 0; name < OPTIONS; name++) {
		if (!(options & 1ULL << name))
			continue;
		snprintf(option, sizeof(option), "--%s %s", texts[name].name,
			 value_of(command, name));
		printf("  %-25s %s\n", option, meaning_of(command, name));
	}
}

void options_help(const struct command *command)
{
	printf("usage: idrevoke-feed %s --store DIR [OPTION...]\n\n%s\n\n", command->name,
	       command->summary);
	puts("Needed:");
	print_options(command, command->needs);
	if (command->takes)
		puts("Can be given:");
	print_options(command, command->takes);
	if (command->notes)
		printf("\n%s", command->notes);
}
