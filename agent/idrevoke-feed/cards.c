// SPDX-License-Identifier: GPL-2.0-or-later
/* The subcommands that tell what happened to a card or to its holder. */
#include <stdio.h>
#include <string.h>

#include <linux/idrevoke.h>

#include "event_name.h"
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
	error = publish_check_clock(store) ?: store_begin(store);
	if (!error)
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

/* Reads --lost, --stolen and --void; returns how many of them were given. */
static int read_loss(const struct options *options, struct event *event)
{
	static const struct {
		enum option_name name;
		enum idrevoke_reason reason;
	} reasons[] = {
		{ OPTION_LOST, IDREVOKE_REASON_LOST },
		{ OPTION_STOLEN, IDREVOKE_REASON_STOLEN },
		{ OPTION_VOID, IDREVOKE_REASON_VOID },
	};
	int given = 0;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!options->value[reasons[i].name])
			continue;
		event->reason = reasons[i].reason;
		given++;
	}
	return given;
}

/* Reads --reason; what holds without it stays. */
static int read_reason(const struct options *options, struct event *event)
{
	const char *word = options->value[OPTION_REASON];

	if (!word || event_reason_parse(EVENT_REPLACE, word, &event->reason))
		return 0;
	complain("--reason is one of damage, error, rename, expiry and superseded");
	return EXIT_USAGE;
}

int command_report(const struct options *options)
{
	struct event event = { .kind = EVENT_REPORT, .start = NO_DAY, .until = NO_DAY };
	int error = option_day(options, OPTION_START, &event.start);

	if (read_loss(options, &event) != 1) {
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
	struct event event = {
		.kind = EVENT_REPLACE,
		.start = NO_DAY,
		.until = NO_DAY,
		.reason = IDREVOKE_REASON_SUPERSEDED,
	};
	int error = option_day(options, OPTION_START, &event.start) ?:
		    read_reason(options, &event);

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

static int read_correction(const struct options *options, struct event *event)
{
	static const enum option_name names[] = { OPTION_START, OPTION_REASON, OPTION_UNTIL,
						  OPTION_GROUND };
	const char *start = options->value[OPTION_START];
	int losses = read_loss(options, event), given = losses;
	int error;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		given += !!options->value[names[i]];
	if (!given == !options->value[OPTION_TAKE_BACK] ||
	    losses + !!options->value[OPTION_REASON] > 1) {
		complain("correct needs either what is right, with one reason at most, or "
			 "--take-back");
		return EXIT_USAGE;
	}
	event->kind = given ? EVENT_CORRECT : EVENT_TAKE_BACK;
	event->ground = options->value[OPTION_GROUND];
	if (start && !strcmp(start, "unknown")) {
		event->start = NO_DAY;
	} else {
		event->start = given ? SAME_DAY : NO_DAY;
		error = option_day(options, OPTION_START, &event->start);
		if (error)
			return error;
	}
	return read_reason(options, event) ?: option_day(options, OPTION_UNTIL, &event->until);
}

int command_correct(const struct options *options)
{
	struct event event = { .until = NO_DAY };
	uint64_t target = 0;
	int error = option_number(options, OPTION_EVENT, INT32_MAX, &target);

	if (!error)
		error = read_correction(options, &event);
	event.target = target;
	return error ?: happen(options, &event);
}
