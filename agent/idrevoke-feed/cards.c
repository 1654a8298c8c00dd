// SPDX-License-Identifier: GPL-2.0-or-later
/* The subcommands that tell what happened to a card or to its holder. */
#include <stdio.h>
#include <string.h>

#include <linux/idrevoke.h>

#include "feed_tool.h"
#include "publish.h"

/* Keeps an event, and says when; the number comes from standard input. */
static int keep(struct store *store, struct event *event)
{
	char refusal[REFUSAL_SIZE] = "";
	uint64_t number;
	int error = number_read(&number);

	if (error)
		return error;
	if (store_begin(store))
		return EXIT_FAILED;
	event->at = time_now();
	error = store_end(store, store_add_event(store, number, event, refusal));
	explicit_bzero(&number, sizeof(number));
	if (refusal[0]) {
		complain("refused: %s", refusal);
		return EXIT_REFUSED;
	}
	if (error)
		return EXIT_FAILED;
	printf("committed ");
	time_print();
	return EXIT_DONE;
}

static int happen(const struct options *options, struct event *event)
{
	struct store store;
	int status;

	event->by = options->value[OPTION_BY];
	event->why = options->value[OPTION_WHY];
	status = store_open(&store, options->value[OPTION_STORE]) ? EXIT_FAILED :
								     keep(&store, event);
	if (!status && options->value[OPTION_PUBLISH] && publish(&store))
		status = complain("the event is kept, but not published");
	store_close(&store);
	return status;
}

int command_report(const struct options *options)
{
	struct event event = { .kind = EVENT_REPORT, .start = NO_DAY, .until = NO_DAY };
	int given = 0, error = option_day(options, OPTION_START, &event.start);

	static const struct {
		enum option_name name;
		enum idrevoke_reason reason;
	} reasons[] = {
		{ OPTION_LOST, IDREVOKE_REASON_LOST },
		{ OPTION_STOLEN, IDREVOKE_REASON_STOLEN },
		{ OPTION_VOID, IDREVOKE_REASON_VOID },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!options->value[reasons[i].name])
			continue;
		event.reason = reasons[i].reason;
		given++;
	}
	if (given != 1) {
		complain("report needs one of --lost, --stolen and --void");
		return EXIT_USAGE;
	}
	return error ?: happen(options, &event);
}

int command_withdraw(const struct options *options)
{
	struct event event = { .kind = EVENT_WITHDRAW, .start = NO_DAY, .until = NO_DAY };

	return happen(options, &event);
}

int command_replace(const struct options *options)
{
	static const char *const void_reasons[] = { "damage", "error", "rename", "expiry" };
	const char *reason = options->value[OPTION_REASON];
	struct event event = {
		.kind = EVENT_REPLACE,
		.start = NO_DAY,
		.until = NO_DAY,
		.reason = reason ? IDREVOKE_REASON_NONE : IDREVOKE_REASON_SUPERSEDED,
	};
	int error = option_day(options, OPTION_START, &event.start);

	for (size_t i = 0; reason && i < sizeof(void_reasons) / sizeof(void_reasons[0]); i++)
		if (!strcmp(reason, void_reasons[i]))
			event.reason = IDREVOKE_REASON_VOID;
	if (!event.reason) {
		complain("--reason is one of damage, error, rename and expiry");
		return EXIT_USAGE;
	}
	return error ?: happen(options, &event);
}

int command_cancel(const struct options *options)
{
	struct event event = { .kind = EVENT_CANCEL, .start = NO_DAY, .until = NO_DAY };

	return happen(options, &event);
}

int command_blacklist(const struct options *options)
{
	struct event event = {
		.kind = EVENT_BLACKLIST,
		.start = NO_DAY,
		.until = NO_DAY,
		.ground = options->value[OPTION_GROUND],
	};
	int error = option_day(options, OPTION_UNTIL, &event.until);

	return error ?: happen(options, &event);
}

int command_unblacklist(const struct options *options)
{
	struct event event = { .kind = EVENT_UNBLACKLIST, .start = NO_DAY, .until = NO_DAY };

	return happen(options, &event);
}
