// SPDX-License-Identifier: GPL-2.0-or-later
/* verify: recounts a list, in the kernel or in a directory, and compares. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/mirror.h"
#include "ctl.h"

/* A list: what was said of it, and what a recount found. */
struct recount {
	uint64_t version;
	uint64_t stated_count, count;
	char stated_digest[DIGEST_TEXT], digest[DIGEST_TEXT];
};

static int report(const struct recount *recount, bool json)
{
	bool equal = recount->count == recount->stated_count &&
		     !strcmp(recount->digest, recount->stated_digest);
	int error;

	if (json) {
		error = print_json(json_pack("{sI sI ss sb}", "version",
					     (json_int_t)recount->version, "count",
					     (json_int_t)recount->count, "digest",
					     recount->digest, "equal", equal));
	} else {
		printf("version %" PRIu64 "\ncount %" PRIu64 "\ndigest %s\n", recount->version,
		       recount->count, recount->digest);
		error = 0;
	}
	if (!error)
		error = output_flush();
	if (error || equal)
		return error;
	fprintf(stderr, "idrevokectl: not equal: count %" PRIu64 " and digest %s were stated\n",
		recount->stated_count, recount->stated_digest);
	return EXIT_OTHER;
}

static int verify_kernel(struct recount *recount)
{
	struct idrevoke_netlink *link;
	struct idrevoke_status status;
	int error = link_open(&link);

	if (error)
		return error;
	error = idrevoke_netlink_verify(link, &status);
	if (error) {
		error = fail("verify: %s", idrevoke_netlink_message(link));
	} else if (!status.walked) {
		error = fail("verify: the kernel did not recount");
	} else {
		recount->version = status.version;
		recount->stated_count = status.count;
		recount->count = status.walk_count;
		digest_text(recount->stated_digest, status.digest);
		digest_text(recount->digest, status.walk_digest);
	}
	idrevoke_netlink_close(link);
	return error;
}

static int verify_directory(struct recount *recount, const char *path, const char *key_text)
{
	struct idrevoke_latest latest;
	struct idrevoke_digest digest;
	struct idrevoke_vkey key;
	const char *why = "?";
	int directory, error;

	if (idrevoke_vkey_parse(&key, key_text))
		return usage_error("--key is no verifier key (name+hex+base64)");
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return fail("%s: %s", path, strerror(errno));
	error = idrevoke_mirror_recount(directory, &key, &latest, &recount->count, &digest, &why);
	close(directory);
	if (error)
		return fail("%s: %s", path, why);
	recount->version = latest.version;
	recount->stated_count = latest.count;
	idrevoke_digest_format(&latest.digest, recount->stated_digest);
	idrevoke_digest_format(&digest, recount->digest);
	return 0;
}

int ctl_verify(int argc, char **argv)
{
	static const struct option options[] = {
		{ "state", required_argument, NULL, OPTION_STATE },
		{ "key", required_argument, NULL, OPTION_KEY },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ 0 },
	};
	const char *state = NULL, *key = NULL;
	struct recount recount = { 0 };
	bool json = false;
	int option, error;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case OPTION_STATE:
			state = optarg;
			break;
		case OPTION_KEY:
			key = optarg;
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
	if (optind < argc)
		return usage_error("verify takes no '%s'", argv[optind]);
	if (!state != !key)
		return usage_error("--state and --key go together");
	error = state ? verify_directory(&recount, state, key) : verify_kernel(&recount);
	return error ? error : report(&recount, json);
}
