// SPDX-License-Identifier: GPL-2.0-or-later
/* verify: recounts the list where it is held, and compares. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../lib/mirror.h"
#include "ctl.h"
#include "verify.h"

#define HOLDERS_MAX 3

void holder_failed(struct holder *holder, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(holder->why, sizeof(holder->why), format, arguments);
	va_end(arguments);
}

void holder_states(struct holder *holder, const struct idrevoke_latest *latest)
{
	holder->epoch = latest->epoch;
	holder->version = latest->version;
	holder->issued = latest->issued;
	holder->stated_count = latest->count;
	holder->stated_digest = latest->digest;
}

static void verify_kernel(struct holder *holder)
{
	struct idrevoke_netlink *link;
	struct idrevoke_status status;
	int error = idrevoke_netlink_open(&link);

	if (error) {
		holder_failed(holder, "%s", error == -ENOENT ?
						    "the kernel module idrevoke is not loaded" :
						    strerror(-error));
		return;
	}
	error = idrevoke_netlink_verify(link, &status);
	if (error)
		holder_failed(holder, "%s%s", idrevoke_netlink_message(link),
			      error == -EPERM ? "; this needs CAP_NET_ADMIN" : "");
	else if (!status.walked)
		holder_failed(holder, "the kernel did not recount");
	idrevoke_netlink_close(link);
	if (holder->why[0])
		return;
	holder->epoch = status.epoch;
	holder->version = status.version;
	holder->issued = status.issued;
	holder->stated_count = status.count;
	holder->stated_digest = idrevoke_digest_decode(status.digest);
	holder->count = status.walk_count;
	holder->digest = idrevoke_digest_decode(status.walk_digest);
}

static void verify_directory(struct holder *holder, const char *path,
			     const struct idrevoke_vkey *key)
{
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct idrevoke_latest latest;
	const char *why = "?";

	if (directory < 0) {
		holder_failed(holder, "%s: %s", shown(path), strerror(errno));
		return;
	}
	if (idrevoke_mirror_recount(directory, key, &latest, &holder->count, &holder->digest, &why))
		holder_failed(holder, "%s: %s", shown(path), why);
	else
		holder_states(holder, &latest);
	close(directory);
}

/* Whether a holder has what it says that it has. */
static bool is_true(const struct holder *holder)
{
	return !holder->why[0] && holder->count == holder->stated_count &&
	       idrevoke_digest_equal(&holder->digest, &holder->stated_digest);
}

static bool is_same(const struct holder *a, const struct holder *b)
{
	return a->epoch == b->epoch && a->version == b->version && a->count == b->count &&
	       idrevoke_digest_equal(&a->digest, &b->digest);
}

static json_t *holder_json(const struct holder *holder)
{
	char digest[IDREVOKE_DIGEST_TEXT], stated[IDREVOKE_DIGEST_TEXT];

	if (holder->why[0])
		return json_pack("{ss sn sn sn sn sn sn sn sb ss}", "holder", holder->name,
				 "epoch", "version", "issued", "count", "digest", "stated_count",
				 "stated_digest", "equal", 0, "error", holder->why);
	idrevoke_digest_format(&holder->digest, digest);
	idrevoke_digest_format(&holder->stated_digest, stated);
	return json_pack("{ss sI sI sI sI ss sI ss sb sn}", "holder", holder->name, "epoch",
			 (json_int_t)holder->epoch, "version", (json_int_t)holder->version,
			 "issued", (json_int_t)holder->issued, "count",
			 (json_int_t)holder->count, "digest", digest, "stated_count",
			 (json_int_t)holder->stated_count, "stated_digest", stated, "equal",
			 is_true(holder), "error");
}

static void print_holder(const struct holder *holder, bool alone)
{
	char digest[IDREVOKE_DIGEST_TEXT];

	if (holder->why[0])
		return;
	idrevoke_digest_format(&holder->digest, digest);
	if (alone)
		printf("version %" PRIu64 "\ncount %" PRIu64 "\ndigest %s\n", holder->version,
		       holder->count, digest);
	else
		printf("%-6s  epoch %" PRIu64 " version %" PRIu64 " count %" PRIu64
		       " digest %s\n", holder->name, holder->epoch, holder->version,
		       holder->count, digest);
}

/* What is wrong with one holder, whatever the others have. */
static void explain(const struct holder *holder)
{
	char digest[IDREVOKE_DIGEST_TEXT];

	if (holder->why[0]) {
		say("%s: %s", holder->name, holder->why);
	} else if (!is_true(holder)) {
		idrevoke_digest_format(&holder->stated_digest, digest);
		say("%s: not equal: count %" PRIu64 " and digest %s were stated", holder->name,
		    holder->stated_count, digest);
	}
}

static int print_text(const struct holder *holders, size_t count, bool equal)
{
	for (size_t i = 0; i < count; i++)
		print_holder(&holders[i], count == 1);
	if (count > 1)
		puts(equal ? "equal" : "not equal");
	return output_flush();
}

static int print_object(const struct holder *holders, size_t count, bool equal)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, holder_json(&holders[i]));
	return print_json(json_pack("{sb so}", "equal", equal, "holders", array));
}

static int report(const struct holder *holders, size_t count)
{
	bool failed = false, equal = true;
	int error;

	for (size_t i = 0; i < count; i++) {
		failed |= holders[i].why[0];
		equal &= is_true(&holders[i]) && is_same(&holders[i], &holders[0]);
	}
	error = json_wanted ? print_object(holders, count, equal) :
			      print_text(holders, count, equal);
	for (size_t i = 0; i < count; i++)
		explain(&holders[i]);
	return error || failed ? EXIT_FAILED : equal ? 0 : EXIT_OTHER;
}

struct settings {
	bool kernel, progress, has_key;
	const char *state, *feed;
	struct idrevoke_vkey key;
	struct idrevoke_transport transport;
};

static int check_settings(struct settings *settings)
{
	const struct idrevoke_transport *transport = &settings->transport;

	if ((settings->state || settings->feed) != settings->has_key)
		return usage_error("--key goes together with --state or --feed");
	if (!settings->feed && (transport->ca || transport->certificate || transport->key ||
				transport->proxy))
		return usage_error("--ca, --certificate, --client-key and --proxy are about --feed");
	if (transport->key && !transport->certificate)
		return usage_error("--client-key needs --certificate");
	if (settings->feed && strncmp(settings->feed, "https://", 8) &&
	    strncmp(settings->feed, "file://", 7))
		return usage_error("--feed takes https:// or file://");
	return 0;
}

static int take_options(struct settings *settings, int argc, char **argv)
{
	static const struct option options[] = {
		{ "kernel", no_argument, NULL, OPTION_KERNEL },
		{ "state", required_argument, NULL, OPTION_STATE },
		{ "feed", required_argument, NULL, OPTION_FEED },
		{ "key", required_argument, NULL, OPTION_KEY },
		{ "ca", required_argument, NULL, OPTION_CA },
		{ "certificate", required_argument, NULL, OPTION_CERTIFICATE },
		{ "client-key", required_argument, NULL, OPTION_CLIENT_KEY },
		{ "proxy", required_argument, NULL, OPTION_PROXY },
		{ "progress", no_argument, NULL, OPTION_PROGRESS },
		OPTIONS_COMMON,
	};
	int option;

	while ((option = option_next(argc, argv, options)) != -1) {
		switch (option) {
		case OPTION_KERNEL:
			settings->kernel = true;
			break;
		case OPTION_STATE:
			settings->state = optarg;
			break;
		case OPTION_FEED:
			settings->feed = optarg;
			break;
		case OPTION_KEY:
			if (idrevoke_vkey_parse(&settings->key, optarg))
				return usage_error("--key is no verifier key (name+hex+base64)");
			settings->has_key = true;
			break;
		case OPTION_CA:
			settings->transport.ca = optarg;
			break;
		case OPTION_CERTIFICATE:
			settings->transport.certificate = optarg;
			break;
		case OPTION_CLIENT_KEY:
			settings->transport.key = optarg;
			break;
		case OPTION_PROXY:
			settings->transport.proxy = optarg;
			break;
		case OPTION_PROGRESS:
			settings->progress = true;
			break;
		}
	}
	return check_settings(settings);
}

static int run(int argc, char **argv)
{
	struct settings settings = { .transport.user_agent = "idrevokectl" };
	struct holder holders[HOLDERS_MAX] = { 0 };
	size_t count = 0;
	int error = take_options(&settings, argc, argv);

	if (error)
		return error;
	if (settings.kernel || !settings.has_key) {
		holders[count].name = "kernel";
		verify_kernel(&holders[count++]);
	}
	if (settings.state) {
		holders[count].name = "state";
		verify_directory(&holders[count++], settings.state, &settings.key);
	}
	if (settings.feed) {
		holders[count].name = "feed";
		verify_feed(&holders[count++], settings.feed, &settings.key, &settings.transport,
			    settings.progress);
	}
	return report(holders, count);
}

const struct command command_verify = {
	"verify", run,
	"usage: idrevokectl verify [--kernel] [--state DIRECTORY] [--feed URL]\n"
	"\n"
	"Recounts the list, record by record: version, count and digest. By default the\n"
	"kernel's; where several are named, they are compared.\n"
	"\n"
	"  --kernel             the list in force (needs CAP_NET_ADMIN)\n"
	"  --state DIRECTORY    what the agent keeps there\n"
	"  --feed URL           what the issuer offers, at https:// or file://\n"
	"  --key KEY            verifier key that must have signed: of --state and --feed\n"
	"\n"
	"For --feed:\n"
	"  --ca FILE            PEM: authorities of the server, instead of the system's\n"
	"  --certificate FILE   PEM: certificate of the client\n"
	"  --client-key FILE    PEM: its private key, if not in the same file\n"
	"  --proxy URL          instead of what the environment says\n"
	"  --progress           how far it is, on standard error\n"
	"\n"
	"  --json               as an object of JSON\n"
	"\n"
	"Exit status: 0 equal; 3 not equal, or not as stated; 2 wrong usage; 4 failure:\n"
	"one cannot be recounted\n"
};
