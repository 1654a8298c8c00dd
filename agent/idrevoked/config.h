/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's configuration file. */
#ifndef IDREVOKED_CONFIG_H
#define IDREVOKED_CONFIG_H

/**
 * struct config - what the file says
 * @url: where the feed is, with a slash at its end
 * @root_key: verifier key of the feed's signatures
 * @ca: PEM file of the certificates that the feed's server may have been
 *	signed by; NULL: the system's
 * @state: directory of the last good list
 * @wait: seconds that the server may hold back its answer
 * @poll: seconds between questions to a server that does not
 * @connect_timeout: seconds until a server counts as unreachable
 */
struct config {
	char *url;
	char *root_key;
	char *ca;
	char *state;
	int wait;
	int poll;
	int connect_timeout;
};

/**
 * config_load() - read and check a file; says on standard error what is wrong
 * @config: out; all zero on failure
 * @path: the file
 *
 * Return: 0 or -1.
 */
int config_load(struct config *config, const char *path);

/**
 * config_free() - give back what config_load() took
 * @config: a configuration, also one that is all zero
 */
void config_free(struct config *config);

#endif /* IDREVOKED_CONFIG_H */
