// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <idrevoke.h>

#include "metrics.h"

/* Rows of one name stand together; the first explains it. */
static struct counter {
	const char *name, *label, *value, *help;
	uint64_t count;
} counters[METRICS_COUNTERS] = {
	[METRICS_SNAPSHOT_BYTES] = { "idrevoke_feed_payload_bytes", "kind", "snapshot",
				     "Bytes of the issuer's files that were fetched.", 0 },
	[METRICS_DELTA_BYTES] = { "idrevoke_feed_payload_bytes", "kind", "delta", NULL, 0 },
	[METRICS_SNAPSHOTS] = { "idrevoke_commits", "kind", "snapshot",
				"Transactions by which the agent put a version in force.", 0 },
	[METRICS_DELTAS] = { "idrevoke_commits", "kind", "delta", NULL, 0 },
	[METRICS_SNAPSHOTS_FAILED] = { "idrevoke_commit_failures", "kind", "snapshot",
				       "Transactions that did not come in force.", 0 },
	[METRICS_DELTAS_FAILED] = { "idrevoke_commit_failures", "kind", "delta", NULL, 0 },
	[METRICS_CONFIRMATIONS] = { "idrevoke_confirmations", NULL, NULL,
				    "Statements of the issuer that were passed to the kernel.", 0 },
	[METRICS_CONFIRMATIONS_FAILED] = { "idrevoke_confirmation_failures", NULL, NULL,
					   "Statements of the issuer that the kernel refused.",
					   0 },
	[METRICS_SAVES] = { "idrevoke_state_saves", NULL, NULL,
			    "Times that the list was saved in the state directory.", 0 },
	[METRICS_SAVES_FAILED] = { "idrevoke_state_save_failures", NULL, NULL,
				   "Times that the list could not be saved.", 0 },
	[METRICS_RELOADS] = { "idrevoke_reloads", NULL, NULL,
			      "Times that the configuration was read again.", 0 },
	[METRICS_RELOADS_FAILED] = { "idrevoke_reload_failures", NULL, NULL,
				     "Times that a changed configuration was refused.", 0 },
};

static uint64_t failures[CAUSES];
static time_t started, feed_worked;
static bool feed_works;

void metrics_start(void)
{
	started = time(NULL);
}

void metrics_add(enum metrics_counter counter, uint64_t more)
{
	counters[counter].count += more;
}

void metrics_count(enum metrics_counter counter)
{
	metrics_add(counter, 1);
}

void metrics_failed(enum cause cause)
{
	failures[cause]++;
}

void metrics_feed(bool works)
{
	feed_works = works;
	if (works)
		feed_worked = time(NULL);
}

/* A unit is the end of its metric's name. */
static void head(FILE *to, const char *name, const char *type, const char *help)
{
	static const char *const units[] = { "seconds", "bytes" };
	const char *end = strrchr(name, '_') + 1;

	fprintf(to, "# TYPE %s %s\n", name, type);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i]))
			fprintf(to, "# UNIT %s %s\n", name, end);
	fprintf(to, "# HELP %s %s\n", name, help);
}

static void gauge(FILE *to, const char *name, uint64_t value, const char *help)
{
	head(to, name, "gauge", help);
	fprintf(to, "%s %" PRIu64 "\n", name, value);
}

static void write_state(FILE *to, uint32_t now)
{
	static const char name[] = "idrevoke_list_state";

	head(to, name, "stateset", "What the kernel's list is worth.");
	for (uint32_t state = IDREVOKE_STATE_NOT_READY; state <= IDREVOKE_STATE_STALE; state++)
		fprintf(to, "%s{%s=\"%s\"} %d\n", name, name, idrevoke_state_name(state),
			state == now);
}

static void write_list(FILE *to, const struct idrevoke_status *status)
{
	gauge(to, "idrevoke_list_epoch", status->epoch, "Epoch of the kernel's list.");
	gauge(to, "idrevoke_list_version", status->version, "Version of the kernel's list.");
	gauge(to, "idrevoke_list_numbers", status->count, "Numbers that the kernel lists.");
	gauge(to, "idrevoke_list_max_numbers", status->max_entries,
	      "Numbers that the kernel would list at most.");
	gauge(to, "idrevoke_list_issued_timestamp_seconds", status->issued,
	      "When the issuer last vouched for the kernel's list.");
	head(to, "idrevoke_list_fresh_seconds", "gauge",
	     "Time left until the kernel's list is stale.");
	fprintf(to, "idrevoke_list_fresh_seconds %" PRIu64 ".%03u\n", status->fresh_ms / 1000,
		(unsigned int)(status->fresh_ms % 1000));
	gauge(to, "idrevoke_list_memory_bytes", status->memory,
	      "Memory that the kernel's list occupies.");
	gauge(to, "idrevoke_list_rebuilding", status->rebuilding,
	      "Whether the kernel's table is being rebuilt.");
	head(to, "idrevoke_list_rebuilds", "counter", "Times that the kernel's table was rebuilt.");
	fprintf(to, "idrevoke_list_rebuilds_total %" PRIu64 "\n", status->rebuilds);
	gauge(to, "idrevoke_list_transaction", status->transaction != 0,
	      "Whether a transaction is under way.");
	head(to, "idrevoke_checks", "counter",
	     "Checks that the kernel answered since the module was loaded.");
	for (int i = IDREVOKE_COUNTER_CLEAR; i <= IDREVOKE_COUNTER_MAX; i++)
		fprintf(to, "idrevoke_checks_total{answer=\"%s\"} %" PRIu64 "\n",
			idrevoke_netlink_counter_name(i), status->counters[i]);
}

static void write_feed(FILE *to, const struct idrevoke_latest *latest)
{
	gauge(to, "idrevoke_feed_reachable", feed_works,
	      "Whether the feed could be had the last time it was asked.");
	if (feed_worked)
		gauge(to, "idrevoke_feed_success_timestamp_seconds", feed_worked,
		      "When the feed could last be had.");
	if (latest) {
		gauge(to, "idrevoke_feed_epoch", latest->epoch,
		      "Epoch of the newest list that the issuer signed.");
		gauge(to, "idrevoke_feed_version", latest->version,
		      "Version of the newest list that the issuer signed.");
		gauge(to, "idrevoke_feed_numbers", latest->count,
		      "Numbers in the newest list that the issuer signed.");
		gauge(to, "idrevoke_feed_issued_timestamp_seconds", latest->issued,
		      "When the issuer last vouched for the newest list.");
	}
	head(to, "idrevoke_feed_failures", "counter",
	     "Times that the feed could not be had, or was refused.");
	for (enum cause cause = 0; cause < CAUSES; cause++)
		fprintf(to, "idrevoke_feed_failures_total{cause=\"%s\"} %" PRIu64 "\n",
			cause_name(cause), failures[cause]);
}

static void write_counters(FILE *to)
{
	for (const struct counter *now = counters; now < counters + METRICS_COUNTERS; now++) {
		if (now->help)
			head(to, now->name, "counter", now->help);
		fprintf(to, "%s_total", now->name);
		if (now->label)
			fprintf(to, "{%s=\"%s\"}", now->label, now->value);
		fprintf(to, " %" PRIu64 "\n", now->count);
	}
}

void metrics_write(FILE *to, const struct metrics_view *view)
{
	gauge(to, "idrevoke_module_loaded", view->error != -ENOENT,
	      "Whether the kernel module is loaded.");
	/* A list that nobody can be asked about is as good as none. */
	write_state(to, view->error ? IDREVOKE_STATE_NOT_READY : view->status.state);
	if (!view->error)
		write_list(to, &view->status);
	write_feed(to, view->latest);
	gauge(to, "idrevoke_state_saved", view->latest && view->saved,
	      "Whether the state directory has the newest list.");
	write_counters(to);
	head(to, "idrevoke_build", "info", "What the agent was built from.");
	fprintf(to, "idrevoke_build_info{version=\"" IDREVOKE_VERSION "\"} 1\n");
	gauge(to, "process_start_time_seconds", started, "When the agent was started.");
	fputs("# EOF\n", to);
}
