// SPDX-License-Identifier: GPL-2.0-or-later
/* wait: until the list in force is current. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <idrevoke.h>

#include "ctl.h"

/* What is waited for. */
struct aim {
	bool current;
	uint64_t version;
	bool limited;
	uint64_t seconds;
	int64_t end; /* of the time, if it is limited */
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Waits till the next event. Return: 0, or EXIT_OTHER when the time is over. */
static int wait_for_event(struct idrevoke_netlink_events *events, const struct aim *aim)
{
	struct pollfd poller = { .fd = idrevoke_netlink_events_fd(events), .events = POLLIN };
	struct idrevoke_status status;
	int64_t left = aim->limited ? aim->end - now_ms() : -1;
	uint32_t event;
	int news;

	if (aim->limited && left <= 0)
		return EXIT_OTHER;
	if (left > INT32_MAX)
		left = INT32_MAX;
	if (poll(&poller, 1, left) < 0 && errno != EINTR)
		return fail("cannot wait: %s", strerror(errno));
	do {
		news = idrevoke_netlink_events_read(events, &event, &status);
	} while (news > 0);
	return news ? fail("cannot read events: %s", strerror(-news)) : 0;
}

static int report(const char *event, const struct idrevoke_status *status)
{
	char *line = event_line(event, status);

	if (!line)
		return fail("out of memory");
	puts(line);
	free(line);
	return output_flush();
}

static int wait_until(struct idrevoke_netlink_events *events, const struct aim *aim)
{
	struct idrevoke_status status;
	bool loaded;
	int error;

	/* subscribed before, so that no change between is missed */
	do {
		error = status_ask(&status, &loaded);
		if (error)
			return error;
		if (status.state == IDREVOKE_STATE_CURRENT && status.version >= aim->version)
			return report("current", &status);
		error = wait_for_event(events, aim);
	} while (!error);
	if (error != EXIT_OTHER)
		return error;
	say("not current after %" PRIu64 " s: %s version %" PRIu64, aim->seconds,
	     idrevoke_state_name(status.state), status.version);
	return json_wanted && report("timeout", &status) ? EXIT_FAILED : EXIT_OTHER;
}

static int take_options(struct aim *aim, int argc, char **argv)
{
	static const struct option options[] = {
		{ "current", no_argument, NULL, OPTION_CURRENT },
		{ "version", required_argument, NULL, OPTION_VERSION },
		{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
		OPTIONS_COMMON,
	};
	int option;

	while ((option = option_next(argc, argv, options)) != -1) {
		switch (option) {
		case OPTION_CURRENT:
			aim->current = true;
			break;
		case OPTION_VERSION:
			if (!number_parse(optarg, UINT64_MAX, &aim->version))
				return usage_error("--version takes a decimal number");
			break;
		case OPTION_TIMEOUT:
			if (!number_parse(optarg, 1000000000, &aim->seconds))
				return usage_error("--timeout takes a number of seconds");
			aim->limited = true;
			break;
		}
	}
	return aim->current ? 0 : usage_error("wait needs --current");
}

static int run(int argc, char **argv)
{
	struct idrevoke_netlink_events *events;
	struct aim aim = { 0 };
	int error = take_options(&aim, argc, argv);

	if (error)
		return error;
	aim.end = now_ms() + (int64_t)aim.seconds * 1000;
	error = events_open(&events);
	if (error)
		return error;
	error = wait_until(events, &aim);
	idrevoke_netlink_events_close(events);
	return error;
}

const struct command command_wait = {
	"wait", run,
	"usage: idrevokectl wait --current [OPTION...]\n"
	"\n"
	"Waits until the list in force in the kernel is current, and prints it. The\n"
	"module need not be loaded yet.\n"
	"\n"
	"  --version N          and of this version or a newer one\n"
	"  --timeout SECONDS    but no longer than this; 0: does not wait, only looks\n"
	"  --json               as an object of JSON; also when the time is over\n"
	"\n"
	"Exit status: 0 it is current, 3 the time is over, 2 wrong usage, 4 failure.\n"
};
