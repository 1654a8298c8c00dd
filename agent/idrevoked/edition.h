/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A latest as the issuer signed it, and how two of them relate. */
#ifndef IDREVOKED_EDITION_H
#define IDREVOKED_EDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/feed.h"

/**
 * struct edition - a latest, and the note that says it
 * @latest: what it says
 * @note: the whole note; NULL: there is none
 * @size: its bytes
 */
struct edition {
	struct idrevoke_latest latest;
	char *note;
	size_t size;
};

/**
 * edition_set() - replace an edition
 * @edition: all zero, or what was set before
 * @latest: what the new one says
 * @note: the whole note, which is copied
 * @size: its bytes
 *
 * Return: whether there was memory; else the edition is as it was.
 */
bool edition_set(struct edition *edition, const struct idrevoke_latest *latest, const char *note,
		 size_t size);

/**
 * edition_is() - whether an edition is a certain one
 * @edition: the edition
 * @note: the note
 * @size: its bytes
 */
bool edition_is(const struct edition *edition, const char *note, size_t size);

/**
 * edition_is_by() - whether an edition is signed by a certain key
 * @edition: the edition
 * @root_key: verifier key
 */
bool edition_is_by(const struct edition *edition, const char *root_key);

/**
 * edition_free() - forget an edition
 * @edition: the edition
 */
void edition_free(struct edition *edition);

/**
 * version_order() - which of two lists is the newer one
 * @epoch_a: generation of the first
 * @version_a: its version
 * @epoch_b: generation of the second
 * @version_b: its version
 *
 * Return: negative, 0 or positive, as the first is older, the same or newer.
 */
int version_order(uint64_t epoch_a, uint64_t version_a, uint64_t epoch_b, uint64_t version_b);

/**
 * same_list() - whether two latest speak of the same list
 * @a: one
 * @b: the other
 *
 * Return: whether epoch, version, count and digest are the same.
 */
bool same_list(const struct idrevoke_latest *a, const struct idrevoke_latest *b);

/**
 * same_payload() - whether two latest name the same file
 * @a: as one names it
 * @b: as the other does
 */
bool same_payload(const struct idrevoke_feed_payload *a, const struct idrevoke_feed_payload *b);

/**
 * latest_names() - whether a latest names a payload
 * @latest: the latest
 * @named: the payload
 */
bool latest_names(const struct idrevoke_latest *latest,
		  const struct idrevoke_feed_payload *named);

#endif /* IDREVOKED_EDITION_H */
