// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "load.h"
#include "log.h"

static int failed(struct load *load, const char *path, int error)
{
	if (!load->told)
		log_event(LOG_ERR, MESSAGE_STATE_FAILED, LOG_FIELDS(.path = path, .error = -error),
			  "%s: the saved list cannot be read: %s; trying again", path,
			  strerror(-error));
	load->told = true;
	return error;
}

static int foreign(struct load *load, const struct state *state, const char *path,
		   const struct idrevoke_vkey *key)
{
	char signer[IDREVOKE_KEY_TEXT];

	if (load->told)
		return -ENOKEY;
	load->told = true;
	state_signer(state, signer);
	log_event(LOG_ERR, MESSAGE_STATE_REFUSED, LOG_FIELDS(.path = path),
		  "%s: the saved list is signed by %s, but root_key is %s+%02x%02x%02x%02x: "
		  "another feed needs another state directory", path, signer, key->name,
		  key->id[0], key->id[1], key->id[2], key->id[3]);
	return -ENOKEY;
}

int load_edition(struct load *load, struct state *state, const struct config *config,
		 struct edition *edition)
{
	int error = state->directory < 0 ? state_open(state, config->state) : 0;
	const char *path = config->state, *why = "?";
	struct idrevoke_vkey key;
	bool damaged;

	if (error == -ENOSPC || error == -EDQUOT || error == -EROFS) {
		log_event(LOG_ERR, MESSAGE_STATE_FAILED, LOG_FIELDS(.path = path, .error = -error),
			  "%s: cannot make this state directory: %s; trying again", path,
			  strerror(-error));
		load->done = true;
		return 0;
	}
	if (error)
		return failed(load, path, error);
	if (idrevoke_vkey_parse(&key, config->root_key))
		return -EINVAL; /* the configuration was tested */
	error = state_load(state, &key, edition, &why);
	if (error == -ENOKEY && !state_is_damaged(state, &key))
		return foreign(load, state, path, &key);
	/* Damaged for good, or not there; else it may be read some day, and is the floor. */
	damaged = error == -EBADMSG || error == -ENOKEY || error == -EFBIG || error == -EISDIR;
	if (error && error != -ENOENT && !damaged)
		return failed(load, path, error);
	load->done = true;
	if (!error)
		log_line(LOG_INFO, "%s: version %" PRIu64 " was saved", path,
			 edition->latest.version);
	else if (error == -ENOENT)
		log_line(LOG_INFO, "%s: no list was saved yet", path);
	else
		log_event(LOG_ERR, MESSAGE_STATE_REFUSED, LOG_FIELDS(.path = path),
			  "%s: the saved list is not used: %s", path, why);
	if (damaged)
		state_set_aside(state);
	return 0;
}
