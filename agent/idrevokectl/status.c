// SPDX-License-Identifier: GPL-2.0-or-later
/* status: what is in force. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <idrevoke.h>

#include "ctl.h"

static int link_open(struct idrevoke_netlink **link)
{
	int error = idrevoke_netlink_open(link);

	if (error == -ENOENT)
		return fail("the kernel module idrevoke is not loaded");
	if (error)
		return fail("cannot connect to the kernel: %s", strerror(-error));
	return 0;
}

int status_ask(struct idrevoke_status *status, bool *loaded)
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
	*loaded = !error;
	return error == -ENOENT ? 0 : error;
}

json_t *status_json(const struct idrevoke_status *status)
{
	char digest[DIGEST_TEXT];

	return json_pack("{ss sI sI sI ss sI sI sI sI sI sI sI sb}", "state",
			 idrevoke_state_name(status->state), "epoch", (json_int_t)status->epoch,
			 "version", (json_int_t)status->version, "count",
			 (json_int_t)status->count, "digest", digest_text(digest, status->digest),
			 "issued", (json_int_t)status->issued, "fresh_ms",
			 (json_int_t)status->fresh_ms, "floor_epoch",
			 (json_int_t)status->floor_epoch, "floor_version",
			 (json_int_t)status->floor_version, "memory", (json_int_t)status->memory,
			 "max_entries", (json_int_t)status->max_entries, "rebuilds",
			 (json_int_t)status->rebuilds, "rebuilding", status->rebuilding);
}

static int print_object(const struct idrevoke_status *status)
{
	json_t *object = status_json(status), *checks = json_object();

	for (int i = IDREVOKE_COUNTER_CLEAR; i <= IDREVOKE_COUNTER_MAX; i++)
		json_object_set_new(checks, idrevoke_netlink_counter_name(i),
				    json_integer(status->counters[i]));
	json_object_set_new(object, "transaction", json_integer(status->transaction));
	json_object_set_new(object, "checks", checks);
	return print_json(object);
}

static int print_text(const struct idrevoke_status *status)
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
	for (int i = IDREVOKE_COUNTER_CLEAR; i <= IDREVOKE_COUNTER_MAX; i++)
		printf(" %s %" PRIu64, idrevoke_netlink_counter_name(i), status->counters[i]);
	putchar('\n');
	return output_flush();
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { OPTIONS_COMMON };
	struct idrevoke_netlink *link;
	struct idrevoke_status status;
	int error;

	option_next(argc, argv, options);
	error = link_open(&link);
	if (error)
		return error;
	if (idrevoke_netlink_status(link, &status))
		error = fail("status: %s", idrevoke_netlink_message(link));
	else
		error = json_wanted ? print_object(&status) : print_text(&status);
	idrevoke_netlink_close(link);
	return error ?: status.state == IDREVOKE_STATE_CURRENT ? 0 : EXIT_OTHER;
}

const struct command command_status = {
	"status", run,
	"usage: idrevokectl status [--json]\n"
	"\n"
	"Prints what is in force in the kernel: state, version, count and digest of the\n"
	"list, when its issuer last vouched for it and for how long that still holds\n"
	"(fresh), the oldest version that would be taken (floor), memory, and how many\n"
	"checks were answered since the module was loaded.\n"
	"\n"
	"  --json    as an object of JSON\n"
	"\n"
	"State:\n"
	"  NOT_READY  no list, or one that lists nobody: every check is UNKNOWN\n"
	"  CURRENT    the issuer vouches for it\n"
	"  LATE       so it does, but three confirmations are overdue\n"
	"  STALE      the issuer's word has run out: what is not listed is UNKNOWN\n"
	"\n"
	"Exit status: 0 CURRENT, 3 another state, 2 wrong usage, 4 failure (such as no\n"
	"module).\n"
};
