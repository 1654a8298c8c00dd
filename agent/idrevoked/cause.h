/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the feed could not be used, as metrics and journal tell it. */
#ifndef IDREVOKED_CAUSE_H
#define IDREVOKED_CAUSE_H

/**
 * enum cause - why something did not come, or was not taken
 * @CAUSE_NETWORK: the server, or the file, was not reached, or the answer broke off
 * @CAUSE_TLS: no agreement on TLS: its certificate, or ours, was not accepted, or
 *	the connection broke before
 * @CAUSE_STATUS: it answered with an HTTP status that is no success
 * @CAUSE_SIGNATURE: what came is not by the issuer, or makes no sense
 * @CAUSE_OLDER: what came is older than what is known, or contradicts it, or was
 *	not confirmed for long
 * @CAUSE_DIGEST: a file has another digest or count than was signed
 * @CAUSE_SIZE: a file is longer or shorter than was signed
 * @CAUSE_DISK: a file cannot be written to where it should go
 * @CAUSES: how many there are
 */
enum cause {
	CAUSE_NETWORK,
	CAUSE_TLS,
	CAUSE_STATUS,
	CAUSE_SIGNATURE,
	CAUSE_OLDER,
	CAUSE_DIGEST,
	CAUSE_SIZE,
	CAUSE_DISK,
	CAUSES,
};

/**
 * cause_name() - the word for a cause
 * @cause: which
 *
 * Return: "network" for CAUSE_NETWORK and so on.
 */
const char *cause_name(enum cause cause);

#endif /* IDREVOKED_CAUSE_H */
