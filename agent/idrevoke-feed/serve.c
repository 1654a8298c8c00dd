// SPDX-License-Identifier: GPL-2.0-or-later
/* The subcommand serve: the feed by HTTPS, and confirmations in time. */
#include <netdb.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "certificate.h"
#include "feed_tool.h"
#include "publish.h"
#include "server.h"

#define DEFAULT_LISTEN "127.0.0.1:8443"
#define SECOND_US 1000000ULL

/* What keeps the statement current. */
struct confirmation {
	const char *path; /* of the store */
	struct store *store;
	sd_event_source *timer;
	sd_event_source *watch;
	sd_event_source *publisher;
};

/* Reads "[ADDRESS:]PORT". IPv6 addresses are in brackets. */
static int parse_address(const char *text, struct sockaddr_storage *address)
{
	struct addrinfo hints = {
		.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	const char *colon = strrchr(text, ':');
	const char *port = colon ? colon + 1 : text;
	struct addrinfo *info;
	char host[64] = "";
	int error = 0;

	if (colon) {
		size_t length = colon - text;

		if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
			text++;
			length -= 2;
		}
		error = snprintf(host, sizeof(host), "%.*s", (int)length, text) >=
			(int)sizeof(host);
	} else {
		strcpy(host, "::");
	}
	if (error || !*port || getaddrinfo(host[0] ? host : "::", port, &hints, &info)) {
		complain("--listen takes [ADDRESS:]PORT, such as %s", DEFAULT_LISTEN);
		return EXIT_USAGE;
	}
	memcpy(address, info->ai_addr, info->ai_addrlen);
	freeaddrinfo(info);
	return 0;
}

/* The next confirmation is due so long after the last statement. */
static int schedule(struct confirmation *confirmation)
{
	struct settings settings;

	if (store_settings(confirmation->store, &settings))
		settings.confirm_every = 1;
	sd_event_source_set_time_relative(confirmation->timer, settings.confirm_every * SECOND_US);
	return sd_event_source_set_enabled(confirmation->timer, SD_EVENT_ONESHOT);
}

static int on_published(sd_event_source *source, const siginfo_t *info, void *userdata)
{
	struct confirmation *confirmation = userdata;

	(void)source;
	(void)info;
	/* it said itself what went wrong; the next confirmation tries again */
	confirmation->publisher = sd_event_source_disable_unref(confirmation->publisher);
	return 0;
}

/*
 * Publishes in a process of its own: that may have to wait for another operator,
 * and may have to write a snapshot, while here clients and confirmations wait for
 * nothing.
 */
static void publish_aside(struct confirmation *confirmation)
{
	char *arguments[] = { "idrevoke-feed", "publish", "--store", (char *)confirmation->path,
			      NULL };
	sd_event *event = sd_event_source_get_event(confirmation->timer);
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid;
	int error;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	error = posix_spawn(&pid, "/proc/self/exe", NULL, &attributes, arguments, environ);
	posix_spawnattr_destroy(&attributes);
	if (!error)
		error = -sd_event_add_child(event, &confirmation->publisher, pid, WEXITED,
					    on_published, confirmation);
	if (error > 0)
		complain("cannot publish the end of a blacklisting: %s", strerror(error));
}

static int on_confirm(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct confirmation *confirmation = userdata;
	bool due;

	(void)source;
	(void)usec;
	/* what goes wrong was said, and may be right next time; serving goes on */
	publish_confirm(confirmation->store, false);
	if (!confirmation->publisher && !publish_is_due(confirmation->store, &due) && due)
		publish_aside(confirmation);
	return schedule(confirmation);
}

/* Whoever wrote latest: it is a statement, and may have changed the settings. */
static int on_inotify(sd_event_source *source, const struct inotify_event *event, void *userdata)
{
	(void)source;
	if (event->len && !strcmp(event->name, IDREVOKE_FEED_LATEST))
		return schedule(userdata);
	return 0;
}

/* Confirms now, and then in time. */
static int start_confirming(struct confirmation *confirmation, sd_event *event)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", confirmation->store->feed);
	if (sd_event_add_time_relative(event, &confirmation->timer, CLOCK_MONOTONIC, 0, 0,
				       on_confirm, confirmation) < 0)
		return -1;
	return sd_event_add_inotify(event, &confirmation->watch, path, IN_MOVED_TO, on_inotify,
				    confirmation);
}

static int add_signal(sd_event *event, int number, sd_event_signal_handler_t handler,
		      const struct options *options)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* without a handler, the loop ends */
	return sd_event_add_signal(event, NULL, number, handler, (void *)options);
}

static int load_certificate(const struct options *options)
{
	return certificate_load(options->value[OPTION_CERTIFICATE], options->value[OPTION_KEY]);
}

/* Certificates are renewed; serving goes on with the old one if that went wrong. */
static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	(void)source;
	(void)info;
	if (!load_certificate(userdata)) {
		puts("certificate and key were read again");
		fflush(stdout);
	}
	return 0;
}

static int add_signals(sd_event *event, const struct options *options)
{
	sigset_t set;

	/* for the publisher, as sd_event_add_child(3) asks */
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (add_signal(event, SIGTERM, NULL, NULL) < 0 || add_signal(event, SIGINT, NULL, NULL) < 0)
		return -1;
	return add_signal(event, SIGHUP, on_hangup, options);
}

static int loop(struct store *store, const struct options *options,
		const struct server_options *server_options)
{
	struct confirmation confirmation = {
		.path = options->value[OPTION_STORE],
		.store = store,
	};
	struct server *server = NULL;
	sd_event *event = NULL;
	int status = EXIT_FAILED, error;

	signal(SIGPIPE, SIG_IGN);
	if (sd_event_new(&event) < 0 || add_signals(event, options) < 0 ||
	    start_confirming(&confirmation, event) < 0) {
		complain("cannot make an event loop");
	} else if (!server_start(&server, event, server_options)) {
		printf("serving on port %u\n", server_port(server));
		fflush(stdout);
		sd_notify(0, "READY=1");
		error = sd_event_loop(event);
		if (error < 0)
			complain("the event loop: %s", strerror(-error));
		else
			status = EXIT_DONE;
	}
	server_stop(server);
	sd_event_source_disable_unref(confirmation.timer);
	sd_event_source_disable_unref(confirmation.watch);
	sd_event_source_disable_unref(confirmation.publisher);
	sd_event_unref(event);
	return status;
}

int command_serve(const struct options *options)
{
	struct server_options server = { 0 };
	struct store store = { .directory = -1, .feed = -1 };
	int status = parse_address(options->value[OPTION_LISTEN] ?: DEFAULT_LISTEN,
				   &server.address);

	if (status)
		return status;
	if (load_certificate(options) || store_open(&store, options->value[OPTION_STORE])) {
		status = EXIT_FAILED;
	} else {
		server.feed = store.feed;
		status = loop(&store, options, &server);
	}
	store_close(&store);
	certificate_unload();
	return status;
}
