/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's configuration file: idrevoked.conf(5). */
#ifndef IDREVOKED_CONFIG_H
#define IDREVOKED_CONFIG_H

#define CONFIG_URLS_MAX 8

/* Room for a mirror's address, terminated. */
#define CONFIG_URL_SIZE 1024

/**
 * struct config - what the file says
 * @urls: where the feed is, in order of preference, each with a slash at its end
 * @url_count: how many there are
 * @root_key: verifier key of the feed's signatures
 * @ca: PEM file of the authorities that may have signed the certificate of the
 *	feed's server; NULL: the system's
 * @certificate: PEM file of the agent's own certificate; NULL: none
 * @key: PEM file of its key; NULL: in @certificate
 * @proxy: of the connections to the feed; NULL: as the environment says; empty:
 *	none
 * @state: directory of the last good list
 * @metrics: socket or loopback address at which metrics are served; NULL: nowhere
 * @wait: seconds that the server may hold back its answer
 * @poll: seconds between questions to a server that does not
 * @connect_timeout: seconds until a server counts as unreachable
 * @stall_timeout: seconds without data until a transfer is given up
 * @transfer_timeout: seconds until it is given up in any case
 */
struct config {
	char *urls[CONFIG_URLS_MAX];
	unsigned int url_count;
	char *root_key;
	char *ca;
	char *certificate;
	char *key;
	char *proxy;
	char *state;
	char *metrics;
	int wait;
	int poll;
	int connect_timeout;
	int stall_timeout;
	int transfer_timeout;
};

/**
 * config_load() - read and check a file; logs all that is wrong
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
