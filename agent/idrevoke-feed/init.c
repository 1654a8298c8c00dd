// SPDX-License-Identifier: GPL-2.0-or-later
/* A new store, and its settings. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/feed.h"
#include "../lib/write.h"
#include "feed_tool.h"
#include "publish.h"

#define DEFAULT_NAME "idrevoke"
#define DEFAULT_VALID_FOR 3600
#define DEFAULT_CONFIRM_EVERY 60

static int read_settings(const struct options *options, struct settings *settings)
{
	int error = option_number(options, OPTION_EPOCH, INT64_MAX, &settings->epoch);

	if (!error)
		error = option_number(options, OPTION_VALID_FOR, UINT32_MAX, &settings->valid_for);
	if (!error)
		error = option_number(options, OPTION_CONFIRM_EVERY, UINT32_MAX,
				      &settings->confirm_every);
	if (!error && settings->confirm_every > settings->valid_for) {
		complain("--confirm-every must not be more than --valid-for");
		error = EXIT_USAGE;
	}
	return error;
}

/* Writes root/1: the key that counts, signed by itself. */
static int write_root(const struct store *store, const struct idrevoke_signer *signer)
{
	struct idrevoke_root root = { .root = 1, .threshold = 1, .key_count = 1 };
	char *text, *note = NULL;
	int directory, error;

	root.keys[0] = signer->verifier;
	text = idrevoke_root_format(&root);
	if (text)
		note = idrevoke_note_sign(text, signer);
	free(text);
	if (!note)
		return complain("cannot sign the root file");
	if (mkdirat(store->feed, "root", 0755) || fchmodat(store->feed, "root", 0755, 0))
		directory = -1;
	else
		directory = openat(store->feed, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0) {
		error = -errno;
	} else {
		error = idrevoke_file_replace(directory, "1", note, strlen(note), 0644);
		close(directory);
	}
	free(note);
	return error ? complain("root/1: %s", strerror(-error)) : 0;
}

int command_init(const struct options *options)
{
	struct settings settings = {
		.epoch = 1,
		.valid_for = DEFAULT_VALID_FOR,
		.confirm_every = DEFAULT_CONFIRM_EVERY,
	};
	struct idrevoke_signer signer;
	char key[IDREVOKE_KEY_TEXT];
	struct store store;
	int error = read_settings(options, &settings);

	if (error)
		return error;
	error = idrevoke_signer_generate(&signer, options->value[OPTION_NAME] ?: DEFAULT_NAME);
	if (error == -EINVAL) {
		complain("--name takes printable ASCII without spaces and plus signs");
		return EXIT_USAGE;
	}
	if (error)
		return complain("cannot make a key");
	error = store_create(&store, options->value[OPTION_STORE], &settings, &signer);
	if (!error)
		error = write_root(&store, &signer);
	store_close(&store);
	idrevoke_vkey_format(&signer.verifier, key);
	explicit_bzero(&signer, sizeof(signer));
	if (error)
		return EXIT_FAILED;
	puts(key);
	return EXIT_DONE;
}

int command_set(const struct options *options)
{
	struct settings settings;
	struct store store;
	int status;

	if (store_open(&store, options->value[OPTION_STORE]) || store_begin(&store)) {
		store_close(&store);
		return EXIT_FAILED;
	}
	status = store_settings(&store, &settings) ? EXIT_FAILED :
						      read_settings(options, &settings);
	if (!status && store_set_settings(&store, &settings))
		status = EXIT_FAILED;
	if (store_end(&store, status) && !status)
		status = EXIT_FAILED;
	/* in force at once: a statement of the old terms may hold for long */
	if (!status && publish_confirm(&store, true))
		status = EXIT_FAILED;
	store_close(&store);
	return status;
}
