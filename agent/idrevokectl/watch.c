// SPDX-License-Identifier: GPL-2.0-or-later
/* watch: a line whenever the list, or the module that has it, changes. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <idrevoke.h>

#include "ctl.h"

/* Not an exit status: there is nobody who wants more. */
#define OVER (-1)

char *event_line(const char *event, const struct idrevoke_status *status)
{
	char digest[DIGEST_TEXT], issued[TIME_TEXT], *line = NULL;
	json_t *object;

	if (json_wanted) {
		object = status ? status_json(status) : json_object();
		json_object_set_new(object, "event", json_string(event));
		line = object ? json_dumps(object, JSON_COMPACT) : NULL;
		json_decref(object);
		return line;
	}
	if (!status)
		return strdup(event);
	if (asprintf(&line, "%-8s %s version %" PRIu64 " count %" PRIu64 " digest %s issued %s",
		     event, idrevoke_state_name(status->state), status->version, status->count,
		     digest_text(digest, status->digest), time_text(issued, status->issued)) < 0)
		return NULL;
	return line;
}

/* Prints an event at once. */
static int tell(const char *event, const struct idrevoke_status *status)
{
	char *line = event_line(event, status);
	bool written;

	if (!line)
		return fail("out of memory");
	written = puts(line) != EOF && !fflush(stdout);
	free(line);
	if (written)
		return 0;
	return errno == EPIPE ? OVER : fail("cannot write the output: %s", strerror(errno));
}

/* Prints what is in force, as a starting point for the events that follow. */
static int tell_now(void)
{
	struct idrevoke_status status;
	bool loaded;

	if (status_ask(&status, &loaded))
		return EXIT_FAILED;
	return loaded ? tell("now", &status) : tell("unloaded", NULL);
}

static int tell_list(uint32_t event, const struct idrevoke_status *status)
{
	static const char *const names[] = {
		[IDREVOKE_EVENT_COMMIT] = "commit",
		[IDREVOKE_EVENT_CONFIRM] = "confirm",
		[IDREVOKE_EVENT_STATE] = "state",
		[IDREVOKE_EVENT_FLUSH] = "flush",
	};
	bool known = event < sizeof(names) / sizeof(names[0]) && names[event];

	return tell(known ? names[event] : "?", status);
}

/* Prints all the news that there is. */
static int tell_news(struct idrevoke_netlink_events *events)
{
	struct idrevoke_status status;
	uint32_t event;
	int error, news;

	do {
		news = idrevoke_netlink_events_read(events, &event, &status);
		switch (news) {
		case IDREVOKE_NEWS_NONE:
			return 0;
		case IDREVOKE_NEWS_LIST:
			error = tell_list(event, &status);
			break;
		case IDREVOKE_NEWS_GONE:
			error = tell("unloaded", NULL);
			break;
		/* events before these were perhaps not seen */
		case IDREVOKE_NEWS_APPEARED:
			error = tell("loaded", NULL) ?: tell_now();
			break;
		case IDREVOKE_NEWS_LOST:
			error = tell("lost", NULL) ?: tell_now();
			break;
		default:
			error = fail("cannot read events: %s", strerror(-news));
		}
	} while (!error);
	return error;
}

/* Waits for more news, or the end: a signal, or nobody who reads the output. */
static int wait_for_news(struct idrevoke_netlink_events *events, int signals)
{
	struct pollfd pollers[] = {
		{ .fd = idrevoke_netlink_events_fd(events), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};

	if (poll(pollers, sizeof(pollers) / sizeof(pollers[0]), -1) < 0)
		return fail("cannot wait: %s", strerror(errno));
	return pollers[1].revents || pollers[2].revents ? OVER : 0;
}

/* A descriptor that is readable once the program is told to end. */
static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int events_open(struct idrevoke_netlink_events **events)
{
	int error = idrevoke_netlink_events_open(events);

	return error ? fail("cannot subscribe to events: %s", strerror(-error)) : 0;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { OPTIONS_COMMON };
	struct idrevoke_netlink_events *events;
	int signals, error;

	option_next(argc, argv, options);
	signals = catch_signals();
	if (signals < 0)
		return fail("cannot catch signals: %s", strerror(errno));
	error = events_open(&events);
	if (error)
		return error;
	/* subscribed first, so that no change between is missed */
	error = tell_now();
	while (!error)
		error = tell_news(events) ?: wait_for_news(events, signals);
	idrevoke_netlink_events_close(events);
	close(signals);
	return error == OVER ? 0 : error;
}

const struct command command_watch = {
	"watch", run,
	"usage: idrevokectl watch [--json]\n"
	"\n"
	"Prints a line at once whenever the list in the kernel changes, until interrupted\n"
	"(SIGINT, SIGTERM) or until nobody reads the output any more.\n"
	"\n"
	"  --json    each as an object of JSON\n"
	"\n"
	"First comes now, or unloaded if there is no module; then:\n"
	"  commit    a list came in force\n"
	"  confirm   its issuer vouched for it again\n"
	"  state     time made it LATE or STALE\n"
	"  flush     it was dropped\n"
	"  unloaded  the module went, and the list with it\n"
	"  loaded    the module came; now follows\n"
	"  lost      there were more events than could be kept; now follows\n"
	"With all but the last three come state, version, count and digest of the list.\n"
	"\n"
	"Exit status: 0 ended as above, 2 wrong usage, 4 failure.\n"
};
