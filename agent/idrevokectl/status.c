// SPDX-License-Identifier: GPL-2.0-or-later
/* status, watch and wait: what is in force, once, at every change, or until. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <idrevoke.h>

#include "ctl.h"

static const struct {
	int counter;
	const char *name;
} counters[] = {
	{ IDREVOKE_COUNTER_CLEAR, "clear" },
	{ IDREVOKE_COUNTER_REVOKED, "revoked" },
	{ IDREVOKE_COUNTER_AMBIGUOUS, "ambiguous" },
	{ IDREVOKE_COUNTER_NOT_READY, "not_ready" },
	{ IDREVOKE_COUNTER_STALE, "stale" },
	{ IDREVOKE_COUNTER_MALFORMED, "malformed" },
	{ IDREVOKE_COUNTER_UNSUPPORTED, "unsupported" },
	{ IDREVOKE_COUNTER_THROTTLED, "throttled" },
};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

/* What status and watch have in common. */
static json_t *status_json(const struct idrevoke_status *status)
{
	char digest[DIGEST_TEXT];

	return json_pack("{ss sI sI sI ss sI sI sI sI sI sI sI sI}", "state",
			 idrevoke_state_name(status->state), "epoch", (json_int_t)status->epoch,
			 "version", (json_int_t)status->version, "count",
			 (json_int_t)status->count, "digest", digest_text(digest, status->digest),
			 "issued", (json_int_t)status->issued, "fresh_ms",
			 (json_int_t)status->fresh_ms, "floor_epoch",
			 (json_int_t)status->floor_epoch, "floor_version",
			 (json_int_t)status->floor_version, "memory", (json_int_t)status->memory,
			 "max_entries", (json_int_t)status->max_entries, "rebuilds",
			 (json_int_t)status->rebuilds, "rebuilding",
			 (json_int_t)status->rebuilding);
}

static int status_print_json(const struct idrevoke_status *status)
{
	json_t *object = status_json(status), *checks = json_object();

	for (size_t i = 0; i < COUNTERS; i++)
		json_object_set_new(checks, counters[i].name,
				    json_integer(status->counters[counters[i].counter]));
	json_object_set_new(object, "transaction", json_integer(status->transaction));
	json_object_set_new(object, "checks", checks);
	return print_json(object) || output_flush() ? EXIT_FAILED : 0;
}

static int status_print(const struct idrevoke_status *status)
{
	char digest[DIGEST_TEXT], issued[TIME_TEXT];

	printf("state        %s\n", idrevoke_state_name(status->state));
	printf("epoch        %" PRIu64 "\n", status->epoch);
	printf("version      %" PRIu64 "\n", status->version);
	printf("count        %" PRIu64 "\n", status->count);
	printf("digest       %s\n", digest_text(digest, status->digest));
	printf("issued       %s\n", time_text(issued, status->issued));
	printf("fresh        %" PRIu64 ".%03u s\n", status->fresh_ms / 1000,
	       (unsigned int)(status->fresh_ms % 1000));
	printf("floor        epoch %" PRIu64 " version %" PRIu64 "\n", status->floor_epoch,
	       status->floor_version);
	printf("memory       %" PRIu64 " bytes", status->memory);
	if (status->count)
		printf(" (%.2f a number)", (double)status->memory / status->count);
	printf("\nmax-entries  %" PRIu64 "\n", status->max_entries);
	printf("rebuilds     %" PRIu64 "%s\n", status->rebuilds,
	       status->rebuilding ? ", one under way" : "");
	if (status->transaction)
		printf("transaction  of port %u\n", status->transaction);
	printf("checks      ");
	for (size_t i = 0; i < COUNTERS; i++)
		printf(" %s %" PRIu64, counters[i].name,
		       status->counters[counters[i].counter]);
	putchar('\n');
	return output_flush();
}

static int watch_print(const char *event, const struct idrevoke_status *status, bool json)
{
	char digest[DIGEST_TEXT], issued[TIME_TEXT];

	if (json) {
		json_t *object = status ? status_json(status) : json_object();

		json_object_set_new(object, "event", json_string(event));
		return print_json(object) || output_flush() ? EXIT_FAILED : 0;
	}
	if (status)
		printf("%-8s %s version %" PRIu64 " count %" PRIu64 " digest %s issued %s\n",
		       event, idrevoke_state_name(status->state), status->version,
		       status->count, digest_text(digest, status->digest),
		       time_text(issued, status->issued));
	else
		printf("%s\n", event);
	return output_flush();
}

/* Asks once; a module that is not loaded is no error, but NOT_READY. */
static int status_ask(struct idrevoke_status *status)
{
	struct idrevoke_netlink *link;
	int error = idrevoke_netlink_open(&link);

	memset(status, 0, sizeof(*status));
	if (!error) {
		error = idrevoke_netlink_status(link, status);
		if (error && error != -ENOENT)
			error = fail("status: %s", idrevoke_netlink_message(link));
		idrevoke_netlink_close(link);
	} else if (error != -ENOENT) {
		error = fail("cannot connect to the kernel: %s", strerror(-error));
	}
	return error == -ENOENT ? 0 : error;
}

int ctl_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ 0 },
	};
	struct idrevoke_netlink *link;
	struct idrevoke_status status;
	bool json = false;
	int option, error;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == OPTION_HELP)
			return help();
		if (option != OPTION_JSON)
			return EXIT_USAGE;
		json = true;
	}
	if (optind < argc)
		return usage_error("status takes no '%s'", argv[optind]);
	error = link_open(&link);
	if (error)
		return error;
	error = idrevoke_netlink_status(link, &status);
	if (error)
		error = fail("status: %s", idrevoke_netlink_message(link));
	else
		error = json ? status_print_json(&status) : status_print(&status);
	idrevoke_netlink_close(link);
	return error;
}

static int events_open(struct idrevoke_netlink_events **events)
{
	int error = idrevoke_netlink_events_open(events);

	return error ? fail("cannot subscribe to events: %s", strerror(-error)) : 0;
}

int ctl_watch(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ 0 },
	};
	static const char *const names[] = {
		[IDREVOKE_EVENT_COMMIT] = "commit",
		[IDREVOKE_EVENT_CONFIRM] = "confirm",
		[IDREVOKE_EVENT_STATE] = "state",
		[IDREVOKE_EVENT_FLUSH] = "flush",
	};
	struct idrevoke_netlink_events *events;
	struct idrevoke_status status;
	bool json = false;
	int option, error;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == OPTION_HELP)
			return help();
		if (option != OPTION_JSON)
			return EXIT_USAGE;
		json = true;
	}
	if (optind < argc)
		return usage_error("watch takes no '%s'", argv[optind]);
	error = events_open(&events);
	if (error)
		return error;
	error = status_ask(&status);
	if (!error)
		error = watch_print("now", &status, json);
	while (!error) {
		struct pollfd poller = { .fd = idrevoke_netlink_events_fd(events),
					 .events = POLLIN };
		uint32_t event = 0;
		int news = idrevoke_netlink_events_read(events, &event, &status);

		if (news < 0)
			error = fail("cannot read events: %s", strerror(-news));
		else if (news == IDREVOKE_NEWS_LIST)
			error = watch_print(event < sizeof(names) / sizeof(names[0]) &&
						    names[event] ? names[event] : "?",
					    &status, json);
		else if (news == IDREVOKE_NEWS_APPEARED || news == IDREVOKE_NEWS_GONE)
			error = watch_print(news == IDREVOKE_NEWS_GONE ? "unloaded" : "loaded",
					    NULL, json);
		else if (news == IDREVOKE_NEWS_LOST)
			error = watch_print("lost", NULL, json);
		else if (poll(&poller, 1, -1) < 0 && errno != EINTR)
			error = fail("cannot wait: %s", strerror(errno));
	}
	idrevoke_netlink_events_close(events);
	return error;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Waits till the next event. Return: 0, or EXIT_OTHER when the time is over. */
static int wait_for_event(struct idrevoke_netlink_events *events, bool limited, int64_t end)
{
	struct pollfd poller = { .fd = idrevoke_netlink_events_fd(events), .events = POLLIN };
	struct idrevoke_status status;
	int64_t left = limited ? end - now_ms() : -1;
	uint32_t event;
	int news;

	if (limited && left <= 0)
		return EXIT_OTHER;
	if (left > 60000)
		left = 60000;
	if (poll(&poller, 1, left) < 0 && errno != EINTR)
		return fail("cannot wait: %s", strerror(errno));
	do {
		news = idrevoke_netlink_events_read(events, &event, &status);
	} while (news > 0);
	return news ? fail("cannot read events: %s", strerror(-news)) : 0;
}

int ctl_wait(int argc, char **argv)
{
	static const struct option options[] = {
		{ "current", no_argument, NULL, OPTION_CURRENT },
		{ "version", required_argument, NULL, OPTION_VERSION },
		{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ 0 },
	};
	bool current = false, json = false, limited = false;
	struct idrevoke_netlink_events *events;
	struct idrevoke_status status;
	uint64_t version = 0, seconds = 0;
	int option, error;
	int64_t end;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case OPTION_CURRENT:
			current = true;
			break;
		case OPTION_VERSION:
			if (!number_parse(optarg, UINT64_MAX, &version))
				return usage_error("'%s' is no version", optarg);
			break;
		case OPTION_TIMEOUT:
			if (!number_parse(optarg, 1000000000, &seconds))
				return usage_error("'%s' is no number of seconds", optarg);
			limited = true;
			break;
		case OPTION_JSON:
			json = true;
			break;
		case OPTION_HELP:
			return help();
		default:
			return EXIT_USAGE;
		}
	}
	if (!current || optind < argc)
		return usage_error("wait needs --current and takes options only");
	end = now_ms() + (int64_t)seconds * 1000;
	error = events_open(&events);
	if (error)
		return error;
	/* Subscribed first, so that no change between is missed. */
	for (;;) {
		error = status_ask(&status);
		if (error || (status.state == IDREVOKE_STATE_CURRENT && status.version >= version))
			break;
		error = wait_for_event(events, limited, end);
		if (error)
			break;
	}
	idrevoke_netlink_events_close(events);
	if (error == EXIT_OTHER)
		fprintf(stderr, "idrevokectl: not current after %" PRIu64 " s: %s version %" PRIu64
				"\n", seconds, idrevoke_state_name(status.state), status.version);
	if (error)
		return error;
	return watch_print("current", &status, json);
}
