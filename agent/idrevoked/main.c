// SPDX-License-Identifier: GPL-2.0-or-later
/* idrevoked: keeps the kernel's list of revoked cards equal to the issuer's. */
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>

#include "config.h"
#include "log.h"
#include "metrics.h"
#include "metrics_server.h"
#include "service.h"
#include "sync.h"

#define DEFAULT_CONFIG "/etc/idrevoke/idrevoked.conf"

struct agent {
	const char *path;
	struct config config;
	struct sync *sync;
	struct metrics_server *metrics;
};

static void usage(FILE *to)
{
	fputs("usage: idrevoked [-c FILE] [-t]\n"
	      "\n"
	      "Keeps the kernel's list of revoked identity cards equal to the one that its\n"
	      "issuer signed: fetches it, verifies it, saves it, gives it to the kernel.\n"
	      "\n"
	      "  -c, --config FILE  instead of " DEFAULT_CONFIG "\n"
	      "  -t, --test         only tests the configuration\n"
	      "  -h, --help         this text\n"
	      "\n"
	      "SIGHUP reads the configuration again; SIGTERM ends it. What is in force is told\n"
	      "by idrevokectl status.\n"
	      "\n"
	      "Exit status: 0 ended as told (or the configuration is good), 1 failure or a bad\n"
	      "configuration, 2 wrong usage.\n",
	      to);
}

static int on_end(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	(void)info;
	(void)userdata;
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

/* Return: NULL, or why the configuration stays as it was. */
static const char *reload(struct agent *agent)
{
	struct config new, old = agent->config;

	if (config_load(&new, agent->path))
		return "it has errors";
	if (strcmp(new.state, old.state)) {
		config_free(&new);
		return "a new state directory needs a restart";
	}
	agent->config = new;
	if (sync_reconfigure(agent->sync, &agent->config)) {
		agent->config = old;
		config_free(&new);
		return "it cannot be used";
	}
	metrics_server_listen(agent->metrics, agent->config.metrics);
	config_free(&old);
	return NULL;
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct agent *agent = userdata;
	const char *why;

	(void)source;
	(void)info;
	service_reloading();
	why = reload(agent);
	metrics_count(why ? METRICS_RELOADS_FAILED : METRICS_RELOADS);
	if (why)
		log_event(LOG_ERR, MESSAGE_CONFIGURATION_REFUSED, LOG_FIELDS(.path = agent->path),
			  "%s: %s; the configuration stays as it was", agent->path, why);
	else
		log_event(LOG_NOTICE, MESSAGE_CONFIGURATION_READ, LOG_FIELDS(.path = agent->path),
			  "%s: the configuration was read again", agent->path);
	service_ready();
	return 0;
}

static int run(struct agent *agent)
{
	static const int ends[] = { SIGTERM, SIGINT };
	sd_event *event = NULL;
	sigset_t signals;
	int error;

	/* Before any thread of a library is there to take a signal instead. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaddset(&signals, ends[i]);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);

	error = sd_event_default(&event);
	for (size_t i = 0; error >= 0 && i < sizeof(ends) / sizeof(ends[0]); i++)
		error = sd_event_add_signal(event, NULL, ends[i], on_end, NULL);
	if (error >= 0)
		error = sd_event_add_signal(event, NULL, SIGHUP, on_reload, agent);
	if (error >= 0)
		error = sd_event_set_watchdog(event, true);
	if (error < 0) {
		log_line(LOG_ERR, "no event loop: %s", strerror(-error));
		sd_event_unref(event);
		return EXIT_FAILURE;
	}
	error = sync_new(&agent->sync, event, &agent->config);
	if (!error) {
		error = metrics_server_new(&agent->metrics, event, agent->sync);
		if (error)
			log_line(LOG_ERR, "cannot start: %s", strerror(-error));
	}
	if (!error) {
		metrics_server_listen(agent->metrics, agent->config.metrics);
		service_ready();
		error = sd_event_loop(event);
		if (error < 0)
			log_line(LOG_ERR, "the event loop ended: %s", strerror(-error));
		service_stopping();
	}
	metrics_server_free(agent->metrics);
	sync_free(agent->sync);
	sd_event_unref(event);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "test", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct agent agent = { .path = DEFAULT_CONFIG };
	bool test = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "c:th", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			agent.path = optarg;
			break;
		case 't':
			test = true;
			break;
		case 'h':
			usage(stdout);
			return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "idrevoked: what is '%s'?\n", argv[optind]);
		usage(stderr);
		return 2;
	}
	/* What it holds in memory is personal data: no core dumps, no files for others. */
	metrics_start();
	prctl(PR_SET_DUMPABLE, 0);
	umask(0077);
	if (config_load(&agent.config, agent.path))
		return EXIT_FAILURE;
	if (test) {
		config_free(&agent.config);
		return EXIT_SUCCESS;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		log_line(LOG_ERR, "libcurl does not start");
		return EXIT_FAILURE;
	}
	status = run(&agent);
	curl_global_cleanup();
	config_free(&agent.config);
	return status;
}
