/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds the list, and what a recount finds there. */
#ifndef IDREVOKECTL_VERIFY_H
#define IDREVOKECTL_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/digest.h"
#include "../lib/feed.h"
#include "../lib/transport.h"

/**
 * struct holder - one who holds the list
 * @name: kernel, state or feed
 * @why: it cannot be recounted, in words; empty: it was
 * @epoch: of the list
 * @version: of the list
 * @issued: when its issuer vouched for it
 * @stated_count: numbers listed, as the holder states it
 * @stated_digest: their digest, likewise
 * @count: numbers found
 * @digest: their digest
 */
struct holder {
	const char *name;
	char why[512];
	uint64_t epoch, version, issued;
	uint64_t stated_count, count;
	struct idrevoke_digest stated_digest, digest;
};

/**
 * holder_failed() - note why a holder's list cannot be recounted
 * @holder: the holder
 * @format: as of printf
 */
void holder_failed(struct holder *holder, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * holder_states() - note what latest states
 * @holder: the holder
 * @latest: what latest says
 */
void holder_states(struct holder *holder, const struct idrevoke_latest *latest);

/**
 * verify_feed() - download what a feed offers, and recount it
 * @holder: out
 * @url: of the feed: https:// or file://
 * @key: that must have signed
 * @transport: how to reach it
 * @progress: say how far it is in any case
 */
void verify_feed(struct holder *holder, const char *url, const struct idrevoke_vkey *key,
		 const struct idrevoke_transport *transport, bool progress);

#endif /* IDREVOKECTL_VERIFY_H */
